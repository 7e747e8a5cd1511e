/**
 * The modules that this page knows: their `data`, their current generation, and the version that the
 * page is at for each. During an update new generations wait beside the current ones, so that a failed
 * one leaves everything as it was.
 */
import { Generation } from './generation.js';

interface Entry {
  data: unknown;
  /** Urls of accepted dependencies by specifier, as far as updates told. */
  readonly names: Map<string, string>;
  current: Generation | undefined;
  /** Evaluated by the update that is being applied. */
  next: Generation | undefined;
  /** The last one, after code without `import.meta.hot` took its place or nothing did. */
  former: Generation | undefined;
}

/** What a page knows of its modules. */
export class Registry {
  readonly #entries = new Map<string, Entry>();
  readonly #versions = new Map<string, number>();
  readonly #replaced: (generation: Generation) => void;
  /** Of modules that left the page, the version by which whoever imports one again gets it. */
  readonly #left = new Map<string, number>();
  /** The versions before the update that is being applied, by module. */
  #before = new Map<string, number | undefined>();

  /** @param replaced Is told of each generation that is no longer current, to drop its listeners. */
  constructor(replaced: (generation: Generation) => void) {
    this.#replaced = replaced;
  }

  /** Whether code of this module with `import.meta.hot` runs in this page. */
  has(url: string): boolean {
    return this.current(url) !== undefined;
  }

  /** The current generation of a module. */
  current(url: string): Generation | undefined {
    return this.#entries.get(url)?.current;
  }

  /** The generation whose cleanup is still owed when the module leaves the page. */
  last(url: string): Generation | undefined {
    const entry = this.#entries.get(url);
    return entry?.current ?? entry?.former;
  }

  /** The version that this page is at for a module; `undefined` when no update touched it. */
  version(url: string): number | undefined {
    return this.#versions.get(url);
  }

  /** The version by which a module that left the page is imported again; 0 when it never left. */
  leftAt(url: string): number {
    return this.#left.get(url) ?? 0;
  }

  /** Keeps the version that a module is at, unless one is known. */
  pin(url: string, version: number): void {
    if (!this.#versions.has(url)) this.#versions.set(url, version);
  }

  /** The `data` of a module. */
  data(url: string): unknown {
    return this.#entry(url).data;
  }

  /** Replaces the `data` of a module. */
  setData(url: string, data: unknown): void {
    this.#entry(url).data = data;
  }

  /** Keeps which module an accepting module names by a specifier. */
  learn(importer: string, specifier: string, url: string): void {
    this.#entries.get(importer)?.names.set(specifier, url);
  }

  /** The url of the module that `importer` names by a specifier, as far as the page can tell. */
  resolve(importer: string, specifier: string): string | undefined {
    const entry = this.#entries.get(importer);
    return entry?.names.get(specifier) ?? entry?.current?.resolve(specifier);
  }

  /**
   * A module is being evaluated. Its registrations count from now on, or from {@link commit} when the
   * running update evaluates it. When the page is past that version already, it is replaced from the beginning.
   */
  create(url: string, version: number): Generation {
    const entry = this.#entry(url);
    const generation = new Generation(url, version);
    const newest = this.#versions.get(url) ?? 0;
    if (version < newest) {
      // An import that was on its way when an update replaced it.
      this.#retire(generation);
    } else if (this.#before.has(url)) {
      entry.next = generation;
    } else {
      this.#replace(entry, generation);
      this.#versions.set(url, version);
    }
    return generation;
  }

  /** Starts an update: these modules are going to be evaluated at these versions. */
  begin(targets: ReadonlyMap<string, number>): void {
    for (const [url, version] of targets) {
      this.#before.set(url, this.#versions.get(url));
      this.#versions.set(url, version);
    }
  }

  /**
   * Ends the update. Of a module that did not make it the old registrations stay current; what its new
   * code left behind is disposed of together with them.
   *
   * @param succeeded Whether a module was evaluated to its end.
   */
  end(succeeded: (url: string) => boolean): void {
    for (const [url, before] of this.#before) {
      const entry = this.#entry(url);
      const { current, next } = entry;
      entry.next = undefined;
      if (succeeded(url)) {
        this.#settle(entry, next);
      } else {
        if (before === undefined) this.#versions.delete(url);
        else this.#versions.set(url, before);
        if (next) this.#abandon(next, current);
      }
    }
    this.#before = new Map();
  }

  /**
   * A module left the page: forgets it, `data` included.
   *
   * @param version Whoever imports it again gets this one, and so evaluates it again.
   */
  remove(url: string, version: number): void {
    const entry = this.#entries.get(url);
    if (entry?.current) this.#retire(entry.current);
    this.#entries.delete(url);
    this.#versions.delete(url);
    this.#left.set(url, version);
  }

  /** A module has a newer version. When it left the page, whoever imports it again gets this one. */
  renewed(url: string, version: number): void {
    if (this.#left.has(url)) this.#left.set(url, version);
  }

  #settle(entry: Entry, next: Generation | undefined): void {
    const { current } = entry;
    // The import found a generation that is evaluated already.
    if (!next && current && current.version >= (this.#versions.get(current.url) ?? 0)) return;
    this.#replace(entry, next);
  }

  #replace(entry: Entry, next: Generation | undefined): void {
    const old = entry.current;
    entry.current = next;
    entry.former = next ? undefined : (old ?? entry.former);
    if (!old) return;
    this.#retire(old);
    // Empty after an update. Otherwise code evaluated the module on its own: it is cleaned up later.
    if (next) next.inherited = [...old.inherited, ...old.disposers];
  }

  #abandon(next: Generation, current: Generation | undefined): void {
    this.#retire(next);
    if (current) current.inherited.push(...next.inherited, ...next.disposers);
  }

  #retire(generation: Generation): void {
    generation.replaced = true;
    this.#replaced(generation);
  }

  #entry(url: string): Entry {
    let entry = this.#entries.get(url);
    if (!entry) {
      entry = {
        data: {},
        names: new Map(),
        current: undefined,
        next: undefined,
        former: undefined,
      };
      this.#entries.set(url, entry);
    }
    return entry;
  }
}
