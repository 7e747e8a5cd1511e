/**
 * The views of one module: the newest, and those that older importers hold.
 */
import type { Generation } from './generation.js';
import { View } from './view.js';

/** The least number of older views at which unused ones are looked for. */
const FEW = 8;

/** The views of one module. */
export class Views {
  #newest = new View();
  #older: WeakRef<View>[] = [];
  /** The number of older ones at which they are looked through next. */
  #limit = FEW;

  /** What modules that are linked now read through. */
  get newest(): View {
    return this.#newest;
  }

  /** All views that code may hold, the newest first. */
  get all(): View[] {
    return [this.#newest, ...this.#older.flatMap((view) => view.deref() ?? [])];
  }

  /** Modules that are linked from now on read through this view. */
  renew(view: View): void {
    const old = this.#newest;
    this.#newest = view;
    if (old === view) return;
    if (!old.generation && !old.native) {
      // Modules hold it that imported this one before the page had it.
      old.join(view);
      return;
    }
    this.#older.push(new WeakRef(old));
    if (this.#older.length < this.#limit) return;
    this.#older = this.#older.filter((one) => one.deref());
    this.#limit = Math.max(FEW, 2 * this.#older.length);
  }

  /** All show this generation, and are one view from now on. */
  unite(generation: Generation): void {
    const { all } = this;
    this.#older = [];
    this.#newest.moveTo(generation);
    for (const view of [...all, generation.view]) view.join(this.#newest);
  }
}
