/**
 * The real @web/dev-server in this process, with hmrPlugin(), on a port of its own. With HOTGRAPH_PACK=1 pages load what
 * they can in packs.
 */

import { hmrPlugin } from 'hotgraph';
import { startDevServer } from './host.js';
import { getFreePort, portOf } from './port.js';
import { waitFor } from './wait.js';

/**
 * A plugin that writes down what the host's terminal would show, a text each.
 *
 * @param {string[]} lines
 * @returns {import('@web/dev-server-core').Plugin}
 */
export function terminal(lines) {
  return {
    name: 'terminal',
    serverStart({ logger }) {
      const write = (...texts) => lines.push(texts.join(' '));
      Object.assign(logger, { log: write, warn: write, error: write });
    },
  };
}

/**
 * Starts a server.
 *
 * @param {string} rootDir
 * @typedef {{ config?: any, hmr?: any, before?: any[], after?: any[], plugin?: (options: any) => any }} ServeOptions
 * @param {ServeOptions} [options] `config` goes to the server, `hmr` to the plugin; `before` and `after` are plugins round ours; `plugin` makes
 *   it instead of `hmrPlugin`.
 */
export async function serve(rootDir, options = {}) {
  /** @type {any[]} */
  const events = [];
  const make = options.plugin ?? hmrPlugin;
  /** @type {import('hotgraph').HmrPlugin} */
  const hmr = make({
    logLevel: 'silent',
    pack: process.env.HOTGRAPH_PACK === '1',
    onEvent: (event) => events.push(event),
    ...options.hmr,
  });
  // HTTP/2 takes the two ports above its own too, so it needs to know its port beforehand.
  const wanted = options.config?.port ?? (options.config?.http2 ? await getFreePort() : 0);
  const server = await startDevServer({
    config: {
      rootDir,
      port: wanted,
      clearTerminalOnReload: false,
      plugins: [...(options.before ?? []), hmr, ...(options.after ?? [])],
      ...options.config,
    },
    readCliArgs: false,
    readFileConfig: false,
    logStartMessage: false,
    autoExitProcess: false,
  });
  const port = wanted || portOf(/** @type {import('node:net').Server} */ (server.server));
  const scheme = options.config?.http2 ? 'https' : 'http';
  return {
    hmr,
    server,
    port,
    /** Everything the plugin reported, in order. */
    events,
    url: (path = '/') => `${scheme}://localhost:${port}${path}`,
    /**
     * Waits for an event for which `matches` holds; returns it.
     *
     * @param {(event: any) => boolean} matches
     */
    async event(matches) {
      let found;
      await waitFor(
        () => {
          found = events.find(matches);
          return found !== undefined;
        },
        () => `no event matches ${matches}:\n${JSON.stringify(events, null, 1)}`,
      );
      return found;
    },
    stop() {
      // The host adds files to its watcher a moment after it answered, even when it was stopped meanwhile,
      // and that keeps the process alive.
      server.fileWatcher.add = () => server.fileWatcher;
      return server.stop();
    },
  };
}
