/**
 * The code that updates brought. The server sends it once on a connection: later updates say only that a module
 * keeps it.
 */
import type { CarriedModule, Update } from '../protocol.js';

/** What the server takes the page to have. */
export class Codes {
  readonly #byUrl = new Map<string, CarriedModule>();

  /** Takes in a message as it arrives. Returns it with all code. */
  complete<U extends Update>(update: U): U {
    const stale = update.stale.map((module) => {
      if (module.carried) this.#byUrl.set(module.url, module.carried);
      if (!module.kept) return module;
      const carried = this.#byUrl.get(module.url) ?? null;
      return { ...module, carried, ask: carried === null };
    });
    return { ...update, stale };
  }

  /** The server has forgotten these modules. */
  forget(urls: readonly string[]): void {
    for (const url of urls) this.#byUrl.delete(url);
  }
}
