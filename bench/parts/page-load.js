/**
 * The cost of a cold page load: the same app on @web/dev-server with and without hmrPlugin(), and with createHmr() on
 * node:http. They take turns, each time with a new server process and an empty browser cache.
 */
import { PageLoadApp } from '../app.js';
import { serve } from '../serve.js';
import { brief, median, rounded, table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = { loads: [10, 1000, 5000], pairs: [21, 11, 5], withoutHot: [1000] };

/**
 * The most that the plugin may make of the plain server's time, and add to it, by the number of modules; and what
 * `createHmr()` may.
 */
const GOALS = { 10: { ms: 15 }, 1000: { ratio: 1.05, own: 0.7 } };

/** The servers, by their ids. */
const SERVERS = ['plain', 'hotgraph', 'server'];

/** Measures. */
export async function measure({ loads, pairs, withoutHot }, { browser, progress }) {
  const runs = [];
  for (const [at, modules] of loads.entries()) {
    const count = pairs[at] ?? pairs.at(-1);
    for (const accepts of withoutHot.includes(modules) ? [true, false] : [true]) {
      /** @type {any} */
      const run = { modules, accepts, ...(await loadInTurn(modules, accepts, count, browser)) };
      runs.push(run);
      const added = brief(median(differencesOf(run)));
      progress(`${modules} modules: ${brief(median(ratiosOf(run)))}, ${added} ms more`);
    }
  }
  return { runs };
}

/** The milliseconds of each load, by the server's id; the first round does not count. */
async function loadInTurn(modules, accepts, pairs, browser) {
  const app = new PageLoadApp(modules, accepts, browser.port);
  /** @type {Record<string, number[]>} */
  const taken = Object.fromEntries(SERVERS.map((id) => [id, []]));
  for (let pair = -1; pair < pairs; pair++) {
    // The order alternates: a drift of the machine's speed favours neither.
    for (const id of pair % 2 === 0 ? SERVERS : SERVERS.toReversed()) {
      const ms = await load(id, app, browser);
      if (pair >= 0) taken[id].push(ms);
    }
  }
  app.dispose();
  return taken;
}

async function load(id, app, browser) {
  const server = await serve(id, app.folder);
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
const ownRatiosOf = ({ plain, server }) => server.map((ms, at) => ms / plain[at]);
const differencesOf = ({ plain, hotgraph }) => hotgraph.map((ms, at) => ms - plain[at]);

/** The median, and the least and the most. */
function spread(list, format) {
  return `**${format(median(list))}** (${format(Math.min(...list))} to ${format(Math.max(...list))})`;
}

/** The table. */
export function report({ runs }) {
  return table([
    [
      'modules',
      'plain server',
      'with `hmrPlugin()`',
      'ratio, pair by pair',
      'difference in ms, pair by pair',
      'wanted',
      '`createHmr()`',
      'ratio, pair by pair',
      'wanted',
    ],
    ...runs.map((run) => {
      const kind = run.accepts ? '' : ' without `import.meta.hot`';
      const { ms, ratio, own } = GOALS[run.modules] ?? {};
      return [
        `${run.modules.toLocaleString('en')}${kind}, ${run.plain.length} pairs`,
        `${brief(median(run.plain))} ms`,
        `${brief(median(run.hotgraph))} ms`,
        spread(ratiosOf(run), (value) => value.toFixed(3)),
        spread(differencesOf(run), (value) => value.toFixed(1)),
        (ratio && `ratio at most ${ratio}`) || (ms && `at most ${ms} ms more`) || '',
        `${brief(median(run.server))} ms`,
        spread(ownRatiosOf(run), (value) => value.toFixed(3)),
        (own && `at most ${own}`) || '',
      ];
    }),
  ]);
}
