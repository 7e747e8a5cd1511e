/**
 * Modules leave the page: what they hold is let go, in the order that the dialects promise: dispose, then prune. Decides
 * nothing about which modules those are.
 */

import type { Events } from '../hot/events.js';
import type { Registry } from '../model/registry.js';
import type { Exports } from '../modules/exports.js';
import { type Log, textOf } from '../tell/log.js';
import { patient } from '../wait.js';
import { runDisposers } from './apply.js';
import type { Leaving } from './plan.js';

/** What is asked of the page. */
export interface LeavePorts {
  /** The newest version that the page loaded of a module, 0 when it loaded none. */
  loadedVersion(url: string): number;
  /** Nothing in the page imports the module any more. */
  forget(url: string): void;
}

/** Milliseconds that each step holds up the next. */
const PATIENCE = 1000;

/**
 * Lets modules leave the page. Of one that was imported again before the page was told, only what that took the place of
 * does.
 *
 * @param leaving With the version that whoever imports one of them again gets.
 * @returns The modules that are gone.
 */
export async function leave(
  leaving: readonly Leaving[],
  registry: Registry,
  exports: Exports,
  events: Events,
  ports: LeavePorts,
  log: Log,
): Promise<string[]> {
  const isBack = ({ url, version }: Leaving) => (registry.current(url)?.version ?? 0) >= version;
  const gone = leaving.filter((one) => !isBack(one));
  const paths = gone.map(({ url }) => url);
  if (paths.length > 0) {
    await patient(events.emitBuiltIn('beforePrune', { type: 'prune', paths }), PATIENCE);
  }
  const failed = (stage: 'dispose' | 'prune', url: string) => (error: unknown) =>
    log.error(`a ${stage} callback of ${url} threw: ${textOf(error)}`, error);
  const disposed = leaving.map((one) =>
    runDisposers(one.url, registry, failed('dispose', one.url), !gone.includes(one)),
  );
  await patient(Promise.all(disposed), PATIENCE);
  for (const { url, version } of gone) {
    for (const callback of registry.last(url)?.pruners ?? []) {
      try {
        await patient(Promise.resolve(callback(registry.data(url))), PATIENCE);
      } catch (error) {
        failed('prune', url)(error);
      }
    }
    const newest = Math.max(registry.version(url) ?? 0, ports.loadedVersion(url));
    registry.remove(url, Math.max(version, newest));
    // It is back, without `import.meta.hot`.
    if (newest >= version) continue;
    exports.forget(url);
    ports.forget(url);
  }
  return paths;
}
