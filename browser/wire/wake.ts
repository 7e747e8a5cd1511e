/**
 * Sleep: a machine that wakes up has missed what went on, and no event tells of it.
 */

/** Milliseconds from one look at the clock to the next. */
const LOOK = 1000;

/** A page that did not get round to looking for so many milliseconds was asleep, or as good as that. */
const ASLEEP = 3000;

/** Calls `wake` when the page, or its machine, was asleep. */
export function onWake(wake: () => void): void {
  let looked = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (now - looked > ASLEEP) wake();
    looked = now;
  }, LOOK);
}
