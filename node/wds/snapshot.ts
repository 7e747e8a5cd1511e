/**
 * Where the engine keeps what it knows for the next run of the server, and what that is good for.
 */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ServerStartParams } from '@web/dev-server-core';
import type { SnapshotOptions } from '#native';

type Config = ServerStartParams['config'];

/** Modules that the host makes up itself: they depend on its version only. */
const HOST_MODULES = '/__web-dev-server__';

/** What package managers leave in `node_modules` of what they installed. */
const INSTALLED = ['.package-lock.json', '.modules.yaml', '.yarn-integrity', '.yarn-state.yml'];

/** Files whose content decides what plugins do. */
const CONFIGURATION = [
  'package.json',
  'tsconfig.json',
  'web-dev-server.config.js',
  'web-dev-server.config.mjs',
  'web-dev-server.config.cjs',
];

/** Snapshots of servers that were not started for so long are deleted, in milliseconds. */
const KEPT = 14 * 24 * 3600 * 1000;

/** The names of our files: a project and a port, and what was not finished. */
const OWN = /^[0-9a-f]{16}-(?:\d+|server)\.snapshot(?:\.\d+-\d+\.tmp)?$/;

/** How deep settings are compared. */
const DEPTH = 5;

/**
 * The engine's options for the snapshot of a server; `undefined` when there is no place for one.
 *
 * @param config The host's.
 * @param port Two servers of one project differ by it.
 * @param cacheDir The folder that the user wants it in; `false` for none.
 */
export function snapshotOptions(
  config: Config,
  port: number | undefined,
  cacheDir: string | false | undefined,
): SnapshotOptions | undefined {
  if (cacheDir === false) return undefined;
  const packages = findPackages(config.rootDir);
  const folder = cacheDir ?? (packages && path.join(packages, '.cache', 'hotgraph'));
  if (folder === undefined) return undefined;
  deleteOld(folder);
  const basePath = config.basePath ?? '';
  const name = `${hashOf(config.rootDir, basePath)}-${port ?? 'server'}.snapshot`;
  return {
    file: path.resolve(folder, name),
    settings: settingsOf(config, packages),
    fixed: [`${basePath.replace(/\/$/, '')}${HOST_MODULES}`],
  };
}

/** The folder of installed packages that modules below `folder` are resolved in. */
function findPackages(folder: string): string | undefined {
  const candidate = path.join(folder, 'node_modules');
  if (statSync(candidate, { throwIfNoEntry: false })?.isDirectory()) return candidate;
  const above = path.dirname(folder);
  return above === folder ? undefined : findPackages(above);
}

/** Everything beside served files that decides what is served, as far as it can be known. */
function settingsOf(config: Config, packages: string | undefined): string {
  const folders = new Set([config.rootDir, process.cwd()]);
  const files = [
    ...INSTALLED.map((name) => packages && path.join(packages, name)),
    ...[...folders].flatMap((folder) => CONFIGURATION.map((name) => path.join(folder, name))),
    configArgument(),
  ];
  const contents = files.map((file) => (file ? contentOf(file) : ''));
  // A server object and what is attached to it say nothing about files.
  const { middlewareMode: _, port: __, ...rest } = config;
  // Plugins may have been handed the configuration.
  const known = new Set<unknown>([config]);
  const settings = describe(rest, DEPTH, known);
  return hashOf(process.version, process.env.NODE_ENV ?? '', settings, ...contents);
}

/** The config file that the command line names. */
function configArgument(): string | undefined {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { config: { type: 'string', short: 'c' } },
    strict: false,
  });
  return typeof values.config === 'string' ? values.config : undefined;
}

/** A text that differs when options or code differ. What closures hold is not in it. */
function describe(value: unknown, depth: number, known: Set<unknown>): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth === 0 || known.has(value)) return '…';
  known.add(value);
  const prototype = Object.getPrototypeOf(value);
  const isPlain = Array.isArray(value) || prototype === null || prototype === Object.prototype;
  const own = entriesOf(value).map(([key, one]) => `${key}: ${describe(one, depth - 1, known)}`);
  return `${isPlain ? '' : String(prototype.constructor)}{${own.join(', ')}}`;
}

/** What an object of the user's has; nothing, when it does not let itself be looked at. */
function entriesOf(value: object): [string, unknown][] {
  try {
    return Object.entries(value);
  } catch {
    return [];
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function hashOf(...texts: string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 16);
}

function deleteOld(folder: string): void {
  try {
    for (const name of readdirSync(folder).filter((one) => OWN.test(one))) {
      const file = path.join(folder, name);
      if (Date.now() - statSync(file).mtimeMs > KEPT) rmSync(file, { force: true });
    }
  } catch {
    // There is no such folder yet, or another server was faster.
  }
}
