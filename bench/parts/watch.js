/**
 * The cost of watching: from a write to the engine's callback in the same process, of folders that no page needs, and
 * of a server while nothing happens.
 */
import { mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { HmrEngine } from '../../index.js';
import { App, dialects } from '../app.js';
import { serve } from '../serve.js';
import { brief, median, now, pause, quantile, rounded, table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = { edits: 500, folders: 20_000, starts: 5, seconds: 10, sizes: [1000] };

/** Milliseconds between two writes, at least and at most: each is a save of its own. */
const PAUSE = [30, 50];
/** Milliseconds after which the engine is taken not to have seen a write. */
const PATIENCE = 5000;

/** Measures. */
export async function measure({ edits, folders, starts, seconds, sizes }, { browser, progress }) {
  const [size] = sizes;
  const latency = {
    bare: await latencies(edits, browser, writeFileSync, watchBare),
    sync: await latencies(edits, browser, writeFileSync, watchByEngine),
    async: await latencies(edits, browser, writeFile, watchByEngine),
  };
  progress(`write to callback: ${brief(median(latency.sync))} ms`);
  const starting = await startWithFolders(folders, starts, browser, progress);
  const idle = await idleTime(size, seconds, browser);
  progress(`idle: ${idle.ticks} ticks`);
  return { latency, folders, starting, size, seconds, idle };
}

/** Calls `updated` when the engine tells of an update. */
function watchByEngine(app, name, updated) {
  const file = app.path(name);
  const engine = new HmrEngine({ root: app.folder, clientUrl: '/client.js' }, (client, text) => {
    if (client === 0 && JSON.parse(text).type === 'updated') updated();
  });
  engine.serveScript(`/${name}`, readFileSync(file, 'utf8'), file, Date.now());
  return engine;
}

/** Calls `updated` when Node itself tells that the file is there with other content: what the machine can do. */
function watchBare(app, name, updated) {
  const file = app.path(name);
  let last = readFileSync(file, 'utf8');
  return watch(file, () => {
    const text = readFileSync(file, 'utf8');
    if (text === '' || text === last) return;
    last = text;
    updated();
  });
}

/** Times from the call of `write` until the watcher that `start` starts tells of it. */
async function latencies(edits, browser, write, start) {
  const app = new App({ depths: [1], others: 0, port: browser.port });
  const file = app.path(app.deepest(1));
  /** @type {(at: number) => void} */
  let updated = () => {};
  const watcher = start(app, app.deepest(1), () => updated(now()));
  const list = [];
  try {
    await pause(1000);
    for (let count = 1; count <= edits; count++) {
      const arrived = new Promise((resolve, reject) => {
        updated = resolve;
        setTimeout(reject, PATIENCE, new Error('a write was not seen')).unref();
      });
      const text = app.deepestText(1, count);
      const started = now();
      await write(file, text);
      list.push(rounded((await arrived) - started));
      await pause(PAUSE[0] + Math.random() * (PAUSE[1] - PAUSE[0]));
    }
  } finally {
    watcher.close();
    app.dispose();
  }
  return list;
}

/** How long a server starts, and how many folders it watches once a page is loaded, with and without other folders. */
async function startWithFolders(folders, starts, browser, progress) {
  const apps = { without: 0, with: folders };
  for (const [kind, count] of Object.entries(apps)) {
    const app = new App({ depths: [1], others: 100, port: browser.port });
    app.speak(dialects.hot);
    for (let at = 0; at < count; at++) {
      const folder = app.path(`unserved/${Math.floor(at / 200)}/${at}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${folder}/module.js`, 'export {};\n');
    }
    apps[kind] = app;
  }
  const runs = { without: [], with: [] };
  for (let start = 0; start < starts; start++) {
    const order = start % 2 === 0 ? ['without', 'with'] : ['with', 'without'];
    for (const kind of order) {
      const started = now();
      const server = await serve('hotgraph', apps[kind].folder);
      const ms = rounded(now() - started);
      const page = await browser.open(server.url);
      await page.loaded();
      await pause(500);
      runs[kind].push({ ms, watches: inotifyWatches(server.pid) });
      progress(`${kind} folders: ${JSON.stringify(runs[kind].at(-1))}`);
      await page.close();
      await server.stop();
    }
  }
  for (const app of Object.values(apps)) app.dispose();
  return runs;
}

/** What the server's process does while nothing happens, with a page open. */
async function idleTime(size, seconds, browser) {
  const app = new App({ depths: [10], others: size, port: browser.port });
  app.speak(dialects.hot);
  const server = await serve('hotgraph', app.folder);
  const page = await browser.open(server.url);
  try {
    await page.loaded();
    // Whatever follows a page load is over then: V8 waits for some ten seconds until it collects what the load left.
    await pause(30_000);
    const before = cpuTime(server.pid);
    await pause(seconds * 1000);
    const after = cpuTime(server.pid);
    if (!before || !after) return {};
    return { ticks: after.ticks - before.ticks, ms: rounded(after.ms - before.ms) };
  } finally {
    await page.close();
    await server.stop();
    app.dispose();
  }
}

/** How many paths a process watches by inotify; `undefined` where that cannot be found out. */
function inotifyWatches(pid) {
  try {
    const folder = `/proc/${pid}/fdinfo`;
    const infos = readdirSync(folder).map((fd) => readFileSync(`${folder}/${fd}`, 'utf8'));
    return infos.join('\n').match(/^inotify wd:/gm)?.length ?? 0;
  } catch {
    return undefined;
  }
}

/** The CPU time of a process in the kernel's ticks, and of its threads in milliseconds. */
function cpuTime(pid) {
  try {
    // The name before the last parenthesis may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => {
      const [ns] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      return Number(ns) / 1e6;
    });
    return {
      ticks: Number(stat[11]) + Number(stat[12]),
      ms: threads.reduce((sum, ms) => sum + ms, 0),
    };
  } catch {
    return undefined;
  }
}

/** The table. */
export function report({ latency, folders, starting, size, seconds, idle }) {
  const middle = (key, kind) => median(starting[kind].map((run) => run[key]));
  const both = (key, digits) =>
    `${middle(key, 'without')?.toFixed(digits) ?? '–'} without, **${middle(key, 'with')?.toFixed(digits) ?? '–'}** with`;
  const count = folders.toLocaleString('en');
  return table([
    ['', 'measured', 'wanted'],
    ...Object.entries(latency).flatMap(([kind, list]) => {
      const call = kind === 'async' ? 'fs.writeFile' : 'fs.writeFileSync';
      const name = `from the call of \`${call}\` to the callback, ${list.length} times`;
      const isOurs = kind !== 'bare';
      return [
        [
          `${name}${isOurs ? '' : ' of `fs.watch` alone, without the engine'}: median`,
          `**${brief(median(list))} ms**`,
          isOurs ? 'under 1 ms' : '',
        ],
        ['p99', `**${brief(quantile(list, 0.99))} ms**`, isOurs ? 'under 2 ms' : ''],
      ];
    }),
    [`start of the server, ${count} other folders in the project, ms`, both('ms', 0), 'no more'],
    ['paths watched by inotify once a page is loaded', both('watches', 0), 'no more'],
    [
      `CPU time in ${seconds} s of idleness, ${size.toLocaleString('en')} modules loaded`,
      `**${idle.ticks ?? '–'} ticks** (${brief(idle.ms)} ms)`,
      '0 ticks',
    ],
  ]);
}
