/**
 * What the page has fetched, from the browser's own records: whatever asked for it, be it an import, a
 * tag or a `fetch()`, and whether or not it uses `import.meta.hot`.
 */
import { othersOf, parseAddress } from '../../runtime/url.js';

/** Entries that the browser should keep until they are read. */
const BUFFER = 100_000;

/** How the server names a version in `Server-Timing`. */
const VERSION = 'hotgraph';

/** Milliseconds from the arrival of a module until it has run, unless something holds it up. */
const COMING = 1000;

/** What is known of one url. */
interface Fetched {
  /** The oldest version that was fetched, other than by `fetch()`. */
  version: number | undefined;
  /** The version that was fetched last, however. */
  last: number;
  readonly initiators: Set<string>;
  /** When it was there, in milliseconds since the page began. */
  at: number;
}

/** The fetched modules of a page. */
export class Loaded {
  readonly #origin: string;
  readonly #pageVersion: () => number;
  readonly #fetched = new Map<string, Fetched>();
  /** What was asked for otherwise than by an import. */
  readonly #others = new Set<string>();
  readonly #observer: PerformanceObserver;
  /** Not normalised yet: the first question does that. */
  #pending: PerformanceEntry[] = [];
  #isIncomplete = false;
  #isScheduled = false;

  /**
   * @param origin Of the page; others have no modules of the server.
   * @param pageVersion The version of what came without one.
   * @param grown Is called when the page has fetched something.
   */
  constructor(origin: string, pageVersion: () => number, grown: () => void) {
    this.#origin = origin;
    this.#pageVersion = pageVersion;
    performance.setResourceTimingBufferSize?.(BUFFER);
    const observe = (
      list: PerformanceObserverEntryList,
      _: PerformanceObserver,
      options?: { droppedEntriesCount?: number },
    ) => {
      if (options?.droppedEntriesCount) this.#isIncomplete = true;
      this.#pending.push(...list.getEntries());
      this.#settleLater();
      grown();
    };
    this.#observer = new PerformanceObserver(observe);
    this.#observer.observe({ type: 'resource', buffered: true });
  }

  /** Whether the page fetched a module. `true` when the browser lost records, to be safe. */
  has(url: string): boolean {
    const fetched = this.#current();
    const others = othersOf(url);
    return (
      fetched.has(url) ||
      this.#isIncomplete ||
      (others !== undefined && [...fetched.keys()].some((one) => one.startsWith(others)))
    );
  }

  /** Whether an import fetched a module just now. It may not have run yet. */
  isComing(url: string): boolean {
    const fetched = this.#current().get(url);
    return fetched !== undefined && fetched.at > performance.now() - COMING && this.isImported(url);
  }

  /** The oldest version that the page fetched of a module, other than by `fetch()`. */
  version(url: string): number | undefined {
    return this.#current().get(url)?.version;
  }

  /** The version that the page fetched of a module last, by whatever it was. */
  lastVersion(url: string): number | undefined {
    return this.#current().get(url)?.last;
  }

  /** What asked for a module, in the browser's words: `script`, `img`, `fetch`. */
  initiators(url: string): ReadonlySet<string> {
    return this.#current().get(url)?.initiators ?? new Set();
  }

  /** Whether an import asked for a module. */
  isImported(url: string): boolean {
    return [...this.initiators(url)].some(isImport);
  }

  /** Whether something asked for a module otherwise than by an import: an element, or a `fetch()` that is not ours. */
  isAskedForOtherwise(url: string): boolean {
    this.#current();
    return this.#others.has(url);
  }

  /** Nothing in the page uses the module any more. */
  forget(url: string): void {
    this.#current().delete(url);
  }

  /** Entries are normalised when the page has nothing else to do. No update has to wait for that. */
  #settleLater(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const settle = () => {
      this.#isScheduled = false;
      this.#current();
    };
    if ('requestIdleCallback' in globalThis) requestIdleCallback(settle);
    else setTimeout(settle);
  }

  #current(): Map<string, Fetched> {
    const entries = [...this.#pending, ...this.#observer.takeRecords()];
    this.#pending = [];
    for (const entry of entries) this.#take(entry as PerformanceResourceTiming);
    return this.#fetched;
  }

  #take(entry: PerformanceResourceTiming): void {
    const { name, initiatorType } = entry;
    const address = parseAddress(name);
    if (address?.origin !== this.#origin) return;
    const { url } = address;
    const fetched = this.#fetched.get(url) ?? {
      version: undefined,
      last: 0,
      initiators: new Set(),
      at: 0,
    };
    fetched.at = entry.responseEnd;
    this.#fetched.set(url, fetched);
    fetched.initiators.add(initiatorType);
    const version = address.version || this.#versionOf(entry);
    fetched.last = version;
    if (!isFetch(initiatorType)) {
      fetched.version = Math.min(version, fetched.version ?? version);
    }
    const isOurs = isFetch(initiatorType) && address.version > 0;
    if (!isImport(initiatorType) && !isOurs) this.#others.add(url);
  }

  #versionOf({ serverTiming }: PerformanceResourceTiming): number {
    const timing = serverTiming?.find((one) => one.name === VERSION);
    const version = timing ? Number(timing.description) : Number.NaN;
    return Number.isFinite(version) ? version : this.#pageVersion();
  }
}

function isImport(initiatorType: string): boolean {
  return initiatorType === 'script' || initiatorType === 'other';
}

/** A file that code fetched is a resource of the page, not a module. */
function isFetch(initiatorType: string): boolean {
  return initiatorType === 'fetch' || initiatorType === 'xmlhttprequest';
}
