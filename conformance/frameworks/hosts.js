/**
 * What the apps run on: hotgraph with its presets, and the frameworks' official plugins for Vite; of Lit, which has none,
 * `@open-wc/dev-server-hmr`. Each starts a server for a folder: `{ url, stop }`.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { portOf } from '../../__test__/helpers/port.js';

const require = createRequire(import.meta.url);

/** Imports a package that only `npm run frameworks` installs. */
const peer = (name) => import(name);

/** A package's name and version. */
function versionOf(name) {
  const folder = (require.resolve.paths(name) ?? []).map((one) => join(one, name, 'package.json'));
  for (const file of folder) {
    try {
      return `\`${name}\` ${JSON.parse(readFileSync(file, 'utf8')).version}`;
    } catch {
      // It is further up.
    }
  }
  return `\`${name}\``;
}

async function hotgraph(folder, preset) {
  const { createHmr } = await import('../../index.js');
  const hmr = createHmr({ root: folder, logLevel: 'silent', cacheDir: false, plugins: [preset] });
  const server = createServer((request, response) =>
    hmr.middleware(request, response, () => response.writeHead(404).end()),
  );
  hmr.attach(server);
  await new Promise((resolve) => server.listen(0, 'localhost', () => resolve(undefined)));
  const stop = async () => {
    await hmr.close();
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://localhost:${portOf(server)}/`, stop };
}

async function vite(folder, plugin) {
  const { createServer: create } = await peer('vite');
  const server = await create({
    root: folder,
    configFile: false,
    plugins: [plugin],
    logLevel: 'silent',
    clearScreen: false,
    server: { port: 0, host: 'localhost' },
  });
  await server.listen();
  return { url: server.resolvedUrls.local[0], stop: () => server.close() };
}

async function openWc(folder) {
  const { startDevServer } = await peer('@web/dev-server');
  const { hmrPlugin, presets } = await peer('@open-wc/dev-server-hmr');
  const server = await startDevServer({
    config: {
      rootDir: folder,
      nodeResolve: true,
      port: 0,
      clearTerminalOnReload: false,
      plugins: [hmrPlugin({ include: ['src/**/*'], presets: [presets.lit] })],
    },
    logStartMessage: false,
    readCliArgs: false,
    readFileConfig: false,
  });
  return { url: `http://localhost:${portOf(server.server)}/`, stop: () => server.stop() };
}

/** The two of each framework. */
export const hosts = {
  react: {
    own: async (folder) =>
      hotgraph(folder, (await import('../../dist/node/presets/react/index.js')).react()),
    peer: async (folder) => vite(folder, (await peer('@vitejs/plugin-react')).default()),
    packages: () => ['react', '@vitejs/plugin-react', 'vite'].map(versionOf),
  },
  preact: {
    own: async (folder) =>
      hotgraph(folder, (await import('../../dist/node/presets/preact/index.js')).preact()),
    peer: async (folder) => vite(folder, (await peer('@preact/preset-vite')).default()),
    packages: () => ['preact', '@preact/preset-vite', 'vite'].map(versionOf),
  },
  vue: {
    own: async (folder) =>
      hotgraph(folder, (await import('../../dist/node/presets/vue/index.js')).vue()),
    peer: async (folder) => vite(folder, (await peer('@vitejs/plugin-vue')).default()),
    packages: () => ['vue', '@vitejs/plugin-vue', 'vite'].map(versionOf),
  },
  svelte: {
    own: async (folder) =>
      hotgraph(folder, (await import('../../dist/node/presets/svelte/index.js')).svelte()),
    peer: async (folder) =>
      vite(folder, (await peer('@sveltejs/vite-plugin-svelte')).svelte({ configFile: false })),
    packages: () => ['svelte', '@sveltejs/vite-plugin-svelte', 'vite'].map(versionOf),
  },
  solid: {
    own: async (folder) =>
      hotgraph(folder, (await import('../../dist/node/presets/solid/index.js')).solid()),
    peer: async (folder) => vite(folder, (await peer('vite-plugin-solid')).default()),
    packages: () => ['solid-js', 'vite-plugin-solid', 'vite'].map(versionOf),
  },
  lit: {
    own: async (folder) =>
      hotgraph(
        folder,
        (await import('../../dist/node/presets/web-components/index.js')).webComponents(),
      ),
    peer: openWc,
    packages: () => ['lit', '@open-wc/dev-server-hmr', '@web/dev-server'].map(versionOf),
  },
};
