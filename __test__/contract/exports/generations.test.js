/**
 * Importers see the exports of the code in force, whatever older generations write, in cycles, and after code that
 * throws.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

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

test('assignments by an older generation do not hide the current exports', async (t) => {
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
