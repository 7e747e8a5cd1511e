/**
 * The socket of a page: where it is, what it says first, and what the page does when it opens and closes.
 */

import type { ClientMessage, ReloadReport } from '../runtime/protocol.js';
import type { Log } from '../runtime/tell/log.js';
import type { Runtime } from '../runtime/update/runtime.js';
import { patient } from '../runtime/wait.js';
import { Socket } from './wire/socket.js';
import { onWake } from './wire/wake.js';

/** Milliseconds that a page has to load before it connects. On a busy machine, what the page loads comes first. */
const LOADING = 1000;

/** What the server tells a page: `env.js` next to the compiled client. */
export interface Environment {
  /** Names the server's run. */
  readonly session: string;
  /** Opens the socket. */
  readonly token: string;
  /** The newest version when the page asked. */
  readonly version: number;
  /** Where the socket is: a path of the page's origin, or a whole `ws:` address. */
  readonly socketPath: string;
  /** Whether problems are shown over the page. */
  readonly overlay: boolean;
}

/** What a connection needs of its page. */
export interface ConnectionOptions {
  readonly runtime: Runtime;
  readonly log: Log;
  /** The url of the page's HTML, when it was served through the engine. */
  readonly page: string | null;
  /** Why the page reloaded itself, when it did. */
  readonly reloaded: ReloadReport | null;
  /** Settles when the page's modules have run. */
  readonly started: Promise<void>;
  /** The server has said what it is. */
  identified(env: Environment): void;
}

/** Connects a page with the server, for as long as it lasts. */
export function connect(options: ConnectionOptions): Socket {
  const { runtime, log, page, reloaded, started } = options;
  let report = reloaded;
  let isFirst = true;
  let failures = 0;
  const emit = (event: 'ws:connect' | 'ws:disconnect', webSocket: WebSocket) =>
    // Modules that are still to run have listeners to add.
    void started.then(() => runtime.events.emitBuiltIn(event, { webSocket }));
  const socket = new Socket({
    open: async (isFirst) => {
      if (isFirst) await patient(started, LOADING);
      const env = await currentEnv();
      options.identified(env);
      return new WebSocket(socketAddress(env));
    },
    hello: () => {
      const { session, version: since } = runtime;
      const message: ClientMessage = {
        type: 'hello',
        session,
        since,
        page,
        reloaded: report,
        again: !isFirst,
      };
      report = null;
      return message;
    },
    receive: (message) => runtime.receive(message),
    connected: (webSocket) => {
      failures = 0;
      if (isFirst) log.debug('connected');
      else log.info('connected again');
      isFirst = false;
      emit('ws:connect', webSocket);
    },
    disconnected: (webSocket) => {
      runtime.greeted = false;
      log.info('the connection to the dev server is lost; trying again');
      emit('ws:disconnect', webSocket);
    },
    unopened: (address) => {
      // One may be a server that is just starting.
      failures += 1;
      if (failures === 2) log.error(describeUnopened(address));
    },
    garbage: (start, error) => log.warn(`the dev server sent something odd: ${start}`, error),
  });
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
    const isSocket = effectiveDirective === 'connect-src' && /^wss?:/.test(blockedURI);
    if (isSocket && new URL(blockedURI).host === new URL(origin).host) void tellPolicy(log);
  });
  const hurry = () => socket.hurry();
  for (const event of ['online', 'pageshow', 'focus']) addEventListener(event, hurry);
  for (const event of ['visibilitychange', 'resume']) document.addEventListener(event, hurry);
  onWake(hurry);
  return socket;
}

let isPolicyTold = false;

/** The page's policy forbids the socket. Imports are allowed, since this runs: the terminal hears of it by one. */
async function tellPolicy(log: Log): Promise<void> {
  if (isPolicyTold) return;
  isPolicyTold = true;
  const { reason } = await import(new URL('./policy.js', import.meta.url).href);
  log.warn(reason);
}

/** What to do when the server answers requests, and no socket opens. */
function describeUnopened(address: string): string {
  const { origin, pathname } = new URL(address);
  return (
    `no updates: the dev server answers, but no WebSocket opens to ${origin}${pathname}. If there is a proxy in front of ` +
    'it, let it pass WebSockets on: "ws: true" in Vite, webpack-dev-server and http-proxy-middleware; in nginx ' +
    '"proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;". ' +
    "If the dev server's terminal says that it refused the page, do what it says there. Trying again meanwhile."
  );
}

/**
 * What the server says of itself now. After a restart another process may be listening, which lets in only
 * who asked it.
 */
async function currentEnv(): Promise<Environment> {
  const address = new URL(`./env.js?${Date.now()}`, import.meta.url);
  const { env: current } = await import(address.href);
  return current;
}

function socketAddress(env: Environment): URL {
  const address = new URL(env.socketPath, origin);
  address.protocol = address.protocol.replace('http', 'ws');
  address.searchParams.set('token', env.token);
  return address;
}
