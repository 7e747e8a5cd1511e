/**
 * Running dispose callbacks: all at once, each in its time.
 */
import type { Generation } from '../model/generation.js';
import type { DataCallback } from '../model/registrations.js';
import { patient, Unsettled } from '../wait.js';

/** Milliseconds that a dispose callback's promise is waited for: what it cleans up should be gone before new code runs. */
const PATIENCE = 5000;

/**
 * Runs the dispose callbacks of a generation, and of earlier ones that were not cleaned up. Each runs once.
 *
 * @param failed Is told of what callbacks throw, and of those that do not come to an end.
 * @returns When all promises are settled, or have had their time; nothing when there is no callback.
 */
export function runDisposers(
  generation: Generation | undefined,
  failed: (error: unknown) => void,
): Promise<unknown> | undefined {
  if (!generation) return undefined;
  const { registered, module } = generation;
  const disposers = [...registered.inherited.splice(0), ...registered.disposers.splice(0)];
  module.webpackData = {};
  if (disposers.length === 0) return undefined;
  const dispose = async (callback: DataCallback) => {
    try {
      const run = async () => {
        await callback(module.data);
        return true;
      };
      if (await patient(run(), PATIENCE)) return;
      const seconds = PATIENCE / 1000;
      failed(new Unsettled(`did not settle within ${seconds} seconds, and is not waited for`));
    } catch (error) {
      failed(error);
    }
  };
  return Promise.all(disposers.map(dispose));
}
