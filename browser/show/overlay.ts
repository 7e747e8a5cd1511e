/**
 * When the page's problems are shown over it: once they have lasted, until they are fixed or dismissed. What it looks
 * like is the panel's affair.
 */
import type { Problem } from '../../runtime/tell/problems.js';

/** Milliseconds that a problem has to last. With saves at every pause in typing most last less. */
export const LASTING = 300;

/** What an overlay needs. */
export interface OverlayPorts {
  /** Calls back later. Returns what cancels that. */
  after(milliseconds: number, run: () => void): () => void;
  /** Shows these problems, in place of those that it shows. */
  show(problems: readonly Problem[]): void;
  /** Shows nothing any more. */
  hide(): void;
}

/** The overlay of a page. */
export class Overlay {
  readonly #ports: OverlayPorts;
  #problems: readonly Problem[] = [];
  /** Cancels the wait for a problem, by id. */
  readonly #waiting = new Map<string, () => void>();
  /** The ids of problems that have lasted. */
  readonly #lasting = new Set<string>();
  /** Dismissed problems, by their text: a mistake that moves to another line is not a new one. */
  #dismissed = new Set<string>();
  #shown = '';

  constructor(ports: OverlayPorts) {
    this.#ports = ports;
  }

  /** These are all problems now. */
  update(problems: readonly Problem[]): void {
    this.#problems = problems;
    const ids = new Set(problems.map(({ id }) => id));
    for (const id of [...this.#waiting.keys(), ...this.#lasting]) {
      if (ids.has(id)) continue;
      this.#waiting.get(id)?.();
      this.#waiting.delete(id);
      this.#lasting.delete(id);
    }
    for (const id of ids) {
      if (!this.#lasting.has(id) && !this.#waiting.has(id)) this.#wait(id);
    }
    const said = problems.map(whatItSays);
    this.#dismissed = new Set(said.filter((text) => this.#dismissed.has(text)));
    this.#render();
  }

  /** Hides what is shown, until there is something new. */
  dismiss(): void {
    for (const problem of this.#lastingProblems()) this.#dismissed.add(whatItSays(problem));
    this.#render();
  }

  #wait(id: string): void {
    const cancel = this.#ports.after(LASTING, () => {
      this.#waiting.delete(id);
      this.#lasting.add(id);
      this.#render();
    });
    this.#waiting.set(id, cancel);
  }

  #lastingProblems(): Problem[] {
    return this.#problems.filter(({ id }) => this.#lasting.has(id));
  }

  #render(): void {
    const problems = this.#lastingProblems();
    const hasNew = problems.some((problem) => !this.#dismissed.has(whatItSays(problem)));
    const shown = hasNew ? JSON.stringify(problems) : '';
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (hasNew) this.#ports.show(problems);
    else this.#ports.hide();
  }
}

function whatItSays({ id, title, message }: Problem): string {
  return JSON.stringify([id, title, message]);
}
