import test from 'ava';
import { createList, createView } from '../../dist/runtime/hot/view.js';

test('a view has every export, live and enumerable', (t) => {
  const namespace = { count: 1, default: 'd' };
  const view = createView(namespace);
  t.deepEqual(Object.keys(view), ['count', 'default']);
  namespace.count = 2;
  t.is(view.count, 2);
});

test('a view has module and deps in addition to the exports', (t) => {
  const namespace = { count: 1 };
  const view = createView(namespace, [namespace]);
  const { module, deps } = view;
  t.is(module, namespace);
  t.is(deps[0], namespace);
  t.deepEqual({ ...view }, { count: 1 });
});

test('exports named module and deps win', (t) => {
  const view = createView({ module: 'mine', deps: 'mine too' });
  t.deepEqual({ ...view }, { module: 'mine', deps: 'mine too' });
});

test('a list has views where the update renewed and namespaces everywhere', (t) => {
  const [a, b, main] = [{ name: 'a' }, { name: 'b' }, { name: 'main' }];
  const list = createList([undefined, b], [a, b], main);
  t.true(Array.isArray(list));
  const [first, second] = list;
  t.is(first, undefined);
  t.is(second.name, 'b');
  t.is(second.module, b);
  t.deepEqual(Object.keys(list), ['0', '1']);
  const { deps, module } = list;
  t.deepEqual([deps[0], deps[1], module], [a, b, main]);
});
