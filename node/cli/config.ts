/**
 * The command's configuration: a file in the working directory, with the names that flags have.
 */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HostEvent } from '../../runtime/protocol.js';
import { checkOptions } from '../options.js';
import type { PluginOption } from '../plugins/plugin.js';
import type { LogLevel } from '../tell/terminal.js';
import { Failure } from './failure.js';
import { frameOf, type Place, placeOf, placeOfKey } from './place.js';

/** The contents of `hotgraph.config.js`. All options have defaults. Flags of the command win. */
export interface HotgraphConfig {
  /** The folder to serve; with `proxy`, the folder of the modules. Relative to the working directory, which is the default. */
  root?: string;
  /** The port. Default: 8000, or the next free one. If you set it and it is taken, the command ends. */
  port?: number;
  /** The host name or address to listen on; `true` for all addresses of this machine. Default: `localhost`. */
  host?: string | boolean;
  /** Whether to open the page in a browser; a path opens that. */
  open?: boolean | string;
  /** Whether to serve by https. Without `cert` and `key`, hotgraph makes a certificate. */
  https?: boolean;
  /** The file of the certificate to use, PEM. Relative to the working directory. */
  cert?: string;
  /** The file of its key, PEM. */
  key?: string;
  /** What all urls begin with: `/app/`. */
  base?: string;
  /** Whether `index.html` answers navigations to paths that name no file. Default: false. */
  spa?: boolean;
  /** What goes to the terminal. Default: `info`. */
  logLevel?: LogLevel;
  /** As in `createHmr()`. */
  watch?: boolean | 'poll';
  /** Host names under which pages may connect, in addition to `localhost`, IP addresses and `host`. */
  allowedHosts?: string[];
  /** Origins under which pages may connect, in addition to the server's own. */
  allowedOrigins?: string[];
  /** Whether pages show their problems in an overlay. Default: true. */
  overlay?: boolean;
  /** The folder where the engine keeps what the next run needs. `false` keeps nothing. */
  cacheDir?: string | false;
  /** Whether pages load their modules in packs. Default: pages of 50 modules and more do. */
  pack?: boolean;
  /** Gets every event as data. */
  onEvent?: (event: HostEvent) => void;
  /** Plugins, in the order in which they run: `[react()]`. */
  plugins?: PluginOption[];
  /** A backend to stand in front of. */
  proxy?: ProxyConfig;
}

/** A backend whose pages get hot modules. */
export interface ProxyConfig {
  /** Its address, such as `http://localhost:3000`. */
  target: string;
  /**
   * Folders by the beginning of their urls: `{ '/assets/': 'app/assets/' }`. Relative to the working directory. Without
   * maps, what the backend answers is a file of the root if the bytes are the same.
   */
  maps?: Record<string, string>;
  /** Patterns of files whose change reloads all pages, such as `templates/**`. Relative to the working directory. */
  reloadOn?: string[];
}

/** Types a configuration: `export default defineConfig({ … })`. */
export function defineConfig(config: HotgraphConfig): HotgraphConfig {
  return config;
}

/** A configuration, and the file that it is from. */
export interface LoadedConfig {
  config: HotgraphConfig;
  /** What messages call it; nothing where there is none. */
  name?: string;
}

const NAMES = ['js', 'mjs', 'cjs', 'ts', 'mts'].map((type) => `hotgraph.config.${type}`);

/**
 * Reads the configuration of a folder.
 *
 * @param named The file that the command line names.
 * @throws {Failure} that says what is wrong with it, and where.
 */
export async function loadConfig(cwd: string, named?: string): Promise<LoadedConfig> {
  const found = named === undefined ? NAMES.filter((name) => existsSync(path.join(cwd, name))) : [];
  if (found.length > 1) {
    throw new Failure(
      `There are several configurations: ${found.join(', ')}. Keep one, or name it with --config.`,
    );
  }
  const name = named ?? found[0];
  if (name === undefined) return { config: {} };
  const file = path.resolve(cwd, name);
  if (!existsSync(file)) {
    throw new Failure(`--config names ${name}, and there is no such file in ${cwd}.`);
  }
  requireTypes(name);
  const config = await importFrom(file, name);
  try {
    checkOptions('hotgraph.config', config, name);
  } catch (error) {
    const message = (error as Error).message.replace('[hotgraph] ', '');
    const place = placeOfKey(file, keyIn(message));
    const where = place ? `${name}:${place.line}: ` : '';
    throw new Failure(where + message, place && frameOf(place));
  }
  return { config, name };
}

/** The option that a message is about. */
function keyIn(message: string): string {
  const [, path = ''] = /option "([^"]*)"/.exec(message) ?? [];
  return (
    path
      .replace(/\[\d+\]$/, '')
      .split('.')
      .at(-1) ?? ''
  );
}

/** TypeScript is Node's to run, which can only since 22.18. */
function requireTypes(name: string): void {
  const { typescript } = process.features as { typescript?: unknown };
  if (!/\.[cm]?ts$/.test(name) || typescript) return;
  throw new Failure(
    `${name} is TypeScript, which needs Node 22.18 or newer, and this is ${process.version}. Write it as hotgraph.config.js.`,
  );
}

async function importFrom(file: string, name: string): Promise<HotgraphConfig> {
  const load = async () => {
    const module = await import(pathToFileURL(file).href);
    return { default: await module.default };
  };
  const loaded = await quietly(load).catch((error: unknown) => {
    const message =
      error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${error}`;
    const place = placeOf(error, file, [import.meta.url]);
    fail(`does not load: ${message.split('\n')[0]}`, name, file, place);
  });
  if (loaded.default === undefined) {
    throw new Failure(`${name} has no default export. Write: export default { port: 8000 }.`);
  }
  return loaded.default;
}

/** A configuration needs no advice on how its package could be loaded faster. */
async function quietly<Value>(run: () => Promise<Value>): Promise<Value> {
  const { emitWarning } = process;
  const warn = (...args: Parameters<typeof emitWarning>) => {
    const [, options] = args as unknown[];
    const { code } = Object(options) as { code?: unknown };
    if (code !== 'MODULE_TYPELESS_PACKAGE_JSON') emitWarning(...args);
  };
  process.emitWarning = warn as typeof emitWarning;
  try {
    return await run();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** @throws {Failure} that shows the place. */
function fail(what: string, name: string, file: string, place: Place | undefined): never {
  if (!place) throw new Failure(`${name} ${what}`);
  const relative = path.relative(path.dirname(file), place.file);
  const shown = place.file === file ? name : relative;
  throw new Failure(`${shown}:${place.line} ${what}`, frameOf(place));
}
