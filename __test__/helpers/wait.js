/**
 * Waiting for what is to come.
 */

/** Longest time that a condition may take to become true, in milliseconds. */
const PATIENCE = 15_000;

/** How often a condition is looked at, in milliseconds. */
const INTERVAL = 5;

/**
 * Waits for a condition, never for a time.
 *
 * @param {() => boolean | Promise<boolean>} condition
 * @param {() => string} explain What to say when it does not come true.
 * @param {number} [patience] Milliseconds.
 * @returns {Promise<void>} Rejects when it does not come true in time.
 */
export async function waitFor(condition, explain, patience = PATIENCE) {
  const end = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(explain());
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}
