/**
 * `dispose` and `data`: what a generation leaves to the next.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { hasLoaded, wasHot } from '../helpers/expect.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const log = () => globalThis.log?.join(', ');

test('data is one object for all generations, and dispose callbacks get it', async (t) => {
  const dep = (name) => `const { data } = import.meta.hot;
data.count = (data.count ?? 0) + 1;
globalThis.objects ??= new Set();
globalThis.objects.add(data);
globalThis.value = ['${name}', data.count, data.from ?? null, globalThis.objects.size];
import.meta.hot.dispose((given) => { given.from = '${name}'; globalThis.objects.add(given); });
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js';`,
    'dep.js': dep('a'),
  });
  await tab.until(value, ['a', 1, null, 1]);
  await project.write('dep.js', dep('b'));
  await tab.until(value, ['b', 2, 'a', 1]);
  await project.write('dep.js', dep('c'));
  await tab.until(value, ['c', 3, 'b', 1]);
  wasHot(t, tab);
});

test('assigning hot.data replaces it', async (t) => {
  const dep = (number) => `const before = import.meta.hot.data;
globalThis.value = [${number}, before?.number ?? null, before?.old ?? null];
if (${number} === 1) import.meta.hot.data.old = true;
import.meta.hot.dispose(() => { import.meta.hot.data = { number: ${number} }; });
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, { 'main.js': `import './dep.js';`, 'dep.js': dep(1) });
  await tab.until(value, [1, null, null]);
  await project.write('dep.js', dep(2));
  await tab.until(value, [2, 1, null]);
  await project.write('dep.js', dep(3));
  await tab.until(value, [3, 2, null]);
  wasHot(t, tab);
});

test('a module that writes into data accepts itself, unless it declines', async (t) => {
  const dep = (number, end) =>
    `import.meta.hot.data.number ??= ${number};
globalThis.value = [${number}, import.meta.hot.data.number];
${end}`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js';`,
    'dep.js': dep(1, ''),
  });
  await tab.until(value, [1, 1]);
  await project.write('dep.js', dep(2, ''));
  await tab.until(value, [2, 1]);
  await project.write('dep.js', dep(3, 'import.meta.hot.decline();'));
  await tab.until(value, [3, 1]);
  t.is(tab.loads, 1);
  await project.write('dep.js', dep(4, 'import.meta.hot.decline();'));
  await tab.until(value, [4, 4]);
  await hasLoaded(t, tab, 2);
});

test('a module that writes into data and accepts only a dependency does not take its own update', async (t) => {
  const middle = (number) => `import './dep.js';
import.meta.hot.data.number = ${number};
export const value = ${number};
import.meta.hot.accept('./dep.js', () => {});
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './middle.js';
globalThis.value = value;
import.meta.hot.accept('./middle.js', (middle) => { globalThis.value = middle.value; });
`,
    'middle.js': middle(1),
    'dep.js': 'export {};',
  });
  await tab.until(value, 1);
  await project.write('middle.js', middle(2));
  await tab.until(value, 2);
  wasHot(t, tab);
});

test('dispose callbacks run in parallel, are awaited, and precede the new generation', async (t) => {
  const dep = (name) => `globalThis.log ??= [];
globalThis.log.push('run ${name}');
globalThis.waiting ??= [];
for (const part of ['x', 'y']) {
  import.meta.hot.dispose(async () => {
    globalThis.log.push('start ${name}' + part);
    await new Promise((resolve) => globalThis.waiting.push(resolve));
    globalThis.log.push('end ${name}' + part);
  });
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './a.js'; import.meta.hot.accept('./a.js', () => globalThis.log.push('accepted'));`,
    'a.js': `import './b.js';\n${dep('a1')}`,
    'b.js': dep('b1'),
  });
  await tab.until(log, 'run b1, run a1');
  await project.write('b.js', dep('b2'));
  await tab.until(() => globalThis.waiting.length, 4);
  t.is(
    (await tab.evaluate(() => globalThis.log)).filter((line) => line.startsWith('start')).length,
    4,
  );
  await tab.evaluate(() => {
    for (const resolve of globalThis.waiting.splice(1)) resolve();
  });
  await tab.until(() => globalThis.log.filter((line) => line.startsWith('end')).length, 3);
  t.false((await tab.evaluate(log)).includes('run b2'));
  await tab.evaluate(() => globalThis.waiting[0]());
  await tab.until(() => globalThis.log.slice(-3), ['run b2', 'run a1', 'accepted']);
  wasHot(t, tab);
});

test('the callbacks of the current generation run, once', async (t) => {
  const dep = (number) => `globalThis.log ??= [];
export const value = ${number};
import.meta.hot.dispose(() => globalThis.log.push('dispose ${number}'));
import.meta.hot.accept((next) => globalThis.log.push('${number} accepts ' + next.value));
import.meta.hot.on('vite:afterUpdate', () => globalThis.log.push('after in ${number}'));
`;
  const { project, tab } = await startApp(t, { 'main.js': `import './dep.js';`, 'dep.js': dep(1) });
  await project.write('dep.js', dep(2));
  await tab.until(log, 'dispose 1, 1 accepts 2, after in 2');
  await project.write('dep.js', dep(3));
  await tab.until(log, 'dispose 1, 1 accepts 2, after in 2, dispose 2, 2 accepts 3, after in 3');
  wasHot(t, tab);
});
