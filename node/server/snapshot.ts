/**
 * Where the engine keeps what it knows for the next run of a server, and what that is good for.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SnapshotOptions } from '#native';
import { cacheFolder, deleteOld, findPackages, hashOf, INSTALLED } from './cache.js';

/** Files of every project whose content decides what is made of others. */
const CONFIGURATION = ['package.json', 'tsconfig.json'];

/** The names of our files: a project and a port, and what was not finished. */
const OWN = /^[0-9a-f]{16}-(?:\d+|server)\.snapshot(?:\.\d+-\d+\.tmp)?$/;

/** The server that a snapshot is of. */
export interface SnapshotOwner {
  /** Absolute path of the folder that it serves. */
  root: string;
  /** What its urls begin with. */
  base: string;
  /** Two servers of one project differ by it. */
  port: number | undefined;
  /** The folder that the user wants the snapshot in; `false` for none. */
  cacheDir: string | false | undefined;
  /** Its options, as a text to compare. */
  settings: string;
  /** Names of files in the root and the working directory whose content decides what it serves, in addition to every project's. */
  configuration?: readonly string[];
  /** Another such file, by its path. */
  configurationFile?: string | undefined;
  /** Prefixes of urls whose modules depend on nothing but all that. */
  fixed?: string[];
}

/** The engine's options for the snapshot of a server; `undefined` when there is no place for one. */
export function snapshotOf(owner: SnapshotOwner): SnapshotOptions | undefined {
  const { root, base, port, cacheDir, fixed = [] } = owner;
  const packages = findPackages(root);
  const folder = cacheFolder(packages, cacheDir);
  if (folder === undefined) return undefined;
  deleteOld(folder, OWN);
  const name = `${hashOf(root, base)}-${port ?? 'server'}.snapshot`;
  const settings = settingsOf(owner, packages);
  return { file: path.resolve(folder, name), settings, fixed };
}

/** Everything but served files that decides what is served, as far as it can be known. */
function settingsOf(owner: SnapshotOwner, packages: string | undefined): string {
  const { root, settings, configuration = [], configurationFile } = owner;
  const folders = [...new Set([root, process.cwd()])];
  const names = [...CONFIGURATION, ...configuration];
  const files = [
    ...INSTALLED.map((name) => packages && path.join(packages, name)),
    ...folders.flatMap((folder) => names.map((name) => path.join(folder, name))),
    configurationFile,
  ];
  const contents = files.map((file) => (file ? contentOf(file) : ''));
  return hashOf(process.version, process.env.NODE_ENV ?? '', settings, ...contents);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
