/**
 * What the command is to do: flags win over the configuration, and defaults fill in the rest.
 */

import { statSync } from 'node:fs';
import path from 'node:path';
import { inOrder } from '../plugins/check.js';
import type { HotgraphConfig, LoadedConfig, ProxyConfig } from './config.js';
import { Failure } from './failure.js';

/** All that serving needs to know. Paths are absolute. */
export interface Settings extends Omit<HotgraphConfig, 'host' | 'port'> {
  root: string;
  /** The port to begin with. */
  port: number;
  /** Whether it is that port or none. */
  isPortGiven: boolean;
  /** The host to listen on; nothing for all addresses. */
  host: string | undefined;
  https: boolean;
  /** What all urls begin with, without a slash at its end. */
  base: string;
}

/** The port where nothing is said. */
const DEFAULT_PORT = 8000;

/**
 * Joins what the command line and the configuration say.
 *
 * @param cwd The folder that paths are relative to.
 * @throws {Failure} when they cannot both be meant, and when folders are missing.
 */
export function settle(cwd: string, flags: HotgraphConfig, loaded: LoadedConfig): Settings {
  const said = { ...loaded.config, ...flags };
  const absolute = (file: string) => path.resolve(cwd, file);
  const root = absolute(said.root ?? '.');
  requireFolder(root, said.root ?? '.', 'Name one that is there: npx hotgraph <folder>.');
  if ((said.cert === undefined) !== (said.key === undefined)) {
    const missing = said.cert === undefined ? 'cert' : 'key';
    throw new Failure(
      `A certificate needs its key: give --cert and --key. There is no --${missing}.`,
    );
  }
  const proxy = joinProxy(loaded.config.proxy, flags.proxy);
  if (proxy && said.base) {
    throw new Failure(
      'With --proxy, urls are those of the backend: leave --base out, and name the urls of files by --map.',
    );
  }
  if (proxy && said.spa) {
    throw new Failure('With --proxy, pages are those of the backend: leave --spa out.');
  }
  const maps = Object.entries(proxy?.maps ?? {}).map(([prefix, folder]) => {
    requireFolder(absolute(folder), folder, `It is mapped to the urls below ${prefix}.`);
    return [prefix, absolute(folder)] as const;
  });
  if (proxy && maps.length === 0 && inOrder(said.plugins).length > 0) {
    throw new Failure(
      'With --proxy, plugins have to know the urls of files, and without maps a file is what the backend answers byte ' +
        'for byte: add --map /assets/=app/assets/, or leave the plugins out.',
    );
  }
  const { host, port, ...rest } = said;
  return {
    ...rest,
    root,
    port: port ?? DEFAULT_PORT,
    isPortGiven: port !== undefined,
    host: host === true ? undefined : host || 'localhost',
    https: said.https ?? said.cert !== undefined,
    base: (said.base ?? '').replace(/\/+$/, ''),
    ...(said.cert !== undefined && { cert: absolute(said.cert) }),
    ...(said.key !== undefined && { key: absolute(said.key) }),
    ...(typeof said.cacheDir === 'string' && { cacheDir: absolute(said.cacheDir) }),
    ...(proxy && { proxy: { ...proxy, maps: Object.fromEntries(maps) } }),
  };
}

function joinProxy(config?: ProxyConfig, flags?: Partial<ProxyConfig>): ProxyConfig | undefined {
  if (!config && !flags) return undefined;
  const proxy = { ...config, ...flags };
  if (proxy.target === undefined) {
    throw new Failure('--map and --reload-on need a backend: add --proxy http://localhost:3000.');
  }
  return { ...proxy, target: proxy.target };
}

function requireFolder(folder: string, said: string, remedy: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  const what = found ? 'is a file, and not a folder' : 'is not there';
  throw new Failure(`The folder ${said} ${what} (${folder}). ${remedy}`);
}
