/**
 * Who imported what dynamically. The server does not see what an `import()` with a computed name leads to.
 */
import type { Address } from './url.js';

/** The dynamic imports of a page. */
export class DynamicImports {
  /** By imported module, its importers and the newest version of each that did it. */
  readonly #importers = new Map<string, Map<string, number>>();
  readonly #versionOf: (url: string) => number;

  /** @param versionOf The version that the page is at for a module. */
  constructor(versionOf: (url: string) => number) {
    this.#versionOf = versionOf;
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
