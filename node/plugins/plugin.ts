/**
 * What a plugin is: how it takes part in making modules, and in what an edit means. One page: docs/plugins.md.
 *
 * The hooks have Rollup's names and arguments: a transform written for Rollup or unplugin is a plugin as it stands.
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

/** A hook: a function, or a function with the calls that it is for. Modules that the filter excludes cost nothing. */
export type Hook<Handler> = Handler | { filter?: HookFilter; handler: Handler };

/** A value, or a promise of it. */
export type Awaitable<Value> = Value | Promise<Value>;

/** The `this` of hooks: what they can do besides returning something. */
export interface PluginContext {
  /** Makes a file a dependency of this module: if it changes, the module changes. Absolute path. */
  addWatchFile(file: string): void;
  /** Prints a warning that names the plugin. */
  warn(message: string | PluginError): void;
  /** Throws an error that names file, line and frame. The module is not made. */
  error(error: string | PluginError): never;
  /** Resolves a specifier by the plugins and the server's resolver. `null` when neither finds anything. */
  resolve(specifier: string, importer?: string): Promise<{ id: string } | null>;
}

/** An error with its place in the source as it was written. Other spellings of bundlers and compilers count too. */
export interface PluginError {
  /** What is wrong. */
  message: string;
  /** Absolute path; default: the module's file. */
  id?: string;
  /** Line from 1, column from 0 in UTF-16 units. */
  loc?: { file?: string; line: number; column: number };
  /** Instead of `loc`: an offset into the text that the hook got, in UTF-16 units. */
  pos?: number;
}

/** What a module's text becomes. */
export interface TransformResult {
  /** The new text. */
  code: string;
  /** Source map version 3, as an object or JSON. Leave it out when lines and columns stay where they are. */
  map?: object | string | null;
  /** Absolute paths of the other files that it was made of. */
  dependencies?: readonly string[];
  /** What `code` is. Default: by the extension of the id, and script for those that no browser knows. */
  type?: ModuleType;
}

/**
 * What a text is, named by the extension of files like it. Other languages than JavaScript and CSS are compiled
 * further.
 */
export type ModuleType = 'js' | 'jsx' | 'ts' | 'tsx' | 'css' | 'json';

/** An edit, before it goes to the pages. */
export interface HotUpdate {
  /** Absolute path. */
  file: string;
  /** Urls of the modules that are made of the file: what is stale. */
  modules: readonly string[];
  /** When the file changed, in milliseconds since 1970. */
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
   * Keeps the state of components over edits. It is the id of a module that exports `refresh(url)` and
   * `refresh.update(url, next, previous)`. The first returns `$RefreshReg$` and `$RefreshSig$`. The second returns why
   * an edit cannot be applied in its module alone.
   */
  refresh?: string;
}

/** The server's urls, for a plugin's `head`. */
export interface PluginUrls {
  /** What all urls begin with, without a slash at the end. */
  base: string;
  /** The url of a name that a plugin made up. */
  urlOf(id: string): string;
}

/** A plugin of `createHmr()`, `npx hotgraph` and `hmrPlugin()`. Plugins run in the order in which they are listed. */
export interface Plugin {
  /** The name in messages. */
  name: string;
  /** `pre` runs before plugins without `enforce`, `post` after them, wherever the plugin is listed. */
  enforce?: 'pre' | 'post';
  /**
   * Called once, before all other hooks, with the absolute path of the folder that is served. If it throws, the server does
   * not start: say what is missing, and what to do.
   */
  start?(server: { root: string }): void;
  /**
   * What the plugin was called with, and anything else that decides what it makes. When they differ after a restart, pages
   * reload, since the old options made what they have.
   */
  options?: unknown;
  /** Packages that a page must have once. The terminal warns of a second copy, with the paths of both. */
  single?: readonly string[];
  /** Options for the compiler in the addon. */
  compile?: CompileOptions;
  /**
   * Resolves a specifier in `importer`. Returns an absolute path, with or without a query, or a name that the plugin's `load`
   * knows. Return nothing to leave it to others. `importer` is an id, and `undefined` for a specifier in a page.
   */
  resolve?: Hook<ResolveHandler>;
  /** Rollup's name of `resolve`. */
  resolveId?: Hook<ResolveHandler>;
  /** Returns the text of an id. Return nothing to leave it to other plugins, and finally to the file. */
  load?: Hook<
    (this: PluginContext, id: string) => Awaitable<TransformResult | string | null | undefined>
  >;
  /** Transforms a text. Return nothing to leave it as it is. */
  transform?: Hook<
    (
      this: PluginContext,
      code: string,
      id: string,
    ) => Awaitable<TransformResult | string | null | undefined>
  >;
  /**
   * Says what an edit means: returns the urls of the stale modules. Return an empty list when the plugin has dealt with the
   * edit, and nothing to leave its meaning as it is.
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

/** Plugins as options take them: nested lists, and falsy values, which are skipped. */
export type PluginOption = Plugin | false | null | undefined | readonly PluginOption[];
