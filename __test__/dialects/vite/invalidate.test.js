/**
 * `invalidate` and `decline` of vite.dev/guide/api-hmr: the update goes on to importers, or the page reloads.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { settled, wasHot } from '../../helpers/expect.js';
import { HOT, hasLoaded } from '../../helpers/vite.js';

// One after the other: dozens of tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const log = () => globalThis.log?.join(', ');

/** How a callback gives up: at once, after something, much later. */
const MOMENTS = {
  'in the callback': '() => import.meta.hot.invalidate()',
  'after an await': 'async () => { await null; import.meta.hot.invalidate() }',
  later: '() => { setTimeout(() => import.meta.hot.invalidate()) }',
};

for (const [moment, giveUp] of Object.entries(MOMENTS)) {
  test(`invalidate() in a callback for a dependency goes on to importers, with the new code: ${moment}`, async (t) => {
    const app = await startApp(t, {
      'main.js': `${HOT}import { value } from './middle.js'
globalThis.value = value
globalThis.log = []
if (import.meta.hot) {
  import.meta.hot.accept('./middle.js', (middle) => {
    globalThis.value = middle.value
    globalThis.log.push('main ' + middle.value)
  })
}
`,
      'middle.js': `import { value as below } from './dep.js'
export const value = below * 10
if (import.meta.hot) {
  import.meta.hot.dispose(() => globalThis.log.push('dispose ' + value))
  import.meta.hot.accept('./dep.js', ${giveUp})
}
`,
      'dep.js': 'export const value = 1',
    });
    const { project, server, tab } = app;
    const other = await app.open();
    const expected = [];
    for (const number of [2, 3, 4]) {
      await project.write('dep.js', `export const value = ${number}`);
      expected.push(`dispose ${(number - 1) * 10}`, `main ${number * 10}`);
      for (const one of [tab, other]) {
        await one.until(value, number * 10);
        await settled(one, server);
        t.deepEqual(await one.evaluate(() => globalThis.log), expected);
      }
    }
    wasHot(t, tab);
    wasHot(t, other);
  });

  test(`invalidate() of a self-accepting module does not evaluate it twice: ${moment}`, async (t) => {
    const dep = (number) => `globalThis.runs = (globalThis.runs ?? 0) + 1
export const value = ${number}
if (import.meta.hot) {
  import.meta.hot.accept(${giveUp})
}
`;
    const { project, server, tab } = await startApp(t, {
      'main.js': `${HOT}import { value } from './dep.js'
globalThis.value = value
globalThis.log = []
if (import.meta.hot) {
  import.meta.hot.accept('./dep.js', (dep) => {
    globalThis.value = dep.value
    globalThis.log.push(dep.value)
  })
}
`,
      'dep.js': dep(1),
    });
    for (const number of [2, 3, 4]) {
      await project.write('dep.js', dep(number));
      await tab.until(value, number);
      await settled(tab, server);
      t.is(await tab.evaluate(() => globalThis.runs), number);
      t.is(await tab.evaluate(() => globalThis.log.length), number - 1);
    }
    wasHot(t, tab);
  });

  test(`invalidate() within dependency acceptances in a cycle ends, with one reload at most: ${moment}`, async (t) => {
    const module = (other, number) => `import './${other}.js'
import './leaf.js'
globalThis.value = ${number}
if (import.meta.hot) {
  import.meta.hot.accept(['./${other}.js', './leaf.js'], ${giveUp})
}
`;
    const app = await startApp(t, {
      'main.js': `${HOT}import './a.js'`,
      'a.js': module('b', 1),
      'b.js': module('a', 2),
      'leaf.js': 'globalThis.leaf = 1',
    });
    for (const [edit, number] of [2, 3].entries()) {
      await app.project.write('leaf.js', `globalThis.leaf = ${number}`);
      await hasLoaded(t, app, app.tab, edit + 2);
      t.is(await app.tab.evaluate(() => globalThis.leaf), number);
    }
    const causes = app.server.events.filter(({ type }) => type === 'reloaded');
    t.deepEqual(
      causes.map(({ report }) => report.cause),
      ['invalidated', 'invalidated'],
    );
  });
}

test('invalidate() within dependency acceptances in a cycle stops at a boundary above it', async (t) => {
  const module = (other) => `import './${other}.js'
import { leaf } from './leaf.js'
export const value = leaf
if (import.meta.hot) {
  import.meta.hot.accept(['./${other}.js', './leaf.js'], () => import.meta.hot.invalidate())
}
`;
  const leaf = (number) => `export const leaf = ${number}`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `${HOT}import { value } from './a.js'
globalThis.value = value
if (import.meta.hot) {
  import.meta.hot.accept('./a.js', (a) => { globalThis.value = a.value })
}
`,
    'a.js': module('b'),
    'b.js': module('a'),
    'leaf.js': leaf(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('leaf.js', leaf(number));
    await tab.until(value, number);
    await settled(tab, server);
  }
  wasHot(t, tab);
});

test('invalidate(message) reloads once where nothing above accepts, in every tab', async (t) => {
  const app = await startApp(t, {
    'main.js': `${HOT}import { value } from './dep.js'
globalThis.value = value
if (import.meta.hot) {
  import.meta.hot.accept('./dep.js', () => import.meta.hot.invalidate('cannot handle it'))
}
`,
    'dep.js': 'export const value = 1',
  });
  const other = await app.open();
  for (const [edit, number] of [2, 3].entries()) {
    await app.project.write('dep.js', `export const value = ${number}`);
    for (const tab of [app.tab, other]) {
      await tab.until(value, number);
      await hasLoaded(t, app, tab, edit + 2);
      await tab.logged('cannot handle it');
    }
  }
});

test('a module that gives up an update is asked about the next one', async (t) => {
  const dep = (number) => `export const value = ${number}
if (import.meta.hot) {
  import.meta.hot.accept((newModule) => {
    if (newModule.value % 2) import.meta.hot.invalidate()
    else globalThis.log.push('self ' + newModule.value)
  })
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js'
globalThis.log = []
if (import.meta.hot) {
  import.meta.hot.accept('./dep.js', (dep) => globalThis.log.push('main ' + dep.value))
}
`,
    'dep.js': dep(1),
  });
  const expected = [];
  for (const [number, who] of [
    [2, 'self'],
    [3, 'main'],
    [4, 'self'],
    [5, 'main'],
  ]) {
    await project.write('dep.js', dep(number));
    expected.push(`${who} ${number}`);
    await tab.until(log, expected.join(', '));
  }
  wasHot(t, tab);
});

test('decline(): an update through the module reloads once, its data is new, and nothing is disposed', async (t) => {
  const app = await startApp(t, {
    'main.js': `${HOT}import './declines.js'; import.meta.hot.accept()`,
    'declines.js': `import { number } from './dep.js'
globalThis.value = [number, import.meta.hot.data.runs ?? 0]
if (import.meta.hot) {
  import.meta.hot.data.runs = 1
  import.meta.hot.dispose(() => console.log('disposed'))
  import.meta.hot.decline()
}
`,
    'dep.js': 'export const number = 1',
  });
  const { project, server, tab } = app;
  await tab.until(value, [1, 0]);
  for (const [edit, number] of [2, 3].entries()) {
    await project.write('dep.js', `export const number = ${number}`);
    await tab.until(value, [number, 0]);
    await hasLoaded(t, app, tab, edit + 2);
  }
  const reloads = server.events.filter(({ type }) => type === 'reloaded');
  t.deepEqual(
    reloads.map(({ report }) => report.cause),
    ['declined', 'declined'],
  );
  t.false(tab.console.some(({ text }) => text.includes('disposed')));
});
