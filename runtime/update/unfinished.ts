/**
 * Calls of the page's scripts that ended in an error before anybody used the page: what they were to start is not there,
 * and nobody calls them again. An update that renews what failed inside of them has to start the page anew.
 */

import type { Call } from '../protocol.js';
import type { Trouble } from '../tell/trouble.js';

/** Modules of packages and of presets: they call others, and whoever called them is the one that counts. */
const OTHERS = /\/node_modules\/|^\/@id\/hotgraph:/;

/** What a request is rejected with that gets no answer: by Chromium, Firefox and Safari. Backends are down, and apps go on. */
const UNANSWERED = /^(?:TypeError: )?(?:Failed to fetch|NetworkError when|Load failed)/;

/** Calls that are kept. A page that nobody uses may throw again and again. */
const MOST = 50;

/** The calls that did not come to their end. */
export class Unfinished {
  /** The modules of each, the one that threw first, and its callers after it. By these, so that each is kept once. */
  readonly #calls = new Map<string, string[]>();
  readonly #page: string;

  /** @param page The url of the page, which started all. */
  constructor(page: string | null) {
    this.#page = page ?? 'the page';
  }

  /** A call ended in an error. `module` is the one that was being evaluated. */
  add(error: unknown, { url, calls, message }: Trouble, module: string | undefined): void {
    if (UNANSWERED.test(message)) return;
    const called = calls.slice(0, ownCalls(calls)).map((call) => call.url);
    const urls = [...(called.length === 0 ? [url] : []), ...called, module];
    const own = urls.filter((one) => one?.startsWith('/') && !OTHERS.test(one));
    if (module === undefined && isCut(error)) own.push(this.#page);
    if (own.length < 2 || this.#calls.size >= MOST) return;
    const call = [...new Set(own)] as string[];
    this.#calls.set(call.join(' '), call);
  }

  /**
   * The way from what an update renews to the caller that stays as it is, and would have to call that again.
   *
   * @param renewed What it evaluates anew.
   * @param importsOf The modules that a module of the page imports.
   */
  concernedBy(
    renewed: readonly string[],
    importsOf: (url: string) => Iterable<string>,
  ): string[] | undefined {
    for (const call of this.#calls.values()) {
      const caller = call.at(-1) as string;
      if (renewed.includes(caller)) continue;
      const inside = new Set(call.slice(0, -1));
      const at = renewed.find((url) => reaches(url, inside, importsOf));
      if (at !== undefined)
        return [at, ...(inside.has(at) ? call.slice(call.indexOf(at) + 1) : [caller])];
    }
    return undefined;
  }
}

/** How many of the calls were under way when it was thrown. The callers of those only wait for a promise. */
function ownCalls(calls: readonly Call[]): number {
  const waiting = calls.findIndex(({ name }) => name?.startsWith('async '));
  return waiting < 0 ? calls.length : waiting;
}

/** Whether the stack of an error leaves out who began. */
function isCut(error: unknown): boolean {
  const { stackTraceLimit = Number.POSITIVE_INFINITY } = Error as { stackTraceLimit?: number };
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack.split(/^\s*at /m).length > stackTraceLimit;
}

/** Whether a module is one of those, or imports one of them, directly or not. */
function reaches(
  from: string,
  those: ReadonlySet<string>,
  importsOf: (url: string) => Iterable<string>,
): boolean {
  const found = new Set([from]);
  for (const url of found) {
    if (those.has(url)) return true;
    for (const imported of importsOf(url)) found.add(imported);
  }
  return false;
}
