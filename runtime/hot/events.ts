/**
 * Events in the page: who listens, and under which names built-in events are known.
 */
import type { BuiltInEvents } from '../../client.js';
import type { Generation } from '../model/generation.js';

/** A listener of any event. */
export type Listener = (payload: never) => unknown;

/** Each built-in event is emitted once under each of these: code of every dialect hears it. */
const PREFIXES = ['vite:', 'bun:', 'hotgraph:'];

/** The listeners of a page. Each belongs to a generation and goes with it. */
export class Events {
  readonly #listeners = new Map<string, { owner: Generation; listener: Listener }[]>();
  readonly #onError: (event: string, error: unknown) => void;

  /** @param onError Is told of what listeners throw. */
  constructor(onError: (event: string, error: unknown) => void) {
    this.#onError = onError;
  }

  /** Adds a listener. A generation that was replaced gets none. */
  on(event: string, listener: Listener, owner: Generation): void {
    if (owner.isReplaced) return;
    const listeners = this.#listeners.get(event) ?? [];
    this.#listeners.set(event, [...listeners, { owner, listener }]);
  }

  /** Takes away a listener of a generation. */
  off(event: string, listener: Listener, owner: Generation): void {
    this.#keep(event, (entry) => entry.listener !== listener || entry.owner !== owner);
  }

  /** Takes away all listeners of a generation. */
  drop(owner: Generation): void {
    for (const event of [...this.#listeners.keys()]) {
      this.#keep(event, (entry) => entry.owner !== owner);
    }
  }

  /**
   * Calls the listeners of an event.
   *
   * @returns When all promises that listeners returned are settled; nothing when nobody listens.
   */
  emit(event: string, payload: unknown): Promise<unknown> | undefined {
    const listeners = this.#listeners.get(event);
    if (!listeners) return undefined;
    const call = async ({ listener }: { readonly listener: Listener }) => {
      try {
        await listener(payload as never);
      } catch (error) {
        this.#onError(event, error);
      }
    };
    return Promise.all(listeners.map(call));
  }

  /** Emits a built-in event under all of its names. */
  emitBuiltIn<Name extends keyof BuiltInEvents>(
    name: Name,
    payload: BuiltInEvents[Name],
  ): Promise<unknown> | undefined {
    const heard = PREFIXES.flatMap((prefix) => this.emit(prefix + name, payload) ?? []);
    return heard.length > 0 ? Promise.all(heard) : undefined;
  }

  #keep(
    event: string,
    wanted: (entry: { owner: Generation; listener: Listener }) => boolean,
  ): void {
    const kept = (this.#listeners.get(event) ?? []).filter(wanted);
    if (kept.length > 0) this.#listeners.set(event, kept);
    else this.#listeners.delete(event);
  }
}
