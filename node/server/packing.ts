/**
 * Packs, as far as a server has a hand in them: which pages get them, and what has to be known before a script is served.
 *
 * Before a page gets a script, all that the script imports is read. The engine reads the files of which it makes modules
 * alone. For all others the server asks itself. The page gets all that is known by then in one pack, also the first
 * time. Later, what has changed since is read again.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { HmrEngine } from '#native';
import { AHEAD, type Asset, aheadModule, clientPath } from './assets.js';
import { destinationOf } from './destination.js';
import type { HmrEndpoint } from './endpoint.js';
import { answerTo, atOnce, type Dispatch, isOwn } from './pull.js';

/** Requests that are under way at once. */
const MOST_AT_ONCE = 32;

/** How many packs are made of what a page may import later, while it is idle. */
const MOST_AHEAD = 32;

/** Modules that are read ahead. Imports beyond these are loaded one by one. */
const MOST = 50_000;

/** Headers of a page's request that say nothing of who asks, or that ask for something else than the whole module. */
const LEFT_OUT = /^(?:if-|range$|accept-encoding$|sec-|connection$|referer$|:)/;

/** What makes answers differ from visitor to visitor, in the words of `Vary`. */
const VARIES = /\*|cookie|authorization|accept-language|user-agent/i;

/** Whose packs they are. */
export interface PackingOptions {
  engine: HmrEngine;
  endpoint: HmrEndpoint;
  /** Answers the requests that the server makes of itself. */
  dispatch: Dispatch;
  /** The file of a module that the engine makes alone; `null` of those that the server has to be asked for. */
  fileOfEngine(url: string): string | null;
  /** Gets each file that the engine has read. */
  seen(file: string): void;
  /** Prints a line for who wants to know how pages load. */
  say(line: string): void;
}

/** Packs for the pages of one server. */
export class Packing {
  /** Whether pages get packs. Once they do they always will. */
  isOn = false;
  /** The path, below the base path, of the module that idle pages ask for. It is next to the client. */
  readonly #aheadPath = clientPath().replace(/[^/]+$/, AHEAD);
  readonly #options: PackingOptions;
  readonly #engine: HmrEngine;
  /** The urls that pages have asked for, of which all was read that they import. */
  readonly #roots = new Set<string>();
  /** By url, the version of the content that was read. */
  readonly #read = new Map<string, number>();
  /** By url, what the engine has made of what is being read. */
  readonly #seen = new Map<string, unknown>();
  /** What was said of modules last. */
  readonly #said = new Map<string, string>();
  /** One after the other: nothing is read twice. */
  #reading: Promise<void> = Promise.resolve();

  constructor(options: PackingOptions) {
    this.#options = options;
    this.#engine = options.engine;
  }

  /**
   * A page is about to be served.
   *
   * @param page Its url.
   * @param base What its references are relative to.
   * @param scripts References to its module scripts.
   * @param inline The code of those that stand in it.
   * @returns Whether what it loads may come in packs.
   */
  begin(page: string, base: string, scripts: string[], inline: string[]): boolean {
    this.isOn = this.#engine.beginPage(base, scripts, inline);
    this.#note(page, this.isOn ? 'loads what it can in packs' : 'loads its modules one by one');
    return this.isOn;
  }

  /**
   * Settles when the engine has the pack of the script that a request asks for, or knows that there can be none. Never
   * rejects.
   */
  async prepare(url: string, headers: IncomingHttpHeaders): Promise<void> {
    if (!this.isOn || isOwn(headers) || destinationOf(headers) !== 'module') return;
    // Pages of other sites make no modules.
    if (this.#options.endpoint.isForeign(headers)) return;
    // Modules that came with another one are read. Anyone can make up other urls.
    if (this.#roots.has(url) || (!this.#read.has(url) && this.#read.size < MOST)) {
      this.#roots.add(url);
      this.#reading = this.#reading.then(() => this.#readAll(url, headers)).catch(() => undefined);
      await this.#reading;
    }
    try {
      let status = await this.#engine.pack(url);
      if (status.madeUp.length > 0) {
        const { madeUp } = status;
        await Promise.all(madeUp.map((one) => this.#visit(one, headers).catch(() => undefined)));
        status = await this.#engine.pack(url);
      }
      const { modules, reason } = status;
      this.#note(
        url,
        modules ? `comes with ${modules} modules in a pack` : `is in no pack: ${reason}`,
      );
    } catch {
      // The server is closing. It is served as ever.
    }
  }

  /**
   * Answers the request of an idle page: which chunks bring what it may import later. Makes the packs.
   *
   * @param url Path below the base path, and query, which names a script that came in a pack.
   * @returns `undefined` for any other request.
   */
  find(url: string, headers: IncomingHttpHeaders): Promise<Asset> | undefined {
    const [path, query] = url.split('?');
    if (path !== this.#aheadPath || !this.#options.endpoint.hostOf(headers)) return undefined;
    if (this.#options.endpoint.isForeign(headers)) return undefined;
    const of = new URLSearchParams(query).get('of') ?? '';
    return this.#ahead(of, headers).then(aheadModule);
  }

  async #ahead(of: string, headers: IncomingHttpHeaders): Promise<string[]> {
    const chunks = new Set<string>();
    for (const later of this.#engine.laterImportsOf(of).slice(0, MOST_AHEAD)) {
      await this.prepare(later, headers);
      for (const chunk of this.#engine.chunksOf(later)) chunks.add(chunk);
    }
    return [...chunks];
  }

  /**
   * A script was made for a request.
   *
   * @param body What the engine has made of it.
   */
  served(url: string, headers: IncomingHttpHeaders, body: unknown): void {
    if (isOwn(headers) && this.#seen.has(url)) this.#seen.set(url, body);
  }

  /** Reads a script and everything that it imports: in the engine what that makes alone, the rest through the server. */
  async #readAll(root: string, asked: IncomingHttpHeaders): Promise<void> {
    let waiting = this.#read.has(root) ? this.#changed() : [root];
    if (waiting.length === 0) return;
    while (waiting.length > 0) {
      const { left, imports } = await this.#readByEngine(waiting);
      await atOnce(left, MOST_AT_ONCE, async (url) => {
        // A module that cannot be read ahead is loaded one by one.
        await this.#visit(url, asked).catch(() => undefined);
        imports.push(...this.#engine.importsOf(url));
      });
      waiting = [];
      for (const url of imports) {
        if (this.#read.has(url) || this.#read.size >= MOST) continue;
        this.#read.set(url, 0);
        waiting.push(url);
      }
    }
    this.#engine.readAhead(root);
  }

  /**
   * Has the engine read the scripts that it makes alone.
   *
   * @returns The urls that are left for the server to answer, and the urls that the scripts import.
   */
  async #readByEngine(urls: readonly string[]): Promise<{ left: string[]; imports: string[] }> {
    const files = new Map<string, string>();
    const left: string[] = [];
    for (const url of urls) {
      const file = this.#options.fileOfEngine(url);
      if (file === null) left.push(url);
      else files.set(url, file);
    }
    if (files.size === 0) return { left, imports: [] };
    for (const url of files.keys()) this.#read.set(url, this.#engine.contentVersion(url));
    const read = await this.#engine.readScripts([...files.keys()]);
    for (const url of read.left) files.delete(url);
    for (const file of files.values()) this.#options.seen(file);
    return { left: [...left, ...read.left], imports: read.imports };
  }

  /** Asks the server for a module, as the page would that has asked for another one. */
  async #visit(url: string, asked: IncomingHttpHeaders): Promise<void> {
    const kept = Object.entries(asked).filter(([name]) => !LEFT_OUT.test(name));
    const { host = asked[':authority'] } = asked;
    const headers = { ...Object.fromEntries(kept), ...(host && { host: String(host) }) };
    this.#read.set(url, this.#engine.contentVersion(url));
    this.#seen.set(url, undefined);
    const {
      statusCode,
      headers: said,
      payload,
    } = await answerTo(this.#options.dispatch, url, headers);
    const served = this.#seen.get(url);
    this.#seen.delete(url);
    const isAltered = typeof served === 'string' && served !== payload;
    const isAlone = isAltered || statusCode >= 400 || VARIES.test(String(said.vary ?? ''));
    this.#engine.keepAlone(url, isAlone);
  }

  /** Modules that have changed since they were read: no page may have asked for them yet. */
  #changed(): string[] {
    const read = [...this.#read];
    return read.flatMap(([url, version]) =>
      this.#engine.contentVersion(url) > version ? url : [],
    );
  }

  /** Says how something loads, when that is new. */
  #note(url: string, how: string): void {
    if (this.#said.get(url) === how) return;
    if (this.#said.size >= MOST) this.#said.clear();
    this.#said.set(url, how);
    this.#options.say(`${url} ${how}`);
  }
}
