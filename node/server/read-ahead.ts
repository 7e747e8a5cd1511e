/**
 * Reading ahead: before a page gets a script, the server asks itself for all that it imports. What is known by then the
 * page gets in packs, also the first time.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { HmrEngine } from '#native';
import { destinationOf } from './destination.js';
import type { HmrEndpoint } from './endpoint.js';
import { ask, type Dispatch, isOwn } from './pull.js';

/** Requests that are under way at once. */
const MOST_AT_ONCE = 32;

/** Modules that are read ahead. What imports more than these is loaded as ever. */
const MOST = 50_000;

/** Reads ahead of the pages of one server. */
export class ReadAhead {
  readonly #engine: HmrEngine;
  readonly #endpoint: HmrEndpoint;
  readonly #dispatch: Dispatch;
  /** By url, when all is read that it imports. */
  readonly #read = new Map<string, Promise<void>>();

  constructor(engine: HmrEngine, endpoint: HmrEndpoint, dispatch: Dispatch) {
    this.#engine = engine;
    this.#endpoint = endpoint;
    this.#dispatch = dispatch;
  }

  /** Settles when what the script at a url imports is known, or cannot be. Never rejects. */
  async read(url: string, headers: IncomingHttpHeaders): Promise<void> {
    if (isOwn(headers) || destinationOf(headers) !== 'module') return;
    // Pages of other sites make no modules.
    if (this.#endpoint.isForeign(headers)) return;
    let reading = this.#read.get(url);
    if (!reading && this.#read.size < MOST) {
      reading = this.#readAll(url, headers);
      this.#read.set(url, reading);
    }
    await reading;
  }

  async #readAll(root: string, { 'user-agent': agent = '', host }: IncomingHttpHeaders) {
    const headers = { 'user-agent': agent, ...(host && { host }) };
    const waiting = [root];
    const asked = new Set(waiting);
    const settled = Promise.resolve();
    const visit = async (url: string) => {
      await ask(this.#dispatch, url, headers);
      for (const imported of this.#engine.unknownImports(url)) {
        if (asked.has(imported) || asked.size >= MOST) continue;
        asked.add(imported);
        waiting.push(imported);
        if (!this.#read.has(imported)) this.#read.set(imported, settled);
      }
    };
    await new Promise<void>((resolve) => {
      let active = 0;
      const go = () => {
        while (active < MOST_AT_ONCE) {
          const url = waiting.pop();
          if (url === undefined) break;
          active += 1;
          void visit(url).finally(() => {
            active -= 1;
            go();
          });
        }
        if (active === 0) resolve();
      };
      go();
    });
    this.#engine.readAhead(root);
  }
}
