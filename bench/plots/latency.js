/** Latency over the chain's depth, and over the app's size where more than one was measured. */
import { describe } from '../machine.js';
import { medianOf } from '../parts/latency.js';
import { drawing, scale, sentences, text } from './drawing.js';

const WIDTH = 960;
const HEIGHT = 470;
/** The left and the right edge of each panel, by how many there are. */
const PANELS = {
  1: [[60, 760]],
  2: [
    [60, 330],
    [545, 765],
  ],
};
const [TOP, BOTTOM] = [70, 380];
/** The lowest and the highest latency that fit, in milliseconds. */
const RANGE = [1, 2000];
const TICKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
/** Pixels between two labels, at least. */
const LINE = 18;

/** Told apart by those who see fewer colours as well, on white and on black. */
const COLOURS = {
  hotgraph: '#d6336c',
  typescript: '#f06595',
  floor: '#868e96',
  bun: '#e8890c',
  vite: '#7a5af8',
  wds: '#1c8fd6',
  webpack: '#0ca678',
  rspack: '#a9711c',
};

/** @param {{ conditions: any, result: any }} latency What was measured last. */
export function plot({ conditions, result }) {
  const { depths, sizes } = result;
  const [size, depth] = [sizes[0], depths[Math.floor(depths.length / 2)]];
  const thousands = (count) => count.toLocaleString('en');
  const panels = [
    {
      title: `Over depth, ${thousands(size)} other modules`,
      axis: 'stale modules below the boundary',
      marks: depths.map(String),
      series: seriesOf(result, depths, (system, one) => medianOf(result, system, size, one)),
    },
    {
      title: `Over app size, depth ${depth}`,
      axis: 'other modules in the page',
      marks: sizes.map(thousands),
      series: seriesOf(result, sizes, (system, one) => medianOf(result, system, one, depth)),
    },
  ].filter(({ marks }) => marks.length > 1);
  return drawing(
    [WIDTH, HEIGHT],
    'From fs.writeFile to the accept callback in the page, median in milliseconds',
    [
      text(
        60,
        24,
        'From fs.writeFile to the accept callback in the page: median in ms, logarithmic',
        'title',
      ),
      ...panels.flatMap((one, at) => panel(PANELS[panels.length][at], one)),
      ...sentences(describe(conditions)).map((line, at) =>
        text(60, HEIGHT - 22 + at * 15, line, 'small'),
      ),
    ],
  );
}

/** The systems' medians at each mark; those that have none are left out, and those without a colour. */
const seriesOf = ({ systems }, marks, value) =>
  systems
    .filter(({ id }) => id in COLOURS)
    .map(({ id, name }) => ({ id, name, values: marks.map((mark) => value(id, mark)) }))
    .filter(({ values }) => !values.some(Number.isNaN));

/**
 * @param {number[]} edges Left and right.
 * @param {any} content
 */
function panel([left, right], { title, axis, marks, series }) {
  const inset = 16;
  const step = (right - left - 2 * inset) / Math.max(1, marks.length - 1);
  const x = (at) => left + inset + at * step;
  const lines = [text(left, 54, title, 'title')];
  for (const tick of TICKS) {
    lines.push(`<path class="grid" d="M${left} ${y(tick)}H${right}"/>`);
    lines.push(text(left - 6, y(tick) + 4, String(tick), 'small', 'end'));
  }
  for (const [at, mark] of marks.entries()) {
    lines.push(text(x(at), BOTTOM + 18, mark, 'small', 'middle'));
  }
  lines.push(text((left + right) / 2, BOTTOM + 36, axis, 'small', 'middle'));
  for (const { id, values } of series) {
    const points = values.map((value, at) => `${x(at).toFixed(1)} ${y(value)}`);
    const kind = { hotgraph: ' own', floor: ' floor' }[id] ?? '';
    lines.push(`<path class="line${kind}" stroke="${COLOURS[id]}" d="M${points.join('L')}"/>`);
    for (const point of points) {
      const [cx, cy] = point.split(' ');
      lines.push(`<circle cx="${cx}" cy="${cy}" r="3.5" fill="${COLOURS[id]}"/>`);
    }
  }
  for (const { id, name, values, at } of labelled(series)) {
    const last = values.at(-1);
    lines.push(
      `<path class="line" style="stroke-width:1" stroke="${COLOURS[id]}" d="M${x(marks.length - 1) + 6} ${y(last)}L${right + 8} ${at - 4}"/>`,
      text(right + 12, at, `${name} ${last.toFixed(last < 10 ? 1 : 0)}`),
    );
  }
  return lines;
}

/** The height of a latency. */
const y = scale(RANGE, [BOTTOM, TOP]);

/** Where each label goes: at the end of its line, moved down as far as the one above needs. */
function labelled(series) {
  const sorted = series
    .map((one) => ({ ...one, at: y(one.values.at(-1)) + 4 }))
    .toSorted((a, b) => a.at - b.at);
  for (let index = 1; index < sorted.length; index++) {
    sorted[index].at = Math.max(sorted[index].at, sorted[index - 1].at + LINE);
  }
  return sorted;
}
