/**
 * The two ways in which new code gets into a page: it came with the update, or the browser fetches it. Either
 * way it is known to load before any of it is evaluated.
 */
import type { ModuleNamespace } from '../../client.js';
import type { ModuleKind } from '../protocol.js';
import type { Renewal } from '../update/plan.js';
import { stamp } from '../url.js';
import type { CarriedModules, Prepared } from './carried.js';
import type { ProbedModule } from './probe.js';

/** New code that is about to be evaluated. */
export interface LoadedCode extends Prepared {
  /** Whether it is known to load. */
  readonly isChecked: boolean;
  /** Whether it came with the update. */
  readonly isCarried: boolean;
}

/** What loading needs from the browser. Addresses are absolute paths with stamp. */
export interface LoadPorts {
  /** Imports and evaluates a module. */
  importModule(address: string, kind: ModuleKind): Promise<ModuleNamespace>;
  /**
   * Loads modules with all that they import, without evaluating any. Rejects when that fails.
   *
   * @returns Whether it could be found out.
   */
  probe(modules: readonly ProbedModule[]): Promise<boolean>;
  /** The browser is going to import modules that were carried. Resolves when it can. */
  leaveToBrowser(modules: readonly Renewal[]): Promise<unknown>;
}

/**
 * Loads new code, without evaluating any of it.
 *
 * @param modules All that an update renews.
 * @param roots Those of them to be evaluated, with what they import.
 * @throws {Error} Which module does not load, and why.
 */
export async function load(
  modules: readonly Renewal[],
  roots: readonly Renewal[],
  carried: CarriedModules | undefined,
  ports: LoadPorts,
): Promise<LoadedCode> {
  const prepared = await carried?.prepare(modules, roots);
  if (prepared) return { ...prepared, isChecked: true, isCarried: true };
  if (carried) await ports.leaveToBrowser(modules.filter((module) => module.carried));
  const isChecked = roots.length === 0 || (await probe(modules, roots, ports));
  return {
    isChecked,
    isCarried: false,
    hasRun: () => true,
    evaluate: ({ url, version, kind }) => ports.importModule(stamp(url, version), kind),
  };
}

async function probe(
  modules: readonly Renewal[],
  roots: readonly Renewal[],
  ports: LoadPorts,
): Promise<boolean> {
  const asProbed = ({ url, version, kind }: Renewal) => ({ address: stamp(url, version), kind });
  try {
    // All at once: the browser need not discover them level by level.
    return await ports.probe(modules.map(asProbed));
  } catch (error) {
    // One that failed may be one that the new code imports no more.
    if (roots.length === modules.length) throw error;
    return await ports.probe(roots.map(asProbed));
  }
}
