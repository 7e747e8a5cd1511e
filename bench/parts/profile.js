/**
 * Where the time of an update goes: the moments between a write and the accept callback, as the server reports them and
 * as the page's own code sees them.
 */
import { writeFile } from 'node:fs/promises';
import { App, dialects } from '../app.js';
import { serve } from '../serve.js';
import { brief, median, now, pause, rounded, table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = { depths: [1, 10, 50], sizes: [1000], edits: 100 };

/** How many edits of each chain come before those that count. */
const WARM_UP = 10;
/** Milliseconds between what a page has loaded and the first edit, and between two edits. */
const SETTLING = 2000;
const PAUSE = 80;
/** Milliseconds after which an edit counts as lost. */
const PATIENCE = 30_000;

/** What ends each stage: by the server's clock first, then by the page's. */
const STAGES = {
  told: 'written, seen, read, parsed, propagated; the host is told',
  arrived: 'the message is in the page',
  begun: 'read and planned (`beforeUpdate`)',
  linked: 'compiled and linked (the first dispose callback)',
  evaluated: 'evaluated (the end of the boundary)',
  updated: 'exports compared, callbacks called (the accept callback)',
};

/** Code that notes when something happens in the page. */
const mark = (name) => `(globalThis.marks ??= {}).${name} = performance.now();`;

/** Runs before anything else of the page. */
const LISTENER = `<script>
const add = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (type, listener, ...rest) {
  const isMessage = type === 'message' && !this.url.includes('127.0.0.1');
  const marked = (event) => { ${mark('arrived')} return listener.call(this, event); };
  return add.call(this, type, isMessage ? marked : listener, ...rest);
};
</script>`;

/** As {@link dialects.hot}, with marks. */
const marked = {
  page: dialects.hot.page.replace('</head>', `${LISTENER}</head>`),
  boundary: (depth) =>
    dialects.hot
      .boundary(depth)
      .replace(/import\.meta\.hot\.accept.*/s, '')
      .concat(`const origin = performance.timeOrigin;
import.meta.hot.on('hotgraph:beforeUpdate', () => { ${mark('begun')} });
import.meta.hot.dispose(() => { ${mark('linked')} });
import.meta.hot.accept((module) => {
  ${mark('updated')}
  const at = Object.fromEntries(Object.entries(marks).map(([name, time]) => [name, origin + time]));
  updated({ at, depth: ${depth} }, module.seen);
});
${mark('evaluated')}
`),
};

/** Measures. */
export async function measure({ depths, sizes, edits }, { browser, progress }) {
  const [size] = sizes;
  const app = new App({ depths, others: size, port: browser.port });
  app.speak(marked);
  const server = await serve('hotgraph', app.folder, { events: true });
  const page = await browser.open(server.url);
  const stages = {};
  try {
    await page.loaded();
    await page.synchronise();
    await pause(SETTLING);
    let value = 0;
    for (const depth of depths) {
      const all = [];
      for (let edit = 0; edit < WARM_UP + edits; edit++) {
        value += 1;
        all.push(await stagesOf(app, depth, value, page, server));
        await pause(PAUSE);
      }
      const counted = all.slice(WARM_UP);
      stages[depth] = Object.fromEntries(
        Object.keys(STAGES).map((stage) => [
          stage,
          rounded(median(counted.map((one) => one[stage]))),
        ]),
      );
      progress(`depth ${depth}: ${JSON.stringify(stages[depth])}`);
    }
  } finally {
    await page.close();
    await server.stop();
    app.dispose();
  }
  return { size, edits, stages };
}

/** Edits a chain; resolves to the milliseconds from the call of `writeFile` to the end of each stage. */
async function stagesOf(app, depth, value, page, server) {
  const text = app.deepestText(depth, value);
  const arrived = page.next(
    (message) => message.type === 'updated' && message.value === value,
    PATIENCE,
  );
  const before = server.events.length;
  const started = now();
  await writeFile(app.path(app.deepest(depth)), text);
  const message = await arrived;
  if (!message) throw new Error(`the edit ${value} at depth ${depth} was lost`);
  const told = server.events.slice(before).find(({ event }) => event === 'updated');
  const times = Object.entries(message.boundary.at).map(([name, at]) => [name, page.here(at)]);
  const ends = { ...Object.fromEntries(times), told: told?.at };
  return Object.fromEntries(Object.keys(STAGES).map((stage) => [stage, ends[stage] - started]));
}

/** The table. */
export function report({ edits, size, stages }) {
  const depths = Object.keys(stages);
  const names = Object.keys(STAGES);
  const taken = (depth, at) => stages[depth][names[at]] - (stages[depth][names[at - 1]] ?? 0);
  return table([
    [
      `ms, medians of ${edits} edits, ${size.toLocaleString('en')} other modules`,
      ...depths.map((depth) => `depth ${depth}`),
    ],
    ...names.map((name, at) => [STAGES[name], ...depths.map((depth) => brief(taken(depth, at)))]),
    ['together', ...depths.map((depth) => `**${brief(stages[depth][names.at(-1)])}**`)],
  ]);
}
