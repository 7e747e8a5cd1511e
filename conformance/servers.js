/**
 * The dev servers that are compared, each with hot module replacement, as its documentation starts it.
 *
 * A server has `name` and `version` and is started on a folder: `start(folder, options)` resolves to
 * `{ url, stop() }` and, where the server has custom events, `send(event, data)` to all pages. `options.port` is 0
 * for any, `options.replies` says with which event the server answers an event of a page, with the same data.
 * hotgraph also takes `options.onEvent`, and `options.config` for the server that it runs in.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { getFreePort } from '../__test__/helpers/port.js';
import { hmrPlugin } from '../index.js';

const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const QUIET = { readCliArgs: false, readFileConfig: false, logStartMessage: false };

/** The packages in a folder's node_modules. */
export class Packages {
  #folder;
  #require;

  constructor(folder) {
    this.#folder = folder;
    this.#require = createRequire(join(folder, 'package.json'));
  }

  /** A package's folder. */
  folder(name) {
    return join(this.#folder, 'node_modules', name);
  }

  /** A package's package.json. */
  manifest(name) {
    return JSON.parse(readFileSync(join(this.folder(name), 'package.json'), 'utf8'));
  }

  /** Imports a package. */
  import(name) {
    return import(pathToFileURL(this.#require.resolve(name)).href);
  }
}

/** Starts a @web/dev-server with plugins. `config` is added to what it is started with. */
export async function startWebDevServer(packages, folder, port, plugins, config = {}) {
  const { startDevServer } = await packages.import('@web/dev-server');
  const server = await startDevServer({
    ...QUIET,
    autoExitProcess: false,
    config: { rootDir: folder, port, clearTerminalOnReload: false, plugins, ...config },
    logger: {
      log() {},
      debug() {},
      warn() {},
      error() {},
      group() {},
      groupEnd() {},
      logSyntaxError() {},
    },
  });
  return {
    url: `http://localhost:${server.server.address().port}`,
    stop: () => server.stop(),
  };
}

const hotgraph = (packages) => ({
  name: 'hotgraph',
  version: own.version,
  async start(folder, { port, replies = {}, onEvent, config }) {
    const hmr = hmrPlugin({ logLevel: 'silent', onEvent });
    for (const [event, reply] of Object.entries(replies)) {
      hmr.hot.on(event, (data, client) => client.send(reply, data));
    }
    const server = await startWebDevServer(packages, folder, port, [hmr], config);
    return { ...server, send: (event, data) => hmr.hot.send(event, data) };
  },
});

const vite = (packages) => ({
  name: 'Vite',
  version: packages.manifest('vite').version,
  async start(folder, { port, replies = {} }) {
    const { createServer } = await packages.import('vite');
    const server = await createServer({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      appType: 'mpa',
      cacheDir: join(folder, 'node_modules/.vite'),
      server: { port: port || (await getFreePort()), strictPort: true },
    });
    for (const [event, reply] of Object.entries(replies)) {
      server.ws.on(event, (data, client) => client.send(reply, data));
    }
    await server.listen();
    return {
      url: server.resolvedUrls.local[0].replace(/\/$/, ''),
      send: (event, data) => server.ws.send(event, data),
      stop: () => server.close(),
    };
  },
});

/** The file that starts Bun's server for all pages of a folder. It is no part of what a scenario edits. */
const bunServer = (pages, port) => `${pages
  .map((page, index) => `import page${index} from './${page}';`)
  .join('\n')}
const server = Bun.serve({
  port: ${port},
  development: { hmr: true },
  routes: {
    ${pages.map((page, index) => `'/${page === 'index.html' ? '' : page}': page${index},`).join('\n    ')}
  },
});
console.log('listening on ' + server.port);
`;

const bun = (packages) => ({
  name: 'Bun',
  version: packages.manifest('bun').version,
  async start(folder, { port }) {
    const pages = readdirSync(folder).filter((name) => name.endsWith('.html'));
    writeFileSync(join(folder, 'bun-server.ts'), bunServer(pages, port));
    const [executable] = Object.values(packages.manifest('bun').bin);
    const child = spawn(join(packages.folder('bun'), executable), ['bun-server.ts'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const listening = /^listening on (\d+)/.exec(line);
      if (!listening) continue;
      child.stdout.resume();
      return {
        url: `http://localhost:${listening[1]}`,
        async stop() {
          child.kill();
          await ended;
        },
      };
    }
    throw new Error(`Bun ended: ${errors}`);
  },
});

const webDevServerHmr = (packages) => ({
  name: '@web/dev-server-hmr',
  version: `${packages.manifest('@web/dev-server-hmr').version} on @web/dev-server ${packages.manifest('@web/dev-server').version}`,
  async start(folder, { port }) {
    const { hmrPlugin } = await packages.import('@web/dev-server-hmr');
    return startWebDevServer(packages, folder, port, [hmrPlugin()]);
  },
});

/**
 * The servers.
 *
 * @param {Packages} packages Where the peers are installed.
 */
export const serversOf = (packages) => [
  hotgraph(packages),
  vite(packages),
  bun(packages),
  webDevServerHmr(packages),
];
