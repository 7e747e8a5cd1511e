/**
 * Settings as text, to be compared with those of the run before.
 */

/** How deep settings are compared. */
const DEPTH = 5;

/**
 * A text that differs when options or code differ. What closures hold is not in it.
 *
 * @param without Properties that are left out everywhere.
 */
export function describe(value: unknown, without: readonly unknown[] = []): string {
  return describeOne(value, DEPTH, new Set(without));
}

function describeOne(value: unknown, depth: number, known: Set<unknown>): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth === 0 || known.has(value)) return '…';
  known.add(value);
  const prototype = Object.getPrototypeOf(value);
  const isPlain = Array.isArray(value) || prototype === null || prototype === Object.prototype;
  const own = entriesOf(value).map(([key, one]) => `${key}: ${describeOne(one, depth - 1, known)}`);
  return `${isPlain ? '' : String(prototype.constructor)}{${own.join(', ')}}`;
}

/** What an object of the user's has; nothing, when it does not let itself be looked at. */
function entriesOf(value: object): [string, unknown][] {
  try {
    return Object.entries(value);
  } catch {
    return [];
  }
}
