/**
 * `createHmr()` on real servers in this process.
 */

import { symlinkSync } from 'node:fs';
import http from 'node:http';
import { resolve } from 'node:path';
import { createHmr } from 'hotgraph';
import { PAGE } from './app.js';
import { listen } from './attack.js';
import { openTab } from './browser.js';
import { Project } from './project.js';

/** What a server without frameworks does with what the middleware passes on. */
function refuse(response, error) {
  response.statusCode = error === undefined ? 404 : 500;
  response.end(error === undefined ? 'passed on' : String(error));
}

/**
 * A `request` listener that knows nothing but the middleware.
 *
 * @param {import('hotgraph').Hmr} hmr
 * @returns {http.RequestListener}
 */
export function alone(hmr) {
  return (request, response) =>
    hmr.middleware(request, response, (/** @type {unknown} */ error) => refuse(response, error));
}

/**
 * Files with a page that loads `main.js`, unless there is one. They are gone after the test.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {Record<string, string | Uint8Array>} files
 */
export function makeProject(t, files) {
  const project = new Project({ 'index.html': PAGE, ...files });
  t.teardown(() => project.dispose());
  return project;
}

/**
 * `createHmr()` that writes down what happens and ends with the test.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {any} [options]
 */
export function make(t, options) {
  /** @type {any[]} */
  const events = [];
  const hmr = createHmr({
    logLevel: 'silent',
    pack: process.env.HOTGRAPH_PACK === '1',
    cacheDir: false,
    onEvent: (event) => events.push(event),
    ...options,
  });
  t.teardown(() => hmr.close());
  return Object.assign(hmr, { events });
}

/**
 * Serves files.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {Record<string, string | Uint8Array>} files
 * @param {{ hmr?: any, app?: (hmr: any) => any, root?: string, links?: [string, string][] }} [options] `hmr` goes to
 *   `createHmr`, `app` makes what answers requests, `root` is the folder that is served, `links` are symbolic links: target, name.
 */
export async function startServer(
  t,
  files,
  { hmr: options, app = alone, root = '.', links = [] } = {},
) {
  const project = makeProject(t, files);
  for (const [target, link] of links)
    symlinkSync(resolve(project.folder, target), project.path(link));
  const hmr = make(t, { root: project.path(root), ...options });
  const server = http.createServer(app(hmr));
  hmr.attach(server);
  const origin = await listen(t, server);
  const open = async (path = '/', base = origin) => {
    const tab = await openTab(base + path);
    t.teardown(() => tab.close());
    await tab.connected();
    return tab;
  };
  return { project, hmr, server, origin, open };
}

/** What is printed at `info` and `debug` goes into a list. */
export function hearLines(t) {
  const { log } = console;
  const lines = [];
  console.log = (text) => lines.push(String(text));
  t.teardown(() => {
    console.log = log;
  });
  return lines;
}

/** Runs with what is printed to the console meanwhile: `console.warn` goes into a list. */
export function hearWarnings(t) {
  const { warn } = console;
  const warnings = [];
  console.warn = (text) => warnings.push(text);
  t.teardown(() => {
    console.warn = warn;
  });
  return warnings;
}
