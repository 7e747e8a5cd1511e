/**
 * What people get to hear of a page's modules: what the server says of their code, and what updates fail at. In the
 * console, over the page, and as `error` events.
 */
import type { ErrorPayload } from '../../client.js';
import type { Diagnostic, Update } from '../protocol.js';
import type { Failure, LostExports } from '../update/apply.js';
import type { Application } from '../update/plan.js';
import { describeFailure } from './announce.js';
import { Diagnostics } from './diagnostics.js';
import { describeDiagnostic, diagnosticPayload, type Log, thrownPayload } from './log.js';
import { chainOf, type Problem, Problems } from './problems.js';

/** Where notices go. */
export interface NoticePorts {
  /** Whether the page has to do with a module. */
  knows(url: string): boolean;
  /** Whether a module is the browser's: the page has no record of it. */
  isNative(url: string): boolean;
  /** These are all problems of the page now. */
  show(problems: readonly Problem[]): void;
  /** Emits an `error` event. */
  emitError(payload: ErrorPayload): void;
}

/** The notices of a page. */
export class Notices {
  readonly #log: Log;
  readonly #ports: NoticePorts;
  readonly #problems: Problems;
  readonly #diagnostics: Diagnostics;

  constructor(log: Log, ports: NoticePorts) {
    this.#log = log;
    this.#ports = ports;
    this.#problems = new Problems((problems) => ports.show(problems));
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

  /** Modules are mended. */
  mended(urls: readonly string[]): void {
    this.#diagnostics.forget(urls);
    this.#problems.mended(urls);
  }

  /** Modules left the page. */
  removed(urls: readonly string[]): void {
    this.#problems.removed(urls);
  }

  /** An update came to its end. */
  updated(
    update: Update,
    application: Application | undefined,
    failures: readonly Failure[] = [],
  ): void {
    if (application) for (const failure of failures) this.#show(failure, update, application);
    this.#problems.updated(update, application, failures);
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
