/**
 * The systems that are measured. Each has an `id`, a `name`, a `version`, the `dialect` of {@link dialects} that its
 * app is written in, and `start(folder, options)` as in conformance/servers.js.
 */
import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import { getFreePort, portOf } from '../__test__/helpers/port.js';
import { Packages, serversOf, startWebDevServer } from '../conformance/servers.js';
import { createHmr, hmrPlugin } from '../index.js';
import { dialects } from './app.js';
import { floor } from './floor.js';

/** The peers' packages. */
export const packages = new Packages(import.meta.dirname);
const [hotgraph, vite, bun, webDevServerHmr] = serversOf(packages);

/** What @web/dev-server is configured with in the README, in addition to the plugin. */
const CONFIG = { nodeResolve: true };

/**
 * Starts @web/dev-server with hotgraph.
 *
 * @param {() => Promise<object[]>} others Makes the plugins before it.
 * @param {object} usual Its configuration, unless `config` says otherwise.
 */
const hotgraphWith =
  (others, usual) =>
  async (folder, { port, onEvent, config }) => {
    const plugins = [...(await others()), hmrPlugin({ logLevel: 'silent', onEvent })];
    return startWebDevServer(packages, folder, port, plugins, { ...usual, ...config });
  };

const none = async () => [];

/** Starts a server of node:http with `createHmr()`. */
async function ownServer(folder, { port, onEvent }, options = {}) {
  const hmr = createHmr({
    root: folder,
    logLevel: 'silent',
    ...(onEvent && { onEvent }),
    ...options,
  });
  const server = http.createServer((request, response) =>
    hmr.middleware(request, response, () => response.writeHead(404).end()),
  );
  hmr.attach(server);
  await once(server.listen(port, 'localhost'), 'listening');
  return {
    url: `http://localhost:${portOf(server)}`,
    async stop() {
      await hmr.close();
      server.close().closeAllConnections();
    },
  };
}

/** As @web/dev-server's users write TypeScript. */
async function typescript() {
  const { esbuildPlugin } = await packages.import('@web/dev-server-esbuild');
  return [esbuildPlugin({ ts: true })];
}

/** The version of a package with its name. */
const named = (name) => `${name} ${packages.manifest(name).version}`;

/** What webpack and rspack are configured with: their defaults, and updates that never reload. */
const bundle = (folder) => ({
  mode: 'development',
  context: folder,
  entry: './main.js',
  output: { filename: 'bundle.js' },
  stats: 'none',
  infrastructureLogging: { level: 'none' },
});

const devServer = (folder) => ({
  port: 'auto',
  host: 'localhost',
  hot: true,
  liveReload: false,
  static: { directory: folder, watch: false },
});

/** Starts the dev server of a bundler; resolves when the first bundle is there. */
async function startBundler(compiler, DevServer, folder) {
  /** @type {Promise<void>} */
  const built = new Promise((resolve, reject) => {
    compiler.hooks.done.tap('bench', (stats) => {
      if (stats.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
      else resolve();
    });
  });
  const server = new DevServer(devServer(folder), compiler);
  await Promise.all([server.start(), built]);
  return {
    url: `http://localhost:${server.server.address().port}`,
    stop: () => server.stop(),
  };
}

const webpack = {
  name: 'webpack',
  version: `${packages.manifest('webpack').version} on webpack-dev-server ${packages.manifest('webpack-dev-server').version}`,
  async start(folder) {
    const { default: createCompiler } = await packages.import('webpack');
    const { default: DevServer } = await packages.import('webpack-dev-server');
    return startBundler(createCompiler(bundle(folder)), DevServer, folder);
  },
};

const rspack = {
  name: 'Rspack',
  version: `${packages.manifest('@rspack/core').version} on @rspack/dev-server ${packages.manifest('@rspack/dev-server').version}`,
  async start(folder) {
    const { rspack: createCompiler } = await packages.import('@rspack/core');
    const { RspackDevServer } = await packages.import('@rspack/dev-server');
    return startBundler(createCompiler(bundle(folder)), RspackDevServer, folder);
  },
};

/**
 * The systems whose latency is compared, hotgraph first.
 */
export const systems = [
  { ...hotgraph, id: 'hotgraph', dialect: dialects.hot, start: hotgraphWith(none, CONFIG) },
  {
    name: 'hotgraph, TypeScript',
    version: `by ${named('@web/dev-server-esbuild')} with ${named('esbuild')}`,
    id: 'typescript',
    dialect: dialects.typescript,
    start: hotgraphWith(typescript, CONFIG),
  },
  {
    name: 'hotgraph, files as they are',
    id: 'as-is',
    dialect: dialects.hot,
    start: hotgraphWith(none, {}),
  },
  {
    ...hotgraph,
    name: 'hotgraph, `createHmr()`',
    id: 'server',
    dialect: dialects.hot,
    start: ownServer,
  },
  {
    ...hotgraph,
    name: 'hotgraph, `createHmr()`, TypeScript',
    id: 'server-typescript',
    dialect: dialects.typescript,
    start: ownServer,
  },
  { ...floor, id: 'floor', dialect: dialects.floor },
  { ...bun, id: 'bun', dialect: dialects.hot },
  { ...vite, id: 'vite', dialect: dialects.hot },
  { ...webDevServerHmr, id: 'wds', dialect: dialects.hot },
  { ...webpack, id: 'webpack', dialect: dialects.webpack },
  { ...rspack, id: 'rspack', dialect: dialects.webpack },
];

/** Starts a server that answers with one bundle, made anew when a page asks for it. */
async function startBundle(folder, { port }) {
  const { context } = await packages.import('esbuild');
  const bundling = await context({
    entryPoints: [join(folder, 'main.js')],
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
    sourcemap: 'linked',
    outdir: folder,
    write: false,
  });
  const page = '<!doctype html><script type="module" src="/bundle.js"></script>';
  const server = http.createServer(async ({ url, headers }, response) => {
    if (url === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    if (url !== '/bundle.js') return response.writeHead(404).end();
    const { outputFiles } = await bundling.rebuild();
    const { contents, hash } = outputFiles.find(({ path }) => path.endsWith('.js'));
    response.setHeader('etag', `"${hash}"`);
    if (headers['if-none-match'] === `"${hash}"`) return response.writeHead(304).end();
    const type = { 'content-type': 'text/javascript', 'cache-control': 'no-cache' };
    return response.writeHead(200, type).end(contents);
  });
  await once(server.listen(port, 'localhost'), 'listening');
  return {
    url: `http://localhost:${portOf(server)}`,
    async stop() {
      await bundling.dispose();
      server.close().closeAllConnections();
    },
  };
}

/** Starts Vite in the mode in which it bundles while it serves. */
async function startBundledVite(folder, { port }) {
  const { createServer } = await packages.import('vite');
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    appType: 'mpa',
    cacheDir: join(folder, 'node_modules/.vite'),
    experimental: { bundledDev: true },
    server: { port: port || (await getFreePort()), strictPort: true },
  });
  await server.listen();
  return {
    url: server.resolvedUrls.local[0].replace(/\/$/, ''),
    stop: () => server.close(),
  };
}

/** Starts Rspack with a page of its own, whatever the app's looks like. */
async function startRspack(folder) {
  const { rspack: createCompiler } = await packages.import('@rspack/core');
  const { RspackDevServer } = await packages.import('@rspack/dev-server');
  class WithPage extends RspackDevServer {
    constructor(options, compiler) {
      const setupMiddlewares = (middlewares) => [
        {
          name: 'page',
          middleware({ url }, response, next) {
            if (url !== '/') return next();
            response.setHeader('content-type', 'text/html');
            return response.end('<!doctype html><script src="/bundle.js"></script>');
          },
        },
        ...middlewares,
      ];
      super({ ...options, setupMiddlewares }, compiler);
    }
  }
  return startBundler(createCompiler(bundle(folder)), WithPage, folder);
}

/** What page loads are compared with besides. */
const loaders = [
  { id: 'native', start: (folder, options) => ownServer(folder, options, { pack: false }) },
  { id: 'bundle', start: startBundle },
  { id: 'vite-bundled', start: startBundledVite },
  { id: 'rspack-page', start: startRspack },
];

/** @web/dev-server as it is, to be compared with what hotgraph makes of it. */
const plainServer = {
  id: 'plain',
  start: (folder, { port, config }) =>
    startWebDevServer(packages, folder, port, [], { ...CONFIG, ...config }),
};

/** All that can be started. */
export const servers = [...systems, ...loaders, plainServer];
