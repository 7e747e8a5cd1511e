import test from 'ava';
import { Exports } from '../dist/runtime/modules/exports.js';

/** Evaluates a module that exports `value`; returns what its importers read. */
function evaluate(exports, url, version, value, native) {
  let variable = value;
  const set = (next) => {
    variable = next;
  };
  exports.track({}, url, version, { value: [() => variable, set] }, native);
  return () => variable;
}

/** The exports of a page in which nothing else is told of changes. */
const open = () => new Exports(() => {});

const turn = () => new Promise((resolve) => setTimeout(resolve));

test('importers of every generation see the newest one, whichever ran last', async (t) => {
  const exports = open();
  const newer = evaluate(exports, '/a.js', 2, 'two');
  const older = evaluate(exports, '/a.js', 1, 'one');
  await turn();
  t.deepEqual([older(), newer()], ['two', 'two']);
  const newest = evaluate(exports, '/a.js', 3, 'three');
  await turn();
  t.deepEqual([older(), newer(), newest()], ['three', 'three', 'three']);
});

test('importers miss what is new in a module whose own variables they see, unless these can be assigned', (t) => {
  const exports = open();
  const all = () => true;
  evaluate(exports, '/barrel.js', 0, 1, ['/inner.js']);
  t.true(exports.misses('/barrel.js', all));
  t.false(exports.misses('/barrel.js', (url) => url === '/other.js'));
  t.false(exports.misses('/unknown.js', all));
  evaluate(exports, '/inner.js', 0, 1, ['/dep.js', '/barrel.js']);
  t.true(exports.misses('/barrel.js', all));
  evaluate(exports, '/dep.js', 0, 1);
  t.false(exports.misses('/barrel.js', all));
});
