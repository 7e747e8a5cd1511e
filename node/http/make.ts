/**
 * Makes modules of files before pages get them. Plugins have their say, the engine resolves imports and compiles, and a
 * bundler turns CommonJS into ES modules.
 */

import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import type { HmrEngine, HostText } from '#native';
import { type Plugins, type PluginText, PluginThrew, readNow } from '../plugins/container.js';
import { failureOf } from '../plugins/failure.js';
import { idOf, VIRTUAL } from '../plugins/ids.js';
import { CommonJs, CommonJsError, type CommonJsRequest, commonJsRequest } from './commonjs.js';
import { type Kind, SCRIPT, STYLE } from './kinds.js';

/** A text for the browser, and what it is. */
export interface Made extends Kind {
  code: string;
}

/** Nothing can be made of a file. The message says why; pages and the terminal have been told. */
export class MakeError extends Error {}

/** What makes. */
export interface MakerOptions {
  engine: HmrEngine;
  /** Absolute path of the folder that is served. */
  root: string;
  /** What urls begin with, without a slash at the end. */
  base: string;
  plugins: Plugins;
  /** The folder to keep what is made of packages in; `false` for none. */
  cacheDir: string | false | undefined;
  /** Whether the host makes what no plugin concerns. Default: false. */
  isHostFirst?: boolean;
  /** Prints a line. */
  say(line: string): void;
}

/** What is to be made. */
export interface MakeRequest {
  /** Path and query. */
  url: string;
  /** Absolute path of its file, whether or not there is one. */
  file: string;
  /** What the file is by its name. */
  kind: Kind | undefined;
  headers: IncomingHttpHeaders;
}

/** The text of a file as it is now; `null` where there is none. */
type Read = () => Promise<string | null>;

/** Queries by which code asks for something else than the file. */
const ASKS = /[?&](?:raw|url|inline|scoped|import|__commonjs)(?=[=&#]|$)/;

/** The page keeps what CommonJS has exported: only a reload gets something new. */
const DECLINE = 'import.meta.hot?.decline();';

/** Extensions of what the host may leave to the compiler. */
const COMPILED = /\.(?:jsx|m?ts|tsx)$/i;

/** How often plugins are asked for specifiers of one module: what they answer is known then. */
const MOST_ROUNDS = 3;

/** Urls that the engine is told of. A request can make up any; beyond these the engine judges saves by itself. */
const MOST_TOLD = 100_000;

/** Makes modules of files. */
export class Maker {
  readonly #engine: HmrEngine;
  readonly #commonJs: CommonJs;
  readonly #plugins: Plugins;
  readonly #base: string;
  readonly #isHostFirst: boolean;
  /** The urls that plugins make, as far as the engine was told. */
  readonly #told = new Set<string>();
  /** The files that modules of a file were made of, as far as the engine was told. */
  readonly #inputs = new Map<string, Set<string>>();

  constructor({ engine, root, base, plugins, cacheDir, isHostFirst = false, say }: MakerOptions) {
    this.#engine = engine;
    this.#plugins = plugins;
    this.#base = base;
    this.#isHostFirst = isHostFirst;
    const urlOf = (file: string) => engine.urlOf(file) ?? file;
    this.#commonJs = new CommonJs({ root, cacheDir, urlOf, say });
  }

  /** Whether a url names a module that a plugin made up. Then there is no file. */
  isMadeUp(url: string): boolean {
    return !this.#plugins.isEmpty && url.startsWith(this.#base + VIRTUAL);
  }

  /** Whether what a url asks for is made of the file. */
  makes(request: MakeRequest): boolean {
    const { url, file, kind } = request;
    if (this.#isHostFirst && this.#plugins.isEmpty) return false;
    if (this.#isForEngine(url, file) || this.#isForPlugins(request)) return true;
    return kind?.kind === 'script' && !this.#isHostFirst;
  }

  /** Whether the engine makes it, though there is a host that would. */
  #isForEngine(url: string, file: string): boolean {
    return ASKS.test(url) || (this.#plugins.compile !== undefined && COMPILED.test(file));
  }

  /** The file of a module that the engine makes alone: no plugin has a say. `null` of all others. */
  fileOfEngine(url: string): string | null {
    if (this.#isHostFirst || this.isMadeUp(url)) return null;
    const file = this.#engine.fileOf(url);
    if (file === null || this.#plugins.isEmpty) return file;
    return this.#plugins.concerns(idOf(url, file, this.#base)) ? null : file;
  }

  /** Whether plugins are asked: for modules and style sheets, and for what is imported as such. */
  #isForPlugins({ url, file, kind, headers }: MakeRequest): boolean {
    if (this.#plugins.isEmpty) return false;
    if (this.isMadeUp(url)) return true;
    const destination = headers['sec-fetch-dest'];
    const isUnknown = kind === undefined && (destination === 'script' || destination === 'style');
    const isModule = kind?.kind === 'script' || kind?.kind === 'style';
    if (!isModule && !isUnknown && !ASKS.test(url)) return false;
    return this.#plugins.concerns(idOf(url, file, this.#base));
  }

  /**
   * Makes what a page gets under a url.
   *
   * @param read The file's text.
   * @returns `null` where that is the file itself.
   * @throws {MakeError} when the text is wrong.
   */
  async make(request: MakeRequest, read: Read): Promise<Made | null> {
    const { url, file } = request;
    const [, query] = url.split(/[?#]/);
    const commonJs = query && commonJsRequest(new URLSearchParams(query));
    if (commonJs) return this.#makeOfCommonJs(file, (await read()) ?? '', commonJs);
    if (this.#isForPlugins(request)) {
      const text = await this.#makeByPlugins(request, read);
      if (text) {
        const { code, type, map } = text;
        const made = await this.#makeByEngine(request, code, { type, ...(map && { map }) });
        return made ?? { ...STYLE, code };
      }
    }
    if (this.#isHostFirst && !this.#isForEngine(url, file)) return null;
    const source = await read();
    return source === null ? null : this.#makeByEngine(request, source);
  }

  /**
   * Makes what a page gets of the module scripts that stand in it. The page reports their errors too.
   *
   * @returns `make` for each of them, and `settle`, after which `true` means: make them again, plugins have answered.
   */
  inline(page: string) {
    const asked = new Map<string, string[]>();
    return {
      make: (url: string, code: string): string => {
        try {
          const made = this.#engine.makeInline(url, page, code);
          if (made?.asks) asked.set(url, made.asks);
          return made && !made.asks ? made.code : code;
        } catch {
          return code;
        }
      },
      settle: async (): Promise<boolean> => {
        for (const specifiers of asked.values()) {
          await this.#answer({ url: '', file: page }, undefined, specifiers, readNow(page));
        }
        return asked.size > 0;
      },
    };
  }

  async #makeByEngine(
    request: MakeRequest,
    source: string,
    byHost?: HostText,
  ): Promise<Made | null> {
    const { url, file } = request;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const made = await this.#engine.make(url, file, source, byHost).catch((error: unknown) => {
        throw new MakeError(error instanceof Error ? error.message : String(error));
      });
      if (!made?.asks) return made && { ...(made.isScript ? SCRIPT : STYLE), code: made.code };
      await this.#answer(request, idOf(url, file, this.#base), made.asks, source);
    }
    throw new MakeError(`${url}: plugins answered, and files changed meanwhile`);
  }

  /** Tells the engine what specifiers in a file stand for. */
  async #answer(
    { url, file }: Pick<MakeRequest, 'url' | 'file'>,
    importer: string | undefined,
    specifiers: readonly string[],
    source: string,
  ): Promise<void> {
    const unconcerned: Record<string, null> = {};
    const answers: Record<string, string | null> = {};
    for (const specifier of specifiers) {
      if (!this.#plugins.concernsSpecifier(specifier)) {
        unconcerned[specifier] = null;
        continue;
      }
      try {
        answers[specifier] = await this.#plugins.resolve(specifier, importer);
      } catch (error) {
        this.#fail(error, { url, file }, source, Math.max(0, source.indexOf(specifier)));
      }
    }
    this.#engine.resolved(null, unconcerned);
    this.#engine.resolved(file, answers);
  }

  async #makeByPlugins(request: MakeRequest, read: Read): Promise<PluginText | null> {
    const { url, file } = request;
    if (!this.#told.has(url) && this.#told.size < MOST_TOLD) {
      this.#told.add(url);
      this.#engine.madeByHost(url);
    }
    const id = idOf(url, file, this.#base);
    try {
      const { text, dependencies } = await this.#plugins.make(id, read);
      this.#dependOn(file, dependencies);
      if (text === null && this.isMadeUp(url)) throw new Error(`no plugin loads "${id}"`);
      return text;
    } catch (error) {
      if (error instanceof PluginThrew) this.#dependOn(file, error.dependencies);
      this.#fail(error, request, (await read()) ?? '');
    }
  }

  #dependOn(file: string, inputs: ReadonlySet<string>): void {
    const known = this.#inputs.get(file) ?? new Set();
    const added = [...inputs].filter((input) => input !== file && !known.has(input));
    if (added.length === 0) return;
    this.#inputs.set(file, new Set([...known, ...added]));
    this.#engine.dependsOn(file, added);
  }

  /**
   * Tells of what a plugin threw.
   *
   * @param source The text of the file.
   * @param at A place in it, in UTF-16 units, where the plugin does not say one.
   */
  #fail(
    error: unknown,
    { url, file }: Pick<MakeRequest, 'url' | 'file'>,
    source: string,
    at?: number,
  ): never {
    const threw = error instanceof PluginThrew ? error : undefined;
    const failure = failureOf(threw?.thrown ?? error);
    const { pos } = failure;
    const message = threw ? `${threw.plugin}: ${failure.message}` : failure.message;
    const isOther = failure.file !== undefined && path.resolve(failure.file) !== file;
    const origin = isOther && failure.file !== undefined ? path.resolve(failure.file) : undefined;
    const given = origin === undefined ? (threw?.code ?? source) : readNow(origin);
    const place = failure.line > 0 ? failure : placeAt(given, pos ?? at);
    // A later plugin sees what an earlier one made: the engine finds the place by the map.
    const map = origin === undefined && threw?.map !== undefined ? commentOf(threw.map) : '';
    const { line, column } = place;
    this.#engine.hostFailed({
      file,
      message,
      line,
      column,
      source: given + map,
      ...(url !== '' && { url }),
      ...(origin !== undefined && { origin }),
    });
    throw new MakeError(message);
  }

  async #makeOfCommonJs(file: string, source: string, request: CommonJsRequest): Promise<Made> {
    try {
      const { code, inputs } = await this.#commonJs.bundle(file, request);
      this.#engine.dependsOn(file, inputs);
      return { ...SCRIPT, code: DECLINE + code };
    } catch (error) {
      if (!(error instanceof CommonJsError)) throw error;
      const { message, line, column } = error;
      const text = error.file === file ? source : '';
      const place = { line: Math.max(1, line), column: Math.max(1, column) };
      this.#engine.hostFailed({ file, message, source: text, ...place });
      throw new MakeError(message);
    }
  }
}

/** Line and column, from 1, of a place in a text; line 0 when there is none. */
function placeAt(text: string, at: number | undefined): { line: number; column: number } {
  if (at === undefined) return { line: 0, column: 1 };
  const lines = text.slice(0, at).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function commentOf(map: string): string {
  const data = Buffer.from(map).toString('base64');
  return `\n//# sourceMappingURL=data:application/json;base64,${data}\n`;
}
