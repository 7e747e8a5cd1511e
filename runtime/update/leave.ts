/**
 * Modules leave the page: what they hold is let go, in the order that the dialects promise: dispose, then prune. Decides
 * nothing about which modules those are.
 */

import type { Events } from '../hot/events.js';
import type { Modules } from '../modules/modules.js';
import { type Log, textOf } from '../tell/log.js';
import { patient } from '../wait.js';
import { runDisposers } from './dispose.js';

/** What is asked of the page. */
export interface LeavePorts {
  /** Nothing in the page imports the module any more. */
  forget(url: string): void;
}

/** Milliseconds that each step holds up the next. */
const PATIENCE = 1000;

/** Lets modules leave the page. */
export async function leave(
  urls: readonly string[],
  modules: Modules,
  events: Events,
  ports: LeavePorts,
  log: Log,
): Promise<void> {
  const paths = [...urls];
  await patient(events.emitBuiltIn('beforePrune', { type: 'prune', paths }), PATIENCE);
  const failed = (stage: 'dispose' | 'prune', url: string) => (error: unknown) =>
    log.error(`a ${stage} callback of ${url} threw: ${textOf(error)}`, error);
  const { graph } = modules;
  const disposed = urls.map((url) => runDisposers(graph.current(url), failed('dispose', url)));
  await patient(Promise.all(disposed), PATIENCE);
  for (const url of urls) {
    const module = graph.get(url);
    for (const callback of module?.current?.registered.pruners ?? []) {
      try {
        await patient(Promise.resolve(callback(module?.data)), PATIENCE);
      } catch (error) {
        failed('prune', url)(error);
      }
    }
    modules.leave(url);
    ports.forget(url);
  }
}
