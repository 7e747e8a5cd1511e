/**
 * hotgraph in front of a backend: its pages get the client, its scripts and styles are modules from disk, all else passes.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Find } from '../http/answer.js';
import type { HostedHmr, Places } from '../http/create.js';
import { ENDPOINT } from '../server/assets.js';
import { Backend } from './backend.js';
import { answerDown, reasonOf } from './down.js';
import { answerPage, askForWhole, asksForPage, isPage } from './html.js';
import { type Ask, Locator } from './locate.js';
import { watchTemplates } from './templates.js';

/** What a proxy is made of. */
export interface ProxyOptions {
  /** The backend's address. */
  target: string;
  /** The folder of the files, absolute. */
  root: string;
  /** Folders by the beginning of their urls, absolute. */
  maps?: Record<string, string>;
  /** Patterns of files whose change reloads all pages. */
  reloadOn?: readonly string[];
  /** What patterns are relative to, absolute. */
  cwd: string;
  /** Prints a line for the user. */
  print(level: 'info' | 'warn', text: string): void;
}

/** Answers 204 while the backend is there. */
const LOOK_URL = `${ENDPOINT}backend`;

/** A proxy in front of a backend. It exists before the hot server that it is for, which asks it for files. */
export class BackendProxy implements Places {
  /** Folders by the beginning of their urls, absolute. */
  readonly maps?: Record<string, string>;
  readonly #options: ProxyOptions;
  readonly #backend: Backend;
  readonly #locator: Locator;
  /** The entity tags of pages that browsers have, by request. */
  readonly #kept = new WeakMap<IncomingMessage, string | undefined>();
  #hmr: HostedHmr | undefined;
  #isDown = false;
  #stopWatching: (() => Promise<void>) | undefined;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#backend = new Backend(options.target, {
      onAnswer: (answer, request, response) => this.#onAnswer(answer, request, response),
      onFailure: (error, request, response) => this.#onFailure(error, request, response),
    });
    const { root, maps = {} } = options;
    if (Object.keys(maps).length > 0) this.maps = maps;
    const ask: Ask = (url, headers, mostBytes) => this.#backend.ask(url, headers, mostBytes);
    const fileOf = (url: string) => this.#hmr?.fileOf(url) ?? null;
    this.#locator = new Locator({ root, maps, fileOf }, ask);
  }

  /** Finds the file behind a request. */
  readonly find: Find = async ({ url, path }, { headers }) => {
    const found = await this.#locator.find(url, headers);
    if (found !== null) return { ...found, page: path };
    const missing = this.#locator.expected(url);
    return missing === null ? null : { missing };
  };

  /** Starts, with the hot server that serves the files. Settles when templates are watched. */
  async start(hmr: HostedHmr): Promise<void> {
    this.#hmr = hmr;
    const { reloadOn = [], cwd } = this.#options;
    if (reloadOn.length === 0) return;
    // As a change with a version: a page that loads meanwhile hears of it too.
    this.#stopWatching = await watchTemplates(reloadOn, cwd, (file) => hmr.fileChanged(file));
  }

  /** Answers a request. */
  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const hmr = this.#hmr;
    const refusal = hmr?.refusalOf(request.headers) ?? null;
    // The request names a host that was made to point here.
    if (!hmr || refusal !== null) {
      response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(`hotgraph refused: ${refusal}\n`);
    } else if (request.url === LOOK_URL) {
      void this.#backend.isUp().then((isUp) => response.writeHead(isUp ? 204 : 503).end());
    } else {
      hmr.middleware(request, response, () => {
        if (!response.headersSent) this.#pass(request, response);
      });
    }
  };

  /** Passes the request for a socket on that is none of ours. */
  readonly upgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    if (request.url?.startsWith(ENDPOINT)) return;
    // A client that hangs up before anything is written must not end the process.
    socket.on('error', () => socket.destroy());
    if (this.#hmr?.refusalOf(request.headers) === null) {
      this.#backend.passSocket(request, socket, head);
    } else {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
  };

  /** Ends watching and all sockets of the backend's. */
  async close(): Promise<void> {
    this.#backend.close();
    await this.#stopWatching?.();
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    if (asksForPage(request)) this.#kept.set(request, askForWhole(request.headers));
    this.#backend.pass(request, response);
  }

  async #onAnswer(
    answer: IncomingMessage,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    if (this.#isDown) this.#options.print('info', `the backend ${this.#backend.address} answers`);
    this.#isDown = false;
    const hmr = this.#hmr;
    if (!hmr || !this.#kept.has(request) || !isPage(answer)) return false;
    await answerPage(answer, response, this.#kept.get(request), (html) =>
      hmr.transformPage(html, request),
    );
    return true;
  }

  #onFailure(
    error: NodeJS.ErrnoException,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const { address } = this.#backend;
    if (!this.#isDown) {
      const text = `the backend ${address} does not answer: ${reasonOf(error)}. Start it; pages come back by themselves`;
      this.#options.print('warn', text);
    }
    this.#isDown = true;
    answerDown(request, response, address, error, LOOK_URL);
  }
}
