/**
 * The modules of a page, by url.
 */

import type { ModuleNamespace } from '../../client.js';
import type { Definition, ImportLink, Update } from '../protocol.js';
import type { Generation } from './generation.js';
import { Module } from './module.js';
import { NativeSource, Search, type Source } from './source.js';

/** What the modules of a page need to know of it. */
export interface GraphPorts {
  /** Whether the page has import maps. Then it alone knows what specifiers stand for. */
  hasImportMaps(): boolean;
  /** The url of a module by its address: path and query on the page's origin, the whole address elsewhere. */
  urlAt(address: string): string | undefined;
}

/** What an importing module knows of its place. */
export interface Place {
  /** What the browser makes of a specifier: `import.meta.resolve`. */
  resolve(specifier: string): string;
}

/** The modules of a page. */
export class Graph {
  readonly #modules = new Map<string, Module>();
  readonly #natives = new Map<string, NativeSource>();
  readonly #ports: GraphPorts;
  /**
   * Whether the browser must no longer link new modules by itself: it has old instances of some modules, whose exports
   * may differ from those of now.
   */
  isAhead = false;
  /** Modules that could not be imported natively. Browsers keep that for good. */
  readonly #failed = new Set<string>();
  /** Those that failed before the last update. They may load by now. */
  readonly #curable = new Set<string>();

  constructor(ports: GraphPorts) {
    this.#ports = ports;
  }

  /** The record of a module. */
  get(url: string): Module | undefined {
    return this.#modules.get(url);
  }

  /** The record of a module, made where there is none. */
  module(url: string): Module {
    const known = this.#modules.get(url);
    if (known) return known;
    const module = new Module(url);
    this.#modules.set(url, module);
    return module;
  }

  /** All records. */
  get modules(): Iterable<Module> {
    return this.#modules.values();
  }

  /** The generation in force. */
  current(url: string): Generation | undefined {
    return this.#modules.get(url)?.current;
  }

  /** The url of the module that a specifier leads to. */
  urlOf(link: Pick<ImportLink, 'specifier' | 'url'>, importer: Place): string | undefined {
    // Whether a whole address is one of the page's own modules is for the page to say: a server may have several names.
    const isKnown = link.url?.startsWith('/') && !this.#ports.hasImportMaps();
    if (link.url !== null && isKnown) return link.url;
    return this.resolve(link.specifier, importer) ?? link.url ?? undefined;
  }

  /**
   * What names the module that an import leads to: its url. The text of a file that may be a script too is another
   * module.
   *
   * @param isData Whether a module is data, and so no script.
   */
  keyOf(
    link: ImportLink,
    importer: Place,
    isData: (url: string) => boolean | undefined = (url) => this.get(url)?.code?.isData,
  ): string | undefined {
    const url = this.urlOf(link, importer);
    if (url === undefined || link.kind !== 'other' || isData(url)) return url;
    return `${url} as ${link.attributes?.type}`;
  }

  /** The url that a page makes of a specifier, `undefined` when it takes more than the page. */
  resolve(specifier: string, importer: Place): string | undefined {
    try {
      return this.#ports.urlAt(importer.resolve(specifier));
    } catch {
      return undefined;
    }
  }

  /** A module that is the browser's and stays so. */
  native(url: string, namespace: ModuleNamespace): NativeSource {
    const source = this.#natives.get(url) ?? new NativeSource(namespace);
    this.#natives.set(url, source);
    return source;
  }

  /** The same, when it was imported already. */
  knownNative(url: string): NativeSource | undefined {
    return this.#natives.get(url);
  }

  /** Modules that could not be imported natively since the last update. */
  get failed(): ReadonlySet<string> {
    return this.#failed;
  }

  /** A native import failed. */
  fail(url: string): void {
    this.#failed.add(url);
  }

  /** Whether a native import failed, and the module may be another one since then. */
  isCurable(url: string): boolean {
    return this.#curable.has(url);
  }

  /** It is an update's turn: tells which modules accepted specifiers name. */
  learn({ stale }: Update): void {
    for (const { url, importers } of stale) {
      for (const importer of importers) {
        const names = this.#modules.get(importer.url)?.names;
        for (const specifier of importer.accepts) names?.set(specifier, url);
      }
    }
    this.cure();
  }

  /** Files have changed: what failed before may be another module now. */
  cure(): void {
    for (const url of this.#failed) this.#curable.add(url);
    this.#failed.clear();
  }

  /** The sources of the imports of a shell, or of a module in a pack. A pack gives no namespaces of scripts. */
  sourcesOf(
    definition: Definition,
    importer: Place,
    natives: readonly (ModuleNamespace | undefined)[],
  ): Source[] {
    return natives.map((namespace, index) => {
      const link = definition.imports[index];
      const url = link && this.keyOf(link, importer);
      if (url === undefined) return new NativeSource(namespace ?? Object.create(null));
      if (namespace && link && isNative(link) && !this.#modules.get(url)?.current) {
        return this.native(url, namespace);
      }
      const module = this.module(url);
      // The browser shows the old values of one that left.
      if (namespace) module.setNative(namespace);
      return module.view;
    });
  }

  /**
   * A shell has run, and so have its imports. If the page has no record of one, the browser's own instance is the only
   * one.
   */
  ran(definition: Definition, importer: Place, natives: readonly ModuleNamespace[]): void {
    for (const [index, namespace] of natives.entries()) {
      const link = definition.imports[index];
      const url = link && this.keyOf(link, importer);
      if (url === undefined || link?.kind === 'json') continue;
      const { current, next, hasLeft } = this.#modules.get(url) ?? {};
      if (!current && !next && !hasLeft) this.native(url, namespace);
    }
  }

  /**
   * The names under which native importers of a module see something else than it exports. Its shell re-exports from
   * other modules natively, and the browser never changes that.
   */
  stuck({ shells, view }: Module): string[] {
    const names = new Set<string>();
    for (const { definition, resolve } of shells) {
      const sourceOf = (index: number) => {
        const link = definition.imports[index];
        const url = link && this.urlOf(link, { resolve });
        return url === undefined ? undefined : (this.#natives.get(url) ?? this.get(url)?.view);
      };
      const compare = (name: string, source: Source | undefined, imported: string) => {
        const shown = source?.resolve(imported, new Search());
        const present = view.resolve(name, new Search());
        if (!shown || !present || shown === 'ambiguous' || present === 'ambiguous') return;
        if (shown.owner !== present.owner || shown.name !== present.name) names.add(name);
      };
      for (const { exported, import: index, name } of definition.indirect) {
        if (name !== null) compare(exported, sourceOf(index), name);
      }
      const own = new Set([
        ...definition.locals,
        ...definition.indirect.map((one) => one.exported),
      ]);
      for (const source of definition.stars.map(sourceOf)) {
        for (const name of source?.exportedNames(new Set()) ?? []) {
          if (name !== 'default' && !own.has(name)) compare(name, source, name);
        }
      }
    }
    return [...names];
  }

  /**
   * A module leaves the page.
   *
   * @param over Resolves when what it holds is let go.
   */
  leave(url: string, over: Promise<unknown>): void {
    this.#natives.delete(url);
    this.isAhead = true;
    this.module(url).leave(over);
  }
}

/** Whether an import is of a module that has no record: it is served byte for byte, or is no script. */
export function isNative({ plain, kind }: ImportLink): boolean {
  return kind === 'css' || kind === 'other' || (plain && kind !== 'json');
}
