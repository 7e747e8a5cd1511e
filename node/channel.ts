/**
 * The socket between pages and session: a WebSocket path of our own on the dev server's port.
 *
 * The host's own socket is not used: it checks no Origin and never reconnects.
 */

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type AccessRules, refuseSocket } from './access.js';
import type { Session } from './session.js';

/** The largest frame a page may send, in bytes: room for custom events, none for filling the memory. */
const MAX_FRAME = 1024 * 1024;

/** A socket that has more than this many bytes waiting does not keep up and is closed; it will reconnect. */
const MAX_BACKLOG = 64 * 1024 * 1024;

/** Anything that emits `upgrade` as Node's HTTP servers do, HTTP/2 with `allowHTTP1` included. */
export type UpgradeServer = Pick<HttpServer, 'on' | 'off'>;

/** What a channel needs. */
export interface ChannelOptions {
  server: UpgradeServer;
  /** Path of the socket, base path included. */
  path: string;
  rules: AccessRules;
  session: Session;
  /** Gets the reason of every refused socket. */
  onRefused: (reason: string) => void;
}

/** Accepts pages' sockets until it is closed. */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    perMessageDeflate: false,
  });

  constructor(options: ChannelOptions) {
    this.#options = options;
    options.server.on('upgrade', this.#onUpgrade);
  }

  /** Stops accepting and closes all sockets. */
  close(): void {
    this.#options.server.off('upgrade', this.#onUpgrade);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
  }

  readonly #onUpgrade = (request: IncomingMessage, duplex: Duplex, head: Buffer): void => {
    const url = parseUrl(request.url);
    if (url?.pathname !== this.#options.path) return;
    const refusal = refuseSocket(request.headers, url.searchParams, this.#options.rules);
    if (refusal !== null) {
      this.#options.onRefused(refusal);
      duplex.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, duplex, head, (socket) => this.#onSocket(socket));
  };

  #onSocket(socket: import('ws').WebSocket): void {
    const { session } = this.#options;
    const client = session.connect({
      send(text) {
        if (socket.readyState !== socket.OPEN) return;
        if (socket.bufferedAmount > MAX_BACKLOG) socket.terminate();
        else socket.send(text);
      },
    });
    socket.on('message', (data, isBinary) => {
      // A binary frame is no message of ours; the engine reports it like any other bad frame.
      session.engine.receive(client, isBinary ? '' : data.toString());
    });
    // A broken frame closes the socket; `close` follows and there is nothing else to do.
    socket.on('error', () => {});
    socket.on('close', () => session.disconnect(client));
  }
}

function parseUrl(url: string | undefined): URL | null {
  try {
    return new URL(url ?? '/', 'http://localhost');
  } catch {
    return null;
  }
}
