/**
 * Importers that do not run again keep the variables of the generation they imported. These variables are
 * assigned here, so that every generation of a module shows what importers of its current one see.
 */
import type { ModuleNamespace } from '../client.js';
import type { Accessors, Generation } from './generation.js';

/**
 * Brings the exports of a module's older generations up to date after one of its updates.
 *
 * Without a callback the accepting generation takes over the new one's exports (Bun). With one the callback
 * has decided what they are (WDS: `add = module.add`). Older generations show the same.
 *
 * @param accepting The generation that was current before the update.
 * @param renewed The exports of the one that took its place.
 * @returns Names of exports of which importers keep the last value: those that the module has no more, and
 *   those that are another module's variables.
 */
export function updateExports(accepting: Generation, renewed: ModuleNamespace): string[] {
  const kept: string[] = [];
  if (accepting.selfCallbacks.length === 0) {
    for (const [name, [, set]] of Object.entries(accepting.exports)) {
      if (set && name in renewed) set(renewed[name]);
      else kept.push(name);
    }
  }
  for (let older = accepting.previous; older; older = older.previous) {
    mirror(accepting.exports, older.exports);
  }
  return kept;
}

function mirror(from: Accessors, to: Accessors): void {
  for (const [name, [, set]] of Object.entries(to)) {
    const get = from[name]?.[0];
    if (get && set) set(get());
  }
}
