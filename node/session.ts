/**
 * One dev server's engine and the pages connected to it: the only module that touches the native addon.
 */

import { HmrEngine } from '#native';
import type { HostEvent, ServerMessage } from '../client/protocol.js';

/** How a session is set up. */
export interface SessionOptions {
  /** Absolute path of the folder that urls are files below. */
  rootDir: string;
  /** The url that modules import the browser client from. */
  clientUrl: string;
  /** Whether the engine watches files itself. */
  watch: boolean;
  /** Gets everything the engine tells the dev server. */
  onEvent: (event: HostEvent) => void;
}

/** A page's end of a connection. */
export interface PageSocket {
  /** Sends a text frame. Does nothing when the socket is closing. */
  send(text: string): void;
}

/** The engine with its pages. */
export class Session {
  /** The engine; see its own documentation for what each call does. */
  readonly engine: HmrEngine;
  readonly #pages = new Map<number, PageSocket>();
  #lastClient = 0;

  /** @throws when the native addon cannot start a thread. */
  constructor(options: SessionOptions) {
    const { rootDir, clientUrl, watch } = options;
    this.engine = new HmrEngine({ root: rootDir, clientUrl, watch }, (client, text) => {
      if (client === 0) {
        options.onEvent(JSON.parse(text) as HostEvent);
      } else {
        this.#pages.get(client)?.send(text);
      }
    });
  }

  /** A page connected. Returns its number. */
  connect(socket: PageSocket): number {
    this.#lastClient += 1;
    this.#pages.set(this.#lastClient, socket);
    this.engine.connect(this.#lastClient);
    return this.#lastClient;
  }

  /** A page went away. */
  disconnect(client: number): void {
    this.#pages.delete(client);
    this.engine.disconnect(client);
  }

  /** Sends a message of the server's own code to one page, or to all when `client` is undefined. */
  send(message: ServerMessage, client?: number): void {
    const text = JSON.stringify(message);
    if (client === undefined) {
      for (const page of this.#pages.values()) page.send(text);
    } else {
      this.#pages.get(client)?.send(text);
    }
  }

  /** Ends the engine. The sockets are their channel's to close. */
  close(): void {
    this.#pages.clear();
    this.engine.close();
  }
}
