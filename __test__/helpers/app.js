/**
 * A project, a server and tabs in one: what most browser tests need.
 */

import { openTab } from './browser.js';
import { Project } from './project.js';
import { serve } from './server.js';

/** The page of an app whose only script is `main.js`. */
export const PAGE =
  '<!doctype html><html><head></head><body><script type="module" src="./main.js"></script></body></html>';

/** An app whose page shows the value that `dep.js` exports, and accepts updates of it. */
export const VALUE_APP = {
  'main.js': `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
`,
  'dep.js': 'export const value = 1;',
};

/**
 * Starts an app of the given files (with a page that loads `main.js` unless there is one) and opens a tab.
 * Everything ends with the test.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {Record<string, string | Uint8Array>} files
 * @param {import('./server.js').ServeOptions & { root?: string, path?: string, connect?: boolean }} [options] `root` is the
 *   folder that is served, `path` that of the page; `connect: false` does not wait for the socket.
 */
export async function startApp(t, files, options = {}) {
  const project = new Project({ 'index.html': PAGE, ...files });
  t.teardown(() => project.dispose());
  const rootDir = options.root ? project.path(options.root) : project.folder;
  const server = await serve(rootDir, options);
  t.teardown(() => server.stop());

  async function open(path = options.path ?? '/') {
    const tab = await openTab(server.url(path), { ignoreHTTPSErrors: true });
    t.teardown(() => tab.close());
    if (options.connect !== false) await tab.connected();
    return tab;
  }
  const tab = await open();
  return { project, server, tab, open };
}
