/**
 * The cost of a write to an exported variable: a loop of calls of a function that writes one. It runs in pages of few
 * and of many modules that accept themselves and read the variable, and in the same pages without the plugin.
 */
import { WritesApp } from '../app.js';
import { serve } from '../serve.js';
import { brief, median, table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = { pages: [10, 3000], rounds: 3, repetitions: 15 };

/** Milliseconds that a page has to write. */
const PATIENCE = 120_000;

const SYSTEMS = { hotgraph: 'with `hmrPlugin()`', plain: 'plain server' };

/** Measures. */
export async function measure({ pages, rounds, repetitions }, { browser, progress }) {
  const runs = [];
  const apps = pages.map((modules) => new WritesApp(modules, repetitions, browser.port));
  for (let round = 0; round < rounds; round++) {
    for (const app of apps) {
      for (const id of Object.keys(SYSTEMS)) {
        const ns = await writes(id, app, browser);
        runs.push({ id, modules: app.modules, round, ns });
        progress(`${app.modules} modules, ${id}: ${brief(median(ns))} ns a write`);
      }
    }
  }
  for (const app of apps) app.dispose();
  return { pages, rounds, repetitions, runs };
}

/** Nanoseconds a write, of each repetition. */
async function writes(id, app, browser) {
  const server = await serve(id, app.folder);
  const page = await browser.open(server.url);
  try {
    const isMeasured = ({ type }) => type === 'measured';
    const { count } = await page.loaded();
    if (count !== app.modules) throw new Error(`${count} of ${app.modules} modules ran`);
    const result = page.messages.find(isMeasured) ?? (await page.next(isMeasured, PATIENCE));
    if (!result?.areSeen) throw new Error(`${id}: not all modules see what was written`);
    return result.ms.map((ms) => Math.round((ms / result.writes) * 1e9) / 1e3);
  } finally {
    await page.close();
    await server.stop();
  }
}

/** The table. */
export function report({ pages, rounds, repetitions, runs }) {
  const of = (id, modules) =>
    median(runs.flatMap((run) => (run.id === id && run.modules === modules ? run.ns : [])));
  const [few, many] = [pages[0], pages.at(-1)].map((modules) => modules.toLocaleString('en'));
  return table([
    [
      `ns a write, medians of ${rounds * repetitions} loops`,
      ...pages.map((modules) => `${modules.toLocaleString('en')} modules`),
      `${many} ÷ ${few}`,
      'wanted',
    ],
    ...Object.entries(SYSTEMS).map(([id, name]) => [
      name,
      ...pages.map((modules) => `**${brief(of(id, modules))}**`),
      `**${brief(of(id, pages.at(-1)) / of(id, pages[0]))}**`,
      id === 'hotgraph' ? 'about 1' : '',
    ]),
  ]);
}
