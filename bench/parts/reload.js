/**
 * The cost of loading a page again and again: the first time, with an empty cache, reloaded, and reloaded after an edit
 * of one module. The modules come in packs, one by one, and as one bundle.
 */
import { PageLoadApp } from '../app.js';
import { serve } from '../serve.js';
import { brief, median, rounded, table } from '../statistics.js';

/** What is compared, by the servers' ids. */
export const SERVERS = {
  server: '`createHmr()`',
  hotgraph: '@web/dev-server with `hmrPlugin()`',
  bundle: 'one bundle, by esbuild',
  bun: 'Bun',
  'vite-bundled': 'Vite, bundled mode',
  'rspack-page': 'Rspack',
  native: '`createHmr()`, `pack: false`',
  plain: '@web/dev-server alone',
  vite: 'Vite',
};

/** Of more modules those take minutes that load them one by one. */
const MOST = { native: 1000, plain: 1000, vite: 1000 };

/** What can be chosen on the command line. */
export const defaults = { loads: [1000, 5000], times: [3, 2], compared: Object.keys(SERVERS) };

/** What is measured of each. */
const LOADS = {
  first: 'first, nothing known',
  cold: 'empty browser cache',
  warm: 'reload',
  edited: 'reload after an edit',
};

/** Milliseconds that an update may take, and a browser to write its caches. */
const PATIENCE = 1000;

const pause = () => new Promise((resolve) => setTimeout(resolve, PATIENCE));

/** Measures. */
export async function measure({ loads, times, compared }, { browser, progress }) {
  const runs = [];
  for (const [at, modules] of loads.entries()) {
    const app = new PageLoadApp(modules, true, browser.port);
    const taken = {};
    const failed = new Set();
    for (let round = 0; round < (times[at] ?? times.at(-1)); round++) {
      for (const id of compared) {
        if (failed.has(id) || modules > (MOST[id] ?? Number.POSITIVE_INFINITY)) continue;
        try {
          for (const [load, ms] of Object.entries(await loadAll(id, app, browser))) {
            taken[id] ??= {};
            taken[id][load] = [...(taken[id][load] ?? []), ...ms];
          }
        } catch (/** @type {any} */ error) {
          // The others are measured all the same.
          failed.add(id);
          progress(`${modules} modules, ${id}: ${error.message}`);
        }
        app.tidy();
      }
      progress(`${modules} modules, round ${round + 1}: ${describe(taken)}`);
    }
    app.dispose();
    runs.push({ modules, taken });
  }
  return { runs };
}

/** The milliseconds of each kind of load. */
async function loadAll(id, app, browser) {
  const server = await serve(id, app.folder);
  const taken = { first: [], cold: [], warm: [], edited: [] };
  const note = (load, { count, ms }) => {
    if (count !== app.modules) throw new Error(`${id}: ${count} of ${app.modules} modules ran`);
    taken[load].push(rounded(ms));
  };
  try {
    const first = await browser.open(server.url);
    note('first', await first.loaded());
    await pause();
    await first.close();
    const page = await browser.open(server.url);
    note('cold', await page.loaded());
    await pause();
    // By the second time browsers have compiled what they keep.
    await page.reload();
    await pause();
    note('warm', await page.reload());
    for (let edit = 0; edit < 2; edit++) {
      await pause();
      app.edit();
      // Where that is hot, the page has the new code by then.
      await pause();
      note('edited', await page.reload());
    }
    await page.close();
  } finally {
    await server.stop();
  }
  return taken;
}

function describe(taken) {
  const medians = Object.entries(taken).map(
    ([id, loads]) => `${id} ${Object.values(loads).map(median).map(brief).join('/')}`,
  );
  return medians.join(', ');
}

/** The table. */
export function report({ runs }) {
  return table([
    ['modules', 'server', ...Object.values(LOADS)],
    ...runs.flatMap(({ modules, taken }) =>
      Object.entries(taken).map(([id, loads]) => [
        modules.toLocaleString('en'),
        SERVERS[id],
        ...Object.keys(LOADS).map((load) => `${brief(median(loads[load]))} ms`),
      ]),
    ),
  ]);
}
