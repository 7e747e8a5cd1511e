/**
 * A module that the client runs: made of its function, which is the text of its code (`core/carry.rs`), with what it
 * imports. Knows neither updates nor the page.
 */
import type { ModuleNamespace } from '../../client.js';
import { stamp } from '../url.js';
import { type Dynamic, makeMeta } from './meta.js';

/** What a module's code needs of the client. */
export interface ClientFunctions {
  readonly trackExports: unknown;
  readonly exportsWritten: unknown;
  readonly createHot: unknown;
}

/** What a module that the client runs needs from the page. */
export interface InstancePorts extends ClientFunctions {
  /** The page's origin. */
  readonly origin: string;
  /** What a dynamic import of a module leads to. */
  readonly dynamic: Dynamic;
}

/** Reads an export by its name; without one returns the namespace. */
export type Reader = (name?: string) => unknown;
/** Assigns what a module imports from another. */
export type Setter = (read: Reader) => void;
/** What a carried module's code is the text of. */
export type CarriedFunction = (
  meta: object,
  track: unknown,
  written: unknown,
  hot: unknown,
) => Generator<[readonly (Setter | 0)[], (name: string) => unknown], void>;

/** An import, to be assigned anew when the other module's exports change. */
export interface Follower {
  readonly set: Setter;
  readonly read: Reader;
  /** The importer, when it exports again what it imports. */
  readonly forwarder?: string | undefined;
}

/** A module that is imported: the page's own, or the browser's. */
export interface Imported {
  readonly url: string;
  readonly read: Reader;
  /** The names that it exports. */
  readonly names: ReadonlySet<string>;
  readonly instance?: Instance;
  readonly forwarder?: string | undefined;
}

/** Names a generation of a module. */
export interface Name {
  readonly url: string;
  readonly version: number;
}

/** One generation of a module that the client runs. */
export interface Instance extends Imported, Name {
  readonly meta: object;
  readonly instance: Instance;
  readonly imports: readonly (Imported & Follower)[];
  readonly steps: Generator;
  state: 'linked' | 'evaluated' | 'failed';
  error: unknown;
}

/** The browser has to do this. */
export class Unable extends Error {}

/** A module that the browser runs. */
export function nativeModule(url: string, namespace: ModuleNamespace): Imported {
  return {
    url,
    read: (name) => (name === undefined ? namespace : namespace[name]),
    names: new Set(Object.keys(namespace)),
  };
}

/**
 * Takes a module's first step: everything is declared, nothing has run.
 *
 * @param exports The names that it exports itself.
 * @param stars What it exports all of.
 */
export function instantiate(
  { url, version }: Name,
  make: CarriedFunction,
  exports: readonly string[],
  imports: readonly Imported[],
  stars: readonly Imported[],
  ports: InstancePorts,
): Instance {
  const meta = makeMeta(ports.origin + stamp(url, version), ports.dynamic);
  const steps = make(meta, ports.trackExports, ports.exportsWritten, ports.createHot);
  const declared = steps.next();
  if (declared.done) throw new Unable();
  const [setters, readOwn] = declared.value;
  const forwarded = forwardedBy(stars, exports);
  const names = new Set([...exports, ...forwarded.keys()]);
  let namespace: ModuleNamespace | undefined;
  const read: Reader = (name) => {
    if (name !== undefined) return (forwarded.get(name) ?? readOwn)(name);
    namespace ??= makeNamespace(names, read);
    return namespace;
  };
  const instance: Instance = {
    url,
    version,
    meta,
    read,
    names,
    imports: imports.map((one, index) => ({ ...one, set: setters[index] || (() => {}) })),
    steps,
    state: 'linked',
    error: undefined,
    get instance() {
      return instance;
    },
  };
  return instance;
}

/** What a module exports by `export *`: the other module's reader by name. */
function forwardedBy(
  stars: readonly Imported[],
  exports: readonly string[],
): ReadonlyMap<string, Reader> {
  const readers = new Map<string, Reader>();
  for (const { names, read } of stars) {
    for (const name of names) {
      if (name === 'default' || exports.includes(name)) continue;
      // It is ambiguous, unless both stand for the same variable.
      if (readers.has(name)) throw new Unable();
      readers.set(name, read);
    }
  }
  return readers;
}

/** A namespace as a browser would make it, but for the kind of its properties. */
function makeNamespace(names: ReadonlySet<string>, read: Reader): ModuleNamespace {
  const namespace = Object.create(null);
  for (const name of [...names].sort()) {
    Object.defineProperty(namespace, name, { enumerable: true, get: () => read(name) });
  }
  Object.defineProperty(namespace, Symbol.toStringTag, { value: 'Module' });
  return Object.preventExtensions(namespace);
}
