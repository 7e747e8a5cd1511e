/**
 * What importers of a module read through. Importers hold a view for good; an update moves it to a new generation, or
 * leaves it, or moves single names of it.
 */
import type { ModuleNamespace } from '../../client.js';
import type { Generation } from './generation.js';
import { makeNamespace } from './namespace.js';
import { readShell } from './portal.js';
import { type Binding, type Resolution, Search, type Source, unite } from './source.js';

/** Counts what may change the bindings that names resolve to, in all pages' modules. */
let changes = 0;

/** Forgets what names resolve to: an update was committed, or a callback decided. */
export function forgetBindings(): void {
  changes += 1;
}

const VIEW = Symbol('view');

/** The prototype of readers. The first access to a member of a namespace makes it an own property. */
const MEMBERS: object = new Proxy(Object.create(null), {
  get: (_, key, reader) => (typeof key === 'string' ? reader[VIEW].add(key) : undefined),
  set: () => false,
});

/** One view of a module. */
export class View implements Source {
  /** The view that it has become one with. */
  #joined: View | undefined;
  #generation: Generation | undefined;
  /** The module as the browser has it, for as long as there is no generation. */
  native: ModuleNamespace | undefined;
  /** Generations whose variables accept callbacks put in the place of this one's, by name. */
  readonly #decided = new Map<string, Generation>();
  /** The last values of names that are gone. */
  readonly #lost = new Map<string, { readonly value: unknown }>();
  /** What names resolved to, as long as nothing changes that. */
  readonly #resolved = new Map<string, Binding>();
  #resolvedAt = changes;
  #reader: object | undefined;
  readonly #namespaces = new Map<string, ModuleNamespace>();
  #namespace: { readonly at: number; readonly object: ModuleNamespace } | undefined;

  /** Whose exports it shows; `undefined` while the module's shell has not run. */
  get generation(): Generation | undefined {
    return this.last.#generation;
  }

  set generation(generation: Generation) {
    this.#generation = generation;
  }

  /** The view that it is one with; itself, when with no other. */
  get last(): View {
    if (!this.#joined) return this;
    this.#joined = this.#joined.last;
    return this.#joined;
  }

  /** It shows what another view does, now and for good. */
  join(view: View): void {
    if (view === this) return;
    this.#joined = view;
    this.#decided.clear();
    forgetBindings();
  }

  /** The value of an export; `undefined` when there is none of that name. */
  read(name: string): unknown {
    return this.binding(name)?.read();
  }

  /** The binding of a name, also of one that is gone and kept for its importers. */
  binding(name: string): Binding | undefined {
    const found = this.resolve(name, new Search()) ?? this.resolve(name, new Search(true));
    return found === 'ambiguous' ? undefined : (found ?? undefined);
  }

  resolve(name: string, search: Search): Resolution {
    if (this.#joined) return this.last.resolve(name, search);
    if (this.#resolvedAt !== changes) {
      this.#resolved.clear();
      this.#resolvedAt = changes;
    }
    const known = this.#resolved.get(name);
    if (known) return known;
    if (!search.enter(this, name)) return null;
    const decided = this.#decided.get(name);
    const found = decided ? decided.own(name) : this.#resolve(name, search);
    if (found && found !== 'ambiguous' && found.isLasting && !search.isCircular) {
      this.#resolved.set(name, found);
    }
    const lost = found === null && search.takesLost ? this.#lost.get(name) : undefined;
    if (!lost) return found;
    return { owner: this, name, isLasting: true, isNative: false, read: () => lost.value };
  }

  #resolve(name: string, search: Search): Resolution {
    const { native } = this;
    const generation = this.#generation;
    if (!generation) {
      if (!native || !Reflect.has(native, name)) return null;
      const read = () => readShell(native, name);
      return { owner: this, name, isLasting: false, isNative: true, read };
    }
    const { code } = generation;
    if (code.locals.has(name)) return generation.own(name);
    const indirect = code.indirect.get(name);
    if (indirect) {
      const source = generation.sources[indirect.import];
      if (!source) return null;
      if (indirect.name !== null) return source.resolve(indirect.name, search);
      // Not the name of any export, which has no such code unit alone.
      return {
        owner: source,
        name: '\uD800*',
        isLasting: true,
        isNative: false,
        read: () => source.namespace(),
      };
    }
    if (name === 'default') return null;
    let found: Resolution = null;
    for (const source of generation.stars) found = unite(found, source.resolve(name, search));
    return found;
  }

  exportedNames(seen: Set<Source> = new Set()): Set<string> {
    if (this.#joined) return this.last.exportedNames(seen);
    if (seen.has(this)) return new Set();
    seen.add(this);
    const { native } = this;
    const generation = this.#generation;
    if (!generation) return new Set(native && Object.getOwnPropertyNames(native));
    const { locals, indirect } = generation.code;
    const names = new Set([...locals, ...indirect.keys()]);
    for (const star of generation.stars) {
      for (const name of star.exportedNames(seen)) if (name !== 'default') names.add(name);
    }
    return names;
  }

  /** The names that its namespace has now. */
  names(): string[] {
    return [...this.exportedNames()].filter((name) => {
      const found = this.resolve(name, new Search());
      return found !== null && found !== 'ambiguous';
    });
  }

  namespace(): ModuleNamespace {
    if (this.#joined) return this.last.namespace();
    if (this.#namespace?.at === changes) return this.#namespace.object;
    const names = this.names();
    const key = JSON.stringify(names.sort());
    let object = this.#namespaces.get(key);
    if (!object) {
      object = makeNamespace(names, (name) => this.read(name));
      this.#namespaces.set(key, object);
    }
    if (this.#generation) this.#namespace = { at: changes, object };
    return object;
  }

  reader(names: readonly string[]): object {
    this.#reader ??= { __proto__: MEMBERS, [VIEW]: this } as object;
    for (const name of names) if (!Object.hasOwn(this.#reader, name)) this.#property(name);
    return this.#reader;
  }

  /** Reads a member that the reader has no property of: from then on it has one. */
  add(name: string): unknown {
    const binding = this.binding(name);
    if (!binding) return undefined;
    this.#property(name);
    return binding.read();
  }

  #property(name: string): void {
    let knownAt = -1;
    let read: () => unknown = () => undefined;
    const get = () => {
      if (knownAt === changes) return read();
      const binding = this.binding(name);
      if (!binding?.isLasting) return binding?.read();
      knownAt = changes;
      read = binding.read;
      return read();
    };
    Object.defineProperty(this.#reader, name, { get, enumerable: true });
  }

  /** Importers see another generation from now on. {@link keep} is to follow, when all views of an update have moved. */
  moveTo(generation: Generation): void {
    this.#generation = generation;
    this.#decided.clear();
    forgetBindings();
  }

  /**
   * Keeps the last values of names that are gone, for modules that imported them.
   *
   * @param values What importers saw before, by name.
   * @returns The names that are gone.
   */
  keep(values: ReadonlyMap<string, unknown>): string[] {
    const isThere = (name: string) => this.resolve(name, new Search()) !== null;
    for (const name of [...this.#lost.keys()]) if (isThere(name)) this.#lost.delete(name);
    const gone = [...values].filter(([name]) => !isThere(name));
    for (const [name, value] of gone) this.#lost.set(name, { value });
    return gone.map(([name]) => name);
  }

  /** What importers see now, by name; exports without a value are left out. */
  values(): Map<string, unknown> {
    const values = new Map<string, unknown>();
    for (const name of this.names()) {
      try {
        values.set(name, this.read(name));
      } catch {
        // There is no value yet: none to keep.
      }
    }
    return values;
  }

  /** Importers see a variable of this generation by that name from now on. */
  decide(name: string, generation: Generation): void {
    if (this.#generation === generation) this.#decided.delete(name);
    else this.#decided.set(name, generation);
  }
}
