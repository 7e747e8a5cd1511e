/**
 * Updates that concerned nothing in the page when they came. They concern modules after all that were on their way then
 * and run the old code. They also concern a page that gets an old file after them.
 */
import type { Update } from '../protocol.js';

/** How many modules are remembered. A few are enough: modules on their way arrive soon. */
const MOST = 100;

/** The updates that went by. */
export class Passed {
  readonly #updates = new Map<string, Update>();

  /** An update went by that changed modules which are not here. */
  add(update: Update, isHere: (url: string) => boolean): void {
    for (const url of update.changed) {
      // The newest at the end.
      this.#updates.delete(url);
      if (!isHere(url)) this.#updates.set(url, update);
    }
    const surplus = this.#updates.size - MOST;
    for (const url of [...this.#updates.keys()].slice(0, Math.max(0, surplus))) {
      this.#updates.delete(url);
    }
  }

  /**
   * Something has arrived. Returns the updates that went by while what they changed was on its way.
   *
   * @param version The version that arrived of a module, if one has.
   */
  arrived(version: (url: string) => number | undefined): Set<Update> {
    const updates = [...this.#updates.keys()].flatMap((url) => {
      const arrived = version(url);
      return arrived === undefined ? [] : (this.take(url, arrived) ?? []);
    });
    return new Set(updates);
  }

  /** Code of a module is about to run. Returns the update that it is older than, if one went by. */
  take(url: string, version: number): Update | undefined {
    const update = this.#updates.get(url);
    this.#updates.delete(url);
    return update && version < update.version ? update : undefined;
  }
}
