/**
 * Code of updates over time: what it imports later, what it exports, and what is kept of older code.
 */

import { SourceMap } from 'node:module';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import ava from 'ava';
import { browserName } from '../../../scripts/browser.js';
import { startApp } from '../../helpers/app.js';
import { applied, MAIN } from '../../helpers/brought.js';
import { closeBrowser, waitFor } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';

const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const shown = () => globalThis.shown;

test('code of an update may import a module that has its turn later', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': "import './first.js'; import './second.js';",
    'first.js': `import { value } from './dep.js';
import('./second.js').then((second) => { globalThis.seen = [value, second.value, globalThis.runs]; });
import.meta.hot.accept();`,
    'second.js': `import { value as found } from './dep.js';
export const value = found;
globalThis.runs = (globalThis.runs ?? 0) + 1;
import.meta.hot.accept();`,
    'dep.js': 'export const value = 1;',
  });
  const seen = () => globalThis.seen;
  await tab.until(seen, [1, 1, 1]);
  for (const value of [2, 3]) {
    await project.write('dep.js', `export const value = ${value};`);
    await tab.until(seen, [value, value, value]);
  }
  t.is(await tab.evaluate(() => globalThis.runs), 3);
  wasHot(t, tab);
});

test('a module that new code imports dynamically is the same when it is imported again', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `globalThis.load = async () => { globalThis.value = (await import('./dep.js')).value; };
globalThis.load();
import.meta.hot.accept();`,
    'dep.js': 'export const value = 1;',
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('dep.js', `export const value = ${number};`);
    await tab.until(value, number);
    await applied(server, number - 1);
    await tab.evaluate(() => globalThis.load());
    t.is(await tab.evaluate(value), number);
  }
  wasHot(t, tab);
});

/** `main.js` that shows the values of what it imports, and accepts itself. */
const showing = (...files) => {
  const imports = files.map((file, at) => `import * as ns${at} from './${file}';\n`);
  return `${imports.join('')}globalThis.shown = [${files.map((_, at) => `ns${at}.value`)}];
import.meta.hot.accept();`;
};

/** A module whose namespace is a thenable that never answers. */
const thenable = (number) => `export function then() {} export const value = ${number};`;

test('an update with functions that are exported as `then` does not wait for them', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': showing(),
    'own.js': thenable(1),
    'new.js': thenable(2),
  });
  await tab.until(shown, []);
  await project.write('main.js', showing('own.js'));
  await tab.until(shown, [1]);
  await project.write('own.js', `${thenable(3)} import.meta.hot.accept();`);
  await tab.until(shown, [3]);
  await project.write('own.js', `${thenable(4)} globalThis.value = 4; import.meta.hot.accept();`);
  await tab.until(value, 4);
  await project.write('main.js', showing('own.js', 'new.js'));
  await tab.until(shown, [4, 2]);
  await project.write('new.js', thenable(5));
  await tab.until(shown, [4, 5]);
  await applied(server, 5);
  wasHot(t, tab);
});

/** Packages are the browser's own to import. */
const PACKAGES = {
  'exports a function called `then`': [thenable(1), [1]],
  'waits for ever at its top level': ['export const value = 1; await new Promise(() => {});', []],
};

for (const [what, [code, expected]] of Object.entries(PACKAGES)) {
  test(`an update that imports a package which ${what} does not hold up the next one`, async (t) => {
    const { project, tab } = await startApp(t, {
      'main.js': showing(),
      'new.js': 'export const value = 2;',
      'node_modules/package/index.js': `globalThis.isHere = true; ${code}`,
    });
    await tab.until(shown, []);
    await project.write('main.js', showing('node_modules/package/index.js'));
    await tab.until(() => globalThis.isHere, true);
    await tab.until(shown, expected);
    await project.write('main.js', showing('new.js'));
    await tab.until(shown, [2]);
    wasHot(t, tab);
  });
}

test('the page does not keep code that an update replaced', async (t) => {
  const dep = (number) => `const held = { number: ${number} };
(globalThis.held ??= []).push(new WeakRef(held));
export const value = () => held.number;
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './mid.js';
globalThis.value = value();
export const shown = value;
if (globalThis.value === 2) globalThis.old = () => shown();
import.meta.hot.accept();`,
    'mid.js': `export { value } from './dep.js';`,
    'dep.js': dep(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 3, 4, 5, 6]) {
    await project.write('dep.js', dep(number));
    await tab.until(value, number);
  }
  wasHot(t, tab);
  if (browserName === 'firefox') return t.pass();
  const session = await tab.page.context().newCDPSession(tab.page);
  const isHeld = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return tab.evaluate(() => globalThis.held.map((held) => held.deref() !== undefined));
  };
  // Somebody holds the second.
  await waitFor(
    async () => !(await isHeld())[2],
    () => 'the third is still there',
  );
  t.deepEqual(
    (await isHeld()).filter((_, at) => [1, 5].includes(at)),
    [true, true],
  );
  // Code that was replaced keeps its own variables.
  t.is(await tab.evaluate(() => globalThis.old()), 2);
});

test('a page that is loaded after an update of a module in a cycle runs it as before', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js'; globalThis.value = () => value();`,
    'dep.js': `import { add } from './other.js';
export function value() { return add(1); }
import.meta.hot.accept();
`,
    'other.js': `import { value } from './dep.js';
globalThis.kind = typeof value;
export const add = (number) => number + 1;
`,
  });
  const seen = () => [globalThis.kind, globalThis.value?.()];
  await tab.until(seen, ['function', 2]);
  await project.write(
    'dep.js',
    `import { add } from './other.js';
export function value() { return add(10); }
import.meta.hot.accept();
`,
  );
  await tab.until(seen, ['function', 11]);
  await tab.page.reload();
  await tab.until(seen, ['function', 11]);
  t.is(tab.loads, 2);
});

test('a module that is loaded long after an update sees the code that is current by then', async (t) => {
  const dep = (number) => `export const number = ${number}; import.meta.hot.accept();`;
  const late = (name) => `import { number } from './dep.js'; globalThis.${name} = () => number;`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './reader.js';
await undefined;
globalThis.load = () => import('./late.js');
globalThis.runs = (globalThis.runs ?? 0) + 1;
import.meta.hot.accept();
`,
    'reader.js': late('number'),
    'dep.js': dep(1),
    'late.js': late('first'),
  });
  const number = () => globalThis.number();
  await tab.evaluate(() => globalThis.load());
  await project.write('dep.js', dep(2));
  await tab.until(number, 2);
  await project.write('late.js', late('second'));
  await tab.until(() => globalThis.runs, 2);
  for (const current of [3, 4, 5]) {
    await project.write('dep.js', dep(current));
    await tab.until(number, current);
  }
  await tab.evaluate(() => globalThis.load());
  t.is(await tab.evaluate(() => globalThis.second()), 5);
  await project.write('dep.js', dep(6));
  await tab.until(number, 6);
  t.is(await tab.evaluate(() => globalThis.second()), 6);
  wasHot(t, tab);
});

test('devtools still show the file that tools transformed: its source map comes with the code', async (t) => {
  const typed = (number) => `type Numbers = number[];
export const numbers: Numbers = [${number}];

interface Named { name: string }
export function fail(who: Named): string {
  return new Error(who.name).stack!;
}
`;
  const { project, server, tab } = await startApp(
    t,
    {
      'main.js': MAIN.replaceAll('./top.js', './top.ts'),
      'top.ts': `${typed(1)}export const value = 1;`,
    },
    { before: [esbuildPlugin({ ts: true })] },
  );
  await tab.until(value, 1);
  const maps = new Map();
  if (browserName === 'chromium') {
    const session = await tab.page.context().newCDPSession(tab.page);
    session.on('Debugger.scriptParsed', ({ url, sourceMapURL }) => maps.set(url, sourceMapURL));
    await session.send('Debugger.enable');
  }
  await tab.evaluate(() => {
    globalThis.show = (top) => {
      globalThis.value = top.value;
      globalThis.stack = top.fail({ name: 'here' });
    };
  });
  await project.write('top.ts', `${typed(2)}export const value = 2;`);
  await tab.until(value, 2);
  await applied(server, 1);
  const stack = await tab.evaluate(() => globalThis.stack);
  const [, address, line, column] = /(http:\S+top\.ts):(\d+):(\d+)/.exec(stack);
  if (browserName !== 'chromium') return t.pass();
  const [, json] = /^data:application\/json;base64,(.*)$/.exec(maps.get(address));
  const map = new SourceMap(JSON.parse(Buffer.from(json, 'base64').toString()));
  const { originalLine, originalColumn } = map.findEntry(line - 1, column - 1);
  t.deepEqual([originalLine, originalColumn], [5, '  return '.length]);
  wasHot(t, tab);
});
