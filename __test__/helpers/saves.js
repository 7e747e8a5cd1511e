/**
 * An app that shows a value, and what its tabs have seen of it.
 */

/** Lets `milliseconds` pass between two saves of a writer. No test waits for its result in this way. */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The text of a dependency that exports a value. */
export const dep = (number) => `export const value = ${number};`;

/** A module that shows the value, and keeps all that it ever got. */
export const MAIN = `import { value } from './dep.js';
globalThis.value = value;
globalThis.values = [value];
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; globalThis.values.push(dep.value); });
`;

export const APP = { 'main.js': MAIN, 'dep.js': dep(1) };

/** The updates that the server has sent. */
export const updates = (server) => server.events.filter(({ type }) => type === 'updated');

/**
 * The last value is `last`, and none that was replaced ever came back. The same one may come twice: what a
 * request gets may be newer than the update that it is made for.
 */
export function neverWentBack(t, seen, last) {
  t.is(seen.at(-1), last);
  t.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  );
}
