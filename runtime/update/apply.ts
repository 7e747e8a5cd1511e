/**
 * Applies one planned update: load, dispose, evaluate, style sheets, images, callbacks. Nothing is disposed
 * before all new code is known to load.
 */
import type { ModuleNamespace } from '../../client.js';
import { type Call, captureCalls, type Namespaces } from '../hot/callbacks.js';
import type { DataCallback } from '../model/generation.js';
import type { Registry } from '../model/registry.js';
import type { Exports } from '../modules/exports.js';
import type { LoadedCode } from '../modules/load.js';
import type { ModuleKind } from '../protocol.js';
import { pageOfInline, stamp } from '../url.js';
import { patient, Unsettled } from '../wait.js';
import type { Application, Renewal } from './plan.js';

/** What applying needs from the browser. Addresses are absolute paths with stamp. */
export interface ApplyPorts {
  /** Imports and evaluates a module. */
  importModule(address: string, kind: ModuleKind): Promise<ModuleNamespace>;
  /**
   * Loads new code, without evaluating any of it. Rejects when that fails.
   *
   * @param modules All that the update renews.
   * @param roots Those of them to be evaluated, with what they import.
   */
  load(modules: readonly Renewal[], roots: readonly Renewal[]): Promise<LoadedCode>;
  /** The new code has run: native code may import it. */
  ran(): void;
  /** Gives the style sheets that links show new text. `version` stamps those that only import one. */
  swapStyles(styles: Application['styles'], version: number): Promise<void>;
  /** Gives the style sheets that scripts import new text. */
  replaceSheets(sheets: Application['sheets']): Promise<void>;
  /** Gives images that the page shows new bytes. */
  swapImages(images: Application['images']): void;
  /** Whether the page fetched the module. */
  isLoaded(url: string): boolean;
  /** The newest version of the module that the page fetched. */
  loadedVersion(url: string): number;
}

/** Something that went wrong in one module. */
export interface Failure {
  readonly stage: 'load' | 'dispose' | 'evaluate' | 'style' | 'callback';
  /** The module, when one can be named. */
  readonly url: string | undefined;
  readonly error: unknown;
}

/** How applying went. */
export interface Outcome {
  /** In the order in which they came up. With a `load` failure the page is what it was. */
  readonly failures: readonly Failure[];
  /** The modules whose update was accepted, each once. */
  readonly boundaries: readonly string[];
  /** Exports that modules lost while importers that did not run again still show them. */
  readonly lost: readonly LostExports[];
  /** Whether the new code came with the update. */
  readonly isCarried: boolean;
  /** Modules of the update that still run the code from before. */
  readonly kept: readonly string[];
}

/** Exports of a module that importers keep as they were. */
export interface LostExports {
  readonly url: string;
  readonly names: readonly string[];
}

/** Milliseconds that a callback's promise holds up later updates. */
const PATIENCE = 2000;
/** The same for a dispose callback: what it cleans up should be gone before new code runs. */
const DISPOSE_PATIENCE = 5000;

/**
 * Applies a plan. Never rejects.
 *
 * @param isOvertaken Whether new code came with code of a later update. It is asked before anything happens.
 * @returns `overtaken` when it was: nothing happened then.
 */
export async function apply(
  plan: Application,
  version: number,
  registry: Registry,
  exports: Exports,
  ports: ApplyPorts,
  isOvertaken: () => Promise<boolean>,
): Promise<Outcome | 'overtaken'> {
  const failures: Failure[] = [];
  const fail = (stage: Failure['stage'], url?: string) => (error: unknown) => {
    failures.push({ stage, url, error });
  };
  const targets = new Map(plan.stale.map((module) => [module.url, module.version]));
  for (const url of targets.keys()) registry.pin(url, ports.loadedVersion(url));

  const accepted = new Set(plan.boundaries.map((boundary) => boundary.accepted));
  const roots = plan.stale.filter(({ url }) => accepted.has(url));
  const loaded = await ports.load(plan.stale, roots).catch(fail('load'));
  if (!loaded) {
    return { failures, boundaries: [], lost: [], isCarried: false, kept: [...targets.keys()] };
  }
  if (await isOvertaken()) return 'overtaken';

  const calls = captureCalls(
    plan.boundaries,
    (url) => registry.current(url),
    namespacesOf(registry, ports),
  );
  const accepting = plan.boundaries.flatMap(({ module, accepted }) =>
    module === accepted ? (registry.current(module) ?? []) : [],
  );
  const deciding = new Set(
    accepting.flatMap(({ url, selfCallbacks }) => (selfCallbacks.length > 0 ? url : [])),
  );
  await dispose(targets, registry, fail);
  const styles = ports.swapStyles(plan.styles, version).catch(fail('style'));
  const sheets = ports.replaceSheets(plan.sheets).catch(fail('style'));
  registry.begin(targets);
  exports.begin(targets);
  const stage = loaded.isChecked ? 'evaluate' : 'load';
  const renewed = await evaluateAll(plan, loaded, (url, error) => fail(stage, url)(error));
  const settled = withImports(plan, new Set(renewed.keys()));
  const hasRun = (url: string) => settled.has(url) && loaded.hasRun(url);
  registry.end(hasRun);
  const succeeded = new Map([...targets].filter(([url]) => hasRun(url)));
  exports.end(succeeded, renewed, (url) => deciding.has(url));
  await Promise.all([styles, sheets]);
  // Behind the style sheets: new ones name images without a stamp.
  ports.swapImages(plan.images);
  await runCalls(calls, renewed, fail);
  ports.ran();
  const lost: LostExports[] = [];
  for (const { url } of accepting) {
    const names = await exports.settle(url, (before) =>
      ports.importModule(stamp(url, before), 'script').catch(() => undefined),
    );
    if (names.length > 0) lost.push({ url, names });
  }

  const met = plan.boundaries.filter((boundary) => renewed.has(boundary.accepted));
  const boundaries = [...new Set(met.map(({ module }) => module))];
  const kept = [...targets.keys()].filter((url) => !succeeded.has(url));
  return { failures, boundaries, lost, isCarried: loaded.isCarried, kept };
}

async function dispose(
  targets: ReadonlyMap<string, number>,
  registry: Registry,
  fail: (stage: 'dispose', url: string) => (error: unknown) => void,
): Promise<void> {
  const running: Promise<unknown>[] = [];
  for (const [url, version] of targets) {
    const generation = registry.current(url);
    if (!generation) continue;
    const isKept = generation.version >= version;
    running.push(runDisposers(url, registry, fail('dispose', url), isKept));
  }
  await Promise.all(running);
}

/**
 * Runs the dispose callbacks of a module's last generation, all at once. They run no second time.
 *
 * @param isKept Whether that generation stays, and only those before it are cleaned up.
 * @param failed Is told of what callbacks throw, and of those that do not come to an end.
 * @returns When all promises are settled, or have had their time.
 */
export async function runDisposers(
  url: string,
  registry: Registry,
  failed: (error: unknown) => void,
  isKept = false,
): Promise<void> {
  const generation = registry.last(url);
  if (!generation) return;
  const disposers = [...generation.inherited, ...(isKept ? [] : generation.disposers)];
  generation.inherited = [];
  if (!isKept) generation.disposers = [];
  await runAll(disposers, () => registry.data(url), failed);
}

/**
 * Runs dispose callbacks, all at once.
 *
 * @param failed Is told of what callbacks throw, and of those that do not come to an end.
 * @returns When all promises are settled, or have had their time.
 */
export async function runAll(
  disposers: readonly DataCallback[],
  data: () => unknown,
  failed: (error: unknown) => void,
): Promise<void> {
  await Promise.all(
    disposers.map(async (callback) => {
      try {
        const run = async () => {
          await callback(data());
          return true;
        };
        if (await patient(run(), DISPOSE_PATIENCE)) return;
        const seconds = DISPOSE_PATIENCE / 1000;
        failed(new Unsettled(`did not settle within ${seconds} seconds, and is not waited for`));
      } catch (error) {
        failed(error);
      }
    }),
  );
}

/** One after the other, so that the order of evaluation does not depend on the network. */
async function evaluateAll(
  plan: Application,
  loaded: LoadedCode,
  failed: (url: string, error: unknown) => void,
): Promise<Map<string, ModuleNamespace>> {
  const renewed = new Map<string, ModuleNamespace>();
  const modules = new Map(plan.stale.map((module) => [module.url, module]));
  for (const url of new Set(plan.boundaries.map((boundary) => boundary.accepted))) {
    const module = modules.get(url);
    if (!module) continue;
    try {
      renewed.set(url, await loaded.evaluate(module));
    } catch (error) {
      failed(url, error);
    }
  }
  return renewed;
}

/** The modules that were imported and all stale ones that these import: they ran to their end. */
function withImports(plan: Application, imported: Set<string>): Set<string> {
  const imports = new Map<string, string[]>();
  for (const { url, importers } of plan.stale) {
    for (const importer of importers)
      imports.set(importer, [...(imports.get(importer) ?? []), url]);
  }
  for (const url of imported)
    for (const dependency of imports.get(url) ?? []) imported.add(dependency);
  return imported;
}

async function runCalls(
  calls: readonly Call[],
  renewed: ReadonlyMap<string, ModuleNamespace>,
  fail: (stage: 'callback', url: string) => (error: unknown) => void,
): Promise<void> {
  for (const call of calls) {
    if (!call.accepted.some((url) => renewed.has(url))) continue;
    const failed = fail('callback', call.module);
    try {
      await patient(Promise.resolve(call.run(renewed)).catch(failed), PATIENCE);
    } catch (error) {
      failed(error);
    }
  }
}

function namespacesOf(registry: Registry, ports: ApplyPorts): Namespaces {
  return {
    resolve: (importer, specifier) => registry.resolve(importer, specifier),
    async of(url) {
      if (pageOfInline(url) !== undefined) return undefined;
      if (!registry.has(url) && !ports.isLoaded(url)) return undefined;
      const kind = /\.json(\?|$)/.test(url) ? 'asset' : 'script';
      const version = registry.version(url) ?? ports.loadedVersion(url);
      try {
        return await ports.importModule(stamp(url, version), kind);
      } catch {
        return undefined;
      }
    },
  };
}
