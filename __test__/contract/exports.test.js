/**
 * What importers that do not run again see of a module that accepted itself.
 */

import ava from 'ava';
import { PAGE, startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';

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

test('accept() without a callback: importers see new exports through a module that re-exports', async (t) => {
  const dep = (number) => `export const value = ${number};
export default ${number * 10};
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { number, ten, value, all } from './between.js';
globalThis.value = () => [number, ten, value, all.value];
`,
    'between.js': `export { value as number, default as ten } from './dep.js';
export * from './dep.js';
export * as all from './dep.js';
`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, [1, 10, 1, 1]);
  for (const number of [2, 3, 4]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, [number, number * 10, number, number]);
  }
  wasHot(t, tab);
});

const FORWARDS = {
  'a named re-export': [
    `import { value } from './between.js';`,
    `export { value } from './dep.js';`,
  ],
  'a renamed re-export': [
    `import { number as value } from './between.js';`,
    `export { value as number } from './dep.js';`,
  ],
  'a re-exported default': [
    `import value from './between.js';`,
    `export { default } from './dep.js';`,
  ],
  'a re-export as default': [
    `import value from './between.js';`,
    `export { value as default } from './dep.js';`,
  ],
  'a re-export by a string name': [
    `import { 'a name' as value } from './between.js';`,
    `export { value as 'a name' } from './dep.js';`,
  ],
  'an import that is exported': [
    `import { number as value } from './between.js';`,
    `import { value } from './dep.js'; export { value as number };`,
  ],
  'a re-exported namespace': [
    `import { all } from './between.js'; const value = { valueOf: () => all.value };`,
    `export * as all from './dep.js';`,
  ],
  'an imported namespace that is exported': [
    `import { all } from './between.js'; const value = { valueOf: () => all.value };`,
    `import * as all from './dep.js'; export { all };`,
  ],
  'export *': [`import { value } from './between.js';`, `export * from './dep.js';`],
  'a namespace of export *': [
    `import * as all from './between.js'; const value = { valueOf: () => all.value };`,
    `export * from './dep.js';`,
  ],
};

for (const [form, [imported, forward]] of Object.entries(FORWARDS)) {
  test(`accept() in a module with ${form}: importers see edits below it, and what changes later`, async (t) => {
    const dep = (number) => `export let value = ${number};
export { value as default };
globalThis.raise = () => { value += 1; };
`;
    const between = `${forward}\nimport.meta.hot.accept();\n`;
    const { project, tab } = await startApp(t, {
      'main.js': `${imported}
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.value = () => Number(value);
`,
      'between.js': between,
      'dep.js': dep(1),
    });
    const values = () => globalThis.value();
    await tab.until(values, 1);
    await tab.evaluate(() => globalThis.raise());
    t.is(await tab.evaluate(values), 2);
    for (const number of [20, 30, 40]) {
      await project.write('dep.js', dep(number));
      await tab.until(values, number);
      await tab.evaluate(() => globalThis.raise());
      t.is(await tab.evaluate(values), number + 1);
      await project.write('between.js', `${between}globalThis.between = ${number};\n`);
      await tab.until(() => globalThis.between, number);
      t.is(await tab.evaluate(values), number + 1);
    }
    t.is(await tab.evaluate(() => globalThis.runs), 1);
    wasHot(t, tab);
  });
}

// Such a module was served as it is, so that nobody is told when it assigns an export.
const FORWARDS_OF_FORWARDS = {
  'a re-export of a re-export': [
    `import { value } from './between.js';`,
    `export { value } from './inner.js';`,
  ],
  'export * of export *': [`import { value } from './between.js';`, `export * from './inner.js';`],
};

const LOADED_BEFORE = [
  ...Object.entries({ ...FORWARDS, ...FORWARDS_OF_FORWARDS }).map(([form, code]) => {
    return { form, code, of: 'a module', loaded: 'inner.js' };
  }),
  ...Object.entries(FORWARDS_OF_FORWARDS).map(([form, code]) => {
    return { form, code, of: 'a new module of one', loaded: 'dep.js' };
  }),
];

for (const { form, code, of, loaded } of LOADED_BEFORE) {
  const [imported, forward] = code;
  for (const when of ['just before', 'long before']) {
    test(`accept() in a module with ${form} of ${of} that was loaded ${when}: importers see edits below it, and what changes later`, async (t) => {
      const dep = (number) => `export let value = ${number};
export { value as default };
globalThis.raise = () => { value += 1; };
`;
      const between = `${forward}\nimport.meta.hot.accept();\n`;
      const { project, tab } = await startApp(t, {
        'main.js': `import './first.js'; import './other.js'; globalThis.load = () => import('./late.js');`,
        'first.js': `import './${loaded}'; import.meta.hot.accept();`,
        'other.js': `import.meta.hot.accept();`,
        'inner.js': `export * from './dep.js';`,
        'late.js': `${imported}
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.value = () => Number(value);
import.meta.hot.accept();
`,
        'between.js': between,
        'dep.js': dep(1),
      });
      if (when === 'long before') {
        await project.write('other.js', 'globalThis.other = true; import.meta.hot.accept();');
        await tab.until(() => globalThis.other, true);
      }
      await tab.evaluate(() => void globalThis.load());
      const values = () => globalThis.value?.();
      await tab.until(values, 1);
      await tab.evaluate(() => globalThis.raise());
      t.is(await tab.evaluate(values), 2);
      await project.write('dep.js', dep(10));
      await tab.until(values, 10);
      const runs = await tab.evaluate(() => globalThis.runs);
      for (const number of [20, 30, 40]) {
        await tab.evaluate(() => globalThis.raise());
        t.is(await tab.evaluate(values), number - 9);
        await project.write('between.js', `${between}globalThis.between = ${number};\n`);
        await tab.until(() => globalThis.between, number);
        t.is(await tab.evaluate(values), number - 9);
        await project.write('dep.js', dep(number));
        await tab.until(values, number);
      }
      t.is(await tab.evaluate(() => globalThis.runs), runs);
      wasHot(t, tab);
    });
  }
}

/** An app in which one module accepts, and passes on what a new one passes on of one that was loaded long before. */
const passingOn = (between) => ({
  'app/index.html': PAGE,
  'app/main.js': `import './dep.js'; globalThis.load = () => import('./late.js');`,
  'app/late.js': `import { value } from './first.js'; globalThis.value = () => value;`,
  'app/first.js': `export { value } from '${between}';\nimport.meta.hot.accept();\n`,
  'app/dep.js': 'export let value = 1;\nglobalThis.raise = () => { value += 1; };\n',
});

test('accept() in a module with exports of a new module outside of the root, of one that was loaded before: importers see what changes later', async (t) => {
  for (const base of ['', '/base']) {
    const outside = `${base}/__wds-outside-root__/1/linked/between.js`;
    const { project, tab } = await startApp(
      t,
      { ...passingOn(outside), 'linked/between.js': `export { value } from '${base}/dep.js';` },
      { root: 'app', path: `${base}/`, config: base ? { basePath: base } : {} },
    );
    await tab.until(() => typeof globalThis.raise, 'function');
    await tab.evaluate(() => globalThis.load());
    await tab.evaluate(() => globalThis.raise());
    t.is(await tab.evaluate(() => globalThis.value()), 2, base);
    await project.write(
      'app/first.js',
      `export { value } from '${outside}';\nglobalThis.first = 2;\nimport.meta.hot.accept();\n`,
    );
    await tab.until(() => globalThis.first, 2);
    await tab.evaluate(() => globalThis.raise());
    t.is(await tab.evaluate(() => globalThis.value()), 3, base);
    wasHot(t, tab);
  }
});

test('accept() in a module that exports constants of one that was loaded before: importers do not run again', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './first.js'; import('./late.js');`,
    'first.js': `import './dep.js'; import.meta.hot.accept();`,
    'late.js': `import { value } from './between.js';
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.value = () => value;
`,
    'between.js': `export { value } from './dep.js'; import.meta.hot.accept();`,
    'dep.js': 'export const value = 1;',
  });
  await tab.until(() => globalThis.value?.(), 1);
  await project.write('dep.js', 'export const value = 2;');
  await tab.until(() => globalThis.value(), 2);
  t.is(await tab.evaluate(() => globalThis.runs), 1);
  wasHot(t, tab);
});

test('accept() in a module whose exports come from elsewhere after an edit: importers see them', async (t) => {
  const forms = [
    `export { one as value } from './dep.js';`,
    `export { two as value } from './dep.js';`,
    `export const value = 3;`,
    `import { one } from './dep.js'; export { one as value };`,
    `import all from './other.js'; export let value = all;`,
    `export * from './other.js';`,
    `export { default as value } from './other.js';`,
  ];
  const between = (index) => `${forms[index]}\nimport.meta.hot.accept();\n`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './between.js'; globalThis.value = () => value;
import.meta.hot.dispose(() => {});`,
    'between.js': between(0),
    'dep.js': 'export const one = 1; export const two = 2;',
    'other.js': 'export default 5; export const value = 6;',
  });
  const values = () => globalThis.value();
  await tab.until(values, 1);
  for (const [index, expected] of [2, 3, 1, 5, 6, 5].entries()) {
    await project.write('between.js', between(index + 1));
    await tab.until(values, expected);
  }
  wasHot(t, tab);
});

test('accept() in a module that has no export * any more: what importers keep is a warning', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './between.js'; globalThis.value = () => value;`,
    'between.js': `export * from './dep.js';\nimport.meta.hot.accept();\n`,
    'dep.js': 'export const value = 1;',
  });
  await tab.until(() => globalThis.value(), 1);
  await project.write('between.js', `export const value = 2;\nimport.meta.hot.accept();\n`);
  const { type, text } = await tab.logged('keeps the last value of: value');
  t.is(type, 'warning');
  t.true(text.includes('/between.js') && text.includes('/main.js'), text);
  wasHot(t, tab);
});

test('barrels of barrels: importers see edits at the bottom', async (t) => {
  const dep = (number) => `export let value = ${number}; export const raise = () => { value++; };`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value, raise } from './barrel.js';
globalThis.value = () => value;
globalThis.raise = () => raise();
`,
    'barrel.js': `export * from './inner.js';\nimport.meta.hot.accept();\n`,
    'inner.js': `export * from './innermost.js';`,
    'innermost.js': `export { value, raise } from './dep.js';`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, 1);
  for (const number of [10, 20, 30]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, number);
    await tab.evaluate(() => globalThis.raise());
    t.is(await tab.evaluate(values), number + 1);
  }
  wasHot(t, tab);
});

test("modules in a cycle see each other's new exports", async (t) => {
  const even = (number) => `import { isOdd } from './odd.js';
export { offset } from './odd.js';
export const even = ${number};
export function isEven(n) { return n === 0 || isOdd(n - 1); }
globalThis.seenByEven = () => isOdd(1);
import.meta.hot.accept();
`;
  const odd = (number) => `import { isEven, even } from './even.js';
export const offset = ${number};
export function isOdd(n) { return n > 0 && isEven(n - 1) && even; }
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { isEven, even, offset } from './even.js';
globalThis.value = () => [isEven(2), even, offset];
`,
    'even.js': even(1),
    'odd.js': odd(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, [1, 1, 1]);
  await project.write('even.js', even(2));
  await tab.until(values, [2, 2, 1]);
  await project.write('odd.js', odd(3));
  await tab.until(values, [2, 2, 3]);
  await project.write('even.js', even(4));
  await tab.until(values, [4, 4, 3]);
  t.is(await tab.evaluate(() => globalThis.seenByEven()), 4);
  wasHot(t, tab);
});

test('every way to assign an exported variable shows in importers of older generations', async (t) => {
  const dep = (number) => `export let a = ${number}, b = 0;
let c = 0;
export { c as renamed, c as default };
export var d;
export const later = {
  assign() { a = 100; },
  update() { ++a; b--; },
  destructure() { [a, { b }] = [200, { b: 201 }]; ({ c } = { c: 202 }); },
  logical() { d ??= 300; c ||= 1; c &&= 301; },
  loops() { for (a of [1, 400]) ; for (const x of [1]) for ([b] of [[x], [401]]) { x; } for (c in { key: 1 }); },
  nested() { a = b = c = 500; },
  shadowed() { let a = 1; a = 2; return a; },
};
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import main, { a, b, renamed, d, later } from './dep.js';
globalThis.value = () => [a, b, renamed, main, d ?? null];
globalThis.later = (name) => later[name]();
`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, [1, 0, 0, 0, null]);
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, [number, 0, 0, 0, null]);
  }
  const after = async (name) => {
    await tab.evaluate((what) => globalThis.later(what), name);
    return tab.evaluate(values);
  };
  t.deepEqual(await after('assign'), [100, 0, 0, 0, null]);
  t.deepEqual(await after('update'), [101, -1, 0, 0, null]);
  t.deepEqual(await after('destructure'), [200, 201, 202, 202, null]);
  t.deepEqual(await after('logical'), [200, 201, 301, 301, 300]);
  t.deepEqual(await after('loops'), [400, 401, 'key', 'key', 300]);
  t.deepEqual(await after('nested'), [500, 500, 500, 500, 300]);
  t.deepEqual(await after('shadowed'), [500, 500, 500, 500, 300]);
  wasHot(t, tab);
});

test('what an older generation still writes does not hide the current exports', async (t) => {
  const dep = (number) => `export let count = ${number};
(globalThis.writers ??= []).push(() => { count = -1; });
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { count } from './dep.js'; globalThis.value = () => count;`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, 1);
  await project.write('dep.js', dep(2));
  await tab.until(values, 2);
  await tab.evaluate(() => globalThis.writers[0]());
  t.is(await tab.evaluate(values), 2);
  await tab.evaluate(() => globalThis.writers[1]());
  t.is(await tab.evaluate(values), -1);
  wasHot(t, tab);
});

test('new code that throws leaves the exports as they were', async (t) => {
  const dep = (number, rest = '') => `export let value = ${number}; value = ${number} + 1; ${rest}
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js'; globalThis.value = () => value;`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, 2);
  await project.write('dep.js', dep(10, `throw new Error('not yet');`));
  await tab.logged('not yet');
  t.is(await tab.evaluate(values), 2);
  await project.write('dep.js', dep(20));
  await tab.until(values, 21);
  wasHot(t, tab);
});

test('a module that is accepted by its importer shows new exports to a callback that uses the import', async (t) => {
  const dep = (number) => `export const count = ${number}; export { count as default };`;
  const { project, tab } = await startApp(t, {
    'main.js': `import total, { count } from './dep.js';
globalThis.value = [count, total];
import.meta.hot.accept('./dep.js', () => { globalThis.value = [count, total]; });
`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value;
  await tab.until(values, [1, 1]);
  for (const number of [2, 3, 4]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, [number, number]);
  }
  wasHot(t, tab);
});

const USES = {
  named: [`import { count } from './dep.js';`, 'count'],
  renamed: [`import { count as number } from './dep.js';`, 'number'],
  default: [`import count from './dep.js';`, 'count'],
  namespace: [`import * as dep from './dep.js';`, 'dep.count'],
  'of a class': [`import { Made } from './dep.js';`, 'new Made().number'],
  'of a function': [`import { make } from './dep.js';`, '(make)() + 0'],
  'in an object': [`import { count } from './dep.js';`, '({ count }).count'],
};
for (const [use, [statement, value]] of Object.entries(USES)) {
  test(`a callback that uses the import sees new exports of a module that another imported first: ${use}`, async (t) => {
    const dep = (number) => `export const count = ${number};
export default count;
export class Made { number = count; }
export const make = () => count;
`;
    const accepting = (number) => `${statement}
const show = () => { globalThis.value = [${number}, ${value}]; };
show();
import.meta.hot.accept('./dep.js', () => show());
import.meta.hot.accept();
`;
    const { project, tab } = await startApp(t, {
      'main.js': `import './first.js'; import('./late.js');`,
      'first.js': `import './dep.js'; import.meta.hot.accept('./dep.js', (dep) => { globalThis.first = dep.count; });`,
      'late.js': accepting(1),
      'dep.js': dep(1),
    });
    const values = () => globalThis.value;
    await tab.until(values, [1, 1]);
    for (const number of [2, 3]) {
      await project.write('dep.js', dep(number));
      await tab.until(values, [1, number]);
    }
    await project.write('late.js', accepting(2));
    await tab.until(values, [2, 3]);
    await project.write('dep.js', dep(4));
    await tab.until(values, [2, 4]);
    t.is(await tab.evaluate(() => globalThis.first), 4);
    wasHot(t, tab);
  });
}

test('a callback that uses the import of JSON sees the new text', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import data from './data.json' with { type: 'json' };
globalThis.value = data.number;
import.meta.hot.accept('./data.json', () => { globalThis.value = data.number; });
`,
    'data.json': '{ "number": 1 }',
  });
  for (const number of [2, 3]) {
    await project.write('data.json', `{ "number": ${number} }`);
    await tab.until(() => globalThis.value, number);
  }
  wasHot(t, tab);
});

test('a callback that uses the import may be in a cycle with it', async (t) => {
  const dep = (number) => `import { above, hoisted } from './above.js';
export const count = ${number} + hoisted();
export const seen = () => above;
export function early() { return 0; }
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './above.js';`,
    'above.js': `import { count, seen, early } from './dep.js';
export const above = 'above';
export function hoisted() { return early(); }
const show = () => { globalThis.value = [count, seen()]; };
show();
import.meta.hot.accept('./dep.js', () => show());
`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value;
  await tab.until(values, [1, 'above']);
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, [number, 'above']);
  }
  wasHot(t, tab);
});

test('accept() in a module that imports and exports: importers see what changed below it', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { number } from './between.js'; globalThis.value = () => number;`,
    'between.js': `import { value } from './dep.js';
export { value as number };
import.meta.hot.accept();
`,
    'dep.js': 'export const value = 1;',
  });
  const values = () => globalThis.value();
  await tab.until(values, 1);
  for (const number of [2, 3, 4]) {
    await project.write('dep.js', `export const value = ${number};`);
    await tab.until(values, number);
  }
  wasHot(t, tab);
});

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

test('a callback that assigns serves importers of every generation', async (t) => {
  const dep = (number) => `export let add = () => ${number};
import.meta.hot.accept((module) => { add = module.add; });
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { add } from './dep.js';
globalThis.readers = [() => add()];
globalThis.load = async (name) => { globalThis.readers.push((await import(name)).read); };
`,
    'second.js': `import { add } from './dep.js'; export const read = () => add();`,
    'third.js': `import { add } from './dep.js'; export const read = () => add();`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.readers.map((read) => read());
  await tab.until(values, [1]);
  await project.write('dep.js', dep(2));
  await tab.until(values, [2]);
  await tab.evaluate(() => globalThis.load('./second.js'));
  t.deepEqual(await tab.evaluate(values), [2, 2]);
  await project.write('dep.js', dep(3));
  await tab.until(values, [3, 3]);
  await tab.evaluate(() => globalThis.load('./third.js'));
  for (const number of [4, 5]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, [number, number, number]);
  }
  wasHot(t, tab);
});

test('with a callback, the callback decides what importers see of what it assigns', async (t) => {
  const dep = (number) => `export let taken = ${number};
export let changed = ${number};
export let left = ${number};
import.meta.hot.accept((module) => { taken = module.taken; changed = 'was ' + changed; });
`;
  const { project, tab, open } = await startApp(t, {
    'main.js': `import { taken, changed, left } from './dep.js';
globalThis.value = () => [taken, changed, left];
`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, [1, 1, 1]);
  await project.write('dep.js', dep(2));
  await tab.until(values, [2, 'was 1', 1]);
  await project.write('dep.js', dep(3));
  await tab.until(values, [3, 'was 2', 1]);
  await (await open()).until(values, [3, 3, 3]);
  wasHot(t, tab);
});

/** How components are wrapped whose callbacks change the first wrapper, and assign nothing. */
const WRAPPERS = {
  'which reads what it shows': `Child = hmr(Child, () => Child[HMR].source);
  import.meta.hot.accept((module) => {
    module.default[HMR].source = Child[HMR].source;
    set(Child[HMR].source, module.default[HMR].original);
  });`,
  'which is told what to show': `Child = hmr(Child);
  import.meta.hot.accept((module) => { Child[HMR].update(module.default); });`,
};
const HMR = `export const HMR = Symbol('hmr');
export const set = (source, value) => {
  source.value = value;
  for (const effect of source.effects) effect();
};
export function hmr(original, getSource) {
  function wrapper(target) {
    const source = getSource?.() ?? wrapper[HMR].source;
    const effect = () => source.value(target);
    source.effects.add(effect);
    effect();
  }
  wrapper[HMR] = {
    original,
    source: { value: original, effects: new Set() },
    update(next) {
      set(wrapper[HMR].source, next[HMR].original);
      next[HMR].source = wrapper[HMR].source;
    },
  };
  return wrapper;
}
`;
for (const [how, accepting] of Object.entries(WRAPPERS)) {
  test(`a callback that changes a wrapper, ${how}, serves what is mounted before, between and after edits`, async (t) => {
    const child = (number) => `import { HMR, hmr, set } from './hmr.js';
function Child(target) { target.textContent = 'text ${number}'; }
if (import.meta.hot) {
  ${accepting}
}
globalThis.edit = ${number};
export default Child;
`;
    for (const first of [0, 1, 2, 3]) {
      const { project, tab } = await startApp(t, {
        'main.js': `import Child from './child.js';
globalThis.mount = () => Child(document.body.appendChild(document.createElement('p')));
globalThis.load = async () => (await import('./late.js')).mount();`,
        'late.js': `import Child from './child.js';
export const mount = () => Child(document.body.appendChild(document.createElement('p')));`,
        'child.js': child(0),
        'hmr.js': HMR,
      });
      const texts = () => [...document.querySelectorAll('p')].map((one) => one.textContent);
      await tab.until(() => globalThis.edit, 0);
      for (const number of [0, 1, 2, 3]) {
        if (number > 0) await project.write('child.js', child(number));
        await tab.until(() => globalThis.edit, number);
        const mounted = Math.max(0, (number - first) * 2);
        const expected = Array.from({ length: mounted }, () => `text ${number}`);
        await tab.until(texts, expected);
        if (number < first) continue;
        await tab.evaluate(() => globalThis.mount());
        await tab.evaluate(() => globalThis.load());
        await tab.until(texts, [...expected, `text ${number}`, `text ${number}`]);
      }
      wasHot(t, tab);
    }
  });
}

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

test('importers of a module that accepts no more since its last save see what its functions write', async (t) => {
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

for (const [what, main, first] of [
  ['that is new', `import './view.js'; import './lib.js';`, ''],
  ['that hot modules import', `import './view.js';`, `import { a } from './barrel.js'; a;`],
  ['that only others import', `import { a } from './barrel.js'; import './view.js'; a;`, ''],
]) {
  test(`a name that is new in a module comes through export * of one ${what}`, async (t) => {
    const view = (imports, shown) => `${imports}
globalThis.value = () => ${shown};
import.meta.hot.accept();`;
    const lib = (names, number) => {
      const exported = names.map((name) => `export const ${name} = '${name}${number}';`);
      return `${exported.join('\n')}
globalThis.lib = ${number};
import.meta.hot.accept();`;
    };
    const { project, tab } = await startApp(t, {
      'main.js': main,
      'view.js': view(first, '0'),
      'barrel.js': `export * from './lib.js';`,
      'lib.js': lib(['a'], 1),
    });
    const values = () => globalThis.value?.();
    await tab.until(values, 0);
    await project.write('lib.js', lib(['b', 'a'], 2));
    await tab.until(() => globalThis.lib, 2);
    await project.write('view.js', view(`import { b } from './barrel.js';`, 'b'));
    await tab.until(values, 'b2');
    const all = '[Object.keys(ns), typeof ns.c, ns.a, ns.b]';
    await project.write('view.js', view(`import * as ns from './barrel.js';`, all));
    await tab.until(values, [['a', 'b'], 'undefined', 'a2', 'b2']);
    await project.write('lib.js', lib(['a', 'b', 'c'], 3));
    await tab.until(values, [['a', 'b', 'c'], 'string', 'a3', 'b3']);
    wasHot(t, tab);
  });
}

for (const between of [
  `export { foo } from './foo.js';`,
  `import { foo } from './foo.js'; export { foo };`,
]) {
  test(`a star of a module beside a star of a hot one that passes its export on is not ambiguous: ${between}`, async (t) => {
    const foo = (number) => `export const foo = ${number};`;
    const { project, tab } = await startApp(t, {
      'main.js': `import { foo } from './index.js'; globalThis.value = () => foo;`,
      'index.js': `export * from './a.js'; export * from './foo.js';`,
      'a.js': `${between}\nimport.meta.hot.accept();`,
      'foo.js': foo(1),
    });
    const values = () => globalThis.value?.();
    await tab.until(values, 1);
    await project.write('a.js', `${between}\nglobalThis.a = 2; import.meta.hot.accept();`);
    await tab.until(() => globalThis.a, 2);
    t.is(await tab.evaluate(values), 1);
    wasHot(t, tab);
    // The other star lets the update go on to the page.
    await project.write('foo.js', foo(2));
    await tab.until(values, 2);
    t.deepEqual(tab.errors, []);
  });
}

test('a hot barrel in a cycle passes on at first load what its modules need when they run', async (t) => {
  const base = (number) => `import { helper } from './index.js';
export class Base { static made = helper(${number}); }`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { Base } from './index.js'; globalThis.value = () => Base.made;`,
    'index.js': `export { helper } from './helper.js'; export { Base } from './base.js';
import.meta.hot.accept();`,
    'helper.js': `export const helper = (number) => 'made ' + number;`,
    'base.js': base(1),
  });
  const values = () => globalThis.value?.();
  for (const number of [1, 2, 3]) {
    if (number > 1) await project.write('base.js', base(number));
    await tab.until(values, `made ${number}`);
  }
  wasHot(t, tab);
});
