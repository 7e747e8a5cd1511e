/**
 * The modules that define elements: what each made, and what of others it read while it ran.
 */
import { chainOf, type ElementClass } from './types.js';

/** Reads a variable of a module. */
export type Read<Value = unknown> = () => Value;

/** A module that defines elements. */
export interface DefiningModule {
  readonly url: string;
  /** How often it ran. */
  generation: number;
  /** Whether it has begun, and not come to its end. */
  isRunning: boolean;
  /** Whether code that asks for what it has not defined again gets nothing: it runs, or did so just now. */
  hides: boolean;
  /** The modules whose values it read while it ran. */
  sources: ReadonlySet<DefiningModule>;
}

/** The modules of the page. */
export class DefiningModules {
  readonly #running = new Set<DefiningModule>();
  readonly #modules = new Map<string, DefiningModule>();
  /** Which module made a value. */
  readonly #owners = new WeakMap<object, DefiningModule>();

  /** A module that is there, or comes. */
  module(url: string): DefiningModule {
    const known = this.#modules.get(url);
    if (known) return known;
    const module = {
      url,
      generation: 0,
      isRunning: false,
      hides: false,
      sources: new Set<DefiningModule>(),
    };
    this.#modules.set(url, module);
    return module;
  }

  /** A module begins to run. */
  begin(module: DefiningModule): void {
    module.isRunning = true;
    this.#hide(module);
    this.#running.delete(module);
    this.#running.add(module);
  }

  /** The module that began last, of those that run. */
  get running(): DefiningModule | undefined {
    return [...this.#running].at(-1);
  }

  /**
   * A module has come to its end.
   *
   * @param own Read its variables.
   * @param used Read what it read of others while it ran.
   * @returns The values of its own that are objects or functions.
   */
  end(module: DefiningModule, own: readonly Read[], used: readonly Read[]): object[] {
    module.generation += 1;
    module.isRunning = false;
    this.#running.delete(module);
    const made = objects(own.map(attempt));
    for (const value of made) this.own(value, module);
    const sources = objects(used.map(attempt)).flatMap((value) => this.#owners.get(value) ?? []);
    module.sources = new Set(sources.filter((one) => one !== module));
    // Work that it left for right after its end may still define.
    this.#hide(module);
    return made;
  }

  #hide(module: DefiningModule): void {
    module.hides = true;
    setTimeout(() => {
      module.hides = false;
    });
  }

  /** The module that made a class. */
  ownerOf(of: ElementClass): DefiningModule | undefined {
    for (const one of chainOf(of)) {
      const owner = this.#owners.get(one);
      if (owner) return owner;
    }
    return undefined;
  }

  /** A module made a value. */
  own(value: object, module: DefiningModule): void {
    if (!this.#owners.has(value)) this.#owners.set(value, module);
  }

  /** The modules that read values of a module while they ran. */
  readersOf(module: DefiningModule): DefiningModule[] {
    return [...this.#modules.values()].filter(({ sources }) => sources.has(module));
  }
}

function attempt<Value>(read: Read<Value>): Value | undefined {
  try {
    return read();
  } catch {
    // In a cycle it has no value yet.
    return undefined;
  }
}

function objects(some: readonly unknown[]): object[] {
  return some.filter((value): value is object => Object(value) === value);
}
