/**
 * The plugins of a server, as what asks them sees them: one that resolves, loads and transforms.
 */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe } from '../server/describe.js';
import { inOrder } from './check.js';
import { type Filtered, filtered } from './filter.js';
import { splitId, typeOfId, urlOfName } from './ids.js';
import { joinMaps, type SourceMap } from './maps.js';
import type {
  CompileOptions,
  ModuleType,
  Plugin,
  PluginContext,
  PluginError,
  PluginOption,
  ResolveHandler,
  TransformResult,
} from './plugin.js';

/** What plugins made of a module. */
export interface PluginText {
  code: string;
  type: ModuleType;
  /** Source map as JSON, where lines or columns are not those of the file. */
  map: string | undefined;
}

/** What was found out while plugins made a module. */
export interface Making {
  /** Nothing where no plugin had anything to say. */
  text: PluginText | null;
  /** Absolute paths of the files that it is made of besides its own. */
  dependencies: ReadonlySet<string>;
}

/** A plugin threw. */
export class PluginThrew extends Error {
  readonly plugin: string;
  readonly thrown: unknown;
  /** The text that the plugin was given; nothing before there was one. */
  readonly code: string | undefined;
  /** The source map of that text, as JSON. */
  readonly map: string | undefined;
  readonly dependencies: ReadonlySet<string>;

  constructor(
    plugin: string,
    thrown: unknown,
    state: Partial<State> & Pick<State, 'dependencies'>,
  ) {
    super(`${plugin}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    this.plugin = plugin;
    this.thrown = thrown;
    this.code = state.code;
    this.map = joinMaps(state.maps ?? [], state.name ?? '', state.source ?? '');
    this.dependencies = state.dependencies;
  }
}

/** What plugins are told of the server, and what they need of it. */
export interface PluginHost {
  base: string;
  /** Prints a warning. */
  warn(text: string): void;
  /** The id of what the server's own resolver finds; `null` for nothing. */
  resolve(specifier: string, importer: string): string | null;
}

/** A module that is being made. */
interface State {
  source: string;
  name: string;
  code: string | undefined;
  maps: SourceMap[];
  dependencies: Set<string>;
}

type Hooks<Handler> = readonly (Filtered<Handler> & { plugin: Plugin })[];
type LoadHandler = Extract<NonNullable<Plugin['load']>, (...args: never[]) => unknown>;
type TransformHandler = Extract<NonNullable<Plugin['transform']>, (...args: never[]) => unknown>;

/** How many ids are remembered, with the plugins that they concern. A request can make up any. */
const MOST_KNOWN = 10_000;

/** Queries that ask for the file as it is, or for what another tool makes of it. */
const NOT_OURS = /[?&](?:raw|url|__commonjs|__inline)(?=[=&#]|$)/;

/** What Rollup's `resolveId` gets in addition. */
const RESOLVE_OPTIONS = { attributes: {}, custom: undefined, isEntry: false };

/** The plugins of one server. */
export class Plugins {
  readonly #plugins: readonly Plugin[];
  readonly #resolvers: Hooks<ResolveHandler>;
  readonly #loaders: Hooks<LoadHandler>;
  readonly #transformers: Hooks<TransformHandler>;
  readonly #known = new Map<string, boolean>();
  #host: PluginHost = { base: '', warn() {}, resolve: () => null };

  constructor(option: PluginOption | undefined) {
    this.#plugins = inOrder(option);
    const hooks = <Handler extends (...args: never[]) => unknown>(
      hookOf: (plugin: Plugin) => Parameters<typeof filtered<Handler>>[0],
    ): Hooks<Handler> =>
      this.#plugins.flatMap((plugin) => {
        const hook = filtered(hookOf(plugin));
        return hook ? [{ ...hook, plugin }] : [];
      });
    this.#resolvers = hooks<ResolveHandler>(({ resolve, resolveId }) => resolve ?? resolveId);
    this.#loaders = hooks<LoadHandler>(({ load }) => load);
    this.#transformers = hooks<TransformHandler>(({ transform }) => transform);
  }

  /** Whether there is none. */
  get isEmpty(): boolean {
    return this.#plugins.length === 0;
  }

  /** Whether plugins say what specifiers stand for. */
  get resolves(): boolean {
    return this.#resolvers.length > 0;
  }

  /** All, in the order in which they run. */
  get all(): readonly Plugin[] {
    return this.#plugins;
  }

  /** Those that say what edits mean. */
  get updaters(): readonly Plugin[] {
    return this.#plugins.filter(({ hotUpdate }) => hotUpdate !== undefined);
  }

  /** Their options for the compiler, the last plugin first; nothing where no plugin has any. */
  get compile(): CompileOptions | undefined {
    const said = this.#plugins.flatMap(({ compile }) => compile ?? []);
    return said.length > 0 ? Object.assign({}, ...said) : undefined;
  }

  /** A text that differs when other plugins do something else, as far as that can be known. */
  get settings(): string {
    return this.#plugins.map((plugin) => describe(plugin)).join('\n');
  }

  /** The server's root is known. @throws what a plugin throws. */
  start(root: string): void {
    for (const plugin of this.#plugins) plugin.start?.({ root });
  }

  /** The server runs. */
  join(host: PluginHost): void {
    this.#host = host;
  }

  /** HTML for the head of each page. */
  head(): string {
    const urls = { base: this.#host.base, urlOf: (id: string) => this.urlOf(id) };
    return this.#plugins.map((plugin) => plugin.head?.(urls) ?? '').join('');
  }

  /** The url of a made-up name. */
  urlOf(id: string): string {
    return urlOfName(id, this.#host.base);
  }

  /** Whether plugins may have something to say of an id: decided once. */
  concerns(id: string): boolean {
    let known = this.#known.get(id);
    if (known === undefined) {
      const hooks = [...this.#loaders, ...this.#transformers];
      known = !NOT_OURS.test(id) && hooks.some((hook) => hook.takesId(id));
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      this.#known.set(id, known);
    }
    return known;
  }

  /** Whether plugins may have something to say of what a specifier stands for. */
  concernsSpecifier(specifier: string): boolean {
    return this.#resolvers.some((hook) => hook.takesId(specifier));
  }

  /**
   * The meaning of a specifier: the path or url to write in its place; `null` where the server's resolver has to find
   * out.
   *
   * @throws {PluginThrew}
   */
  async resolve(specifier: string, importer: string | undefined): Promise<string | null> {
    const id = await this.#idOf(specifier, importer, new Set());
    if (id === null) return null;
    if (this.#isMadeUp(id)) return this.urlOf(id);
    return id === specifier ? null : id;
  }

  /** Whether an id is a name of a plugin, and not what something else is to resolve. */
  #isMadeUp(id: string): boolean {
    if (id.startsWith('\0')) return true;
    const [name] = splitId(id);
    if (/^https?:\/\//.test(id) || (path.isAbsolute(name) && existsSync(name))) return false;
    return this.#loaders.some((hook) => hook.takesId(id));
  }

  async #idOf(
    specifier: string,
    importer: string | undefined,
    skipped: ReadonlySet<Plugin>,
  ): Promise<string | null> {
    for (const { plugin, handler, takesId } of this.#resolvers) {
      if (skipped.has(plugin) || !takesId(specifier)) continue;
      const state = { dependencies: new Set<string>() };
      try {
        const context = this.#contextFor(plugin, state, importer, skipped);
        const ask = handler as (...args: unknown[]) => ReturnType<ResolveHandler>;
        const found = await ask.call(context, specifier, importer, RESOLVE_OPTIONS);
        if (found === false) return null;
        if (found) return typeof found === 'string' ? found : found.id;
      } catch (error) {
        throw new PluginThrew(plugin.name, error, state);
      }
    }
    return null;
  }

  /**
   * Makes a module.
   *
   * @param read The text of the file that the id names; `null` where there is none.
   * @throws {PluginThrew}
   */
  async make(id: string, read: () => Promise<string | null>): Promise<Making> {
    const state: State = {
      source: '',
      name: path.basename(splitId(id)[0]),
      code: undefined,
      maps: [],
      dependencies: new Set(),
    };
    let type = typeOfId(id);
    let isMade = false;
    for (const { plugin, handler, takesId } of this.#loaders) {
      if (!takesId(id)) continue;
      const result = await this.#run(plugin, state, id, (context) => handler.call(context, id));
      if (result === undefined) continue;
      type = result.type ?? type ?? 'js';
      isMade = true;
      break;
    }
    if (state.code === undefined) {
      const source = await read();
      if (source === null) return { text: null, dependencies: state.dependencies };
      state.code = source;
      state.source = source;
    } else {
      state.source = state.code;
    }
    for (const { plugin, handler, takesId, takesCode } of this.#transformers) {
      const { code } = state;
      if (!takesId(id) || !takesCode(code)) continue;
      const result = await this.#run(plugin, state, id, (context) =>
        handler.call(context, code, id),
      );
      if (result === undefined) continue;
      // As in Rollup, all becomes JavaScript in the end.
      type = result.type ?? (type === 'json' ? 'js' : type) ?? 'js';
      isMade = true;
    }
    const { code, maps, name, source, dependencies } = state;
    if (!isMade) return { text: null, dependencies };
    const map = joinMaps(maps, name, source);
    return { text: { code, type: type ?? 'js', map }, dependencies };
  }

  /** Calls a hook that returns code, and takes in what it returns. */
  async #run(
    plugin: Plugin,
    state: State,
    id: string,
    call: (context: PluginContext) => unknown,
  ): Promise<Partial<TransformResult> | undefined> {
    try {
      const returned = await call(this.#contextFor(plugin, state, id));
      if (returned === null || returned === undefined || returned === false) return undefined;
      const result = (
        typeof returned === 'string' ? { code: returned } : returned
      ) as Partial<TransformResult>;
      for (const file of result.dependencies ?? []) state.dependencies.add(path.resolve(file));
      if (typeof result.code !== 'string') return undefined;
      const isLoad = state.code === undefined;
      state.code = result.code;
      const map = typeof result.map === 'string' ? JSON.parse(result.map) : result.map;
      if (map?.mappings) state.maps.unshift(map as SourceMap);
      if (isLoad) state.source = result.code;
      return result;
    } catch (error) {
      throw new PluginThrew(plugin.name, error, state);
    }
  }

  #contextFor(
    plugin: Plugin,
    { dependencies }: Pick<State, 'dependencies'>,
    id: string | undefined,
    skipped: ReadonlySet<Plugin> = new Set(),
  ): PluginContext {
    return {
      addWatchFile: (file) => void dependencies.add(path.resolve(file)),
      warn: (message) => {
        const text = typeof message === 'string' ? message : message.message;
        this.#host.warn(`${plugin.name}: ${text}${id === undefined ? '' : ` (${id})`}`);
      },
      error: (error): never => {
        throw typeof error === 'string' ? new Error(error) : asError(error);
      },
      resolve: async (specifier, importer = id) => {
        const found = await this.#idOf(specifier, importer, new Set([...skipped, plugin]));
        const own = found ?? (importer ? this.#host.resolve(specifier, importer) : null);
        return own === null ? null : { id: own };
      },
    };
  }
}

function asError(error: PluginError): Error {
  return error instanceof Error ? error : Object.assign(new Error(error.message), error);
}

/** The text of a file for those who ask for it at once; empty when it is gone. */
export function readNow(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
