/**
 * Keys of the terminal while the command runs: a letter and Enter.
 */

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What a key does. */
export interface Shortcut {
  key: string;
  /** What it does, for the help: `reload all pages`. */
  does: string;
  run(): void | Promise<void>;
}

/**
 * Listens to keys, and adds one for help.
 *
 * @param input The terminal's.
 * @param print Prints lines.
 * @returns Stops listening.
 */
export function listenToKeys(
  input: Readable,
  shortcuts: readonly Shortcut[],
  print: (text: string) => void,
): () => void {
  const help: Shortcut = {
    key: 'h',
    does: 'show this help',
    run: () => print([...shortcuts, help].map(lineOf).join('\n')),
  };
  const keys = new Map([...shortcuts, help].map((one) => [one.key, one]));
  const lines = createInterface({ input });
  lines.on('line', (line) => {
    const key = line.trim().toLowerCase();
    const shortcut = keys.get(key);
    if (shortcut) void shortcut.run();
    else if (key !== '')
      print(`  There is no shortcut ${key}. Press h + Enter for those there are.`);
  });
  return () => lines.close();
}

function lineOf({ key, does }: Shortcut): string {
  return `  ${key} + Enter  ${does}`;
}
