/**
 * `import.meta.hot`: turns the calls of a module's code into registrations of its generation. Decides
 * nothing.
 */
import type {
  AcceptCallback,
  AcceptListCallback,
  AcceptOptions,
  HotContext,
} from '../../client.js';
import type { DataCallback, Generation } from '../model/generation.js';
import type { Listener } from './events.js';

/** What the context of a generation needs from the page. */
export interface HotServices {
  /** The `data` of a module. */
  getData(url: string): unknown;
  /** Replaces the `data` of a module. */
  setData(url: string, data: unknown): void;
  /** Is told after each registration that changes what the generation accepts. */
  changed(generation: Generation): void;
  /** `invalidate()` was called. */
  invalidate(generation: Generation, message: string | undefined): void;
  /** Adds a listener that goes with the generation. */
  on(event: string, listener: Listener, owner: Generation): void;
  /** Takes it away. */
  off(event: string, listener: Listener, owner: Generation): void;
  /** Sends an event to the server. */
  send(event: string, data: unknown): void;
}

type Dependencies = string | readonly string[];
type AnyCallback = AcceptCallback | AcceptListCallback;

/** Makes the `import.meta.hot` of a generation. No function of it looks at `this`. */
export function createHotContext(generation: Generation, services: HotServices): HotContext {
  const acceptItself = (callback?: AcceptCallback, options?: AcceptOptions) => {
    generation.acceptsItself = true;
    if (options?.bubbles) generation.bubbles = true;
    if (callback) generation.selfCallbacks.push(callback);
    services.changed(generation);
  };

  const acceptDeps = (dependencies: Dependencies, callback?: AnyCallback) => {
    const takesView = typeof dependencies === 'string';
    generation.dependencies.push({
      specifiers: takesView ? [dependencies] : [...dependencies],
      callback:
        callback &&
        (takesView
          ? { takes: 'view', run: callback as AcceptCallback }
          : { takes: 'list', run: callback as AcceptListCallback }),
    });
    services.changed(generation);
  };

  const accept = (
    first?: Dependencies | AcceptCallback | AcceptOptions,
    second?: AnyCallback | AcceptOptions,
  ) => {
    if (typeof first === 'string' || Array.isArray(first)) {
      acceptDeps(first as Dependencies, typeof second === 'function' ? second : undefined);
    } else if (typeof first === 'function') {
      acceptItself(first, typeof second === 'object' ? second : undefined);
    } else {
      const options = (first ?? second) as AcceptOptions | undefined;
      acceptItself(typeof second === 'function' ? (second as AcceptCallback) : undefined, options);
    }
  };

  return {
    get data() {
      generation.touchedData = true;
      return services.getData(generation.url);
    },
    set data(value: unknown) {
      generation.touchedData = true;
      services.setData(generation.url, value);
    },
    accept,
    acceptDeps,
    acceptExports: <Module>(names: Dependencies, callback?: AcceptCallback<Module>) => {
      const all = [
        ...(generation.acceptedExports ?? []),
        ...(typeof names === 'string' ? [names] : names),
      ];
      generation.acceptedExports = all;
      if (callback) generation.selfCallbacks.push(callback as AcceptCallback);
      services.changed(generation);
    },
    dispose: (callback: DataCallback) => void generation.disposers.push(callback),
    prune: (callback: DataCallback) => void generation.pruners.push(callback),
    decline: () => {
      generation.declined = true;
      services.changed(generation);
    },
    invalidate: (message?: string) => services.invalidate(generation, message),
    on: (event: string, listener: Listener) => services.on(event, listener, generation),
    off: (event: string, listener: Listener) => services.off(event, listener, generation),
    send: (event: string, data?: unknown) => services.send(event, data),
  };
}
