/**
 * The modules of a page at work: shells define them, code imports them, updates link and evaluate them anew.
 */
import type { ModuleNamespace } from '../../client.js';
import { type BodyFunction, Code, Generation } from '../model/generation.js';
import { Graph } from '../model/graph.js';
import { type Assign, type Module, type Publication, Shell } from '../model/module.js';
import type { Defined } from '../model/portal.js';
import type { Source } from '../model/source.js';
import { View } from '../model/view.js';
import type { Definition, Update } from '../protocol.js';
import { Bodies, type BodyPorts } from './bodies.js';
import { makeContext } from './context.js';
import { DynamicImports } from './dynamic-imports.js';
import { evaluate, run } from './evaluate.js';
import { type ImportAttributes, readOptions } from './import-options.js';
import { type Linked, Linking, type LinkPorts } from './link.js';
import { addressOf, type MetaPorts, makeMeta, resolverOf } from './meta.js';

/** What modules need from the page. */
export interface ModulePorts extends BodyPorts, MetaPorts {
  /** Imports a module that is the browser's, by its address. Never resolves with a namespace itself: that may have a `then`. */
  importNative(
    address: string,
    attributes: ImportAttributes | undefined,
  ): Promise<{ readonly namespace: ModuleNamespace }>;
  /** `import()` itself, as the code of a module would say it. */
  importDynamically(address: string, attributes: ImportAttributes | undefined): Promise<unknown>;
  /** Whether an import fetched the module. */
  isImported(url: string): boolean;
  /** The url of a module by its address. */
  urlAt(address: string): string | undefined;
  /** The version that the page is at. */
  version(): number;
  /** A generation is about to run: it gets its `import.meta.hot`, on each of these objects. */
  equip(generation: Generation, metas: readonly object[]): void;
  /** Cleans up after generations that others are about to replace, outside of an update. */
  dispose(generations: readonly Generation[]): Promise<void>;
  /** A generation that a shell did not bring is in force. */
  committed(generation: Generation): void;
  /** A generation is no longer in force. */
  retired(generation: Generation): void;
}

/** What a shell gets for its definition. */
export interface Handle extends Defined {
  /** Runs the module, unless an update did. Returns a promise where it waits. Throws what it throws. */
  run(): Promise<void> | undefined;
  /** Assigns the shell's exports, now and whenever they change. */
  attach(assign: Assign): void;
}

/** The modules of a page. */
export class Modules {
  readonly graph: Graph;
  readonly bodies: Bodies;
  readonly dynamic: DynamicImports;
  readonly #ports: ModulePorts;
  readonly #handles = new WeakMap<object, Handle>();
  #making: Promise<unknown> = Promise.resolve();
  /** Modules whose import was left to the browser: what it has fetched of them shows only afterwards. */
  readonly #left = new Set<string>();
  /** What first imports wait for. */
  #held: Promise<void> | undefined;

  constructor(ports: ModulePorts) {
    this.#ports = ports;
    this.graph = new Graph(ports);
    this.bodies = new Bodies(ports);
    this.dynamic = new DynamicImports((url) => this.graph.current(url)?.version ?? 0);
  }

  /**
   * Defines a module. Shells call it, and portals do for shells that have not run: the second call changes nothing.
   *
   * @param meta The shell's `import.meta`.
   * @param natives What the shell imports, in the order of the definition.
   */
  define(
    meta: ImportMeta,
    definition: Definition,
    natives: readonly ModuleNamespace[],
    body: BodyFunction,
  ): Handle {
    const known = this.#handles.get(meta);
    if (known) return known;
    const module = this.graph.module(definition.url);
    const present: Generation | undefined = module.current ?? module.next;
    const view = present && !module.current ? present.view : module.view;
    const shell = new Shell(meta, definition, view);
    module.shells.push(shell);
    const generation = present ?? this.#first(module, shell, natives, body);
    if (present) {
      this.#ports.equip(present, [meta]);
    }
    // Let go when the shell is attached: it would keep the first generation.
    let defined: Generation | undefined = generation;
    const handle: Handle = {
      run: () => defined && (present ? evaluate(defined) : run(defined)),
      attach: (assign) => {
        defined = undefined;
        shell.attach(assign);
      },
      exported: (index) => (defined ?? module.current)?.read(definition.locals[index] ?? ''),
    };
    this.#handles.set(meta, handle);
    return handle;
  }

  #first(
    module: Module,
    { meta, definition }: Shell,
    natives: readonly ModuleNamespace[],
    run: BodyFunction,
  ): Generation {
    const sources = this.graph.sourcesOf(definition, meta, natives);
    const view = module.view.generation ? new View() : module.view;
    const code = new Code(definition, run);
    const generation = this.#generation(module, code, meta, sources, view);
    generation.become('linked');
    module.begin(generation);
    return generation;
  }

  #generation(
    module: Module,
    code: Code,
    meta: object,
    sources: readonly Source[],
    view = new View(),
  ): Generation {
    const generation = new Generation(module, code, meta, sources, view);
    generation.context = makeContext(generation, async (importer, specifier, options) => {
      const over = this.dynamic.begin();
      try {
        return await this.#import(importer, specifier, options);
      } finally {
        over();
      }
    });
    this.#ports.equip(generation, [meta]);
    return generation;
  }

  /** It is an update's turn: keeps what it says of modules. */
  learn(update: Update): void {
    this.bodies.learn(update);
    this.graph.learn(update);
    for (const { url } of update.stale) this.#left.delete(url);
  }

  /**
   * The one of these modules whose new code nobody can run in the page: it is the browser's, and the server has no body
   * of it.
   */
  unreplaceable(urls: readonly string[]): string | undefined {
    const isKept = (url: string) =>
      !this.bodies.known(url) && !this.graph.current(url) && this.graph.knownNative(url);
    return urls.find(isKept);
  }

  /**
   * Links new code and runs none of it, but for modules of the browser.
   *
   * @param version The version of the update.
   * @param renewed The modules to be evaluated anew when they are imported.
   */
  link(roots: Iterable<string>, version: number, renewed: Iterable<string> = []): Promise<Linked> {
    const ports: LinkPorts = {
      importNative: (url, { kind, attributes }) =>
        this.#importNative(url, kind === 'script' ? undefined : (attributes ?? { type: kind })),
      isImported: (url) => this.#ports.isImported(url),
      resolverOf: (url) => resolverOf(this.graph.get(url), url, this.#ports),
      generate: (module, code, sources) =>
        this.#generation(module, code, makeMeta(code.definition, module, this.#ports), sources),
    };
    return new Linking(this.graph, this.bodies, ports, version, renewed).link(roots);
  }

  /**
   * Puts generations that were evaluated in force, all at once.
   *
   * @returns The exports that importers keep although they are gone, by url.
   */
  commit(published: ReadonlyMap<Generation, Publication>): Map<string, string[]> {
    const before = new Map<Module, Map<string, unknown>>();
    for (const [{ module }, publication] of published) {
      if (publication === 'takeOver') before.set(module, module.values());
    }
    for (const [generation, publication] of published) {
      const { module } = generation;
      const old = module.current;
      module.commit(generation, publication);
      if (old && old !== generation) this.#retire(old, generation);
      this.#ports.committed(generation);
    }
    const lost = new Map<string, string[]>();
    for (const [{ url, view }, values] of before) {
      const names = view.keep(values);
      if (names.length > 0) lost.set(url, names);
    }
    for (const { module } of published.keys()) for (const shell of module.shells) shell.show();
    return lost;
  }

  /**
   * Ends the evaluation of new code: what has run is put in force, also that which belongs to something that threw.
   *
   * @param publications What importers see of each, by url.
   * @returns The exports that importers keep although they are gone, by url.
   */
  settle(
    generations: Iterable<Generation>,
    publications: ReadonlyMap<string, Publication>,
  ): Map<string, string[]> {
    const done = new Map<Generation, Publication>();
    for (const generation of generations) {
      const { module, state } = generation;
      // Newer code is there by now.
      if (module.next !== generation) continue;
      if (state === 'evaluated') {
        done.set(generation, publications.get(module.url) ?? 'anew');
      } else if (state === 'linked') {
        // Nothing has imported it yet: whoever does evaluates it.
        module.outdate();
      } else {
        module.isBehind = false;
        if (state === 'failed') this.abandon(generation);
      }
    }
    return this.commit(done);
  }

  #retire(old: Generation, next: Generation | undefined): void {
    // Empty after an update. What was evaluated otherwise is cleaned up with the next.
    const { inherited, disposers } = old.registered;
    next?.registered.inherited.push(...inherited.splice(0), ...disposers.splice(0));
    old.become('retired');
    this.#ports.retired(old);
  }

  /** A generation did not make it: what it left behind is cleaned up with the one that stays. */
  abandon(generation: Generation): void {
    const { module, registered } = generation;
    const { inherited, disposers } = registered;
    module.current?.registered.inherited.push(...inherited.splice(0), ...disposers.splice(0));
    if (generation.state === 'evaluating') generation.become('retired');
    this.#ports.retired(generation);
  }

  /** The url of the module that a generation names by a specifier, as far as the page can tell. */
  urlFor({ module, code }: Generation, specifier: string): string | undefined {
    const known = module.names.get(specifier);
    if (known !== undefined) return known;
    const place = { resolve: resolverOf(module, module.url, this.#ports) };
    const link = code.definition.imports.find((one) => one.specifier === specifier);
    return link ? this.graph.urlOf(link, place) : this.graph.resolve(specifier, place);
  }

  /** Whether a module imports another in this page, where its import maps decide about that. */
  imports(importer: string, url: string): boolean {
    const generation = this.graph.current(importer);
    if (!generation || !this.#ports.hasImportMaps()) return true;
    const { imports } = generation.code.definition;
    return (
      imports.some(({ specifier }) => this.urlFor(generation, specifier) === url) ||
      generation.registered.specifiers.some((one) => this.urlFor(generation, one) === url) ||
      this.dynamic.isBy(url, importer)
    );
  }

  /**
   * Whether code that is in force imports a module statically.
   *
   * @param except Modules whose imports do not count.
   */
  isImported(url: string, except: readonly string[]): boolean {
    const views = new Set(this.graph.get(url)?.views);
    const isOf = (source: Source) => source instanceof View && views.has(source.last);
    return [...this.graph.modules].some(
      ({ url: importer, current }) => !except.includes(importer) && current?.sources.some(isOf),
    );
  }

  /** A module leaves the page. */
  leave(url: string): void {
    const module = this.graph.get(url);
    for (const one of [module?.current, module?.next]) {
      if (!one) continue;
      if (!one.isReplaced) one.become('retired');
      this.#ports.retired(one);
    }
    this.graph.leave(url);
  }

  async #importNative(url: string, attributes: ImportAttributes | undefined) {
    try {
      return await this.#ports.importNative(addressOf(url, this.#ports.origin), attributes);
    } catch (error) {
      this.graph.fail(url);
      throw error;
    }
  }

  /** What code imports for the first time waits from now on: an update is about to change what that would import. */
  hold(): void {
    this.#held ??= new Promise((resolve) => {
      this.release = () => {
        this.#held = undefined;
        resolve();
      };
    });
  }

  /** The old code is disposed of, or nothing is to change: what waits goes on. */
  release: () => void = () => {};

  /** `import()`: rejects with whatever goes wrong. */
  async #import(importer: Generation, specifier: unknown, options: unknown): Promise<unknown> {
    const text = `${specifier as string}`;
    const read = readOptions(options);
    const attributes = read && Object.keys(read).length > 0 ? read : undefined;
    const address = resolverOf(importer.module, importer.url, this.#ports)(text);
    const url = this.#ports.urlAt(address);
    if (url === undefined) return this.#ports.importDynamically(address, attributes);
    this.dynamic.note(url, importer);
    const { current, next } = this.graph.get(url) ?? {};
    if (!current && !next) await this.#held;
    if (!this.#hasType(url, attributes)) return this.#importAsBrowser(url, address, attributes);
    for (;;) {
      const made = await this.#made(url);
      if (!made) return this.#importAsBrowser(url, address, attributes);
      const module = this.graph.get(url);
      // An update may have made it old before it ran.
      const generation = module?.next ?? module?.current;
      if (generation) return this.#evaluated(generation, made);
    }
  }

  /** Whether an import with these attributes can lead to what the page knows of the module. Else the browser says so. */
  #hasType(url: string, attributes: ImportAttributes | undefined): boolean {
    const isData = this.graph.get(url)?.code?.isData ?? this.bodies.isData(url);
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
    const module = this.graph.get(url);
    // An update brought it, be it that its turn has not come.
    if (module?.next) return [];
    const generation = module?.current;
    const isBehind = module?.isBehind === true;
    if (generation && !isBehind) {
      // The browser knows best what its own modules wait for.
      return module?.shells.some(({ meta }) => meta === generation.meta) ? undefined : [];
    }
    const isLost = module?.hasLeft === true || this.graph.isCurable(url);
    const isBrowsers = this.#ports.isImported(url) || this.#left.has(url);
    const isUnknown = this.graph.isAhead && (!isBrowsers || this.bodies.known(url) !== undefined);
    if (!isBehind && !isLost && !isUnknown && !this.bodies.isData(url)) return undefined;
    // One after the other, so that what several import is made once.
    const making = this.#making.then(() => this.#make(url));
    this.#making = making.catch(() => {});
    return (await making) ?? (generation && []);
  }

  /** Makes a module of bodies, with what it imports. Returns nothing when the server has none. */
  async #make(url: string): Promise<readonly Generation[] | undefined> {
    const module = this.graph.get(url);
    // Another import, or an update, has made it meanwhile.
    if (module?.next || (module?.current && !module.isBehind)) return [];
    if (!this.bodies.known(url)) {
      const [body] = this.#left.has(url) ? [] : await this.bodies.ask([url]);
      if (!body) {
        this.#left.add(url);
        return undefined;
      }
      this.bodies.add(body);
    }
    let all: Generation[] = [];
    do {
      const { generations } = await this.link([url], this.#ports.version());
      all = [...generations.values()];
      // An update had its turn meanwhile.
    } while (all.some((one) => this.bodies.isNewer(one.code.definition)));
    for (const one of all) one.module.next = one;
    await this.#ports.dispose(all.flatMap((one) => one.module.current ?? []));
    return all;
  }

  /**
   * The newest namespace of a module, when it has run. Who imports it first hears of it first.
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
      this.settle(made, new Map(renewed.map((one) => [one.url, 'takeOver'])));
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
      const view = this.graph.get(url)?.view;
      // One that has a `then` was asked by the browser already.
      const isAsked = view?.generation && typeof view.read('then') === 'function';
      return view?.generation && !isAsked ? view.namespace() : value;
    } catch (error) {
      this.#left.delete(url);
      if (!this.graph.get(url)?.current) this.graph.fail(url);
      throw error;
    }
  }
}
