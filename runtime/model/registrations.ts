/**
 * What the code of one generation registered by `import.meta.hot`. Written by `hot/`, read by all who decide.
 */
import type { AcceptCallback, AcceptListCallback } from '../../client.js';

/** One `accept` call for dependencies. */
export interface DependencyAcceptance {
  /** As the code writes them, in the callback's order. */
  readonly specifiers: readonly string[];
  /** How the callback takes them: one view, or the list. Without a callback neither matters. */
  readonly callback:
    | { readonly takes: 'view'; readonly run: AcceptCallback }
    | { readonly takes: 'list'; readonly run: AcceptListCallback }
    | undefined;
  /** Is told of what the callback throws, instead of the page (webpack). */
  readonly failed?: ((error: unknown, specifier: string) => unknown) | undefined;
}

/** A callback of `dispose` or `prune`. */
export type DataCallback = (data: unknown) => unknown;

/** The registrations of one generation. */
export class Registrations {
  /** Whether it accepts itself by one of the `accept` calls. */
  acceptsItself = false;
  /** Whether an update that it accepts goes on to importers. */
  bubbles = false;
  /** Whether it called `decline()`. */
  declined = false;
  /** The specifiers of dependencies that it declines updates of (webpack). */
  readonly declinedDependencies: string[] = [];
  /** Whether it looked at `data`. Writing there is all that some modules do to accept themselves. */
  touchedData = false;
  /** The names given to `acceptExports`, when that was called. */
  acceptedExports: readonly string[] | undefined;
  /** For updates of itself, in the order of registration. */
  readonly selfCallbacks: AcceptCallback[] = [];
  /** Are told of what the next generation throws, instead of the page (webpack). */
  readonly errorHandlers: ((error: unknown) => unknown)[] = [];
  /** For updates of dependencies, in the order of registration. */
  readonly dependencies: DependencyAcceptance[] = [];
  /** To run before the next generation; emptied when they have run. */
  disposers: DataCallback[] = [];
  /** The same for earlier generations that have not been cleaned up. */
  inherited: DataCallback[] = [];
  /** To run when the module leaves the page. */
  readonly pruners: DataCallback[] = [];

  /** The specifiers of all dependencies that it accepts, each once. */
  get specifiers(): string[] {
    return [...new Set(this.dependencies.flatMap((dependency) => dependency.specifiers))];
  }
}
