/** Time, and what is said of many measurements. */

/** Milliseconds since 1970, in fractions, by this process's steady clock. */
export const now = () => performance.timeOrigin + performance.now();

/** Waits. */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The smallest measurement that so many of all do not exceed.
 *
 * @param {number[]} list
 * @param {number} share From 0 to 1.
 */
export function quantile(list, share) {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/**
 * The measurement in the middle, or what is between the two that are; `NaN` of none.
 *
 * @param {number[]} list
 */
export function median(list) {
  if (list.length === 0) return Number.NaN;
  const [below, above] = [
    quantile(list, 0.5),
    -quantile(
      list.map((one) => -one),
      0.5,
    ),
  ];
  return (below + above) / 2;
}

/**
 * A number for a table: about three digits, or all before the point.
 *
 * @param {number | undefined} value
 */
export function brief(value) {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (value >= 99.5) return value.toFixed(0);
  return value.toFixed(value >= 9.95 ? 1 : value >= 0.0995 ? 2 : 3);
}

/**
 * Rounded for the file of results.
 *
 * @param {number} value
 */
export const rounded = (value) => Math.round(value * 100) / 100;

/** A table in Markdown: rows of cells, the first row above the line. */
export const table = ([head, ...rows]) =>
  [head, head.map((_, at) => (at === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
