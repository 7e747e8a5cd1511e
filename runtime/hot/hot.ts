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
import type { Generation } from '../model/generation.js';
import type { DataCallback } from '../model/registrations.js';
import type { Listener } from './events.js';

/** What the context of a generation needs from the page. */
export interface HotServices {
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
  const { registered, module } = generation;
  const acceptItself = (callback?: AcceptCallback, options?: AcceptOptions) => {
    registered.acceptsItself = true;
    if (options?.bubbles) registered.bubbles = true;
    if (callback) registered.selfCallbacks.push(callback);
    services.changed(generation);
  };

  const acceptDeps = (dependencies: Dependencies, callback?: AnyCallback) => {
    const takesView = typeof dependencies === 'string';
    registered.dependencies.push({
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
      registered.touchedData = true;
      return module.data;
    },
    set data(value: unknown) {
      registered.touchedData = true;
      module.data = value;
    },
    accept,
    acceptDeps,
    acceptExports: <View>(names: Dependencies, callback?: AcceptCallback<View>) => {
      const all = [
        ...(registered.acceptedExports ?? []),
        ...(typeof names === 'string' ? [names] : names),
      ];
      registered.acceptedExports = all;
      if (callback) registered.selfCallbacks.push(callback as AcceptCallback);
      services.changed(generation);
    },
    dispose: (callback: DataCallback) => void registered.disposers.push(callback),
    prune: (callback: DataCallback) => void registered.pruners.push(callback),
    decline: () => {
      registered.declined = true;
      services.changed(generation);
    },
    invalidate: (message?: string) => services.invalidate(generation, message),
    on: (event: string, listener: Listener) => services.on(event, listener, generation),
    off: (event: string, listener: Listener) => services.off(event, listener, generation),
    send: (event: string, data?: unknown) => services.send(event, data),
  };
}
