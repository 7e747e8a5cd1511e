/**
 * `createHmr()` for any Node server: a middleware that serves the files below a folder, and the socket to their pages.
 */

import { statSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import path from 'node:path';
import { checkOptions } from '../options.js';
import type { UpgradeServer } from '../server/channel.js';
import { isShown } from '../server/destination.js';
import type { HotChannel } from '../server/events.js';
import { type HotOptions, HotServer } from '../server/hot-server.js';
import { snapshotOf } from '../server/snapshot.js';
import { warmUp } from '../server/warm-up.js';
import { plainLine } from '../tell/report.js';
import { answer, type Find, OUTSIDE, type Site } from './answer.js';
import { Maker } from './make.js';
import { type Asked, askedOf, type MountedRequest, mountOf, withoutSlash } from './mount.js';
import { Upgrades } from './upgrades.js';

/** Options of {@link createHmr}; none is needed. */
export interface HmrOptions extends HotOptions {
  /** The folder whose files are served. Default: the working directory. */
  root?: string;
  /**
   * The path that the middleware is mounted at, `/app`. Default: what the first request tells of it, by
   * `originalUrl` as Express, Connect and @fastify/middie write it, else none.
   */
  base?: string;
  /** Whether `index.html` answers navigations to paths that name no file. Default: false. */
  spa?: boolean;
  /**
   * Whether files are watched. Default: true. `'poll'` looks at the served files again and again, for filesystems that
   * send no events and that hotgraph does not recognise.
   */
  watch?: boolean | 'poll';
}

/** Passes the request on, or an error. */
export type Next = (error?: unknown) => void;

/** Hot updates for one folder of one server. */
export interface Hmr {
  /**
   * Answers GET and HEAD requests for files below the root and for the client. Passes all others to `next`, untouched.
   * Works detached.
   */
  middleware(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    next: Next,
  ): void;
  /**
   * Opens the socket to pages on the server that listens to the port. You can call it for several servers.
   *
   * @throws {TypeError} for anything but a server of node:http, node:https or node:http2.
   */
  attach(server: UpgradeServer): void;
  /**
   * Makes a page hot that the app renders: `res.send(hmr.transformPage(html, req))`. Returns the HTML with the client in
   * it, or unchanged when no browser is going to show it as a page.
   *
   * @param html The page.
   * @param request The request that the page answers.
   * @param templates The files that the page is made of. An edit of one of them reloads the page. Paths are absolute, or
   *   relative to the root.
   */
  transformPage(html: string, request: PageRequest, templates?: readonly string[]): string;
  /** Custom events to and from pages. */
  hot: HotChannel;
  /**
   * Says that what the server makes of `file` depends on other files. If one of them changes, the modules of `file`
   * change. Paths are absolute, or relative to the root. You can call it at any time, and again.
   */
  dependsOn(file: string, ...inputs: string[]): void;
  /** Stops watching and closes all sockets. Leaves your servers open. The middleware then passes every request on. */
  close(): Promise<void>;
}

/** A request for a page: Node's, or that of a framework. */
export interface PageRequest extends MountedRequest {
  /** Its headers, by lower-case names. */
  headers: IncomingHttpHeaders;
}

const NOT_ATTACHED =
  'pages get no updates, since there is no socket: call hmr.attach(server) with the server that listens to the port';

const PLUG_N_PLAY =
  "this project has Yarn's Plug'n'Play: packages are in archives, from which nothing is served, so that imports of " +
  'packages fail in the browser. Set `nodeLinker: node-modules` in .yarnrc.yml and run `yarn install`';

/** The instances that have seen a request, by their bases: two that serve the same urls would mix up their clients. */
const seen = new WeakMap<object, Map<string, Hmr>>();

/**
 * Hot module replacement for node:http and the frameworks on it: `app.use(hmr.middleware)`, then `hmr.attach(server)`.
 *
 * @throws {TypeError} for unknown options, and for values that an option cannot have.
 */
export function createHmr(options: HmrOptions = {}): Hmr {
  return createHosted(options);
}

/** What hotgraph's own servers need in addition. */
export interface HostedHmr extends Hmr {
  /** Reloads all pages. `reason` is a sentence. */
  reload(reason: string): void;
  /** A file changed of which no module is known to be made: reloads all pages, those that load now included. */
  fileChanged(file: string): void;
  /** The absolute path of the file that a url names, as the maps say, if pages may have it; `null` where it is none. */
  fileOf(url: string): string | null;
  /** Why a request is refused that names a host which pages may not be at; `null` when it names one of ours. */
  refusalOf(headers: IncomingHttpHeaders): string | null;
}

/** Where files are, if urls are not their paths below the root. */
export interface Places {
  /** Finds files. */
  find: Find;
  /** Folders by the beginning of their urls, absolute. Without any, nobody knows which url a file has. */
  maps?: Record<string, string>;
}

/** The same for hotgraph's own servers. */
export function createHosted(options: HmrOptions, places?: Places): HostedHmr {
  checkOptions('createHmr()', options);
  const root = folderOf(options.root ?? '.');
  const hotServer = new HotServer(options);
  hotServer.plugins.start(root);
  const upgrades = new Upgrades();
  const told = new Set<string>();
  let site: Site | undefined;
  let isClosed = false;

  /** Starts with the first request: it tells the base, and the server listens to its port by then. */
  function siteFor(mount: () => string): Site {
    if (site) return site;
    const base = withoutSlash(options.base ?? mount());
    const { spa = false, watch = true, pack, cacheDir } = options;
    const settings = JSON.stringify({ spa, pack, plugins: hotServer.plugins.settings });
    // Which urls were found to be files is not kept.
    const snapshot = !places && snapshotOf({ root, base, port: upgrades.port, cacheDir, settings });
    const dispatch = (request: IncomingMessage, response: ServerResponse) =>
      void handle(request, response, (error) => {
        response.statusCode = error === undefined ? 404 : 500;
        response.end();
      });
    const running = hotServer.start({
      server: upgrades,
      root,
      base,
      dispatch,
      // Urls of a backend may name other files than those of the folder.
      fileOfEngine: (url) => (places ? null : (site?.maker.fileOfEngine(url) ?? null)),
      engine: { watch, ...makingOf(places), answersForHost: true, ...(snapshot && { snapshot }) },
    });
    const say = (line: string) => hotServer.terminal.print('info', `[hotgraph] ${line}`);
    const { engine } = running;
    const { plugins } = hotServer;
    const maker = new Maker({ engine, root, base, plugins, cacheDir, say });
    site = { ...running, root, base, spa, maker, ...(places && { find: places.find }) };
    if (process.versions.pnp !== undefined) warnOnce(PLUG_N_PLAY);
    return site;
  }

  async function handle(request: IncomingMessage, response: ServerResponse, next: Next) {
    const { method } = request;
    if (isClosed || (method !== 'GET' && method !== 'HEAD')) return next();
    try {
      const current = siteFor(() => mountOf(request));
      const asked = askedOf(request, current.base);
      noteMount(request, asked, current.base);
      if (asked && (await answer(current, asked, request, response))) {
        if (!upgrades.isAttached) warnOnce(NOT_ATTACHED);
        return;
      }
    } catch (error) {
      // A page that has left gets no answer.
      if (!response.headersSent && response.socket?.destroyed !== true) next(error);
      return;
    }
    next();
  }

  function noteMount(request: MountedRequest, asked: Asked | null, base: string): void {
    if (asked === null) {
      if (request.originalUrl === undefined || request.originalUrl === request.url) return;
      warnOnce(
        `hmr.middleware is mounted at "${mountOf(request) || '/'}", and serves what is below "${base || '/'}": ` +
          'call createHmr() once for each mount, or give it the right option base',
      );
      return;
    }
    const others = seen.get(request) ?? new Map<string, Hmr>();
    seen.set(request, others);
    if (!others.has(base)) others.set(base, hmr);
    if (others.get(base) === hmr) return;
    warnOnce(
      `another createHmr() serves what is below "${base || '/'}" too, and its client does not know the pages of this ` +
        'one: mount them at different paths, and give each its option base where the framework does not tell',
    );
  }

  function warnOnce(text: string): void {
    if (told.has(text)) return;
    told.add(text);
    hotServer.warnOfPage(plainLine(text));
  }

  const hmr: HostedHmr = {
    middleware(request, response, next) {
      // The objects of HTTP/2 have the same methods.
      void handle(request as IncomingMessage, response as ServerResponse, next);
    },

    attach: (server) => upgrades.attach(server),

    transformPage(html, request, templates = []) {
      requirePage(html, request);
      // An app may answer anything with its page: an icon, what code fetches. None of that shows.
      if (isClosed || !isShown(request.headers)) return html;
      const { engine, files } = siteFor(() => '');
      const url = request.originalUrl ?? request.url ?? '/';
      const [at, since] = [Date.now(), engine.version];
      const [file = null, ...inputs] = templates.map((name) => path.resolve(root, name));
      if (file !== null && inputs.length > 0) engine.dependsOn(file, inputs);
      return files.transform('page', html, { url, headers: request.headers, at, since, file });
    },

    hot: hotServer.hot,

    dependsOn: (file, ...inputs) => hotServer.dependsOn(file, inputs),

    reload: (reason) => hotServer.reload(reason),

    fileChanged: (file) => site?.engine.fileChanged(file),

    fileOf(url) {
      const { engine } = siteFor(() => '');
      const file = engine.fileOf(url);
      return file !== null && engine.isPublic(file) ? file : null;
    },

    refusalOf: (headers) => siteFor(() => '').endpoint.refusalOf(headers),

    async close() {
      isClosed = true;
      upgrades.detach();
      hotServer.stop();
    },
  };
  warmUp();
  return hmr;
}

/** @throws {TypeError} for what is no page and no request of Node, such as the requests that `fetch()` takes. */
function requirePage(html: unknown, request: unknown): void {
  const { headers } = Object(request) as { headers?: object };
  const isNodes = typeof headers === 'object' && headers !== null && !('get' in headers);
  if (typeof html === 'string' && isNodes) return;
  throw new TypeError(
    '[hotgraph] hmr.transformPage() takes the HTML and the request of Node: hmr.transformPage(html, request). That is ' +
      'request.raw in Fastify, ctx.req in Koa, c.env.incoming in Hono.',
  );
}

/** The absolute path of the folder that is served. @throws {TypeError} when there is none. */
function folderOf(root: string): string {
  const folder = path.resolve(root);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new TypeError(
    `[hotgraph] The option "root" of createHmr() is "${root}", and there is no folder ${folder}.`,
  );
}

/** Who makes modules: the engine, but where a backend has its own urls, and its own ways to make what is behind them. */
function makingOf(places: Places | undefined) {
  if (places && !places.maps) return { servesFiles: true };
  return { mode: 'development', outside: OUTSIDE, ...(places?.maps && { maps: places.maps }) };
}
