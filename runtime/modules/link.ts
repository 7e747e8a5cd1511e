/**
 * Linking new code: all bodies compiled, all imports found, all names there, before any of the user's code runs.
 */
import type { ModuleNamespace } from '../../client.js';
import type { Code, Generation } from '../model/generation.js';
import { type Graph, isNative } from '../model/graph.js';
import type { Module } from '../model/module.js';
import { Search, type Source } from '../model/source.js';
import type { Body, ImportKind, ImportLink } from '../protocol.js';
import { patient, Unsettled } from '../wait.js';
import { type Bodies, CodeError, Overtaken } from './bodies.js';

/** Milliseconds that an update waits for modules of the browser: one may wait at its top level, for ever. */
const PATIENCE = 5000;

/** What linking needs from the page. */
export interface LinkPorts {
  /** Imports a module that is the browser's. */
  importNative(url: string, link: ImportLink): Promise<{ readonly namespace: ModuleNamespace }>;
  /**
   * Whether an import fetched the module. Then it has run.
   *
   * @param isNative Whether code that the page has no record of imports it, as far as the server knows.
   */
  isImported(url: string, isNative: boolean): boolean;
  /** What the browser makes of the specifiers of a module. */
  resolverOf(url: string): (specifier: string) => string;
  /** Makes a generation, whose code has not run. */
  generate(module: Module, code: Code, sources: readonly Source[]): Generation;
}

/** A module whose new code is linked. */
interface Unit {
  readonly body: Body;
  /** By import: what names the module. */
  readonly keys: readonly (string | undefined)[];
}

/** A module on the way, and the import that led to it. */
interface Reached {
  readonly key: string;
  readonly url: string;
  readonly link: ImportLink | undefined;
}

/** The server has no body of a module. */
export class NoBody extends Error {
  /** The module. */
  readonly url: string;

  constructor(url: string) {
    super(`${url} could not be loaded: the server has no code of it`);
    this.url = url;
  }
}

/** The update that new code is of. */
export interface Renewing {
  /** The modules that it makes stale and that this page is to evaluate anew when they are imported. */
  readonly urls: Iterable<string>;
  /** Rejects with {@link Overtaken} when a newer update makes one of them stale. */
  readonly overtaken: Promise<never>;
}

/** Code that is known to run. */
export interface Linked {
  /** By url, the new generations: those asked for, and all that they import that is new. */
  readonly generations: ReadonlyMap<string, Generation>;
}

/** The linking of one update, or of one module that code imports. */
export class Linking {
  readonly #graph: Graph;
  readonly #bodies: Bodies;
  readonly #ports: LinkPorts;
  readonly #version: number;
  readonly #renewed: ReadonlySet<string>;
  readonly #overtaken: Promise<never> | undefined;
  readonly #units = new Map<string, Unit>();
  readonly #generations = new Map<string, Generation>();
  readonly #queue: Reached[] = [];
  /** Modules that the server is to be asked for. */
  #wanted = new Set<string>();
  /** Modules that the browser is to import: how, and who imports them. */
  readonly #natives = new Map<string, Reached & { readonly link: ImportLink }>();
  readonly #json = new Set<string>();

  /**
   * @param version The version of the update.
   * @param renewing The update, if it is one.
   */
  constructor(
    graph: Graph,
    bodies: Bodies,
    ports: LinkPorts,
    version: number,
    renewing?: Renewing,
  ) {
    this.#graph = graph;
    this.#bodies = bodies;
    this.#ports = ports;
    this.#version = version;
    this.#renewed = new Set(renewing?.urls);
    this.#overtaken = renewing?.overtaken;
  }

  /**
   * Links modules with what they import.
   *
   * @param roots Their urls.
   * @throws {Error} What does not load. Nothing has run then, but for modules of the browser.
   */
  async link(roots: Iterable<string>): Promise<Linked> {
    this.#queue.push(...[...roots].map((url) => ({ key: url, url, link: undefined })));
    this.#addAll();
    while (this.#wanted.size > 0) await this.#ask();
    const bodies = [...this.#units.values()].map(({ body }) => body);
    const isJson = (url: string) => this.#json.has(url) || /\.json(\?|$)/.test(url);
    const codes = await this.#bodies.compile(bodies, this.#version, isJson);
    await this.#importNatives();
    this.#generate(codes);
    for (const generation of this.#generations.values()) checkNames(generation);
    for (const generation of this.#generations.values()) generation.become('linked');
    this.#graph.isAhead = true;
    return { generations: this.#generations };
  }

  #addAll(): void {
    for (let next = this.#queue.pop(); next; next = this.#queue.pop()) this.#add(next);
  }

  #add({ key, url, link }: Reached): void {
    if (this.#natives.has(key)) return;
    if (link && key !== url) {
      this.#natives.set(key, { key, url, link });
      return;
    }
    if (this.#units.has(url)) return;
    if (link?.kind === 'json') this.#json.add(url);
    const module = this.#graph.get(url);
    const isOld = module?.isBehind === true && !module.next;
    const isNew = link === undefined || this.#renewed.has(url) || isOld;
    if (!isNew && (module?.current || module?.next)) return;
    const body = this.#bodies.known(url);
    if (isNew || !(isNative(link) || this.#isNative(url, link))) {
      if (body) this.#include(body);
      else this.#wanted.add(url);
    } else if (!this.#isInRecord(url, link)) {
      this.#natives.set(url, { key, url, link });
    }
  }

  /** Whether the browser runs a module that the page has no record of, and that should not be made again. */
  #isNative(url: string, link: ImportLink): boolean {
    if (this.#graph.get(url)?.hasLeft || this.#graph.isCurable(url)) return false;
    // It may re-export more by now than the browser knows.
    if (link.barrel) return false;
    return (
      this.#graph.knownNative(url) !== undefined ||
      this.#ports.isImported(url, link.native === true)
    );
  }

  #isInRecord(url: string, { kind }: ImportLink): boolean {
    return kind === 'json' && this.#graph.get(url)?.view.native !== undefined;
  }

  #include(body: Body): void {
    const { url, imports } = body.definition;
    const place = { resolve: this.#ports.resolverOf(url) };
    const isData = (one: string) => this.#bodies.isData(one) ?? this.#graph.get(one)?.code?.isData;
    const keys = imports.map((link) => this.#graph.keyOf(link, place, isData));
    this.#units.set(url, { body, keys });
    for (const [index, link] of imports.entries()) {
      const imported = this.#graph.urlOf(link, place);
      if (imported === undefined) {
        throw new CodeError(url, new TypeError(`Failed to resolve "${link.specifier}"`));
      }
      this.#queue.push({ key: keys[index] ?? imported, url: imported, link });
    }
  }

  async #ask(): Promise<void> {
    const wanted = [...this.#wanted];
    this.#wanted = new Set();
    const bodies = await this.#bodies.ask(wanted);
    const answered = new Map(bodies.map((body) => [body.definition.url, body]));
    for (const url of wanted) {
      const body = answered.get(url);
      if (body && this.#renewed.size > 0 && body.definition.version > this.#version) {
        throw new Overtaken();
      }
      if (body) this.#include(body);
      else if (this.#renewed.has(url)) throw new NoBody(url);
      else this.#natives.set(url, { key: url, url, link: this.#linkTo(url) });
    }
    this.#addAll();
  }

  /** An import of the module, to say how it is imported. */
  #linkTo(url: string): ImportLink {
    for (const { body, keys } of this.#units.values()) {
      const link = body.definition.imports[keys.indexOf(url)];
      if (link) return link;
    }
    throw new NoBody(url);
  }

  async #importNatives(): Promise<void> {
    const missing = [...this.#natives.values()].filter(({ key }) => !this.#graph.knownNative(key));
    if (missing.length === 0) return;
    const importOne = async ({ key, url, link }: Reached & { readonly link: ImportLink }) => {
      const { namespace } = await this.#ports.importNative(url, link);
      // It may be a shell, which has made a record of its own.
      const module = this.#graph.get(key);
      if (link.kind === 'json') this.#graph.module(url).setNative(namespace);
      else if (!module?.current) this.#graph.native(key, namespace);
    };
    const coming = new Set(missing);
    const all = Promise.all(
      missing.map(async (one) => {
        await importOne(one);
        coming.delete(one);
      }),
    ).then(() => true);
    if (!this.#overtaken) return void (await all);
    if (await patient(Promise.race([all, this.#overtaken]), PATIENCE)) return;
    const [{ url } = { url: 'a module' }] = coming;
    const within = `within ${PATIENCE / 1000} seconds: a top-level await may be pending`;
    throw new Unsettled(`${url} did not load ${within}`);
  }

  #generate(codes: ReadonlyMap<string, Code>): void {
    const allSources = new Map<string, Source[]>();
    for (const url of this.#units.keys()) {
      const code = codes.get(url);
      if (!code) throw new NoBody(url);
      const sources: Source[] = [];
      allSources.set(url, sources);
      this.#generations.set(url, this.#ports.generate(this.#graph.module(url), code, sources));
    }
    // Only now: modules may import each other in circles.
    for (const [of, { body, keys }] of this.#units) {
      const found = keys.map((key = '', index) => {
        const link = body.definition.imports[index];
        return this.#generations.get(key)?.view ?? this.#source(key, link?.kind);
      });
      allSources.get(of)?.push(...found);
    }
  }

  #source(url: string, kind: ImportKind | undefined): Source {
    const module = this.#graph.get(url);
    if (module?.next) return module.next.view;
    const native = module?.current ? undefined : this.#graph.knownNative(url);
    if (native && kind !== 'json') return native;
    return this.#graph.module(url).view;
  }
}

/** @throws {CodeError} A name that an import asks for is not there. */
export function checkNames({ url, code, sources }: Generation): void {
  for (const [index, { specifier, names }] of code.definition.imports.entries()) {
    for (const name of names) {
      const found = sources[index]?.resolve(name, new Search());
      if (found && found !== 'ambiguous') continue;
      const what = found
        ? `contains conflicting star exports for name '${name}'`
        : `does not provide an export named '${name}'`;
      throw new CodeError(url, new SyntaxError(`The requested module '${specifier}' ${what}`));
    }
  }
}
