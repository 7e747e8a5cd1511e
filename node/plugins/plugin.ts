/**
 * What a plugin is: how it takes part in making modules, and in what an edit means. One page: docs/plugins.md.
 *
 * The hooks have the names and arguments that Rollup gave them, so that a transform written for Rollup or unplugin is a
 * plugin as it stands.
 */

/** A pattern for ids or code: a string must be contained, an expression must match. Several: any of them. */
export type Pattern = string | RegExp | readonly (string | RegExp)[];

/** Patterns, and those that exclude what they match. */
export type PatternFilter = Pattern | { include?: Pattern; exclude?: Pattern };

/** Which calls a hook is for. All that is named must hold. A hook without a filter is called for all. */
export interface HookFilter {
  /** The id: an absolute path with its query, or what a `resolve` hook answered. Of `resolve` the specifier. */
  id?: PatternFilter;
  /** The text of the module; of `transform` only. */
  code?: PatternFilter;
}

/** A hook: a function, or a function with the calls that it is for. What the filter excludes costs nothing. */
export type Hook<Handler> = Handler | { filter?: HookFilter; handler: Handler };

/** A value, now or later. */
export type Awaitable<Value> = Value | Promise<Value>;

/** What hooks can do besides answering: their `this`. */
export interface PluginContext {
  /** The module under way is made of this file too: a change of it is a change of the module. Absolute path. */
  addWatchFile(file: string): void;
  /** Prints a warning that names the plugin. */
  warn(message: string | PluginError): void;
  /** Ends the making of this module with an error, which names file, line and frame. */
  error(error: string | PluginError): never;
  /** What a specifier stands for: the id that plugins or the server's resolver find; `null` for none. */
  resolve(specifier: string, importer?: string): Promise<{ id: string } | null>;
}

/** An error with its place in the source as it was written. Other spellings of bundlers and compilers count too. */
export interface PluginError {
  message: string;
  /** Absolute path; default: the module's file. */
  id?: string;
  /** Line from 1, column from 0 in UTF-16 units. */
  loc?: { file?: string; line: number; column: number };
  /** A place in the text that the hook was given, in UTF-16 units; where there is no `loc`. */
  pos?: number;
}

/** What a module's text becomes. */
export interface TransformResult {
  code: string;
  /** Source map version 3, as an object or JSON; left out where lines and columns are as they were. */
  map?: object | string | null;
  /** Absolute paths of the files that it was made of besides its own. */
  dependencies?: readonly string[];
  /** What `code` is. Default: by the extension of the id, and script for those that no browser knows. */
  type?: ModuleType;
}

/** What a text is, named by the extension of files like it. What is not JavaScript or CSS is compiled further. */
export type ModuleType = 'js' | 'jsx' | 'ts' | 'tsx' | 'css' | 'json';

/** An edit, before it goes to the pages. */
export interface HotUpdate {
  /** Absolute path. */
  file: string;
  /** Urls of the modules that are made of the file: what is stale. */
  modules: readonly string[];
  /** Ms since 1970. */
  timestamp: number;
  /** The new content. */
  read(): string;
}

/** How code is compiled, for the compiler in the addon. */
export interface CompileOptions {
  /** The package whose `jsx-runtime` JSX uses. Default: that of tsconfig.json, else `react`. */
  jsxImportSource?: string;
  /** `classic` for calls of `React.createElement`. Default: what tsconfig.json says, else `automatic`. */
  jsxRuntime?: 'automatic' | 'classic';
  /**
   * Keeps the state of components over edits: the id of a module that exports `refresh(url)`, which returns
   * `$RefreshReg$` and `$RefreshSig$`, and `refresh.update(url, next, previous)`, which returns why an edit cannot be
   * applied in its module alone.
   */
  refresh?: string;
}

/** What a plugin is told of the server's urls. */
export interface PluginUrls {
  /** What they begin with, without a slash at the end. */
  base: string;
  /** The url of a name that a plugin made up. */
  urlOf(id: string): string;
}

/** A plugin of `createHmr()`, `npx hotgraph` and `hmrPlugin()`. Plugins run in the order in which they are listed. */
export interface Plugin {
  /** In messages. */
  name: string;
  /** Runs before (`pre`) or after (`post`) those that say nothing, wherever it is listed. */
  enforce?: 'pre' | 'post';
  /**
   * Called once, before all other hooks, with the absolute path of the folder that is served. What it throws, whoever
   * starts the server gets: say what is missing, and what to do.
   */
  start?(server: { root: string }): void;
  /**
   * What the plugin was called with, and anything else that decides what it makes. After a restart with other options pages
   * reload: what they have was made by the old ones.
   */
  options?: unknown;
  /** Says what the compiler in the addon does. */
  compile?: CompileOptions;
  /**
   * What a specifier in `importer` stands for: an absolute path with or without a query, or a name of the plugin's own,
   * which its `load` knows. Nothing: others answer. `importer` is an id; undefined for what stands in a page.
   */
  resolve?: Hook<ResolveHandler>;
  /** Rollup's name of `resolve`. */
  resolveId?: Hook<ResolveHandler>;
  /** The text behind an id. Nothing: others answer, at last the file. */
  load?: Hook<
    (this: PluginContext, id: string) => Awaitable<TransformResult | string | null | undefined>
  >;
  /** What a text becomes. Nothing: it stays. */
  transform?: Hook<
    (
      this: PluginContext,
      code: string,
      id: string,
    ) => Awaitable<TransformResult | string | null | undefined>
  >;
  /**
   * Narrows or replaces what an edit means: the urls of the modules that are stale. An empty list: the plugin has dealt
   * with the edit. Nothing: it means what it always means.
   */
  hotUpdate?(update: HotUpdate): Awaitable<readonly string[] | null | undefined>;
  /** HTML that goes into the head of each page, before the page's own scripts. */
  head?(urls: PluginUrls): string;
}

/** A `resolve` hook. */
export type ResolveHandler = (
  this: PluginContext,
  specifier: string,
  importer: string | undefined,
) => Awaitable<string | { id: string } | false | null | undefined>;

/** Plugins as options take them: lists in lists, and what a condition left out. */
export type PluginOption = Plugin | false | null | undefined | readonly PluginOption[];
