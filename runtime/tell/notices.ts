/**
 * What people get to hear of a page's modules: what the server says of their code, and what updates fail at. In the
 * console, over the page, and as `error` events.
 */
import type { ErrorPayload } from '../../client.js';
import type { ClientMessage, Diagnostic, Thrown, Update } from '../protocol.js';
import type { Failure, LostExports } from '../update/apply.js';
import type { Application } from '../update/plan.js';
import { describeFailure, verbOf } from './announce.js';
import { Diagnostics } from './diagnostics.js';
import { describeDiagnostic, diagnosticPayload, type Log, textOf, thrownPayload } from './log.js';
import { chainOf, type Located, type Problem, Problems } from './problems.js';
import { type Trouble, troubleOf, troubleOfFailure } from './trouble.js';

/** Failures of one page load that are told: what more of them have in common is said by then. */
const MOST_UNLOADED = 20;

/** Where notices go. */
export interface NoticePorts {
  /** The page's origin. */
  readonly origin: string;
  /** Whether the page has to do with a module. */
  knows(url: string): boolean;
  /** Whether a module is the browser's: the page has no record of it. */
  isNative(url: string): boolean;
  /** These are all problems of the page now. */
  show(problems: readonly Problem[]): void;
  /** Emits an `error` event. */
  emitError(payload: ErrorPayload): void;
  /** Sends to the server. */
  send(message: ClientMessage): void;
}

/** The notices of a page. */
export class Notices {
  readonly #log: Log;
  readonly #ports: NoticePorts;
  readonly #problems: Problems;
  readonly #diagnostics: Diagnostics;
  /** Questions of which nothing was said yet. */
  readonly #unsaid = new Set<number>();
  #questions = 0;
  #unloaded = 0;

  constructor(log: Log, ports: NoticePorts) {
    this.#log = log;
    this.#ports = ports;
    this.#problems = new Problems((problems) => ports.show(problems), ports.origin);
    this.#diagnostics = new Diagnostics(
      (url) => ports.knows(url),
      (diagnostic) => this.#say(diagnostic),
    );
  }

  /** The server says something of code. */
  take(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) this.#diagnostics.take(diagnostic);
  }

  /** A module is in the page now: what was to say of it matters. */
  sayOf(url: string): void {
    this.#diagnostics.sayOf(url);
  }

  /** The page has fetched something. */
  fetched(): void {
    this.#diagnostics.fetched();
  }

  /** The server is going to say again what holds. */
  reconnected(): void {
    this.#diagnostics.clear();
    this.#problems.reconnected();
  }

  /** Modules were fixed. */
  fixed(urls: readonly string[]): void {
    this.#diagnostics.forget(urls);
    this.#problems.fixed(urls);
  }

  /** Modules left the page. */
  removed(urls: readonly string[]): void {
    this.#problems.removed(urls);
  }

  /**
   * An update came to its end.
   *
   * @returns What the server is to be asked about.
   */
  updated(
    update: Update,
    application: Application | undefined,
    failures: readonly Failure[] = [],
  ): Thrown[] {
    const questions = new Map<Failure, number>();
    if (application) {
      for (const failure of failures) {
        this.#show(failure, update, application);
        const { stage, url = null, error } = failure;
        if (stage === 'dispose') this.#locate(describeFailure(failure), error, url);
        else questions.set(failure, ++this.#questions);
      }
    }
    this.#problems.updated(update, application, failures, questions);
    return [...questions].map(([failure, question]) => ({
      question,
      ...troubleOfFailure(failure, this.#ports.origin),
    }));
  }

  /**
   * A callback of the page's code failed, and nothing is the matter with the page. Nothing fixes that: it is said once.
   *
   * @param who The callback, in a few words.
   * @param url The module that registered it, where that is known.
   */
  threw(who: string, error: unknown, url: string | null = null): void {
    const said = `${who} ${verbOf(error)}${textOf(error)}`;
    this.#log.error(said, error);
    this.#locate(said, error, url);
  }

  /** Has the server say where that was. */
  #locate(message: string, error: unknown, url: string | null): void {
    const question = ++this.#questions;
    const trouble = troubleOf(error, url, this.#ports.origin);
    this.#ports.send({ type: 'thrown', thrown: { ...trouble, message, question } });
  }

  /** Something failed while the page loaded. The browser's console has it, but not all that the server knows. */
  unloaded(trouble: Trouble): void {
    const question = ++this.#questions;
    if (this.#unloaded >= MOST_UNLOADED || !this.#problems.unloaded(trouble, question)) return;
    this.#unloaded += 1;
    this.#unsaid.add(question);
    this.#ports.send({ type: 'thrown', thrown: { question, ...trouble } });
  }

  /** Whether the browser did not get this when the page loaded. */
  lacks(url: string): boolean {
    return this.#problems.lacks(url);
  }

  /** The server says where something is. */
  located(located: Located): void {
    this.#problems.located(located);
    const isSaid = !this.#unsaid.delete(located.question);
    if (isSaid || this.#problems.isRefused(located.diagnostic.url)) return;
    this.#log.error(describeDiagnostic(located.diagnostic));
    this.#ports.emitError(diagnosticPayload(located.diagnostic));
  }

  /** Modules lost exports that importers which did not run again still show. */
  lost(all: readonly LostExports[], update: Update): void {
    for (const { url, names, isNative } of all) {
      const importers = update.stale.find((module) => module.url === url)?.importers ?? [];
      const here = importers.filter(
        (importer) =>
          this.#ports.knows(importer.url) && (!isNative || this.#ports.isNative(importer.url)),
      );
      if (here.length === 0) continue;
      const who = here.map((importer) => importer.url).join(', ');
      this.#log.warn(
        `of ${url}, ${who} did not run again and keeps the last value of: ${names.join(', ')}`,
      );
    }
  }

  #say(diagnostic: Diagnostic): void {
    const text = describeDiagnostic(diagnostic);
    if (diagnostic.severity === 'warning') {
      this.#log.warn(text);
      return;
    }
    this.#log.error(text);
    this.#problems.refused(diagnostic);
    this.#ports.emitError(diagnosticPayload(diagnostic));
  }

  #show(failure: Failure, update: Update, application: Application): void {
    const isOfPage = failure.stage !== 'load' && failure.stage !== 'style';
    const chain = chainOf(failure, update, application).join(' → ');
    const text = [describeFailure(failure), chain].filter(Boolean).join('\n');
    this.#log.error(text, isOfPage ? failure.error : undefined);
    this.#ports.emitError(thrownPayload(failure.error, failure.url));
  }
}
