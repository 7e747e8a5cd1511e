/**
 * What the server has to say of modules, held back until the page has to do with them. Decides nothing else.
 */
import type { Diagnostic } from '../protocol.js';

/** The server's diagnostics of modules that a page may come to load. */
export class Diagnostics {
  /** By module. */
  readonly #unsaid = new Map<string, Diagnostic[]>();
  readonly #matters: (url: string) => boolean;
  readonly #say: (diagnostic: Diagnostic) => void;

  /**
   * @param matters Whether the page has to do with a module.
   * @param say Is told of each diagnostic once, when it does.
   */
  constructor(matters: (url: string) => boolean, say: (diagnostic: Diagnostic) => void) {
    this.#matters = matters;
    this.#say = say;
  }

  /** Takes in what the server says. */
  take(diagnostic: Diagnostic): void {
    const { url, severity } = diagnostic;
    // Code that cannot be served takes the place of code that could not either.
    const others = (this.#unsaid.get(url) ?? []).filter(
      (one) => severity === 'warning' || one.severity === 'warning',
    );
    this.#unsaid.set(url, [...others, diagnostic]);
    if (this.#matters(url)) this.sayOf(url);
  }

  /** A module is in the page now. */
  sayOf(url: string): void {
    const diagnostics = this.#unsaid.get(url) ?? [];
    this.#unsaid.delete(url);
    for (const diagnostic of diagnostics) this.#say(diagnostic);
  }

  /** The page has fetched something. */
  fetched(): void {
    for (const url of [...this.#unsaid.keys()]) if (this.#matters(url)) this.sayOf(url);
  }

  /** Modules were fixed. */
  forget(urls: Iterable<string>): void {
    for (const url of urls) this.#unsaid.delete(url);
  }

  /** The server is going to say all of it again. */
  clear(): void {
    this.#unsaid.clear();
  }
}
