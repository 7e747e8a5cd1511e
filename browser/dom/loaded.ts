/**
 * What the page has fetched, from the browser's own records: whatever asked for it, be it an import, a
 * tag or a `fetch()`, and whether or not it uses `import.meta.hot`.
 */
import { parseAddress } from '../../runtime/url.js';

/** Entries that the browser should keep until somebody looks. */
const BUFFER = 100_000;

/** The fetched modules of a page. */
export class Loaded {
  readonly #origin: string;
  readonly #versions = new Map<string, Set<number>>();
  readonly #initiators = new Map<string, Set<string>>();
  /** What was asked for otherwise than by an import. */
  readonly #others = new Set<string>();
  readonly #observer: PerformanceObserver;
  /** Not normalised yet: that is done when somebody asks. */
  #pending: PerformanceEntry[] = [];
  #isIncomplete = false;
  #isScheduled = false;
  #newest = 0;

  /**
   * @param origin Of the page; others have no modules of the server.
   * @param grown Is called when the page has fetched something.
   */
  constructor(origin: string, grown: () => void) {
    this.#origin = origin;
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
    return this.#current().has(url) || this.#isIncomplete;
  }

  /** The newest version that the page fetched of a module, 0 when it is not stamped. */
  version(url: string): number {
    return Math.max(0, ...(this.#current().get(url) ?? []));
  }

  /** The oldest version that the page fetched of a module, other than by `fetch()`. */
  oldest(url: string): number | undefined {
    const versions = this.versions(url);
    return versions.length > 0 ? Math.min(...versions) : undefined;
  }

  /** The newest version that the page fetched of any module. */
  get newest(): number {
    this.#current();
    return this.#newest;
  }

  /** All versions that the page fetched of a module, other than by `fetch()`. */
  versions(url: string): number[] {
    return [...(this.#current().get(url) ?? [])].filter((version) => version >= 0);
  }

  /** What asked for a module, in the browser's words: `script`, `img`, `fetch`. */
  initiators(url: string): ReadonlySet<string> {
    this.#current();
    return this.#initiators.get(url) ?? new Set();
  }

  /** Whether an import asked for a module, and not only something that keeps it for one. */
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

  /** The requests that failed since a time of `performance.now()`. */
  failuresSince(time: number): { url: string; status: number }[] {
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    return entries.flatMap(({ startTime, responseStatus, name }) => {
      if (startTime < time || !(responseStatus >= 400)) return [];
      const address = parseAddress(name);
      return address?.origin === this.#origin ? [{ url: address.url, status: responseStatus }] : [];
    });
  }

  /** Entries are normalised when the page has nothing else to do, so that no update has to wait for that. */
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

  #current(): Map<string, Set<number>> {
    const entries = [...this.#pending, ...this.#observer.takeRecords()];
    this.#pending = [];
    for (const entry of entries) {
      const address = parseAddress(entry.name);
      if (address?.origin !== this.#origin) continue;
      const versions = this.#versions.get(address.url) ?? new Set();
      const { initiatorType } = entry as PerformanceResourceTiming;
      versions.add(isFetch(initiatorType) ? -1 : address.version);
      this.#versions.set(address.url, versions);
      if (!isImport(initiatorType) && !(isFetch(initiatorType) && address.version > 0)) {
        this.#others.add(address.url);
      }
      const initiators = this.#initiators.get(address.url) ?? new Set();
      this.#initiators.set(address.url, initiators.add(initiatorType));
      this.#newest = Math.max(this.#newest, address.version);
    }
    return this.#versions;
  }
}

function isImport(initiatorType: string): boolean {
  return initiatorType === 'script' || initiatorType === 'other';
}

/** What code fetched is a resource of the page, but no generation of a module. */
function isFetch(initiatorType: string): boolean {
  return initiatorType === 'fetch' || initiatorType === 'xmlhttprequest';
}
