/**
 * The server of the command: a folder, or what stands in front of a backend.
 */

import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import { createHosted, type HmrOptions, type HostedHmr } from '../http/create.js';
import { BackendProxy } from '../proxy/proxy.js';
import { cacheFolder, findPackages } from '../server/cache.js';
import { Terminal } from '../tell/terminal.js';
import { ownCertificate, readCertificate } from './certificate.js';
import { Failure } from './failure.js';
import { listen, networkAddresses, type Urls, urlsOf } from './listen.js';
import type { Settings } from './settings.js';

/** A server that runs. */
export interface Served {
  urls: Urls;
  /** Reloads all pages. */
  reload(): void;
  /** Ends it: all connections, watching, the port. */
  close(): Promise<void>;
}

/**
 * Serves.
 *
 * @param cwd What patterns of files are relative to.
 * @throws {Failure} when it cannot.
 */
export async function serve(settings: Settings, cwd: string): Promise<Served> {
  const terminal = new Terminal(settings.logLevel ?? 'info');
  const print = (level: 'info' | 'warn', text: string) =>
    terminal.print(level, `[hotgraph] ${text}`);
  const { root, base, proxy: backend, host } = settings;
  const proxy = backend && new BackendProxy({ ...backend, root, cwd, print });
  const hmr = start(hmrOptions(settings), proxy);
  const notFound = (request: IncomingMessage, response: ServerResponse) =>
    hmr.middleware(request, response, (error) => answerNothing(request, response, base, error));
  const server = await create(settings, proxy?.handle ?? notFound);
  const sockets = new Set<Socket>();
  server.on(settings.https ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  hmr.attach(server);
  if (proxy) {
    await proxy.start(hmr);
    server.on('upgrade', proxy.upgrade);
    // An upload takes as long as it takes.
    Object.assign(server, { requestTimeout: 0 });
  } else {
    server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
      if (!request.url?.startsWith(`${base}/__hotgraph/`)) socket.destroy();
    });
  }
  const port = await listen(server, settings);
  return {
    urls: urlsOf({ host, port, https: settings.https }, base),
    reload: () => hmr.reload('The key r was pressed in the terminal of the dev server.'),
    async close() {
      await Promise.all([hmr.close(), proxy?.close()]);
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Starts hotgraph. @throws {Failure} for what plugins miss. */
function start(...args: Parameters<typeof createHosted>): HostedHmr {
  try {
    return createHosted(...args);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(message.replace('[hotgraph] ', ''));
  }
}

/** Those of the options that createHmr has too, and that are no concern of the server. */
function hmrOptions(settings: Settings): HmrOptions {
  const { port, isPortGiven, host, open, https, cert, key, proxy, ...options } = settings;
  const { allowedHosts = [] } = options;
  return { ...options, allowedHosts: [...allowedHosts, ...(host ? [host] : [])] };
}

async function create(
  settings: Settings,
  listener: RequestListener,
): Promise<http.Server | Http2SecureServer> {
  if (!settings.https) return http.createServer(listener);
  const { cert, key, host, root, cacheDir } = settings;
  const names = ['localhost', '127.0.0.1', '::1', ...networkAddresses()];
  const certificate =
    cert !== undefined && key !== undefined
      ? readCertificate(cert, key)
      : await ownCertificate(
          [...new Set([...names, ...(host && host !== '0.0.0.0' && host !== '::' ? [host] : [])])],
          cacheFolder(findPackages(root), cacheDir),
        );
  // The objects of HTTP/2 have the same methods. Browsers open sockets by HTTP/1.1.
  return createSecureServer({ ...certificate, allowHTTP1: true }, listener as never);
}

/** Nothing is there, or something went wrong. */
function answerNothing(
  { url }: IncomingMessage,
  response: ServerResponse,
  base: string,
  error: unknown,
): void {
  const status = error === undefined ? 404 : 500;
  const isElsewhere = !url?.startsWith(`${base}/`);
  const nothing = isElsewhere ? `Not found. All urls begin with ${base}/ here.` : 'Not found.';
  const text = error === undefined ? nothing : String(error);
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
