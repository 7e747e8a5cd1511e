/**
 * `import()`: what code imports is the browser's to load, the newest record of the page, or made of bodies.
 */
import type { Generation } from '../model/generation.js';
import type { Graph } from '../model/graph.js';
import type { Publication } from '../model/module.js';
import type { Update } from '../protocol.js';
import type { Bodies } from './bodies.js';
import type { DynamicImports } from './dynamic-imports.js';
import { evaluate } from './evaluate.js';
import { type ImportAttributes, readOptions } from './import-options.js';
import type { Linked } from './link.js';
import { type MetaPorts, resolverOf } from './meta.js';

/** What `import()` needs from the page. */
export interface ImportPorts extends MetaPorts {
  /** `import()` itself, as the code of a module would say it. */
  importDynamically(address: string, attributes: ImportAttributes | undefined): Promise<unknown>;
  /** Whether an import fetched the module, or a link that preloads modules. */
  isImported(url: string): boolean;
  /** Whether a link asks for the module to be preloaded. */
  isPreloaded(url: string): boolean;
  /** The url of a module by its address. */
  urlAt(address: string): string | undefined;
  /** The version that the page is at. */
  version(): number;
  /** Cleans up after generations that others are about to replace, outside of an update. */
  dispose(generations: readonly Generation[]): Promise<void>;
}

/** The modules that are imported. */
export interface Imported {
  readonly graph: Graph;
  readonly bodies: Bodies;
  readonly dynamic: DynamicImports;
  /** Links new code and runs none of it. */
  link(roots: Iterable<string>, version: number): Promise<Linked>;
  /** Puts in force what has run. */
  settle(
    generations: Iterable<Generation>,
    publications: ReadonlyMap<string, Publication>,
  ): unknown;
}

/** The dynamic imports of a page's code. */
export class Imports {
  readonly #page: Imported;
  readonly #ports: ImportPorts;
  #making: Promise<unknown> = Promise.resolve();
  /** Modules whose import was left to the browser: what it has fetched of them shows only afterwards. */
  readonly #left = new Set<string>();
  /** What first imports wait for. */
  #held: Promise<void> | undefined;

  constructor(page: Imported, ports: ImportPorts) {
    this.#page = page;
    this.#ports = ports;
  }

  /** An update has its turn. The server may have bodies of the modules that it makes stale. */
  learn({ stale }: Update): void {
    for (const { url } of stale) this.#left.delete(url);
  }

  /** A module leaves the page: the browser has what it was. */
  leave(url: string): void {
    this.#left.delete(url);
  }

  /** From now on, first imports wait: an update is about to change the modules that they would get. */
  hold(): void {
    this.#held ??= new Promise((resolve) => {
      this.release = () => {
        this.#held = undefined;
        resolve();
      };
    });
  }

  /** The update has disposed of the old code, or changes nothing: waiting imports go on. */
  release: () => void = () => {};

  /** `import()`: rejects with whatever goes wrong. Updates wait for it. */
  async import(importer: Generation, specifier: unknown, options: unknown): Promise<unknown> {
    const over = this.#page.dynamic.begin();
    try {
      return await this.#import(importer, specifier, options);
    } finally {
      over();
    }
  }

  async #import(importer: Generation, specifier: unknown, options: unknown): Promise<unknown> {
    const text = `${specifier as string}`;
    const read = readOptions(options);
    const attributes = read && Object.keys(read).length > 0 ? read : undefined;
    const address = resolverOf(importer.module, importer.url, this.#ports)(text);
    const url = this.#ports.urlAt(address);
    if (url === undefined) return this.#ports.importDynamically(address, attributes);
    this.#page.dynamic.note(url, importer);
    const { current, next } = this.#page.graph.get(url) ?? {};
    if (!current && !next) {
      await this.#held;
      await this.#page.graph.get(url)?.departure;
    }
    if (!this.#hasType(url, attributes)) return this.#importAsBrowser(url, address, attributes);
    for (;;) {
      const made = await this.#made(url);
      if (!made) return this.#importAsBrowser(url, address, attributes);
      const module = this.#page.graph.get(url);
      const generation = module?.next ?? module?.current;
      // An update may have made it old before it ran.
      const isOld = made.length > 0 && !made.some((one) => one === generation);
      if (generation && !isOld) return this.#evaluated(generation, made);
    }
  }

  /** Whether an import with these attributes can lead to what the page knows of the module. Else the browser says so. */
  #hasType(url: string, attributes: ImportAttributes | undefined): boolean {
    const isData = this.#page.graph.get(url)?.code?.isData ?? this.#page.bodies.isData(url);
    if (isData === undefined) return true;
    const { type, ...others } = attributes ?? {};
    if (Object.keys(others).length > 0) return false;
    return isData ? type === 'json' || type === 'text' : type === undefined;
  }

  /**
   * Makes a module of bodies where the browser cannot make it.
   *
   * @returns The generations that were made for it, none where the page has it; `undefined` when it is the browser's.
   */
  async #made(url: string): Promise<readonly Generation[] | undefined> {
    const module = this.#page.graph.get(url);
    // An update brought it, be it that its turn has not come.
    if (module?.next) return [];
    const generation = module?.current;
    const isBehind = module?.isBehind === true;
    if (generation && !isBehind) {
      // The browser knows best what its own modules wait for.
      return module?.shells.some(({ meta }) => meta === generation.meta) ? undefined : [];
    }
    const isLost = module?.hasLeft === true || this.#page.graph.isCurable(url);
    const isBrowsers = this.#ports.isImported(url) || this.#left.has(url);
    const isUnknown =
      this.#page.graph.isAhead && (!isBrowsers || this.#page.bodies.known(url) !== undefined);
    if (!isBehind && !isLost && !isUnknown && !this.#page.bodies.isData(url)) return undefined;
    // One after the other: a module that several import is made once.
    const making = this.#making.then(() => this.#make(url));
    this.#making = making.catch(() => {});
    return (await making) ?? (generation && []);
  }

  /** Makes a module of bodies, with what it imports. Returns nothing when the server has none. */
  async #make(url: string): Promise<readonly Generation[] | undefined> {
    const module = this.#page.graph.get(url);
    // Another import, or an update, has made it meanwhile.
    if (module?.next || (module?.current && !module.isBehind)) return [];
    if (!this.#page.bodies.known(url)) {
      const [body] = this.#left.has(url) ? [] : await this.#page.bodies.ask([url]);
      if (!body) {
        this.#left.add(url);
        return undefined;
      }
      this.#page.bodies.add(body);
    }
    let all: Generation[] = [];
    do {
      const { generations } = await this.#page.link([url], this.#ports.version());
      all = [...generations.values()];
      // An update had its turn meanwhile.
    } while (all.some((one) => this.#page.bodies.isNewer(one.code.definition)));
    for (const one of all) one.module.next = one;
    await this.#ports.dispose(all.flatMap((one) => one.module.current ?? []));
    return all;
  }

  /**
   * The newest namespace of a module, when it has run. Imports settle in the order in which they began.
   *
   * @param made The generations to put in force then.
   */
  async #evaluated(generation: Generation, made: readonly Generation[]): Promise<unknown> {
    const { module } = generation;
    try {
      const pending = evaluate(generation);
      if (pending) await pending;
    } finally {
      const renewed = made.filter((one) => one.module.current);
      this.#page.settle(made, new Map(renewed.map((one) => [one.url, 'takeOver'])));
    }
    const isComing = module.next === generation || !module.view.generation;
    return (isComing ? generation : module).view.namespace();
  }

  async #importAsBrowser(
    url: string,
    address: string,
    attributes: ImportAttributes | undefined,
  ): Promise<unknown> {
    this.#left.add(url);
    const imported = this.#ports.importDynamically(address, attributes);
    try {
      const value = await imported;
      const view = this.#page.graph.get(url)?.view;
      // One that has a `then` was asked by the browser already.
      const isAsked = view?.generation && typeof view.read('then') === 'function';
      return view?.generation && !isAsked ? view.namespace() : value;
    } catch (error) {
      this.#left.delete(url);
      if (!this.#page.graph.get(url)?.current) this.#page.graph.fail(url);
      throw error;
    }
  }
}
