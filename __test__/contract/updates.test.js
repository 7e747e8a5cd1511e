/**
 * Updates that are applied without a reload: which way they take, and which boundaries they call.
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

test('an update passes through modules without hot code to the boundary above them', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `import { value } from './top.js';
globalThis.value = value;
globalThis.log = ['main'];
import.meta.hot.accept('./top.js', (top) => {
  globalThis.log.push('accepted');
  globalThis.value = top.value;
});
`,
    'top.js': `import { value as below } from './middle.js'; export const value = below + 1;`,
    'middle.js': `export { value } from './leaf.js';`,
    'leaf.js': 'export const value = 1;',
  });
  await tab.until(value, 2);
  for (const number of [10, 20, 30]) {
    await project.write('leaf.js', `export const value = ${number};`);
    await tab.until(value, number + 1);
  }
  t.is(await tab.evaluate(log), 'main, accepted, accepted, accepted');
  const applied = await server.event((event) => event.type === 'applied');
  t.deepEqual(applied.boundaries, ['/main.js']);
  wasHot(t, tab);
});

test('a diamond is evaluated once an update, and its boundary is called once', async (t) => {
  const leaf = (number) =>
    `export const value = ${number}; (globalThis.runs ??= []).push('leaf ${number}');`;
  const side = (name) =>
    `import { value as below } from './leaf.js'; export const value = below;
globalThis.runs.push('${name} ' + below);`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './join.js';
globalThis.value = value;
globalThis.calls = 0;
import.meta.hot.accept('./join.js', (join) => { globalThis.value = join.value; globalThis.calls += 1; });
`,
    'join.js': `import { value as left } from './left.js';
import { value as right } from './right.js';
export const value = left + right;`,
    'left.js': side('left'),
    'right.js': side('right'),
    'leaf.js': leaf(1),
  });
  await tab.until(value, 2);
  await tab.evaluate(() => {
    globalThis.runs = [];
  });
  await project.write('leaf.js', leaf(2));
  await tab.until(value, 4);
  t.deepEqual(await tab.evaluate(() => globalThis.runs), ['leaf 2', 'left 2', 'right 2']);
  t.is(await tab.evaluate(() => globalThis.calls), 1);
  wasHot(t, tab);
});

test('several accept calls of a module add up', async (t) => {
  const source = (number) => `globalThis.log ??= [];
export const value = ${number};
import.meta.hot.accept((own) => globalThis.log.push('first ' + own.value));
import.meta.hot.accept((own) => globalThis.log.push('second ' + own.value));
import.meta.hot.accept('./dep.js', (dep) => globalThis.log.push('dep ' + dep.value));
import.meta.hot.accept(['./dep.js'], ([dep]) => globalThis.log.push('list ' + dep.value));
import './dep.js';
`;
  const { project, tab } = await startApp(t, {
    'main.js': source(1),
    'dep.js': 'export const value = 1;',
  });
  await project.write('dep.js', 'export const value = 2;');
  await tab.until(log, 'dep 2, list 2');
  await project.write('main.js', source(3));
  await tab.until(log, 'dep 2, list 2, first 3, second 3');
  await project.write('dep.js', 'export const value = 4;');
  await tab.until(log, 'dep 2, list 2, first 3, second 3, dep 4, list 4');
  wasHot(t, tab);
});

test('accept({ bubbles: true }) takes the update and passes it on to importers', async (t) => {
  const dep = (number, call) => `export const value = ${number};
globalThis.log ??= [];
globalThis.log.push('run ${number}');
import.meta.hot.accept(${call});
`;
  for (const call of [
    '{ bubbles: true }',
    `({ module }) => globalThis.log.push('self ' + module.value), { bubbles: true }`,
  ]) {
    const { project, tab } = await startApp(t, {
      'main.js': `import './dep.js';
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; globalThis.log.push('main ' + dep.value); });
`,
      'dep.js': dep(1, call),
    });
    await project.write('dep.js', dep(2, call));
    await tab.until(value, 2);
    const seen = await tab.evaluate(() => globalThis.log);
    t.is(seen.filter((line) => line === 'run 2').length, 1);
    t.is(seen.filter((line) => line === 'main 2').length, 1);
    t.is(seen.filter((line) => line === 'self 2').length, call.startsWith('(') ? 1 : 0);
    wasHot(t, tab);
  }
});

test('accept({ bubbles: true }) without a boundary above it does not reload the page', async (t) => {
  const dep = (number) => `globalThis.value = ${number};
import.meta.hot.accept({ bubbles: true });
`;
  const { project, tab } = await startApp(t, { 'main.js': `import './dep.js';`, 'dep.js': dep(1) });
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  wasHot(t, tab);
});

test('a JSON module passes its update on to the module that accepts it', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import data from './data.json' with { type: 'json' };
globalThis.value = data.number;
import.meta.hot.accept('./data.json', (view) => { globalThis.value = view.default.number; });
`,
    'data.json': '{"number":1}',
  });
  for (const number of [2, 3]) {
    await project.write('data.json', `{"number":${number}}`);
    await tab.until(value, number);
  }
  wasHot(t, tab);
});

test('specifiers of an import map are accepted as they are imported', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': `<!doctype html><html><head>
<script type="importmap">{"imports":{"dep":"/lib/dep.js","lib/":"/lib/"}}</script>
</head><body><script type="module" src="./main.js"></script></body></html>`,
    'main.js': `import { value } from 'dep';
import { value as other } from 'lib/other.js';
globalThis.value = [value, other];
import.meta.hot.accept('dep', (dep) => { globalThis.value[0] = dep.value; });
import.meta.hot.accept(['lib/other.js'], ([dep]) => { globalThis.value[1] = dep.value; });
`,
    'lib/dep.js': 'export const value = 1;',
    'lib/other.js': 'export const value = 1;',
  });
  await tab.until(value, [1, 1]);
  await project.write('lib/dep.js', 'export const value = 2;');
  await tab.until(value, [2, 1]);
  await project.write('lib/other.js', 'export const value = 3;');
  await tab.until(value, [2, 3]);
  wasHot(t, tab);
});
