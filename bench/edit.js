/** The edit that is measured. */

import { writeFile } from 'node:fs/promises';
import { now } from './statistics.js';

/** Milliseconds after which an edit counts as lost. */
const PATIENCE = 30_000;

/** No edit has the value of another. */
let value = 0;

/** The value of the next edit. */
export const nextValue = () => ++value;

/**
 * Edits the end of a chain, and waits until the page tells of it.
 *
 * @param {import('./app.js').App} app
 * @param {number} depth
 * @param {any} page
 * @returns {Promise<{ message: any, started: number }>} The page's message, none when the edit was lost, and the time of
 *   the call of `writeFile`.
 */
export async function editChain(app, depth, page) {
  const expected = nextValue();
  const text = app.deepestText(depth, expected);
  const arrived = page.next(
    (message) => message.type === 'updated' && message.value === expected,
    PATIENCE,
  );
  const started = now();
  await writeFile(app.path(app.deepest(depth)), text);
  return { message: await arrived, started };
}
