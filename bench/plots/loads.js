/** Page loads of many modules: with an empty browser cache, and again after an edit. */
import { describe } from '../machine.js';
import { SERVERS } from '../parts/reload.js';
import { brief, median } from '../statistics.js';
import { drawing, scale, sentences, text } from './drawing.js';

const WIDTH = 960;
/** Where names end, and where the axis begins and ends. */
const [NAMES, LEFT, RIGHT] = [250, 270, 880];
/** The lowest and the highest time that fit, in milliseconds. */
const RANGE = [50, 5000];
const TICKS = [50, 100, 200, 500, 1000, 2000, 5000];
/** Pixels of a row, above the first panel, and between two panels. */
const [ROW, HEAD, GAP] = [22, 64, 54];

const KINDS = [
  { load: 'edited', name: 'reload after an edit', colour: '#d6336c', at: LEFT },
  { load: 'cold', name: 'empty browser cache', colour: '#868e96', at: LEFT + 170 },
];

const x = scale(RANGE, [LEFT, RIGHT]);

/** @param {{ conditions: any, result: any }} reload What was measured last. */
export function plot({ conditions, result }) {
  const lines = [
    text(20, 24, 'Milliseconds until the last module of a page has run, logarithmic', 'title'),
    ...KINDS.flatMap(({ name, colour, at }) => [dot(at, 44, colour), text(at + 10, 48, name)]),
  ];
  let top = HEAD;
  for (const run of result.runs) {
    const rows = rowsOf(run);
    lines.push(...panel(`${run.modules.toLocaleString('en')} modules`, rows, top));
    top += rows.length * ROW + GAP;
  }
  const said = sentences(describe(conditions));
  lines.push(...said.map((line, at) => text(20, top + at * 15, line, 'small')));
  const title = 'Milliseconds until the last module of a page has run, median';
  return drawing([WIDTH, top + said.length * 15], title, lines);
}

/** The servers, fastest first. */
function rowsOf({ taken }) {
  const rows = Object.entries(taken).map(([id, loads]) => ({
    name: SERVERS[id].replaceAll('`', ''),
    values: KINDS.map(({ load }) => median(loads[load])),
  }));
  return rows.toSorted((a, b) => a.values[0] - b.values[0]);
}

function panel(title, rows, top) {
  const bottom = top + 22 + rows.length * ROW;
  const lines = [text(NAMES, top + 14, title, 'title', 'end')];
  for (const tick of TICKS) {
    lines.push(
      `<path class="grid" d="M${x(tick)} ${top + 20}V${bottom - 4}"/>`,
      text(x(tick), bottom + 10, String(tick), 'small', 'middle'),
    );
  }
  for (const [at, { name, values }] of rows.entries()) {
    const y = top + 34 + at * ROW;
    const [edited, cold] = values;
    lines.push(
      text(NAMES, y + 4, name, '', 'end'),
      `<path class="grid" style="stroke-width:4" d="M${x(edited)} ${y}H${x(cold)}"/>`,
      ...values.map((value, kind) => dot(x(value), y, KINDS[kind].colour)).toReversed(),
      text(x(edited) - 9, y + 4, brief(edited), 'small', 'end'),
      text(x(cold) + 9, y + 4, brief(cold), 'small'),
    );
  }
  return lines;
}

const dot = (cx, cy, colour) => `<circle cx="${cx}" cy="${cy}" r="5" fill="${colour}"/>`;
