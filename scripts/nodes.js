/**
 * The versions of Node that hotgraph runs on, in addition to the Node that runs the tests.
 *
 * They are installed apart from the other packages, because their command is called `node`: among them, npm would put
 * it before the user's own.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { main, root } from './run.js';
import { installIn } from './setup.js';

/** The supported major versions. */
export const NODES = ['20', '22', '24'];

/**
 * The path of an executable.
 *
 * @param {string} major One of {@link NODES}.
 * @returns {string | undefined} Absolute; undefined where it is not installed: the package exists for Linux on x64 only.
 */
export function findNode(major) {
  const packages = join(root, 'scripts', 'nodes', 'node_modules');
  const path = join(packages, `node-${major}`, 'bin', 'node');
  return existsSync(path) ? path : undefined;
}

/** Installs them, where they exist. */
export function ensureNodes() {
  return installIn('Node 20, 22 and 24', 'scripts/nodes');
}

await main(import.meta, async () => {
  await ensureNodes();
  for (const major of NODES) console.log(findNode(major));
});
