/**
 * The page's side of hot updates: takes the server's messages in order and applies one update at a time. It reaches the
 * browser through ports only, and runs in tests without one.
 */
import { Equipment } from '../hot/equip.js';
import { Events } from '../hot/events.js';
import { Statuses } from '../hot/webpack.js';
import type { Generation } from '../model/generation.js';
import type { Module } from '../model/module.js';
import { Modules } from '../modules/modules.js';
import type { ReloadReport, ServerMessage, StaleModule, Update } from '../protocol.js';
import { describeFailure, summary, updatePayload } from '../tell/announce.js';
import { type Log, textOf } from '../tell/log.js';
import { Notices } from '../tell/notices.js';
import { composeReport, notReplaceable, sessionReport } from '../tell/report.js';
import type { Trouble } from '../tell/trouble.js';
import { patient, pause } from '../wait.js';
import { Applying, type Failure, type Outcome, tryLinking } from './apply.js';
import { Departures } from './departures.js';
import { runDisposers } from './dispose.js';
import { Jobs, type PruneJob, type UpdateJob } from './jobs.js';
import { leave } from './leave.js';
import { mergeUpdates } from './merge.js';
import { Parts } from './parts.js';
import { Passed } from './passed.js';
import { type Application, type Page, type Plan, plan } from './plan.js';
import type { Identity, Ports } from './ports.js';
import { Unfinished } from './unfinished.js';

/** Milliseconds that listeners of built-in events hold up what they announce. */
const PATIENCE = 1000;

/** Milliseconds after which a page that reloads and is still there is taken to stay. */
const STAYING = 3000;

/** Milliseconds between two looks whether a module has run. */
const STEP = 5;

/** The runtime of one page. */
export class Runtime {
  /** The modules of the page. */
  readonly modules: Modules;
  /** The listeners of the page. */
  readonly events: Events;
  /** Whether the server has answered on the present connection. */
  greeted = false;
  readonly #identity: Identity;
  #session: string | undefined;
  readonly #ports: Ports;
  readonly #log: Log;
  readonly #jobs = new Jobs();
  #state: 'loading' | 'idle' | 'busy' | 'reloading' = 'loading';
  #idle: Promise<void> = Promise.resolve();
  #version: number;
  #servedVersion: number | undefined;
  /** An update that could not be applied: the next one brings it along. */
  #owed: Update | undefined;
  #departures: Departures;
  readonly #passed = new Passed();
  /** Modules to prune once no update is owed. */
  #unpruned: PruneJob[] = [];
  readonly #parts = new Parts();
  readonly #statuses: Statuses;
  readonly #notices: Notices;
  readonly #unfinished: Unfinished;
  /** Errors that were told as what updates failed at. */
  readonly #told = new WeakSet<object>();
  /** Counts the updates of which code may still run that they called. */
  #settling = 0;

  constructor(identity: Identity, ports: Ports, log: Log) {
    this.#identity = identity;
    this.#unfinished = new Unfinished(identity.page);
    this.#session = identity.session;
    this.#servedVersion = identity.version;
    this.#version = this.servedVersion;
    this.#departures = new Departures(identity.page, this.servedVersion);
    this.#ports = ports;
    this.#log = log;
    this.events = new Events((event, error) =>
      this.#notices.threw(`a listener of ${event}`, error),
    );
    this.#notices = new Notices(log, {
      origin: ports.origin,
      knows: (url) => this.#knows(url),
      isNative: (url) => this.modules.graph.current(url) === undefined,
      show: (problems) => ports.showProblems(problems),
      emitError: (payload) => void this.events.emitBuiltIn('error', payload),
      send: (message) => ports.send(message),
    });
    this.#statuses = new Statuses((error) => this.#notices.threw('a status handler', error));
    const services = {
      invalidate: (generation: Generation, message: string | undefined) =>
        this.#invalidate(generation, message),
      on: this.events.on.bind(this.events),
      off: this.events.off.bind(this.events),
      send: (event: string, data: unknown = null) => ports.send({ type: 'custom', event, data }),
    };
    const equipment = new Equipment(services, this.#statuses, (message) => ports.send(message));
    this.modules = new Modules({
      ...ports,
      version: () => this.#version,
      equip: (generation, metas) => {
        equipment.equip(generation, metas);
        this.#notices.sayOf(generation.url);
        const update = this.#passed.take(generation.url, generation.version);
        if (update) this.#repeat(update);
      },
      dispose: async (generations) => {
        await Promise.all(
          generations.map((one) =>
            runDisposers(one, (error) =>
              this.#notices.threw(`a dispose callback of ${one.url}`, error, one.url),
            ),
          ),
        );
      },
      committed: (generation) => equipment.report(generation),
      retired: (generation) => {
        this.events.drop(generation);
        this.#statuses.drop(generation);
      },
    });
  }

  /** The version that the page is at. */
  get version(): number {
    return this.#version;
  }

  /** The server's run that the page belongs to: the one that served it, or one that went on with it. */
  get session(): string {
    return this.#session ?? '';
  }

  /** The version that the page was served at, 0 while nobody has said. */
  get servedVersion(): number {
    return this.#servedVersion ?? 0;
  }

  /** The server says what it is: of a page whose HTML did not, that is taken for what served it. */
  identify({ session, version }: { readonly session: string; readonly version: number }): void {
    this.#session ??= session;
    if (this.#servedVersion !== undefined) return;
    this.#servedVersion = version;
    this.#version = version;
    this.#departures = new Departures(this.#identity.page, version);
  }

  /** Settles when no work is left. */
  get idle(): Promise<void> {
    return this.#idle;
  }

  /** The page has fetched something: shows what the server had to say of it, now that it matters here. */
  fetched(): void {
    this.#notices.fetched();
    for (const update of this.#passed.arrived((url) => this.#ports.lastVersion(url))) {
      this.#repeat(update);
    }
  }

  /** Something failed while the page loaded. */
  unloaded(trouble: Trouble): void {
    this.#notices.unloaded(trouble);
  }

  /** Whether an update is being applied, or was just now: what frameworks render later than that still belongs to it. */
  get isUpdating(): boolean {
    return this.#settling > 0;
  }

  /** Code threw, and nobody caught it. `isUnused` says whether nobody had used the page by then. */
  uncaught(error: unknown, trouble: Trouble, isUnused: boolean): void {
    if (isUnused && !this.isUpdating) this.#unfinished.add(error, trouble, this.whoThrew(error));
    // What an update fails at, it says itself.
    void this.#idle.then(() => {
      if (!(error instanceof Object && this.#told.has(error))) this.unloaded(trouble);
    });
  }

  /** The module that threw this error when it ran. */
  whoThrew(error: unknown): string | undefined {
    let last: Module | undefined;
    for (const module of this.modules.graph.modules) {
      const { current, rank } = module;
      if (current?.state !== 'failed' || current.error !== error) continue;
      // Its importers failed too, and have not run.
      if ((rank ?? 0) >= (last?.rank ?? 0)) last = module;
    }
    return last?.url;
  }

  /** The page's own code has run: starts applying what came in and what will. */
  start(): void {
    if (this.#state !== 'loading') return;
    this.#state = 'idle';
    this.#run();
  }

  /** Runs modules again as they are, after all earlier jobs. By then, `due` says which. */
  rerun(due: () => readonly string[]): void {
    this.#jobs.add({ type: 'rerun', due });
    this.#run();
  }

  /** Takes in a message of the server. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case 'connected':
        this.greeted = true;
        this.#notices.reconnected();
        if (message.session !== this.#session) this.#goOn(message);
        break;
      case 'update': {
        // A module that gave up an update did not change.
        if (!message.invalidated) this.#notices.fixed(message.changed);
        const update = this.modules.bodies.complete(message);
        this.#jobs.add({ type: 'update', update, arrived: this.#ports.now() });
        this.#run();
        break;
      }
      case 'bodies':
        this.modules.bodies.answer(message);
        break;
      case 'prune':
        this.modules.bodies.forget(message.urls);
        this.#jobs.add(message);
        this.#run();
        break;
      case 'error':
      case 'warning':
        this.#notices.take(message.diagnostics);
        break;
      case 'located':
        this.#notices.located(message);
        break;
      case 'recovered':
        this.modules.graph.cure();
        this.#notices.fixed(message.urls);
        this.#log.info(`fixed: ${message.urls.join(', ')}`);
        break;
      case 'custom':
        void this.events.emit(message.event, message.data);
        break;
      case 'reload':
        void this.#reload(message.report);
        break;
      case 'pong':
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
  #invalidate({ url, version }: Generation, message: string | undefined): void {
    if (this.#state === 'loading') {
      this.#log.warn(
        `${url} called invalidate() while the page loads: there is no update to give up`,
      );
      return;
    }
    const part = this.#parts.giveUp(url, version);
    if (!part) return;
    this.#log.debug(`${url} gave up an update${message ? `: ${message}` : ''}`);
    const firstInvalidatedBy = part.trail[0] ?? url;
    void this.events.emitBuiltIn('invalidate', { path: url, message, firstInvalidatedBy });
    this.#giveUp(url, message ?? null, part.version, part.trail);
  }

  #giveUp(url: string, message: string | null, version: number, trail: readonly string[]): void {
    this.#ports.send({ type: 'invalidate', url, version, message, trail: [...trail] });
  }

  /** Whether a module is of any interest to this page. */
  #knows(url: string): boolean {
    return url === this.#identity.page || this.#isHere(url);
  }

  #isHere(url: string): boolean {
    return this.modules.graph.current(url) !== undefined || this.#ports.isLoaded(url);
  }

  /** Whether a module was fetched just now, and may be about to run: what it accepts is not known yet. */
  #isComing({ url, acceptance }: StaleModule): boolean {
    if (acceptance === 'none' || !this.#ports.isComing(url)) return false;
    const state = this.modules.graph.current(url)?.state;
    return state === undefined || state === 'linked' || state === 'evaluating';
  }

  /** An update that went by concerns something that is here now. */
  #repeat(update: Update): void {
    this.#jobs.add({ type: 'update', update, arrived: this.#ports.now(), again: true });
    this.#run();
  }

  #run(): void {
    if (this.#state !== 'idle' || this.#jobs.count === 0) return;
    this.#state = 'busy';
    this.#idle = this.#work().finally(() => {
      if (this.#state === 'busy') this.#state = 'idle';
      this.#statuses.become('idle');
    });
  }

  async #work(): Promise<void> {
    for (let job = this.#nextJob(); job; job = this.#nextJob()) {
      try {
        if (job.type === 'update') await this.#update(job);
        else if (job.type === 'prune') await this.#prune(job);
        else await this.#rerun(job.due());
      } catch (error) {
        this.#log.error(
          `an update stopped on an error of hotgraph itself: ${textOf(error)}`,
          error,
        );
      }
      this.#jobs.forget();
    }
  }

  #nextJob() {
    return this.#state === 'reloading' ? undefined : this.#jobs.next();
  }

  async #update({ update: received, arrived, again }: UpdateJob): Promise<void> {
    // After a reconnection the server may repeat what it had sent.
    if (received.version <= this.#version && !received.invalidated && !again) return;
    const { dynamic } = this.modules;
    if (!dynamic.isSettled) await dynamic.settled();
    while (received.stale.some((module) => this.#isComing(module))) await pause(STEP);
    const update = mergeUpdates(this.#owed, received);
    this.modules.learn(update);
    let decision = plan(update, this.#pageFor(update));
    if ('leaving' in decision && !(await this.#leave(decision.leaving))) {
      decision = plan(update, this.#pageFor(update));
    }
    const late = this.#isThereNow(decision, update);
    if (late) return this.#reloadInto(late, update, arrived);
    switch (decision.type) {
      case 'nothing':
        this.#finish(update);
        this.#passed.add(update, (url) => this.#isHere(url));
        this.#notices.updated(update, undefined);
        this.#ports.send({ type: 'acknowledged', version: update.version });
        break;
      case 'reload':
        await this.#reloadInto(decision.report, update, arrived);
        break;
      case 'giveUp':
        this.#owed = update;
        this.#giveUp(decision.module, null, update.version, update.invalidated?.trail ?? []);
        break;
      case 'apply': {
        const report = this.#unrepeated(decision, update);
        if (report) await this.#reloadInto(report, update, arrived);
        else await this.#apply(decision, update, arrived);
        break;
      }
    }
  }

  /** Why the page has to be loaded again: what it did not get is there now, and no browser asks for a module twice. */
  #isThereNow(decision: Plan, { changed }: Update): ReloadReport | undefined {
    if (decision.type === 'reload') return undefined;
    const renewed = decision.type === 'apply' ? decision.stale : [];
    const isRenewed = (url: string) =>
      renewed.some((module) => module.url === url) || this.#ports.showsStyle(url);
    const url = changed.find((one) => this.#notices.lacks(one) && !isRenewed(one));
    if (url === undefined) return undefined;
    return composeReport({ cause: 'resource', chain: [url], page: this.#identity.page });
  }

  /** Why an update that can be applied does not bring the page right. */
  #unrepeated({ stale }: Application, { changed }: Update): ReloadReport | undefined {
    const renewed = stale.map(({ url }) => url);
    const call = this.#unfinished.concernedBy(renewed, (url) => this.modules.importsOf(url));
    if (!call) return undefined;
    const first = changed.find((url) => renewed.includes(url));
    const chain = first === undefined || call.includes(first) ? call : [first, ...call];
    return composeReport({ cause: 'notEvaluated', chain, page: this.#identity.page });
  }

  #pageFor(update: Update): Page {
    const { graph, dynamic } = this.modules;
    const ports = this.#ports;
    return {
      url: this.#identity.page,
      isLoaded: (url) => this.#isHere(url),
      showsStyle: (url) => ports.showsStyle(url),
      loadedBy: (url) => ports.loadedBy(url),
      showsImage: (url) => ports.showsImage(url),
      isElsewhere: (url) => ports.isElsewhere(url),
      version: (url) => graph.current(url)?.version ?? ports.loadedVersion(url),
      runs: ({ definition: { url, hash } }) => {
        const { current, next, isBehind } = graph.get(url) ?? {};
        const isWhole = current?.state === 'evaluated' && !next && !isBehind;
        return isWhole && hash !== '' && current.code.definition.hash === hash;
      },
      hasRun: (url, version) => this.#parts.hasRun(url, version),
      departed: this.#departures.of(
        update,
        this.#version,
        (url) => ports.isPreloaded(url),
        (url, departed) => ports.isUsedOtherwise(url) || dynamic.isInForce(url, departed),
      ),
      current: (url) => this.#running(url, update),
      imports: (importer, url) => this.modules.areLinked(importer, url),
      resolve: (importer, specifier) => {
        const generation = graph.current(importer);
        return generation && this.modules.urlFor(generation, specifier);
      },
    };
  }

  /** The generation in force, unless it threw while the page loaded: what imports it never ran then. */
  #running(url: string, { stale }: Update): Generation | undefined {
    const { graph, dynamic } = this.modules;
    const generation = graph.current(url);
    if (generation?.state !== 'failed') return generation;
    const importers = stale.find((module) => module.url === url)?.importers ?? [];
    const here = importers.filter((importer) => this.#isHere(importer.url));
    const isImportable = here.every((importer) => dynamic.isBy(url, importer.url));
    return isImportable ? generation : undefined;
  }

  async #apply(application: Application, update: Update, arrived: number): Promise<void> {
    const { version } = update;
    const payload = updatePayload(application, version);
    this.#statuses.become('prepare');
    this.#settling += 1;
    this.modules.imports.hold();
    this.modules.dynamic.renew();
    await patient(this.events.emitBuiltIn('beforeUpdate', payload), PATIENCE);
    this.#parts.take(application, update);
    const superseded = (urls: readonly string[]) => this.#jobs.superseded(urls);
    const applying = new Applying(application, version, this.modules, this.#ports, superseded);
    this.#statuses.become('apply');
    const outcome = await applying.run().finally(() => {
      this.modules.imports.release();
      void this.#settle();
    });
    if (outcome === 'overtaken') {
      this.#owed = update;
      return;
    }
    if ('url' in outcome) {
      await this.#reload(notReplaceable(outcome.url, update, this.#identity.page), update);
      return;
    }
    await this.#conclude(outcome, application, update, arrived);
  }

  /** Of what promises are rejected with, the browser says a moment later. */
  async #settle(): Promise<void> {
    for (const _ of [1, 2]) await pause(0);
    this.#settling -= 1;
  }

  /** Reloads the page, unless the new code is known not to load: then the page stays, and shows that. */
  async #reloadInto(report: ReloadReport, update: Update, arrived: number): Promise<void> {
    const isOfCode = ['deadEnd', 'declined', 'notEvaluated'].includes(report.cause);
    const tried = isOfCode ? await this.#tryLinking(update) : undefined;
    if (tried === undefined) return this.#reload(report, update);
    if (tried === 'overtaken') {
      this.#owed = update;
      return;
    }
    const stale = update.stale.filter(({ url }) => this.#isHere(url));
    const application: Application = {
      type: 'apply',
      leaving: [],
      boundaries: [],
      stale: stale.map(({ url, version }) => ({ url, version, importers: [] })),
      present: [],
      styles: [],
      sheets: [],
      images: [],
    };
    const kept = stale.map(({ url }) => url);
    const outcome = { failures: [tried], boundaries: [], lost: [], kept };
    await this.#conclude(outcome, application, update, arrived);
  }

  /** Links what changed, and what imports that. Returns why this fails, as far as the page can tell. */
  async #tryLinking({
    changed,
    stale,
    version,
  }: Update): Promise<Failure | 'overtaken' | undefined> {
    const importers = stale.filter(({ url }) => changed.includes(url));
    const near = new Set([
      ...changed,
      ...importers.flatMap((module) => module.importers.map(({ url }) => url)),
    ]);
    const urls = stale
      .filter(({ url, body }) => near.has(url) && body?.code && this.#isHere(url))
      .map(({ url }) => url);
    if (urls.length === 0) return undefined;
    return tryLinking(urls, version, this.modules, this.#ports, (all) =>
      this.#jobs.superseded(all),
    );
  }

  async #conclude(
    outcome: Outcome,
    application: Application,
    update: Update,
    arrived: number,
  ): Promise<void> {
    const { version } = update;
    const { failures } = outcome;
    for (const { error } of failures) if (error instanceof Object) this.#told.add(error);
    const thrown = this.#notices.updated(update, application, failures);
    const stale = application.stale.map(({ url }) => url);
    this.#departures.applied(stale, outcome.kept, this.#version);
    const isWhatItWas = failures.some(({ stage }) => stage === 'load');
    if (isWhatItWas) this.#owed = update;
    else this.#finish(update);
    const fatal = failures.filter(({ stage }) => stage !== 'dispose');
    if (fatal.length > 0) {
      this.#statuses.become('fail');
      const message = fatal.map(describeFailure).join('\n');
      this.#ports.send({ type: 'failed', version, message, kept: [...outcome.kept], thrown });
    }
    if (isWhatItWas || (outcome.boundaries.length === 0 && fatal.length > 0)) return;

    const payload = updatePayload(application, version);
    await patient(this.events.emitBuiltIn('afterUpdate', payload), PATIENCE);
    if (fatal.length > 0) return;
    const ms = this.#ports.now() - arrived;
    const shown = [...application.styles, ...application.images].map(({ url }) => url);
    const boundaries = [...outcome.boundaries, ...shown];
    this.#log.debug(summary(application, update, ms));
    this.#notices.lost(outcome.lost, update);
    this.#ports.send({ type: 'applied', version, ms, boundaries });
  }

  async #rerun(urls: readonly string[]): Promise<void> {
    const version = this.#version;
    const here = urls.filter((url) => this.modules.graph.current(url)?.state === 'evaluated');
    if (here.length === 0 || this.#owed) return;
    const application: Application = {
      type: 'apply',
      leaving: [],
      boundaries: here.map((url) => ({ module: url, accepted: url, specifiers: [] })),
      stale: here.map((url) => ({ url, version, importers: [] })),
      present: [],
      styles: [],
      sheets: [],
      images: [],
    };
    this.modules.imports.hold();
    const superseded = (all: readonly string[]) => this.#jobs.superseded(all);
    const applying = new Applying(application, version, this.modules, this.#ports, superseded);
    const outcome = await applying.run().finally(() => this.modules.imports.release());
    // Newer code, and modules without a body, come with an update of their own.
    if (typeof outcome === 'string' || !('failures' in outcome)) return;
    if (outcome.failures.length === 0) return;
    const { failures, kept } = outcome;
    for (const { error } of failures) if (error instanceof Object) this.#told.add(error);
    const update = { version, changed: [...here], stale: [], added: [], departures: [] };
    const thrown = this.#notices.updated({ ...update, invalidated: null }, application, failures);
    const message = failures.map(describeFailure).join('\n');
    this.#ports.send({ type: 'failed', version, message, kept: [...kept], thrown });
  }

  #finish(update: Update): void {
    this.#owed = undefined;
    this.#version = Math.max(this.#version, update.version);
    this.#jobs.addFirst(this.#unpruned.splice(0));
  }

  async #prune(job: PruneJob): Promise<void> {
    if (this.#owed) {
      // The page runs the code from before that update, which may still import them.
      this.#unpruned.push(job);
      return;
    }
    // Up to here the page has everything. If it asks again, the server must not tell it to dispose of modules that came
    // back meanwhile.
    this.#version = Math.max(this.#version, job.version);
    await this.#leave(job.urls.filter((url) => this.#isHere(url)));
  }

  /**
   * Lets modules go. Those that code imports stay: that code is newer than the server's message.
   *
   * @returns Whether all went.
   */
  async #leave(urls: readonly string[]): Promise<boolean> {
    const gone = await leave(urls, this.modules, this.events, this.#ports, (who, error, url) =>
      this.#notices.threw(who, error, url),
    );
    for (const url of gone) {
      this.#parts.forget(url);
      this.#departures.forget(url);
    }
    this.#notices.removed(gone);
    return gone.length === urls.length;
  }

  /** @param update The update that it is for. */
  async #reload(report: ReloadReport, update?: Update): Promise<void> {
    if (this.#state === 'reloading') return;
    this.#state = 'reloading';
    const { changed, message } = report;
    const payload = { type: 'full-reload', message, ...(changed && { path: changed }) } as const;
    await patient(this.events.emitBuiltIn('beforeFullReload', payload), PATIENCE);
    this.#ports.reload(report);
    void pause(STAYING).then(() => this.#stay(update));
  }

  /**
   * The page is still there: the user was asked whether to leave it, and stayed. Other updates go on. This one is not
   * owed, because each of them would then be a reload.
   */
  #stay(update: Update | undefined): void {
    this.#log.warn('the page was not reloaded: it keeps running the old code, and updates go on');
    this.#state = 'idle';
    if (update) this.#finish(update);
    this.#run();
  }
}
