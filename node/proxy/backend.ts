/**
 * The backend: requests go to it as they came, and its answers go to the browser as they are, a chunk at a time.
 *
 * Changed is only what names places: what it redirects to, for whom its cookies are, and whom it takes the browser to
 * be speaking to.
 */

import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import https from 'node:https';
import { isIP, connect as openTcp, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { createProxyServer, type ProxyServer, type ProxyServerOptions } from 'httpxy';

/** What is told of requests that the backend answered, or did not. */
export interface BackendListener {
  /** It answers: returns whether the answer was given in another way than as it is. */
  onAnswer(
    answer: IncomingMessage,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean>;
  /** It does not. Nothing has been answered yet. */
  onFailure(error: NodeJS.ErrnoException, request: IncomingMessage, response: ServerResponse): void;
}

/** Names that stand for this machine or its network: a backend there is asked for the host in the address bar. */
const LOCAL_NAME = /^[^.]*$|\.(?:localhost|local|internal|test)$/;

/** Names of this machine to itself. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1\])$/;

/** The place in a header `refresh`. */
const REFRESHED = /(?<=url\s*=\s*["']?)[^"'\s]+/i;

/**
 * Headers that are between two neighbours. Node writes its own, and refuses a `trailer` where an answer is not sent in
 * chunks.
 */
const BETWEEN_NEIGHBOURS = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'proxy-connection',
  'trailer',
];

/** Headers of requests that ask for less than the whole answer, as it is. */
const PARTIAL = ['if-none-match', 'if-modified-since', 'if-range', 'range', 'accept-encoding'];

/** Milliseconds in which a backend has to take a connection, when it is only looked whether it does. */
const LOOK_MS = 1000;

/** Milliseconds that it has to answer when it is compared with files. */
const COMPARE_MS = 10_000;

/** One backend. */
export class Backend {
  readonly #target: URL;
  readonly #isLocal: boolean;
  readonly #proxy: ProxyServer;
  readonly #listener: BackendListener;
  /** Connections that are kept for the next request. */
  readonly #agent: http.Agent;
  /** What was sent to it for a request. */
  readonly #sent = new WeakMap<IncomingMessage, http.ClientRequest>();
  /** Sockets that were upgraded: nothing else ends them. */
  readonly #sockets = new Set<Socket>();

  /** @param target Its address: scheme, host and port. */
  constructor(target: string, listener: BackendListener) {
    this.#target = new URL(target);
    this.#listener = listener;
    const { hostname } = this.#target;
    const name = hostname.replace(/^\[|\]$/g, '');
    this.#isLocal = isIP(name) !== 0 || LOCAL_NAME.test(name);
    const { Agent } = this.#target.protocol === 'https:' ? https : http;
    this.#agent = new Agent({ keepAlive: true });
    this.#proxy = createProxyServer(this.#options());
    this.#proxy.on('proxyRes', (answer, request, response) => {
      void this.#answer(answer, request, response);
    });
    this.#proxy.on('proxyReq', (proxied, request) => {
      this.#sent.set(request, proxied);
      this.#fromHere(proxied);
    });
    this.#proxy.on('proxyReqWs', (proxied) => this.#fromHere(proxied));
    this.#proxy.on('error', (error, request, response) => {
      if (!request || !response) return;
      if (!('writeHead' in response)) refuse(response as Socket);
      else if (this.#isLate(error, request, response)) this.#send(request, response, false);
      else this.#fail(error, request, response);
    });
    // The client is gone.
    this.#proxy.on('econnreset', (_error, _request, response) => response.destroy());
  }

  /** The address, as people write it. */
  get address(): string {
    return this.#target.origin;
  }

  /** Passes a request on. */
  pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, headers } = request;
    // A request with a body is sent once, and needs a connection that holds.
    const isRepeatable = (method === 'GET' || method === 'HEAD') && !('content-length' in headers);
    this.#send(request, response, isRepeatable && !('transfer-encoding' in headers));
  }

  #send(request: IncomingMessage, response: ServerResponse, isKept: boolean): void {
    const agent = isKept && this.#agent;
    // The backend need not know what the browser does with its own connection.
    if (isKept) for (const name of BETWEEN_NEIGHBOURS) delete request.headers[name];
    // An event reports failures.
    this.#proxy.web(request, response, { agent }).catch(() => {});
  }

  /** Whether the backend had closed a connection that was kept: it is asked again by a new one. */
  #isLate(error: NodeJS.ErrnoException, request: IncomingMessage, response: ServerResponse) {
    const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
    return isClosed && !response.headersSent && this.#sent.get(request)?.reusedSocket === true;
  }

  /** Passes the request for a socket on. */
  passSocket(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#proxy.ws(request, socket, { agent: false }, head).catch(() => {});
  }

  /**
   * Asks for the bytes of a url, as the browser would be given them, in no encoding.
   *
   * @param mostBytes `null` when it is more.
   */
  ask(url: string, headers: IncomingHttpHeaders, mostBytes: number): Promise<Buffer | null> {
    const own = { ...headers };
    for (const name of [...PARTIAL, ...BETWEEN_NEIGHBOURS]) delete own[name];
    for (const name of Object.keys(own)) if (name.startsWith(':')) delete own[name];
    if (!this.#isLocal) own.host = this.#target.host;
    const { request } = this.#target.protocol === 'https:' ? https : http;
    return new Promise((resolve) => {
      // Not as a url: what begins with two slashes would be another host.
      const asked = request(this.#target, {
        path: url,
        headers: own,
        agent: false,
        timeout: COMPARE_MS,
        rejectUnauthorized: !this.#isLocal,
      });
      const give = (bytes: Buffer | null) => {
        resolve(bytes);
        asked.destroy();
      };
      asked.on('timeout', () => give(null));
      asked.on('error', () => give(null));
      asked.on('response', async (answer) => {
        const isPlain = answer.statusCode === 200 && !answer.headers['content-encoding'];
        give(isPlain ? await collect(answer, mostBytes).catch(() => null) : null);
      });
      asked.end();
    });
  }

  /** Whether it takes connections. */
  isUp(): Promise<boolean> {
    const { hostname, port, protocol } = this.#target;
    const socket = openTcp({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
    });
    return new Promise((resolve) => {
      const say = (isUp: boolean) => {
        resolve(isUp);
        socket.destroy();
      };
      socket.setTimeout(LOOK_MS, () => say(false));
      socket.on('connect', () => say(true));
      socket.on('error', () => say(false));
    });
  }

  /** Ends all sockets. */
  close(): void {
    this.#agent.destroy();
    for (const socket of this.#sockets) socket.destroy();
  }

  #options(): ProxyServerOptions {
    return {
      target: this.#target,
      // A backend on the internet goes by its own name; one here is to know the name in the address bar, and
      // redirects, forms and origins are right by themselves.
      changeOrigin: !this.#isLocal,
      xfwd: true,
      // No authority has signed certificates of development.
      secure: !this.#isLocal,
      selfHandleResponse: true,
    };
  }

  /** A page of ours is one of the backend's own. */
  #fromHere(proxied: http.ClientRequest): void {
    if (this.#isLocal) return;
    for (const name of ['origin', 'referer']) {
      const said = proxied.getHeader(name);
      const own = proxied.getHeader('x-forwarded-host');
      if (typeof said !== 'string' || !URL.canParse(said)) continue;
      const url = new URL(said);
      if (url.host !== own) continue;
      proxied.setHeader(name, said.replace(url.origin, this.#target.origin));
    }
  }

  async #answer(
    answer: IncomingMessage,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    this.#tidy(answer.headers, request);
    try {
      if (await this.#listener.onAnswer(answer, request, response)) return;
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.headers);
      // A stream of events is open before its first event.
      response.flushHeaders();
      // What comes after the body is there when that is read, and before the answer ends.
      answer.once('end', () => response.addTrailers(answer.trailers as OutgoingHttpHeaders));
      await pipeline(answer, response);
    } catch {
      // One of both ends is gone, in the middle of it.
      answer.destroy();
      response.destroy();
    }
  }

  /** Takes out of an answer what is not for the browser. */
  #tidy(headers: IncomingHttpHeaders, request: IncomingMessage): void {
    for (const name of BETWEEN_NEIGHBOURS) delete headers[name];
    const { location, refresh } = headers;
    if (location !== undefined) headers.location = this.#redirected(location, request);
    if (typeof refresh === 'string') {
      headers.refresh = refresh.replace(REFRESHED, (place) => this.#redirected(place, request));
    }
    const cookies = headers['set-cookie'];
    if (cookies) headers['set-cookie'] = cookies.map((cookie) => this.#cookie(cookie, request));
  }

  /** A place of the backend is one of ours. */
  #redirected(location: string, { headers }: IncomingMessage): string {
    if (!/^(?:https?:)?\/\//i.test(location) || !URL.canParse(location, this.#target.href)) {
      return location;
    }
    const { host, hostname, port, pathname, search, hash } = new URL(location, this.#target);
    const isHere = LOOPBACK.test(hostname) && LOOPBACK.test(this.#target.hostname);
    const isOurs =
      host === this.#target.host || host === headers.host || (isHere && port === this.#target.port);
    return isOurs ? pathname + search + hash : location;
  }

  /** A cookie for the name of a backend elsewhere is one for the name in the address bar. */
  #cookie(cookie: string, request: IncomingMessage): string {
    if (this.#isLocal) return cookie;
    const own = cookie.replace(/;\s*domain=[^;]*/i, '');
    const isSecure = 'encrypted' in request.socket || /^\s*__(?:secure|host)-/i.test(own);
    return isSecure ? own : own.replace(/;\s*(?:secure|samesite=none)(?=\s*(?:;|$))/gi, '');
  }

  #fail(error: NodeJS.ErrnoException, request: IncomingMessage, response: ServerResponse): void {
    if (response.headersSent || response.destroyed) response.destroy();
    else this.#listener.onFailure(error, request, response);
  }
}

/** Reads all of a stream; `null` when that is more than so many bytes. */
async function collect(stream: AsyncIterable<Buffer>, mostBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Refuses a socket: there is no backend to speak to. */
function refuse(socket: Socket): void {
  if (!socket.writable) return;
  socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
