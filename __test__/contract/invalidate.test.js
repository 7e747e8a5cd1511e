/**
 * `invalidate()`: an update that a module gives up goes on to its importers.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { hasLoaded, settled, wasHot } from '../helpers/expect.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const log = () => globalThis.log?.join(', ');

test('invalidate() goes on to the importer that accepts, in every tab, without a reload', async (t) => {
  const dep = (number) => `export const value = ${number};
import.meta.hot.accept((next) => { if (next.value > 1) import.meta.hot.invalidate('too much'); });
`;
  const { project, server, tab, open } = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.value = value;
globalThis.log = [];
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; globalThis.log.push(dep.value); });
import.meta.hot.on('vite:invalidate', ({ path, message, firstInvalidatedBy }) => {
  globalThis.invalidated = [path, message, firstInvalidatedBy];
});
`,
    'dep.js': dep(1),
  });
  const other = await open();
  const expected = [];
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    expected.push(number);
    for (const one of [tab, other]) {
      await one.until(value, number);
      t.deepEqual(await one.evaluate(() => globalThis.log), expected);
    }
  }
  t.deepEqual(await tab.evaluate(() => globalThis.invalidated), ['/dep.js', 'too much', '/dep.js']);
  const { url, message } = await server.event((event) => event.type === 'invalidated');
  t.deepEqual([url, message], ['/dep.js', 'too much']);
  wasHot(t, tab);
  wasHot(t, other);
});

test('invalidate() goes on through several modules that give up', async (t) => {
  const giveUp = `import.meta.hot.accept(() => import.meta.hot.invalidate());`;
  const dep = (number) => `export const value = ${number}; ${giveUp}`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './top.js';
globalThis.value = value;
globalThis.log = [];
import.meta.hot.accept('./top.js', (top) => { globalThis.value = top.value; globalThis.log.push(top.value); });
`,
    'top.js': `export { value } from './middle.js'; ${giveUp}`,
    'middle.js': `export { value } from './dep.js'; ${giveUp}`,
    'dep.js': dep(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    await tab.until(value, number);
  }
  t.is(await tab.evaluate(log), '2, 3');
  wasHot(t, tab);
});

test('invalidate() in a cycle reloads at most once', async (t) => {
  const giveUp = `import.meta.hot.accept(() => import.meta.hot.invalidate());`;
  const a = (number) => `import './b.js'; globalThis.value = ${number}; ${giveUp}`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `globalThis.testHot = import.meta.hot; import './a.js';`,
    'a.js': a(1),
    'b.js': `import './a.js'; ${giveUp}`,
  });
  await tab.until(value, 1);
  for (const [edit, number] of [2, 3].entries()) {
    await project.write('a.js', a(number));
    await tab.loaded(edit + 2);
    await tab.until(value, number);
    await hasLoaded(t, tab, edit + 2);
    await settled(tab, server);
    t.is(tab.loads, edit + 2);
  }
  const reloads = server.events.filter((event) => event.type === 'reloaded');
  t.deepEqual(
    reloads.map(({ report }) => report.cause),
    ['invalidated', 'invalidated'],
  );
});

test('invalidate() in a cycle stops at a boundary above it', async (t) => {
  const giveUp = `import.meta.hot.accept(() => import.meta.hot.invalidate());`;
  const a = (number) => `import './b.js'; export const value = ${number}; ${giveUp}`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `globalThis.testHot = import.meta.hot;
import { value } from './a.js';
globalThis.value = value;
import.meta.hot.accept('./a.js', (a) => { globalThis.value = a.value; });
`,
    'a.js': a(1),
    'b.js': `import './a.js'; ${giveUp}`,
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('a.js', a(number));
    await tab.until(value, number);
    await settled(tab, server);
  }
  wasHot(t, tab);
});

test('invalidate() while the module runs, before it accepts, goes on to the importer', async (t) => {
  const dep = (number) => `export const value = ${number};
import.meta.hot.accept();
if (${number} > 1) import.meta.hot.invalidate();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
`,
    'dep.js': dep(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    await tab.until(value, number);
  }
  wasHot(t, tab);
});
