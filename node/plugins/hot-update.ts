/**
 * What edits mean, as plugins see it.
 */

import type { HmrEngine } from '#native';
import type { HostEvent } from '../../runtime/protocol.js';
import { readNow } from './container.js';
import type { Plugin } from './plugin.js';

/** The engine's question. */
export type HotUpdateEvent = Extract<HostEvent, { type: 'hotUpdate' }>;

/** How long a plugin may take. */
const PATIENCE_MS = 5000;

/**
 * Answers a question of the engine. If a plugin throws, or takes too long, the terminal says so, and its answer does
 * not count.
 *
 * @param tell Prints a line.
 */
export async function interpret(
  { question, files }: HotUpdateEvent,
  engine: Pick<HmrEngine, 'hotUpdated' | 'savedSource'>,
  plugins: readonly Plugin[],
  tell: (text: string) => void,
): Promise<void> {
  const meanings: (string[] | null)[] = [];
  for (const { file, modules } of files) {
    let meaning: string[] | null = null;
    for (const plugin of plugins) {
      const update = {
        file,
        modules: meaning ?? modules,
        timestamp: Date.now(),
        read: () => engine.savedSource(file) ?? readNow(file),
      };
      try {
        const answer = await patient(plugin.hotUpdate?.(update), plugin.name);
        if (Array.isArray(answer)) meaning = answer.map(String);
        else if (answer !== null && answer !== undefined) {
          tell(
            `the hook hotUpdate of the plugin ${plugin.name} returned ${typeof answer}, and no list of urls`,
          );
        }
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        tell(`the hook hotUpdate of the plugin ${plugin.name} failed for ${file}: ${reason}`);
      }
    }
    meanings.push(meaning);
  }
  engine.hotUpdated(question, meanings);
}

async function patient(answer: unknown, name: string): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    const say = () =>
      reject(new Error(`${name} did not answer within ${PATIENCE_MS / 1000} seconds`));
    timer = setTimeout(say, PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
