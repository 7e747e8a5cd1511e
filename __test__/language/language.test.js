/**
 * Code means what it means in a native module: at first load, in a pack, and in an update.
 */

import test from 'ava';
import { browserName } from '../../scripts/browser.js';
import { closeBrowser } from '../helpers/browser.js';
import { cases } from './cases.js';
import { run } from './run.js';

const titles = Object.keys(cases);
let outcomes;

test.before(async (t) => {
  t.timeout(300_000);
  // Only Chromium's own messages are what hotgraph's are written after.
  const all = Object.values(cases).map((one) => ({
    ...one,
    messages: one.messages && browserName === 'chromium',
  }));
  outcomes = await run(all);
});

test.after.always(closeBrowser);

for (const [index, title] of titles.entries()) {
  test(title, (t) => {
    const { native, first, update, pack } = outcomes[index];
    const { refused, reloads } = cases[title];
    if (refused) t.deepEqual(native, ['did not load']);
    else t.notRegex(`${native}`, /^$|(^|,)(did not|uncaught)/);
    t.deepEqual(first, native, 'at first load');
    t.deepEqual(pack, native, 'in a pack');
    const updated = reloads ? update.filter((line) => line !== 'reloaded') : update;
    t.deepEqual(updated, native, 'as an update');
  });
}
