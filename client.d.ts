/**
 * Types of `import.meta.hot`. Add them in tsconfig.json: `"types": ["hotgraph/client"]`.
 *
 * Extend {@link CustomEventMap} to give your own events types.
 *
 * @module hotgraph/client
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
 * What the accept callback of one module gets. Every export is a live property. `module` and `deps` are there too, not
 * enumerable, unless the module exports that name.
 */
export interface ModuleView extends ModuleNamespace {
  /** The namespace of the new generation. */
  readonly module: ModuleNamespace;
  /** The namespace of the accepted dependency. Empty when the module accepts itself. */
  readonly deps: readonly ModuleNamespace[];
}

/**
 * What the accept callback of several dependencies gets: the view of each dependency at its place, and `undefined` for
 * dependencies that this update did not renew.
 */
export interface ModuleList extends Array<ModuleView | undefined> {
  /** The up-to-date namespace of every listed dependency, renewed or not. */
  readonly deps: readonly ModuleNamespace[];
  /** The namespace of the module that accepts. */
  readonly module: ModuleNamespace;
}

/**
 * A callback for one module. hotgraph waits for the promise that it returns, for two seconds at most. A module that
 * accepts itself also gets what it exported before, and the urls of those of its imports that run again in this update.
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
  /** Vite's name of this message. */
  readonly type: 'update';
  /** At least one. */
  readonly updates: readonly UpdateEntry[];
}

/** Payload of `beforeFullReload`. */
export interface FullReloadPayload {
  /** Vite's name of this message. */
  readonly type: 'full-reload';
  /** The url of the module that changed, when there is one. */
  readonly path?: string;
  /** Why, in one sentence. */
  readonly message: string;
}

/** Payload of `beforePrune`. */
export interface PrunePayload {
  /** Vite's name of this message. */
  readonly type: 'prune';
  /** The urls of the modules that nothing imports any longer. */
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
  /** Vite's name of this message. */
  readonly type: 'error';
  /** What went wrong, and where. */
  readonly err: {
    /** What happened and what to do. */
    readonly message: string;
    /** The stack as the browser has it; empty when there is none. */
    readonly stack: string;
    /** The url of the module, when known. */
    readonly id?: string;
    /** The lines around the place. */
    readonly frame?: string;
    /** The place. Lines and columns count from 1, columns in UTF-16 code units. */
    readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
  };
}

/** Payload of `ws:connect` and `ws:disconnect`. */
export interface WebSocketPayload {
  /** The socket. */
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

/** The payload of an event; `any` for an undeclared event. */
// biome-ignore lint/suspicious/noExplicitAny: payloads of undeclared events are unknown on purpose.
export type EventPayload<Name extends string> = Name extends keyof EventMap ? EventMap[Name] : any;

/**
 * `import.meta.hot` of one generation of a module, which is one evaluation of it. All functions work detached. What a
 * generation registers is gone when the module is evaluated again.
 */
export interface HotContext {
  /**
   * An object that stays over the generations of the module. Assigning replaces it. A module that writes into it accepts
   * itself, unless it declines or accepts in another way (Bun).
   */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the module's author keeps there.
  data: any;

  /**
   * Accepts updates of this module. Without a callback, importers get the new exports. With one, importers keep what they
   * have, and the callback decides: it gets the new generation.
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

  /** Accepts updates of this module while its importers use only these exports. */
  acceptExports<Module = ModuleView>(
    names: string | readonly string[],
    callback?: AcceptCallback<Module>,
  ): void;

  /** Runs before the next generation is evaluated. hotgraph waits for the promise it returns, for five seconds at most. */
  // biome-ignore lint/suspicious/noExplicitAny: see `data`.
  dispose(callback: (data: any) => unknown): void;

  /** Runs when nothing in the page imports the module any longer. */
  // biome-ignore lint/suspicious/noExplicitAny: see `data`.
  prune(callback: (data: any) => unknown): void;

  /** Refuses updates of this module, and through it: they reload the page. */
  decline(): void;

  /**
   * Gives up the last update that this module accepted. The update goes on to the importers, in every tab.
   *
   * @param message The reason, for the console and the `invalidate` event.
   */
  invalidate(message?: string): void;

  /** Listens to an event until this module is evaluated again. */
  on<Name extends EventName>(event: Name, callback: (payload: EventPayload<Name>) => unknown): void;

  /** Stops listening. */
  off<Name extends EventName>(
    event: Name,
    callback: (payload: EventPayload<Name>) => unknown,
  ): void;

  /** Sends an event with any JSON value to the server's own code (`hmr.hot.on`). Without a connection, it waits for the next one. */
  send<Name extends EventName>(event: Name, data?: EventPayload<Name>): void;
}

/** The stage that updates are in, in webpack's words. */
export type WebpackStatus =
  | 'idle'
  | 'check'
  | 'prepare'
  | 'ready'
  | 'dispose'
  | 'apply'
  | 'abort'
  | 'fail';

/** Called whenever updates reach another stage. */
export type WebpackStatusHandler = (status: WebpackStatus) => unknown;

/** Where the error was thrown that an error handler gets. */
export interface WebpackErrorContext {
  /** The module that accepts. */
  readonly moduleId: string;
  /** The accepted dependency, as the code names it, when a callback for it threw. */
  readonly dependencyId?: string;
}

/** Gets an error that the page would otherwise show. */
export type WebpackErrorHandler = (error: unknown, context: WebpackErrorContext) => unknown;

/**
 * `import.meta.webpackHot` of one generation of a module: the API that webpack documents. All functions work
 * detached. What a generation registers is replaced when the module is evaluated again.
 */
export interface WebpackHotContext {
  /** What the dispose handlers of the previous generation put on their argument; `undefined` in the first generation. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the module's author keeps there.
  readonly data: any;

  /** Accepts updates of this module. Importers get the new exports. `errorHandler` gets what new code throws. */
  accept(errorHandler?: WebpackErrorHandler): void;
  /**
   * Accepts updates of dependencies. Imports of them show the new exports when the callback is called, with those of
   * the specifiers that were updated. `errorHandler` gets what the callback throws.
   */
  accept(
    dependencies: string | readonly string[],
    callback?: (outdatedDependencies: readonly string[]) => unknown,
    errorHandler?: WebpackErrorHandler,
  ): void;

  /** Refuses updates of this module and through it, or of these dependencies: they reload the page. */
  decline(dependencies?: string | readonly string[]): void;

  /** Runs before the next generation is evaluated, which finds what the callback puts on `data`. */
  // biome-ignore lint/suspicious/noExplicitAny: see `data`.
  dispose(callback: (data: any) => unknown): void;
  /** The same as `dispose`. */
  // biome-ignore lint/suspicious/noExplicitAny: see `data`.
  addDisposeHandler(callback: (data: any) => unknown): void;
  /** Removes a dispose handler. */
  // biome-ignore lint/suspicious/noExplicitAny: see `data`.
  removeDisposeHandler(callback: (data: any) => unknown): void;

  /** Gives up the update that is being applied: it goes on to this module's importers. */
  invalidate(): void;

  /** The stage that updates are in. */
  status(): WebpackStatus;
  /** Listens to the stage until this module is evaluated again. */
  status(handler: WebpackStatusHandler): void;
  /** The same as `status(handler)`. */
  addStatusHandler(handler: WebpackStatusHandler): void;
  /** Stops listening. */
  removeStatusHandler(handler: WebpackStatusHandler): void;

  /** Throws: the dev server sends updates by itself. */
  check(autoApply?: boolean): never;
  /** Throws: updates are applied by themselves. */
  apply(options?: object): never;
}

/**
 * The type of `import.meta.hot`: {@link HotContext}, unless the types of Vite or Bun are loaded too. A property has only
 * one type, so theirs wins.
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
   * Hot module replacement of this module. `undefined` where the code runs without the dev server: write
   * `import.meta.hot?.accept()`, or guard with `if (import.meta.hot)`.
   */
  readonly hot?: ImportMetaHot;
  /** webpack's API for the same updates. */
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
