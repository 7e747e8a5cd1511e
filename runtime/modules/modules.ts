/**
 * The modules of a page at work: shells define them, code imports them, updates link and evaluate them anew.
 */
import type { ModuleNamespace } from '../../client.js';
import { type BodyFunction, Code, Generation } from '../model/generation.js';
import { Graph } from '../model/graph.js';
import { type Assign, type Module, type Publication, Shell } from '../model/module.js';
import { begins, type Defined, ended } from '../model/portal.js';
import type { Source } from '../model/source.js';
import { View } from '../model/view.js';
import type { Definition, Update } from '../protocol.js';
import { Bodies, type BodyPorts } from './bodies.js';
import { makeContext } from './context.js';
import { DynamicImports } from './dynamic-imports.js';
import { evaluate, run } from './evaluate.js';
import type { ImportAttributes } from './import-options.js';
import { type ImportPorts, Imports } from './imports.js';
import { checkNames, type Linked, Linking, type LinkPorts, type Renewing } from './link.js';
import { addressOf, makeMeta, resolverOf } from './meta.js';
import { type Packed, type PackedNative, Packs } from './packs.js';

/** What modules need from the page. */
export interface ModulePorts extends BodyPorts, ImportPorts {
  /** Imports a module that is the browser's, by its address. Never resolves with a namespace itself: that may have a `then`. */
  importNative(
    address: string,
    attributes: ImportAttributes | undefined,
  ): Promise<{ readonly namespace: ModuleNamespace }>;
  /** A generation is about to run: it gets its `import.meta.hot`, on each of these objects. */
  equip(generation: Generation, metas: readonly object[]): void;
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
  /** `import()` by code of generations. */
  readonly imports: Imports;
  readonly #ports: ModulePorts;
  readonly #handles = new WeakMap<object, Handle>();
  readonly #packs = new Packs();

  constructor(ports: ModulePorts) {
    this.#ports = ports;
    this.graph = new Graph(ports);
    this.bodies = new Bodies(ports);
    this.dynamic = new DynamicImports((url) => {
      const { current, next } = this.graph.get(url) ?? {};
      return (current ?? next)?.version;
    });
    this.imports = new Imports(this, ports);
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
    if (present) this.#ports.equip(present, [meta]);
    // Let go when the shell is attached: it would keep the first generation.
    let defined: Generation | undefined = generation;
    const exported = (index: number) =>
      (defined ?? module.current)?.read(definition.locals[index] ?? '');
    const isRunning = () => defined?.state === 'evaluating';
    const code = { locals: definition.locals, exported, isRunning };
    const handle: Handle = {
      run: () => defined && (present ? evaluate(defined) : run(defined)),
      attach: (assign) => {
        defined = undefined;
        ended(code);
        this.graph.ran(definition, meta, natives);
        shell.attach(assign);
      },
      exported,
    };
    this.#handles.set(meta, handle);
    begins(code);
    return handle;
  }

  /** Bodies that belong together have come. None of them runs yet. */
  provide(bodies: readonly Packed[]): void {
    this.#packs.provide(bodies);
  }

  /**
   * A module that came in a pack enters, with all that it imports. The module that stands for its shell in the
   * browser's module map calls this in place of {@link define}.
   *
   * @param natives What the pack leaves to the browser.
   */
  enter(meta: ImportMeta, definition: Definition, natives: readonly PackedNative[]): Handle {
    const { url } = definition;
    if (!this.#has(url)) this.#unpack(url, natives, meta);
    return this.define(meta, definition, [], noBody);
  }

  #has(url: string): boolean {
    const { current, next } = this.graph.get(url) ?? {};
    return (current ?? next) !== undefined;
  }

  /** All become records, which are linked and have not run. */
  #unpack(root: string, natives: readonly PackedNative[], rootMeta: ImportMeta): void {
    const placeOf = (url: string) => ({
      resolve: resolverOf(this.graph.get(url), url, this.#ports),
    });
    const entering = this.#packs.take(root, natives, {
      has: (url) => this.#has(url),
      urlOf: (link, importer) => this.graph.urlOf(link, placeOf(importer)),
      compile: (definition, run) => this.bodies.rename(definition.url, run),
    });
    const made = [...entering].map(([url, { code, natives: found }]) => {
      const module = this.graph.module(url);
      const { definition } = code;
      const sources = this.graph.sourcesOf(definition, placeOf(url), found);
      const view = module.view.generation ? new View() : module.view;
      // The browser's own knows the fragment that the module was asked for with.
      const meta = url === root ? rootMeta : makeMeta(definition, module, this.#ports);
      return this.#generation(module, code, meta, sources, view);
    });
    // The server has seen that all names are there, where a specifier stands for what it takes it for.
    if (this.#ports.hasImportMaps()) for (const generation of made) checkNames(generation);
    for (const generation of made) {
      generation.become('linked');
      generation.module.begin(generation);
    }
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
    generation.context = makeContext(generation, (importer, specifier, options) =>
      this.imports.import(importer, specifier, options),
    );
    this.#ports.equip(generation, [meta]);
    return generation;
  }

  /** It is an update's turn: keeps what it says of modules. */
  learn(update: Update): void {
    this.bodies.learn(update);
    this.graph.learn(update);
    this.imports.learn(update);
  }

  /**
   * The first of these modules whose new code cannot run in the page: the browser has the module, and the server has no
   * body of it.
   */
  unreplaceable(urls: readonly string[]): string | undefined {
    const isKept = (url: string) =>
      !this.bodies.known(url) && !this.graph.current(url) && this.graph.knownNative(url);
    return urls.find(isKept);
  }

  /**
   * Links new code and runs none of it, but for modules of the browser.
   *
   * @param version The version that the page is at then.
   * @param renewing The update, if it is one.
   */
  link(roots: Iterable<string>, version: number, renewing?: Renewing): Promise<Linked> {
    const ports: LinkPorts = {
      importNative: (url, { kind, attributes }) =>
        this.#importNative(url, kind === 'script' ? undefined : (attributes ?? { type: kind })),
      isImported: (url, isNative) =>
        this.#ports.isImported(url) &&
        // The browser also fetched modules that are only preloaded.
        (isNative || this.dynamic.has(url) || !this.#ports.isPreloaded(url)),
      resolverOf: (url) => resolverOf(this.graph.get(url), url, this.#ports),
      generate: (module, code, sources) =>
        this.#generation(module, code, makeMeta(code.definition, module, this.#ports), sources),
    };
    return new Linking(this.graph, this.bodies, ports, version, renewing).link(roots);
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
        // Nothing has imported it yet: its first importer evaluates it.
        module.outdate();
      } else {
        module.isBehind = false;
        if (state === 'failed') this.abandon(generation);
      }
    }
    return this.commit(done);
  }

  #retire(old: Generation, next: Generation | undefined): void {
    // Empty after an update. Anything that was evaluated outside of one is cleaned up with the next.
    const { inherited, disposers } = old.registered;
    next?.registered.inherited.push(...inherited.splice(0), ...disposers.splice(0));
    old.become('retired');
    this.#ports.retired(old);
  }

  /** A generation failed. Its leftovers are cleaned up together with the generation that stays. */
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
  areLinked(importer: string, url: string): boolean {
    const generation = this.graph.current(importer);
    if (!generation || !this.#ports.hasImportMaps()) return true;
    const { imports } = generation.code.definition;
    return (
      imports.some(({ specifier }) => this.urlFor(generation, specifier) === url) ||
      generation.registered.specifiers.some((one) => this.urlFor(generation, one) === url) ||
      this.dynamic.isBy(url, importer)
    );
  }

  /** The modules that the code in force of a module imports, or has imported dynamically. */
  *importsOf(url: string): Iterable<string> {
    const generation = this.graph.current(url);
    if (!generation) return;
    for (const { specifier } of generation.code.definition.imports) {
      const imported = this.urlFor(generation, specifier);
      if (imported !== undefined) yield imported;
    }
    yield* this.dynamic.importedBy(url);
  }

  /**
   * Those of these modules that only modules among them import: statically, or dynamically since the last update. The
   * server judges earlier dynamic imports, except those with a computed name.
   */
  unimported(urls: readonly string[]): string[] {
    const alone = new Set(urls);
    const urlOf = new Map<View, string>();
    for (const url of alone)
      for (const view of this.graph.get(url)?.views ?? []) urlOf.set(view, url);
    const importers = [...this.graph.modules].filter(({ url }) => !alone.has(url));
    const keep = (url: string | undefined) => {
      const module = url !== undefined && alone.delete(url) && this.graph.get(url);
      if (module) importers.push(module);
    };
    for (;;) {
      for (let importer = importers.pop(); importer; importer = importers.pop()) {
        const next = importer.next?.state === 'failed' ? [] : importer.next?.sources;
        for (const source of [...(importer.current?.sources ?? []), ...(next ?? [])]) {
          if (source instanceof View) keep(urlOf.get(source.last));
        }
      }
      for (const url of alone) if (this.dynamic.isNew(url, alone)) keep(url);
      if (importers.length === 0) return [...alone];
    }
  }

  /**
   * A module leaves the page. Nobody gets it from now on: the next importer makes it anew.
   *
   * @param over When what it holds is let go: its next import waits for that.
   */
  leave(url: string, over: Promise<unknown>): void {
    const module = this.graph.get(url);
    for (const one of [module?.current, module?.next]) {
      if (!one) continue;
      if (!one.isReplaced) one.become('retired');
      this.#ports.retired(one);
    }
    this.graph.leave(url, over);
    this.imports.leave(url);
  }

  async #importNative(url: string, attributes: ImportAttributes | undefined) {
    try {
      return await this.#ports.importNative(addressOf(url, this.#ports.origin), attributes);
    } catch (error) {
      this.graph.fail(url);
      throw error;
    }
  }
}

function noBody(): never {
  throw new Error('a module that came in a pack has its body there');
}
