/**
 * The parts of the host's configuration that decide what is served. A snapshot of an earlier run is valid only for the same ones.
 */

import { parseArgs } from 'node:util';
import type { ServerStartParams } from '@web/dev-server-core';
import type { SnapshotOptions } from '#native';
import { describe } from '../server/describe.js';
import type { HotOptions } from '../server/hot-server.js';
import { snapshotOf } from '../server/snapshot.js';

type Config = ServerStartParams['config'];

/** Modules that the host makes up itself: they depend on its version only. */
const HOST_MODULES = '/__web-dev-server__';

/** Files whose content decides what plugins do. */
const CONFIGURATION = [
  'web-dev-server.config.js',
  'web-dev-server.config.mjs',
  'web-dev-server.config.cjs',
];

/**
 * The engine's options for the snapshot of a server; `undefined` when there is no place for one.
 *
 * @param config The host's.
 * @param port Two servers of one project differ by it.
 * @param options The plugin's: where the user wants it, and what decides how modules are served.
 */
export function snapshotOptions(
  config: Config,
  port: number | undefined,
  { cacheDir, pack }: HotOptions = {},
): SnapshotOptions | undefined {
  const base = config.basePath ?? '';
  // A server object and what is attached to it say nothing about files.
  const { middlewareMode: _, port: __, ...rest } = config;
  return snapshotOf({
    root: config.rootDir,
    base,
    port,
    cacheDir,
    // Plugins may have been handed the configuration.
    settings: `${describe(rest, [config])}, pack: ${pack}`,
    configuration: CONFIGURATION,
    configurationFile: configArgument(),
    fixed: [`${base.replace(/\/$/, '')}${HOST_MODULES}`],
  });
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
