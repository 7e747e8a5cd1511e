/**
 * A module accepts itself: importers that do not run again see its new exports, in every form.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const IMPORT = `import { value } from './dep.js';`;

const FORMS = {
  let: [IMPORT, (n) => `export let value = ${n};`],
  const: [IMPORT, (n) => `export const value = ${n};`],
  var: [IMPORT, (n) => `export var value = ${n};`],
  'a function': [
    `import { make } from './dep.js'; const value = { valueOf: () => make() };`,
    (n) => `export function make() { return ${n}; }`,
  ],
  'an async function': [
    `import { make } from './dep.js'; const value = { valueOf: () => Number(/(\\d+);/.exec(make)[1]) };`,
    (n) => `export async function make() { return ${n}; }`,
  ],
  'a class': [
    `import { Made } from './dep.js'; const value = { valueOf: () => new Made().number };`,
    (n) => `export class Made { number = ${n}; }`,
  ],
  'a default expression': [`import value from './dep.js';`, (n) => `export default ${n};`],
  'a default function': [
    `import make from './dep.js'; const value = { valueOf: () => make() };`,
    (n) => `export default function () { return ${n}; }`,
  ],
  'a named default function': [
    `import make from './dep.js'; const value = { valueOf: () => make() };`,
    (n) => `export default function made() { return ${n}; }`,
  ],
  'a default class': [
    `import Made from './dep.js'; const value = { valueOf: () => new Made().number };`,
    (n) => `export default class { number = ${n}; }`,
  ],
  'a default arrow function': [
    `import make from './dep.js'; const value = { valueOf: () => make() };`,
    (n) => `export default () => ${n};`,
  ],
  'a renamed export': [
    `import { outer as value } from './dep.js';`,
    (n) => `const inner = ${n}; export { inner as outer };`,
  ],
  'an export renamed to default': [
    `import value from './dep.js';`,
    (n) => `const inner = ${n}; export { inner as default };`,
  ],
  'an export whose name is a string': [
    `import { 'a name' as value } from './dep.js';`,
    (n) => `const inner = ${n}; export { inner as 'a name' };`,
  ],
  'a destructured const': [
    IMPORT,
    (n) =>
      `export const { value, deep: [first, ...rest] } = { value: ${n}, deep: [1, 2] }; first + rest[0];`,
  ],
  'one of several declarators': [
    IMPORT,
    (n) => `const seven = 7, value = ${n}, eight = 8; export { value }; seven + eight;`,
  ],
  'a namespace': [
    `import * as dep from './dep.js'; const value = { valueOf: () => dep.value };`,
    (n) => `export const value = ${n};`,
  ],
};

for (const [form, [imported, exported]] of Object.entries(FORMS)) {
  test(`accept() without a callback: importers see new exports: ${form}`, async (t) => {
    const dep = (number) => `${exported(number)}\nimport.meta.hot.accept();\n`;
    const { project, tab } = await startApp(t, {
      'main.js': `${imported}
import { read } from './reader.js';
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.value = () => [Number(value), read()];
`,
      'reader.js': `${imported}
const closures = [() => Number(value)];
export const read = () => closures[0]();
`,
      'dep.js': dep(1),
    });
    const values = () => globalThis.value();
    await tab.until(values, [1, 1]);
    for (const number of [2, 3, 4]) {
      await project.write('dep.js', dep(number));
      await tab.until(values, [number, number]);
    }
    t.is(await tab.evaluate(() => globalThis.runs), 1);
    wasHot(t, tab);
  });
}

test('accept() without a callback: exports stay live when the new generation reassigns them', async (t) => {
  const dep = (number) => `export let count = ${number};
export const raise = () => { count += 1; };
globalThis.later = () => { count += 100; };
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { count, raise } from './dep.js';
globalThis.count = () => count;
globalThis.raise = raise;
globalThis.raiseNow = () => raise();
`,
    'dep.js': dep(1),
  });
  const count = () => globalThis.count();
  await tab.until(count, 1);
  for (const number of [10, 20]) {
    await project.write('dep.js', dep(number));
    await tab.until(count, number);
    await tab.evaluate(() => globalThis.raiseNow());
    t.is(await tab.evaluate(count), number + 1);
    await tab.evaluate(() => globalThis.later());
    t.is(await tab.evaluate(count), number + 101);
  }
  wasHot(t, tab);
});

test('a removed export is a warning that names it and its importers', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { gone, kept } from './dep.js'; globalThis.value = () => [gone, kept];`,
    'dep.js': 'export const gone = 1; export const kept = 1; import.meta.hot.accept();',
  });
  const values = () => globalThis.value();
  await tab.until(values, [1, 1]);
  await project.write('dep.js', 'export const kept = 2; import.meta.hot.accept();');
  await tab.until(values, [1, 2]);
  const { text, type } = await tab.logged('gone');
  t.is(type, 'warning');
  t.true(text.includes('/dep.js'), text);
  t.true(text.includes('/main.js'), text);
  wasHot(t, tab);
});

test('the lines of a patched module stay where they were', async (t) => {
  const dep = (number) => `export default
  ${number};
export const
  { where, other } = { where: new Error('here').stack, other: 1 };
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import value, { where } from './dep.js'; globalThis.value = () => [value, /dep\\.js[^\\n]*:(\\d+):\\d+/.exec(where)[1]];`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, [1, '4']);
  await project.write('dep.js', dep(2));
  await tab.until(values, [2, '4']);
  wasHot(t, tab);
});

test('a module that an update brings into the page is patched like any other', async (t) => {
  const late = (value) => `export const value = ${value}; import.meta.hot.accept();`;
  const { project, tab } = await startApp(t, {
    'main.js': 'import.meta.hot.accept();',
    'late.js': late(1),
  });
  const read = () => globalThis.read?.();
  await project.write(
    'main.js',
    "import { value } from './late.js'; globalThis.read = () => value; import.meta.hot.accept();",
  );
  await tab.until(read, 1);
  for (const value of [2, 3]) {
    await project.write('late.js', late(value));
    await tab.until(read, value);
  }
  wasHot(t, tab);
});

test('importers of a module that no longer accepts see what its functions assign', async (t) => {
  const c = (number, rest) => `export let n = ${number}; export function inc() { n++ }\n${rest}`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { n, inc } from './c.js'; import './hot.js';
globalThis.inc = () => inc();
globalThis.native = () => n;`,
    'hot.js': `import { n } from './c.js'; globalThis.hot = () => n; import.meta.hot.accept();`,
    'c.js': c(1, 'import.meta.hot.accept();'),
  });
  const values = () => [globalThis.native?.(), globalThis.hot?.()];
  await tab.until(values, [1, 1]);
  await project.write('c.js', c(10, ''));
  await tab.until(values, [10, 10]);
  await tab.evaluate(() => globalThis.inc());
  t.deepEqual(await tab.evaluate(values), [11, 11]);
  wasHot(t, tab);
});
