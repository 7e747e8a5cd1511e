/**
 * One evaluation of a module in this page: its code, what it imports, its variables, and how far it has come.
 */
import type { Definition, IndirectExport } from '../protocol.js';
import type { Module } from './module.js';
import { deadZone } from './portal.js';
import { Registrations } from './registrations.js';
import type { Binding, Source } from './source.js';
import { View } from './view.js';

/** How far a generation has come. */
export type State = 'defined' | 'linked' | 'evaluating' | 'evaluated' | 'failed' | 'retired';

/** The states that may follow each state. */
export const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  /** Its code is known. */
  defined: ['linked', 'retired'],
  /** Its imports are known, and have the names that it imports. */
  linked: ['evaluating', 'failed', 'retired'],
  /** Its code runs, or waits for what it imports, or at its top level. */
  evaluating: ['evaluated', 'failed', 'retired'],
  evaluated: ['retired'],
  /** It stays so until the module changes. */
  failed: ['retired'],
  /** Another generation took its place, or the module left the page. */
  retired: [],
};

/** Reads a variable by the name of its export. */
export type Read = (name: string) => unknown;

/** What a body calls. One for each generation; the server's rewriting names its methods. */
export interface BodyContext {
  /** The body's functions exist. Returns what an async body is to wait for before its own code runs. */
  link(read: Read): Promise<void> | undefined;
  /** The namespace of an import. */
  ns(index: number): object;
  /** Holds the namespace of an import where code assigns it, which is an error. */
  constant(index: number): { readonly ns: object };
  /** `import()`. */
  import(specifier: unknown, options?: unknown): Promise<unknown>;
  /** Names its default export, which is a function without a name of its own. */
  name(run: object): void;
  /** Its exported variables of these names were assigned. Returns the value. */
  wrote<Value>(value: Value, ...names: string[]): Value;
}

/** A module's own text as a function: a generator, or async where it waits at its top level. */
export type BodyFunction = (
  meta: object,
  context: BodyContext,
  ...imports: object[]
) => Iterator<unknown> | Promise<void>;

/** The content of a module, ready to be run any number of times. */
export class Code {
  readonly definition: Definition;
  readonly run: BodyFunction;
  /** Whether it is JSON or text, and no script. */
  readonly isData: boolean;
  /** Its own exports, by name. */
  readonly locals: ReadonlySet<string>;
  /** What it exports of others, by name. */
  readonly indirect: ReadonlyMap<string, IndirectExport>;

  constructor(definition: Definition, run: BodyFunction, isData = false) {
    this.definition = definition;
    this.run = run;
    this.isData = isData;
    this.locals = new Set(definition.locals);
    this.indirect = new Map(definition.indirect.map((one) => [one.exported, one]));
  }
}

/** How a generation's evaluation stands, by the words of ECMA-262, 16.2.1.6 ("Cyclic Module Records"). */
export interface Evaluation {
  index: number;
  ancestorIndex: number;
  isOnStack: boolean;
  cycleRoot: Generation;
  /** Its place among those that began to wait; `undefined` for one that waits for nothing. */
  order: number | undefined;
  pending: number;
  readonly parents: Generation[];
  /** Settles when it has run. It exists only while the generation itself waits for something. */
  promise: Promise<void> | undefined;
  settle(error?: { readonly error: unknown }): void;
}

/** One evaluation of a module in this page. */
export class Generation {
  readonly module: Module;
  readonly code: Code;
  /** `import.meta`. */
  readonly meta: object;
  /** What its imports lead to, in the order of the definition. */
  readonly sources: readonly Source[];
  #stars: readonly Source[] | undefined;
  /** The view that shows it first. */
  readonly view: View;
  readonly registered = new Registrations();
  /** What its code is given. */
  context: BodyContext | undefined;
  /** What it threw, in the state `failed`. */
  error: unknown;
  evaluation: Evaluation | undefined;
  /** How many accept callbacks of its code are running: what they assign to exports, importers see. */
  deciding = 0;
  #state: State = 'defined';
  readonly #own = new Map<string, Binding>();
  #read: Read | undefined;
  #steps: Iterator<unknown> | Promise<void> | undefined;
  /** Lets an async body go on. */
  #proceed: (() => void) | undefined;
  #goesOn = false;

  /** @param view To show it to those that imported the module before it was defined. */
  constructor(
    module: Module,
    code: Code,
    meta: object,
    sources: readonly Source[],
    view: View = new View(),
  ) {
    this.module = module;
    this.code = code;
    this.meta = meta;
    this.sources = sources;
    this.view = view;
    view.generation = this;
  }

  /** The module's url. */
  get url(): string {
    return this.module.url;
  }

  /** The version of its code. */
  get version(): number {
    return this.code.definition.version;
  }

  /** The sources of `export *`. */
  get stars(): readonly Source[] {
    this.#stars ??= this.code.definition.stars.flatMap((index) => this.sources[index] ?? []);
    return this.#stars;
  }

  get state(): State {
    return this.#state;
  }

  /** Whether another one has replaced it for good. Its listeners go, and it cannot add new ones. */
  get isReplaced(): boolean {
    return this.#state === 'retired' || (this.#state === 'failed' && this.module.current !== this);
  }

  /** @throws {Error} When the table of transitions does not know the way. */
  become(state: State): void {
    if (!TRANSITIONS[this.#state].includes(state)) {
      throw new Error(`${this.url} cannot become ${state}: it is ${this.#state}`);
    }
    this.#state = state;
  }

  /** The binding of one of its own variables. */
  own(name: string): Binding {
    const known = this.#own.get(name);
    if (known) return known;
    // Before its first step it has no functions. Linking alone must not take that step.
    const read = () => (this.#read ? this.#read(name) : this.read(name));
    const binding = { owner: this, name, isLasting: true, isNative: false, read };
    this.#own.set(name, binding);
    return binding;
  }

  /** The value of one of its own exports. Throws a `ReferenceError` where there is none yet. */
  read(name: string): unknown {
    // A body that is called just now has handed it out already.
    if (!this.#read) this.instantiate();
    return this.#read?.(name);
  }

  /** Takes the body's first step: its functions exist, nothing of its own code has run. */
  instantiate(): void {
    const { run, definition } = this.code;
    if (this.#steps || !this.context) return;
    const imports = this.sources.map((source, index) =>
      source.reader(definition.imports[index]?.names ?? []),
    );
    this.#steps = run(this.meta, this.context, ...imports);
    if ('next' in this.#steps) this.#steps.next();
  }

  /** Its functions exist. Returns what an async body is to wait for before its own code runs. */
  link(read: Read): Promise<void> | undefined {
    this.#read = (name) => {
      try {
        return read(name);
      } catch {
        throw deadZone(name);
      }
    };
    if (this.#goesOn || !this.code.definition.isAsync) return undefined;
    return new Promise((resolve) => {
      this.#proceed = resolve;
    });
  }

  /** Runs its own code. Returns when it has come to its end, or for async code a promise. */
  execute(): Promise<void> | undefined {
    this.module.ran();
    this.#goesOn = true;
    this.instantiate();
    this.#proceed?.();
    const steps = this.#steps;
    if (steps && 'next' in steps) steps.next();
    else return steps;
    return undefined;
  }
}
