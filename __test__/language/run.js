/**
 * Runs small programs of modules in frames of one tab, and says what each has logged. Each runs in the browser alone,
 * on the first load through hotgraph, on the first load in a pack, and as an update.
 */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { openTab } from '../helpers/browser.js';
import { portOf } from '../helpers/port.js';
import { Project } from '../helpers/project.js';
import { serve } from '../helpers/server.js';

/** How many frames are open at a time: a browser has some 200 WebSockets for a host. */
const FRAMES = 60;

/** What a module holds before the update that brings its code. */
const BEFORE = { '.js': 'export {};', '.json': '0' };

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.css': 'text/css',
};

/**
 * A program.
 *
 * @typedef {object} Case
 * @property {Record<string, string>} files What `case.js` imports, and that one.
 * @property {boolean} [messages] Whether the messages of errors are compared too, not only their names.
 * @property {string[]} [late] Files that are there as they are from the start, and part of no update: code that
 *   cannot be loaded, say, which an update could not bring.
 * @property {boolean} [refused] Whether it is not to be loaded at all: `case.js` is the module that is wrong.
 * @property {boolean} [reloads] Whether an update may reload the page, as for a direct `eval`: it ends as a first load.
 */

/** Runs in a frame before anything else: what cases log with. */
function prepare(withMessages) {
  const { parent } = globalThis;
  const name = location.pathname.split('/')[1];
  parent.loads[name] = (parent.loads[name] ?? 0) + 1;
  const here = location.href.replace(/index\.html$/, '');
  const show = (value) => {
    if (value instanceof Error) {
      return withMessages
        ? `${value}`.replaceAll(here, '').replaceAll(`/${name}/`, '')
        : value.name;
    }
    if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
    if (typeof value === 'function') return `function ${value.name}`;
    if (typeof value !== 'object' || value === null) return String(value);
    const keys = Reflect.ownKeys(value).filter((key) => typeof key === 'string');
    return `${value[Symbol.toStringTag] ?? ''}{${keys.map((key) => `${key}: ${show(value[key])}`).join(', ')}}`;
  };
  globalThis.logged = [];
  globalThis.log = (...values) => globalThis.logged.push(values.map(show).join(' '));
  /** What a function returns, or the error it throws. */
  globalThis.attempt = (run) => {
    try {
      return run();
    } catch (error) {
      return error;
    }
  };
  globalThis.end = () => {
    globalThis.hasEnded = true;
  };
  globalThis.fail = (what) => {
    if (globalThis.hasEnded) return;
    globalThis.log(what);
    globalThis.end();
  };
  addEventListener('error', ({ error }) => {
    globalThis.fail(error instanceof SyntaxError ? 'did not load' : `uncaught ${error}`);
  });
}

/** The module that imports a case. It ends when the promise is kept that the case may leave in `finished`. */
const ENTRY = `import './case.js';
import.meta.hot?.accept();
Promise.resolve(globalThis.finished).then(() => globalThis.end(), (error) => globalThis.fail("uncaught " + error));
`;

/** The same module before the update. */
function entryBefore(names, refused) {
  const imports = names.map((name) => {
    const attributes = name.endsWith('.json') ? ` with { type: 'json' }` : '';
    return `import './${name}'${attributes};\n`;
  });
  return `${imports.join('')}import.meta.hot.accept();
import.meta.hot.on('vite:error', ({ err }) => {
  globalThis.problem = err.message;
  if (${refused}) globalThis.fail('did not load');
});
globalThis.isReady = true;
`;
}

/** What the same module imports besides in between: while it cannot be linked nothing that is saved is applied. */
const BARRIER = `import { 'not there' as x } from './case.js';\n`;

/** The files of cases below folders of their own, and what is to be saved later. */
function filesOf(cases, isUpdate) {
  const files = { 'top.html': '<!doctype html><body><script>var loads = {};</script></body>' };
  const saves = {};
  for (const { name, files: own, late = [], messages = false, refused = false } of cases) {
    const page = `<!doctype html><html><head><script>(${prepare})(${messages})</script></head><body>
<script type="module" src="./entry.js"></script></body></html>`;
    const all = { ...own, 'entry.js': ENTRY };
    const isSaved = (file) => isUpdate && !late.includes(file);
    const saved = Object.keys(all).filter(isSaved);
    const changed = refused ? saved.filter((file) => file !== 'entry.js') : saved;
    files[`${name}/index.html`] = page;
    for (const [file, text] of Object.entries(all)) {
      files[`${name}/${file}`] = isSaved(file) ? BEFORE[extname(file)] : text;
    }
    if (isUpdate) {
      const others = saved.filter((file) => file !== 'entry.js');
      files[`${name}/entry.js`] = entryBefore(others, refused);
    }
    saves[name] = changed.map((file) => [`${name}/${file}`, all[file]]);
  }
  return { files, saves };
}

/** A server that knows nothing but files. */
async function serveStatically(project) {
  const server = createServer(async ({ url }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    const content = await readFile(project.path(path)).catch(() => undefined);
    response.writeHead(content === undefined ? 404 : 200, {
      'content-type': TYPES[extname(path)] ?? 'text/plain',
    });
    response.end(content);
  });
  await once(server.listen(0), 'listening');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: (path) => `http://localhost:${portOf(server)}${path}`, stop };
}

/** Opens a frame for each case. */
const open = (names) => {
  for (const name of names) {
    const frame = document.createElement('iframe');
    frame.name = name;
    // Nothing is to be painted.
    frame.hidden = true;
    frame.src = `/${name}/index.html`;
    document.body.append(frame);
  }
};

/** How long nothing may happen in all frames until nothing more will, in milliseconds. */
const PATIENCE = 15_000;

/**
 * Waits until a condition holds in each frame, or nothing more happens. The tab waits by itself: asking it over and
 * over would take longer than what is waited for.
 */
async function until(tab, names, condition) {
  const holds = await tab.page.evaluateHandle(`(${condition})`);
  const wait = async ({ names, holds, patience }) => {
    let since = performance.now();
    for (let left = names; left.length > 0 && performance.now() - since < patience; ) {
      const still = left.filter((name) => !holds(globalThis[name]));
      if (still.length < left.length) since = performance.now();
      left = still;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await tab.evaluate(wait, { names, holds, patience: PATIENCE });
  await holds.dispose();
}

/** Whether a frame is ready for an update. */
const isReady = (frame) => frame.isReady && frame.__hotgraph__?.connected === true;

/** Whether a frame has said that something cannot be loaded. */
const isBroken = (frame) => frame.problem !== undefined;

/** Whether a case has ended in a frame. */
const hasEnded = (frame) => frame.hasEnded === true;

/** What the frames have logged. Removes them. */
const collect = (names) =>
  names.map((name) => {
    const logged = [...globalThis[name].logged];
    if (globalThis.loads[name] > 1) logged.unshift('reloaded');
    if (!globalThis[name].hasEnded) logged.push(`did not end: ${globalThis[name].problem}`);
    document.querySelector(`[name=${name}]`).remove();
    return logged;
  });

/**
 * Saves cases, each as one update: those that are to be refused with `case.js` first and without their entry, the
 * others while their entry cannot be linked, and it last.
 */
async function save(project, tab, cases, before, saves) {
  const loaded = cases.filter(({ refused }) => !refused).map(({ name }) => name);
  for (const name of loaded) {
    const entry = `${name}/entry.js`;
    project.writeNow(entry, BARRIER + before[entry]);
  }
  await until(tab, loaded, isBroken);
  for (const { name } of cases) {
    for (const [file, text] of saves[name]) project.writeNow(file, text);
  }
}

/** Cases in groups of as many as there may be frames. */
function inGroups(cases) {
  const count = Math.ceil(cases.length / FRAMES);
  return Array.from({ length: count }, (_, at) => cases.slice(at * FRAMES, (at + 1) * FRAMES));
}

/**
 * Runs cases in a way.
 *
 * @param {(Case & { name: string })[][]} groups
 * @param {'native' | 'first' | 'pack' | 'update'} way
 * @returns {Promise<Record<string, string[]>>} What was logged, by name.
 */
async function runIn(way, groups) {
  const { files, saves } = filesOf(groups.flat(), way === 'update');
  const project = new Project(files);
  const options = { hmr: { pack: way === 'pack' } };
  const server =
    way === 'native' ? await serveStatically(project) : await serve(project.folder, options);
  const tab = await openTab(server.url('/top.html'));
  const results = {};
  try {
    for (const group of groups) {
      const names = group.map(({ name }) => name);
      await tab.evaluate(open, names);
      if (way === 'update') {
        await until(tab, names, isReady);
        await save(project, tab, group, files, saves);
      }
      await until(tab, names, hasEnded);
      const logs = await tab.evaluate(collect, names);
      for (const [index, name] of names.entries()) results[name] = logs[index];
    }
  } finally {
    await tab.close();
    await server.stop();
    project.dispose();
  }
  return results;
}

/**
 * Runs cases in all ways.
 *
 * @param {Case[]} cases
 * @returns {Promise<Record<'native' | 'first' | 'pack' | 'update', string[]>[]>} What each logged.
 */
export async function run(cases) {
  const named = cases.map((one, index) => ({ ...one, name: `case${index}` }));
  // An update is all or nothing: those that are to be refused come apart.
  const parts = [named.filter((one) => !one.refused), named.filter((one) => one.refused)];
  const groups = parts.flatMap(inGroups);
  const native = await runIn('native', groups);
  const first = await runIn('first', groups);
  const pack = await runIn('pack', groups);
  const update = await runIn('update', groups);
  return named.map(({ name }) => ({
    native: native[name],
    first: first[name],
    pack: pack[name],
    update: update[name],
  }));
}
