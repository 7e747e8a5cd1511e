/**
 * The part that modules took in updates: what they give up by `import.meta.hot.invalidate()`, at once or later.
 */
import type { Update } from '../protocol.js';
import type { Application } from './plan.js';

/** The part of a module in the last update that it accepted, or that evaluated it. */
interface Part {
  /** The update's version, or the one that the module was evaluated at. */
  readonly version: number;
  /** Whether the update evaluated it. */
  readonly isEvaluated: boolean;
  /** Who gave up this update. */
  readonly trail: readonly string[];
}

/** The parts of a page's modules. */
export class Parts {
  readonly #parts = new Map<string, Part>();

  /** An update is being applied. */
  take({ boundaries, stale }: Application, { version, invalidated }: Update): void {
    const trail = invalidated?.trail ?? [];
    for (const { module } of boundaries) {
      this.#parts.set(module, { version, isEvaluated: false, trail });
    }
    for (const module of stale) {
      this.#parts.set(module.url, { version: module.version, isEvaluated: true, trail });
    }
  }

  /** Whether an update evaluated the module at this version: giving it up changes no code. */
  hasRun(url: string, version: number): boolean {
    const part = this.#parts.get(url);
    return part?.isEvaluated === true && part.version >= version;
  }

  /**
   * A module gives up its part.
   *
   * @param version Of its code, for when it took none.
   * @returns Nothing when it gave that up already.
   */
  giveUp(url: string, version: number): Part | undefined {
    const part = this.#parts.get(url);
    if (!part) return { version, isEvaluated: false, trail: [] };
    if (part.trail.includes(url)) return undefined;
    this.#parts.set(url, { ...part, trail: [...part.trail, url] });
    return part;
  }

  /** A module left the page. */
  forget(url: string): void {
    this.#parts.delete(url);
  }
}
