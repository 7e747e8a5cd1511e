/**
 * The update that a page rehearses before the first real one.
 */

import test from 'ava';
import { rehearse } from '../../dist/runtime/update/rehearsal.js';
import { openPage } from '../helpers/page.js';

test('made-up modules have an update, and nothing of it reaches the page', async (t) => {
  const page = openPage(t, {});
  t.true(await rehearse(page.ports));
  t.deepEqual(page.take(), []);
  t.deepEqual(page.sent, []);
  t.deepEqual(page.shown, []);
  t.deepEqual(page.compiled, []);
  t.deepEqual([...page.modules.graph.modules], []);
});
