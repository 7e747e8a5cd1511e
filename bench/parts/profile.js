/**
 * Where the time of an update goes: the moments between a write and the accept callback, as the page's own code sees
 * them. And the part of the engine, when it is alone.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { HmrEngine } from '../../index.js';
import { App, dialects } from '../app.js';
import { editChain, nextValue } from '../edit.js';
import { serve } from '../serve.js';
import { brief, median, now, pause, rounded, table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = { depths: [1, 10, 50], sizes: [1000], edits: 100, rounds: 5 };

/** How many edits of each chain come before those that count. */
const WARM_UP = 10;
/** Milliseconds between what a page has loaded and the first edit, and between two edits. */
const SETTLING = 2000;
const PAUSE = 80;
/** Milliseconds after which an edit counts as lost. */
const PATIENCE = 30_000;

/** What ends each stage, by the page's clock. */
const STAGES = {
  arrived: 'written, seen, read, asked of the server, parsed, sent: the message is in the page',
  begun: 'read and planned: `beforeUpdate`',
  linked: 'compiled and linked: the dispose callback',
  evaluated: 'evaluated: the end of the boundary’s code',
  updated: 'put in force: the accept callback',
};

/** Code that notes when something happens in the page. */
const mark = (name) => `(globalThis.marks ??= {}).${name} = performance.now();`;

/** Runs before anything else of the page. */
const LISTENER = `<script>
const add = WebSocket.prototype.addEventListener;
WebSocket.prototype.addEventListener = function (type, listener, ...rest) {
  const isUpdate = type === 'message' && !this.url.includes('127.0.0.1');
  const marked = (event) => { ${mark('arrived')} return listener.call(this, event); };
  return add.call(this, type, isUpdate ? marked : listener, ...rest);
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
export async function measure({ depths, sizes, edits, rounds }, { browser, progress }) {
  const [size] = sizes;
  const app = new App({ depths, others: size, port: browser.port });
  app.speak(marked);
  /** @type {Record<string, number>[]} */
  const firsts = [];
  const [all, alone] = [{}, {}];
  try {
    for (let round = 0; round < rounds; round++) {
      const server = await serve('hotgraph', app.folder);
      const page = await browser.open(server.url);
      await page.loaded();
      await page.synchronise();
      await pause(SETTLING);
      firsts.push(await edit(app, depths[0], page));
      for (const depth of depths) {
        const list = [];
        for (let count = 0; count < WARM_UP + edits / rounds; count++) {
          await pause(PAUSE);
          list.push(await edit(app, depth, page));
        }
        all[depth] = [...(all[depth] ?? []), ...list.slice(WARM_UP)];
      }
      await page.close();
      await server.stop();
      progress(`round ${round + 1}: ${brief(firsts.at(-1)?.updated)} ms the first`);
    }
    for (const depth of depths) alone[depth] = await engineAlone(app, depth, edits);
  } finally {
    app.dispose();
  }
  const stages = depths.map((depth) => [depth, medians(all[depth])]);
  return { size, edits, rounds, first: medians(firsts), stages: Object.fromEntries(stages), alone };
}

const medians = (list) =>
  Object.fromEntries(
    Object.keys(STAGES).map((stage) => [stage, rounded(median(list.map((one) => one[stage])))]),
  );

/** Edits a chain; resolves to the milliseconds from the call of `writeFile` to the end of each stage. */
async function edit(app, depth, page) {
  const { message, started } = await editChain(app, depth, page);
  if (!message) throw new Error(`an edit at depth ${depth} was lost`);
  const { at } = message.boundary;
  return Object.fromEntries(
    Object.keys(STAGES).map((stage) => [stage, page.here(at[stage]) - started]),
  );
}

/** The median time from a write until the engine hands over the message for a page, without server and page. */
async function engineAlone(app, depth, edits) {
  /** @type {(text: string) => void} */
  let told = () => {};
  const options = { root: app.folder, clientUrl: '/client.js', servesFiles: true };
  const engine = new HmrEngine(options, (client, text) => {
    if (client === 1) told(text);
  });
  const message = (type) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(reject, PATIENCE, new Error(`the engine sent no ${type}`));
      told = (text) => {
        if (!text.startsWith(`{"type":"${type}"`)) return;
        clearTimeout(timer);
        resolve(now());
      };
    });
  const chain = Array.from({ length: depth }, (_, at) => `chain-${depth}/module-${at + 1}.js`);
  for (const name of [`boundary-${depth}.js`, ...chain]) {
    const file = app.path(name);
    engine.serveScript(`/${name}`, readFileSync(file, 'utf8'), file, Date.now());
  }
  const list = [];
  try {
    const { session, version: since } = engine;
    const connected = message('connected');
    engine.connect(1);
    const hello = { type: 'hello', session, since, page: null, reloaded: null };
    engine.receive(1, JSON.stringify(hello));
    await connected;
    await pause(SETTLING);
    for (let count = 0; count < WARM_UP + edits; count++) {
      const updated = message('update');
      const started = now();
      await writeFile(app.path(app.deepest(depth)), app.deepestText(depth, nextValue()));
      list.push((await updated) - started);
      await pause(PAUSE);
    }
  } finally {
    engine.close();
  }
  return rounded(median(list.slice(WARM_UP)));
}

/** The table. */
export function report({ edits, rounds, size, first, stages, alone }) {
  const columns = [first, ...Object.values(stages)];
  const names = Object.keys(STAGES);
  const taken = (column, at) => column[names[at]] - (at === 0 ? 0 : column[names[at - 1]]);
  return table([
    [
      `ms, medians of ${edits} edits, ${size.toLocaleString('en')} other modules`,
      `first update of ${rounds} servers, depth ${Object.keys(stages)[0]}`,
      ...Object.keys(stages).map((depth) => `depth ${depth}`),
    ],
    ...names.flatMap((name, at) => [
      [STAGES[name], ...columns.map((column) => brief(taken(column, at)))],
      ...(at === 0
        ? [['of that the engine, alone', '', ...Object.values(alone).map((ms) => brief(ms))]]
        : []),
    ]),
    ['together', ...columns.map((column) => `**${brief(column[names.at(-1) ?? ''])}**`)],
  ]);
}
