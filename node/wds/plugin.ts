/**
 * `hmrPlugin()` for @web/dev-server: the engine and its pages, plugged into the host's public hooks.
 *
 * For every request, the host calls `transformCacheKey` first, which takes off our version stamp. It calls `fileParsed`
 * last, with the body as it would go out: all plugins have transformed it and all imports are resolved, whatever the
 * order of plugins. There the engine sees each module once and says what to serve.
 */

import { statSync } from 'node:fs';
import type { Server } from 'node:net';
import path from 'node:path';
import type { Plugin, ServerStartParams } from '@web/dev-server-core';
import type { Context } from 'koa';
import { kindOf as kindOfFile } from '../http/kinds.js';
import { type Made, MakeError, type MakeRequest, Maker } from '../http/make.js';
import { checkOptions } from '../options.js';
import { idOf } from '../plugins/ids.js';
import { ENDPOINT } from '../server/assets.js';
import type { UpgradeServer } from '../server/channel.js';
import type { HotChannel } from '../server/events.js';
import type { FileKind } from '../server/files.js';
import { type HotOptions, HotServer, type Running } from '../server/hot-server.js';
import { isPreview } from '../server/pull.js';
import { warmUp } from '../server/warm-up.js';
import { readSettled } from '../server/writing.js';
import { plainLine } from '../tell/report.js';
import { requireAlone } from './conflicts.js';
import { importOf } from './imports.js';
import { answerFirst, type RequestServer } from './own-files.js';
import { OUTSIDE_ROOT, takeStamp } from './request.js';
import { snapshotOptions } from './snapshot.js';
import { asStatic, isServedByOthers, makingOf, readScript } from './static-scripts.js';
import { isTestRunner } from './test-runner.js';
import { hearToolErrors } from './tool-errors.js';
import { isWatchPlugin, silenceWatchPlugin } from './watch-plugin.js';

/** Options of {@link hmrPlugin}. All have defaults. */
export interface HmrPluginOptions extends HotOptions {
  /**
   * Whether hotgraph watches files. Default: true, unless the server runs with `disableFileWatcher`. With `false`, only
   * events of the server's own `fileWatcher` count. `'poll'` looks at the served files again and again, for filesystems
   * that send no events and that hotgraph does not recognise.
   */
  watch?: boolean | 'poll';
}

/**
 * The plugin, and the server's end of custom events. Its hooks are not declared: this way the package needs no types of
 * @web/dev-server.
 */
export interface HmrPlugin {
  /** The plugin's name, `hotgraph`. */
  name: string;
  /** Custom events to and from pages. */
  hot: HotChannel;
  /**
   * Says that what the server makes of `file` depends on other files: partials of a template, a configuration, anything
   * that a transform reads. If one of them changes, the modules of `file` change. Paths are absolute, or relative to
   * the server's root. You can call it at any time, and again.
   */
  dependsOn(file: string, ...inputs: string[]): void;
}

/** What exists while a server of the host runs. */
interface RunningHost extends Running {
  params: ServerStartParams;
  basePath: string;
  /** Whether scripts on disk are read here, because no other plugin could serve them differently. */
  readsScripts: boolean;
  /** What the option `plugins` makes. */
  maker: Maker;
  stop(): void;
}

/**
 * Hot module replacement for @web/dev-server: `plugins: [hmrPlugin()]`. Call it once for each server.
 *
 * @throws {TypeError} for unknown options, and for values that an option cannot have.
 */
export function hmrPlugin(options: HmrPluginOptions = {}): HmrPlugin {
  checkOptions('hmrPlugin()', options);
  let running: RunningHost | undefined;
  let previews = 0;
  const hotServer = new HotServer(options);

  const plugin: HmrPlugin & Plugin = {
    name: 'hotgraph',
    hot: hotServer.hot,

    dependsOn(file, ...inputs) {
      hotServer.dependsOn(file, inputs);
    },

    serverStart(params) {
      hotServer.terminal.logger = params.logger;
      if (isTestRunner(params.config.plugins)) return;
      requireAlone(plugin, params.config.plugins);
      hotServer.plugins.start(params.config.rootDir);
      running = start(plugin, params, options, hotServer);
    },

    serverStop() {
      running?.stop();
      running = undefined;
    },

    serve(context) {
      const host = running;
      if (!host) return;
      const { engine, endpoint, params, readsScripts, maker, basePath } = host;
      // Where a middleware makes the url of one of our files.
      const asset = endpoint.find(context.url, context.headers, engine);
      if (asset || context.method !== 'GET') return asset ?? undefined;
      const file = engine.fileOf(basePath + context.url);
      if (file === null) return undefined;
      const wanted = wantedBy(context, file, host);
      if (maker.makes(wanted)) return makeOf(context, wanted, host);
      const read = (isSaveLast: boolean) => {
        const saved = isSaveLast ? engine.savedSource(file, !readsScripts) : null;
        if (saved !== null) return asStatic(saved, context.path);
        return (readsScripts && readScript(file, params.config.rootDir)) || undefined;
      };
      return isPreview(context.headers) ? read(true) : readSettled(engine, file, read);
    },

    transformCacheKey(context) {
      if (!running) return undefined;
      const { engine, packing } = running;
      const { url } = takeStamp(context, engine);
      // A file that changed just now is not what the host made last.
      if (isPreview(context.headers)) return `hotgraph-preview-${++previews}`;
      const key = () => {
        const version = engine.contentVersion(url);
        return version ? `hotgraph-${version}` : undefined;
      };
      if (!packing?.isOn || context.method !== 'GET') return key();
      // Here, and not where it is served: the host has a cache, and what is in it may come in another pack by now. The
      // host waits for any promise; its types know none of a key that may be missing.
      return packing.prepare(url, context.headers).then(key) as Promise<string>;
    },

    // A plugin without `transform` is not asked for its cache key, and bodies may stay streams.
    transform() {},

    fileParsed(context) {
      if (!running || context.method !== 'GET' || context.path.startsWith(ENDPOINT)) return;
      // A message in place of a module says nothing of what that is. The host takes every answer for a success.
      if (context.state.hasFailedByHotgraph === true) {
        context.status = 500;
        return;
      }
      const { engine, files, params, basePath } = running;
      const { url, at, since } = takeStamp(context, engine);
      // By this the page's resource timing tells the version of resources that are not modules of ours. A file that
      // changed after the request came in may have been read before.
      const version = Math.min(engine.contentVersion(url), since);
      context.set('server-timing', `hotgraph;desc="${version}"`);
      const kind = kindOf(context);
      const file = engine.fileOf(basePath + context.url);
      // The host answers the url of a folder with its page.
      const isFolder = kind === 'page' && file !== null && isDirectory(file);
      const name = isFolder ? `${context.path}/` : context.path;
      const served = files.transform(kind, context.body, {
        url,
        at,
        since,
        headers: context.headers,
        file: isFolder ? path.join(file, 'index.html') : file,
        page: basePath + name.replace(/\/$/, '/index.html'),
        resolve: (specifier) => importOf(context, specifier, params.config.plugins ?? []),
      });
      // Koa takes any assignment for an answer, even of what is there already.
      if (served !== context.body) context.body = served;
    },
  };
  if (hotServer.plugins.isEmpty) return plugin;
  return Object.assign(plugin, {
    // Where a plugin has this hook, the host looks for imports in every script.
    async resolveImport({ source, context, code = '' }: ResolveArguments) {
      if (!running) return undefined;
      const file = running.engine.fileOf(running.basePath + context.url);
      // An import with attributes says itself what it takes a file for.
      const isAttributed = code.includes(source) && attributed(source).test(code);
      if (file === null || isAttributed) return undefined;
      const found = await resolve(source, context, file, running, hotServer);
      // Our own modules are resolved.
      return found ?? (context.state.isMadeByHotgraph === true ? source : undefined);
    },
  });
}

type ResolveArguments = Parameters<NonNullable<Plugin['resolveImport']>>[0];

/** Starts with the host; without a server, says so once and returns nothing. */
function start(
  plugin: Plugin,
  params: ServerStartParams,
  options: HmrPluginOptions,
  hotServer: HotServer,
): RunningHost | undefined {
  const { config, fileWatcher, webSockets } = params;
  const { middlewareMode } = config;
  const parent = typeof middlewareMode === 'object' ? middlewareMode.server : undefined;
  const server = (params.server ?? parent) as (UpgradeServer & RequestServer) | undefined;
  if (!server) {
    hotServer.terminal.print(
      'warn',
      '[hotgraph] middlewareMode without a server: pages cannot connect, files are served without HMR. ' +
        'Use middlewareMode: { server }.',
    );
    return undefined;
  }
  const basePath = (config.basePath ?? '').replace(/\/$/, '');
  const address = (server as Partial<Server>).address?.();
  const port = typeof address === 'object' ? address?.port : undefined;
  const snapshot = snapshotOptions(config, port ?? config.port, options);
  const running = hotServer.start({
    server,
    root: config.rootDir,
    base: basePath,
    hosts: config.hostname ? [config.hostname] : [],
    dispatch: (request, response) => void server.emit('request', request, response),
    engine: {
      outside: OUTSIDE_ROOT,
      watch: options.watch ?? !config.disableFileWatcher,
      answersForHost: config.plugins?.some(isWatchPlugin) ?? false,
      ...(hotServer.plugins.isEmpty
        ? makingOf(plugin, config)
        : { mode: 'development', isHostFirst: true }),
      ...(snapshot && { snapshot }),
    },
  });
  const { engine, endpoint, packing } = running;
  const maker = new Maker({
    engine,
    root: config.rootDir,
    base: basePath,
    plugins: hotServer.plugins,
    cacheDir: options.cacheDir,
    isHostFirst: true,
    say: (line) => hotServer.terminal.print('info', `[hotgraph] ${line}`),
  });
  const leave = answerFirst(
    server,
    basePath,
    (url, headers) => packing?.find(url, headers) ?? endpoint.find(url, headers, engine),
  );
  warmUp();
  // Plugins announce changes of their modules here, and name nothing but the file. Findings of the host's own watcher
  // come with the file's state. `add` comes for each served file and says nothing new.
  const absolute = (file: string) => path.resolve(config.rootDir, file);
  const onChange = (file: string, found?: unknown) =>
    engine.fileChanged(absolute(file), found === undefined);
  const onUnlink = (file: string) => engine.fileChanged(absolute(file));
  // Without a listener an error of the host's watcher, such as a link to itself, ends the process.
  const onError = (error: unknown) =>
    hotServer.terminal.print(
      'warn',
      `[hotgraph] the dev server's own watcher: ${plainLine(String(error))}`,
    );
  fileWatcher.on('change', onChange);
  fileWatcher.on('unlink', onUnlink);
  fileWatcher.on('error', onError);
  if (webSockets) silenceWatchPlugin(webSockets);
  const unhear = hearToolErrors({
    logger: params.logger,
    app: params.app,
    heard: (failure) => engine.hostFailed(failure),
    fileOf: (url) => engine.fileOf(basePath + url),
    textOf: (file) => engine.savedSource(file) ?? readScript(file, config.rootDir)?.body,
    isPrinted: options.logLevel !== 'silent',
  });
  return {
    ...running,
    params,
    basePath,
    maker,
    readsScripts: !isServedByOthers(plugin, config.plugins ?? []),
    stop() {
      fileWatcher.off('change', onChange);
      fileWatcher.off('unlink', onUnlink);
      fileWatcher.off('error', onError);
      unhear();
      leave();
      hotServer.stop();
    },
  };
}

/** What a request to the host asks for. */
function wantedBy(context: Context, file: string, { basePath }: RunningHost): MakeRequest {
  const url = basePath + context.url;
  return { url, file, kind: kindOfFile(file), headers: context.headers };
}

/** Answers with what plugins make of a file; the host's other plugins go on with that. */
async function makeOf(context: Context, wanted: MakeRequest, { files, maker }: RunningHost) {
  const read = async () => {
    const content = await files.read(wanted.file, wanted.headers);
    return content === null ? null : String(content);
  };
  let made: Made | null;
  try {
    made = await maker.make(wanted, read);
  } catch (error) {
    if (!(error instanceof MakeError)) throw error;
    // Pages and the terminal have been told.
    context.state.hasFailedByHotgraph = true;
    return { body: `${error.message}\n`, type: 'text' };
  }
  if (!made) return undefined;
  context.state.isMadeByHotgraph = true;
  return { body: made.code, type: made.kind === 'style' ? 'css' : 'js' };
}

/**
 * The meaning of a specifier in a script that the host serves: plugins decide, and packages are resolved as in our own
 * modules.
 */
async function resolve(
  specifier: string,
  context: Context,
  file: string,
  { engine, basePath }: RunningHost,
  { plugins }: HotServer,
): Promise<string | undefined> {
  const url = basePath + context.url;
  const isConcerned = plugins.concernsSpecifier(specifier);
  const found = isConcerned ? await plugins.resolve(specifier, idOf(url, file, basePath)) : null;
  const isBare = !/^(?:[./]|[a-z][a-z\d+.-]*:)/i.test(specifier);
  if (found === null && !isBare) {
    if (!/^[./]/.test(specifier) || !URL.canParse(specifier, `http://host${url}`)) return undefined;
    const named = engine.fileOf(new URL(specifier, `http://host${url}`).pathname);
    const isOurs = named !== null && plugins.concerns(idOf(specifier, named, basePath));
    if (!isOurs || kindOfFile(named)?.kind === 'script') return undefined;
  }
  return engine.rewritten(url, file, found ?? specifier) ?? found ?? undefined;
}

/** Matches an import of a specifier that has attributes. */
function attributed(specifier: string): RegExp {
  const escaped = specifier.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`${escaped}["']\\s*(?:with|assert)\\s*\\{`);
}

function isDirectory(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** What the host answers with. */
function kindOf({ response }: Context): FileKind {
  if (response.is('js')) return 'script';
  if (response.is('html')) return 'page';
  return response.is('css') ? 'style' : 'asset';
}
