/**
 * Dynamic imports: which module imported which, and which imports are still on their way. The server does not see where
 * an `import()` with a computed name leads.
 */
import type { Generation } from '../model/generation.js';
import { patient } from '../wait.js';

/**
 * Milliseconds that an import which is on its way holds up updates. One that takes longer most likely waits for
 * something at its top level.
 */
const PATIENCE = 2000;

/** Milliseconds that imports hold up one update, when each brings another. */
const LONGEST = 5000;

/** What is known of an import. */
interface Importing {
  /** The newest version of the importer that did it. */
  readonly version: number;
  /** How many updates there had been when it did it last. */
  readonly updates: number;
}

/** The dynamic imports of a page. */
export class DynamicImports {
  /** By imported module, its importers. */
  readonly #importers = new Map<string, Map<string, Importing>>();
  /** Counts the updates that were applied. */
  #updates = 0;
  readonly #versionOf: (url: string) => number | undefined;
  /** What updates wait for. */
  readonly #coming = new Set<Promise<unknown>>();

  /** @param versionOf The version of the code of a module that is in force, nothing when there is none. */
  constructor(versionOf: (url: string) => number | undefined) {
    this.#versionOf = versionOf;
  }

  /** Code imports something: updates wait for it. Returns what is to be called when that is over. */
  begin(): () => void {
    let over = () => {};
    const imported = new Promise<void>((resolve) => {
      over = resolve;
    });
    const coming = patient(imported, PATIENCE).then(() => {
      this.#coming.delete(coming);
    });
    this.#coming.add(coming);
    return over;
  }

  /** Whether nothing is on its way. */
  get isSettled(): boolean {
    return this.#coming.size === 0;
  }

  /** Resolves when all that is on its way has run, and what that imported, or takes too long. */
  async settled(): Promise<void> {
    await patient(this.#settle(), LONGEST);
  }

  async #settle(): Promise<void> {
    while (this.#coming.size > 0) await Promise.all(this.#coming);
  }

  /** A generation imports a module. */
  note(url: string, { url: importer, version }: Pick<Generation, 'url' | 'version'>): void {
    const importers = this.#importers.get(url) ?? new Map<string, Importing>();
    const newest = Math.max(version, importers.get(importer)?.version ?? 0);
    importers.set(importer, { version: newest, updates: this.#updates });
    this.#importers.set(url, importers);
  }

  /** An update is about to be applied. */
  renew(): void {
    this.#updates += 1;
  }

  /** Whether code ever imported the module. */
  has(url: string): boolean {
    return this.#importers.has(url);
  }

  /** Whether code of a module that is in force imported another. */
  isBy(url: string, importer: string): boolean {
    const version = this.#importers.get(url)?.get(importer)?.version;
    const current = this.#versionOf(importer);
    return version !== undefined && current !== undefined && version >= current;
  }

  /** What code of a module that is in force imported. */
  importedBy(importer: string): string[] {
    return [...this.#importers.keys()].filter((url) => this.isBy(url, importer));
  }

  /**
   * Whether code that is in force imported the module.
   *
   * @param departed Modules that are not.
   */
  isInForce(url: string, departed: ReadonlySet<string>): boolean {
    const importers = [...(this.#importers.get(url)?.keys() ?? [])];
    return importers.some((importer) => !departed.has(importer) && this.isBy(url, importer));
  }

  /** The same, for imports since the last update. The server may not know of them yet. */
  isNew(url: string, departed: ReadonlySet<string>): boolean {
    const importers = [...(this.#importers.get(url) ?? [])];
    return importers.some(
      ([importer, { updates }]) =>
        updates === this.#updates && !departed.has(importer) && this.isBy(url, importer),
    );
  }
}
