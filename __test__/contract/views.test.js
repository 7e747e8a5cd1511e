/**
 * What accept callbacks get: the view of one module, the list of several.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const log = () => globalThis.log?.join(', ');

test('a callback gets a view: live, enumerable exports, hidden module and deps', async (t) => {
  const source = (number) => `export let value = ${number};
export const name = 'n${number}';
export default 'd${number}';
export const raise = () => { value += 1; };
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js';
import.meta.hot.accept('./dep.js', (view) => {
  const keys = [];
  for (const key in view) keys.push(key);
  view.raise();
  globalThis.value = {
    keys: keys.sort(),
    value: view.value,
    name: view.name,
    default: view.default,
    module: view.module.value,
    deps: view.deps.map((dep) => dep.value),
  };
});
`,
    'dep.js': source(1),
  });
  await project.write('dep.js', source(2));
  await tab.until(value, {
    keys: ['default', 'name', 'raise', 'value'],
    value: 3,
    name: 'n2',
    default: 'd2',
    module: 3,
    deps: [3],
  });
  wasHot(t, tab);
});

test('exports called module and deps win over the hidden properties of the view', async (t) => {
  const source = (number) =>
    `export const module = 'own ${number}'; export const deps = [${number}];`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js';
import.meta.hot.accept('./dep.js', ({ module, deps }) => { globalThis.value = [module, deps]; });
`,
    'dep.js': source(1),
  });
  await project.write('dep.js', source(2));
  await tab.until(value, ['own 2', [2]]);
  wasHot(t, tab);
});

test('accept([a, b], ([a, b]) => …) gets undefined for what did not change', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './a.js';
import './b.js';
globalThis.value = [];
import.meta.hot.accept(['./a.js', './b.js'], ([a, b]) => {
  globalThis.value.push([a?.name ?? null, b?.name ?? null, a === undefined, b === undefined]);
});
`,
    'a.js': `export const name = 'a1';`,
    'b.js': `export const name = 'b1';`,
  });
  await project.write('a.js', `export const name = 'a2';`);
  await tab.until(value, [['a2', null, false, true]]);
  await project.write('b.js', `export const name = 'b2';`);
  await tab.until(value, [
    ['a2', null, false, true],
    [null, 'b2', true, false],
  ]);
  wasHot(t, tab);
});

test('the list of accept([a, b], …) has all up-to-date dependencies in deps', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './a.js';
import './b.js';
globalThis.value = [];
export const own = 'main';
import.meta.hot.accept(['./a.js', './b.js'], ({ deps, module, length }) => {
  globalThis.value.push([...deps.map((dep) => dep.name), module.own, length]);
});
`,
    'a.js': `export const name = 'a1';`,
    'b.js': `export const name = 'b1';`,
  });
  const expected = [];
  for (const [file, names] of [
    ['a', ['a2', 'b1']],
    ['b', ['a2', 'b2']],
    ['a', ['a3', 'b2']],
  ]) {
    const name = names.find((one) => one.startsWith(file));
    await project.write(`${file}.js`, `export const name = '${name}';`);
    expected.push([...names, 'main', 2]);
    await tab.until(value, expected);
  }
  wasHot(t, tab);
});

test('acceptDeps takes one specifier or a list', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './a.js';
import './b.js';
globalThis.log = [];
import.meta.hot.acceptDeps('./a.js', (a) => globalThis.log.push('one ' + a.name));
import.meta.hot.acceptDeps(['./b.js'], ([b]) => globalThis.log.push('list ' + b.name));
`,
    'a.js': `export const name = 'a1';`,
    'b.js': `export const name = 'b1';`,
  });
  await project.write('a.js', `export const name = 'a2';`);
  await tab.until(log, 'one a2');
  await project.write('b.js', `export const name = 'b2';`);
  await tab.until(log, 'one a2, list b2');
  wasHot(t, tab);
});
