/**
 * Modules whose code came with an update: linked and run here, by the rules that browsers have for modules,
 * instead of being fetched. What this cannot do exactly as a browser would, it leaves to the browser.
 */
import type { ModuleNamespace } from '../../client.js';
import type { CarriedModule, ImportKind } from '../protocol.js';
import type { Renewal } from '../update/plan.js';
import { stamp } from '../url.js';
import {
  type CarriedFunction,
  type Follower,
  type Imported,
  type Instance,
  instantiate,
  type Name,
  nativeModule,
  type Setter,
  Unable,
} from './instance.js';
import { Linking, type LinkPorts, type NativeName } from './linking.js';

/** What carried modules need from the page. Addresses are absolute. */
export interface CarriedPorts extends LinkPorts {
  /** The value of an expression. Throws what the expression, or the page's policy, throws. */
  compile(expression: string): unknown;
  /** Imports a module that no update carried. */
  importModule(address: string, kind: ImportKind): Promise<ModuleNamespace>;
  /** Asks the server for the code of a module. */
  ask(address: string): Promise<{ version: number; carried: CarriedModule | null } | undefined>;
}

/** New code that is known to run. */
export interface Prepared {
  /** Evaluates a module with what it imports; what was evaluated before is not again. */
  evaluate(module: Renewal): Promise<ModuleNamespace>;
  /** Whether a module of the update, evaluated or imported by one that was, has run; `true` where only the browser knows. */
  hasRun(url: string): boolean;
}

/** Generations of a module that can still be imported: the current one and the one before. */
const KEPT = 2;

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
  /** By address, what native code gets in its place. */
  readonly #kept = new Map<string, Imported>();
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
   * @throws When the module is not there, or threw.
   */
  join(url: string, version: number, set: Setter): void {
    // What the browser linked long ago and runs only now may have been linked to a generation that is gone. It is
    // still in force, so that the module accepts itself: its importers see what the newest one exports.
    const instance = this.find(url, version) ?? this.#instances.get(url)?.filter(hasRun).at(-1);
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
    const kept = this.#kept.get(stamp(name.url, name.version));
    if (kept) {
      this.#follow(name.url, { set, read: kept.read });
      set(kept.read);
      return;
    }
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

  /** Native modules of a newer version are to follow the one that runs, without running themselves. */
  async keep(url: string, running: number, version: number): Promise<void> {
    const namespace = this.namespace(url, running) ?? (await this.#importNative(url, running));
    this.#kept.set(stamp(url, version), nativeModule(url, namespace));
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
    for (const [address, kept] of this.#kept) if (kept.url === url) this.#kept.delete(address);
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

  #importNative(url: string, version: number): Promise<ModuleNamespace> {
    return this.#ports.importModule(this.#ports.origin + stamp(url, version), 'script');
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

function hasRun({ state }: Instance): boolean {
  return state === 'evaluated';
}

/** Whether nothing is to be asked for of a module's code. */
function isComplete({ carried, ask }: Renewal): boolean {
  return carried !== null || !ask;
}
