/**
 * What is wrong in this page at the moment: saved code that cannot be served, and what updates failed at, until
 * it is mended. Pure: who shows it is told of each change.
 */

import type { Diagnostic, Update } from '../protocol.js';
import type { Failure } from '../update/apply.js';
import type { Application } from '../update/plan.js';
import { parseAddress, withoutStamps } from '../url.js';
import { textOf } from './log.js';

/** Where in a file. Lines and columns count from 1. */
export interface ProblemPlace {
  /** An absolute path, or a url where no file is known. */
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** One thing that is wrong. Text only. */
export interface Problem {
  /** What it is about: a problem that takes the place of another has the same. */
  readonly id: string;
  /** What it means for the page, in a few words. */
  readonly title: string;
  readonly message: string;
  readonly place: ProblemPlace | null;
  /** The lines around the place, with a mark below it. */
  readonly frame: string | null;
  /** The calls that led to it. */
  readonly stack: string | null;
  /** From the changed module over its importers to the one that accepts; empty when that is one module. */
  readonly chain: readonly string[];
  /** What to do about it, where that is known. */
  readonly remedy: string | null;
}

const TITLES: Record<Exclude<Failure['stage'], 'dispose'>, string> = {
  load: 'The update was not applied',
  evaluate: 'The new code threw an error',
  style: 'A style sheet was not updated',
  callback: 'An accept callback threw an error',
};

/** A failed part of an update. */
interface FailedPart {
  readonly failure: Failure;
  readonly changed: readonly string[];
  readonly problem: Problem;
}

/** The problems of a page. */
export class Problems {
  readonly #show: (problems: readonly Problem[]) => void;
  readonly #refused = new Map<string, Problem>();
  #failed: readonly FailedPart[] = [];

  /** @param show Gets all problems whenever there are others. */
  constructor(show: (problems: readonly Problem[]) => void) {
    this.#show = show;
  }

  /** The saved code of a module cannot be served. */
  refused(diagnostic: Diagnostic): void {
    this.#refused.set(diagnostic.url, problemOfCode(diagnostic));
    this.#changed();
  }

  /** The saved code of modules can be served, as far as is known. */
  mended(urls: Iterable<string>): void {
    const wereRefused = [...urls].filter((url) => this.#refused.delete(url));
    if (wereRefused.length > 0) this.#changed();
  }

  /** The server is going to say anew what it cannot serve. */
  reconnected(): void {
    this.mended([...this.#refused.keys()]);
  }

  /** Modules left the page, and their problems with them. */
  removed(urls: readonly string[]): void {
    this.#failed = this.#failed.filter(({ failure: { url } }) => !url || !urls.includes(url));
    this.mended(urls);
    this.#changed();
  }

  /** An update came to its end. What failed earlier and was part of it is as it says now. */
  updated(
    update: Update,
    application: Application | undefined,
    failures: readonly Failure[] = [],
  ): void {
    const before = this.#failed;
    const still = before.filter(({ failure }) => !isSettled(failure, application));
    const failed = failures.flatMap((failure) => failedPart(failure, update, application) ?? []);
    this.#failed = [...still, ...failed];
    if (before.length > 0 || failed.length > 0) this.#changed();
  }

  #changed(): void {
    // Code that cannot be served, which the server found, says more than that it could not be loaded.
    const failed = this.#failed.filter(
      ({ failure, changed }) =>
        failure.stage !== 'load' || !changed.some((url) => this.#refused.has(url)),
    );
    this.#show([...this.#refused.values(), ...failed.map(({ problem }) => problem)]);
  }
}

/**
 * The way of an update in this page from what changed to the module that accepts it, the shortest.
 *
 * @returns At least two modules, or none where there is nothing to tell.
 */
export function chainOf(failure: Failure, update: Update, application: Application): string[] {
  const { stage, url } = failure;
  const isMeant = (accepted: string) => stage === 'load' || !url || accepted === url;
  const boundary = application.boundaries.find(({ accepted }) => isMeant(accepted));
  const end = stage === 'callback' ? url : boundary?.module;
  if (stage === 'style' || end === undefined) return [];
  const importers = new Map(application.stale.map((module) => [module.url, module.importers]));
  const origins = new Map<string, string | undefined>(
    update.changed.map((one) => [one, undefined]),
  );
  // Those that are added on the way come up too.
  for (const at of origins.keys()) {
    const accepting = application.boundaries.filter(({ accepted }) => accepted === at);
    for (const next of [...(importers.get(at) ?? []), ...accepting.map(({ module }) => module)]) {
      if (!origins.has(next)) origins.set(next, at);
    }
  }
  const chain: string[] = [];
  if (!origins.has(end)) return chain;
  for (let at: string | undefined = end; at !== undefined; at = origins.get(at)) chain.unshift(at);
  return chain.length > 1 ? chain : [];
}

function problemOfCode(diagnostic: Diagnostic): Problem {
  const { url, file, line, column, message, frame, remedy } = diagnostic;
  return {
    id: `code of ${url}`,
    title: 'The saved code cannot be served',
    message,
    place: { file: file ?? url, line, column },
    frame,
    stack: null,
    chain: [],
    remedy,
  };
}

function failedPart(
  failure: Failure,
  update: Update,
  application: Application | undefined,
): FailedPart | undefined {
  const { stage, url, error } = failure;
  const { changed } = update;
  if (stage === 'dispose') return undefined;
  const about = url ?? changed[0];
  // What did not load was thrown by the browser or by hotgraph: only running code has calls to show.
  const stack = stage === 'evaluate' || stage === 'callback' ? callsOf(error) : [];
  const [first] = stack.flatMap((call) => placeOfCall(call) ?? []);
  const problem: Problem = {
    id: `${stage === 'load' ? 'code' : stage} of ${about}`,
    title: TITLES[stage],
    message: textOf(error),
    place: first ?? (about === undefined ? null : { file: about, line: null, column: null }),
    frame: null,
    stack: stack.length > 1 ? stack.join('\n') : null,
    chain: application ? chainOf(failure, update, application) : [],
    remedy: null,
  };
  return { failure, changed, problem };
}

/** Whether an update settles what failed in an earlier one. */
function isSettled({ stage, url }: Failure, application: Application | undefined): boolean {
  // The page owed that update, and this one brought it along.
  if (stage === 'load') return true;
  if (!application) return false;
  const { boundaries, stale, styles, sheets } = application;
  if (stage === 'style') return styles.length + sheets.length > 0;
  return (
    stale.some((module) => module.url === url) || boundaries.some(({ module }) => module === url)
  );
}

/** A call in a stack: what Chromium and Safari, and what Firefox writes before the address. */
const CALL = /(?:^\s*at .*?\(?|@)(https?:\/\/[^\s()]+):(\d+):(\d+)\)?$/;

/** The calls in the page's own code, newest first. */
function callsOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const calls = stack
    .split('\n')
    .filter((line) => CALL.test(line) && !line.includes('/__hotgraph/'));
  return calls.map((line) => withoutStamps(line).trim());
}

function placeOfCall(call: string): ProblemPlace | undefined {
  const [, address = '', line, column] = CALL.exec(call) ?? [];
  const file = parseAddress(address)?.url;
  if (file === undefined) return undefined;
  // On its first line a module is served with something in front of it.
  return { file, line: Number(line), column: line === '1' ? null : Number(column) };
}
