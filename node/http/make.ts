/**
 * What is made of files before pages get them: by the engine, which resolves what modules import and compiles them.
 */

import type { HmrEngine } from '#native';
import { type Kind, SCRIPT, STYLE } from './kinds.js';

/** A text for the browser, and what it is. */
export interface Made extends Kind {
  code: string;
}

/** Nothing can be made of a file. The message says why; pages and the terminal have been told. */
export class MakeError extends Error {}

/** Queries by which code asks for something else than the file. */
const ASKS = /[?&](?:raw|url|inline|scoped|import|commonjs)(?=[=&#]|$)/;

/** Makes modules of files. */
export class Maker {
  readonly #engine: Pick<HmrEngine, 'make' | 'makeInline'>;

  constructor(engine: Pick<HmrEngine, 'make' | 'makeInline'>) {
    this.#engine = engine;
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
}
