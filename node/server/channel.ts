/**
 * The socket of pages: a WebSocket path of our own on the dev server's port.
 *
 * The host's own socket is not used: it checks no Origin and never reconnects.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { Budget } from '../budget.js';
import type { Access } from './access.js';

/** The largest frame a page may send, in bytes: room for custom events, none for filling the memory. */
const MAX_FRAME = 1024 * 1024;

/** A socket that has more than this many bytes waiting does not keep up and is closed; it will reconnect. */
const MAX_BACKLOG = 64 * 1024 * 1024;

/** Pages at a time: more than a person has tabs. */
const MAX_PAGES = 256;

/** Frames a page may send in a second, and at once after some quiet. One that sends more is read more slowly. */
const FRAME_RATE = 1000;
const FRAME_BURST = 4 * FRAME_RATE;
/** Bytes that count as one more frame. */
const FRAME_BYTES = 8 * 1024;

/** The same of all pages together. */
const TOTAL_RATE = 2 * FRAME_RATE;
const TOTAL_BURST = 2 * FRAME_BURST;
/** A page that has sent no more than this lately is not held up for what others send. */
const MODEST = 200;

/** Bytes of a page's frames that may wait to be handled; no more of it is read then. */
const MOST_WAITING = 256 * 1024;
/** Milliseconds until the channel looks again whether they were. */
const LOOK = 10;

/** Milliseconds that a socket has until its first frame, which a page sends when it opens. */
const SILENCE = 10_000;

/** Milliseconds from one ping to the next, and how many without an answer mean that the page is gone. */
const PING = 3000;
const MOST_PINGS = 2;

/** Anything that emits `upgrade` as Node's HTTP servers do, HTTP/2 with `allowHTTP1` included. */
export interface UpgradeServer {
  /** Adds a listener. */
  on(event: 'upgrade', listener: UpgradeListener): unknown;
  /** Removes a listener. */
  off(event: 'upgrade', listener: UpgradeListener): unknown;
}

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Hears of pages. Each page has a number, from 1 up, which no other page of this server ever gets. */
export interface PageListener {
  /** A page connected. */
  onConnect(client: number): void;
  /** A frame came in. Binary ones, which no client of ours sends, arrive as empty text. */
  onMessage(client: number, text: string): void;
  /** A page went away. */
  onDisconnect(client: number): void;
  /**
   * Returns how many of the frames that `onMessage` got are still to be handled. Frames are handled in order. A page with
   * many waiting frames is not read until they are handled. Left out: none ever wait.
   */
  waiting?(): number;
}

/** What a channel needs. */
export interface ChannelOptions extends PageListener {
  server: UpgradeServer;
  /** Path of the socket, base path included. */
  path: string;
  access: Access;
  /** Gets the reason of every refused socket. */
  onRefused?: (reason: string) => void;
}

/** Accepts pages' sockets until it is closed. */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #pages = new Map<number, WebSocket>();
  #lastClient = 0;
  /** What all pages together may send. */
  readonly #total = new Budget(TOTAL_RATE, TOTAL_BURST);
  /** How many frames came in. */
  #frames = 0;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    perMessageDeflate: false,
  });

  constructor(options: ChannelOptions) {
    this.#options = options;
    options.server.on('upgrade', this.#onUpgrade);
  }

  /** Sends text to one page, or to all when `client` is undefined. Pages that are gone get nothing. */
  send(text: string, client?: number): void {
    if (client === undefined) {
      for (const socket of this.#pages.values()) send(socket, text);
    } else {
      const socket = this.#pages.get(client);
      if (socket) send(socket, text);
    }
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
    const refusal = this.#options.access.refuseSocket(request.headers, url.searchParams);
    if (refusal !== null) {
      this.#refuse(duplex, '403 Forbidden', refusal);
    } else if (this.#pages.size >= MAX_PAGES) {
      this.#refuse(duplex, '503 Service Unavailable', `${MAX_PAGES} pages are connected`);
    } else {
      this.#sockets.handleUpgrade(request, duplex, head, (socket) => this.#onSocket(socket));
    }
  };

  #count(inflow: Inflow, bytes: number): void {
    const frames = 1 + bytes / FRAME_BYTES;
    inflow.budget.spend(frames);
    this.#total.spend(frames);
    this.#frames += 1;
    inflow.last = this.#frames;
    inflow.waiting += bytes;
  }

  /**
   * Milliseconds for which a page is not read. TCP then slows down that page alone. 0 when it may send at once: it has
   * not sent too much, nor have all together and it with them, and what it sent is handled.
   */
  #delay(inflow: Inflow): number {
    const handled = this.#frames - (this.#options.waiting?.() ?? 0);
    if (handled >= inflow.last) inflow.waiting = 0;
    return Math.max(
      inflow.budget.debt(),
      inflow.budget.spent() > MODEST ? this.#total.debt() : 0,
      inflow.waiting > MOST_WAITING ? LOOK : 0,
    );
  }

  #refuse(duplex: Duplex, status: string, reason: string): void {
    this.#options.onRefused?.(reason);
    // A client that hangs up before the answer is written must not end the process.
    duplex.on('error', () => duplex.destroy());
    const answer = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
    // The other end may keep it open.
    duplex.end(answer, () => duplex.destroy());
  }

  #onSocket(socket: WebSocket): void {
    const options = this.#options;
    this.#lastClient += 1;
    const client = this.#lastClient;
    this.#pages.set(client, socket);
    options.onConnect(client);
    const silent = setTimeout(() => socket.terminate(), SILENCE).unref();
    socket.once('message', () => clearTimeout(silent));
    let unanswered = 0;
    socket.on('pong', () => {
      unanswered = 0;
    });
    const pings = setInterval(() => {
      // Nothing is read of who sends too much.
      if (socket.isPaused) return;
      if (unanswered >= MOST_PINGS) return socket.terminate();
      unanswered += 1;
      socket.ping();
    }, PING).unref();
    const inflow = { budget: new Budget(FRAME_RATE, FRAME_BURST), waiting: 0, last: 0 };
    const goOn = () => {
      const wait = this.#delay(inflow);
      if (wait > 0) setTimeout(goOn, wait).unref();
      else socket.resume();
    };
    socket.on('message', (data, isBinary) => {
      this.#count(inflow, (data as Buffer).length);
      // A binary frame is no message of ours; the engine reports it like any other bad frame.
      options.onMessage(client, isBinary ? '' : data.toString());
      if (!socket.isPaused && this.#delay(inflow) > 0) {
        socket.pause();
        goOn();
      }
    });
    // A broken frame closes the socket; `close` follows and there is nothing else to do.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(silent);
      clearInterval(pings);
      this.#pages.delete(client);
      options.onDisconnect(client);
    });
  }
}

/** What came in from one page. */
interface Inflow {
  readonly budget: Budget;
  /** Bytes of it that wait to be handled, at most. */
  waiting: number;
  /** The number of its last frame among those of all pages. */
  last: number;
}

function send(socket: WebSocket, text: string): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MAX_BACKLOG) socket.terminate();
  else socket.send(text);
}

function parseUrl(url: string | undefined): URL | null {
  try {
    return new URL(url ?? '/', 'http://localhost');
  } catch {
    return null;
  }
}
