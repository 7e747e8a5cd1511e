/**
 * A site whose server is stopped and started while pages are open.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGE } from './app.js';
import { openTab } from './browser.js';
import { Project } from './project.js';
import { serve } from './server.js';

/** The text of a dependency that exports a value. */
export const dep = (number) => `export const value = ${number};`;

/** A module that shows the value, and keeps all values and clicks. */
export const MAIN = `import { value } from './dep.js';
globalThis.value = value;
globalThis.values = [value];
globalThis.clicks = 0;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; globalThis.values.push(dep.value); });
`;

export const APP = { 'main.js': MAIN, 'dep.js': dep(1) };

/** A project whose server can be stopped and started again on the same port. */
export class Site {
  /**
   * @param {import('ava').ExecutionContext} t
   * @param {Record<string, string | Uint8Array>} files
   * @param {import('./server.js').ServeOptions} [options]
   */
  constructor(t, files, options = {}) {
    this.t = t;
    this.options = options;
    this.project = new Project({ 'index.html': PAGE, ...files });
    t.teardown(() => this.project.dispose());
    t.teardown(() => this.server?.stop());
  }

  /** @param {import('./server.js').ServeOptions} [options] */
  async start(options = {}) {
    const { hmr, config, ...rest } = { ...this.options, ...options };
    this.server = await serve(this.project.folder, {
      ...rest,
      hmr: { cacheDir: this.project.path('cache'), ...hmr },
      config: { ...(this.port && { port: this.port }), ...config },
    });
    this.port = this.server.port;
  }

  async stop() {
    await this.server.stop();
    this.server = undefined;
  }

  /**
   * Stops the server, lets something happen, and starts it again.
   *
   * @param {() => unknown} [meanwhile]
   * @param {import('./server.js').ServeOptions} [options]
   */
  async restart(meanwhile = () => {}, options = {}) {
    await this.stop();
    await meanwhile();
    await this.start(options);
  }

  async open(path = '/') {
    const tab = await openTab(this.server.url(path));
    this.t.teardown(() => tab.close());
    await tab.connected();
    return tab;
  }

  /** The file that the engine keeps for its next run. */
  get snapshot() {
    const folder = this.project.path('cache');
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const name = names.find((one) => one.endsWith('.snapshot'));
    return name && join(folder, name);
  }
}

/** The content of a file that may go away at any moment; empty when there is none. */
export function contentOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Starts a site that ends with the test.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {Record<string, string | Uint8Array>} [files]
 * @param {import('./server.js').ServeOptions} [options]
 */
export async function startSite(t, files = APP, options = {}) {
  const site = new Site(t, files, options);
  await site.start();
  return site;
}

/** Counts a click, which only this document knows of. */
export const click = (tab) =>
  tab.evaluate(() => {
    globalThis.clicks += 1;
  });

/** Waits until the page has lost the server. */
export const disconnected = (tab) => tab.until(() => globalThis.__hotgraph__.connected, false);
