/**
 * Whether edits get lost. First, each edit comes as soon as the callback of the last one ran. Then the edits come at
 * once, whether or not a callback ran.
 */
import { writeFile } from 'node:fs/promises';
import { App } from '../app.js';
import { serve } from '../serve.js';
import { systems } from '../servers.js';
import { table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = { systems: ['hotgraph'], edits: 1000, depths: [10], sizes: [1000] };

/** Milliseconds after which an edit counts as lost. */
const PATIENCE = 5000;
/** So many lost edits end a run. */
const LOST_LIMIT = 10;

/** Measures. */
export async function measure(options, { browser, progress }) {
  const [[depth], [size]] = [options.depths, options.sizes];
  const runs = [];
  for (const system of systems.filter(({ id }) => options.systems.includes(id))) {
    const { language } = system.dialect;
    const app = new App({ depths: [depth], others: size, port: browser.port, language });
    const run = await runOnce(system, app, depth, options.edits, browser);
    app.dispose();
    runs.push({ name: system.name, ...run });
    progress(`${system.name}: ${run.single.lost} of ${run.single.edits} edits lost`);
  }
  return { depth, size, runs };
}

async function runOnce({ id, dialect }, app, depth, edits, browser) {
  app.speak(dialect);
  const server = await serve(id, app.folder);
  const page = await browser.open(server.url);
  let value = 0;
  /** Edits, and returns what says whether the callback saw it. */
  const edit = async () => {
    value += 1;
    const expected = value;
    const isIt = (message) => message.type === 'updated' && message.value === expected;
    const arrived = page.next(isIt, PATIENCE);
    await writeFile(app.path(app.deepest(depth)), app.deepestText(depth, expected));
    return () => arrived;
  };
  try {
    await page.loaded();
    const single = { edits: 0, lost: 0 };
    while (single.edits < edits && single.lost < LOST_LIMIT) {
      single.edits += 1;
      const arrived = await edit();
      if (!(await arrived())) single.lost += 1;
    }
    const before = page.messages.length;
    let arrived;
    for (let count = 0; count < edits; count++) arrived = await edit();
    const last = (await arrived()) !== undefined;
    const callbacks = page.messages.slice(before).filter(({ type }) => type === 'updated').length;
    return { single, burst: { edits, callbacks, last }, loads: page.loads };
  } finally {
    await page.close();
    await server.stop();
  }
}

/** The table. */
export function report({ runs }) {
  return table([
    [
      '',
      'edits, each when the one before has arrived',
      'of these lost',
      'edits at once',
      'callbacks',
      'the last one saw the last bytes',
      'page loads',
    ],
    ...runs.map(({ name, single, burst, loads }) => [
      name,
      String(single.edits),
      `**${single.lost}**, goal 0`,
      String(burst.edits),
      String(burst.callbacks),
      burst.last ? '**yes**' : '**no**',
      String(loads),
    ]),
  ]);
}
