/**
 * CommonJS packages, as the dev server makes modules of them, in a page.
 */

import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommonJs, commonJsRequest } from '../../dist/node/http/commonjs.js';
import { openTab } from './browser.js';
import { portOf } from './port.js';
import { Project } from './project.js';

/** The repository's folder, without a slash at its end. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json' };

/** Packages as a server has them: what is made of them, and what was said of it. */
export class Packages {
  /** @type {string[]} */
  lines = [];

  constructor(root, options = {}) {
    this.root = root;
    this.commonJs = new CommonJs({
      root,
      cacheDir: false,
      urlOf: (file) => `/${relative(root, file)}`,
      say: (line) => this.lines.push(line),
      ...options,
    });
  }

  /**
   * The module that has the exports of a file.
   *
   * @param {string} file
   * @param {any} [names]
   */
  exportsOf(file, names = []) {
    return this.commonJs.bundle(join(this.root, file), { part: 'exports', names });
  }

  /** The module that defines a file. */
  definitionOf(file) {
    return this.commonJs.bundle(join(this.root, file), { part: 'define', names: [] });
  }

  /** The names that a file exports. */
  async namesOf(file) {
    const { code } = await this.exportsOf(file);
    return [...code.matchAll(/ as ([\w$]+) \};/g)].map(([, name]) => name);
  }

  /** The error that a file is refused with. */
  async errorOf(file) {
    return this.definitionOf(file).then(
      () => undefined,
      (error) => error,
    );
  }
}

/** Serves packages and `modules`, which are texts by path, and opens a page. */
export async function open(t, root, modules = {}) {
  const packages = new Packages(root);
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server.invalid');
    /** @type {any} */
    const asked = commonJsRequest(searchParams);
    const file = join(root, pathname);
    const type = TYPES[extname(file)] ?? 'text/html';
    try {
      const body = asked
        ? (await packages.commonJs.bundle(file, asked)).code
        : (modules[pathname] ??
          (pathname === '/' ? '<!doctype html><main></main>' : readFileSync(file)));
      response.writeHead(200, { 'content-type': asked ? TYPES['.js'] : type }).end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const tab = await openTab(`http://127.0.0.1:${portOf(server)}/`);
  t.teardown(async () => {
    await tab.close();
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  return { packages, tab };
}

/**
 * A project with packages, which are files by their path in `node_modules`.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {Record<string, string | Uint8Array>} files
 * @param {string} [tool]
 */
export function write(t, files, tool = 'esbuild') {
  const inPackages = Object.entries(files).map(([name, text]) => [`node_modules/${name}`, text]);
  const project = new Project({ 'package.json': '{}', ...Object.fromEntries(inPackages) });
  mkdirSync(project.path('node_modules'), { recursive: true });
  symlinkSync(
    join(REPOSITORY, 'node_modules', tool),
    project.path(`node_modules/${tool}`),
    'junction',
  );
  t.teardown(() => project.dispose());
  return project;
}

/** Runs a function of the namespace of a file in a page. */
export function inPage(tab, file, run = 'it => it.default') {
  const url = `/node_modules/${file}${file.includes('?') ? '&' : '?'}__commonjs`;
  return tab.page
    .evaluate(`import(${JSON.stringify(url)}).then(${run})`)
    .catch((error) => error.message.replace(/^page.evaluate: /, '').split('\n    at ')[0]);
}
