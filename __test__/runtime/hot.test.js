import test from 'ava';
import { createHotContext } from '../../dist/runtime/hot/hot.js';
import { createWebpackContext, Statuses } from '../../dist/runtime/hot/webpack.js';
import { Code, Generation } from '../../dist/runtime/model/generation.js';
import { Module } from '../../dist/runtime/model/module.js';
import { Registrations } from '../../dist/runtime/model/registrations.js';
import { openPage } from '../helpers/page.js';

const definition = { url: '', version: 0, imports: [], locals: [], indirect: [], stars: [] };

function setUp(url = '/dir/a.js') {
  const module = new Module(url);
  const generation = new Generation(module, new Code(definition, () => {}), {}, []);
  const calls = [];
  const note =
    (name) =>
    (...values) =>
      calls.push([name, ...values]);
  const services = {
    changed: () => calls.push(['changed']),
    invalidate: note('invalidate'),
    on: note('on'),
    off: note('off'),
    send: note('send'),
  };
  const statuses = new Statuses((error) => calls.push(['failed', error]));
  const { registered } = generation;
  const hot = createHotContext(generation, services);
  const webpackHot = () => createWebpackContext(generation, services, statuses);
  return { module, generation, registered, hot, webpackHot, statuses, calls };
}

const callback = () => {};

for (const [name, accept, expected] of [
  ['accept()', (hot) => hot.accept(), { self: true }],
  ['accept(undefined)', (hot) => hot.accept(undefined), { self: true }],
  ['accept(cb)', (hot) => hot.accept(callback), { self: true, callbacks: 1 }],
  ['accept({ bubbles })', (hot) => hot.accept({ bubbles: true }), { self: true, bubbles: true }],
  [
    'accept(cb, { bubbles })',
    (hot) => hot.accept(callback, { bubbles: true }),
    { self: true, bubbles: true, callbacks: 1 },
  ],
  ['accept(dep)', (hot) => hot.accept('./b.js'), { deps: [['./b.js', undefined]] }],
  ['accept(dep, cb)', (hot) => hot.accept('./b.js', callback), { deps: [['./b.js', 'view']] }],
  ['accept([dep], cb)', (hot) => hot.accept(['./b.js'], callback), { deps: [['./b.js', 'list']] }],
  ['acceptDeps(dep, cb)', (hot) => hot.acceptDeps('b', callback), { deps: [['b', 'view']] }],
  [
    'acceptDeps([..], cb)',
    (hot) => hot.acceptDeps(['b', 'c'], callback),
    { deps: [['b,c', 'list']] },
  ],
  [
    'acceptExports(name, cb)',
    (hot) => hot.acceptExports('x', callback),
    { callbacks: 1, exports: ['x'] },
  ],
  [
    'several calls add up',
    (hot) => {
      hot.accept(callback);
      hot.accept('./b.js', callback);
      hot.accept({ bubbles: true });
      hot.accept(['./b.js', './c.js'], callback);
    },
    {
      self: true,
      bubbles: true,
      callbacks: 1,
      deps: [
        ['./b.js', 'view'],
        ['./b.js,./c.js', 'list'],
      ],
    },
  ],
]) {
  test(name, (t) => {
    const { hot, registered, calls } = setUp();
    accept(hot);
    const { self = false, bubbles = false, callbacks = 0, deps = [], exports } = expected;
    t.is(registered.acceptsItself, self);
    t.is(registered.bubbles, bubbles);
    t.is(registered.selfCallbacks.length, callbacks);
    t.deepEqual(registered.acceptedExports, exports);
    t.deepEqual(
      registered.dependencies.map((one) => [one.specifiers.join(), one.callback?.takes]),
      deps,
    );
    t.true(calls.length > 0, 'a registration is told');
  });
}

test('all functions work detached', (t) => {
  const { hot, generation, registered, calls } = setUp();
  const { accept, dispose, prune, decline, invalidate, on, off, send } = hot;
  accept();
  dispose(callback);
  prune(callback);
  decline();
  calls.length = 0;
  invalidate('why');
  on('e', callback);
  off('e', callback);
  send('e', 1);
  t.true(registered.acceptsItself && registered.declined);
  t.is(registered.disposers.length + registered.pruners.length, 2);
  t.deepEqual(calls, [
    ['invalidate', generation, 'why'],
    ['on', 'e', callback, generation],
    ['off', 'e', callback, generation],
    ['send', 'e', 1],
  ]);
});

test('data belongs to the module, and assigning replaces it', async (t) => {
  const { hot, module, registered } = setUp();
  t.false(registered.touchedData);
  hot.data.count = 1;
  t.true(registered.touchedData);
  t.deepEqual(module.data, { count: 1 });
  hot.data = { other: 2 };
  t.deepEqual(module.data, { other: 2 });
  module.leave(Promise.resolve());
  await module.departure;
  t.deepEqual(module.data, {});
});

test('a generation lists each specifier once', (t) => {
  const registered = new Registrations();
  registered.dependencies.push({ specifiers: ['b', 'c'], callback: undefined });
  registered.dependencies.push({ specifiers: ['c'], callback: undefined });
  t.deepEqual(registered.specifiers, ['b', 'c']);
});

for (const [name, accept, expected] of [
  ['accept()', (hot) => hot.accept(), { self: true }],
  ['accept(errorHandler)', (hot) => hot.accept(callback), { self: true, handlers: 1 }],
  ['accept(dep)', (hot) => hot.accept('./b.js'), { deps: ['./b.js'] }],
  ['accept(deps, cb)', (hot) => hot.accept(['./b.js', 'c'], callback), { deps: ['./b.js', 'c'] }],
]) {
  test(`webpackHot: ${name}`, (t) => {
    const { webpackHot, registered, calls } = setUp();
    accept(webpackHot());
    const { self = false, handlers = 0, deps = [] } = expected;
    t.is(registered.acceptsItself, self);
    t.is(registered.errorHandlers.length, handlers);
    t.is(registered.selfCallbacks.length, 0);
    t.deepEqual(registered.specifiers, deps);
    t.deepEqual(calls, [['changed']]);
  });
}

test('webpackHot: a callback gets the changed dependencies, and an error handler gets its errors', (t) => {
  const { webpackHot, registered } = setUp();
  const heard = [];
  webpackHot().accept(
    ['./b.js', './c.js'],
    (outdated) => heard.push(outdated),
    (error, context) => heard.push([error, context]),
  );
  const [{ callback, failed }] = registered.dependencies;
  callback.run([undefined, {}]);
  failed('error', './c.js');
  t.deepEqual(heard, [['./c.js'], ['error', { moduleId: '/dir/a.js', dependencyId: './c.js' }]]);
});

test('webpackHot: decline, of all or of dependencies', (t) => {
  const { webpackHot, registered } = setUp();
  const hot = webpackHot();
  hot.decline('./b.js');
  hot.decline(['./c.js']);
  t.false(registered.declined);
  t.deepEqual(registered.declinedDependencies, ['./b.js', './c.js']);
  hot.decline();
  t.true(registered.declined);
});

test('webpackHot: dispose handlers are added and removed', (t) => {
  const { webpackHot, registered } = setUp();
  const { dispose, addDisposeHandler, removeDisposeHandler } = webpackHot();
  const other = () => {};
  dispose(callback);
  addDisposeHandler(other);
  t.is(registered.disposers.length, 2);
  removeDisposeHandler(callback);
  removeDisposeHandler(() => {});
  t.is(registered.disposers.length, 1);
});

test('webpackHot: status handlers hear of each stage, and their errors stop nothing', (t) => {
  const { webpackHot, statuses, calls, generation } = setUp();
  const { status, addStatusHandler, removeStatusHandler } = webpackHot();
  const heard = [];
  const handler = (now) => heard.push(now);
  status(() => {
    throw new Error('no');
  });
  addStatusHandler(handler);
  statuses.become('prepare');
  t.is(status(), 'prepare');
  statuses.become('prepare');
  removeStatusHandler(handler);
  statuses.become('apply');
  t.deepEqual(heard, ['prepare']);
  t.is(calls.filter(([name]) => name === 'failed').length, 2);
  statuses.drop(generation);
  statuses.become('idle');
  t.is(calls.filter(([name]) => name === 'failed').length, 2);
});

test('webpackHot: check() and apply() say why they are not there', (t) => {
  const hot = setUp().webpackHot();
  for (const name of ['check', 'apply']) t.throws(() => hot[name](), { message: new RegExp(name) });
});

test('webpackHot: data, errors and statuses over updates', async (t) => {
  const dep = (number, code = '') => ({
    code: `const hot = $hot_m.webpackHot; note(\`${number} \${JSON.stringify(hot.data)}\`);
      hot.accept((error, { moduleId }) => note(\`${number} handles \${error.message} of \${moduleId}\`));
      hot.dispose((data) => { data.from = ${number}; });
      hot.addStatusHandler((status) => note(\`${number} \${status}\`)); ${code}`,
  });
  const page = openPage(t, { '/dep.js': dep(1) });
  await page.import('/dep.js');
  page.runtime.start();
  const stale = [['/dep.js', {}, { acceptance: 'accepts' }]];
  t.deepEqual(page.take(), ['1 undefined']);
  await page.update({ '/dep.js': dep(2) }, stale);
  t.deepEqual(page.take(), ['1 prepare', '1 apply', '2 {"from":1}', '2 idle']);
  await page.update({ '/dep.js': dep(3, 'throw new Error("no")') }, stale);
  t.deepEqual(page.take(), [
    '2 prepare',
    '2 apply',
    '3 {"from":2}',
    '2 handles no of /dep.js',
    '2 idle',
  ]);
});
