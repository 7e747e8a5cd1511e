/**
 * From the call of `fs.writeFile` to the accept callback that runs with the new code in the page: how long that takes
 * over the depth of the chain of modules in between, and over the size of the app.
 */
import { writeFile } from 'node:fs/promises';
import { App } from '../app.js';
import { serve } from '../serve.js';
import { systems } from '../servers.js';
import { brief, median, now, pause, quantile, rounded, table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = {
  systems: systems.map(({ id }) => id),
  depths: [1, 10, 50],
  sizes: [1000, 10_000],
  edits: 51,
  rounds: 3,
};

/** How many edits of each chain come before those that count. */
const WARM_UP = 5;
/** Milliseconds between what a page has loaded and the first edit: somebody has looked at it. */
const SETTLING = 2000;
/** Milliseconds between an update and the next edit, at least and at most. */
const PAUSE = [60, 120];
/** Milliseconds after which an edit counts as lost. */
const PATIENCE = 30_000;
/** Milliseconds that a chain has in a round: who needs more than that makes fewer edits, but at least so many. */
const BUDGET = 15_000;
const LEAST_EDITS = 3;
/** So many lost edits end a run. */
const LOST_LIMIT = 3;
/** How often a run is tried until the page is not reloaded: a server that sees half of a save may give up. */
const TRIES = 2;

/** At most so many times of these that hotgraph may take. */
const GOALS = {
  floor: { 1: 1.5, 10: 1.5, 50: 1.5 },
  bun: { 1: 0.6, 10: 0.6, 50: 0.6 },
  vite: { 1: 0.4, 10: 0.12, 50: 0.04 },
};
/** At most so many times of the median that the slowest of a hundred may take. */
const TAIL_GOAL = 3;

/** Measures. */
export async function measure(options, { browser, progress }) {
  const { depths, sizes, rounds, edits } = options;
  const measured = systems.filter(({ id }) => options.systems.includes(id));
  const runs = [];
  for (const size of sizes) {
    const app = new App({ depths, others: size, port: browser.port });
    for (let round = 0; round < rounds; round++) {
      // The order alternates, so that a drift of the machine's speed favours none, and each chain is first once.
      const order = round % 2 === 0 ? measured : measured.toReversed();
      const chains = depths.map((_, at) => depths[(at + round) % depths.length]);
      for (const system of order) {
        let run;
        for (let tries = 0; tries < TRIES && !(run && isHot(run)); tries++) {
          run = { system: system.id, size, round, loads: 0, lost: 0, ms: {} };
          runs.push(run);
          const filled = fill(run, system, app, chains, Math.ceil(edits / rounds), browser);
          await filled.catch((error) => {
            run.failed = error.message;
          });
          progress(`${size} modules, round ${round + 1}: ${describe(system, run, depths)}`);
        }
      }
    }
    app.dispose();
  }
  return {
    depths,
    sizes,
    systems: measured.map(({ id, name, version }) => ({ id, name, version })),
    runs,
  };
}

/** Measures one system, started for this: its first update, then all edits of all chains. */
async function fill(run, { id, dialect }, app, chains, edits, browser) {
  app.speak(dialect);
  const server = await serve(id, app.folder);
  const page = await browser.open(server.url);
  try {
    const { count, ms } = await page.loaded();
    if (count !== app.others) throw new Error(`${id}: ${count} of ${app.others} modules ran`);
    run.load = Math.round(ms);
    await page.synchronise();
    run.skew = rounded(Math.abs(page.skew[1] - page.skew[0]) / 2);
    await pause(SETTLING);
    for (const depth of chains) {
      const list = [];
      run.ms[depth] = list;
      const started = now();
      const isHopeless = () => page.loads > 1 || run.lost >= LOST_LIMIT;
      const edit = async () => {
        const ms = await timeOf(app, depth, page);
        if (ms === undefined) run.lost += 1;
        run.first ??= { depth, ms };
        await pause(PAUSE[0] + Math.random() * (PAUSE[1] - PAUSE[0]));
        return ms ?? [];
      };
      const warmUpEnds = started + BUDGET / 3;
      for (let count = 0; count < WARM_UP && now() < warmUpEnds && !isHopeless(); count++)
        await edit();
      const isLate = () => list.length >= LEAST_EDITS && now() > started + BUDGET;
      for (let count = 0; count < edits && !isLate() && !isHopeless(); count++) {
        list.push(...[await edit()].flat());
      }
    }
  } finally {
    run.loads = page.loads;
    if (page.errors.length > 0) run.errors = [...new Set(page.errors)].slice(0, 3);
    await page.close();
    await server.stop();
    app.tidy();
  }
}

let value = 0;

/** Edits a chain; resolves to the milliseconds until its callback ran, `undefined` when it did not. */
async function timeOf(app, depth, page) {
  value += 1;
  const expected = value;
  const text = app.deepestText(depth, expected);
  const arrived = page.next(
    (message) => message.type === 'updated' && message.value === expected,
    PATIENCE,
  );
  const started = now();
  await writeFile(app.path(app.deepest(depth)), text);
  const message = await arrived;
  return message && rounded(page.here(message.at) - started);
}

const describe = ({ name }, { ms, lost, loads, first, load, failed }, depths) =>
  `${name}: ${depths.map((depth) => brief(median(ms[depth] ?? []))).join(' / ')} ms, first ${brief(first?.ms)} ms, ` +
  `page load ${load} ms${lost ? `, ${lost} lost` : ''}${loads === 1 ? '' : `, ${loads} loads`}` +
  `${failed ? `, failed: ${failed}` : ''}`;

/** The runs of a system with so many modules. */
const runsOf = ({ runs }, system, size) =>
  runs.filter((run) => run.system === system && run.size === size);

/** Whether nothing but updates happened to the page. */
const isHot = ({ loads, failed }) => loads === 1 && !failed;

/** The runs of a system that were hot; none unless there is one in each round. */
function seriesOf(result, system, size) {
  const runs = runsOf(result, system, size);
  const hot = runs.filter(isHot);
  return runs.every(({ round }) => hot.some((run) => run.round === round)) ? hot : [];
}

/** All measurements of a system. */
const all = (result, system, size, depth) =>
  seriesOf(result, system, size).flatMap(({ ms }) => ms[depth] ?? []);

/** The median of a system, `undefined` when there is none to quote. */
export const medianOf = (result, system, size, depth) => median(all(result, system, size, depth));

/** The tables. */
export function report(result) {
  const versions = result.systems.flatMap(({ name, version }) =>
    version ? `${name} ${version}` : [],
  );
  const sizes = result.sizes.map((size) => reportOfSize(result, size));
  return [...sizes, `${versions.join(', ')}.`].join('\n\n');
}

function reportOfSize(result, size) {
  const { systems, depths } = result;
  const others = systems.filter(({ id }) => id !== 'hotgraph');
  const hasHotgraph = others.length < systems.length;
  const parts = [
    `### ${size.toLocaleString('en')} other modules`,
    table([
      [
        'ms: median (5 % to 95 %), p99',
        ...depths.map((depth) => `depth ${depth}`),
        'first update ÷ median, goal 1',
        'lost edits',
        'page loads',
      ],
      ...systems.map(({ id, name }) => [
        name,
        ...depths.map((depth) => spread(all(result, id, size, depth))),
        firstOf(result, id, size),
        String(runsOf(result, id, size).reduce((sum, { lost }) => sum + lost, 0)),
        runsOf(result, id, size)
          .map(({ loads }) => loads)
          .join(', '),
      ]),
    ]),
  ];
  if (hasHotgraph && others.length > 0) {
    parts.push(
      table([
        ['hotgraph ÷', ...depths.map((depth) => `depth ${depth}`)],
        ...others.map(({ id, name }) => [
          name,
          ...depths.map((depth) => ratio(result, id, size, depth)),
        ]),
        ['p99 ÷ own median', ...depths.map((depth) => tail(result, size, depth))],
      ]),
    );
  }
  return parts.join('\n\n');
}

function spread(list) {
  if (list.length === 0) return 'not hot';
  const [low, high, tail] = [0.05, 0.95, 0.99].map((share) => brief(quantile(list, share)));
  return `**${brief(median(list))}** (${low} to ${high}), ${tail}`;
}

/** The first update after the start, as a multiple of what updates of that chain take. */
function firstOf(result, system, size) {
  const ratios = seriesOf(result, system, size)
    .filter(({ first }) => first.ms !== undefined)
    .map(({ first }) => first.ms / medianOf(result, system, size, first.depth));
  return ratios.length > 0 ? ratios.map(brief).join(', ') : '–';
}

/** hotgraph by another system: of all measurements, and the least and the most of a round. */
function ratio(result, other, size, depth) {
  const [own, others] = ['hotgraph', other].map((system) => seriesOf(result, system, size));
  const rounds = own.flatMap((run) => {
    const peer = others.find(({ round }) => round === run.round);
    const both = [run, peer].map((one) => median(one?.ms[depth] ?? []));
    return both.includes(undefined) ? [] : both[0] / both[1];
  });
  if (rounds.length === 0) return '–';
  const value = medianOf(result, 'hotgraph', size, depth) / medianOf(result, other, size, depth);
  const goal = GOALS[other]?.[depth];
  const wanted = goal ? `, goal ${goal}` : '';
  return `**${brief(value)}** (${brief(Math.min(...rounds))} to ${brief(Math.max(...rounds))})${wanted}`;
}

function tail(result, size, depth) {
  const list = all(result, 'hotgraph', size, depth);
  if (list.length === 0) return '–';
  return `**${brief(quantile(list, 0.99) / median(list))}**, goal ${TAIL_GOAL}`;
}
