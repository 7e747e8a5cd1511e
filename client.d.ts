/**
 * Types of `import.meta.hot`. Name them in tsconfig.json: `"types": ["hotgraph/client"]`.
 *
 * Events of your own get types by extending {@link CustomEventMap}, see there.
 */

import type { CustomEventMap } from './events.js';

// By `*`: what is exported by name cannot be extended under this module's name.
export * from './events.js';

/** The exports of one generation of a module, as `import()` gives them. */
export interface ModuleNamespace {
  // biome-ignore lint/suspicious/noExplicitAny: nobody but the module's author knows its exports.
  [name: string]: any;
}

/**
 * What an accept callback of one module gets: every export as a live property and, not enumerable and
 * only where no export has that name, `module` and `deps`.
 */
export interface ModuleView extends ModuleNamespace {
  /** The namespace of the new generation. */
  readonly module: ModuleNamespace;
  /** The namespace of the accepted dependency; empty when the module accepts itself. */
  readonly deps: readonly ModuleNamespace[];
}

/**
 * What an accept callback of several dependencies gets: at each one's place its view, `undefined` for
 * those that this update did not renew.
 */
export interface ModuleList extends Array<ModuleView | undefined> {
  /** The up-to-date namespace of every listed dependency, renewed or not. */
  readonly deps: readonly ModuleNamespace[];
  /** The namespace of the module that accepts. */
  readonly module: ModuleNamespace;
}

/**
 * A callback for one module. A promise it returns is waited for, within reason. A module that accepts itself is also given
 * what it exported before, and the urls of what it imports that runs again in the same update.
 */
export type AcceptCallback<Module = ModuleView> = (
  module: Module,
  previous?: ModuleNamespace,
  dependencies?: readonly string[],
) => unknown;

/** A callback for several dependencies. */
export type AcceptListCallback<Modules = ModuleList> = (modules: Modules) => unknown;

/** How a module accepts itself. */
export interface AcceptOptions {
  /** Whether the update still goes on to the module's importers. */
  readonly bubbles?: boolean;
}

/** One updated module in an event. */
export interface UpdateEntry {
  /** Whether a module or a style sheet is renewed. */
  readonly type: 'js-update' | 'css-update';
  /** The url of the module that accepts. */
  readonly path: string;
  /** The url of what it accepts: itself, or one of its dependencies. */
  readonly acceptedPath: string;
  /** The update's version. */
  readonly timestamp: number;
}

/** Payload of `beforeUpdate` and `afterUpdate`. */
export interface UpdatePayload {
  readonly type: 'update';
  /** At least one. */
  readonly updates: readonly UpdateEntry[];
}

/** Payload of `beforeFullReload`. */
export interface FullReloadPayload {
  readonly type: 'full-reload';
  /** The url of the module that changed, when there is one. */
  readonly path?: string;
  /** Why, in one sentence. */
  readonly message: string;
}

/** Payload of `beforePrune`. */
export interface PrunePayload {
  readonly type: 'prune';
  /** The urls of the modules that nothing imports any more. */
  readonly paths: readonly string[];
}

/** Payload of `invalidate`. */
export interface InvalidatePayload {
  /** The url of the module that gave up an update. */
  readonly path: string;
  /** The message handed to `invalidate`. */
  readonly message: string | undefined;
  /** The module that was the first to give up this update. */
  readonly firstInvalidatedBy: string;
}

/** Payload of `error`. */
export interface ErrorPayload {
  readonly type: 'error';
  readonly err: {
    readonly message: string;
    readonly stack: string;
    /** The url of the module, when known. */
    readonly id?: string;
    /** The lines around the place. */
    readonly frame?: string;
    /** The place; lines and columns count from 1. */
    readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
  };
}

/** Payload of `ws:connect` and `ws:disconnect`. */
export interface WebSocketPayload {
  readonly webSocket: WebSocket;
}

/** The built-in events, without prefix, and their payloads. */
export interface BuiltInEvents {
  /** An update is about to be applied. */
  beforeUpdate: UpdatePayload;
  /** An update was applied. */
  afterUpdate: UpdatePayload;
  /** The page is about to reload. */
  beforeFullReload: FullReloadPayload;
  /** Prune callbacks are about to run. */
  beforePrune: PrunePayload;
  /** A module gave up an update. */
  invalidate: InvalidatePayload;
  /** Code could not be served, loaded or run. */
  error: ErrorPayload;
  /** The connection to the server was made, or made again. */
  'ws:connect': WebSocketPayload;
  /** The connection to the server was lost. */
  'ws:disconnect': WebSocketPayload;
}

type Prefixed<Prefix extends string> = {
  [Name in keyof BuiltInEvents as `${Prefix}:${Name}`]: BuiltInEvents[Name];
};

/** Every event that has a type: the built-in ones under each of their prefixes, and your own. */
export interface EventMap
  extends Prefixed<'vite'>,
    Prefixed<'bun'>,
    Prefixed<'hotgraph'>,
    CustomEventMap {}

/** The name of an event: one with a type, or any other. */
export type EventName = keyof EventMap | (string & {});

/** The payload of an event; `any` for events that nobody declared. */
// biome-ignore lint/suspicious/noExplicitAny: payloads of undeclared events are unknown on purpose.
export type EventPayload<Name extends string> = Name extends keyof EventMap ? EventMap[Name] : any;

/**
 * `import.meta.hot` of one generation of a module. All functions work detached. What a generation
 * registers is replaced when the module is evaluated again.
 */
export interface HotContext {
  /**
   * Kept over the generations of the module. Assigning replaces it. Writing into it makes the module
   * accept itself, unless it declines or accepts in another way (Bun).
   */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the module's author keeps there.
  data: any;

  /**
   * Accepts updates of this module. The callback gets the new generation and decides what becomes of the
   * exports; without one, importers get the new ones.
   */
  accept<Module = ModuleView>(callback?: AcceptCallback<Module>, options?: AcceptOptions): void;
  /** Accepts updates of this module. Importers get the new exports. */
  accept(options: AcceptOptions): void;
  /** Accepts updates of a dependency, named as in this module's `import`. */
  accept<Module = ModuleView>(dependency: string, callback?: AcceptCallback<Module>): void;
  /** Accepts updates of several dependencies. */
  accept<Modules = ModuleList>(
    dependencies: readonly string[],
    callback?: AcceptListCallback<Modules>,
  ): void;

  /** The older name of accepting a dependency. */
  acceptDeps<Module = ModuleView>(dependency: string, callback?: AcceptCallback<Module>): void;
  /** The older name of accepting several dependencies. */
  acceptDeps<Modules = ModuleList>(
    dependencies: readonly string[],
    callback?: AcceptListCallback<Modules>,
  ): void;

  /** Accepts updates of this module as long as its importers use no other exports than these. */
  acceptExports<Module = ModuleView>(
    names: string | readonly string[],
    callback?: AcceptCallback<Module>,
  ): void;

  /** Runs before the next generation is evaluated; a promise is waited for. */
  // biome-ignore lint/suspicious/noExplicitAny: see `data`.
  dispose(callback: (data: any) => unknown): void;

  /** Runs when nothing in the page imports the module any more. */
  // biome-ignore lint/suspicious/noExplicitAny: see `data`.
  prune(callback: (data: any) => unknown): void;

  /** Refuses updates of and through this module: they reload the page. */
  decline(): void;

  /** Gives up the update that is being applied: it goes on to this module's importers. */
  invalidate(message?: string): void;

  /** Listens to an event until this module is evaluated again. */
  on<Name extends EventName>(event: Name, callback: (payload: EventPayload<Name>) => unknown): void;

  /** Stops listening. */
  off<Name extends EventName>(
    event: Name,
    callback: (payload: EventPayload<Name>) => unknown,
  ): void;

  /** Sends an event with any JSON value to the server's own code. */
  send<Name extends EventName>(event: Name, data?: EventPayload<Name>): void;
}

/** What updates are at, in webpack's words. */
export type WebpackStatus =
  | 'idle'
  | 'check'
  | 'prepare'
  | 'ready'
  | 'dispose'
  | 'apply'
  | 'abort'
  | 'fail';

/** Is told whenever updates have come to another stage. */
export type WebpackStatusHandler = (status: WebpackStatus) => unknown;

/** Where an error was thrown that an error handler is told of. */
export interface WebpackErrorContext {
  /** The module that accepts. */
  readonly moduleId: string;
  /** The accepted dependency, as the code names it, when a callback for it threw. */
  readonly dependencyId?: string;
}

/** Is told of an error in place of the page. */
export type WebpackErrorHandler = (error: unknown, context: WebpackErrorContext) => unknown;

/**
 * `import.meta.webpackHot` of one generation of a module: the API that webpack documents. All functions work
 * detached. What a generation registers is replaced when the module is evaluated again.
 */
export interface WebpackHotContext {
  /** What dispose handlers of the generation before put on their argument; `undefined` before there was one. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the module's author keeps there.
  readonly data: any;

  /** Accepts updates of this module. Importers get the new exports. `errorHandler` is told of what new code throws. */
  accept(errorHandler?: WebpackErrorHandler): void;
  /**
   * Accepts updates of dependencies. Imports of them show the new exports when the callback is called, with those of
   * the specifiers that were updated. `errorHandler` is told of what the callback throws.
   */
  accept(
    dependencies: string | readonly string[],
    callback?: (outdatedDependencies: readonly string[]) => unknown,
    errorHandler?: WebpackErrorHandler,
  ): void;

  /** Refuses updates of and through this module, or of these dependencies: they reload the page. */
  decline(dependencies?: string | readonly string[]): void;

  /** Runs before the next generation is evaluated. What it puts on `data` that one finds. */
  // biome-ignore lint/suspicious/noExplicitAny: see `data`.
  dispose(callback: (data: any) => unknown): void;
  /** The same. */
  // biome-ignore lint/suspicious/noExplicitAny: see `data`.
  addDisposeHandler(callback: (data: any) => unknown): void;
  /** Takes a dispose handler away. */
  // biome-ignore lint/suspicious/noExplicitAny: see `data`.
  removeDisposeHandler(callback: (data: any) => unknown): void;

  /** Gives up the update that is being applied: it goes on to this module's importers. */
  invalidate(): void;

  /** What updates are at. */
  status(): WebpackStatus;
  /** Listens to that until this module is evaluated again. */
  status(handler: WebpackStatusHandler): void;
  /** The same. */
  addStatusHandler(handler: WebpackStatusHandler): void;
  /** Stops listening. */
  removeStatusHandler(handler: WebpackStatusHandler): void;

  /** Throws: the dev server sends updates by itself. */
  check(autoApply?: boolean): never;
  /** Throws: updates are applied by themselves. */
  apply(options?: object): never;
}

/**
 * The type of `import.meta.hot`: {@link HotContext}, unless the types of Vite or Bun are loaded too. A property has one
 * type, so theirs is it then.
 */
type ImportMetaHot = 'BASE_URL' extends keyof ImportMetaEnv
  ? // biome-ignore lint/suspicious/noExplicitAny: what every type goes with.
    any
  : typeof globalThis extends { Bun: unknown }
    ? // biome-ignore lint/suspicious/noExplicitAny: the same.
      any
    : HotContext;

/** What hotgraph adds to `import.meta`. */
export interface HotImportMeta {
  /**
   * Hot module replacement of this module, while developing. Guard it with `if (import.meta.hot)`: there is none
   * where the code runs without the dev server.
   */
  readonly hot?: ImportMetaHot;
  /** The same machinery by webpack's API. */
  readonly webpackHot?: WebpackHotContext;
  /** The same function as `import.meta.hot.dispose`. */
  readonly dispose?: HotContext['dispose'];
}

declare global {
  /** Vite's, where its types are loaded. */
  interface ImportMetaEnv {}
  // Inherited, since a property that others declare too would have to have the same type here.
  interface ImportMeta extends HotImportMeta {}
}
