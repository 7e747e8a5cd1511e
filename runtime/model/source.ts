/**
 * The sources of imports, and the bindings that exports resolve to ("ResolveExport" of ECMA-262, 16.2.1.7.2.2).
 */
import type { ModuleNamespace } from '../../client.js';

/** A variable, or a namespace, that an export stands for. */
export interface Binding {
  /** With `name` it tells variables apart: two ways to the same one do not conflict. */
  readonly owner: object;
  readonly name: string;
  /** Whether it stays so until an update is committed. */
  readonly isLasting: boolean;
  /** Whether the browser has the variable. Then the page cannot tell which module it belongs to. */
  readonly isNative: boolean;
  /** The value now. Throws a `ReferenceError` where there is none yet. */
  read(): unknown;
}

/** The outcome of looking for an export: `null` where there is none, or only a circle. */
export type Resolution = Binding | 'ambiguous' | null;

/** The exports that are being resolved, to end in circles. */
export class Search {
  readonly #steps = new Map<string, Set<Source>>();
  /** Whether exports count that are gone and whose last value is kept. */
  readonly takesLost: boolean;
  /** Whether it has come to a circle: what was found on the way may not be all. */
  isCircular = false;

  constructor(takesLost = false) {
    this.takesLost = takesLost;
  }

  /** Notes a step. Returns `false` when it was taken before. */
  enter(source: Source, name: string): boolean {
    const sources = this.#steps.get(name) ?? new Set();
    if (sources.has(source)) {
      this.isCircular = true;
      return false;
    }
    this.#steps.set(name, sources.add(source));
    return true;
  }
}

/** A module as its importers see it. */
export interface Source {
  /** The binding of an export. */
  resolve(name: string, search: Search): Resolution;
  /** The names that it exports, be they ambiguous; `seen` ends circles of `export *`. */
  exportedNames(seen: Set<Source>): Set<string>;
  /** What `import * as` and `import()` give. */
  namespace(): ModuleNamespace;
  /** The object that importers read exports from, by properties. `names` are those that they import by name. */
  reader(names: readonly string[]): object;
}

/** One of two bindings that `export *` leads to under one name. */
export function unite(known: Resolution, found: Resolution): Resolution {
  if (known === null || found === null) return known ?? found;
  if (known === 'ambiguous' || found === 'ambiguous') return 'ambiguous';
  if (known.owner === found.owner && known.name === found.name) return known;
  // A native namespace does not tell whose variable it shows: the same value is taken for the same variable.
  return isSameValue(known, found) ? known : 'ambiguous';
}

function isSameValue(one: Binding, other: Binding): boolean {
  const [first, second] = [one, other].map(peek);
  if (!one.isNative && !other.isNative) return false;
  return first === undefined || second === undefined || Object.is(first.value, second.value);
}

function peek(binding: Binding): { value: unknown } | undefined {
  try {
    return { value: binding.read() };
  } catch {
    return undefined;
  }
}

/** A module that is the browser's: what is served byte for byte, and what the page has no record of. */
export class NativeSource implements Source {
  readonly #namespace: ModuleNamespace;

  /** @param namespace As the browser gives it. */
  constructor(namespace: ModuleNamespace) {
    this.#namespace = namespace;
  }

  resolve(name: string): Resolution {
    const namespace = this.#namespace;
    if (!Reflect.has(namespace, name)) return null;
    return { owner: this, name, isLasting: true, isNative: true, read: () => namespace[name] };
  }

  exportedNames(): Set<string> {
    return new Set(Object.getOwnPropertyNames(this.#namespace));
  }

  namespace(): ModuleNamespace {
    return this.#namespace;
  }

  reader(): object {
    return this.#namespace;
  }
}
