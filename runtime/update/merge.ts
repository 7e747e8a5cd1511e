/**
 * Two updates as one: for a page that is still before the earlier one when the later one comes.
 */
import type { Update } from '../protocol.js';

/**
 * Two updates as one, for when the page is still before the earlier one.
 *
 * @param earlier One that could not be applied; `undefined` when there is none.
 */
export function mergeUpdates(earlier: Update | undefined, later: Update): Update {
  if (!earlier) return later;
  const stale = new Map([...earlier.stale, ...later.stale].map((node) => [node.url, node]));
  const told = new Set(later.stale.map(({ url }) => url));
  const departures = earlier.departures.filter(({ url }) => !told.has(url));
  return {
    version: later.version,
    changed: [...new Set([...earlier.changed, ...later.changed])],
    stale: [...stale.values()],
    added: [...earlier.added, ...later.added],
    departures: [...departures, ...later.departures],
    invalidated: later.invalidated ?? earlier.invalidated,
  };
}

/**
 * Whether two updates that wait in a row may become one. Two changes may, and so may two of the same module that gives
 * up in the same way. Other pairs differ in the modules that do not count as boundaries. A later update with departures
 * stays apart: a module may have left a page by the earlier one.
 */
export function areMergeable(earlier: Update, later: Update): boolean {
  return later.departures.length === 0 && nameOf(earlier) === nameOf(later);
}

/** The same for updates that were given up by the same modules; empty for changes. */
function nameOf({ changed, invalidated }: Update): string {
  return invalidated ? [...changed, ...invalidated.trail].join('\n') : '';
}
