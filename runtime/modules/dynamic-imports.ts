/**
 * Who imported what dynamically, and what of that is still on its way. The server does not see what an `import()` with
 * a computed name leads to.
 */
import type { Address } from '../url.js';
import { patient } from '../wait.js';

/**
 * Milliseconds that an import which is on its way holds up updates. One that takes longer most likely waits for
 * something at its top level.
 */
const PATIENCE = 2000;

/** Milliseconds that imports hold up one update, when each brings another. */
const LONGEST = 5000;

/** The dynamic imports of a page. */
export class DynamicImports {
  /** By imported module, its importers and the newest version of each that did it. */
  readonly #importers = new Map<string, Map<string, number>>();
  readonly #versionOf: (url: string) => number;
  readonly #load: (address: string) => Promise<unknown>;
  /** What updates wait for. */
  readonly #coming = new Set<Promise<unknown>>();
  /** The addresses that were asked for and have not run. */
  readonly #addresses = new Set<string>();

  /**
   * @param versionOf The version that the page is at for a module.
   * @param load Imports a script. What it gets is what code gets that imports the same address.
   */
  constructor(versionOf: (url: string) => number, load: (address: string) => Promise<unknown>) {
    this.#versionOf = versionOf;
    this.#load = load;
  }

  /** Code imports a script from an address. */
  begin(address: string): void {
    // Browsers answer imports of the same address in their order: the second is behind the code's own.
    const loaded = this.#load(address).then(() => this.#load(address));
    const over = () => void this.#addresses.delete(address);
    const coming = patient(loaded.then(over, over), PATIENCE).then(() => {
      this.#coming.delete(coming);
    });
    this.#coming.add(coming);
    this.#addresses.add(address);
  }

  /** Whether the browser is importing what is at an address: it will have a module of its own there. */
  isComing(address: string): boolean {
    return this.#addresses.has(address);
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

  /** The code at an address imports a module. */
  note(url: string, importer: Address | undefined): void {
    if (!importer) return;
    const importers = this.#importers.get(url) ?? new Map<string, number>();
    const before = importers.get(importer.url) ?? 0;
    importers.set(importer.url, Math.max(importer.version, before));
    this.#importers.set(url, importers);
  }

  /**
   * Whether code that is in force imported the module.
   *
   * @param departed Modules that are not.
   */
  isInForce(url: string, departed: ReadonlySet<string>): boolean {
    const importers = this.#importers.get(url) ?? [];
    return [...importers].some(
      ([importer, version]) => !departed.has(importer) && version >= this.#versionOf(importer),
    );
  }
}
