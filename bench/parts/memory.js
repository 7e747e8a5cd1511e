/**
 * The memory that generations of a module keep: the page's JavaScript heap before and after many updates of one module
 * that accepts itself. For comparison, the same for as many imports of it under other urls, as native modules need
 * them.
 */
import { writeFile } from 'node:fs/promises';
import { MemoryApp } from '../app.js';
import { serve } from '../serve.js';
import { pause, rounded, table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = { generations: 1000, bytes: 20_000, warmUps: 20 };

/** Milliseconds that an update has. */
const PATIENCE = 5000;
/** How often garbage is collected: V8 keeps some until it has found it to be garbage several times. */
const COLLECTIONS = 5;
/** Milliseconds before each collection. */
const QUIET = 200;
/** Bytes that the heap may grow by. */
const GOAL = 1_000_000;

const KINDS = {
  hotgraph: { server: 'hotgraph', name: 'updates', renew: update },
  native: { server: 'plain', name: "native: `import('./module.js?v=…')`", renew: importAnew },
};

/** Measures. */
export async function measure({ generations, bytes, warmUps }, { browser, progress }) {
  const app = new MemoryApp(bytes, browser.port);
  const runs = {};
  try {
    for (const [kind, { server, renew }] of Object.entries(KINDS)) {
      runs[kind] = await grow(server, app, [warmUps, generations], renew, browser);
      progress(`${kind}: ${JSON.stringify(runs[kind])}`);
    }
    return { generations, bytes: app.text(0).length, warmUps, runs };
  } finally {
    app.dispose();
  }
}

/** The heap after the warm-up and after all generations. */
async function grow(id, app, counts, renew, browser) {
  const server = await serve(id, app.folder);
  const page = await browser.inspect(server.url);
  try {
    await page.loaded();
    const heap = [];
    let value = 0;
    for (const count of counts) {
      for (const last = value + count; value < last; ) {
        value += 1;
        await renew(app, page, value);
      }
      heap.push(await usedHeap(page));
    }
    return { before: heap[0], after: heap[1], loads: page.loads };
  } finally {
    await page.close();
    await server.stop();
  }
}

/** An edit; resolves when its callback ran. */
async function update(app, page, value) {
  const isIt = (message) => message.type === 'updated' && message.value === value;
  const arrived = page.next(isIt, PATIENCE);
  await writeFile(app.path('module.js'), app.text(value));
  if (!(await arrived)) throw new Error(`the edit ${value} was lost`);
}

/** Another native module of the same text. */
async function importAnew(_, page, value) {
  const expression = `import('./module.js?v=${value}').then(() => {})`;
  const { exceptionDetails } = await page.debugger.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
  });
  if (exceptionDetails) throw new Error(exceptionDetails.text);
}

/** The bytes in use on the page's heap when what is garbage is gone. */
async function usedHeap({ debugger: session }) {
  for (let count = 0; count < COLLECTIONS; count++) {
    await pause(QUIET);
    await session.send('HeapProfiler.collectGarbage');
  }
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

const megabytes = (bytes) => `${rounded(bytes / 1e6).toFixed(2)} MB`;

/** The table. */
export function report({ generations, bytes, runs }) {
  const title = `${generations.toLocaleString('en')} generations of a module of ${Math.round(bytes / 1000)} kB`;
  return table([
    [title, 'heap before', 'heap after', 'growth', 'wanted', 'page loads'],
    ...Object.entries(runs).map(([kind, { before, after, loads }]) => [
      KINDS[kind].name,
      megabytes(before),
      megabytes(after),
      `**${megabytes(after - before)}**`,
      kind === 'hotgraph' ? `less than ${GOAL / 1e6} MB` : '',
      String(loads),
    ]),
  ]);
}
