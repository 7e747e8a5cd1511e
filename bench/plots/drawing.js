/** SVGs that read on light and on dark pages. */

const STYLE = `text { font: 12px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; font-size: 14px; }
.small { font-size: 11px; fill: #656d76; }
.grid { stroke: #d0d7de; stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.own { stroke-width: 3.5; }
.floor { stroke-dasharray: 5 4; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.small { fill: #9198a1; }
.grid { stroke: #3d444d; }
}`;

/**
 * A whole drawing.
 *
 * @param {[width: number, height: number]} size
 * @param {string} title For those who cannot see it.
 * @param {string[]} lines Elements.
 */
export function drawing([width, height], title, lines) {
  const all = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    ...lines,
    '</svg>',
  ];
  return `${all.join('\n')}\n`;
}

/**
 * A logarithmic axis: where a value is on it. What does not fit is at its end.
 *
 * @param {number[]} range The lowest and the highest value.
 * @param {[from: number, to: number]} place Where these are.
 * @returns {(value: number) => number}
 */
export function scale(range, [from, to]) {
  const [low = 0, high = 1] = range.map(Math.log);
  return (value) => {
    const share = (Math.min(high, Math.max(low, Math.log(value))) - low) / (high - low);
    return Number((from + share * (to - from)).toFixed(1));
  };
}

/** A long sentence in two lines. */
export function sentences(long) {
  const cut = long.indexOf(' ', Math.min(long.length, 120));
  return cut < 0 ? [long] : [long.slice(0, cut), long.slice(cut + 1)];
}

/** A line of text. */
export const text = (x, y, content, kind = '', anchor = 'start') =>
  `<text x="${Number(x.toFixed(1))}" y="${Number(y.toFixed(1))}"${kind && ` class="${kind}"`} text-anchor="${anchor}">${escaped(content)}</text>`;

const escaped = (content) => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
