/**
 * The one record of a module in a page.
 */
import type { ModuleNamespace } from '../../client.js';
import type { Definition } from '../protocol.js';
import type { Code, Generation } from './generation.js';
import { forgetBindings, type View } from './view.js';
import { Views } from './views.js';

/** Counts the modules that have run. */
let ranks = 0;

/** Assigns one of a shell's exports. */
export type Assign = (name: string, value: unknown) => void;

/**
 * What the browser's module map holds of a module: it was imported natively, has live exports, and defined the module.
 */
export class Shell {
  /** Its `import.meta`. */
  readonly meta: ImportMeta;
  /** The definition that it was served with: its exports stay these. */
  readonly definition: Definition;
  /** `import.meta.url`, and `import.meta.resolve` as the browser made it. */
  readonly address: string;
  readonly resolve: (specifier: string) => string;
  /** What its exports show. */
  view: View;
  readonly #names: ReadonlySet<string>;
  #assign: Assign | undefined;

  constructor(meta: ImportMeta, definition: Definition, view: View) {
    this.meta = meta;
    this.definition = definition;
    this.address = meta.url;
    this.resolve = meta.resolve ?? ((specifier: string) => new URL(specifier, meta.url).href);
    this.view = view;
    this.#names = new Set(definition.locals);
  }

  /** Its exports can be assigned from now on. */
  attach(assign: Assign): void {
    this.#assign = assign;
    this.show();
  }

  /** Brings exports up to date, all of its own or those of these names. */
  show(names: Iterable<string> = this.#names): void {
    for (const name of names) {
      if (!this.#assign || !this.#names.has(name)) continue;
      try {
        this.#assign(name, this.view.read(name));
      } catch {
        // There is no value yet, or the module threw before there was one.
      }
    }
  }

  /** Shows exports of these names, where they are this generation's variables. */
  wrote(generation: Generation, names: readonly string[]): void {
    if (!this.#assign) return;
    this.show(names.filter((name) => this.view.binding(name)?.owner === generation));
  }
}

/** What importers see after an update of a module. */
export type Publication =
  /** The new exports: all views move. */
  | 'takeOver'
  /** What they saw, until callbacks of the old code decide. */
  | 'decide'
  /** Nothing: they have run again. Native code that imports the module follows. */
  | 'anew';

/** A module of a page. */
export class Module {
  readonly url: string;
  /** `import.meta.hot.data`. */
  data: unknown = {};
  /** The same for `import.meta.webpackHot`, which has none at first. */
  webpackData: unknown;
  /** The generation in force: its registrations count. */
  current: Generation | undefined;
  /** A newer one that is not in force: it is being evaluated, or threw. */
  next: Generation | undefined;
  /** Whether an update brought something newer than `current` that was not evaluated. */
  isBehind = false;
  /** Whether it left the page: the browser's module of this url shows what it was. */
  hasLeft = false;
  #rank: number | undefined;
  /** While it leaves: resolves when what it held is let go. */
  departure: Promise<unknown> | undefined;
  /** What the browser has of it, as the server served it. More than one where urls differ by their hash alone. */
  readonly shells: Shell[] = [];
  /** Urls of accepted dependencies by specifier, as far as updates told. */
  readonly names = new Map<string, string>();
  #views = new Views();

  constructor(url: string) {
    this.url = url;
  }

  /** Its place among the modules of the page in the order in which they ran first; `undefined` before it has. */
  get rank(): number | undefined {
    return this.#rank;
  }

  /** It runs. */
  ran(): void {
    this.#rank ??= ++ranks;
  }

  /** What modules that are linked now read through. */
  get view(): View {
    return this.#views.newest;
  }

  /** Its code, the newest that ran. */
  get code(): Code | undefined {
    return (this.next ?? this.current)?.code;
  }

  /** The module as the browser has it. Keeps what is known already. */
  setNative(namespace: ModuleNamespace): void {
    this.view.native ??= namespace;
  }

  /** A first generation, by the module's shell or by an update that brought the module. */
  begin(generation: Generation): void {
    this.current = generation;
    this.hasLeft = false;
    this.#views.renew(generation.view);
    for (const shell of this.shells) shell.view = this.view;
  }

  /** The views that show the module, the newest first. */
  get views(): View[] {
    return this.#views.all;
  }

  /** What its importers see now, by name: of each name what the newest of them does. */
  values(): Map<string, unknown> {
    return new Map(this.views.reverse().flatMap((view) => [...view.values()]));
  }

  /** An update makes it stale: its next importer evaluates it anew. */
  outdate(): void {
    this.isBehind = this.current !== undefined || this.view.native !== undefined;
    this.next = undefined;
  }

  /** Puts a generation that was evaluated in force. The old one is the caller's to retire. */
  commit(generation: Generation, publication: Publication): void {
    this.current = generation;
    if (this.next === generation) this.next = undefined;
    this.isBehind = false;
    if (publication === 'takeOver') this.#views.unite(generation);
    else this.#views.renew(generation.view);
    if (publication !== 'decide') for (const shell of this.shells) shell.view = this.view;
    forgetBindings();
  }

  /** Accept callbacks of a generation have assigned some of its exports: older importers see its variables. */
  decide(generation: Generation, names: readonly string[]): void {
    const isOld = generation !== this.current;
    for (const view of this.views) {
      if (isOld && view === this.view) continue;
      for (const name of names) view.decide(name, generation);
    }
    forgetBindings();
  }

  /**
   * It leaves the page: its next importer evaluates it again.
   *
   * @param over Resolves when what it holds is let go, which its callbacks find in its data until then.
   */
  leave(over: Promise<unknown>): void {
    this.current = undefined;
    this.next = undefined;
    this.isBehind = false;
    this.hasLeft = true;
    this.departure = over.then(() => {
      this.departure = undefined;
      if (this.current || this.next) return;
      this.data = {};
      this.webpackData = undefined;
    });
    this.names.clear();
    this.#views = new Views();
    forgetBindings();
  }
}
