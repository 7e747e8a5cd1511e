/**
 * `npm run bench`: installs the peers, measures every part, prints the tables, and writes bench/results.json,
 * docs/benchmarks.md and docs/benchmarks.svg.
 *
 * `npm run bench -- <part>…` measures only these, and leaves what is known of the others. With an option, such as
 * `--edits 5`, what was measured is printed only, unless `--save` says otherwise. `--note <text>` goes next to the
 * machine's description. `npm run bench -- report` writes the pages again.
 */
import { parseArgs } from 'node:util';
import { ensureBrowser } from '../scripts/browser.js';
import { Failure, heading, main } from '../scripts/run.js';
import { installIn, setup } from '../scripts/setup.js';

/** The parts, in their order. */
const PARTS = [
  'latency',
  'components',
  'profile',
  'lost',
  'storm',
  'watch',
  'page-load',
  'reload',
  'writes',
  'memory',
];

await main(import.meta, async () => {
  // At the exit, browser, servers and apps go as well.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  await ensureBrowser();
  await setup();
  await installIn('benchmark peers', 'bench');
  // They need what was installed just now.
  const parts = {};
  for (const name of PARTS) parts[name] = await import(`./parts/${name}.js`);
  const { publish, keep } = await import('./results.js');

  const { names, chosen, save, note } = readArguments(parts);
  if (names.includes('report')) return publish(parts);
  const isKept = save || Object.keys(chosen).length === 0;
  const failed = [];
  for (const name of names) {
    heading(name);
    try {
      const { result, conditions } = await measure(parts[name], chosen);
      if (isKept) keep(name, { conditions: { ...conditions, note }, result });
    } catch (error) {
      // What the others found is not lost by it.
      console.error(error);
      failed.push(name);
    }
  }
  if (isKept) publish(parts);
  if (failed.length > 0) throw new Failure(`Not measured: ${failed.join(', ')}.`);
});

/** Measures one part and prints its table. */
async function measure(part, chosen) {
  const { Browser } = await import('./browser.js');
  const { conditions } = await import('./machine.js');
  const started = Date.now();
  const browser = await Browser.launch();
  try {
    const progress = (line) => console.error(line);
    const result = await part.measure({ ...part.defaults, ...chosen }, { browser, progress });
    console.log(`\n${part.report(result)}\n`);
    console.error(`in ${Math.round((Date.now() - started) / 1000)} s`);
    return { result, conditions: conditions(browser.version) };
  } finally {
    await browser.close();
  }
}

/** What the command line asks for. Every option of a part is a number or a list. */
function readArguments(parts) {
  const known = Object.values(parts).flatMap(({ defaults }) => Object.entries(defaults));
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      save: { type: 'boolean', default: false },
      note: { type: 'string' },
      ...Object.fromEntries(known.map(([name]) => [name, { type: 'string' }])),
    },
  });
  const { save, note, ...texts } = values;
  const odd = positionals.find((name) => name !== 'report' && !PARTS.includes(name));
  if (odd) throw new Failure(`There is no part \`${odd}\`, only ${PARTS.join(', ')}.`);
  const names = positionals.length > 0 ? positionals : PARTS;
  const idle = Object.keys(texts).find(
    (name) => !names.some((one) => name in (parts[one]?.defaults ?? {})),
  );
  if (idle) throw new Failure(`None of ${names.join(', ')} has an option \`--${idle}\`.`);
  const chosen = Object.entries(texts).map(([name, text]) => {
    const [, normal] = known.find(([one]) => one === name) ?? [];
    const list = text.split(',').map((item) => (Number.isNaN(Number(item)) ? item : Number(item)));
    return [name, Array.isArray(normal) ? list : list[0]];
  });
  return { names, chosen: Object.fromEntries(chosen), save, note };
}
