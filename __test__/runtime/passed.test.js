/**
 * Which updates that went by concern code that comes later.
 */
import test from 'ava';
import { Passed } from '../../dist/runtime/update/passed.js';

const update = (version, ...changed) => ({ version, changed });
const nowhere = () => false;

test('older code gets the newest update of its module, once', (t) => {
  const passed = new Passed();
  const [first, second] = [update(5, '/a.js', '/b.js'), update(7, '/a.js')];
  passed.add(first, nowhere);
  passed.add(second, nowhere);
  t.is(passed.take('/a.js', 0), second);
  t.is(passed.take('/a.js', 0), undefined);
  t.is(passed.take('/b.js', 4), first);
  t.is(passed.take('/c.js', 0), undefined);
});

test('code of the update, or newer, gets none', (t) => {
  const passed = new Passed();
  passed.add(update(5, '/a.js', '/b.js'), nowhere);
  t.is(passed.take('/a.js', 5), undefined);
  t.is(passed.take('/b.js', 6), undefined);
});

test('an update of a module in the page is not remembered for others', (t) => {
  const passed = new Passed();
  passed.add(update(5, '/a.js'), nowhere);
  passed.add(update(6, '/a.js'), () => true);
  t.is(passed.take('/a.js', 0), undefined);
});

test('a page that is open for long remembers the last updates', (t) => {
  const passed = new Passed();
  for (let version = 1; version <= 500; version++)
    passed.add(update(version, `/${version}.js`), nowhere);
  t.is(passed.take('/1.js', 0), undefined);
  t.is(passed.take('/500.js', 0)?.version, 500);
  t.is(passed.take('/401.js', 0)?.version, 401);
});
