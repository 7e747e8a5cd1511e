/**
 * The folder of what one run of the server leaves for the next, and what decides whether it is still true.
 */

import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** What package managers leave in `node_modules` of what they installed. */
export const INSTALLED = [
  '.package-lock.json',
  '.modules.yaml',
  '.yarn-integrity',
  '.yarn-state.yml',
];

/** Files that were not written for so long are deleted, in milliseconds. */
const KEPT_MS = 14 * 24 * 3600 * 1000;

/**
 * The folder to keep things in; `undefined` when there is no place for one.
 *
 * @param packages The folder of installed packages, of {@link findPackages}.
 * @param cacheDir The folder that the user wants; `false` for none.
 */
export function cacheFolder(
  packages: string | undefined,
  cacheDir: string | false | undefined,
): string | undefined {
  if (cacheDir === false) return undefined;
  return cacheDir ?? (packages && path.join(packages, '.cache', 'hotgraph'));
}

/** The folder of installed packages that modules below `folder` are resolved in. */
export function findPackages(folder: string): string | undefined {
  const candidate = path.join(folder, 'node_modules');
  if (statSync(candidate, { throwIfNoEntry: false })?.isDirectory()) return candidate;
  const above = path.dirname(folder);
  return above === folder ? undefined : findPackages(above);
}

/** Sixteen hexadecimal digits that differ when one of the texts does. */
export function hashOf(...texts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** Deletes old files whose names match. */
export function deleteOld(folder: string, names: RegExp): void {
  try {
    for (const name of readdirSync(folder).filter((one) => names.test(one))) {
      const file = path.join(folder, name);
      if (Date.now() - statSync(file).mtimeMs > KEPT_MS) rmSync(file, { force: true });
    }
  } catch {
    // There is no such folder yet, or another server was faster.
  }
}
