/**
 * Departures: modules that this page no longer imports, or never did, while another page does. The server says so, and
 * this decides whether that holds here. It knows no callbacks, and changes nothing in the page.
 */
import type { Departure, Update } from '../protocol.js';

/** The `since` of a module that the page never imported. The page may have fetched it all the same. */
const NEVER = 0;

/** The departures of one page. */
export class Departures {
  readonly #page: string | null;
  readonly #start: number;
  /** The modules that still run the code from before an update. */
  readonly #kept = new Set<string>();
  /** While there are some, the version up to which the server knows all code of the page. */
  #whole: number | undefined;

  /**
   * @param page The url of the page's HTML, `null` when the server does not know it.
   * @param start The version that the page was served at.
   */
  constructor(page: string | null, start: number) {
    this.#page = page;
    this.#start = start;
  }

  /**
   * The modules of an update, and those above them, that this page's code no longer imports. Not those of which the
   * server knows by code that this page does not run.
   *
   * @param version The page's version.
   * @param isPreloaded Whether a link asks for the module to be preloaded.
   * @param isUsedUnseen Whether something that the server cannot see uses a module, other than those that departed.
   */
  of(
    update: Update,
    version: number,
    isPreloaded: (url: string) => boolean,
    isUsedUnseen: (url: string, departed: ReadonlySet<string>) => boolean,
  ): Set<string> {
    const whole = this.#whole ?? version;
    const isOver = ({ url, page, since }: Departure) =>
      page === this.#page &&
      (since === NEVER ? isPreloaded(url) : since > this.#start && since <= whole);
    const departed = new Set(update.departures.filter(isOver).map(({ url }) => url));
    let count = 0;
    while (count !== departed.size) {
      count = departed.size;
      for (const url of departed) if (isUsedUnseen(url, departed)) departed.delete(url);
    }
    return departed;
  }

  /**
   * An update was applied.
   *
   * @param stale The modules of it.
   * @param kept Those that still run the code from before it.
   * @param version The page's version before it.
   */
  applied(stale: Iterable<string>, kept: Iterable<string>, version: number): void {
    for (const url of stale) this.#kept.delete(url);
    for (const url of kept) this.#kept.add(url);
    this.#whole = this.#kept.size > 0 ? (this.#whole ?? version) : undefined;
  }

  /** A module left the page. */
  forget(url: string): void {
    this.#kept.delete(url);
  }
}
