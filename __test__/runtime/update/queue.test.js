/**
 * Updates run one at a time; those that pile up become one.
 */

import test from 'ava';
import { chain, eventsOf, open, openChain } from '../../helpers/chain.js';

/** Lets everything run that does not wait for the test. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const ACCEPTS = { acceptance: 'accepts' };

/** Holds up updates of a page in a dispose callback of `/dep.js`. */
function holdUp(page) {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  page.generation('/dep.js').registered.disposers.push(() => held);
  return release;
}

test('updates run one at a time, and those that pile up become one', async (t) => {
  const page = await openChain(t);
  const release = holdUp(page);
  page.update(['/leaf.js'], chain);
  page.update(['/leaf.js'], chain);
  const done = page.update(['/leaf.js'], chain);
  await turn();
  t.deepEqual(page.take(), ['dispose leaf 0', 'dispose dep 0']);
  release();
  await done;
  t.is(page.take().filter((line) => line.startsWith('callback')).length, 2);
  t.is(page.runtime.version, 103);
});

test('an update with newer bodies merges with the next before anything runs', async (t) => {
  const page = await openChain(t);
  page.ports.evaluate = false;
  page.newerBodies.current = true;
  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take(), ['import bodies /dep.js /leaf.js']);
  t.is(page.runtime.version, 100);
  page.newerBodies.current = false;
  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take().slice(1), eventsOf(102));
  t.is(page.runtime.version, 102);
});

test('a module that gives up again while the page is busy makes one update', async (t) => {
  const page = await openChain(t);
  const release = holdUp(page);
  void page.update(['/dep.js'], chain.slice(1));
  const invalidated = (trail) => ({ invalidated: { message: null, trail } });
  for (let time = 0; time < 5; time += 1)
    void page.update(['/leaf.js'], chain, invalidated(['/leaf.js']));
  void page.update(['/dep.js'], chain.slice(1), invalidated(['/leaf.js', '/dep.js']));
  release();
  await page.runtime.idle;
  const applied = page.sent.filter(({ type }) => type === 'applied');
  t.deepEqual(
    applied.map(({ version }) => version),
    [101, 106, 107],
  );
});

test('messages wait until the page’s own code has run', async (t) => {
  const page = open(t, { modules: { '/a.js': (hot) => hot.accept() ?? {} } });
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take(), []);
  await page.load('/a.js');
  await page.runtime.idle;
  t.deepEqual(page.take(), ['evaluate /a.js 0', 'evaluate /a.js 101'].slice(1));
});

test('an update that the page is past is ignored', async (t) => {
  const page = await openChain(t);
  await page.update(['/leaf.js'], chain, { version: 100 });
  t.deepEqual(page.take(), []);
});
