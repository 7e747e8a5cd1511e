/**
 * The code that comes with an update: the page runs it without a request, as the browser would run modules.
 */

import ava from 'ava';
import { browserName } from '../../../scripts/browser.js';
import { startApp } from '../../helpers/app.js';
import { applied, MAIN, requests } from '../../helpers/brought.js';
import { closeBrowser } from '../../helpers/browser.js';
import { hasLoaded, wasHot } from '../../helpers/expect.js';

const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const shown = () => globalThis.shown;

test('an update of a chain is applied without any request', async (t) => {
  const depth = 12;
  const link = (index) =>
    `import { value as below } from './${index + 1}.js'; export const value = below + 1;`;
  const files = { [`${depth}.js`]: 'export const value = 0;' };
  for (let index = 0; index < depth; index += 1) files[`${index}.js`] = link(index);
  const { project, server, tab } = await startApp(t, {
    'main.js': MAIN.replaceAll('./top.js', './0.js'),
    ...files,
  });
  await tab.until(value, depth);
  const before = await tab.evaluate(requests);
  for (const [index, number] of [100, 200, 300].entries()) {
    await project.write(`${depth}.js`, `export const value = ${number};`);
    await tab.until(value, number + depth);
    await applied(server, index + 1);
  }
  t.deepEqual(await tab.evaluate(requests), before);
  wasHot(t, tab);
});

test('imports and exports of every form', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `import './top.js';
import.meta.hot.accept('./top.js', () => {});`,
    'top.js': `import d, { a, b as renamed, 'x y' as odd, count, raise } from './names.js';
import * as all from './names.js';
import { again, default as other, c, inner } from './through.js';
import './effect.js';
const before = count;
raise();
globalThis.shown = [d, a(), renamed.name, odd, before, count, all.count, again, other, c, inner.c,
  Object.keys(all), Object.prototype.toString.call(all), typeof this, { a }.a === all.a];`,
    'names.js': `import { leaf } from './leaf.js';
export function a() { return leaf + (this === undefined ? ' undefined' : ' object'); }
export class b {}
const x = 'odd'; export { x as 'x y' };
export let count = leaf;
export const raise = () => { count += 1; };
export default class { }
`,
    'through.js': `export { count as again, default } from './names.js';
export * from './stars.js';
export * as inner from './stars.js';`,
    'stars.js': `import { leaf } from './leaf.js'; export const [c, ...rest] = [leaf]; export default 1;`,
    'effect.js': `import './leaf.js';`,
    'leaf.js': `export const leaf = 1;`,
  });
  const expected = (leaf) => [
    null,
    `${leaf} undefined`,
    'b',
    'odd',
    leaf,
    leaf + 1,
    leaf + 1,
    leaf + 1,
    null,
    leaf,
    leaf,
    ['a', 'b', 'count', 'default', 'raise', 'x y'],
    '[object Module]',
    'undefined',
    true,
  ];
  await tab.until(shown, expected(1));
  for (const [index, number] of [2, 3, 4].entries()) {
    await project.write('leaf.js', `export const leaf = ${number};`);
    await tab.until(shown, expected(number));
    await applied(server, index + 1);
  }
  wasHot(t, tab);
});

test('dependencies run before their importers, each once', async (t) => {
  const module = (name, ...imports) =>
    `${imports.map((one) => `import './${one}.js';`).join('')}(globalThis.log ??= []).push('${name}');`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `import './top.js'; import.meta.hot.accept('./top.js', () => { globalThis.shown = globalThis.log; });`,
    'top.js': module('top', 'right', 'left'),
    'left.js': module('left', 'shared', 'leaf'),
    'right.js': module('right', 'leaf', 'shared'),
    'shared.js': module('shared', 'leaf'),
    'leaf.js': module('leaf'),
  });
  await tab.evaluate(() => {
    globalThis.log = [];
  });
  await project.write('leaf.js', `${module('leaf')}// 2`);
  await tab.until(shown, ['leaf', 'shared', 'right', 'left', 'top']);
  await applied(server, 1);
  wasHot(t, tab);
});

test('a cycle with several accepted modules runs in the order of its imports', async (t) => {
  const item = (number) => `import { menu } from './menu.js';
export class Item {
  constructor(name) { this.name = name + ${number}; }
  get place() { return menu.items.indexOf(this); }
}`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `import { menu } from './menu.js';
import { Item } from './item.js';
globalThis.show = (menu, Item) => {
  const [one] = menu.items;
  globalThis.value = [one.name, one.place, one instanceof Item];
};
globalThis.show(menu, Item);
import.meta.hot.accept(['./menu.js', './item.js'], ([menu, item]) => globalThis.show(menu.menu, item.Item));`,
    'menu.js': `import { Item } from './item.js'; export const menu = { items: [new Item('a')] };`,
    'item.js': item(1),
  });
  await tab.until(value, ['a1', 0, true]);
  for (const number of [2, 3]) {
    await project.write('item.js', item(number));
    await tab.until(value, [`a${number}`, 0, true]);
    await applied(server, number - 1);
  }
  wasHot(t, tab);
});

test('import.meta is that of the module', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': MAIN,
    'folder/dep.js': 'export const n = 1;',
    'top.js': `export const value = 1;`,
  });
  const file = (number) => `
export const value = ${number};
const { url } = import.meta;
globalThis.shown = [new URL(url).pathname, import.meta.resolve('./x.js'), import.meta.url === url,
  Object.keys(import.meta).filter((key) => key === 'url' || key === 'resolve').length];
import('./folder/dep.js').then(({ n }) => { globalThis.later = n; });`;
  await project.write('top.js', file(2));
  await tab.until(value, 2);
  t.deepEqual(await tab.evaluate(shown), ['/top.js', server.url('/x.js'), true, 2]);
  await tab.until(() => globalThis.later, 1);
  await applied(server, 1);
  wasHot(t, tab);
});

test('native code gets the same instance, and sees its exports change', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `${MAIN}
globalThis.load = (name) => import(name);
globalThis.again = () => import('./top.js');`,
    'top.js': `import './leaf.js';
export let value = 1; export const object = {}; export const raise = () => { value += 1; };
globalThis.object = object;`,
    'leaf.js': '1',
    // Nobody loads it before the update.
    'late.js': `import { object, value } from './top.js'; import.meta.hot.accept('./top.js', () => {});
export const same = () => [object === globalThis.object, value];`,
  });
  await project.write('leaf.js', '2');
  await applied(server, 1);
  const seen = await tab.evaluate(async () => {
    const literal = await globalThis.again();
    const late = await globalThis.load('./late.js');
    const before = literal.value;
    literal.raise();
    return [
      literal.object === globalThis.object,
      literal === (await globalThis.again()),
      late.same(),
      before,
      literal.value,
    ];
  });
  t.deepEqual(seen, [true, true, [true, 2], 1, 2]);
  await project.write('leaf.js', '3');
  await applied(server, 2);
  t.true(await tab.evaluate(async () => (await globalThis.again()).object === globalThis.object));
  await tab.page.reload();
  await hasLoaded(t, tab, 2);
  t.deepEqual(await tab.evaluate(async () => (await globalThis.load('./late.js')).same()), [
    true,
    1,
  ]);
  t.deepEqual(tab.errors, []);
});

test('old and new importers follow a module that accepts itself', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `import { count } from './counter.js'; import './view.js';
globalThis.main = () => count;
import.meta.hot.accept('./view.js', () => {});`,
    'view.js': `import { count } from './counter.js'; import './leaf.js';
globalThis.view = () => count;`,
    'counter.js': `export let count = 1; globalThis.raise = () => { count += 1; }; import.meta.hot.accept();`,
    'leaf.js': '1',
  });
  const both = () => [globalThis.main(), globalThis.view()];
  await tab.until(both, [1, 1]);
  await project.write('leaf.js', '2');
  await applied(server, 1);
  await tab.evaluate(() => globalThis.raise());
  t.deepEqual(await tab.evaluate(both), [2, 2]);
  const counter = (number) =>
    `export let count = ${number}; globalThis.raise = () => { count += 1; }; import.meta.hot.accept();`;
  for (const number of [10, 20]) {
    await project.write('counter.js', counter(number));
    await tab.until(both, [number, number]);
    await tab.evaluate(() => globalThis.raise());
    t.deepEqual(await tab.evaluate(both), [number + 1, number + 1]);
  }
  await applied(server, 3);
  wasHot(t, tab);
});

test('errors name the file and its line', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': MAIN,
    'top.js': 'export const value = 1;',
  });
  await project.write(
    'top.js',
    `export const value = 2;\n\nglobalThis.fail = function named() {\n  return new Error('x').stack;\n};\n`,
  );
  await tab.until(value, 2);
  await applied(server, 1);
  if (browserName === 'firefox') return t.pass();
  const [, place] = (await tab.evaluate(() => globalThis.fail())).split('\n');
  t.regex(place, /named .*\/top\.js:4:\d+\)?$/);
});

test('JSON and CSS modules are imported', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': MAIN,
    'top.js': `import data from './data.json' with { type: 'json' };
import './leaf.js'; export const value = data.n;`,
    'data.json': '{ "n": 1 }',
    'leaf.js': '1',
  });
  if (!(await supportsJson(tab))) return t.pass();
  await tab.until(value, 1);
  await project.write('data.json', '{ "n": 2 }');
  await tab.until(value, 2);
  await project.write('leaf.js', '2');
  await applied(server, 2);
  await project.write('data.json', '{ "n": 3 }');
  await tab.until(value, 3);
  await applied(server, 3);
  wasHot(t, tab);
});

test('text modules are imported: of a text, of a script and of the module itself', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': MAIN,
    'top.js': `import text from './a.txt' with { type: 'text' };
import script from './script.js' with { type: 'text' };
import own from './top.js' with { type: 'text' };
import { number } from './script.js'; export const value = [text, script, own.length > 9, number].join();`,
    'a.txt': 'one',
    'script.js': 'export const number = 1;',
  });
  // Other browsers do not know the type.
  if (!(await supportsJson(tab))) return t.pass();
  await tab.until(value, 'one,export const number = 1;,true,1');
  await project.write('a.txt', 'two');
  await tab.until(value, 'two,export const number = 1;,true,1');
  await applied(server, 1);
  await project.write(
    'top.js',
    `import text from './a.txt' with { type: 'text' };
import own from './top.js' with { type: 'text' }; export const value = text + typeof own;`,
  );
  await tab.until(value, 'twostring');
  await applied(server, 2);
  wasHot(t, tab);
});

const supportsJson = (tab) => tab.evaluate(() => globalThis.value !== undefined);
