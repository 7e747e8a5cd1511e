/**
 * One evaluation of a module and what it registered. Written by `hot.ts`, read by all who decide.
 */
import type { AcceptCallback, AcceptListCallback } from '../../client.js';
import { isAddress, parseAddress } from '../url.js';

/** One `accept` call for dependencies. */
export interface DependencyAcceptance {
  /** As the code writes them, in the callback's order. */
  readonly specifiers: readonly string[];
  /** How the callback takes them: one view, or the list. Without a callback neither matters. */
  readonly callback:
    | { readonly takes: 'view'; readonly run: AcceptCallback }
    | { readonly takes: 'list'; readonly run: AcceptListCallback }
    | undefined;
}

/** A callback of `dispose` or `prune`. */
export type DataCallback = (data: unknown) => unknown;

/** One evaluation of a module in this page. */
export class Generation {
  /** The module. */
  readonly url: string;
  /** The version of the code that was evaluated. */
  readonly version: number;
  /** Whether it accepts itself by one of the `accept` calls. */
  acceptsItself = false;
  /** Whether an update that it accepts goes on to importers. */
  bubbles = false;
  /** Whether it called `decline()`. */
  declined = false;
  /** Whether it looked at `data`. Writing there is all that some modules do to accept themselves. */
  touchedData = false;
  /** Whether a newer generation took its place. */
  replaced = false;
  /** The names given to `acceptExports`, when that was called. */
  acceptedExports: readonly string[] | undefined;
  /** For updates of itself, in the order of registration. */
  readonly selfCallbacks: AcceptCallback[] = [];
  /** For updates of dependencies, in the order of registration. */
  readonly dependencies: DependencyAcceptance[] = [];
  /** To run before the next generation; emptied when they have run. */
  disposers: DataCallback[] = [];
  /** The same of generations before, which nobody has cleaned up. */
  inherited: DataCallback[] = [];
  /** To run when the module leaves the page. */
  readonly pruners: DataCallback[] = [];

  constructor(url: string, version: number) {
    this.url = url;
    this.version = version;
  }

  /** The specifiers of all dependencies that it accepts, each once. */
  get specifiers(): string[] {
    return [...new Set(this.dependencies.flatMap((dependency) => dependency.specifiers))];
  }

  /**
   * Under which specifiers it accepts updates of a module.
   *
   * @param url The updated module.
   * @param candidates The specifiers that name it in this module's code, as far as the server knows.
   */
  specifiersFor(url: string, candidates: readonly string[]): string[] {
    return this.specifiers.filter(
      (specifier) => candidates.includes(specifier) || this.resolve(specifier) === url,
    );
  }

  /** The url that a browser makes of a specifier, `undefined` when it takes more than a browser. */
  resolve(specifier: string): string | undefined {
    if (!isAddress(specifier)) return undefined;
    return parseAddress(specifier, `http://page.invalid${this.url}`)?.url;
  }
}
