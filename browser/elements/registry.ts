/**
 * Registries of custom elements, the page's own and scoped ones, in which modules that run again define again.
 */
import { Definition, isPlain } from './definition.js';
import { libraryOf } from './libraries.js';
import { type DefiningModule, DefiningModules } from './modules.js';
import type { ElementClass } from './types.js';

/** What a registry has defined, by name. */
const tables = new WeakMap<CustomElementRegistry, Map<string, Known>>();

/** The same, by definition. */
const knowns = new WeakMap<Definition, Known>();

/** Prototypes of registries that have our functions. */
const installed = new WeakSet<CustomElementRegistry>();

interface Known {
  readonly definition: Definition;
  owner: DefiningModule | undefined;
  /** The owner's generation that defined it last. */
  generation: number;
}

/** A class that is to take over. */
export interface Replacement {
  readonly definition: Definition;
  readonly of: ElementClass;
  readonly options: ElementDefinitionOptions | undefined;
}

/** What registries need from the page. */
export interface RegistryPorts {
  /** Replaces classes. */
  replace(replacements: readonly Replacement[], owner: DefiningModule): void;
  /** A class cannot take over. `reason` is the end of a sentence. */
  refuse(name: string, reason: string, owner: DefiningModule): void;
}

const ALREADY = (name: string) =>
  `Failed to execute 'define' on 'CustomElementRegistry': the name "${name}" has already been used with this registry`;

/** The name of a class in a registry. */
function nameOf(registry: CustomElementRegistry, of: unknown): string | undefined {
  for (const [name, { definition }] of tables.get(registry) ?? []) {
    if (definition.current === of) return name;
  }
  return undefined;
}

/** The registries of the page. */
export class Registries {
  readonly modules = new DefiningModules();
  readonly #ports: RegistryPorts;
  /** The modules whose names are left to the browser. */
  readonly #left = new WeakMap<CustomElementRegistry, Map<string, DefiningModule>>();
  /** The names that running modules have defined again. */
  readonly #pending = new Map<Known, Replacement>();

  constructor(ports: RegistryPorts) {
    this.#ports = ports;
  }

  /** A module begins to run. */
  begin(module: DefiningModule): void {
    this.modules.begin(module);
    for (const known of this.#pending.keys()) {
      if (known.owner === module) this.#pending.delete(known);
    }
  }

  /** A module has come to its end: what it defined again takes over. */
  end(module: DefiningModule, own: readonly object[]): void {
    for (const value of own) {
      const known = knowns.get(Definition.of(value) as Definition);
      // It may have waited while others defined theirs.
      if (known?.definition.current === value) known.owner = module;
    }
    const replacements: Replacement[] = [];
    for (const [known, replacement] of this.#pending) {
      if (known.owner !== module) continue;
      this.#pending.delete(known);
      known.generation = module.generation;
      this.modules.own(replacement.of, module);
      replacements.push(replacement);
    }
    this.#ports.replace(replacements, module);
  }

  /** Puts our functions in place of the browser's, or of those of a polyfill that has taken over. */
  install(): void {
    const { prototype } = CustomElementRegistry;
    if (installed.has(prototype)) return;
    installed.add(prototype);
    const native = {
      define: prototype.define,
      get: prototype.get,
      whenDefined: prototype.whenDefined,
      getName: prototype.getName,
    };
    const registries = this;
    const known = (registry: CustomElementRegistry, name: string) =>
      tables.get(registry)?.get(name);
    Object.assign(prototype, {
      define(
        this: CustomElementRegistry,
        name: string,
        of: unknown,
        options?: ElementDefinitionOptions,
      ) {
        const before = known(this, name);
        if (before) return registries.#defineAgain(before, of, options);
        const leave = (why: string) =>
          registries.#leave(this, name, why, () =>
            native.define.call(this, name, of as CustomElementConstructor, options),
          );
        if (!isBrowsers(native.define)) {
          return leave(
            'a polyfill of scoped registries defines elements, and keeps their first class',
          );
        }
        if (!isClass(of)) return leave('it is not written as a class, or frozen');
        if (native.getName.call(this, of)) return native.define.call(this, name, of, options);
        if (nameOf(this, of) !== undefined) {
          throw new DOMException(
            "Failed to execute 'define' on 'CustomElementRegistry': this constructor has already been used with this registry",
            'NotSupportedError',
          );
        }
        return registries.#defineFirst(this, name, of, options, (standIn) =>
          native.define.call(this, name, standIn, options),
        );
      },
      get(this: CustomElementRegistry, name: string) {
        const one = known(this, name);
        if (!one) return native.get.call(this, name);
        // Code that asks first, and defines only what is not there, is to define again.
        return registries.#isHidden(one) ? undefined : one.definition.current;
      },
      async whenDefined(this: CustomElementRegistry, name: string) {
        const found = await native.whenDefined.call(this, name);
        return known(this, name)?.definition.current ?? found;
      },
      getName(this: CustomElementRegistry, of: CustomElementConstructor) {
        return nameOf(this, of) ?? native.getName.call(this, of);
      },
    });
  }

  /**
   * A definition is the browser's alone: the class is none that others can take over from.
   *
   * @param why How a sentence about it ends.
   */
  #leave(registry: CustomElementRegistry, name: string, why: string, define: () => void): void {
    const owner = this.modules.running;
    const known = this.#left.get(registry) ?? new Map<string, DefiningModule>();
    this.#left.set(registry, known);
    if (owner && known.get(name) === owner && owner.generation > 0) {
      this.#ports.refuse(name, why, owner);
      return;
    }
    define();
    if (owner) known.set(name, owner);
  }

  #defineFirst(
    registry: CustomElementRegistry,
    name: string,
    of: ElementClass,
    options: ElementDefinitionOptions | undefined,
    define: (standIn: ElementClass) => void,
  ): void {
    const definition = new Definition(name, of, options, registry === customElements);
    libraryOf(of).watch?.(of);
    const table = tables.get(registry) ?? new Map<string, Known>();
    const owner = this.modules.running ?? this.modules.ownerOf(of);
    if (owner) this.modules.own(of, owner);
    const generation = owner ? owner.generation + Number(owner.isRunning) : 0;
    const known = { definition, owner, generation };
    tables.set(registry, table.set(name, known));
    knowns.set(definition, known);
    try {
      define(definition.standIn);
    } catch (error) {
      table.delete(name);
      throw error;
    }
  }

  #defineAgain(known: Known, of: unknown, options: ElementDefinitionOptions | undefined): void {
    const owner = known.owner;
    const isNewer = owner && owner.generation + Number(owner.isRunning) > known.generation;
    if (!isNewer || !isClass(of) || this.#pending.has(known)) {
      throw new DOMException(ALREADY(known.definition.name), 'NotSupportedError');
    }
    const replacement = { definition: known.definition, of, options };
    if (owner.isRunning) {
      this.#pending.set(known, replacement);
      return;
    }
    known.generation = owner.generation;
    this.#ports.replace([replacement], owner);
  }

  #isHidden(known: Known): boolean {
    const { owner } = known;
    if (!owner?.hides || this.#pending.has(known)) return false;
    return owner.generation + Number(owner.isRunning) > known.generation;
  }
}

/** Whether a function is the browser's own. */
function isBrowsers(function_: (...values: never[]) => unknown): boolean {
  return Function.prototype.toString.call(function_).includes('[native code]');
}

/** Whether it can be the class of an element. The browser itself refuses the others, in its own words. */
function isClass(of: unknown): of is ElementClass {
  if (typeof of !== 'function') return false;
  const { prototype } = of as ElementClass;
  return typeof prototype === 'object' && prototype !== null && isPlain(of as ElementClass);
}
