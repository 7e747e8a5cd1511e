/**
 * Files as pages get them: read whole, and transformed by what the engine says. What every server does with a
 * request, whichever framework it is written in.
 */

import { readFile, stat } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { HmrEngine } from '#native';
import { agentsOf } from './agents.js';
import { askedBy, destinationOf, isShown } from './destination.js';
import type { HmrEndpoint } from './endpoint.js';
import type { Packing } from './packing.js';
import { escapeAttribute, transformPage } from './page.js';
import { isOwn, isPreview, previewed } from './pull.js';
import { readSettled } from './writing.js';

/** A request, and what the server knows of it. */
export interface FileRequest {
  /** Path and query as the browser asked for them, version stamp included. */
  url: string;
  /** Its headers. */
  headers: IncomingHttpHeaders;
  /** Absolute path of the file behind the url. `null`, or left out, when there is none. */
  file?: string | null;
  /** When the request came in, before the file was read. Milliseconds since 1970. */
  at: number;
  /** The engine's version at that time. Default: the answer counts as made after the last change. */
  since?: number;
  /** The name by which the engine knows a page that several urls show. Default: its path, `index.html` included. */
  page?: string;
  /** Returns what the server makes of the code of an inline module script. Default: the code as it is. */
  makeInline?(url: string, code: string): string;
  /** Returns what the server's resolver makes of a specifier, or nothing when a browser comes to the same. */
  resolve?(specifier: string): Resolved | Promise<Resolved>;
}

type Resolved = string | undefined;

/** The content of a file that the engine does not read; `null` of what is none, which may have no end. */
async function readRegular(file: string): Promise<Buffer | null> {
  return (await stat(file)).isFile() ? readFile(file) : null;
}

/** Modules whose resolved specifiers are remembered. A request can make up any url; forgetting costs asking again. */
const MOST_LINKED = 10_000;

/** Milliseconds that a page waits for what its modules accept to be resolved. */
const PATIENCE = 1000;

/** What a file is to a page. Anything that is no page, script or style sheet is an asset. */
export type FileKind = 'page' | 'script' | 'style' | 'asset';

/** Reads and transforms what a server answers with. Make one for each server. */
export class HmrFiles {
  readonly #engine: HmrEngine;
  readonly #endpoint: HmrEndpoint;
  readonly #head: () => string;
  readonly #varies: boolean;
  readonly #packing: Packing | undefined;
  readonly #seen: (file: string) => void;
  /** Accepted specifiers by module, as they were resolved last. */
  readonly #linked = new Map<string, string>();
  /** Those that are being resolved. */
  readonly #links = new Set<Promise<void>>();
  /** Scripts that run where pages do not see what they load: workers, worklets, and the scripts that these load. */
  readonly #apart = new Set<string>();

  /**
   * Connects the files of a server to its engine.
   *
   * @param engine The engine that takes in what is served.
   * @param endpoint The endpoint of the same server.
   * @param head Returns HTML for the head of each page. It goes in front of everything that the page loads.
   * @param varies Whether the server may make other code for each browser. No page then gets what another was served.
   * @param packing Decides about packs. Left out, there are none.
   * @param seen Gets each file once it is served.
   */
  constructor(
    engine: HmrEngine,
    endpoint: HmrEndpoint,
    {
      head = () => '',
      varies = false,
      seen = () => {},
      packing,
    }: {
      head?: () => string;
      varies?: boolean;
      seen?: (file: string) => void;
      packing?: Packing | undefined;
    } = {},
  ) {
    this.#varies = varies;
    this.#packing = packing;
    this.#engine = engine;
    this.#endpoint = endpoint;
    this.#head = head;
    this.#seen = seen;
  }

  /**
   * Reads the content to answer with: the file on disk, or the last complete save while a program writes the next one.
   * Resolves to `null` when the file cannot be read.
   *
   * @param headers The headers of the request. The engine's own requests get the save that it has taken in last.
   */
  async read(file: string, headers: IncomingHttpHeaders = {}): Promise<string | Buffer | null> {
    const read = async (isSaveLast: boolean) =>
      (isSaveLast ? this.#engine.savedSource(file) : null) ??
      (await this.#engine.readFile(file)) ??
      (await readRegular(file).catch(() => null));
    return isPreview(headers) ? read(true) : readSettled(this.#engine, file, read);
  }

  /**
   * Takes in what a request is to be answered with and returns what to answer instead.
   *
   * @param body The text, after all that the server does to it, imports resolved. Anything else than text is
   *   served as it is.
   */
  transform<Body>(kind: FileKind, body: Body, request: FileRequest): Body | string {
    if (isPreview(request.headers)) {
      if (typeof body === 'string') {
        this.#linkLater(request.url, this.#engine.preview(request.url, body), request);
        // For any other kind, the text may be an error.
        if (kind === 'script') previewed(request.headers);
      }
      return body;
    }
    const isPage = kind === 'page' && isShown(request.headers);
    // Anybody's page may ask for anything, as often as it likes: that makes no modules.
    if (!isPage && this.#endpoint.isForeign(request.headers)) return body;
    const served = this.#serve(kind, body, request);
    if (kind === 'script' && request.file) this.#seen(request.file);
    if (kind === 'script') this.#packing?.served(request.url, request.headers, served);
    this.#noteLoad(request);
    return served;
  }

  #serve<Body>(kind: FileKind, body: Body, request: FileRequest): Body | string {
    if (kind === 'page' && !isShown(request.headers)) {
      return this.#resource('asset', body, request);
    }
    if (typeof body === 'string') {
      if (kind === 'page') return this.#page(body, request);
      if (kind === 'script') return this.#script(body, request);
    }
    return kind === 'page' ? body : this.#resource(kind, body, request);
  }

  #noteLoad({ url, headers }: FileRequest): void {
    if (destinationOf(headers) === 'worker') this.#apart.add(url);
    if (this.#apart.size === 0) return;
    const by = askedBy(headers);
    if (by === undefined || by === url || !this.#apart.has(by)) return;
    this.#apart.add(url);
    this.#engine.loadedBy(url, by);
  }

  #page(source: string, request: FileRequest): string {
    const [path = '/'] = request.url.split('?');
    const page = request.page ?? path.replace(/\/$/, '/index.html');
    const host = this.#endpoint.hostOf(request.headers);
    const location = host === undefined ? path : `http://${host}${path}`;
    let packs: boolean | undefined;
    const mistakes: { message: string; line: number; column: number }[] = [];
    const { html, base, loads, importMap } = transformPage(source, page, location, {
      begin: (base, scripts, inline) => {
        packs = this.#packing?.begin(page, base, scripts, inline);
      },
      head: (nonce) => {
        const { version, session } = this.#engine;
        const added = this.#head();
        const allowed =
          nonce === undefined
            ? added
            : added.replaceAll('<script', `<script nonce="${escapeAttribute(nonce)}"`);
        return this.#endpoint.head(page, version, session, nonce, packs) + allowed;
      },
      stamped: (from, reference) => this.#engine.stamped(from, reference),
      inlineModule: (url, code) => {
        const made = request.makeInline?.(url, code) ?? code;
        const served = this.#engine.serveScript(url, made);
        this.#linkLater(url, served?.accepted, request);
        return served?.code ?? (made === code ? null : made);
      },
      unreadable: (message, line, column) => mistakes.push({ message, line, column }),
    });
    this.#engine.importMap(page, importMap?.imports ?? {}, importMap?.scopes);
    this.#engine.servePage(page, base, loads, request.file, request.at, source);
    for (const mistake of request.file ? mistakes : []) {
      this.#engine.hostFailed({ file: request.file as string, source, ...mistake });
    }
    return html;
  }

  #script(source: string, request: FileRequest): string {
    const { url, file, at, since, headers } = request;
    const agents = agentsOf(this.#engine);
    agents.note(url, headers);
    const destination = destinationOf(headers);
    if (destination === 'classic script' || destination === 'data') {
      return this.#resource('asset', source, request);
    }
    // Packs are prepared for pages that ask for a module, not for who only reads ahead.
    const isAsked = destination === 'module' && !isOwn(headers);
    const isAlone = !isAsked || (this.#varies && agents.areMany);
    const served = this.#engine.serveScript(url, source, file, at, since, isAlone);
    // Nothing is updated in a worker, but what it imports has to be known.
    if (destination === 'worker') return source;
    this.#linkLater(url, served?.accepted, request);
    return served?.code ?? source;
  }

  #resource<Body>(
    kind: Exclude<FileKind, 'page'>,
    body: Body,
    request: FileRequest,
  ): Body | string {
    const { url, file, at, headers } = request;
    // A module script asks for modules, even for missing ones.
    const isModule = kind === 'asset' && destinationOf(headers) === 'module';
    const source = typeof body === 'string' ? body : null;
    const served = this.#engine.serveResource(url, isModule ? 'script' : kind, file, at, source);
    return served ?? body;
  }

  /** Settles when the server has resolved what the modules served so far accept. A page that is greeted has them. */
  async linked(): Promise<void> {
    const late = setTimeout(PATIENCE, undefined, { ref: false });
    if (this.#links.size > 0) await Promise.race([Promise.all(this.#links), late]);
  }

  #linkLater(url: string, accepted: string[] | undefined, request: FileRequest): void {
    if (!accepted?.length) return;
    const link = this.#link(url, accepted, request).finally(() => this.#links.delete(link));
    this.#links.add(link);
  }

  /** Resolves accepted specifiers as the server resolves them in an import. */
  async #link(url: string, accepted: readonly string[], { resolve }: FileRequest): Promise<void> {
    const key = [this.#engine.contentVersion(url), ...accepted].join('\n');
    if (this.#linked.get(url) === key) return;
    if (this.#linked.size >= MOST_LINKED) this.#linked.clear();
    this.#linked.set(url, key);
    const resolved: Record<string, string> = {};
    for (const specifier of accepted) {
      try {
        const found = await resolve?.(specifier);
        if (found !== undefined && found !== specifier) resolved[specifier] = found;
      } catch {
        // A resolver that throws for what it cannot find; the specifier then names nothing.
      }
    }
    this.#engine.link(url, resolved);
  }
}
