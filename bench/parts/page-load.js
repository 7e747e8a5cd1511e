/**
 * What hmrPlugin() costs on a cold page load: the same app on the same server with and without the plugin, in turn, each
 * time with a new server process and an empty browser cache.
 */
import { PageLoadApp } from '../app.js';
import { serve } from '../serve.js';
import { brief, median, rounded, table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = { loads: [1000, 5000], pairs: [11, 5] };

/** The most that the plugin may make of the plain server's time. */
const GOAL = 1.03;

/** Measures. */
export async function measure({ loads, pairs }, { browser, progress }) {
  const runs = [];
  for (const [at, modules] of loads.entries()) {
    const app = new PageLoadApp(modules, browser.port);
    for (const nodeResolve of at === 0 ? [false, true] : [false]) {
      const count = pairs[at] ?? pairs.at(-1);
      const run = { modules, nodeResolve, plain: [], hotgraph: [] };
      for (let pair = -1; pair < count; pair++) {
        // The order alternates, so that a drift of the machine's speed favours neither.
        const order = pair % 2 === 0 ? ['plain', 'hotgraph'] : ['hotgraph', 'plain'];
        for (const id of order) {
          const ms = await load(id, app, { nodeResolve }, browser);
          if (pair >= 0) run[id].push(ms);
        }
      }
      runs.push(run);
      progress(`${modules} modules: ${brief(median(ratiosOf(run)))}`);
    }
    app.dispose();
  }
  return { runs };
}

async function load(id, app, config, browser) {
  const server = await serve(id, app.folder, { config });
  const page = await browser.open(server.url);
  try {
    const { count, ms } = await page.loaded();
    if (count !== app.modules) throw new Error(`${count} of ${app.modules} modules ran`);
    return rounded(ms);
  } finally {
    await page.close();
    await server.stop();
  }
}

const ratiosOf = ({ plain, hotgraph }) => hotgraph.map((ms, at) => ms / plain[at]);

/** The table. */
export function report({ runs }) {
  return table([
    ['', 'plain server', 'with `hmrPlugin()`', 'ratio, pair by pair', 'wanted'],
    ...runs.map((run) => {
      const ratios = ratiosOf(run);
      const kind = run.nodeResolve ? ', `nodeResolve: true`' : '';
      return [
        `${run.modules.toLocaleString('en')} modules${kind}, ${ratios.length} pairs`,
        `${brief(median(run.plain))} ms`,
        `${brief(median(run.hotgraph))} ms`,
        `**${median(ratios).toFixed(3)}** (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
        `at most ${GOAL}`,
      ];
    }),
  ]);
}
