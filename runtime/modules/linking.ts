/**
 * Linking the modules of one update by the rules that browsers have: which instance each import is, made where there
 * is none yet. Evaluates nothing. What it cannot do exactly as a browser would, it refuses ({@link Unable}).
 */

import type { CarriedImport, ImportKind } from '../protocol.js';
import type { Renewal } from '../update/plan.js';
import { stamp } from '../url.js';
import {
  type CarriedFunction,
  type Imported,
  type Instance,
  type InstancePorts,
  instantiate,
  type Name,
  Unable,
} from './instance.js';

/** What linking asks of the page. */
export interface LinkPorts extends InstancePorts {
  /** The version at which this page runs a module; `undefined` when it runs none. */
  versionOf(url: string): number | undefined;
  /** Whether the page fetched exactly this generation of a module. */
  isFetched(url: string, version: number): boolean;
}

/** The modules that the client runs already, and those that it imported. */
export interface Known {
  /** A generation that was carried. */
  find(url: string, version: number): Instance | undefined;
  /** The function that the code of a module says. */
  compile(name: Name, code: string): CarriedFunction;
  /** A module that the browser runs; `undefined` before it was imported. */
  native(name: NativeName): Imported | undefined;
}

/** Names a module that the browser runs. */
export interface NativeName {
  readonly url: string;
  /** Where it is, below the page's origin. */
  readonly address: string;
  readonly kind: ImportKind;
}

/** Linking the modules of one update. */
export class Linking {
  /** Those that are linked. */
  readonly instances: Instance[] = [];
  readonly #modules: ReadonlyMap<string, Renewal>;
  readonly #ports: LinkPorts;
  readonly #known: Known;
  readonly #linked = new Map<string, Imported>();
  /** Modules of the update that were linked before. */
  readonly #kept: Instance[] = [];
  /** The modules that are being linked, from the root on. */
  readonly #path = new Set<string>();

  constructor(modules: ReadonlyMap<string, Renewal>, ports: LinkPorts, known: Known) {
    this.#modules = modules;
    this.#ports = ports;
    this.#known = known;
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
    const make = this.#known.compile(module, carried.code);
    const stars = imports.filter((_, index) => carried.imports[index]?.forwardsAll);
    const instance = instantiate(module, make, carried.exports, imports, stars, this.#ports);
    this.instances.push(instance);
    return instance;
  }

  /** The generation that the update brings, when it runs already. */
  #find({ url, version }: Renewal): Instance | undefined {
    const known = this.#known.find(url, version);
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
    const instance = this.#known.find(url, version);
    if (instance?.state === 'evaluated') return instance;
    // One that left the page has a version, and would run now, with what it imports.
    if (volatile || instance || !this.#ports.isFetched(url, version)) throw new Unable();
    return { url, address: stamp(url, version), kind };
  }

  #native(name: NativeName): Imported {
    const imported = this.#known.native(name);
    if (!imported) throw new Unable();
    return imported;
  }
}

function jsonName({ url, version }: Renewal): NativeName {
  return { url, address: stamp(url, version), kind: 'json' };
}
