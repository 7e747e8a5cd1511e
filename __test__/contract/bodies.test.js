/**
 * Bodies that come with an update: the page runs them without a request, as the browser would run modules.
 */

import { SourceMap } from 'node:module';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import ava from 'ava';
import { browserName } from '../../scripts/browser.js';
import { PAGE, startApp } from '../helpers/app.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';
import { hasLoaded, wasHot } from '../helpers/expect.js';

const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const shown = () => globalThis.shown;

/** `main.js` that accepts `./top.js` and calls `globalThis.show(namespace)`. */
const MAIN = `import * as top from './top.js';
globalThis.show = (top) => { globalThis.value = top.value; };
globalThis.show(top);
import.meta.hot.accept('./top.js', (top) => globalThis.show(top));
`;

/** So many updates were applied. */
const applied = (server, count) =>
  server.event(() => server.events.filter(({ type }) => type === 'applied').length >= count);

/** The scripts that the tab has requested. */
const requests = () =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name).pathname)
    .filter((path) => /\.(js|ts|json)$/.test(path) && !path.startsWith('/__hotgraph/'));

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

test('dependencies run before what imports them, each once', async (t) => {
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

test('a cycle of which several modules are accepted runs in the order of its imports', async (t) => {
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

test('importers of a module that accepts itself follow it, new and old', async (t) => {
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

/** Code that is linked in a way of its own, and what it changes from. */
const FORMS = {
  'code that waits at its top level': {
    files: { 'leaf.js': 'export const leaf = 1;' },
    saved: { 'leaf.js': 'export const leaf = await Promise.resolve(2);' },
  },
  'a cycle': {
    files: {
      'leaf.js': `import './other.js'; export const leaf = 1;`,
      'other.js': `import { leaf } from './leaf.js'; export const other = () => leaf;`,
    },
    saved: { 'leaf.js': `import { other } from './other.js'; export const leaf = 2; other();` },
  },
  'an import of a module that was never loaded': {
    files: { 'leaf.js': 'export const leaf = 1;', 'new.js': 'export const two = 2;' },
    saved: { 'leaf.js': `export { two as leaf } from './new.js';` },
  },
  'an import of a variable that changes': {
    files: {
      'leaf.js': 'export const leaf = 1;',
      'state.js': 'export let state = 1; globalThis.set = (to) => { state = to; };',
      'load.js': `import './state.js';`,
    },
    saved: { 'leaf.js': `export { state as leaf } from './state.js'; globalThis.set(2);` },
  },
};

for (const [name, { files, saved }] of Object.entries(FORMS)) {
  test(`an update brings ${name}`, async (t) => {
    const { project, tab } = await startApp(t, {
      'main.js': `${MAIN}${files['load.js'] ? `import './load.js';` : ''}`,
      'top.js': `import { leaf } from './leaf.js'; export const value = leaf;`,
      ...files,
    });
    await tab.until(value, 1);
    for (const [file, text] of Object.entries(saved)) await project.write(file, text);
    await tab.until(value, 2);
    await project.write('leaf.js', 'export const leaf = 3;');
    await tab.until(value, 3);
    wasHot(t, tab);
  });
}

test('a missing export is found before anything is disposed', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': MAIN,
    'top.js': `import { leaf } from './leaf.js'; export const value = leaf;
import.meta.hot.dispose(() => { globalThis.disposed = true; });`,
    'leaf.js': 'export const leaf = 1;',
  });
  await project.write('leaf.js', 'export const other = 2;');
  const failed = await server.event(({ type }) => type === 'failed');
  t.regex(failed.message, /leaf/);
  t.is(await tab.evaluate(() => globalThis.disposed), undefined);
  await project.write('leaf.js', 'export const leaf = 3;');
  await tab.until(value, 3);
  await applied(server, 1);
  wasHot(t, tab);
});

for (const [how, hint] of [
  ['', ''],
  [', which the page preloads,', '<link rel="modulepreload" href="./new.js">'],
]) {
  const main = (imports) => `${imports}
(globalThis.log ??= []).push('main');
import.meta.hot.dispose(() => { globalThis.log.push('dispose'); });
import.meta.hot.accept();`;
  const files = {
    'index.html': PAGE.replace('</head>', `${hint}</head>`),
    'main.js': main(''),
    'new.js': `(globalThis.log ??= []).push('new'); export const value = 1;`,
  };
  const log = () => globalThis.log;

  /** Saves what is refused: nothing runs. */
  async function isRefused(t, { project, server, tab }, imports, what) {
    const failures = () => server.events.filter(({ type }) => type === 'failed');
    const before = failures().length;
    await project.write('main.js', main(imports));
    await server.event(() => failures().length > before);
    t.true(failures().at(-1).message.includes(what));
    t.deepEqual(await tab.evaluate(log), ['main'], imports);
  }

  /** Saves what is applied: the new module runs after the dispose callbacks. */
  async function isApplied(t, { project, tab }) {
    await project.write('main.js', main(`import './new.js';`));
    await tab.until(log, ['main', 'dispose', 'new', 'main']);
    wasHot(t, tab);
  }

  test(`a new module${how} runs after the dispose callbacks, also when an update with it failed before`, async (t) => {
    const app = await startApp(t, files);
    await app.tab.until(log, ['main']);
    await isRefused(t, app, `import './new.js'; import './missing.js';`, 'missing.js');
    await isApplied(t, app);
  });

  test(`a new module${how} does not run when a name that is imported from it is missing`, async (t) => {
    const app = await startApp(t, files);
    await app.tab.until(log, ['main']);
    await isRefused(t, app, `import { nope } from './new.js';`, 'nope');
    await isRefused(t, app, `import './new.js'; import './missing.js';`, 'missing.js');
    await isRefused(t, app, `import { nope } from './new.js';`, 'nope');
    await isApplied(t, app);
  });

  test(`a new module${how} runs after the dispose callbacks of the update that brings it`, async (t) => {
    const app = await startApp(t, files);
    await app.tab.until(log, ['main']);
    await isApplied(t, app);
  });
}

test('code that throws leaves the old code in force, and the next save recovers', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': MAIN,
    'top.js': `import { leaf } from './leaf.js'; export const value = leaf;`,
    'leaf.js': 'export const leaf = 1;',
  });
  await project.write('leaf.js', `export const leaf = 2; throw new Error('on purpose');`);
  const failed = await server.event(({ type }) => type === 'failed');
  t.regex(failed.message, /on purpose/);
  t.is(await tab.evaluate(value), 1);
  await project.write('leaf.js', 'export const leaf = 3;');
  await tab.until(value, 3);
  await applied(server, 1);
  wasHot(t, tab);
});

test('a content security policy that forbids eval is kept', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': `<!doctype html><html><head>
<meta http-equiv="content-security-policy" content="script-src 'self' 'unsafe-inline'">
</head><body><script type="module" src="./main.js"></script></body></html>`,
    'main.js': MAIN,
    'top.js': 'export const value = 1;',
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('top.js', `export const value = ${number};`);
    await tab.until(value, number);
  }
  t.is(tab.loads, 1);
  // Firefox reports what it refused, once.
  t.true(tab.errors.length <= 1 && tab.errors.every((error) => error.includes('eval')));
});

test('code that only the host can make comes with the update', async (t) => {
  const upper = {
    name: 'upper',
    transform: (context) =>
      context.path === '/leaf.js'
        ? context.body.replace('ONE', '1').replace('TWO', '2')
        : undefined,
  };
  const { project, server, tab } = await startApp(
    t,
    {
      'main.js': MAIN,
      'top.js': `import { leaf } from './leaf.js'; export const value = leaf;`,
      'leaf.js': 'export const leaf = ONE;',
    },
    { before: [upper] },
  );
  await tab.until(value, 1);
  const before = await tab.evaluate(requests);
  await project.write('leaf.js', 'export const leaf = TWO;');
  await tab.until(value, 2);
  await applied(server, 1);
  t.deepEqual(await tab.evaluate(requests), before);
  wasHot(t, tab);
});

test('code that an update runs may import what has its turn later', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': "import './first.js'; import './second.js';",
    'first.js': `import { value } from './dep.js';
import('./second.js').then((second) => { globalThis.seen = [value, second.value, globalThis.runs]; });
import.meta.hot.accept();`,
    'second.js': `import { value as found } from './dep.js';
export const value = found;
globalThis.runs = (globalThis.runs ?? 0) + 1;
import.meta.hot.accept();`,
    'dep.js': 'export const value = 1;',
  });
  const seen = () => globalThis.seen;
  await tab.until(seen, [1, 1, 1]);
  for (const value of [2, 3]) {
    await project.write('dep.js', `export const value = ${value};`);
    await tab.until(seen, [value, value, value]);
  }
  t.is(await tab.evaluate(() => globalThis.runs), 3);
  wasHot(t, tab);
});

test('what new code imports dynamically is the same when it is imported again', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `globalThis.load = async () => { globalThis.value = (await import('./dep.js')).value; };
globalThis.load();
import.meta.hot.accept();`,
    'dep.js': 'export const value = 1;',
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('dep.js', `export const value = ${number};`);
    await tab.until(value, number);
    await applied(server, number - 1);
    await tab.evaluate(() => globalThis.load());
    t.is(await tab.evaluate(value), number);
  }
  wasHot(t, tab);
});

/** `main.js` that shows the values of what it imports, and accepts itself. */
const showing = (...files) => {
  const imports = files.map((file, at) => `import * as ns${at} from './${file}';\n`);
  return `${imports.join('')}globalThis.shown = [${files.map((_, at) => `ns${at}.value`)}];
import.meta.hot.accept();`;
};
/** A module whose namespace is a thenable that never answers. */
const thenable = (number) => `export function then() {} export const value = ${number};`;

test('functions that are exported as `then` hold up no update that brings them', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': showing(),
    'own.js': thenable(1),
    'new.js': thenable(2),
  });
  await tab.until(shown, []);
  await project.write('main.js', showing('own.js'));
  await tab.until(shown, [1]);
  await project.write('own.js', `${thenable(3)} import.meta.hot.accept();`);
  await tab.until(shown, [3]);
  await project.write('own.js', `${thenable(4)} globalThis.value = 4; import.meta.hot.accept();`);
  await tab.until(value, 4);
  await project.write('main.js', showing('own.js', 'new.js'));
  await tab.until(shown, [4, 2]);
  await project.write('new.js', thenable(5));
  await tab.until(shown, [4, 5]);
  await applied(server, 5);
  wasHot(t, tab);
});

/** Packages are the browser's own to import. */
const PACKAGES = {
  'exports a function called `then`': [thenable(1), [1]],
  'waits for ever at its top level': ['export const value = 1; await new Promise(() => {});', []],
};
for (const [what, [code, expected]] of Object.entries(PACKAGES)) {
  test(`an update that imports a package which ${what} does not hold up the next one`, async (t) => {
    const { project, tab } = await startApp(t, {
      'main.js': showing(),
      'new.js': 'export const value = 2;',
      'node_modules/package/index.js': `globalThis.isHere = true; ${code}`,
    });
    await tab.until(shown, []);
    await project.write('main.js', showing('node_modules/package/index.js'));
    await tab.until(() => globalThis.isHere, true);
    await tab.until(shown, expected);
    await project.write('main.js', showing('new.js'));
    await tab.until(shown, [2]);
    wasHot(t, tab);
  });
}

test('what an update replaced is not kept', async (t) => {
  const dep = (number) => `const held = { number: ${number} };
(globalThis.held ??= []).push(new WeakRef(held));
export const value = () => held.number;
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './mid.js';
globalThis.value = value();
export const shown = value;
if (globalThis.value === 2) globalThis.old = () => shown();
import.meta.hot.accept();`,
    'mid.js': `export { value } from './dep.js';`,
    'dep.js': dep(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 3, 4, 5, 6]) {
    await project.write('dep.js', dep(number));
    await tab.until(value, number);
  }
  wasHot(t, tab);
  if (browserName === 'firefox') return t.pass();
  const session = await tab.page.context().newCDPSession(tab.page);
  const isHeld = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return tab.evaluate(() => globalThis.held.map((held) => held.deref() !== undefined));
  };
  // Somebody holds the second.
  await waitFor(
    async () => !(await isHeld())[2],
    () => 'the third is still there',
  );
  t.deepEqual(
    (await isHeld()).filter((_, at) => [1, 5].includes(at)),
    [true, true],
  );
  // Code that was replaced keeps its own variables.
  t.is(await tab.evaluate(() => globalThis.old()), 2);
});

test('a page that is loaded after an update of a module in a cycle runs it as before', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js'; globalThis.value = () => value();`,
    'dep.js': `import { add } from './other.js';
export function value() { return add(1); }
import.meta.hot.accept();
`,
    'other.js': `import { value } from './dep.js';
globalThis.kind = typeof value;
export const add = (number) => number + 1;
`,
  });
  const seen = () => [globalThis.kind, globalThis.value?.()];
  await tab.until(seen, ['function', 2]);
  await project.write(
    'dep.js',
    `import { add } from './other.js';
export function value() { return add(10); }
import.meta.hot.accept();
`,
  );
  await tab.until(seen, ['function', 11]);
  await tab.page.reload();
  await tab.until(seen, ['function', 11]);
  t.is(tab.loads, 2);
});

test('what is loaded long after an update sees what is current by then', async (t) => {
  const dep = (number) => `export const number = ${number}; import.meta.hot.accept();`;
  const late = (name) => `import { number } from './dep.js'; globalThis.${name} = () => number;`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './reader.js';
await undefined;
globalThis.load = () => import('./late.js');
globalThis.runs = (globalThis.runs ?? 0) + 1;
import.meta.hot.accept();
`,
    'reader.js': late('number'),
    'dep.js': dep(1),
    'late.js': late('first'),
  });
  const number = () => globalThis.number();
  await tab.evaluate(() => globalThis.load());
  await project.write('dep.js', dep(2));
  await tab.until(number, 2);
  await project.write('late.js', late('second'));
  await tab.until(() => globalThis.runs, 2);
  for (const current of [3, 4, 5]) {
    await project.write('dep.js', dep(current));
    await tab.until(number, current);
  }
  await tab.evaluate(() => globalThis.load());
  t.is(await tab.evaluate(() => globalThis.second()), 5);
  await project.write('dep.js', dep(6));
  await tab.until(number, 6);
  t.is(await tab.evaluate(() => globalThis.second()), 6);
  wasHot(t, tab);
});

test('what tools made of a file is still shown as that file: its source map comes with the code', async (t) => {
  const typed = (number) => `type Numbers = number[];
export const numbers: Numbers = [${number}];

interface Named { name: string }
export function fail(who: Named): string {
  return new Error(who.name).stack!;
}
`;
  const { project, server, tab } = await startApp(
    t,
    {
      'main.js': MAIN.replaceAll('./top.js', './top.ts'),
      'top.ts': `${typed(1)}export const value = 1;`,
    },
    { before: [esbuildPlugin({ ts: true })] },
  );
  await tab.until(value, 1);
  const maps = new Map();
  if (browserName === 'chromium') {
    const session = await tab.page.context().newCDPSession(tab.page);
    session.on('Debugger.scriptParsed', ({ url, sourceMapURL }) => maps.set(url, sourceMapURL));
    await session.send('Debugger.enable');
  }
  await tab.evaluate(() => {
    globalThis.show = (top) => {
      globalThis.value = top.value;
      globalThis.stack = top.fail({ name: 'here' });
    };
  });
  await project.write('top.ts', `${typed(2)}export const value = 2;`);
  await tab.until(value, 2);
  await applied(server, 1);
  const stack = await tab.evaluate(() => globalThis.stack);
  const [, address, line, column] = /(http:\S+top\.ts):(\d+):(\d+)/.exec(stack);
  if (browserName !== 'chromium') return t.pass();
  const [, json] = /^data:application\/json;base64,(.*)$/.exec(maps.get(address));
  const map = new SourceMap(JSON.parse(Buffer.from(json, 'base64').toString()));
  const { originalLine, originalColumn } = map.findEntry(line - 1, column - 1);
  t.deepEqual([originalLine, originalColumn], [5, '  return '.length]);
  wasHot(t, tab);
});
