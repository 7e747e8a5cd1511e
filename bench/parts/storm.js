/**
 * All files that the page has loaded change at once, under one boundary: as a checkout changes them, and rewritten in
 * place. And a checkout there and back.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { App } from '../app.js';
import { serve } from '../serve.js';
import { brief, median, now, pause, rounded, table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = { files: 5000, storms: 3 };

/** Milliseconds that a storm has to be applied. */
const PATIENCE = 120_000;
/** Milliseconds in which nothing more must happen. */
const QUIET = 3000;
/** Milliseconds from the first write's end to the callback, at most. */
const GOAL = 1500;

/** Measures. */
export async function measure({ files, storms }, { browser, progress }) {
  const app = new App({ others: files, port: browser.port });
  app.speakOfOthers();
  const server = await serve('hotgraph', app.folder, { events: true });
  const page = await browser.open(server.url);
  const runs = [];
  try {
    const { count } = await page.loaded();
    if (count !== files) throw new Error(`${count} of ${files} modules ran`);
    await page.synchronise();
    await pause(QUIET);
    let own = 1;
    const isApplied = ({ type, value }) => type === 'updated' && value === own * files;
    const kinds = Array.from({ length: storms }, () => ['checkout', 'rewriting']).flat();
    for (const kind of kinds) {
      own += 1;
      const seen = watchFor(page, server);
      const applied = page.next(isApplied, PATIENCE);
      const [first, last] = write(app, own, kind);
      const message = await applied;
      await pause(QUIET);
      const at = message && page.here(message.at);
      const run = {
        kind,
        writing: rounded(last - first),
        fromFirst: message && rounded(at - first),
        fromLast: message && rounded(at - last),
        ...seen(),
      };
      runs.push(run);
      progress(JSON.stringify(run));
    }
    const seen = watchFor(page, server);
    write(app, own + 1, 'checkout');
    write(app, own, 'checkout');
    await pause(2 * QUIET);
    const back = seen();
    progress(`there and back: ${JSON.stringify(back)}`);
    return { files, runs, back, loads: page.loads };
  } finally {
    await page.close();
    await server.stop();
    app.dispose();
  }
}

/** Writes all modules anew; a checkout deletes the old file first. Returns when the first and the last was there. */
function write(app, own, kind) {
  let first;
  for (let at = 0; at < app.others; at++) {
    const path = app.path(app.other(at));
    if (kind === 'checkout') rmSync(path);
    writeFileSync(path, app.otherText(at, own));
    first ??= now();
  }
  return [first, now()];
}

/** Counts from now on: updates that the server sent, and evaluations of the boundary. */
function watchFor(page, server) {
  const evaluations = () => page.messages.findLast(({ type }) => type === 'updated')?.evaluations;
  const [events, before] = [server.events.length, evaluations() ?? 1];
  return () => ({
    updates: server.events.slice(events).filter(({ event }) => event === 'updated').length,
    evaluations: (evaluations() ?? 1) - before,
  });
}

/** The table. */
export function report({ files, runs, back, loads }) {
  const kinds = ['checkout', 'rewriting'];
  const of = (kind, key) =>
    runs.flatMap((run) => (run.kind === kind && run[key] !== undefined ? run[key] : []));
  const range = (key) => (kind) => {
    const list = of(kind, key);
    if (list.length === 0) return 'never';
    return `**${brief(median(list))} ms** (${brief(Math.min(...list))} to ${brief(Math.max(...list))})`;
  };
  const counts = (key) => (kind) => [...new Set(of(kind, key))].join(', ');
  const row = (name, cell, wanted) => [name, ...kinds.map(cell), wanted];
  return table([
    [`${files.toLocaleString('en')} files`, 'checked out', 'rewritten in place', 'wanted'],
    row('writing them', range('writing'), ''),
    row('from the first write’s end to the callback', range('fromFirst'), `at most ${GOAL} ms`),
    row('from the last write’s end to the callback', range('fromLast'), ''),
    row('updates sent', counts('updates'), '1'),
    row('evaluations of the boundary', counts('evaluations'), '1'),
    ['checked out there and back: updates sent', String(back.updates), '', '0'],
    ['there and back: evaluations of the boundary', String(back.evaluations), '', '0'],
    ['page loads, all in all', String(loads), '', '1'],
  ]);
}
