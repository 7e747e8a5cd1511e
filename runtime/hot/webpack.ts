/**
 * `import.meta.webpackHot`: webpack's documented API over the registrations that `import.meta.hot` makes too.
 */
import type {
  AcceptListCallback,
  WebpackErrorHandler,
  WebpackHotContext,
  WebpackStatus,
  WebpackStatusHandler,
} from '../../client.js';
import type { Generation } from '../model/generation.js';
import type { DataCallback } from '../model/registrations.js';
import type { HotServices } from './hot.js';

/** What updates are at, for all modules of a page. */
export class Statuses {
  #current: WebpackStatus = 'idle';
  readonly #handlers: { readonly handler: WebpackStatusHandler; readonly owner: Generation }[] = [];
  readonly #failed: (error: unknown) => void;

  /** @param failed Is told of what handlers throw. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  get current(): WebpackStatus {
    return this.#current;
  }

  /** Updates have come to another stage. */
  become(status: WebpackStatus): void {
    if (status === this.#current) return;
    this.#current = status;
    for (const { handler } of [...this.#handlers]) {
      try {
        handler(status);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  add(handler: WebpackStatusHandler, owner: Generation): void {
    if (!owner.isReplaced) this.#handlers.push({ handler, owner });
  }

  remove(handler: WebpackStatusHandler): void {
    this.#drop((entry) => entry.handler === handler);
  }

  /** Takes away all handlers of a generation. */
  drop(owner: Generation): void {
    this.#drop((entry) => entry.owner === owner);
  }

  #drop(isGone: (entry: { handler: WebpackStatusHandler; owner: Generation }) => boolean): void {
    for (let at = this.#handlers.length - 1; at >= 0; at -= 1) {
      const entry = this.#handlers[at];
      if (entry && isGone(entry)) this.#handlers.splice(at, 1);
    }
  }
}

/** Makes the `import.meta.webpackHot` of a generation. No function of it looks at `this`. */
export function createWebpackContext(
  generation: Generation,
  services: HotServices,
  statuses: Statuses,
): WebpackHotContext {
  const { registered, module } = generation;
  let inherited: { readonly data: unknown } | undefined;
  /** The data that the generation before left. It stays the same when this one asks after its own disposal. */
  const take = () => {
    inherited ??= { data: module.webpackData };
    return inherited.data as WebpackHotContext['data'];
  };
  /** The callbacks that are registered, by the handlers that the module's code knows. */
  const disposers = new Map<DataCallback, DataCallback>();

  const acceptItself = (failed?: WebpackErrorHandler) => {
    registered.acceptsItself = true;
    if (failed) {
      registered.errorHandlers.push((error) => failed(error, { moduleId: module.url }));
    }
  };
  const acceptDependencies = (
    dependencies: string | readonly string[],
    callback?: (outdated: readonly string[]) => unknown,
    failed?: WebpackErrorHandler,
  ) => {
    const specifiers = typeof dependencies === 'string' ? [dependencies] : [...dependencies];
    const run: AcceptListCallback = (list) =>
      callback?.(specifiers.filter((_, index) => list[index] !== undefined));
    registered.dependencies.push({
      specifiers,
      callback: callback && { takes: 'list', run },
      failed:
        failed && ((error, dependencyId) => failed(error, { moduleId: module.url, dependencyId })),
    });
  };
  const addDisposeHandler = (handler: DataCallback) => {
    const disposer = () => handler(module.webpackData);
    disposers.set(handler, disposer);
    registered.disposers.push(disposer);
  };
  const refuse = (name: string) => () => {
    throw new Error(
      `import.meta.webpackHot.${name}() is not there: the dev server sends updates by itself, and nothing is asked for`,
    );
  };

  return {
    get data() {
      return take();
    },
    accept: ((
      first?: string | readonly string[] | WebpackErrorHandler,
      callback?: (outdated: readonly string[]) => unknown,
      failed?: WebpackErrorHandler,
    ) => {
      if (first === undefined || typeof first === 'function') acceptItself(first);
      else acceptDependencies(first, callback, failed);
      services.changed(generation);
    }) as WebpackHotContext['accept'],
    decline: (dependencies?: string | readonly string[]) => {
      if (dependencies === undefined) registered.declined = true;
      else if (typeof dependencies === 'string') registered.declinedDependencies.push(dependencies);
      else registered.declinedDependencies.push(...dependencies);
      services.changed(generation);
    },
    dispose: addDisposeHandler,
    addDisposeHandler,
    removeDisposeHandler: (handler) => {
      const at = registered.disposers.indexOf(disposers.get(handler) ?? handler);
      if (at >= 0) registered.disposers.splice(at, 1);
    },
    invalidate: () => services.invalidate(generation, undefined),
    status: ((handler?: WebpackStatusHandler) => {
      if (!handler) return statuses.current;
      statuses.add(handler, generation);
      return undefined;
    }) as WebpackHotContext['status'],
    addStatusHandler: (handler) => statuses.add(handler, generation),
    removeStatusHandler: (handler) => statuses.remove(handler),
    check: refuse('check'),
    apply: refuse('apply'),
  };
}
