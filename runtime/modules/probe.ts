/**
 * Finds out whether modules load, before anything depends on it. The browser is asked to import a
 * generated module whose first import throws and whose further imports are the modules in question: it
 * fetches, parses and links them all, and evaluates none, since evaluation stops at the first.
 */

import type { ModuleKind } from '../protocol.js';
import { textOf } from '../tell/log.js';
import { withoutStamps } from '../url.js';

const SENTINEL = Symbol.for('hotgraph.probe');
const GATE = 'data:text/javascript,throw globalThis[Symbol.for("hotgraph.probe")]';

/** A module to load. */
export interface ProbedModule {
  /** Path and query with stamp. */
  readonly address: string;
  readonly kind: ModuleKind;
}

/** What probing needs from the browser. */
export interface ProbePorts {
  /** `import()`. */
  importModule(address: string): Promise<unknown>;
  /** The requests that failed since a time, with their HTTP status, as far as the browser tells. */
  failuresSince(time: number): readonly { readonly url: string; readonly status: number }[];
  /** Requests an address, to find out why it does not load. */
  fetch(
    address: string,
  ): Promise<{
    readonly ok: boolean;
    readonly status: number;
    readonly headers: { get(name: string): string | null };
  }>;
  /** Milliseconds, of the clock that `failuresSince` uses. */
  now(): number;
  /** The page's origin. */
  readonly origin: string;
}

/** Makes a probe. */
export function createProbe(
  ports: ProbePorts,
): (modules: readonly ProbedModule[]) => Promise<boolean> {
  let works: Promise<boolean> | undefined;
  let count = 0;

  const passes = async (modules: readonly ProbedModule[]): Promise<{ error?: unknown }> => {
    try {
      await ports.importModule(probeSource(modules, ports.origin, ++count));
      return { error: new Error('the probe ran through') };
    } catch (error) {
      return isSentinel(error) ? {} : { error };
    }
  };

  /**
   * @returns Whether the browser can tell: a content security policy may refuse generated modules.
   * @throws {Error} Which module does not load, and why.
   */
  return async (modules) => {
    Object.assign(globalThis, { [SENTINEL]: SENTINEL });
    works ??= ports.importModule(GATE).then(() => false, isSentinel);
    if (!(await works)) return false;
    const started = ports.now();
    const { error } = await passes(modules);
    if (error === undefined) return true;
    throw new Error(await explain(error, modules, started));
  };

  async function explain(
    error: unknown,
    modules: readonly ProbedModule[],
    started: number,
  ): Promise<string> {
    const [failed] = ports.failuresSince(started);
    if (failed) return `${failed.url} could not be loaded: HTTP status ${failed.status}`;
    for (const module of modules) {
      const own = await passes([module]);
      if (own.error === undefined) continue;
      const [address] = module.address.split(/[?&]__hot=/, 1);
      return `${address}: ${(await answerOf(module.address)) ?? clean(own.error)}`;
    }
    return clean(error);
  }

  async function answerOf(address: string): Promise<string | undefined> {
    try {
      const { ok, status, headers } = await ports.fetch(address);
      if (!ok) return `it could not be loaded: HTTP status ${status}`;
      const type = headers.get('content-type') ?? 'no content type';
      return /javascript|json/.test(type) ? undefined : `it was served as ${type}`;
    } catch {
      return 'the dev server does not answer';
    }
  }
}

/** The address of a module that loads these and evaluates none. */
function probeSource(modules: readonly ProbedModule[], origin: string, count: number): string {
  const imports = modules.map(({ address, kind }) => {
    const attributes = kind === 'asset' ? ' with {type: "json"}' : '';
    return `import ${JSON.stringify(origin + address)}${attributes};`;
  });
  // The number makes it a new module each time: browsers keep what failed.
  const source = `import ${JSON.stringify(GATE)};${imports.join('')}//${count}`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

function isSentinel(error: unknown): boolean {
  return error === SENTINEL;
}

/** The error's text without the address of the generated module and without stamps. */
function clean(error: unknown): string {
  const text = withoutStamps(textOf(error).replace(/[:\s]*\bdata:text\/javascript\S*/g, ''));
  return /dynamically imported module|module script failed/.test(text)
    ? 'it, or something that it imports, could not be loaded'
    : text;
}
