/**
 * Packs: a page loads its modules in a few requests, and nothing else is different.
 */

import { utimesSync } from 'node:fs';
import ava from 'ava';
import { closeBrowser, waitFor } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';
import { startServer } from '../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const packed = { hmr: { pack: true } };

/** The paths of the scripts that a tab has asked for, without the client's own. */
const asked = () =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name).pathname)
    .filter((path) => /\.m?js$/.test(path) && !/\/(?:main|env|attributes|ahead)\.js$/.test(path))
    .map((path) => path.replace(/.*\/(?=pack-)/, ''))
    .sort();

const chunksOf = (paths) => paths.filter((path) => path.startsWith('pack-'));
const filesOf = (paths) => paths.filter((path) => !path.startsWith('pack-'));
const log = () => globalThis.logged;
const value = () => globalThis.value;

/** The number of modules that `chain` makes. */
const MANY = 60;

/** Modules that import each other in a row; the last has the value. */
function chain(last) {
  const names = Array.from({ length: MANY }, (_, at) => `chain/module-${at}.js`);
  const text = (at) =>
    at === MANY - 1
      ? `export const value = ${last};`
      : `import { value as next } from './module-${at + 1}.js';\nexport const value = next;`;
  return Object.fromEntries(names.map((name, at) => [name, text(at)]));
}

/** Files that say what modules can observe. */
const OBSERVED = {
  'index.html': `<!doctype html><html><head><script>
globalThis.logged = [];
globalThis.log = (...values) => logged.push(values.map(String).join(' ').replaceAll(origin, ''));
addEventListener('error', ({ message, filename, lineno }) => {
  // Firefox names who has evaluated the module. The imports of a shell are on a line of their own.
  const isPlace = !navigator.userAgent.includes('Firefox') && !/SyntaxError/.test(message);
  log('uncaught', message, ...(isPlace ? [filename, lineno] : []));
});
</script></head><body>
<script type="module" src="./main.js"></script>
<script type="module">import { counter, increment } from './counter.js'; increment(); log('inline', counter);</script>
<script type="module" src="./broken.js"></script>
<script type="module" src="./throws.js"></script>
</body></html>`,
  'main.js': `import { early, late } from './cycle-a.js';
import waited from './waits.js';
import { counter, increment } from './counter.js';
import data from './data.json' with { type: 'json' };
import * as all from './barrel.js';
import { add } from 'adder';
increment();
log('main', early(), late, waited, counter, data.name, Object.keys(all), all.two, all[Symbol.toStringTag], add(1, 2));
log(import.meta.url, import.meta.resolve('./x.js'), typeof import.meta.hot, this);
try { data2 = 1 } catch (error) { log(error.name) }
const place = () => new Error('here').stack.split('\\n').find((line) => /main\\.js/.test(line));
log(/main\\.js:(\\d+)/.exec(place())[1]);
import('./lazy.js').then((lazy) => {
  log('lazy', lazy.seen, Object.keys(lazy));
  globalThis.finished = true;
});
import.meta.hot?.accept();
`,
  'cycle-a.js': `import { b, early as other } from './cycle-b.js';
export function early() { return 'early'; }
export const late = 'late' + b;
log('cycle-a', other);
`,
  'cycle-b.js': `import { early, late } from './cycle-a.js';
export const b = 'b';
export { early };
let read;
try { read = late } catch (error) { read = error.message }
log('cycle-b', early(), read);
`,
  'waits.js': `import './before.js';
log('waits');
const value = await Promise.resolve('waited');
log('has waited');
export default value;
`,
  'before.js': `log('before');`,
  'counter.js': `export let counter = 0; export const increment = () => { counter += 1 }; log('counter');`,
  'data.json': '{ "name": "data" }',
  'barrel.js': `export * from './one.js'; export { two } from './two.js'; export * as self from './barrel.js';`,
  'one.js': `export const one = 1; log('one'); export default 'not passed on';`,
  'two.js': `export let two = 1; two = 2; log('two');`,
  'node_modules/adder/package.json': '{ "name": "adder", "exports": "./adder.js" }',
  'node_modules/adder/adder.js': `import { plus } from './plus.js';\nexport const add = plus;\nlog('adder', typeof import.meta.hot);`,
  'node_modules/adder/plus.js': `export function plus(a, b) { return a + b }\nlog('plus');`,
  'lazy.js': `import { helper } from './lazy-helper.js';
import { counter, increment } from './counter.js';
increment();
helper();
export const seen = counter;
`,
  'lazy-helper.js': `export const helper = () => log('helper');`,
  'broken.js': `import { missing } from './one.js'; import './never.js';`,
  'never.js': `log('this never runs');`,
  'throws.js': `import './before.js';\nimport './deep.js';\nlog('this never runs');`,
  'deep.js': `import { b } from './cycle-b.js';\n\nif (b) throw new Error('on purpose');`,
};

test('a packed page behaves the same with few requests', async (t) => {
  const unpacked = await startServer(t, OBSERVED, { hmr: { pack: false } });
  const first = await unpacked.open();
  await first.until(() => globalThis.finished, true);
  t.deepEqual(chunksOf(await first.evaluate(asked)), []);
  const native = await first.evaluate(log);
  const { open } = await startServer(t, OBSERVED, packed);
  const tab = await open();
  await tab.until(() => globalThis.finished, true);
  t.deepEqual(await tab.evaluate(log), native);
  t.regex(native.join('\n'), /uncaught .*on purpose(?: \/deep\.js 3)?$/m);
  const errors = (one) => one.errors.map((text) => text.replace(/http:\/\/localhost:\d+/, ''));
  t.deepEqual(errors(tab), errors(first));
  const paths = await tab.evaluate(asked);
  t.true(chunksOf(paths).length > 0);
  // What is linked wrong is asked for as ever.
  t.deepEqual(filesOf(paths), [
    '/broken.js',
    '/counter.js',
    '/lazy.js',
    '/never.js',
    '/one.js',
    '/throws.js',
  ]);
});

test('updates apply to a page that was loaded in a pack', async (t) => {
  const { project, open } = await startServer(
    t,
    {
      'main.js': `import { value } from './chain/module-0.js';
globalThis.value = value;
globalThis.runs = (globalThis.runs ?? 0) + 1;
import.meta.hot.accept();`,
      ...chain(1),
    },
    packed,
  );
  const tab = await open();
  await tab.until(value, 1);
  t.deepEqual(filesOf(await tab.evaluate(asked)), []);
  for (const next of [2, 3]) {
    await project.write(`chain/module-${MANY - 1}.js`, `export const value = ${next};`);
    await tab.until(value, next);
  }
  wasHot(t, tab);

  // A reload has the edit, and asks for what changed.
  const before = chunksOf(await (await open()).evaluate(asked));
  t.true(before.length > 1, before.join());
  await project.write(`chain/module-${MANY - 1}.js`, `export const value = 4;`);
  await tab.until(value, 4);
  const after = await open();
  await after.until(value, 4);
  const now = chunksOf(await after.evaluate(asked));
  t.is(now.filter((name) => !before.includes(name)).length, 1);
  t.deepEqual(filesOf(await after.evaluate(asked)), []);
});

test('a packed page asks for modules that the engine cannot know', async (t) => {
  const { project, open } = await startServer(
    t,
    {
      'main.js': `import { value } from './dep.js';\nglobalThis.value = value;\nimport.meta.hot?.accept();`,
      'dep.js': `import './leaf.js';\nexport const value = 1;`,
      'leaf.js': '',
    },
    packed,
  );
  const tab = await open();
  await tab.until(value, 1);
  t.deepEqual(filesOf(await tab.evaluate(asked)), []);
  // Something has touched the file, and the server does not know yet whether that changed it.
  const later = new Date(Date.now() + 60_000);
  utimesSync(project.path('leaf.js'), later, later);
  const unpacked = await open();
  await unpacked.until(value, 1);
  t.deepEqual(filesOf(await unpacked.evaluate(asked)), ['/dep.js', '/leaf.js']);
  // A save that cannot be served is an error as ever.
  await project.write('dep.js', 'export const value = ;');
  await tab.logged('dep.js');
  const broken = await open();
  await waitFor(
    () => broken.errors.length > 0,
    () => 'no error was thrown',
  );
  await project.write('new.js', '');
  await project.write('dep.js', `import './new.js';\nexport const value = 2;`);
  await tab.until(value, 2);
});

test('a policy without eval has packs too', async (t) => {
  const { project, open } = await startServer(
    t,
    {
      'main.js': `import { value } from './chain/module-0.js';\nglobalThis.value = value;\nimport.meta.hot.accept();`,
      ...chain(1),
    },
    {
      ...packed,
      app: (hmr) => (request, response) => {
        response.setHeader('content-security-policy', "script-src 'self'");
        hmr.middleware(request, response, () => response.writeHead(404).end());
      },
    },
  );
  const tab = await open();
  await tab.until(value, 1);
  t.deepEqual(filesOf(await tab.evaluate(asked)), []);
  await project.write(`chain/module-${MANY - 1}.js`, 'export const value = 2;');
  await tab.until(value, 2);
  // Firefox says what it has blocked.
  t.is(tab.loads, 1);
});
