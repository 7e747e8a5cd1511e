/**
 * Import maps: each name is the same instance as the url that it stands for, in imports and after edits.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { evaluations, state } from '../helpers/instances.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

test('an import map names the same instance, after edits and F5', async (t) => {
  const { project, tab, open } = await startApp(t, {
    'index.html': `<!doctype html><html><head>
<script type="importmap">{"imports":{"mapped":"/state.js"}}</script>
</head><body><script type="module" src="./main.js"></script></body></html>`,
    'main.js': `import { state as mapped } from 'mapped';
import { state as direct } from './state.js';
let current = direct;
globalThis.number = () => current.number;
globalThis.same = async () => [mapped === direct, (await import('mapped')).state === current, (await import('./state.js')).state === current];
import.meta.hot.accept('./state.js', (next) => { current = next.state; });
`,
    'state.js': state(1),
  });
  const same = () => globalThis.same();
  await tab.until(same, [true, true, true]);
  for (const number of [2, 3]) {
    await project.write('state.js', state(number));
    await tab.until(() => globalThis.number?.(), number);
    await tab.page.reload();
    t.deepEqual(await tab.evaluate(same), [true, true, true]);
    t.is(await tab.evaluate(() => globalThis.number()), number);
    t.is(await tab.evaluate(evaluations), 1);
    await tab.connected();
  }
  const other = await open();
  t.deepEqual(await other.evaluate(same), [true, true, true]);
  t.is(await other.evaluate(evaluations), 1);
});

/** A page with an import map that loads `main.js`. */
const mapped = (map) => `<!doctype html><html><head>
<script type="importmap">${JSON.stringify(map)}</script>
</head><body><script type="module" src="/main.js"></script></body></html>`;

/** What a name stands for, and how often it ran. */
const named = (name, number) => `export const dep = '${name} ${number}';
globalThis.ran = [...(globalThis.ran ?? []), dep];
`;

for (const [accepting, hot] of [
  ['that accepts itself', () => 'import.meta.hot.accept();'],
  ['that its importers accept', () => ''],
]) {
  test(`scopes of an import map name other instances, after edits of a module ${accepting} and F5`, async (t) => {
    const dep = (name, number) => `${named(name, number)}${hot()}`;
    const importer = (key, extra = '') => `import { dep } from 'dep'; ${extra}
globalThis.${key} = () => dep;
import.meta.hot.accept(${hot() ? '' : `'dep', () => {}`});
`;
    const { project, tab } = await startApp(t, {
      'index.html': mapped({
        imports: { dep: './dep1.js' },
        scopes: { '/lib/': { dep: './dep2.js' } },
      }),
      'main.js': importer('main', `import './lib/a.js';`),
      'lib/a.js': importer('lib'),
      'dep1.js': dep('one', 1),
      'dep2.js': dep('two', 1),
    });
    const seen = () => [globalThis.main?.(), globalThis.lib?.()];
    await tab.until(seen, ['one 1', 'two 1']);
    await project.write('dep1.js', dep('one', 2));
    await tab.until(seen, ['one 2', 'two 1']);
    await project.write('dep2.js', dep('two', 2));
    await tab.until(seen, ['one 2', 'two 2']);
    await project.write('dep1.js', dep('one', 3));
    await tab.until(seen, ['one 3', 'two 2']);
    t.deepEqual([...(await tab.evaluate(() => globalThis.ran))].sort(), [
      'one 1',
      'one 2',
      'one 3',
      'two 1',
      'two 2',
    ]);
    t.is(tab.loads, 1);
    await tab.page.reload();
    await tab.until(seen, ['one 3', 'two 2']);
    await tab.connected();
    await project.write('dep1.js', dep('one', 4));
    await tab.until(seen, ['one 4', 'two 2']);
    t.is(tab.loads, 2);
    t.deepEqual(tab.errors, []);
  });
}

test('edited code below a scope of an import map imports what the scope says', async (t) => {
  const importer = (key, number, extra = '') => `import { dep } from 'dep'; ${extra}
globalThis.${key} = () => [dep, ${number}];
globalThis.load${key} = async () => (await import('dep')).dep;
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'index.html': mapped({
      imports: { dep: './dep1.js' },
      scopes: { '/lib/': { dep: './dep2.js' } },
    }),
    'main.js': importer('main', 1, `import './lib/a.js';`),
    'lib/a.js': importer('lib', 1),
    'dep1.js': named('one', 1),
    'dep2.js': named('two', 1),
  });
  const seen = () => [globalThis.main?.(), globalThis.lib?.()];
  const loaded = async () => [await globalThis.loadmain(), await globalThis.loadlib()];
  await tab.until(seen, [
    ['one 1', 1],
    ['two 1', 1],
  ]);
  await project.write('dep1.js', named('one', 2));
  await tab.until(() => globalThis.main()[0], 'one 2');
  await project.write('lib/a.js', importer('lib', 2));
  await tab.until(seen, [
    ['one 2', 1],
    ['two 1', 2],
  ]);
  await project.write('main.js', importer('main', 2, `import './lib/a.js';`));
  await tab.until(seen, [
    ['one 2', 2],
    ['two 1', 2],
  ]);
  t.deepEqual(await tab.evaluate(loaded), ['one 2', 'two 1']);
  t.deepEqual(await tab.evaluate(() => globalThis.ran.toSorted()), ['one 1', 'one 2', 'two 1']);
  t.is(tab.loads, 1);
});

test('two pages with different import maps each get the module that their own map names', async (t) => {
  const main = (number) => `import { dep } from 'dep';
globalThis.seen = () => [dep, ${number}];
globalThis.load = async () => (await import('dep')).dep;
import.meta.hot.accept();
`;
  const { project, tab, open } = await startApp(
    t,
    {
      'one.html': mapped({ imports: { dep: './dep1.js' } }),
      'two.html': mapped({ imports: { dep: './dep2.js' } }),
      'main.js': main(1),
      'dep1.js': named('one', 1),
      'dep2.js': named('two', 1),
    },
    { path: '/one.html' },
  );
  const other = await open('/two.html');
  const expect = async (one, two, number) => {
    await tab.until(() => globalThis.seen?.(), [one, number]);
    await other.until(() => globalThis.seen?.(), [two, number]);
    const load = () => globalThis.load();
    t.deepEqual([await tab.evaluate(load), await other.evaluate(load)], [one, two]);
  };
  await expect('one 1', 'two 1', 1);
  await project.write('dep1.js', named('one', 2));
  await expect('one 2', 'two 1', 1);
  await project.write('main.js', main(2));
  await expect('one 2', 'two 1', 2);
  await project.write('dep2.js', named('two', 2));
  await expect('one 2', 'two 2', 2);
  t.deepEqual([tab.loads, other.loads], [1, 1]);
  t.deepEqual(await tab.evaluate(() => globalThis.ran), ['one 1', 'one 2']);
  t.deepEqual(await other.evaluate(() => globalThis.ran), ['two 1', 'two 2']);
  for (const one of [tab, other]) {
    await one.page.reload();
    await one.connected();
  }
  await expect('one 2', 'two 2', 2);
  await project.write('main.js', main(3));
  await expect('one 2', 'two 2', 3);
  t.deepEqual([tab.loads, other.loads], [2, 2]);
  t.deepEqual([...tab.errors, ...other.errors], []);
});
