/**
 * How much a page may send: a rate, and more at once after some quiet.
 */

/** Frames that may be sent, with an everyday burst. A page that spends more is in debt until time has paid for it. */
export class Budget {
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #at = performance.now();

  /**
   * @param perSecond How many frames time pays for.
   * @param most How many there are after some quiet.
   */
  constructor(perSecond: number, most: number) {
    this.#perMs = perSecond / 1000;
    this.#most = most;
    this.#left = most;
  }

  /** So many frames were sent. */
  spend(frames: number): void {
    const now = performance.now();
    this.#left = Math.min(this.#most, this.#left + (now - this.#at) * this.#perMs) - frames;
    this.#at = now;
  }

  /** How many frames were sent that time has not paid for. */
  spent(): number {
    return Math.max(0, this.#most - this.#left - (performance.now() - this.#at) * this.#perMs);
  }

  /** Milliseconds until the debt is paid; 0 when there is none. */
  debt(): number {
    return Math.max(0, (this.spent() - this.#most) / this.#perMs);
  }
}
