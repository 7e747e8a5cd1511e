/**
 * What tests of presets have in common: an app of one of the frameworks, with the real packages from npm.
 */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { startApp } from './app.js';
import { openTab, waitFor } from './browser.js';
import { install, repository, start } from './command.js';
import { getFreePort } from './port.js';
import { Project } from './project.js';
import { startServer } from './serving.js';

/** What packages need in addition to themselves: what makes modules of CommonJS. */
const TOOLS = ['rolldown'];

/** @typedef {{ plugins: any[], packages: string[], hmr?: any }} PresetOptions */

/**
 * Serves an app by `createHmr()`, and opens its page.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {Record<string, string | Uint8Array>} files
 * @param {PresetOptions} options
 */
export async function startPreset(t, files, { plugins, packages, hmr: more = {} }) {
  const hmr = { plugins: [installer(packages), ...plugins], ...more };
  const served = await startServer(t, { 'index.html': PAGE, ...files }, { hmr });
  const tab = await served.open();
  return { ...served, tab, events: served.hmr.events };
}

/**
 * The same in @web/dev-server.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {Record<string, string | Uint8Array>} files
 * @param {PresetOptions} options
 */
export async function startPresetInHost(t, files, { plugins, packages }) {
  const hmr = { plugins: [installer(packages), ...plugins] };
  const config = { nodeResolve: true };
  const served = await startApp(t, { 'index.html': PAGE, ...files }, { hmr, config });
  return { ...served, events: served.server.events };
}

const PAGE = '<!doctype html><div id="root"></div><script type="module" src="main.jsx"></script>';

/** Runs before the presets that look for packages. */
function installer(packages) {
  return {
    name: 'installs packages',
    /** @param {{ root: string }} config */
    start({ root }) {
      install({ path: (name) => join(root, name) }, [...packages, ...TOOLS]);
    },
  };
}

/**
 * Starts an example as `npx hotgraph` on a copy of it, and opens its page.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {string} name
 * @param {string[]} packages
 */
export async function startExample(t, name, packages) {
  const project = new Project({});
  t.teardown(() => project.dispose());
  cpSync(join(repository, 'examples', name), project.folder, { recursive: true });
  install(project, [...packages, ...TOOLS]);
  const port = await getFreePort();
  const cli = join(repository, 'dist/node/cli/main.js');
  const program = start(t, [cli, '--port', String(port)], { cwd: project.folder });
  await program.said(`http://localhost:${port}/`);
  const tab = await openTab(`http://localhost:${port}/`);
  t.teardown(() => tab.close());
  await tab.connected();
  return { project, program, tab };
}

/**
 * Waits for an event for which `matches` holds; returns it.
 *
 * @param {any[]} events
 * @param {(event: any, index: number) => boolean} matches
 * @returns {Promise<any>}
 */
export async function event(events, matches) {
  await waitFor(
    () => events.some(matches),
    () => JSON.stringify(events, null, 1),
  );
  return events.find(matches);
}
