/**
 * What hmrPlugin() costs on a cold page load: the same app on the same server with and without the plugin,
 * in turn, each time with a new server process and an empty browser cache.
 *
 *   node bench/page-load.js [--modules 1000] [--rounds 15] [--node-resolve]
 */

import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { findBrowser } from '../scripts/browser.js';

const { values } = parseArgs({
  options: {
    modules: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '15' },
    'node-resolve': { type: 'boolean', default: false },
  },
});
const [modules, rounds] = [Number(values.modules), Number(values.rounds)];

/** Writes an app of modules of about 2.5 kB, each importing up to four of the next level. */
function writeApp(folder) {
  const filler = Array.from(
    { length: 24 },
    (_, index) =>
      `export function helper${index}(a, b) { return a.map((x) => x * b + ${index}).filter((x) => x > ${index}); }`,
  ).join('\n');
  for (let index = 0; index < modules; index += 1) {
    const imports = [1, 2, 3, 4]
      .map((child) => index * 4 + child)
      .filter((child) => child < modules)
      .map(
        (child) =>
          `import { value as value${child} } from '../area-${child % 20}/module-${child}.js';`,
      );
    const sum = imports.map((_, at) => ` + value${index * 4 + at + 1}`).join('');
    const file = join(folder, `area-${index % 20}/module-${index}.js`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${imports.join('\n')}\n${filler}\nexport const value = 1${sum};\n`);
  }
  const main = `import { value } from './area-0/module-0.js'; globalThis.done = { value, ms: performance.now() };`;
  writeFileSync(join(folder, 'main.js'), main);
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><html><head></head><body><script type="module" src="./main.js"></script></body></html>',
  );
}

/** Starts a server process; resolves to its port. */
function startServer(folder, withPlugin) {
  const child = fork(fileURLToPath(new URL('support/serve.js', import.meta.url)), [
    folder,
    String(withPlugin),
    String(values['node-resolve']),
  ]);
  return new Promise((resolve) => child.once('message', (port) => resolve({ child, port })));
}

async function load(browser, folder, withPlugin) {
  const { child, port } = await startServer(folder, withPlugin);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://localhost:${port}/`);
  const done = await (await page.waitForFunction(() => globalThis.done)).jsonValue();
  if (done.value !== modules) throw new Error(`${done.value} of ${modules} modules ran`);
  await context.close();
  child.kill();
  return done.ms;
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

const folder = mkdtempSync(join(tmpdir(), 'hotgraph-bench-'));
writeApp(folder);
const browser = await chromium.launch({
  executablePath: findBrowser(),
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
const [plain, hot, ratios] = [[], [], []];
for (let round = 0; round <= rounds; round += 1) {
  // The order alternates, so that a drift of the machine's speed favours neither.
  const order = round % 2 === 0 ? [false, true] : [true, false];
  const ms = {};
  for (const withPlugin of order) ms[withPlugin] = await load(browser, folder, withPlugin);
  if (round === 0) continue;
  plain.push(ms.false);
  hot.push(ms.true);
  ratios.push(ms.true / ms.false);
}
await browser.close();
rmSync(folder, { recursive: true });

const row = (name, list, digits) =>
  `${name.padEnd(24)} median ${median(list).toFixed(digits)}  min ${Math.min(...list).toFixed(digits)}  max ${Math.max(...list).toFixed(digits)}`;
console.log(
  `cold load of ${modules} modules, ${rounds} pairs${values['node-resolve'] ? ', nodeResolve' : ''}`,
);
console.log(row('plain server, ms', plain, 0));
console.log(row('with hmrPlugin(), ms', hot, 0));
console.log(row('ratio, pair by pair', ratios, 3));
