/**
 * Reading ahead: before a page gets a script, the server asks itself for all that it imports. What is known by then the
 * page gets in packs, also the first time. Later it asks itself for what has changed since.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { HmrEngine } from '#native';
import { destinationOf } from './destination.js';
import type { HmrEndpoint } from './endpoint.js';
import { ask, type Dispatch, isOwn } from './pull.js';

/** Requests that are under way at once. */
const MOST_AT_ONCE = 32;

/** Modules that are read ahead. What is imported beyond these is loaded as ever. */
const MOST = 50_000;

/** Reads ahead of the pages of one server. */
export class ReadAhead {
  readonly #engine: HmrEngine;
  readonly #endpoint: HmrEndpoint;
  readonly #dispatch: Dispatch;
  /** The urls that pages have asked for, of which all was read that they import. */
  readonly #roots = new Set<string>();
  /** By url, the version of the content that was read. */
  readonly #read = new Map<string, number>();
  /** One after the other, so that nothing is read twice. */
  #reading: Promise<void> = Promise.resolve();

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
    const isRoot = this.#roots.has(url);
    // What came with another one is read, and of the rest anybody can make up any.
    if (!isRoot && (this.#read.has(url) || this.#read.size >= MOST)) return;
    this.#roots.add(url);
    this.#reading = this.#reading.then(() => this.#readAll(url, headers)).catch(() => undefined);
    await this.#reading;
  }

  async #readAll(root: string, { 'user-agent': agent = '', host }: IncomingHttpHeaders) {
    const headers = { 'user-agent': agent, ...(host && { host }) };
    const waiting = this.#read.has(root) ? this.#changed() : [root];
    if (waiting.length === 0) return;
    const visit = async (url: string) => {
      this.#read.set(url, this.#engine.contentVersion(url));
      await ask(this.#dispatch, url, headers);
      for (const imported of this.#engine.unknownImports(url)) {
        if (this.#read.has(imported) || this.#read.size >= MOST) continue;
        this.#read.set(imported, 0);
        waiting.push(imported);
      }
    };
    await new Promise<void>((resolve) => {
      let active = 0;
      const go = () => {
        while (active < MOST_AT_ONCE) {
          const url = waiting.pop();
          if (url === undefined) break;
          active += 1;
          // What cannot be read ahead is loaded as ever.
          const leave = () => {
            active -= 1;
            go();
          };
          void visit(url).then(leave, leave);
        }
        if (active === 0) resolve();
      };
      go();
    });
    this.#engine.readAhead(root);
  }

  /** What has changed since it was read: nobody may have asked for it yet. */
  #changed(): string[] {
    const read = [...this.#read];
    return read.flatMap(([url, version]) =>
      this.#engine.contentVersion(url) > version ? url : [],
    );
  }
}
