/**
 * HmrEngine from plain JavaScript: what it survives, and that nothing of it stays.
 */

import test from 'ava';
import { HmrEngine } from 'hotgraph';
import { install, start } from '../helpers/command.js';
import { Bench, CLIENT } from '../helpers/engine.js';
import { Project } from '../helpers/project.js';

test('arguments of the wrong type throw, and the engine goes on', async (t) => {
  const nothing = () => {};
  for (const [options, onMessage] of [
    [undefined, nothing],
    [{}, nothing],
    [{ root: 1, clientUrl: CLIENT }, nothing],
    [{ root: '/', clientUrl: CLIENT }, undefined],
    [{ root: '/', clientUrl: CLIENT }, 'text'],
  ]) {
    t.throws(() => new HmrEngine(options, onMessage), { instanceOf: Error });
  }
  const bench = new Bench(t, {});
  const { engine } = bench;
  for (const [method, ...args] of [
    ['serveScript'],
    ['serveScript', '/a.js'],
    ['serveScript', 1, 2],
    ['serveScript', '/a.js', 'code', 3],
    ['serveScript', '/a.js', 'code', '/a.js', 'now'],
    ['serveResource', '/a.css'],
    ['serveResource', '/a.css', 'nonsense'],
    ['servePage', '/', '/', 'no list'],
    ['servePage', '/', '/', [1]],
    ['link', '/a.js'],
    ['link', '/a.js', { a: 1 }],
    ['contentVersion'],
    ['stamped', '/'],
    ['bodies'],
    ['bodies', [1]],
    ['preview', '/a.js'],
    ['pulled', 'x'],
    ['pulled', 1, [{}]],
    ['fileChanged', {}],
    ['connect', 'x'],
    ['disconnect'],
    ['receive', 1],
    ['receive', '1', 'x'],
  ]) {
    t.throws(
      () => engine[method](...args),
      { instanceOf: Error },
      `${method}(${args.map(String)})`,
    );
  }
  t.throws(() => HmrEngine.prototype.close.call({}), { instanceOf: Error });
  bench.add({ 'a.js': '1' });
  await bench.hello(1);
  await bench.project.write('a.js', '2');
  await bench.update('/a.js');
});

test('odd content does no harm', async (t) => {
  const bench = new Bench(t, {});
  const { engine } = bench;
  const hot = 'import.meta.hot.accept();';
  for (const url of ['', '?', '//', 'https://[', '\ud800', '/a\0b', '/%', `/${'a'.repeat(1e5)}`]) {
    engine.serveScript(url, hot, url, undefined, -1);
    engine.serveResource(url, 'style', url, -1);
    engine.servePage(url, url, [url], url, Number.NaN);
    engine.link(url, { [url]: url });
    engine.stamped(url, url);
    engine.bodies([url]);
    engine.preview(url, hot);
    engine.pulled(1, [{ url, message: url }]);
    engine.fileChanged(url);
  }
  for (const source of ['(', '`${', '\0', '('.repeat(1e5), `${'a?.'.repeat(1e5)}a`, '\ud800']) {
    engine.serveScript('/odd.js', `${hot}${source}`);
  }
  engine.connect(1);
  const frames = ['', '{', '[]', 'null', '{"type":"hello"}', '['.repeat(1e5), '"\\ud800"'];
  for (const frame of frames) {
    engine.receive(1, frame);
    engine.receive(99, frame);
  }
  bench.add({ 'a.js': '1' });
  await bench.hello(1);
  t.is(bench.said.filter((said) => said.type === 'badFrame').length, frames.length);
  await bench.project.write('a.js', '2');
  await bench.update('/a.js');
});

test('after close() calls do nothing', async (t) => {
  const bench = new Bench(t, {});
  const { engine, project } = bench;
  bench.add({ 'a.js': '1' });
  await bench.hello(1);
  engine.close();
  engine.close();
  const before = bench.said.length;
  await project.write('a.js', '2');
  engine.connect(2);
  engine.receive(2, '{}');
  engine.disconnect(1);
  engine.fileChanged(project.path('a.js'));
  engine.link('/a.js', {});
  engine.serveResource('/a.css', 'style', project.path('a.css'));
  engine.servePage('/', '/', []);
  t.is(engine.serveScript('/b.js', 'export const b = 1;', project.path('b.js')), null);
  t.is(typeof engine.session, 'string');
  // Another engine on the same files is through with all of it: so would this one be.
  const other = new Bench(t, {});
  other.engine.serveScript('/a.js', '2', project.path('a.js'));
  await other.hello(1);
  await project.write('a.js', '3');
  await other.update('/a.js');
  t.is(bench.said.length, before);
});

test('two engines keep to themselves', async (t) => {
  const [one, two] = [new Bench(t, {}), new Bench(t, {})];
  for (const bench of [one, two]) {
    bench.add({ 'a.js': '1', 'b.js': '1' });
    await bench.hello(1);
  }
  await one.project.write('a.js', '2');
  await one.update('/a.js');
  await two.project.write('b.js', '2');
  await two.update('/b.js');
  t.is(one.updates().length, 1);
  t.is(two.updates().length, 1);
  t.is(two.engine.stamped('/', '/a.js'), null);
});

/** Runs a module in a process of its own, which has to end by itself. */
async function run(t, source, args = []) {
  const project = new Project({ 'a.js': 'import.meta.hot.accept();', 'run.mjs': source });
  t.teardown(() => project.dispose());
  install(project);
  const program = start(t, [...args, project.path('run.mjs')], { cwd: project.folder });
  t.deepEqual(await program.end(), { code: 0, signal: null }, program.output);
  return program.output;
}

const USE = `
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { HmrEngine } from 'hotgraph';
const file = process.cwd() + '/a.js';
function use(engine = new HmrEngine({ root: process.cwd(), clientUrl: '/c.js' }, () => {})) {
  engine.serveScript('/a.js', 'import.meta.hot.accept();', file, Date.now());
  engine.connect(1);
  const { session, version: since } = engine;
  engine.receive(1, JSON.stringify({ type: 'hello', session, since, page: null, reloaded: null }));
  return engine;
}
const count = (what) => readdirSync('/proc/self/' + what).length;
const isOfEngine = (task) => {
  try {
    return /^(?:hotgraph|notify)/.test(readFileSync('/proc/self/task/' + task + '/comm', 'utf8'));
  } catch {
    return false;
  }
};
/** Waits until the threads of engines that were closed have ended. */
async function ended() {
  while (readdirSync('/proc/self/task').some(isOfEngine)) await setTimeout(5);
}
async function settle(threads, files) {
  for (let left = 1000; left > 0; left -= 1) {
    if (count('task') <= threads && count('fd') <= files) return console.log('nothing is left');
    globalThis.gc?.();
    await setTimeout(10);
  }
  console.log('left:', count('task'), 'threads of', threads, count('fd'), 'files of', files);
}
`;

test('a process that closes its engines ends by itself', async (t) => {
  await run(t, `${USE} use().close();`);
});

test('a process that closes no engine ends by itself', async (t) => {
  await run(t, `${USE} use(); use();`);
});

test('a process with an engine ends by itself after a change came through', async (t) => {
  const output = await run(
    t,
    `${USE}
const keep = setInterval(() => {}, 1000);
const engine = new HmrEngine({ root: process.cwd(), clientUrl: '/c.js' }, (client, text) => {
  const { type } = JSON.parse(text);
  console.log(type);
  if (type === 'connected') writeFileSync(file, 'import.meta.hot.accept(); // changed');
  else clearInterval(keep);
});
use(globalThis.engine = engine);
`,
  );
  t.regex(output, /^connected\nupdate/);
});

test('an addon that only workers use goes with each of them', async (t) => {
  const output = await run(
    t,
    `${USE}
import { once } from 'node:events';
import { Worker, isMainThread, workerData } from 'node:worker_threads';
if (isMainThread) {
  for (let round = 0; round < 5; round += 1) {
    const workers = [true, false].map((closes) => new Worker(new URL(import.meta.url), { workerData: { closes } }));
    const codes = await Promise.all(workers.map((worker) => once(worker, 'exit')));
    console.log(codes.join());
  }
} else {
  const engine = use();
  await engine.make('/a.ts', file, 'export const a: number = 1;');
  if (workerData.closes) engine.close();
}
`.replace(
      "import { HmrEngine } from 'hotgraph';",
      "const { HmrEngine } = (await import('node:worker_threads')).isMainThread ? {} : await import('hotgraph');",
    ),
  );
  t.is(output, '0,0\n'.repeat(5));
});

test('an error in onMessage is an uncaught exception like that of any listener', async (t) => {
  const output = await run(
    t,
    `${USE}
const keep = setInterval(() => {}, 1000);
process.on('uncaughtException', (error) => {
  console.log(error.message);
  clearInterval(keep);
});
const engine = new HmrEngine({ root: process.cwd(), clientUrl: '/c.js' }, () => {
  throw new Error('out of luck');
});
engine.connect(1);
engine.receive(1, 'no message');
`,
  );
  t.is(output, 'out of luck\n');
});

if (process.platform === 'linux') {
  // Some threads and files are made once and for all: the first engine makes them.
  test('50 engines leave no thread and no file behind', async (t) => {
    const output = await run(
      t,
      `${USE}
use().close();
await ended();
const [threads, files] = [count('task'), count('fd')];
const engines = Array.from({ length: 50 }, use);
if (count('task') < threads + 50) console.log('where are the engines?');
for (const engine of engines) engine.close();
await settle(threads, files);
`,
    );
    t.is(output, 'nothing is left\n');
  });

  test('engines without references leave nothing behind either', async (t) => {
    const output = await run(
      t,
      `${USE}
use().close();
await ended();
const [threads, files] = [count('task'), count('fd')];
for (let index = 0; index < 10; index += 1) use();
await settle(threads, files);
`,
      ['--expose-gc'],
    );
    t.is(output, 'nothing is left\n');
  });
}
