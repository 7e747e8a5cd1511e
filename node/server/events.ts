/**
 * `hmr.hot`: custom events between the server's own code and its pages (Vite's `server.ws`).
 */

import type { CustomEventName, CustomEventPayload } from 'hotgraph/events';

/** A page that sent an event. */
export interface HotClient {
  /** Sends an event to this page only; `import.meta.hot.on(event, cb)` gets `data`. */
  send<Name extends CustomEventName>(event: Name, data?: CustomEventPayload<Name>): void;
}

/** Gets the data that a page sent, which is any JSON value, and the page. */
// biome-ignore lint/suspicious/noExplicitAny: nobody but the page's author knows what it sends.
export type HotListener<Data = any> = (data: Data, client: HotClient) => void | Promise<void>;

/** The server's end of custom events. */
export interface HotChannel {
  /** Calls `listener` for every event of that name which a page sends by `import.meta.hot.send`. */
  on<Name extends CustomEventName>(
    event: Name,
    listener: HotListener<CustomEventPayload<Name>>,
  ): void;
  /** Removes a listener. */
  off<Name extends CustomEventName>(
    event: Name,
    listener: HotListener<CustomEventPayload<Name>>,
  ): void;
  /** Sends an event to all connected pages. */
  send<Name extends CustomEventName>(event: Name, data?: CustomEventPayload<Name>): void;
}

/** Sends to one page, or to all when `client` is undefined. */
export type Deliver = (event: string, data: unknown, client?: number) => void;

/** A channel, and the way in for events from pages. */
export class CustomEvents implements HotChannel {
  readonly #listeners = new Map<string, Set<HotListener>>();
  readonly #deliver: Deliver;
  readonly #onError: (error: unknown, event: string) => void;

  constructor(deliver: Deliver, onError: (error: unknown, event: string) => void) {
    this.#deliver = deliver;
    this.#onError = onError;
  }

  on(event: string, listener: HotListener): void {
    if (typeof event !== 'string' || typeof listener !== 'function') {
      throw new TypeError('[hotgraph] hmr.hot.on() takes the name of an event and a function.');
    }
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  off(event: string, listener: HotListener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  send(event: string, data?: unknown): void {
    this.#deliver(event, data ?? null);
  }

  /**
   * A page sent an event. It goes to the listeners of this moment. A listener that throws, or whose promise rejects, is
   * reported, and the others are still called.
   */
  receive(event: string, data: unknown, client: number): void {
    const page: HotClient = {
      send: (name, payload) => this.#deliver(name, payload ?? null, client),
    };
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      void callSafely(
        () => listener(data, page),
        (error) => this.#onError(error, event),
      );
    }
  }
}

/** Calls code of others at once. Errors that it throws, then or later, go to `onError` and no further. */
export async function callSafely(
  call: () => unknown,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    await call();
  } catch (error) {
    onError(error);
  }
}
