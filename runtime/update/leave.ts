/**
 * Modules leave the page: what they hold is let go, in the order that the dialects promise: dispose, then prune. Decides
 * nothing about which modules those are.
 */

import type { Events } from '../hot/events.js';
import type { Modules } from '../modules/modules.js';
import { patient } from '../wait.js';
import { runDisposers } from './dispose.js';

/** What is asked of the page. */
export interface LeavePorts {
  /** Nothing in the page imports the module any more. */
  forget(url: string): void;
}

/** Is told of callbacks that threw: which one, in a few words, and the module. */
type Threw = (who: string, error: unknown, url: string) => void;

/** Milliseconds that each step holds up the next. */
const PATIENCE = 1000;

/**
 * Lets those of these modules leave the page that no code imports by then.
 *
 * @returns These.
 */
export async function leave(
  urls: readonly string[],
  modules: Modules,
  events: Events,
  ports: LeavePorts,
  threw: Threw,
): Promise<string[]> {
  const paths = modules.unimported(urls);
  if (paths.length === 0) return [];
  await patient(events.emitBuiltIn('beforePrune', { type: 'prune', paths }), PATIENCE);
  // Modules that code imported meanwhile stay. From here on, no import gets one of the others until all are let go.
  const gone = modules.unimported(paths);
  const failed = (stage: 'dispose' | 'prune', url: string) => (error: unknown) =>
    threw(`a ${stage} callback of ${url}`, error, url);
  const generations = gone.map((url) => modules.graph.current(url));
  const letGo = async () => {
    const disposed = generations.map((one) => runDisposers(one, failed('dispose', one?.url ?? '')));
    await patient(Promise.all(disposed), PATIENCE);
    for (const [index, url] of gone.entries()) {
      for (const callback of generations[index]?.registered.pruners ?? []) {
        try {
          await patient(Promise.resolve(callback(modules.graph.get(url)?.data)), PATIENCE);
        } catch (error) {
          failed('prune', url)(error);
        }
      }
      ports.forget(url);
    }
  };
  let done = () => {};
  const over = new Promise<void>((resolve) => {
    done = resolve;
  });
  for (const url of gone) modules.leave(url, over);
  await letGo().finally(done);
  return gone;
}
