/**
 * `hmrPlugin()` for @web/dev-server: the engine and its pages, plugged into the host's public hooks.
 *
 * The host calls `transformCacheKey` first for every request, which takes off our version stamp, and
 * `fileParsed` last, with the body as it would go out: all plugins have transformed it and all imports are
 * resolved, whatever the order of plugins. There the engine sees each module once and says what to serve.
 */

import type { Plugin, ServerStartParams } from '@web/dev-server-core';
import type { Context } from 'koa';
import { HmrEngine } from '#native';
import type { HostEvent, ServerMessage } from '../client/protocol.js';
import { ENDPOINT } from './assets.js';
import type { UpgradeServer } from './channel.js';
import { HmrEndpoint } from './endpoint.js';
import { CustomEvents, type HotChannel } from './events.js';
import { transformPage } from './page.js';
import { describeEvent, type Level } from './report.js';
import { destinationOf, fileOf, takeStamp } from './request.js';
import { asStatic, isServedByOthers, readScript } from './static-scripts.js';
import { silenceWatchPlugin } from './watch-plugin.js';

/** Options of {@link hmrPlugin}; none is needed. */
export interface HmrPluginOptions {
  /**
   * What goes to the terminal: `info` (default) one line an update, reload or problem; `debug` more;
   * `warn` and `error` only those; `silent` nothing.
   */
  logLevel?: Level | 'silent';
  /**
   * Whether hotgraph watches files. Default: true, unless the server runs with `disableFileWatcher`. When
   * false, only events of the server's own `fileWatcher` count.
   */
  watch?: boolean;
  /**
   * Host names under which pages may connect, beside `localhost`, `*.localhost`, IP addresses and the
   * server's `hostname`. `.example.com` allows all names below it.
   */
  allowedHosts?: string[];
  /** Gets every event as data: updates, reloads with their reasons, diagnostics. */
  onEvent?: (event: HostEvent) => void;
}

/** The plugin, and the server's end of custom events. */
export interface HmrPlugin extends Plugin {
  /** Custom events to and from pages. */
  hot: HotChannel;
}

const LOUDNESS: Record<Level | 'silent', number> = {
  silent: 0,
  error: 1,
  warn: 2,
  info: 3,
  debug: 4,
};

/** What exists while a server runs. */
interface Running {
  engine: HmrEngine;
  endpoint: HmrEndpoint;
  params: ServerStartParams;
  basePath: string;
  /** Whether scripts on disk are read here: nobody else could serve them differently. */
  readsScripts: boolean;
  stop(): void;
}

/** Hot module replacement for @web/dev-server: `plugins: [hmrPlugin()]`. One call a server. */
export function hmrPlugin(options: HmrPluginOptions = {}): HmrPlugin {
  let running: Running | undefined;
  let logger: Pick<ServerStartParams['logger'], 'log' | 'warn' | 'error'> = console;
  const linked = new Map<string, string>();

  const hot = new CustomEvents(
    (event, data, client) => {
      const message: ServerMessage = { type: 'custom', event, data };
      running?.endpoint.send(JSON.stringify(message), client);
    },
    (error, event) => print('error', `[hotgraph] a listener of "${event}" failed: ${error}`),
  );

  function print(level: Level, text: string): void {
    if (LOUDNESS[level] > LOUDNESS[options.logLevel ?? 'info']) return;
    if (level === 'error') logger.error(text);
    else if (level === 'warn') logger.warn(text);
    else logger.log(text);
  }

  function onEvent(event: HostEvent): void {
    if (event.type === 'custom') hot.receive(event.event, event.data, event.client);
    const rootDir = running?.params.config.rootDir ?? '';
    for (const line of describeEvent(event, rootDir)) print(line.level, line.text);
    options.onEvent?.(event);
  }

  /** Serves a script, module or not. */
  function script(context: Context, { engine, params }: Running): void {
    const { url, at } = takeStamp(context);
    const file = fileOf(context.url, params.config.rootDir);
    const destination = destinationOf(context.headers);
    if (destination === 'classic script' || typeof context.body !== 'string') {
      engine.serveResource(url, 'asset', file, at);
      return;
    }
    const served = engine.serveScript(url, context.body, file, at);
    // Nothing is updated in a worker, but what it imports has to be known.
    if (destination === 'worker') return;
    const facade = destination === 'module' ? engine.facade(url) : null;
    if (facade ?? served?.code) context.body = facade ?? served?.code;
    if (served?.accepted) void link(context, url, served.accepted, params.config.plugins ?? []);
  }

  /** Resolves accepted specifiers as the host would resolve them in an import. */
  async function link(context: Context, url: string, accepted: string[], plugins: Plugin[]) {
    const key = [running?.engine.contentVersion(url), ...accepted].join('\n');
    if (linked.get(url) === key) return;
    linked.set(url, key);
    const resolved: Record<string, string> = {};
    for (const specifier of accepted) {
      const found = await resolveImport(context, specifier, plugins);
      if (found !== undefined && found !== specifier) resolved[specifier] = found;
    }
    running?.engine.link(url, resolved);
  }

  /** Serves a page: our client in its head, stamps on what it loads, hot inline modules. */
  function page(context: Context, { engine, endpoint, basePath, params }: Running): void {
    if (typeof context.body !== 'string') return;
    const { url, at } = takeStamp(context);
    const file = fileOf(context.url, params.config.rootDir);
    const identity =
      basePath + (context.path.endsWith('/') ? `${context.path}index.html` : context.path);
    const location = url.split('?')[0] ?? '/';
    const transformed = transformPage(context.body, identity, location, {
      head: endpoint.head(identity, engine.version),
      stamped: (base, reference) => engine.stamped(base, reference),
      inlineModule: (inline, source) => {
        const served = engine.serveScript(inline, source);
        if (served?.accepted)
          void link(context, inline, served.accepted, params.config.plugins ?? []);
        return served?.code ?? null;
      },
    });
    if (Object.keys(transformed.importMap).length > 0) engine.importMap(transformed.importMap);
    engine.servePage(identity, transformed.base, transformed.loads, file, at, context.body);
    context.body = transformed.html;
  }

  const plugin: HmrPlugin = {
    name: 'hotgraph',
    hot,

    serverStart(params) {
      logger = params.logger;
      running = start(plugin, params, options, onEvent, print);
    },

    serverStop() {
      running?.stop();
      running = undefined;
    },

    serve(context) {
      if (!running) return;
      const { engine, endpoint, params, readsScripts } = running;
      const asset = endpoint.find(context.path, context.headers, engine);
      if (asset || context.method !== 'GET') return asset ?? undefined;
      const file = fileOf(context.url, params.config.rootDir);
      if (file === null) return undefined;
      const saved = engine.savedSource(file, !readsScripts);
      if (saved !== null) return asStatic(saved, context.path);
      return (readsScripts && readScript(file, params.config.rootDir)) || undefined;
    },

    transformCacheKey(context) {
      const { url } = takeStamp(context);
      const version = running?.engine.contentVersion(url);
      return version ? `hotgraph-${version}` : undefined;
    },

    // A plugin without `transform` is not asked for its cache key, and bodies may stay streams.
    transform() {},

    fileParsed(context) {
      if (!running || context.method !== 'GET' || context.path.startsWith(ENDPOINT)) return;
      if (context.response.is('js')) {
        script(context, running);
      } else if (context.response.is('html')) {
        page(context, running);
      } else {
        const { url, at } = takeStamp(context);
        const file = fileOf(context.url, running.params.config.rootDir);
        const kind = context.response.is('css') ? 'style' : 'asset';
        const source = typeof context.body === 'string' ? context.body : null;
        running.engine.serveResource(url, kind, file, at, source);
      }
    },
  };
  return plugin;
}

/** Starts engine and endpoint; without a server, says so once and returns nothing. */
function start(
  plugin: Plugin,
  params: ServerStartParams,
  options: HmrPluginOptions,
  onEvent: (event: HostEvent) => void,
  print: (level: Level, text: string) => void,
): Running | undefined {
  const { config, fileWatcher, webSockets } = params;
  const { middlewareMode } = config;
  const parent = typeof middlewareMode === 'object' ? middlewareMode.server : undefined;
  const server = (params.server ?? parent) as UpgradeServer | undefined;
  if (!server) {
    print(
      'warn',
      '[hotgraph] middlewareMode without a server: pages cannot connect, files are served without HMR. ' +
        'Use middlewareMode: { server }.',
    );
    return undefined;
  }
  const basePath = (config.basePath ?? '').replace(/\/$/, '');
  const endpoint = new HmrEndpoint({
    server,
    basePath,
    allowedHosts: [...(config.hostname ? [config.hostname] : []), ...(options.allowedHosts ?? [])],
    onConnect: (client) => engine.connect(client),
    onMessage: (client, text) => engine.receive(client, text),
    onDisconnect: (client) => engine.disconnect(client),
    onRefused: (reason) => print('warn', `[hotgraph] refused a socket: ${reason}`),
  });
  const engine = new HmrEngine(
    {
      root: config.rootDir,
      clientUrl: endpoint.clientUrl,
      watch: options.watch ?? !config.disableFileWatcher,
    },
    (client, text) => {
      if (client === 0) onEvent(JSON.parse(text) as HostEvent);
      else endpoint.send(text, client);
    },
  );
  // Virtual modules announce themselves here; for files the engine's own watcher was faster. `add` comes for
  // each served file and says nothing new.
  const onFile = (file: string) => engine.fileChanged(file);
  fileWatcher.on('change', onFile);
  if (webSockets) silenceWatchPlugin(webSockets);
  return {
    engine,
    endpoint,
    params,
    basePath,
    readsScripts: !isServedByOthers(plugin, config.plugins ?? []),
    stop() {
      fileWatcher.off('change', onFile);
      endpoint.close();
      engine.close();
    },
  };
}

async function resolveImport(
  context: Context,
  source: string,
  plugins: Plugin[],
): Promise<string | undefined> {
  for (const plugin of plugins) {
    try {
      const resolved = await plugin.resolveImport?.({ source, context });
      const id = typeof resolved === 'object' ? resolved.id : resolved;
      if (typeof id === 'string') return id;
    } catch {
      // A resolver that throws for what it cannot find; the specifier then names nothing.
      return undefined;
    }
  }
  return undefined;
}
