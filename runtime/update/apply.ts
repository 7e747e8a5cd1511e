/**
 * Applies one planned update: link, dispose, evaluate, commit, callbacks. Nothing is disposed before all new code is
 * known to load.
 */
import type { ModuleNamespace } from '../../client.js';
import { type Call, captureCalls, type Namespaces } from '../hot/callbacks.js';
import type { Generation } from '../model/generation.js';
import type { Module, Publication } from '../model/module.js';
import { CodeError, Overtaken } from '../modules/bodies.js';
import { evaluate } from '../modules/evaluate.js';
import { NoBody } from '../modules/link.js';
import type { Modules } from '../modules/modules.js';
import { notFetched } from '../tell/trouble.js';
import { pageOfInline } from '../url.js';
import { patient, Unsettled } from '../wait.js';
import { runDisposers } from './dispose.js';
import { inPageOrder } from './order.js';
import type { Application } from './plan.js';

/** What applying needs from the browser. */
export interface ApplyPorts {
  /** The page's origin. */
  readonly origin: string;
  /** Gives the style sheets that links show new text. `version` stamps those that only import one. */
  swapStyles(styles: Application['styles'], version: number): Promise<void>;
  /** Gives the style sheets that scripts import new text. */
  replaceSheets(sheets: Application['sheets']): Promise<void>;
  /** Gives images that the page shows new bytes. */
  swapImages(images: Application['images']): void;
  /** The namespace of a module that the page fetched and has no record of, if it is a module. */
  namespaceOf(url: string): Promise<{ readonly namespace: ModuleNamespace } | undefined>;
  /** Why the server cannot serve a module as a script; `undefined` when it can. */
  answerOf(url: string): Promise<string | undefined>;
}

/** Something that went wrong in one module. */
export interface Failure {
  readonly stage: 'load' | 'dispose' | 'evaluate' | 'style' | 'callback';
  /** The module, when one can be named. */
  readonly url: string | undefined;
  readonly error: unknown;
}

/** How applying went. */
export interface Outcome {
  /** In the order in which they came up. With a `load` failure the page is what it was. */
  readonly failures: readonly Failure[];
  /** The modules whose update was accepted, each once. */
  readonly boundaries: readonly string[];
  /** Exports that modules lost while importers that did not run again still show them. */
  readonly lost: readonly LostExports[];
  /** Modules of the update that still run the code from before. */
  readonly kept: readonly string[];
}

/** Exports of a module that importers keep as they were. */
export interface LostExports {
  readonly url: string;
  readonly names: readonly string[];
  /** Whether only importers that are the browser's keep them. */
  readonly isNative: boolean;
}

/** Milliseconds that a callback's promise holds up later updates. */
const PATIENCE = 2000;
/** The same for code that waits at its top level. */
const EVALUATION_PATIENCE = 5000;

/** Rejects with {@link Overtaken} when newer code is there. */
function overtakenWhen(superseded: Promise<void>): Promise<never> {
  const overtaken = superseded.then((): never => {
    throw new Overtaken();
  });
  // It is of no interest once all is linked.
  overtaken.catch(() => {});
  return overtaken;
}

/** The outcome of an update whose linking failed. */
async function failureOf(
  error: unknown,
  ports: Pick<ApplyPorts, 'answerOf' | 'origin'>,
): Promise<Failure | 'overtaken' | NoBody> {
  if (error instanceof Overtaken) return 'overtaken';
  const missing = notFetched(error, ports.origin);
  const why = missing === undefined ? undefined : await ports.answerOf(missing);
  // The message alone has to say what is missing.
  const message = why?.replace(/^it /, `${missing} `);
  if (message !== undefined) return { stage: 'load', url: missing, error: new Error(message) };
  if (error instanceof NoBody) {
    const answer = await ports.answerOf(error.url);
    if (answer === undefined) return error;
    return { stage: 'load', url: error.url, error: new Error(answer) };
  }
  return { stage: 'load', url: error instanceof CodeError ? error.url : undefined, error };
}

/**
 * Links new code of modules only to know whether it can be.
 *
 * @returns Why it cannot; nothing when it can, or when that cannot be told. Modules of the browser may have failed for
 * reasons that are gone, so of these only missing ones count.
 */
export async function tryLinking(
  urls: readonly string[],
  version: number,
  modules: Modules,
  ports: Pick<ApplyPorts, 'answerOf' | 'origin'>,
  superseded: (urls: readonly string[]) => Promise<void>,
): Promise<Failure | 'overtaken' | undefined> {
  try {
    await modules.link(urls, version, { urls, overtaken: overtakenWhen(superseded(urls)) });
    return undefined;
  } catch (error) {
    const failure = await failureOf(error, ports);
    if (failure instanceof NoBody) return undefined;
    if (failure === 'overtaken' || failure.url !== undefined) return failure;
    for (const url of modules.graph.failed) {
      const answer = await ports.answerOf(url);
      if (answer !== undefined) return { stage: 'load', url, error: new Error(answer) };
    }
    return undefined;
  }
}

/** One update that is being applied. */
export class Applying {
  readonly #plan: Application;
  readonly #version: number;
  readonly #modules: Modules;
  readonly #ports: ApplyPorts;
  /** Resolves when a newer update makes one of these modules stale. */
  readonly #superseded: (urls: readonly string[]) => Promise<void>;
  readonly #failures: Failure[] = [];
  #calls: readonly Call[] = [];
  #publications = new Map<string, Publication>();

  constructor(
    plan: Application,
    version: number,
    modules: Modules,
    ports: ApplyPorts,
    superseded: (urls: readonly string[]) => Promise<void>,
  ) {
    this.#plan = plan;
    this.#version = version;
    this.#modules = modules;
    this.#ports = ports;
    this.#superseded = superseded;
  }

  /**
   * Applies it. Never rejects.
   *
   * @returns `overtaken` when the server had newer code already, or the module that is no body. Nothing happened then.
   */
  async run(): Promise<Outcome | 'overtaken' | NoBody> {
    const { boundaries, stale, present, styles, sheets } = this.#plan;
    const urls = stale.map(({ url }) => url);
    let generations: ReadonlyMap<string, Generation>;
    try {
      const roots = new Set(boundaries.map(({ accepted }) => accepted));
      for (const url of present) roots.delete(url);
      const overtaken = overtakenWhen(this.#superseded(urls));
      const linked = await this.#modules.link(roots, this.#version, { urls, overtaken });
      generations = linked.generations;
      const lost = this.#modules.unreplaceable(urls);
      if (lost !== undefined) throw new NoBody(lost);
    } catch (error) {
      const failure = await failureOf(error, this.#ports);
      if (failure === 'overtaken' || failure instanceof NoBody) return failure;
      return { failures: [failure], boundaries: [], lost: [], kept: urls };
    }
    this.#prepare(generations);
    const current = (url: string) => this.#modules.graph.current(url);
    // In the order of the update, then what is new only to this page.
    const replaced = [...new Set([...urls, ...generations.keys()])].filter((url) =>
      generations.has(url),
    );
    await Promise.all(
      replaced.map((url) => runDisposers(current(url), this.#fail('dispose', url))),
    );
    const swapped = [
      this.#ports.swapStyles(styles, this.#version).catch(this.#fail('style')),
      this.#ports.replaceSheets(sheets).catch(this.#fail('style')),
    ];
    this.#modules.imports.release();
    const accepted = await this.#evaluateAll(generations);
    const lost = this.#commit(generations);
    await Promise.all(swapped);
    // After the style sheets: new ones name images without a stamp.
    this.#ports.swapImages(this.#plan.images);
    await this.#callBack(accepted);
    const met = boundaries.filter((boundary) => accepted.has(boundary.accepted));
    return {
      failures: this.#failures,
      boundaries: [...new Set(met.map(({ module }) => module))],
      lost,
      kept: urls.filter((url) => current(url) !== generations.get(url) || !current(url)),
    };
  }

  #fail(stage: Failure['stage'], url?: string): (error: unknown) => void {
    return (error) => void this.#failures.push({ stage, url, error });
  }

  /** Notes what the code in force registered, before new code takes its place. */
  #prepare(generations: ReadonlyMap<string, Generation>): void {
    const { boundaries, stale } = this.#plan;
    const { graph } = this.#modules;
    const namespaces: Namespaces = {
      resolve: (importer, specifier) => this.#modules.urlFor(importer, specifier),
      of: (url) => this.#namespaceOf(url),
    };
    this.#calls = captureCalls(boundaries, stale, (url) => graph.current(url), namespaces);
    for (const { url } of stale) {
      const own = boundaries.find(({ module, accepted }) => module === url && accepted === url);
      const others = boundaries.some(({ module, accepted }) => module !== url && accepted === url);
      const decides = graph.current(url)?.registered.selfCallbacks.length !== 0;
      if (others) this.#publications.set(url, 'takeOver');
      else if (own) this.#publications.set(url, decides ? 'decide' : 'takeOver');
    }
    for (const { url } of stale) this.#outdate(graph.get(url));
    for (const generation of generations.values()) {
      this.#outdate(generation.module);
      generation.module.next = generation;
    }
  }

  #outdate(module: Module | undefined): void {
    if (module?.next?.state === 'evaluating') this.#modules.abandon(module.next);
    module?.outdate();
  }

  async #namespaceOf(url: string) {
    if (pageOfInline(url) !== undefined) return undefined;
    const module = this.#modules.graph.get(url);
    if (module?.current) return { namespace: module.view.namespace() };
    return this.#ports.namespaceOf(url);
  }

  /**
   * One after the other, in the page's own order: the order does not depend on which modules wait.
   *
   * @returns The accepted modules that were evaluated.
   */
  async #evaluateAll(generations: ReadonlyMap<string, Generation>): Promise<Set<string>> {
    const urls = new Set(this.#plan.boundaries.map((boundary) => boundary.accepted));
    const accepted = new Set([...urls].filter((url) => this.#plan.present.includes(url)));
    const roots = [...urls].flatMap((url) => generations.get(url) ?? []);
    for (const generation of inPageOrder(roots, new Set(generations.values()))) {
      const { url } = generation;
      try {
        const pending = evaluate(generation);
        if (pending) await this.#wait(generations, pending);
        accepted.add(url);
      } catch (error) {
        const handlers = generation.module.current?.registered.errorHandlers ?? [];
        const isOwn = this.#plan.boundaries.some(({ module }) => module === url);
        if (isOwn && handlers.length > 0 && !(error instanceof Unsettled)) {
          for (const handle of handlers) this.#try(() => handle(error), url);
        } else {
          this.#fail('evaluate', url)(error);
        }
        if (error instanceof Unsettled) this.#finishLater(url, generation, generations);
      }
    }
    return accepted;
  }

  /**
   * A generation that the update no longer waits for comes into force when it has run after all, unless newer code is
   * there by then.
   */
  #finishLater(
    url: string,
    generation: Generation,
    generations: ReadonlyMap<string, Generation>,
  ): void {
    const finish = () => {
      if (generation.module.next !== generation) return;
      this.#commit(generations);
      void this.#callBack(new Set([url]));
    };
    generation.evaluation?.cycleRoot.evaluation?.promise?.then(finish, () => {});
  }

  #try(run: () => unknown, url: string): void {
    try {
      run();
    } catch (error) {
      this.#fail('callback', url)(error);
    }
  }

  /** @throws {Unsettled} When code waits at its top level for too long, or newer code is there. */
  async #wait(generations: ReadonlyMap<string, Generation>, pending: Promise<void>): Promise<void> {
    const evaluated = pending.then(() => true);
    const superseded = this.#superseded([...generations.keys()]).then(() => false);
    if (await patient(Promise.race([evaluated, superseded]), EVALUATION_PATIENCE)) return;
    const waiting = [...generations.values()].find(
      ({ state, code, evaluation }) =>
        state === 'evaluating' && code.definition.isAsync && evaluation?.pending === 0,
    );
    throw new Unsettled(
      `the top-level await of ${waiting?.url ?? 'a module'} did not settle, and is not waited for`,
    );
  }

  /** Puts in force what was evaluated, also that which belongs to something that threw. */
  #commit(generations: ReadonlyMap<string, Generation>): LostExports[] {
    const lost = this.#modules.settle(generations.values(), this.#publications);
    for (const url of this.#plan.present) {
      const module = this.#modules.graph.get(url);
      if (module?.current) module.commit(module.current, 'takeOver');
    }
    const stuck = [...this.#publications.keys()].flatMap((url) => {
      const module = this.#modules.graph.get(url);
      const names = module ? this.#modules.graph.stuck(module) : [];
      return names.length > 0 ? [{ url, names, isNative: true }] : [];
    });
    return [...[...lost].map(([url, names]) => ({ url, names, isNative: false })), ...stuck];
  }

  async #callBack(accepted: ReadonlySet<string>): Promise<void> {
    const renewed = new Map<string, ModuleNamespace>();
    for (const url of accepted) {
      const module = this.#modules.graph.get(url);
      if (module) renewed.set(url, module.view.namespace());
    }
    for (const call of this.#calls) {
      if (!call.accepted.some((url) => renewed.has(url))) continue;
      const { owner } = call;
      const failed = call.failed
        ? (error: unknown) => this.#try(() => call.failed?.(error), owner.url)
        : this.#fail('callback', owner.url);
      owner.deciding += 1;
      const running = (async () => {
        try {
          await call.run(renewed);
        } catch (error) {
          failed(error);
        } finally {
          owner.deciding -= 1;
        }
      })();
      await patient(running, PATIENCE);
    }
  }
}
