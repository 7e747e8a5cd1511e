/**
 * `accept` of vite.dev/guide/api-hmr, written as that page writes it, over several edits. The view, the list, several
 * accept calls and `bubbles` are in contract/updates.test.js, all ways to fail in faults/bad-input.test.js.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';

// One after the other: dozens of tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const log = () => globalThis.log?.join(', ');

test('import.meta.hot.accept((newModule) => …) behind a guard gets the new module', async (t) => {
  const counter = (number) => `export const count = ${number}

if (import.meta.hot) {
  import.meta.hot.accept((newModule) => {
    if (newModule) {
      console.log('updated: count is now', newModule.count)
    }
  })
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './counter.js';`,
    'counter.js': counter(1),
  });
  for (const number of [2, 3]) {
    await project.write('counter.js', counter(number));
    await tab.logged(`updated: count is now ${number}`);
  }
  wasHot(t, tab);
});

test('import.meta.hot?.accept(…) is the same', async (t) => {
  const counter = (number) => `export const count = ${number}
import.meta.hot?.accept((newModule) => { globalThis.value = newModule?.count })
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './counter.js';`,
    'counter.js': counter(1),
  });
  for (const number of [2, 3]) {
    await project.write('counter.js', counter(number));
    await tab.until(value, number);
  }
  wasHot(t, tab);
});

test('a module that accepts itself and has no importers is hot', async (t) => {
  const lone = (name, number) => `globalThis.${name} = ${number}
if (import.meta.hot) {
  import.meta.hot.accept()
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': lone('main', 1),
    'lazy.js': lone('lazy', 1),
  });
  await tab.evaluate(() => import(String('/lazy.js')));
  const values = () => [globalThis.main, globalThis.lazy];
  await tab.until(values, [1, 1]);
  await project.write('lazy.js', lone('lazy', 2));
  await tab.until(values, [1, 2]);
  await project.write('main.js', lone('main', 2));
  await tab.until(values, [2, 2]);
  await project.write('lazy.js', lone('lazy', 3));
  await tab.until(values, [2, 3]);
  wasHot(t, tab);
});

test('import.meta.hot.accept(dep, (newFoo) => …): the importer does not run again', async (t) => {
  const foo = (number) => `export const foo = () => { globalThis.value = ${number} }`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { foo } from './foo.js'

foo()
globalThis.runs = (globalThis.runs ?? 0) + 1

if (import.meta.hot) {
  import.meta.hot.accept('./foo.js', (newFoo) => {
    // the callback receives the updated './foo.js' module
    newFoo?.foo()
  })
}
`,
    'foo.js': foo(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('foo.js', foo(number));
    await tab.until(value, number);
  }
  t.is(await tab.evaluate(() => globalThis.runs), 1);
  wasHot(t, tab);
});

test('import.meta.hot.accept(dep, cb) of a dependency that is imported dynamically', async (t) => {
  const foo = (number) => `export const foo = ${number}`;
  const { project, tab } = await startApp(t, {
    'main.js': `globalThis.load = async () => (await import('./foo.js')).foo

if (import.meta.hot) {
  import.meta.hot.accept('./foo.js', (newFoo) => { globalThis.value = newFoo?.foo })
}
`,
    'foo.js': foo(1),
  });
  t.is(await tab.evaluate(() => globalThis.load()), 1);
  for (const number of [2, 3]) {
    await project.write('foo.js', foo(number));
    await tab.until(value, number);
    t.is(await tab.evaluate(() => globalThis.load()), number);
  }
  wasHot(t, tab);
});

test('import.meta.hot.accept([deps], ([newFoo, newBar]) => …): undefined for the one that failed', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './foo.js'
import './bar.js'

globalThis.value = []
if (import.meta.hot) {
  import.meta.hot.accept(
    ['./foo.js', './bar.js'],
    ([newFooModule, newBarModule]) => {
      // The callback receives an array where only the updated module is non null. If the update of a
      // module was not successful, the array holds undefined for it.
      globalThis.value.push([newFooModule?.foo ?? null, newBarModule?.bar ?? null])
    },
  )
}
`,
    'foo.js': `import { number } from './number.js'
if (number === 3) throw new Error('no foo of 3')
export const foo = number
`,
    'bar.js': `import { number } from './number.js'
export const bar = number
`,
    'number.js': 'export const number = 1',
  });
  const expected = [];
  for (const [number, foo] of [
    [2, 2],
    [3, null],
    [4, 4],
  ]) {
    await project.write('number.js', `export const number = ${number}`);
    expected.push([foo, number]);
    await tab.until(value, expected);
  }
  await tab.logged('no foo of 3');
  wasHot(t, tab);
});

test('if the new code fails to load nothing is disposed, no callback runs, and the next good save applies', async (t) => {
  const foo = (number, code = '') => `${code}
export const foo = ${number}
globalThis.log ??= []
if (import.meta.hot) {
  import.meta.hot.dispose(() => globalThis.log.push('dispose ${number}'))
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './foo.js'
import './bar.js'

globalThis.failures = []
if (import.meta.hot) {
  import.meta.hot.accept('./foo.js', (newFoo) => globalThis.log.push('foo ' + newFoo.foo))
  import.meta.hot.accept(['./foo.js', './bar.js'], ([foo, bar]) => globalThis.log.push('list ' + foo.foo))
  import.meta.hot.on('vite:error', ({ err }) => globalThis.failures.push(err.message))
}
`,
    'foo.js': foo(1),
    'bar.js': 'export const bar = 1',
  });
  const broken = [
    `import './missing.js'`,
    `import { nothing } from './bar.js'`,
    'export const bad = ;',
  ];
  const failures = () => globalThis.failures.length;
  const expected = [];
  let good = 1;
  for (const [index, code] of broken.entries()) {
    await project.write('foo.js', foo(100 + index, code));
    await tab.until(failures, index + 1);
    t.is(await tab.evaluate(log), expected.join(', '), code);
    await project.write('foo.js', foo(good + 1));
    expected.push(`dispose ${good}`, `foo ${good + 1}`, `list ${good + 1}`);
    await tab.until(log, expected.join(', '));
    good += 1;
  }
  t.regex(
    (await tab.evaluate(() => globalThis.failures)).join('\n'),
    /missing\.js.*\n.*nothing.*\n/,
  );
  wasHot(t, tab);
});
