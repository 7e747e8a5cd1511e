/**
 * Modules whose code came with an update: linked and run here, by the rules that browsers have for modules,
 * instead of being fetched. What this cannot do exactly as a browser would, it leaves to the browser.
 *
 * Each is a function with setters for what it imports and a reader of what it exports (`core/carry.rs`).
 */
import type { ModuleNamespace } from '../client.js';
import { type Dynamic, makeMeta } from './meta.js';
import type { Renewal } from './plan.js';
import type { CarriedImport, CarriedModule, ImportKind } from './protocol.js';
import { stamp } from './url.js';

/** What a module's code needs of the client. */
export interface ClientFunctions {
  readonly trackExports: unknown;
  readonly exportsWritten: unknown;
  readonly createHot: unknown;
}

/** What carried modules need from the page. Addresses are absolute. */
export interface CarriedPorts extends ClientFunctions {
  /** The page's origin. */
  readonly origin: string;
  /** The value of an expression. Throws what the expression, or the page's policy, throws. */
  compile(expression: string): unknown;
  /** Imports a module that no update carried. */
  importModule(address: string, kind: ImportKind): Promise<ModuleNamespace>;
  /** Asks the server for the code of a module. */
  ask(address: string): Promise<{ version: number; carried: CarriedModule | null } | undefined>;
  /** The version at which this page runs a module; `undefined` when it runs none. */
  versionOf(url: string): number | undefined;
  /** Whether the page fetched exactly this generation of a module. */
  isFetched(url: string, version: number): boolean;
  /** What a dynamic import of a module leads to. */
  readonly dynamic: Dynamic;
}

/** New code that is known to run. */
export interface Prepared {
  /** Evaluates a module with what it imports; what was evaluated before is not again. */
  evaluate(module: Renewal): Promise<ModuleNamespace>;
  /** Whether a module of the update, evaluated or imported by one that was, has run; `true` where only the browser knows. */
  hasRun(url: string): boolean;
}

/** Reads an export by its name; without one returns the namespace. */
type Reader = (name?: string) => unknown;
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
interface Follower {
  readonly set: Setter;
  readonly read: Reader;
  /** The importer, when it exports again what it imports. */
  readonly forwarder?: string | undefined;
}

/** A module that is imported: the page's own, or the browser's. */
interface Imported {
  readonly url: string;
  readonly read: Reader;
  /** The names that it exports. */
  readonly names: ReadonlySet<string>;
  readonly instance?: Instance;
  readonly forwarder?: string | undefined;
}

/** Names a module that the browser runs. */
interface NativeName {
  readonly url: string;
  /** Where it is, below the page's origin. */
  readonly address: string;
  readonly kind: ImportKind;
}

/** Names a generation of a module. */
interface Name {
  readonly url: string;
  readonly version: number;
}

/** One generation of a module that the client runs. */
interface Instance extends Imported, Name {
  readonly meta: object;
  readonly instance: Instance;
  readonly imports: readonly (Imported & Follower)[];
  readonly steps: Generator;
  state: 'linked' | 'evaluated' | 'failed';
  error: unknown;
}

/** Generations of a module that can still be imported: the current one and the one before. */
const KEPT = 2;

/** The browser has to do this. */
class Unable extends Error {}

/** The carried modules of a page. */
export class CarriedModules {
  readonly #ports: CarriedPorts;
  /** By url, the newest last. */
  readonly #instances = new Map<string, Instance[]>();
  readonly #byMeta = new WeakMap<object, Instance>();
  readonly #followers = new Map<string, Set<Follower>>();
  /** By url, the newest code and what it was compiled to: most stale modules did not change. */
  readonly #compiled = new Map<string, { code: string; make: CarriedFunction }>();
  /** By url, the newest module that the browser runs and that was imported. */
  readonly #natives = new Map<string, { address: string; imported: Imported }>();
  /** Of modules that run and are not known to native code yet. */
  readonly #fresh: Instance[] = [];
  /** By address, what the last update linked: code that it evaluates may import it before its turn. */
  #pending = new Map<string, Instance>();
  readonly #announced = new WeakSet<Instance>();
  /** Whether the page's content security policy forbids it all. */
  #isForbidden = false;
  /** The newest version that the server sent of any module. */
  newest = 0;

  constructor(ports: CarriedPorts) {
    this.#ports = ports;
  }

  /**
   * Links new code, and evaluates none of it.
   *
   * @param modules All that the update renews.
   * @param roots Those of them to be evaluated, with what they import.
   * @returns `undefined` when the browser has to load the code, be it that it is to find out why it does not load.
   */
  async prepare(
    modules: readonly Renewal[],
    roots: readonly Renewal[],
  ): Promise<Prepared | undefined> {
    if (this.#isForbidden) return undefined;
    // What an update that was overtaken linked and nobody heard of is linked anew.
    const heardOf = [...this.#pending].filter(([, instance]) => this.#announced.has(instance));
    this.#pending = new Map(heardOf);
    try {
      const known = await this.#withCode(modules);
      const linking = new Linking(new Map(known.map((one) => [one.url, one])), this.#ports, this);
      await this.#import(linking.natives(roots));
      const linked = new Map<string, Imported>();
      for (const { url } of roots) linked.set(url, linking.link(url));
      for (const instance of linking.instances) this.#byMeta.set(instance.meta, instance);
      for (const one of linking.instances) this.#pending.set(stamp(one.url, one.version), one);
      return {
        evaluate: async ({ url }) => {
          const found = linked.get(url);
          if (!found) throw new Error(`${url} is not part of the update`);
          if (found.instance) this.#evaluate(found.instance);
          return found.read() as ModuleNamespace;
        },
        hasRun: (url) => linking.hasRun(url),
      };
    } catch (error) {
      this.#isForbidden = error instanceof EvalError;
      return undefined;
    }
  }

  /** The namespace of a generation; `undefined` when it was not carried, or is too old. */
  namespace(url: string, version: number): ModuleNamespace | undefined {
    const instance = this.find(url, version);
    if (!instance) return undefined;
    this.#evaluate(instance);
    return instance.read() as ModuleNamespace;
  }

  /** The function that the code of a module says. */
  compile({ url, version }: Name, code: string): CarriedFunction {
    const known = this.#compiled.get(url);
    if (known?.code === code) return known.make;
    const source = `${code}\n//# sourceURL=${this.#ports.origin}${stamp(url, version)}`;
    const make = this.#ports.compile(source) as CarriedFunction;
    this.#compiled.set(url, { code, make });
    return make;
  }

  /** A generation that was carried. */
  find(url: string, version: number): Instance | undefined {
    const evaluated = this.#instances.get(url)?.find((instance) => instance.version === version);
    return evaluated ?? this.#pending.get(stamp(url, version));
  }

  /**
   * Lets native code follow the exports of a module.
   *
   * @throws When there is no such generation, or it threw.
   */
  join(url: string, version: number, set: Setter): void {
    const instance = this.find(url, version);
    if (!instance) throw new Error(`${stamp(url, version)} is no longer there`);
    this.#evaluate(instance);
    this.#follow(url, { set, read: instance.read });
    set(instance.read);
  }

  /**
   * Lets a native module follow the page's instance of the same generation, which is made where there is none.
   *
   * @param imported What it imports: url and namespace.
   */
  share(
    name: Name,
    imported: readonly (readonly [string, ModuleNamespace])[],
    exports: readonly string[],
    set: Setter,
    make: CarriedFunction,
  ): void {
    if (!this.find(name.url, name.version)) {
      const imports = imported.map(([url, namespace]) => {
        return { ...nativeModule(url, namespace), forwarder: name.url };
      });
      const instance = instantiate(name, make, exports, imports, [], this.#ports);
      this.#byMeta.set(instance.meta, instance);
      this.#evaluate(instance);
    }
    this.join(name.url, name.version, set);
  }

  /** A module has assigned some of its exports. */
  written(meta: object): void {
    const instance = this.#byMeta.get(meta);
    if (instance) this.changed(instance.url);
  }

  /** Exports of a module may have other values than before. */
  changed(url: string): void {
    const urls = new Set([url]);
    for (const changed of urls) {
      for (const { set, read, forwarder } of this.#followers.get(changed) ?? []) {
        set(read);
        if (forwarder !== undefined) urls.add(forwarder);
      }
    }
  }

  /** The module left the page. */
  forget(url: string): void {
    for (const instance of this.#instances.get(url) ?? []) this.#drop(instance);
    this.#instances.delete(url);
    this.#compiled.delete(url);
    this.#natives.delete(url);
  }

  /** The address and export names of each module that ran, or was linked to run, since the last call. */
  takeFresh(): { address: string; names: string[] }[] {
    const fresh = [...this.#fresh.splice(0), ...this.#pending.values()];
    return fresh
      .filter((instance) => !this.#announced.has(instance))
      .map((instance) => {
        this.#announced.add(instance);
        return {
          address: this.#ports.origin + stamp(instance.url, instance.version),
          names: [...instance.names],
        };
      });
  }

  /** A module that the browser runs; `undefined` before it was imported. */
  native({ url, address }: NativeName): Imported | undefined {
    const known = this.#natives.get(url);
    return known?.address === address ? known.imported : undefined;
  }

  /** Imports what was not imported before: that takes the browser its time, even for what runs already. */
  async #import(names: readonly NativeName[]): Promise<void> {
    const missing = names.filter((name) => !this.native(name));
    if (missing.length === 0) return;
    const { origin } = this.#ports;
    const importOne = async ({ url, address, kind }: NativeName) => {
      const namespace = await this.#ports.importModule(origin + address, kind);
      this.#natives.set(url, { address, imported: nativeModule(url, namespace) });
    };
    await Promise.all(missing.map(importOne));
  }

  async #withCode(modules: readonly Renewal[]): Promise<readonly Renewal[]> {
    if (modules.every(isComplete)) return modules;
    return Promise.all(modules.map((one) => (isComplete(one) ? one : this.#ask(one))));
  }

  async #ask(module: Renewal): Promise<Renewal> {
    const answer = await this.#ports.ask(this.#ports.origin + stamp(module.url, module.version));
    if (!answer) throw new Unable();
    this.newest = Math.max(this.newest, answer.version);
    if (answer.version !== module.version) throw new Unable();
    return { ...module, carried: answer.carried };
  }

  #evaluate(instance: Instance): void {
    if (instance.state === 'failed') throw instance.error;
    if (instance.state === 'evaluated') return;
    try {
      for (const { instance: imported } of instance.imports) if (imported) this.#evaluate(imported);
      for (const one of instance.imports) {
        one.set(one.read);
        this.#follow(one.url, one);
      }
      instance.steps.next();
      instance.state = 'evaluated';
    } catch (error) {
      instance.state = 'failed';
      instance.error = error;
      throw error;
    } finally {
      this.#pending.delete(stamp(instance.url, instance.version));
      this.#keep(instance);
    }
  }

  #keep(instance: Instance): void {
    const all = [...(this.#instances.get(instance.url) ?? []), instance];
    for (const old of all.splice(0, all.length - KEPT)) this.#drop(old);
    this.#instances.set(instance.url, all);
    this.#fresh.push(instance);
  }

  #follow(url: string, follower: Follower): void {
    const followers = this.#followers.get(url) ?? new Set();
    this.#followers.set(url, followers.add(follower));
  }

  #drop(instance: Instance): void {
    for (const follower of instance.imports) this.#followers.get(follower.url)?.delete(follower);
  }
}

/** Linking the modules of one update. */
class Linking {
  /** Those that are linked. */
  readonly instances: Instance[] = [];
  readonly #modules: ReadonlyMap<string, Renewal>;
  readonly #ports: CarriedPorts;
  readonly #carried: CarriedModules;
  readonly #linked = new Map<string, Imported>();
  /** Modules of the update that were linked before. */
  readonly #kept: Instance[] = [];
  /** The modules that are being linked, from the root on. */
  readonly #path = new Set<string>();

  constructor(modules: ReadonlyMap<string, Renewal>, ports: CarriedPorts, carried: CarriedModules) {
    this.#modules = modules;
    this.#ports = ports;
    this.#carried = carried;
  }

  /** What the browser runs of all that these modules import. */
  natives(roots: readonly Renewal[]): NativeName[] {
    const found = new Map<string, NativeName>();
    const urls = new Set(roots.map(({ url }) => url));
    for (const url of urls) {
      const module = this.#modules.get(url);
      if (!module) throw new Unable();
      if (module.kind === 'asset') {
        found.set(url, jsonName(module));
        continue;
      }
      for (const one of this.#find(module) ? [] : (module.carried?.imports ?? [])) {
        if (this.#modules.has(one.url)) urls.add(one.url);
        else if (!found.has(one.url)) {
          const outside = this.#outside(one);
          if ('address' in outside) found.set(one.url, outside);
        }
      }
    }
    return [...found.values()];
  }

  /** Links one of the modules, what it imports first. What the browser runs of that has to be imported. */
  link(url: string): Imported {
    // In a cycle, functions of all modules exist before anything runs.
    if (this.#path.has(url)) throw new Unable();
    const known = this.#linked.get(url);
    if (known) return known;
    this.#path.add(url);
    const linked = this.#linkNew(url);
    this.#path.delete(url);
    this.#linked.set(url, linked);
    return linked;
  }

  /** Whether one of the modules has run, or need not. One that is only imported dynamically is the browser's. */
  hasRun(url: string): boolean {
    const linked = this.#linked.get(url);
    if (linked) return (linked.instance?.state ?? 'evaluated') === 'evaluated';
    // What the page runs already keeps what it imported.
    return !this.#kept.some(({ imports }) => imports.some((imported) => imported.url === url));
  }

  #linkNew(url: string): Imported {
    const module = this.#modules.get(url);
    if (!module) throw new Unable();
    if (module.kind === 'asset') return this.#native(jsonName(module));
    const known = this.#find(module);
    if (known) {
      this.#kept.push(known);
      return known;
    }
    const { carried } = module;
    if (!carried) throw new Unable();
    const imports: Imported[] = [];
    for (const one of carried.imports) {
      const imported = this.#import(one);
      if (one.names.some((name) => !imported.names.has(name))) throw new Unable();
      const { read, names, instance } = imported;
      const forwarder = one.forwards ? url : undefined;
      imports.push({ url: one.url, read, names, forwarder, ...(instance && { instance }) });
    }
    const make = this.#carried.compile(module, carried.code);
    const stars = imports.filter((_, index) => carried.imports[index]?.forwardsAll);
    const instance = instantiate(module, make, carried.exports, imports, stars, this.#ports);
    this.instances.push(instance);
    return instance;
  }

  /** The generation that the update brings, when it runs already. */
  #find({ url, version }: Renewal): Instance | undefined {
    const known = this.#carried.find(url, version);
    if (known ? known.state === 'failed' : this.#ports.isFetched(url, version)) throw new Unable();
    return known;
  }

  #import(one: CarriedImport): Imported {
    if (this.#modules.has(one.url)) return this.link(one.url);
    const outside = this.#outside(one);
    return 'address' in outside ? this.#native(outside) : outside;
  }

  /** What is imported that is not part of the update. */
  #outside({ url, kind, volatile }: CarriedImport): Instance | NativeName {
    if (kind === 'css') return { url, address: url, kind };
    const version = this.#ports.versionOf(url);
    // What the page runs already is not evaluated by importing it.
    if (version === undefined) throw new Unable();
    const instance = this.#carried.find(url, version);
    if (instance?.state === 'evaluated') return instance;
    // One that left the page has a version, and would run now, with what it imports.
    if (volatile || instance || !this.#ports.isFetched(url, version)) throw new Unable();
    return { url, address: stamp(url, version), kind };
  }

  #native(name: NativeName): Imported {
    const imported = this.#carried.native(name);
    if (!imported) throw new Unable();
    return imported;
  }
}

/** Whether nothing is to be asked for of a module's code. */
function isComplete({ carried, ask }: Renewal): boolean {
  return carried !== null || !ask;
}

function jsonName({ url, version }: Renewal): NativeName {
  return { url, address: stamp(url, version), kind: 'json' };
}

/** A module that the browser runs. */
function nativeModule(url: string, namespace: ModuleNamespace): Imported {
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
function instantiate(
  { url, version }: Name,
  make: CarriedFunction,
  exports: readonly string[],
  imports: readonly Imported[],
  stars: readonly Imported[],
  ports: CarriedPorts,
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
