import test from 'ava';
import { createHotContext } from '../dist/runtime/hot/hot.js';
import { Generation } from '../dist/runtime/model/generation.js';
import { Registry } from '../dist/runtime/model/registry.js';

function setUp(url = '/dir/a.js') {
  const registry = new Registry(() => {});
  const generation = registry.create(url, 0);
  const calls = [];
  const note =
    (name) =>
    (...values) =>
      calls.push([name, ...values]);
  const hot = createHotContext(generation, {
    getData: (of) => registry.data(of),
    setData: (of, data) => registry.setData(of, data),
    changed: () => calls.push(['changed']),
    invalidate: note('invalidate'),
    on: note('on'),
    off: note('off'),
    send: note('send'),
  });
  return { registry, generation, hot, calls };
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
    const { hot, generation, calls } = setUp();
    accept(hot);
    const { self = false, bubbles = false, callbacks = 0, deps = [], exports } = expected;
    t.is(generation.acceptsItself, self);
    t.is(generation.bubbles, bubbles);
    t.is(generation.selfCallbacks.length, callbacks);
    t.deepEqual(generation.acceptedExports, exports);
    t.deepEqual(
      generation.dependencies.map((one) => [one.specifiers.join(), one.callback?.takes]),
      deps,
    );
    t.true(calls.length > 0, 'a registration is told');
  });
}

test('all functions work detached', (t) => {
  const { hot, generation, calls } = setUp();
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
  t.true(generation.acceptsItself && generation.declined);
  t.is(generation.disposers.length + generation.pruners.length, 2);
  t.deepEqual(calls, [
    ['invalidate', generation, 'why'],
    ['on', 'e', callback, generation],
    ['off', 'e', callback, generation],
    ['send', 'e', 1],
  ]);
});

test('data is kept over generations, and assigning replaces it', (t) => {
  const { hot, registry, generation } = setUp();
  t.false(generation.touchedData);
  hot.data.count = 1;
  t.true(generation.touchedData);
  registry.create('/dir/a.js', 5);
  t.deepEqual(registry.data('/dir/a.js'), { count: 1 });
  hot.data = { other: 2 };
  t.deepEqual(registry.data('/dir/a.js'), { other: 2 });
  registry.remove('/dir/a.js', 1);
  t.deepEqual(registry.data('/dir/a.js'), {});
});

test('a specifier matches by the server’s word or as a browser resolves it', (t) => {
  const { hot, generation } = setUp();
  hot.accept(['./b.js', 'lit', '../c'], callback);
  t.deepEqual(generation.specifiersFor('/dir/b.js', []), ['./b.js']);
  t.deepEqual(generation.specifiersFor('/node_modules/lit/index.js', ['lit']), ['lit']);
  t.deepEqual(generation.specifiersFor('/c.js', ['../c']), ['../c']);
  t.deepEqual(generation.specifiersFor('/c.js', ['../other']), []);
});

test('registrations of a failed generation do not count, its cleanup does', (t) => {
  const dropped = [];
  const registry = new Registry((generation) => dropped.push(generation.version));
  const old = registry.create('/a.js', 0);
  const cleanUp = () => {};
  registry.begin(new Map([['/a.js', 5]]));
  t.is(registry.version('/a.js'), 5);
  const failed = registry.create('/a.js', 5);
  failed.disposers.push(cleanUp);
  t.is(registry.current('/a.js'), old);
  registry.end(() => false);
  t.is(registry.current('/a.js'), old);
  t.is(registry.version('/a.js'), 0);
  t.deepEqual(old.inherited, [cleanUp]);
  t.deepEqual(dropped, [5]);

  registry.begin(new Map([['/a.js', 6]]));
  const good = registry.create('/a.js', 6);
  registry.end(() => true);
  t.is(registry.current('/a.js'), good);
  t.true(old.replaced);
});

test('new code without import.meta.hot leaves no registrations', (t) => {
  const registry = new Registry(() => {});
  const old = registry.create('/a.js', 0);
  registry.begin(new Map([['/a.js', 5]]));
  registry.end(() => true);
  t.is(registry.current('/a.js'), undefined);
  t.is(registry.last('/a.js'), old);
});

test('importing a generation that is evaluated already keeps it', (t) => {
  const registry = new Registry(() => {});
  const current = registry.create('/a.js', 5);
  registry.begin(new Map([['/a.js', 5]]));
  registry.end(() => true);
  t.is(registry.current('/a.js'), current);
});

test('a generation lists each specifier once', (t) => {
  const generation = new Generation('/a.js', 0);
  generation.dependencies.push({ specifiers: ['b', 'c'], callback: undefined });
  generation.dependencies.push({ specifiers: ['c'], callback: undefined });
  t.deepEqual(generation.specifiers, ['b', 'c']);
});
