/**
 * A page has at most one current generation of a module, whatever imports it, and however.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { evaluations, state } from '../helpers/instances.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

/** Imports a module anew in every way that code has, and tells whether all got the same one. */
const WAYS = `const name = () => ['state', 'js'].join('.');
globalThis.ways = async () => [
  (await import('./state.js')).state,
  (await import('./' + name())).state,
  (await import(\`./\${name()}\`)).state,
  (await import(new URL('./' + name(), import.meta.url))).state,
  (await import(new URL('./state.js', import.meta.url).href)).state,
  (await import('/' + name())).state,
  (await (() => import(name().replace(/^/, './')))()).state,
];
globalThis.check = async () => {
  const all = [...await globalThis.ways(), globalThis.current()];
  return [new Set(all).size, all[0].number];
};
`;

const MAIN = `import { state } from './state.js';
import './user.js';
let current = state;
globalThis.current = () => current;
import.meta.hot.accept('./state.js', (next) => { current = next.state; });
${WAYS}`;

const APP = {
  'main.js': MAIN,
  'user.js': `globalThis.other = async () => (await import('./state.js')).state;
import.meta.hot.accept('./state.js', () => {});
`,
  'state.js': state(1),
};

const check = () => globalThis.check();

test('literal and computed dynamic imports get the instance of static imports, over edits', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(check, [1, 1]);
  t.is(await tab.evaluate(evaluations), 1);
  for (const number of [2, 3, 4]) {
    await project.write('state.js', state(number));
    await tab.until(() => globalThis.current().number, number);
    t.deepEqual(await tab.evaluate(check), [1, number]);
    t.true(await tab.evaluate(async () => (await globalThis.other()) === globalThis.current()));
    t.is(await tab.evaluate(evaluations), number);
  }
  t.is(tab.loads, 1);
});

test('a dynamic import gets the same instance after F5', async (t) => {
  const { project, tab } = await startApp(t, APP);
  for (const number of [2, 3]) {
    await project.write('state.js', state(number));
    await tab.until(() => globalThis.current().number, number);
    await tab.page.reload();
    t.deepEqual(await tab.evaluate(check), [1, number]);
    t.is(await tab.evaluate(evaluations), 1);
    await tab.connected();
  }
  await project.write('state.js', state(4));
  await tab.until(() => globalThis.current().number, 4);
  t.deepEqual(await tab.evaluate(check), [1, 4]);
  t.is(await tab.evaluate(evaluations), 2);
});

test('a dynamic import gets the same instance in a second tab that opens later', async (t) => {
  const { project, tab, open } = await startApp(t, APP);
  await project.write('state.js', state(2));
  await tab.until(() => globalThis.current().number, 2);
  const other = await open();
  t.deepEqual(await other.evaluate(check), [1, 2]);
  t.is(await other.evaluate(evaluations), 1);
  await project.write('state.js', state(3));
  for (const one of [tab, other]) {
    await one.until(() => globalThis.current().number, 3);
    t.deepEqual(await one.evaluate(check), [1, 3]);
    t.is(one.loads, 1);
  }
});

test('a self-accepting module is one instance for later importers', async (t) => {
  const own = (number) => `${state(number)}import.meta.hot.accept();\n`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { state } from './state.js';
globalThis.current = () => state;
${WAYS}
globalThis.later = async (name) => (await import(name)).state === state;`,
    'later.js': `import { state } from './state.js'; export { state };`,
    'latest.js': `export { state } from './state.js';`,
    'state.js': own(1),
  });
  await tab.until(check, [1, 1]);
  for (const [number, file] of [
    [2, './later.js'],
    [3, './latest.js'],
  ]) {
    await project.write('state.js', own(number));
    await tab.until(() => globalThis.current().number, number);
    t.deepEqual(await tab.evaluate(check), [1, number]);
    t.true(await tab.evaluate((name) => globalThis.later(name), file));
    t.is(await tab.evaluate(evaluations), number);
  }
  t.is(tab.loads, 1);
});

test('a module that only a dynamic import loads is renewed for the next import', async (t) => {
  const lazy = (number) => `export const state = { number: ${number} };
globalThis.evaluations = (globalThis.evaluations ?? 0) + 1;
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `globalThis.load = async () => (await import('./lazy.js')).state.number;`,
    'lazy.js': lazy(1),
  });
  t.is(await tab.evaluate(() => globalThis.load()), 1);
  for (const number of [2, 3]) {
    await project.write('lazy.js', lazy(number));
    await tab.until(evaluations, number);
    t.is(await tab.evaluate(() => globalThis.load()), number);
    t.is(await tab.evaluate(evaluations), number);
  }
  await tab.page.reload();
  t.is(await tab.evaluate(() => globalThis.load()), 3);
  t.is(await tab.evaluate(evaluations), 1);
});

test('a module that was edited before it was ever imported is one instance', async (t) => {
  const { project, tab, open } = await startApp(t, {
    'main.js': `${WAYS}globalThis.current = () => globalThis.first;`,
    'state.js': state(1),
    'side.html':
      '<!doctype html><html><head></head><body><script type="module" src="./state.js"></script></body></html>',
  });
  // Another page has it, so it gets a version.
  const other = await open('/side.html');
  await project.write('state.js', state(2));
  await other.until(() => globalThis.__hotgraph__?.version > 0 && globalThis.evaluations, 1);
  await other.loaded(2);
  const seen = await tab.evaluate(async () => {
    const all = await globalThis.ways();
    return [new Set(all).size, all[0].number, globalThis.evaluations];
  });
  t.deepEqual(seen, [1, 2, 1]);
});

test('every module of a chain below a boundary stays one instance', async (t) => {
  const leaf = (number) => `export const state = { number: ${number} };`;
  const { project, tab } = await startApp(t, {
    'main.js': `import * as first from './top.js';
import { state } from './state.js';
let top = first;
globalThis.number = () => top.state.number;
globalThis.same = async () => {
  const modules = [await import('./top.js'), await import('./middle.js'), await import('./state.js')];
  return [modules[0].state === top.state, modules[1].state === top.state, modules[2].state === top.state, modules[0].self === top.self];
};
import.meta.hot.accept(['./top.js', './state.js'], ({ deps }) => { top = deps[0]; });
`,
    'top.js': `export * from './middle.js'; export const self = {};`,
    'middle.js': `export { state } from './state.js';`,
    'state.js': leaf(1),
  });
  const same = () => globalThis.same();
  await tab.until(same, [true, true, true, true]);
  for (const number of [2, 3]) {
    await project.write('state.js', leaf(number));
    await tab.until(() => globalThis.number(), number);
    t.deepEqual(await tab.evaluate(same), [true, true, true, true]);
  }
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(same), [true, true, true, true]);
});

test('an inline script of the page and a module share what they import', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': `<!doctype html><html><head></head><body><script type="module">
import { state } from './state.js';
globalThis.inline = state;
import.meta.hot.accept('./state.js', (next) => { globalThis.inline = next.state; });
</script><script type="module" src="./main.js"></script></body></html>`,
    'main.js': `import { state } from './state.js';
globalThis.module = state;
import.meta.hot.accept('./state.js', (next) => { globalThis.module = next.state; });`,
    'state.js': state(1),
  });
  const shared = () => [globalThis.inline === globalThis.module, globalThis.inline?.number];
  await tab.until(shared, [true, 1]);
  for (const number of [2, 3]) {
    await project.write('state.js', state(number));
    await tab.until(shared, [true, number]);
    t.is(await tab.evaluate(evaluations), number);
  }
  t.is(tab.loads, 1);
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(shared), [true, 3]);
  t.is(await tab.evaluate(evaluations), 1);
});

test('a script tag and an import are one instance, after an edit and F5', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': `<!doctype html><html><head><link rel="modulepreload" href="./state.js"></head>
<body><script type="module" src="/state.js"></script><script type="module" src="./main.js"></script></body></html>`,
    'main.js': MAIN,
    'user.js': APP['user.js'],
    'state.js': state(1),
  });
  await tab.until(check, [1, 1]);
  t.is(await tab.evaluate(evaluations), 1);
  await project.write('state.js', state(2));
  await tab.until(async () => (await globalThis.check())[1], 2);
  await tab.connected();
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(check), [1, 2]);
  t.is(await tab.evaluate(evaluations), 1);
});

test('each query is a module with one instance', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { state as a } from './state.js?a';
import { state as b } from './state.js?b&c=1';
let [one, two] = [a, b];
globalThis.numbers = () => [one.number, two.number];
globalThis.same = async () => [
  one !== two,
  (await import('./state.js?a')).state === one,
  (await import('./state.js' + '?b&c=1')).state === two,
];
import.meta.hot.accept('./state.js?a', (next) => { one = next.state; });
import.meta.hot.accept('./state.js?b&c=1', (next) => { two = next.state; });
`,
    'state.js': state(1),
  });
  const same = () => globalThis.same();
  await tab.until(same, [true, true, true]);
  await project.write('state.js', state(2));
  await tab.until(() => globalThis.numbers(), [2, 2]);
  t.deepEqual(await tab.evaluate(same), [true, true, true]);
  t.is(await tab.evaluate(evaluations), 4);
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(same), [true, true, true]);
  t.is(await tab.evaluate(evaluations), 2);
});

test('a module that imports itself, and modules in a cycle, are one instance each', async (t) => {
  const a = (number) => `import * as self from './a.js';
import { b } from './b.js';
globalThis.evaluations = (globalThis.evaluations ?? 0) + 1;
export const a = { number: ${number} };
export const same = async () => [self.a === a, (await import('./a.js')).a === a, b().a === a];
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { a, same } from './a.js';
let current = { a, same };
globalThis.number = () => current.a.number;
globalThis.same = () => current.same();
import.meta.hot.accept('./a.js', (next) => { current = next; });
`,
    'a.js': a(1),
    'b.js': `import { a } from './a.js'; export const b = () => ({ a });`,
  });
  const same = () => globalThis.same();
  await tab.until(same, [true, true, true]);
  for (const number of [2, 3]) {
    await project.write('a.js', a(number));
    await tab.until(() => globalThis.number(), number);
    t.deepEqual(await tab.evaluate(same), [true, true, true]);
    t.is(await tab.evaluate(evaluations), number);
  }
  t.is(tab.loads, 1);
});
