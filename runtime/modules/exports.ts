/**
 * What importers see of modules that they imported once and whose code has since been replaced. Importers
 * keep the variables of the generation that they imported; these are assigned here, so that every generation
 * of a module shows what importers of its current one see (Bun).
 *
 * The dev server gives such modules a getter and a setter for each export, has them tell of each write, and
 * turns exports of other modules' variables into their own, which are kept equal to the others from here.
 *
 * A module whose accept callback counts on its own imports asks for each of them what the other module exports now.
 */
import type { ModuleNamespace } from '../../client.js';

/**
 * For each export of a module its getter and its setter, and what reads the other module's variable that it
 * stands for, if any.
 */
export type Accessors = Readonly<Record<string, Accessor>>;

/** How one export is read and assigned. */
export type Accessor = readonly [
  get: () => unknown,
  set: (value: unknown) => void,
  source?: () => unknown,
];

/** The accessors of an evaluation whose code is gone: nobody sees its exports any more. */
const GONE: Accessors = {};

/** One evaluation of a module. */
class Evaluation {
  readonly url: string;
  readonly version: number;
  /** The modules whose own variables it exports. */
  readonly native: readonly string[];
  /** When an update brought it and none has brought a newer one. */
  namespace: ModuleNamespace | undefined;
  /** Whether accept callbacks of this generation decide what its exports become (WDS: `add = module.add`). */
  decides = false;
  /** The exports that they gave another value than the next generation's. */
  readonly decided = new Set<string>();
  readonly #isHeld: boolean;
  #accessors: Accessors | WeakRef<Accessors>;

  /** @param isHeld Whether the accessors last as long as the module's code. */
  constructor(
    url: string,
    version: number,
    accessors: Accessors,
    native: readonly string[],
    isHeld: boolean,
  ) {
    this.url = url;
    this.version = version;
    this.native = native;
    this.#accessors = accessors;
    this.#isHeld = isHeld;
  }

  get accessors(): Accessors {
    const accessors = this.#accessors;
    return accessors instanceof WeakRef ? (accessors.deref() ?? GONE) : accessors;
  }

  /** It counts as long as its code is there. */
  letGo(): void {
    if (this.#isHeld) this.#accessors = new WeakRef(this.accessors);
  }
}

/** Updates of forwarded exports that bring about further ones, before that counts as endless. */
const MOST_ROUNDS = 100;

/** The exports of a page's modules, as far as the dev server made them assignable. */
export class Exports {
  /** By module, the current evaluation last. */
  readonly #chains = new Map<string, Evaluation[]>();
  readonly #evaluations = new WeakMap<object, Evaluation>();
  /** By module, what an update has evaluated that is not current yet: it may still fail, or a later one. */
  readonly #coming = new Map<string, Evaluation>();
  /** Namespaces of accepted modules that are newer than what importers that did not run again imported. */
  readonly #renewed = new Map<string, ModuleNamespace>();
  /** The modules that the update which is being applied evaluates anew. */
  #targets: ReadonlyMap<string, number> = new Map();
  readonly #changed: (url: string) => void;

  /** @param changed Is told of each module of which some generation may export other values than before. */
  constructor(changed: (url: string) => void) {
    this.#changed = changed;
  }

  /**
   * A module is being evaluated. `meta` is its `import.meta`.
   *
   * @param native The modules whose own variables it exports: of `export *`, and those that assign exports and were
   * loaded before anybody had to be told.
   * @param isHeld Whether the accessors last as long as the module's code.
   */
  track(
    meta: object,
    url: string,
    version: number,
    accessors: Accessors,
    native: readonly string[] = [],
    isHeld = false,
  ): void {
    const evaluation = new Evaluation(url, version, accessors, native, isHeld);
    this.#evaluations.set(meta, evaluation);
    const isComplete = forward(evaluation).isComplete;
    if (this.#targets.has(url)) {
      this.#coming.set(url, evaluation);
      return;
    }
    const chain = this.#chain(url);
    // An import that was on its way when an update replaced it may bring an older one.
    const newer = chain.findIndex((other) => other.version > version);
    chain.splice(newer < 0 ? chain.length : newer, 0, evaluation);
    // In a cycle the other module may run after this one.
    if (!isComplete || chain.length > 1) this.#showLater();
  }

  /** A module has assigned some of its exports. */
  written(meta: object, names: readonly string[]): void {
    const evaluation = this.#evaluations.get(meta);
    const chain = this.#chains.get(evaluation?.url ?? '');
    if (!evaluation || !chain?.includes(evaluation)) return;
    const next = chain[chain.indexOf(evaluation) + 1];
    if (evaluation.decides && next) {
      for (const name of names) {
        const decides = !Object.is(read(evaluation, name)?.value, read(next, name)?.value);
        if (decides) evaluation.decided.add(name);
        else evaluation.decided.delete(name);
      }
    }
    this.#show(chain, names);
    if (!next) this.#forwardAll();
  }

  /** Starts an update: what is evaluated of these modules from now on counts from {@link end} on. */
  begin(targets: ReadonlyMap<string, number>): void {
    this.#targets = targets;
  }

  /**
   * Ends the update: importers see the new exports, but for those of modules whose callbacks are to decide.
   *
   * @param succeeded The versions of the modules that were evaluated to their end.
   * @param renewed The namespaces of accepted modules.
   * @param decides Whether callbacks of the module's last generation decide about its exports.
   */
  end(
    succeeded: ReadonlyMap<string, number>,
    renewed: ReadonlyMap<string, ModuleNamespace>,
    decides: (url: string) => boolean,
  ): void {
    this.#targets = new Map();
    for (const [url, version] of succeeded) {
      const namespace = renewed.get(url);
      if (namespace) this.#renewed.set(url, namespace);
      // All importers have run again.
      else this.#renewed.delete(url);
      const evaluation = this.#evaluated(url, version, namespace);
      if (!evaluation) continue;
      const chain = this.#chain(url);
      if (evaluation !== chain.at(-1)) chain.push(evaluation);
      for (const older of chain) {
        older.decides = false;
        older.decided.clear();
        // With it all that the generation imported would stay.
        older.namespace = undefined;
      }
      // The last one may still have to decide.
      for (const older of chain.slice(0, -2)) older.letGo();
      chain.splice(0, chain.length, ...chain.filter((older) => older.accessors !== GONE));
      evaluation.namespace = namespace;
      const last = chain.at(-2);
      if (last && decides(url)) last.decides = true;
      else this.#show(chain);
    }
    this.#forwardAll();
  }

  /**
   * The callbacks of a module's last generation have run: importers see the new exports.
   *
   * @param before Finds the namespace of that generation.
   * @returns The names for which that could not be done.
   */
  async settle(
    url: string,
    before: (version: number) => Promise<ModuleNamespace | undefined>,
  ): Promise<string[]> {
    const chain = this.#chains.get(url) ?? [];
    const [last, current] = chain.slice(-2);
    if (!last || !current?.namespace) return [];
    this.#show(chain);
    this.#forwardAll();
    const now = current.namespace;
    const lost = Object.keys(last.accessors).filter((name) => !(name in now));
    if (last.native.length === 0) return lost;
    const then = (await before(last.version)) ?? {};
    const stayed = (name: string) => !(name in last.accessors) && !Object.is(then[name], now[name]);
    return [...lost, ...Object.keys(then).filter(stayed)];
  }

  /**
   * Whether importers of a module that do not run again would miss what is new in others, since they see variables
   * that nobody can assign from here.
   *
   * @param isStale Whether a module is one of the others.
   */
  misses(url: string, isStale: (url: string) => boolean): boolean {
    const native = (this.#chains.get(url) ?? []).flatMap((evaluation) => evaluation.native);
    return native.some((other) => isStale(other) && !this.#isAssignable(other));
  }

  #isAssignable(url: string, seen = new Set<string>()): boolean {
    const chain = this.#chains.get(url);
    if (!chain) return false;
    if (seen.has(url)) return true;
    seen.add(url);
    const native = chain.flatMap((evaluation) => evaluation.native);
    return native.every((other) => this.#isAssignable(other, seen));
  }

  /** What a module's importers see: the newest namespace, be it that one imported an older one. */
  current(url: string, imported: ModuleNamespace): ModuleNamespace {
    return this.#renewed.get(url) ?? imported;
  }

  /** The module left the page. */
  forget(url: string): void {
    this.#renewed.delete(url);
    this.#chains.delete(url);
    this.#coming.delete(url);
  }

  /** The evaluation of a module that an update ended with. */
  #evaluated(url: string, version: number, namespace: ModuleNamespace | undefined) {
    const coming = this.#coming.get(url);
    if (coming?.version === version) {
      this.#coming.delete(url);
      return coming;
    }
    const known = this.#chains.get(url)?.at(-1);
    if (known && known.version >= version) return known;
    // The new code is not tracked.
    return known && namespace && new Evaluation(url, version, {}, [], false);
  }

  #chain(url: string): Evaluation[] {
    const chain = this.#chains.get(url) ?? [];
    this.#chains.set(url, chain);
    return chain;
  }

  /** Brings the exports that are other modules' variables up to date. */
  #forwardAll(): void {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      let isDone = true;
      for (const chain of this.#chains.values()) {
        const current = chain.at(-1);
        const names = current && forward(current).names;
        if (!names?.length) continue;
        this.#show(chain, names);
        isDone = false;
      }
      if (isDone) return;
    }
  }

  #show(chain: readonly Evaluation[], names?: readonly string[]): void {
    show(chain, names);
    const [first] = chain;
    if (first) this.#changed(first.url);
  }

  /** When the modules that are being evaluated have run. */
  #showLater(): void {
    const showAll = () => {
      for (const chain of this.#chains.values()) this.#show(chain);
      this.#forwardAll();
    };
    queueMicrotask(showAll);
    setTimeout(showAll);
  }
}

/** Gives the older evaluations what the current one exports. */
function show(chain: readonly Evaluation[], names: readonly string[] = allNames(chain)): void {
  const [current, ...older] = [...chain].reverse();
  if (!current) return;
  for (const name of names) {
    let found = read(current, name);
    for (const evaluation of older) {
      if (evaluation.decided.has(name)) found = read(evaluation, name);
      else if (found) evaluation.accessors[name]?.[1]?.(found.value);
    }
  }
}

function allNames(chain: readonly Evaluation[]): string[] {
  return [...new Set(chain.flatMap(({ accessors }) => Object.keys(accessors)))];
}

/**
 * Gives a module's exports of other modules' variables the values that these have now.
 *
 * @returns The names whose value changed, and whether all could be read.
 */
function forward({ accessors }: Evaluation): { names: string[]; isComplete: boolean } {
  const names: string[] = [];
  let isComplete = true;
  for (const [name, [get, set, source]] of Object.entries(accessors)) {
    if (!get || !set || !source) continue;
    try {
      const value = source();
      if (Object.is(value, get())) continue;
      set(value);
      names.push(name);
    } catch {
      isComplete = false;
    }
  }
  return { names, isComplete };
}

/** The value of an export; `undefined` when there is none yet. */
function read({ accessors, namespace }: Evaluation, name: string): { value: unknown } | undefined {
  try {
    const get = accessors[name]?.[0];
    if (get) return { value: get() };
    return namespace && name in namespace ? { value: namespace[name] } : undefined;
  } catch {
    return undefined;
  }
}
