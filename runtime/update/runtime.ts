/**
 * The page's side of hot updates: takes the server's messages in order and applies one update at a
 * time. Reaches the browser through ports only, so that it runs in tests without one.
 */
import type { ErrorPayload } from '../../client.js';
import { Events } from '../hot/events.js';
import type { Generation } from '../model/generation.js';
import { Registry } from '../model/registry.js';
import { Exports } from '../modules/exports.js';
import type {
  ClientMessage,
  Diagnostic,
  ReloadReport,
  ServerMessage,
  Update,
} from '../protocol.js';
import { describeFailure, summary, updatePayload } from '../tell/announce.js';
import { Diagnostics } from '../tell/diagnostics.js';
import {
  describeDiagnostic,
  diagnosticPayload,
  type Log,
  textOf,
  thrownPayload,
} from '../tell/log.js';
import { chainOf, type Problem, Problems } from '../tell/problems.js';
import { sessionReport } from '../tell/report.js';
import { pageOfInline } from '../url.js';
import { patient } from '../wait.js';
import { type ApplyPorts, apply, type Failure, runAll } from './apply.js';
import { Codes } from './codes.js';
import { Departures } from './departures.js';
import { type LeavePorts, leave } from './leave.js';
import { areMergeable, mergeUpdates } from './merge.js';
import { type Application, type Leaving, plan, type Renewal } from './plan.js';

/** What a runtime needs from the browser. */
export interface Ports extends ApplyPorts, LeavePorts {
  /** Whether a link of the page shows the style sheet, directly or by `@import`. */
  showsStyle(url: string): boolean;
  /** What asked for a resource, in the browser's words: `script`, `link`, `fetch`. */
  loadedBy(url: string): ReadonlySet<string>;
  /** Whether the page shows the image, and uses it nowhere else. */
  showsImage(url: string): boolean;
  /** Whether it is the script of a worker that this page started. */
  isWorker(url: string): boolean;
  /** The oldest version that the page loaded of a module, if any. */
  oldestLoaded(url: string): number | undefined;
  /** The newest version of any module that the page fetched. */
  newestLoaded(): number;
  /**
   * Whether something uses the module that the server cannot see: a computed import, an element, a `fetch()`.
   *
   * @param departed Modules whose imports do not count.
   */
  isUsedUnseen(url: string, departed: ReadonlySet<string>): boolean;
  /** Whether nothing is being imported dynamically. */
  isSettled(): boolean;
  /** Resolves when what is being imported dynamically has run, or takes too long. */
  settled(): Promise<void>;
  /** Some generation of a module may export other values than before. */
  exportsChanged(url: string): void;
  /** Native code that imports a module by a newer version gets the one that runs. */
  keep(url: string, running: number, version: number): void;
  /** Reloads the page. */
  reload(report: ReloadReport): void;
  /** Sends to the server. */
  send(message: ClientMessage): void;
  /** Milliseconds since some start. */
  now(): number;
  /** These are all problems of the page now. */
  showProblems(problems: readonly Problem[]): void;
}

/** What a page is at its start. */
export interface Identity {
  /** The url of its HTML, `null` when the server does not know it. */
  readonly page: string | null;
  /** The server's run that served it. Another one that knows it may go on with it. */
  readonly session: string;
  /** The version that it was served at. */
  readonly version: number;
}

type Job =
  | { readonly type: 'update'; readonly update: Update; readonly arrived: number }
  | ({ readonly type: 'prune' } & Pruned);

/** Modules that left the page, and the version that they have for whoever imports them again. */
interface Pruned {
  readonly urls: readonly string[];
  readonly version: number;
}

/** The part of a module in the last update that it accepted, or that evaluated it. */
interface Part {
  /** The update's version, or the one that the module was evaluated at. */
  readonly version: number;
  /** Who gave up this update. */
  readonly trail: readonly string[];
}

function versionOf(job: Job): number {
  return job.type === 'update' ? job.update.version : job.version;
}

/** Milliseconds that listeners of built-in events hold up what they announce. */
const PATIENCE = 1000;

/** The runtime of one page. */
export class Runtime {
  /** The modules of the page. */
  readonly registry: Registry;
  /** What importers see of them. */
  readonly exports: Exports;
  /** The listeners of the page. */
  readonly events: Events;
  /** Whether the server has answered on the present connection. */
  greeted = false;
  readonly #identity: Identity;
  #session: string;
  readonly #ports: Ports;
  readonly #log: Log;
  readonly #codes = new Codes();
  readonly #jobs: Job[] = [];
  #state: 'loading' | 'idle' | 'busy' | 'reloading' = 'loading';
  #idle: Promise<void> = Promise.resolve();
  #version: number;
  /** An update that could not be applied: the next one brings it along. */
  #owed: Update | undefined;
  readonly #departures: Departures;
  /** Modules to prune once no update is owed. */
  #unpruned: Pruned[] = [];
  /** What modules can give up by `invalidate()`, at once or later. */
  readonly #parts = new Map<string, Part>();
  /** Is called when an update, or a prune, arrives. */
  #arrived: () => unknown = () => {};
  readonly #problems: Problems;
  readonly #diagnostics: Diagnostics;

  constructor(identity: Identity, ports: Ports, log: Log) {
    this.#identity = identity;
    this.#session = identity.session;
    this.#version = identity.version;
    this.#departures = new Departures(identity.page, identity.version);
    this.#ports = ports;
    this.#log = log;
    this.#problems = new Problems((problems) => this.#ports.showProblems(problems));
    this.#diagnostics = new Diagnostics(
      (url) => this.#knows(url),
      (diagnostic) => this.#say(diagnostic),
    );
    this.events = new Events((event, error) => {
      this.#log.error(`a listener of ${event} threw: ${textOf(error)}`, error);
    });
    this.exports = new Exports((url) => this.#ports.exportsChanged(url));
    this.registry = new Registry((generation) => this.events.drop(generation));
  }

  /** The version that the page is at. */
  get version(): number {
    return this.#version;
  }

  /** The server's run that the page belongs to: the one that served it, or one that went on with it. */
  get session(): string {
    return this.#session;
  }

  /** Settles when no work is left. */
  get idle(): Promise<void> {
    return this.#idle;
  }

  /** A module is being evaluated. Shows what the server had to say of it. */
  create(url: string, version: number): Generation {
    this.#diagnostics.sayOf(url);
    const generation = this.registry.create(url, version);
    // Nobody will replace what is replaced already: it is disposed of when it has run.
    if (generation.replaced) setTimeout(() => void this.#clean(generation));
    return generation;
  }

  async #clean({ url, disposers }: Generation): Promise<void> {
    const failed = (error: unknown) =>
      this.#log.error(`a dispose callback of ${url} threw: ${textOf(error)}`, error);
    await runAll(disposers.splice(0), () => this.registry.data(url), failed);
  }

  /** The page has fetched something: shows what the server had to say of it, now that it matters here. */
  fetched(): void {
    this.#diagnostics.fetched();
  }

  /** The page's own code has run: starts applying what came in and what will. */
  start(): void {
    if (this.#state !== 'loading') return;
    this.#state = 'idle';
    this.#run();
  }

  /** Takes in a message of the server. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case 'connected':
        this.greeted = true;
        // What holds is sent again.
        this.#diagnostics.clear();
        this.#problems.reconnected();
        if (message.session !== this.#session) this.#goOn(message);
        break;
      case 'update':
        // What a module gave up, it did not change.
        if (!message.invalidated) this.#mended(message.changed);
        this.#jobs.push({
          type: 'update',
          update: this.#codes.complete(message),
          arrived: this.#ports.now(),
        });
        this.#arrived();
        this.#run();
        break;
      case 'prune':
        this.#codes.forget(message.urls);
        this.#jobs.push(message);
        this.#arrived();
        this.#run();
        break;
      case 'error':
      case 'warning':
        for (const diagnostic of message.diagnostics) this.#diagnostics.take(diagnostic);
        break;
      case 'recovered':
        this.#mended(message.urls);
        this.#log.info(`fixed: ${message.urls.join(', ')}`);
        break;
      case 'custom':
        void this.events.emit(message.event, message.data);
        break;
    }
  }

  /** Another run of the server answers. */
  #goOn({ session, refusal, uncertain }: Extract<ServerMessage, { type: 'connected' }>): void {
    const url = uncertain?.find((one) => this.#knows(one));
    const doubt = url && `it cannot tell whether ${url} is what this page has loaded`;
    if (uncertain && !doubt) this.#session = session;
    else void this.#reload(sessionReport(refusal ?? doubt));
  }

  /** A module gives up an update: the server sends it on to the module's importers, in every page. */
  invalidate(generation: Generation, message: string | undefined): void {
    const { url } = generation;
    if (this.#state === 'loading') {
      this.#log.warn(
        `${url} called invalidate() while the page loads: there is no update to give up`,
      );
      return;
    }
    const part = this.#parts.get(url);
    const { version, trail } = part ?? { version: generation.version, trail: [] };
    if (trail.includes(url)) return;
    if (part) this.#parts.set(url, { version, trail: [...trail, url] });
    this.#log.debug(`${url} gave up an update${message ? `: ${message}` : ''}`);
    void this.events.emitBuiltIn('invalidate', {
      path: url,
      message,
      firstInvalidatedBy: trail[0] ?? url,
    });
    this.#giveUp(url, message ?? null, version, trail);
  }

  #say(diagnostic: Diagnostic): void {
    const text = describeDiagnostic(diagnostic);
    if (diagnostic.severity === 'warning') {
      this.#log.warn(text);
      return;
    }
    this.#log.error(text);
    this.#problems.refused(diagnostic);
    this.#emitError(diagnosticPayload(diagnostic));
  }

  #mended(urls: readonly string[]): void {
    this.#diagnostics.forget(urls);
    this.#problems.mended(urls);
  }

  /** Whether a module is of any interest to this page. */
  #knows(url: string): boolean {
    return this.registry.has(url) || url === this.#identity.page || this.#ports.isLoaded(url);
  }

  #run(): void {
    if (this.#state !== 'idle' || this.#jobs.length === 0) return;
    this.#state = 'busy';
    this.#idle = this.#work().finally(() => {
      if (this.#state === 'busy') this.#state = 'idle';
    });
  }

  async #work(): Promise<void> {
    for (let job = this.#nextJob(); job; job = this.#nextJob()) {
      try {
        if (job.type === 'update') await this.#update(job.update, job.arrived);
        else await this.#prune(job);
      } catch (error) {
        this.#log.error(
          `an update stopped on an error of hotgraph itself: ${textOf(error)}`,
          error,
        );
      }
    }
  }

  /** The next job; updates that piled up behind it become one with it. */
  #nextJob(): Job | undefined {
    const job = this.#state === 'reloading' ? undefined : this.#jobs.shift();
    if (job?.type !== 'update') return job;
    let { update } = job;
    for (let next = this.#jobs[0]; next?.type === 'update'; next = this.#jobs[0]) {
      if (!areMergeable(update, next.update)) break;
      this.#jobs.shift();
      update = mergeUpdates(update, next.update);
    }
    return { ...job, update };
  }

  async #update(received: Update, arrived: number): Promise<void> {
    // After a reconnection the server may repeat what it had sent.
    if (received.version <= this.#version && !received.invalidated) return;
    // The browser asks for what that imports by versions that it finds on the way: newer ones, and older ones.
    if (!this.#ports.isSettled()) await this.#ports.settled();
    const update = mergeUpdates(this.#owed, received);
    for (const { url, version } of update.stale) this.registry.renewed(url, version);
    for (const { url, importers } of update.stale) {
      for (const importer of importers) {
        for (const name of importer.accepts) this.registry.learn(importer.url, name, url);
      }
    }
    const decision = plan(update, {
      url: this.#identity.page,
      isLoaded: (url) => this.registry.has(url) || this.#ports.isLoaded(url),
      showsStyle: (url) => this.#ports.showsStyle(url),
      loadedBy: (url) => this.#ports.loadedBy(url),
      showsImage: (url) => this.#ports.showsImage(url),
      isWorker: (url) => this.#ports.isWorker(url),
      oldest: (url) => this.#ports.oldestLoaded(url),
      misses: (url, isStale) => this.exports.misses(url, isStale),
      departed: this.#departures.of(update, this.#version, (url, departed) =>
        this.#ports.isUsedUnseen(url, departed),
      ),
      isAhead: (url, version) =>
        version > this.#version &&
        this.#ports.loadedVersion(url) >= version &&
        (this.#ports.oldestLoaded(url) ?? version) < version,
      current: (url) => this.registry.current(url),
    });
    if ('leaving' in decision) await this.#leave(decision.leaving);
    switch (decision.type) {
      case 'nothing':
        this.#keep(update, []);
        this.#finish(update);
        this.#problems.updated(update, undefined);
        this.#ports.send({ type: 'acknowledged', version: update.version });
        break;
      case 'reload':
        await this.#reload(decision.report);
        break;
      case 'giveUp':
        this.#owed = update;
        this.#giveUp(decision.module, null, update.version, update.invalidated?.trail ?? []);
        break;
      case 'apply':
        this.#keep(update, decision.stale);
        await this.#apply(decision, update, arrived);
        break;
    }
  }

  async #apply(application: Application, update: Update, arrived: number): Promise<void> {
    const payload = updatePayload(application, update.version);
    await patient(this.events.emitBuiltIn('beforeUpdate', payload), PATIENCE);
    this.#takePart(application, update);
    const outcome = await apply(
      application,
      update.version,
      this.registry,
      this.exports,
      this.#ports,
      () => this.#isOvertaken(update.version),
    );
    if (outcome === 'overtaken') {
      this.#owed = update;
      return;
    }

    for (const failure of outcome.failures) this.#show(failure, update, application);
    this.#problems.updated(update, application, outcome.failures);
    const stale = application.stale.map(({ url }) => url);
    this.#departures.applied(stale, outcome.kept, this.#version);
    const isWhatItWas = outcome.failures.some(({ stage }) => stage === 'load');
    if (isWhatItWas) this.#owed = update;
    else this.#finish(update);
    const fatal = outcome.failures.filter(({ stage }) => stage !== 'dispose');
    if (fatal.length > 0) {
      const message = fatal.map(describeFailure).join('\n');
      const kept = [...outcome.kept];
      this.#ports.send({ type: 'failed', version: update.version, message, kept });
    }
    if (isWhatItWas || (outcome.boundaries.length === 0 && fatal.length > 0)) return;

    await patient(this.events.emitBuiltIn('afterUpdate', payload), PATIENCE);
    if (fatal.length > 0) return;
    const ms = this.#ports.now() - arrived;
    const shown = [...application.styles, ...application.images].map(({ url }) => url);
    const boundaries = [...outcome.boundaries, ...shown];
    this.#log.debug(summary(application, update, ms));
    for (const { url, names } of outcome.lost) {
      const importers = update.stale.find((module) => module.url === url)?.importers ?? [];
      if (importers.length === 0) continue;
      const who = importers.map((importer) => importer.url).join(', ');
      this.#log.warn(
        `of ${url}, ${who} did not run again and keeps the last value of: ${names.join(', ')}`,
      );
    }
    const { isCarried: carried } = outcome;
    this.#ports.send({ type: 'applied', version: update.version, ms, boundaries, carried });
  }

  #takePart({ boundaries, stale }: Application, { version, invalidated }: Update): void {
    const trail = invalidated?.trail ?? [];
    for (const { module } of boundaries) this.#parts.set(module, { version, trail });
    for (const module of stale) this.#parts.set(module.url, { version: module.version, trail });
  }

  /**
   * Whether the page has code of a later update than this one: the server serves imports as they are now. The
   * two become one then, so that nothing runs before its own update disposes of what it replaces.
   */
  async #isOvertaken(version: number): Promise<boolean> {
    const newest = this.#ports.newestLoaded();
    if (newest <= version) return false;
    const isTold = (job: Job) => versionOf(job) >= newest;
    if (!this.#jobs.some(isTold)) {
      const arrival = new Promise<void>((resolve) => {
        this.#arrived = () => this.#jobs.some(isTold) && resolve();
      });
      await patient(arrival, PATIENCE);
    }
    return this.#jobs.some((job) => job.type === 'update' && versionOf(job) > version);
  }

  #finish(update: Update): void {
    this.#owed = undefined;
    this.#version = Math.max(this.#version, update.version);
    this.#jobs.unshift(...this.#unpruned.map((pruned) => ({ type: 'prune', ...pruned }) as const));
    this.#unpruned = [];
  }

  /**
   * What is stale for the sake of other pages stays what it is here. New code imports it by its new version all the
   * same.
   */
  #keep({ stale }: Update, renewed: readonly Renewal[]): void {
    const anew = new Set(renewed.map(({ url }) => url));
    for (const { url, version, kind } of stale) {
      const isModule = kind === 'script' && pageOfInline(url) === undefined;
      if (!isModule || anew.has(url)) continue;
      if (!this.registry.has(url) && !this.#ports.isLoaded(url)) continue;
      const loaded = this.#ports.loadedVersion(url);
      const running = this.registry.version(url) ?? loaded;
      if (Math.max(running, loaded) < version) this.#ports.keep(url, running, version);
    }
  }

  async #prune({ urls, version }: Pruned): Promise<void> {
    const leaving = urls.filter((url) => this.#isHere(url)).map((url) => ({ url, version }));
    if (this.#owed) {
      // The page runs the code from before that update, which may still import them.
      this.#unpruned.push({ urls, version });
      return;
    }
    // Up to here it has everything: who asks again must not be told again to dispose of what came back meanwhile.
    this.#version = Math.max(this.#version, version);
    await this.#leave(leaving);
  }

  #isHere(url: string): boolean {
    return this.registry.last(url) !== undefined || this.#ports.isLoaded(url);
  }

  async #leave(leaving: readonly Leaving[]): Promise<void> {
    if (leaving.length === 0) return;
    const gone = await leave(
      leaving,
      this.registry,
      this.exports,
      this.events,
      this.#ports,
      this.#log,
    );
    for (const url of gone) {
      this.#parts.delete(url);
      this.#departures.forget(url);
    }
    this.#problems.removed(gone);
  }

  async #reload(report: ReloadReport): Promise<void> {
    if (this.#state === 'reloading') return;
    this.#state = 'reloading';
    const { changed, message } = report;
    const payload = { type: 'full-reload', message, ...(changed && { path: changed }) } as const;
    await patient(this.events.emitBuiltIn('beforeFullReload', payload), PATIENCE);
    this.#ports.reload(report);
  }

  #giveUp(url: string, message: string | null, version: number, trail: readonly string[]): void {
    this.#ports.send({ type: 'invalidate', url, version, message, trail: [...trail] });
  }

  #show(failure: Failure, update: Update, application: Application): void {
    const isOfPage = failure.stage !== 'load' && failure.stage !== 'style';
    const chain = chainOf(failure, update, application).join(' → ');
    const text = [describeFailure(failure), chain].filter(Boolean).join('\n');
    this.#log.error(text, isOfPage ? failure.error : undefined);
    this.#emitError(thrownPayload(failure.error, failure.url));
  }

  #emitError(payload: ErrorPayload): void {
    void this.events.emitBuiltIn('error', payload);
  }
}
