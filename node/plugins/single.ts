/** Packages that a page must have once: two copies do not know each other's state. */

import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from './plugin.js';

/** A file of a package: the folder of that, and its name. */
const PACKAGE = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/;

/** Says what is odd about a served file, and what to do. */
export type Warn = (file: string, message: string, remedy: string) => void;

/** Watches what is served for second copies. One a server. */
export class SinglePackages {
  readonly #owners: ReadonlyMap<string, Plugin>;
  readonly #warn: Warn;
  /** Folders that are known, with where they really are; by the name of their package. */
  readonly #found = new Map<string, Map<string, string>>();

  /** @param warn Tells the terminal, and pages that load the file. */
  constructor(plugins: readonly Plugin[], warn: Warn) {
    const names = plugins.flatMap((plugin) =>
      (plugin.single ?? []).map((name) => [name, plugin] as const),
    );
    this.#owners = new Map(names);
    this.#warn = warn;
  }

  /** A file is served. The second copy of a package is warned of once. */
  seen(file: string): void {
    if (this.#owners.size === 0) return;
    const [, folder, found] = PACKAGE.exec(file) ?? [];
    const name = found?.replaceAll('\\', '/');
    const owner = name === undefined ? undefined : this.#owners.get(name);
    if (folder === undefined || name === undefined || !owner) return;
    const known = this.#found.get(name) ?? new Map<string, string>();
    this.#found.set(name, known);
    if (known.has(folder)) return;
    const real = realOf(folder);
    const others = new Set([...known.values()].filter((one) => one !== real));
    const isNew = ![...known.values()].includes(real);
    known.set(folder, real);
    if (!isNew || others.size === 0) return;
    const copies = [...others, real].map((one) => `${versionOf(one)} in ${one}`);
    this.#warn(
      file,
      `${owner.name}: the page has ${copies.length} copies of ${name}, which do not know each other's state: ` +
        copies.join(', and '),
      'have it once: run "npm dedupe", or name one version under "overrides" in package.json',
    );
  }
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function versionOf(folder: string): string {
  try {
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return typeof version === 'string' ? version : 'one';
  } catch {
    return 'one';
  }
}
