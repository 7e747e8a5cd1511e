/**
 * What is wrong in this page at the moment: saved code that cannot be served, and what updates failed at, until
 * it is fixed. Pure: who shows it is told of each change.
 */

import type { Call, Diagnostic, Update } from '../protocol.js';
import type { Failure } from '../update/apply.js';
import type { Application } from '../update/plan.js';
import { pageOfInline, withPlaces } from '../url.js';
import { textOf } from './log.js';
import { type Trouble, troubleOfFailure } from './trouble.js';

/** Where in a file. Lines and columns count from 1. */
export interface ProblemPlace {
  /** An absolute path, or a url where no file is known. */
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  /** Whether it is a file that an editor can open. */
  readonly isFile: boolean;
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
  /** The number by which the server was asked for its place. */
  readonly question: number | undefined;
}

/** Something that failed while the page loaded. */
interface UnloadedPart {
  /** The modules that it is about: a new one of them may be the end of it. */
  readonly urls: readonly string[];
  /** What the browser did not get. */
  readonly missing: string | null;
  readonly problem: Problem;
  readonly question: number;
}

/** What the server says of an error. */
export interface Located {
  readonly question: number;
  readonly diagnostic: Diagnostic;
  readonly calls: readonly string[];
}

/** The problems of a page. */
export class Problems {
  readonly #show: (problems: readonly Problem[]) => void;
  readonly #origin: string | undefined;
  readonly #refused = new Map<string, Problem>();
  #failed: readonly FailedPart[] = [];
  #unloaded: readonly UnloadedPart[] = [];

  /**
   * @param show Gets all problems whenever there are others.
   * @param origin The page's.
   */
  constructor(show: (problems: readonly Problem[]) => void, origin?: string) {
    this.#show = show;
    this.#origin = origin;
  }

  /** The saved code of a module cannot be served. */
  refused(diagnostic: Diagnostic): void {
    this.#refused.set(diagnostic.url, problemOfCode(diagnostic));
    this.#changed();
  }

  /** Whether the saved code of a module cannot be served. */
  isRefused(url: string): boolean {
    return this.#refused.has(url);
  }

  /** The saved code of modules can be served, as far as is known. */
  fixed(urls: Iterable<string>): void {
    const wereRefused = [...urls].filter((url) => this.#refused.delete(url));
    if (wereRefused.length > 0) this.#changed();
  }

  /** The server is going to say anew what it cannot serve. */
  reconnected(): void {
    this.fixed([...this.#refused.keys()]);
  }

  /** Modules left the page, and their problems with them. */
  removed(urls: readonly string[]): void {
    this.#failed = this.#failed.filter(({ failure: { url } }) => !url || !urls.includes(url));
    this.#settle(urls);
    this.fixed(urls);
    this.#changed();
  }

  /**
   * Something failed while the page loaded.
   *
   * @returns Whether that is news.
   */
  unloaded(trouble: Trouble, question: number): boolean {
    const { failure, message, url, specifier, remedy } = trouble;
    const calls = trouble.calls.map(callText);
    const [first] = trouble.calls;
    const about = url ?? first?.url;
    const id = `page load, ${failure} of ${about ?? specifier}: ${message}`;
    if (this.#unloaded.some(({ problem }) => problem.id === id)) return false;
    const problem: Problem = {
      id,
      title: failure === 'code' ? 'The code threw an error' : 'A module could not be loaded',
      message: failure === 'load' ? `could not be loaded: ${message}` : message,
      place: first ? placeOfCall(first) : placeOfModule(about),
      frame: null,
      stack: calls.length > 1 ? calls.join('\n') : null,
      chain: [],
      remedy,
    };
    const urls = [about, first?.url].filter((one) => one !== undefined);
    const missing = failure === 'load' ? url : null;
    this.#unloaded = [...this.#unloaded, { urls, missing, problem, question }];
    this.#changed();
    return true;
  }

  /** Whether the browser did not get this when the page loaded. */
  lacks(url: string): boolean {
    return this.#unloaded.some(({ missing }) => missing === url);
  }

  /** The server says where something is. */
  located({ question, diagnostic, calls }: Located): void {
    const detailed = (problem: Problem, keepsMessage: boolean): Problem => ({
      ...problem,
      message: keepsMessage ? problem.message : diagnostic.message,
      place: placeOfCode(diagnostic),
      frame: diagnostic.frame,
      stack: calls.length > 1 ? calls.join('\n') : null,
      remedy: diagnostic.remedy ?? problem.remedy,
    });
    this.#failed = this.#failed.map((part) =>
      part.question === question
        ? { ...part, problem: detailed(part.problem, part.failure.stage !== 'load') }
        : part,
    );
    this.#unloaded = this.#unloaded.map((part) =>
      part.question === question
        ? { ...part, urls: [...part.urls, diagnostic.url], problem: detailed(part.problem, false) }
        : part,
    );
    this.#changed();
  }

  /**
   * An update ended. Earlier problems of modules in it give way to its outcome.
   *
   * @param questions By what failed, the number by which the server is asked for its place.
   */
  updated(
    update: Update,
    application: Application | undefined,
    failures: readonly Failure[] = [],
    questions: ReadonlyMap<Failure, number> = new Map(),
  ): void {
    const before = this.#failed;
    const stale = new Set(application?.stale.map(({ url }) => url));
    const still = before.filter(
      // A callback of an importer may not be called again once the module accepts itself.
      ({ failure, changed }) =>
        !isSettled(failure, application) &&
        !(failure.stage === 'callback' && changed.some((url) => stale.has(url))),
    );
    const failed = failures.flatMap((failure) => {
      const part = failedPart(failure, update, application, this.#origin);
      return part ? [{ ...part, question: questions.get(failure) }] : [];
    });
    this.#failed = [...still, ...failed];
    if (application) {
      const isShown = !failures.some(({ stage }) => stage === 'style');
      const renewed = [...application.stale, ...(isShown ? application.styles : [])];
      this.#settle(renewed.map(({ url }) => url));
    }
    if (before.length > 0 || failed.length > 0) this.#changed();
  }

  /** These modules are other ones now: what they failed at while the page loaded is over. */
  #settle(urls: readonly string[]): void {
    const before = this.#unloaded;
    this.#unloaded = before.filter((part) => !part.urls.some((url) => urls.includes(url)));
    if (this.#unloaded.length < before.length) this.#changed();
  }

  #changed(): void {
    // Code that cannot be served, which the server found, says more than that it could not be loaded.
    const isRefused = (urls: readonly string[]) => urls.some((url) => this.#refused.has(url));
    const failed = this.#failed.filter(
      ({ failure, changed }) => failure.stage !== 'load' || !isRefused(changed),
    );
    const unloaded = this.#unloaded.filter(({ urls }) => !isRefused(urls));
    const others = [...unloaded, ...failed].map(({ problem }) => problem);
    this.#show([...this.#refused.values(), ...others]);
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
  const { url, message, frame, remedy } = diagnostic;
  return {
    id: `code of ${url}`,
    title: 'The saved code cannot be served',
    message,
    place: placeOfCode(diagnostic),
    frame,
    stack: null,
    chain: [],
    remedy,
  };
}

function placeOfCode({ url, file, line, column }: Diagnostic): ProblemPlace {
  return { file: file ?? pageOfInline(url) ?? url, line, column, isFile: file !== null };
}

function placeOfModule(url: string | undefined): ProblemPlace | null {
  return url === undefined
    ? null
    : { file: withPlaces(url), line: null, column: null, isFile: false };
}

function failedPart(
  failure: Failure,
  update: Update,
  application: Application | undefined,
  origin: string | undefined,
): Omit<FailedPart, 'question'> | undefined {
  const { stage, url, error } = failure;
  const { changed } = update;
  if (stage === 'dispose') return undefined;
  const about = url ?? changed[0];
  const { calls, remedy } = troubleOfFailure(failure, origin);
  const [first] = calls;
  const problem: Problem = {
    id: `${stage === 'load' ? 'code' : stage} of ${about}`,
    title: TITLES[stage],
    message: textOf(error),
    place: first ? placeOfCall(first) : placeOfModule(about),
    frame: null,
    stack: calls.length > 1 ? calls.map(callText).join('\n') : null,
    chain: application ? chainOf(failure, update, application).map(withPlaces) : [],
    remedy,
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

function callText({ name, url, line, column }: Call): string {
  const place = [url, line, column].filter((part) => part !== null).join(':');
  return name === null ? `at ${place}` : `at ${name} (${place})`;
}

function placeOfCall({ url, line, column }: Call): ProblemPlace {
  // On its first line a module is served with something in front of it.
  return { file: url, line, column: line === 1 ? null : column, isFile: false };
}
