/**
 * `import()`: every spelling reaches the one current instance, also of modules that the page loads late.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { evaluations, state } from '../helpers/instances.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

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

test('import() of a url with a query or a hash reaches the current instance', async (t) => {
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

test('a module that is first imported during an update is one instance for all later importers', async (t) => {
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
  test(`a module that changes before a page loads it, ${how}, finds its imports when it is loaded`, async (t) => {
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

test('code of an update that runs early dynamically imports modules of the same update', async (t) => {
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

test('a dynamic import of new code settles before the callback of the next update', async (t) => {
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
