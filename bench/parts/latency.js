/**
 * Latency: from the call of `fs.writeFile` to the accept callback that runs with the new code in the page, over the
 * depth of the chain of modules in between, and over the size of the app.
 */
import { App } from '../app.js';
import { editChain } from '../edit.js';
import { serve, transformTimes } from '../serve.js';
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
/** Milliseconds between what a page has loaded and the first edit: a person would have looked at it. */
const SETTLING = 2000;
/** Milliseconds between an update and the next edit, at least and at most. */
const PAUSE = [60, 120];
/** Milliseconds that a chain has in a round: a slower system makes fewer edits, but at least so many. */
const BUDGET = 15_000;
const LEAST_EDITS = 3;
/** So many lost edits end a run. */
const LOST_LIMIT = 3;
/** How often a run is tried until the page is not reloaded: a server that sees half of a save may give up. */
const TRIES = 2;

/**
 * Goals: how many times the latency of these systems hotgraph may take, at each depth. With TypeScript, the transform's
 * own time comes on top. `size` limits a goal to apps of so many modules.
 */
const GOALS = {
  floor: { size: 1000, 1: 1.3, 10: 1.3, 50: 1.4 },
  bun: { size: 1000, 1: 0.5, 10: 0.5, 50: 0.6 },
  vite: { 1: 0.4, 10: 0.12, 50: 0.04 },
};
/** At most so many times of the median that the slowest of a hundred may take. */
const TAIL_GOAL = 3;

/** What is compared with the other systems, and how that is said. */
const COMPARED = {
  hotgraph: 'hotgraph ÷',
  typescript: 'hotgraph, TypeScript, less esbuild’s `transform` ÷',
  server: 'hotgraph, `createHmr()` ÷',
  'server-typescript': 'hotgraph, `createHmr()`, TypeScript, all of it ÷',
};

/** Measures. */
export async function measure(options, { browser, progress }) {
  const { depths, sizes, rounds, edits } = options;
  const measured = systems.filter(({ id }) => options.systems.includes(id));
  const runs = [];
  for (const size of sizes) {
    const languages = new Set(measured.map(({ dialect }) => dialect.language));
    const apps = new Map(
      [...languages].map((language) => [
        language,
        new App({ depths, others: size, port: browser.port, language }),
      ]),
    );
    for (let round = 0; round < rounds; round++) {
      // The order alternates: a drift of the machine's speed favours none, and each chain is first once.
      const order = round % 2 === 0 ? measured : measured.toReversed();
      const chains = depths.map((_, at) => depths[(at + round) % depths.length]);
      for (const system of order) {
        let run;
        for (let tries = 0; tries < TRIES && !(run && isHot(run)); tries++) {
          run = { system: system.id, size, round, loads: 0, lost: 0, ms: {} };
          runs.push(run);
          const app = apps.get(system.dialect.language);
          const filled = fill(run, system, app, chains, Math.ceil(edits / rounds), browser);
          await filled.catch((error) => {
            run.failed = error.message;
          });
          progress(`${size} modules, round ${round + 1}: ${describe(system, run, depths)}`);
        }
      }
    }
    for (const app of apps.values()) app.dispose();
  }
  return {
    depths,
    sizes,
    systems: measured.map((/** @type {any} */ { id, name, version }) => ({ id, name, version })),
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
    // Our own compiler has no time that does not count.
    if (id === 'typescript') {
      run.transform = await transformTimes(app.path(app.deepest(chains[0])), edits);
    }
  } finally {
    run.loads = page.loads;
    if (page.errors.length > 0) run.errors = [...new Set(page.errors)].slice(0, 3);
    await page.close();
    await server.stop();
    app.tidy();
  }
}

/** Edits a chain; resolves to the milliseconds until its callback ran, `undefined` when it did not. */
async function timeOf(app, depth, page) {
  const { message, started } = await editChain(app, depth, page);
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

/** The time of the transform alone, for a system that transforms what is edited. */
const transforms = (result, system, size) =>
  seriesOf(result, system, size).flatMap(({ transform }) => transform ?? []);

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
      ...systems.flatMap((system) => rowsOf(result, system, size)),
    ]),
  ];
  for (const own of systems.filter(({ id }) => id in COMPARED)) {
    const others = systems.filter(({ id }) => !(id in COMPARED));
    const rows = others.map(({ id, name }) => [
      name,
      ...depths.map((depth) => ratio(result, own.id, id, size, depth)),
    ]);
    if (rows.length === 0) continue;
    parts.push(
      table([
        [COMPARED[own.id], ...depths.map((depth) => `depth ${depth}`)],
        ...rows,
        ['p99 ÷ own median', ...depths.map((depth) => tail(result, own.id, size, depth))],
      ]),
    );
  }
  return parts.join('\n\n');
}

/** A system's row, and one below it for its transform alone. */
function rowsOf(result, { id, name }, size) {
  const runs = runsOf(result, id, size);
  const transform = transforms(result, id, size);
  const row = [
    name,
    ...result.depths.map((depth) => spread(all(result, id, size, depth))),
    firstOf(result, id, size),
    String(runs.reduce((sum, { lost }) => sum + lost, 0)),
    runs.map(({ loads }) => loads).join(', '),
  ];
  if (transform.length === 0) return [row];
  const alone = [
    '… esbuild’s `transform` alone',
    ...result.depths.map(() => spread(transform)),
    '',
    '',
    '',
  ];
  return [row, alone];
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

/**
 * hotgraph, less what its transform takes alone, by another system: of all measurements, and the least and the most of a
 * round.
 */
function ratio(result, own, other, size, depth) {
  const [owns, others] = [own, other].map((system) => seriesOf(result, system, size));
  const rounds = owns.flatMap((run) => {
    const peer = others.find(({ round }) => round === run.round);
    const both = [run, peer].map((one) => median(one?.ms[depth] ?? []));
    return both.some(Number.isNaN) ? [] : less(both[0], run.transform ?? []) / both[1];
  });
  if (rounds.length === 0) return '–';
  const taken = less(medianOf(result, own, size, depth), transforms(result, own, size));
  const value = taken / medianOf(result, other, size, depth);
  const goals = GOALS[other] ?? {};
  const goal = (goals.size ?? size) === size && goals[depth];
  const wanted = goal ? `, goal ${goal}` : '';
  return `**${brief(value)}** (${brief(Math.min(...rounds))} to ${brief(Math.max(...rounds))})${wanted}`;
}

/** What is left of a time without a transform. */
const less = (ms, transform) => ms - (median(transform) || 0);

function tail(result, system, size, depth) {
  const list = all(result, system, size, depth);
  if (list.length === 0) return '–';
  return `**${brief(quantile(list, 0.99) / median(list))}**, goal ${TAIL_GOAL}`;
}
