/**
 * A short soak: random apps under random histories, judged by a naive model. The long one is run by hand:
 * docs/reliability.md.
 */

import ava from 'ava';
import { closeBrowser } from '../helpers/browser.js';
import { Soak } from './soak.js';

const test = ava.serial;

ava.after.always(closeBrowser);

for (const seed of [42, 43]) {
  test(`25 steps of seed ${seed}, one at a time`, async (t) => {
    const summary = await new Soak({ seed, steps: 25, calm: true }).run();
    t.true(summary.steps >= 25);
  });
}
