/**
 * What is made of files before pages get them: by the engine, which resolves what modules import and compiles them, and of
 * CommonJS by a bundler.
 */

import type { HmrEngine } from '#native';
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
  /** The folder to keep what is made of packages in; `false` for none. */
  cacheDir: string | false | undefined;
  /** Prints a line. */
  say(line: string): void;
}

/** Queries by which code asks for something else than the file. */
const ASKS = /[?&](?:raw|url|inline|scoped|import|__commonjs)(?=[=&#]|$)/;

/** The page keeps what CommonJS has exported: only a reload gets something new. */
const DECLINE = 'import.meta.hot?.decline();';

/** Makes modules of files. */
export class Maker {
  readonly #engine: HmrEngine;
  readonly #commonJs: CommonJs;

  constructor({ engine, root, cacheDir, say }: MakerOptions) {
    this.#engine = engine;
    const urlOf = (file: string) => engine.urlOf(file) ?? file;
    this.#commonJs = new CommonJs({ root, cacheDir, urlOf, say });
  }

  /** Whether what a url asks for is made of the file, which is of this kind. */
  makes(url: string, kind: Kind | undefined): boolean {
    return kind?.kind === 'script' || ASKS.test(url);
  }

  /**
   * Makes what a page gets under a url.
   *
   * @param file Absolute path of the file behind it.
   * @param source The file's text.
   * @returns `null` where that is the file itself.
   * @throws {MakeError} when the text is wrong.
   */
  async make(url: string, file: string, source: string): Promise<Made | null> {
    const request = commonJsRequest(new URLSearchParams(url.split(/[?#]/)[1]));
    if (request) return this.#makeOfCommonJs(file, source, request);
    const made = await this.#engine.make(url, file, source).catch((error: unknown) => {
      throw new MakeError(error instanceof Error ? error.message : String(error));
    });
    return made && { ...(made.isScript ? SCRIPT : STYLE), code: made.code };
  }

  /** Makes what a page gets of a module script that stands in it. What is wrong with that the page says too. */
  makeInline(url: string, page: string, code: string): string {
    try {
      return this.#engine.makeInline(url, page, code) ?? code;
    } catch {
      return code;
    }
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
