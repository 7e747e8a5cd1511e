/**
 * A page has at most one current generation of a module, whoever imports it, and however.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

/** A module with an identity of its own for each time it is evaluated. */
const state = (number) => `export const state = { number: ${number} };
globalThis.evaluations = (globalThis.evaluations ?? 0) + 1;
`;

/** Imports a module anew in every way that code has, and tells whether all got the same one. */
const WAYS = `const name = () => ['state', 'js'].join('.');
globalThis.ways = async () => [
  (await import('./state.js')).state,
  (await import('./' + name())).state,
  (await import(\`./\${name()}\`)).state,
  (await import(new URL('./' + name(), import.meta.url))).state,
  (await import(new URL('./state.js', import.meta.url).href)).state,
  (await import('/' + name())).state,
  (await (() => import(name().replace(/^/, './')))()).state,
];
globalThis.check = async () => {
  const all = [...await globalThis.ways(), globalThis.current()];
  return [new Set(all).size, all[0].number];
};
`;
const MAIN = `import { state } from './state.js';
import './user.js';
let current = state;
globalThis.current = () => current;
import.meta.hot.accept('./state.js', (next) => { current = next.state; });
${WAYS}`;
const APP = {
  'main.js': MAIN,
  'user.js': `globalThis.other = async () => (await import('./state.js')).state;
import.meta.hot.accept('./state.js', () => {});
`,
  'state.js': state(1),
};

const check = () => globalThis.check();
const evaluations = () => globalThis.evaluations;

test('literal and computed dynamic imports get the instance of static imports, over edits', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(check, [1, 1]);
  t.is(await tab.evaluate(evaluations), 1);
  for (const number of [2, 3, 4]) {
    await project.write('state.js', state(number));
    await tab.until(() => globalThis.current().number, number);
    t.deepEqual(await tab.evaluate(check), [1, number]);
    t.true(await tab.evaluate(async () => (await globalThis.other()) === globalThis.current()));
    t.is(await tab.evaluate(evaluations), number);
  }
  t.is(tab.loads, 1);
});

test('after F5 too', async (t) => {
  const { project, tab } = await startApp(t, APP);
  for (const number of [2, 3]) {
    await project.write('state.js', state(number));
    await tab.until(() => globalThis.current().number, number);
    await tab.page.reload();
    t.deepEqual(await tab.evaluate(check), [1, number]);
    t.is(await tab.evaluate(evaluations), 1);
    await tab.connected();
  }
  await project.write('state.js', state(4));
  await tab.until(() => globalThis.current().number, 4);
  t.deepEqual(await tab.evaluate(check), [1, 4]);
  t.is(await tab.evaluate(evaluations), 2);
});

test('in a second tab that is opened later too', async (t) => {
  const { project, tab, open } = await startApp(t, APP);
  await project.write('state.js', state(2));
  await tab.until(() => globalThis.current().number, 2);
  const other = await open();
  t.deepEqual(await other.evaluate(check), [1, 2]);
  t.is(await other.evaluate(evaluations), 1);
  await project.write('state.js', state(3));
  for (const one of [tab, other]) {
    await one.until(() => globalThis.current().number, 3);
    t.deepEqual(await one.evaluate(check), [1, 3]);
    t.is(one.loads, 1);
  }
});

test('a self-accepting module is one instance for later importers', async (t) => {
  const own = (number) => `${state(number)}import.meta.hot.accept();\n`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { state } from './state.js';
globalThis.current = () => state;
${WAYS}
globalThis.later = async (name) => (await import(name)).state === state;`,
    'later.js': `import { state } from './state.js'; export { state };`,
    'latest.js': `export { state } from './state.js';`,
    'state.js': own(1),
  });
  await tab.until(check, [1, 1]);
  for (const [number, file] of [
    [2, './later.js'],
    [3, './latest.js'],
  ]) {
    await project.write('state.js', own(number));
    await tab.until(() => globalThis.current().number, number);
    t.deepEqual(await tab.evaluate(check), [1, number]);
    t.true(await tab.evaluate((name) => globalThis.later(name), file));
    t.is(await tab.evaluate(evaluations), number);
  }
  t.is(tab.loads, 1);
});

test('a module that only a dynamic import loads is renewed for the next import', async (t) => {
  const lazy = (number) => `export const state = { number: ${number} };
globalThis.evaluations = (globalThis.evaluations ?? 0) + 1;
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `globalThis.load = async () => (await import('./lazy.js')).state.number;`,
    'lazy.js': lazy(1),
  });
  t.is(await tab.evaluate(() => globalThis.load()), 1);
  for (const number of [2, 3]) {
    await project.write('lazy.js', lazy(number));
    await tab.until(evaluations, number);
    t.is(await tab.evaluate(() => globalThis.load()), number);
    t.is(await tab.evaluate(evaluations), number);
  }
  await tab.page.reload();
  t.is(await tab.evaluate(() => globalThis.load()), 3);
  t.is(await tab.evaluate(evaluations), 1);
});

test('a module that was edited before it was ever imported is one instance', async (t) => {
  const { project, tab, open } = await startApp(t, {
    'main.js': `${WAYS}globalThis.current = () => globalThis.first;`,
    'state.js': state(1),
    'side.html':
      '<!doctype html><html><head></head><body><script type="module" src="./state.js"></script></body></html>',
  });
  // Somebody else has it, so that it gets a version.
  const other = await open('/side.html');
  await project.write('state.js', state(2));
  await other.until(() => globalThis.__hotgraph__?.version > 0 && globalThis.evaluations, 1);
  await other.loaded(2);
  const seen = await tab.evaluate(async () => {
    const all = await globalThis.ways();
    return [new Set(all).size, all[0].number, globalThis.evaluations];
  });
  t.deepEqual(seen, [1, 2, 1]);
});

test('modules of the middle: a chain below a boundary stays one instance each', async (t) => {
  const leaf = (number) => `export const state = { number: ${number} };`;
  const { project, tab } = await startApp(t, {
    'main.js': `import * as first from './top.js';
import { state } from './state.js';
let top = first;
globalThis.number = () => top.state.number;
globalThis.same = async () => {
  const modules = [await import('./top.js'), await import('./middle.js'), await import('./state.js')];
  return [modules[0].state === top.state, modules[1].state === top.state, modules[2].state === top.state, modules[0].self === top.self];
};
import.meta.hot.accept(['./top.js', './state.js'], ({ deps }) => { top = deps[0]; });
`,
    'top.js': `export * from './middle.js'; export const self = {};`,
    'middle.js': `export { state } from './state.js';`,
    'state.js': leaf(1),
  });
  const same = () => globalThis.same();
  await tab.until(same, [true, true, true, true]);
  for (const number of [2, 3]) {
    await project.write('state.js', leaf(number));
    await tab.until(() => globalThis.number(), number);
    t.deepEqual(await tab.evaluate(same), [true, true, true, true]);
  }
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(same), [true, true, true, true]);
});

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

test('code that is edited below a scope of an import map imports what its scope says', async (t) => {
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

test('two pages with different import maps each have the module that their own names', async (t) => {
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

test('an inline script of the page and a module share what they import', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': `<!doctype html><html><head></head><body><script type="module">
import { state } from './state.js';
globalThis.inline = state;
import.meta.hot.accept('./state.js', (next) => { globalThis.inline = next.state; });
</script><script type="module" src="./main.js"></script></body></html>`,
    'main.js': `import { state } from './state.js';
globalThis.module = state;
import.meta.hot.accept('./state.js', (next) => { globalThis.module = next.state; });`,
    'state.js': state(1),
  });
  const shared = () => [globalThis.inline === globalThis.module, globalThis.inline?.number];
  await tab.until(shared, [true, 1]);
  for (const number of [2, 3]) {
    await project.write('state.js', state(number));
    await tab.until(shared, [true, number]);
    t.is(await tab.evaluate(evaluations), number);
  }
  t.is(tab.loads, 1);
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(shared), [true, 3]);
  t.is(await tab.evaluate(evaluations), 1);
});

test('a script tag and an import are one instance, after an edit and F5', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': `<!doctype html><html><head><link rel="modulepreload" href="./state.js"></head>
<body><script type="module" src="/state.js"></script><script type="module" src="./main.js"></script></body></html>`,
    'main.js': MAIN,
    'user.js': APP['user.js'],
    'state.js': state(1),
  });
  await tab.until(check, [1, 1]);
  t.is(await tab.evaluate(evaluations), 1);
  await project.write('state.js', state(2));
  await tab.until(async () => (await globalThis.check())[1], 2);
  await tab.connected();
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(check), [1, 2]);
  t.is(await tab.evaluate(evaluations), 1);
});

test('queries are modules of their own, each with one instance', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { state as a } from './state.js?a';
import { state as b } from './state.js?b&c=1';
let [one, two] = [a, b];
globalThis.numbers = () => [one.number, two.number];
globalThis.same = async () => [
  one !== two,
  (await import('./state.js?a')).state === one,
  (await import('./state.js' + '?b&c=1')).state === two,
];
import.meta.hot.accept('./state.js?a', (next) => { one = next.state; });
import.meta.hot.accept('./state.js?b&c=1', (next) => { two = next.state; });
`,
    'state.js': state(1),
  });
  const same = () => globalThis.same();
  await tab.until(same, [true, true, true]);
  await project.write('state.js', state(2));
  await tab.until(() => globalThis.numbers(), [2, 2]);
  t.deepEqual(await tab.evaluate(same), [true, true, true]);
  t.is(await tab.evaluate(evaluations), 4);
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(same), [true, true, true]);
  t.is(await tab.evaluate(evaluations), 2);
});

test('a module that imports itself, and modules in a cycle, are one instance each', async (t) => {
  const a = (number) => `import * as self from './a.js';
import { b } from './b.js';
globalThis.evaluations = (globalThis.evaluations ?? 0) + 1;
export const a = { number: ${number} };
export const same = async () => [self.a === a, (await import('./a.js')).a === a, b().a === a];
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { a, same } from './a.js';
let current = { a, same };
globalThis.number = () => current.a.number;
globalThis.same = () => current.same();
import.meta.hot.accept('./a.js', (next) => { current = next; });
`,
    'a.js': a(1),
    'b.js': `import { a } from './a.js'; export const b = () => ({ a });`,
  });
  const same = () => globalThis.same();
  await tab.until(same, [true, true, true]);
  for (const number of [2, 3]) {
    await project.write('a.js', a(number));
    await tab.until(() => globalThis.number(), number);
    t.deepEqual(await tab.evaluate(same), [true, true, true]);
    t.is(await tab.evaluate(evaluations), number);
  }
  t.is(tab.loads, 1);
});

// -- every way to write a dynamic import -----------------------------------------------------------------

/** The bodies of functions that import `state.js`; `n()` is its name without the extension. */
const SPELLINGS = {
  'a variable': `const name = './' + n() + '.js'; return import(name);`,
  'a template literal': 'return import(`./state.js`);',
  'a template literal with a substitution': 'return import(`./$' + '{n()}.js`);',
  'a path': `return import('/state.js');`,
  'a path with steps': `return import('./lib/../state.js');`,
  'a whole address': `return import(location.origin + '/state.js');`,
  'an address without a scheme': `return import('//' + location.host + '/state.js');`,
  'new URL(…)': `return import(new URL('./state.js', import.meta.url));`,
  'new URL(…).href': `return import(new URL('./state.js', import.meta.url).href);`,
  'import.meta.resolve(…)': `return import(import.meta.resolve('./state.js'));`,
  'an address that was kept': `globalThis.kept ??= import.meta.resolve('./state.js'); return import(globalThis.kept);`,
  'a choice': `return import(n() ? './state.js' : './other.js');`,
  'a name of the import map': `return import('mapped');`,
  'a computed name of the import map': `return import(['map', 'ped'].join(''));`,
  'options and a comment': `return import(/* why not */ './state.js', {});`,
};
const spelled = Object.values(SPELLINGS)
  .map((body) => `async () => { ${body} }`)
  .join(',\n');
/** Imports in every spelling from a module: how many instances there are, and their number. */
const SPELL = `const n = () => 'state';
const ways = [${spelled}];
const spell = async () => {
  const all = [];
  for (const way of ways) all.push((await way()).state);
  return all;
};
import.meta.hot.accept('./state.js', () => {});
`;
const SPELLED_PAGE = `<!doctype html><html><head>
<script type="importmap">{"imports":{"mapped":"/state.js"}}</script>
</head><body><script type="module" src="./main.js"></script></body></html>`;
/** A module that is evaluated again and again, while timers of all its generations go on. */
const again = (edit) => `${SPELL}
const timer = async () => {
  (globalThis.spelled ??= {})[${edit}] = { all: await spell() };
  setTimeout(timer, 5);
};
timer();
globalThis.edit = ${edit};
import.meta.hot.accept();
`;

test('every spelling of import() reaches the one instance: from modules that never changed and from old generations still running', async (t) => {
  const { project, tab, open } = await startApp(t, {
    'index.html': SPELLED_PAGE,
    'main.js': `import { state } from './state.js';
import './never.js';
import './again.js';
globalThis.current = state;
import.meta.hot.accept('./state.js', (next) => { globalThis.current = next.state; });
`,
    'never.js': `${SPELL}globalThis.never = spell;`,
    'again.js': again(0),
    'state.js': state(1),
  });
  const fromNever = async () => {
    const all = await globalThis.never();
    return all.map((one) =>
      one === globalThis.current ? one.number : `not current: ${one.number}`,
    );
  };
  /** What the timers of each generation of `again.js` see. */
  const fromTimers = () =>
    Object.values(globalThis.spelled).map(({ all }) => [
      all.every((one) => one === globalThis.current),
      globalThis.current.number,
    ]);
  const everywhere = (number) => Object.keys(SPELLINGS).map(() => number);

  await tab.until(fromNever, everywhere(1));
  for (const number of [2, 3, 4]) {
    await project.write('state.js', state(number));
    await tab.until(() => globalThis.current.number, number);
    t.deepEqual(await tab.evaluate(fromNever), everywhere(number));
    await project.write('again.js', again(number));
    await tab.until(() => globalThis.edit, number);
    await tab.until(
      fromTimers,
      Array.from({ length: number }, () => [true, number]),
    );
    t.is(await tab.evaluate(evaluations), number);
  }
  t.is(tab.loads, 1);

  // A second tab that comes later, and the first one after F5.
  const other = await open();
  await tab.page.reload();
  await tab.connected();
  for (const one of [tab, other]) {
    await one.until(fromNever, everywhere(4));
    t.is(await one.evaluate(evaluations), 1);
  }
  await project.write('state.js', state(5));
  for (const one of [tab, other]) {
    await one.until(() => globalThis.current.number, 5);
    t.deepEqual(await one.evaluate(fromNever), everywhere(5));
    t.is(await one.evaluate(evaluations), 2);
    await one.until(fromTimers, [[true, 5]]);
  }
});

test('a query makes a module of its own, a hash none that is older: import() reaches the current ones', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { state } from './state.js';
import { state as queried } from './state.js?query';
globalThis.current = [state, queried];
const q = () => '?query';
globalThis.spell = async () => [
  (await import('./state.js')).state,
  (await import('./state.js?query')).state,
  (await import('./state.js' + q())).state,
  (await import(new URL('./state.js' + q(), import.meta.url).href)).state,
].map((one) => globalThis.current.indexOf(one));
globalThis.hashed = async () => [
  (await import('./state.js#hash')).state.number,
  (await import('./state.js' + '#hash')).state.number,
  (await import('./state.js?query#hash')).state.number,
  (await import('./state.js#hash')).state === (await import('./state.js' + '#hash')).state,
];
import.meta.hot.accept(['./state.js', './state.js?query'], ({ deps }) => {
  globalThis.current = deps.map((dep) => dep.state);
});
`,
    'state.js': state(1),
  });
  const numbers = () => globalThis.current.map((one) => one.number);
  for (const number of [1, 2, 3]) {
    if (number > 1) await project.write('state.js', state(number));
    await tab.until(numbers, [number, number]);
    t.deepEqual(await tab.evaluate(() => globalThis.spell()), [0, 1, 1, 1]);
    t.deepEqual(await tab.evaluate(() => globalThis.hashed()), [number, number, number, true]);
  }
  t.is(tab.loads, 1);
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(() => globalThis.spell()), [0, 1, 1, 1]);
  t.deepEqual(await tab.evaluate(() => globalThis.hashed()), [3, 3, 3, true]);
});

test('a module that is first imported while others change is one instance for all who come later', async (t) => {
  const late = (number) => `import { state } from './state.js';
export { state };
export const number = ${number};
export const self = {};
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { state } from './state.js';
globalThis.current = state;
globalThis.load = async (...names) => {
  const found = await Promise.all(names.map((name) => import(name)));
  return [
    new Set(found.map((one) => one.self)).size,
    found.every((one) => one.state === globalThis.current),
    found[0].number,
    found[0].state.number,
  ];
};
import.meta.hot.accept('./state.js', (next) => { globalThis.current = next.state; });
`,
    // Never loaded before its first import, which comes after edits.
    'late.js': late(1),
    'state.js': state(1),
    'other.html':
      '<!doctype html><html><head></head><body><script type="module" src="./late.js"></script></body></html>',
  });
  await project.write('state.js', state(2));
  await tab.until(() => globalThis.current.number, 2);
  const load = () =>
    globalThis.load('./late.js', '/late.js', new URL('./late.js', location.href).href);
  t.deepEqual(await tab.evaluate(load), [1, true, 1, 2]);
  t.is(await tab.evaluate(evaluations), 2);
  await tab.page.reload();
  await tab.connected();
  t.deepEqual(await tab.evaluate(load), [1, true, 1, 2]);
  t.is(await tab.evaluate(evaluations), 1);
});

const LAZY = {
  'main.js': `import './router.js';`,
  'router.js': `globalThis.routers = (globalThis.routers ?? 0) + 1;
export const router = {};
globalThis.open = async () => {
  const view = await import('./view.js');
  return [view.value, view.router === router, globalThis.routers];
};
globalThis.openOther = async () => (await import('./other-view.js')).router === router;
`,
  'view.js': `export { router } from './router.js';\nexport const value = 1;\n`,
  'other-view.js': `export { router } from './router.js';\n`,
};
const openView = () => globalThis.open();

for (const accepts of [false, true]) {
  const how = accepts ? 'that accepts itself in between' : 'that nobody accepts';
  test(`a module that a page has not loaded changes, ${how}: it finds what it imports when it is loaded`, async (t) => {
    const hot = accepts ? 'import.meta.hot.accept();' : '';
    const { project, server, tab, open } = await startApp(t, {
      ...LAZY,
      'main.js': `${LAZY['main.js']}${hot}`,
    });
    const other = await open();
    t.deepEqual(await tab.evaluate(openView), [1, true, 1]);
    for (const number of [2, 3]) {
      await project.write('view.js', LAZY['view.js'].replace('1', number));
      if (accepts) await server.event(({ type }) => type === 'applied');
      else await tab.loaded(number);
      await tab.until(openView, [number, true, accepts ? number : 1]);
      await other.until(
        () => globalThis.__hotgraph__.version,
        await tab.evaluate(() => globalThis.__hotgraph__.version),
      );
      t.true(await other.evaluate(() => globalThis.openOther()));
    }
    t.deepEqual(await other.evaluate(openView), [3, true, 1]);
    t.is(other.loads, 1);
  });
}

test('code of an update that runs before the page has got that far imports dynamically what is of the same update', async (t) => {
  const { project, tab, open } = await startApp(t, {
    'main.js': `import './dep.js';
import.meta.hot.accept('./dep.js', () => {});
import.meta.hot.on('vite:beforeUpdate', async () => {
  if (globalThis.isLate) globalThis.saw = await (await import('./lazy.js')).saw;
});
globalThis.open = () => import('./lazy.js');
`,
    'lazy.js': `export const saw = import('./dep.js').then(({ value }) => value);`,
    'dep.js': 'export const value = 1;',
  });
  const late = await open();
  await tab.evaluate(() => globalThis.open());
  await late.evaluate(() => {
    globalThis.isLate = true;
  });
  await project.write('dep.js', 'export const value = 2;');
  await late.until(() => globalThis.saw, 2);
  t.is(late.loads, 1);
  // Nobody accepts what the other tab imported.
  await tab.loaded(2);
});

test('what new code imports dynamically comes before the callback of the next update', async (t) => {
  const user = (number) => `globalThis.user = ${number};
import('./dep.js').then(({ value }) => { globalThis.seen = value; });
import.meta.hot.accept(['./dep.js'], ([dep]) => { globalThis.seen = dep.value; });`;
  const dep = (number) => `export const value = ${number};`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `import './user.js';
import.meta.hot.accept('./user.js', () => {});
import.meta.hot.on('vite:beforeUpdate', () => globalThis.held);
import.meta.hot.on('told', () => globalThis.go());
`,
    'user.js': user(1),
    'dep.js': dep(1),
  });
  for (const number of [2, 3, 4, 5, 6, 7, 8, 9]) {
    // The first update waits until the second is here.
    await tab.evaluate(() => {
      globalThis.held = new Promise((resolve) => {
        globalThis.go = resolve;
      });
    });
    const told = async (name, source) => {
      const before = server.events.length;
      const isTold = ({ type, files }) => type === 'updated' && files[0] === project.path(name);
      await project.write(name, source);
      await server.event((event) => server.events.indexOf(event) >= before && isTold(event));
    };
    await told('user.js', user(number));
    await told('dep.js', dep(number));
    server.hmr.hot.send('told');
    await tab.until(() => globalThis.user, number);
    await tab.until(() => globalThis.seen, number);
  }
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});
