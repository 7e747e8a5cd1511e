/**
 * Files served as the host would serve them, without asking the disk by way of the host.
 */

import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Plugin, ServerStartParams } from '@web/dev-server-core';

type Config = ServerStartParams['config'];

/** Extensions that the host serves as scripts by itself. */
const SCRIPTS = new Set(['.js', '.mjs']);

/** Larger files would keep all other requests waiting while they are read, in bytes. */
const MAX_READ = 16 * 1024 * 1024;

/** A response as a plugin's `serve` gives it. */
export interface StaticFile {
  body: string;
  type: string;
  headers: Record<string, string>;
}

/** A text with the headers that the host would send with a file of that name. */
export function asStatic(body: string, name: string): StaticFile {
  const type = path.extname(name.endsWith('/') ? `${name}index.html` : name);
  return { body, type, headers: { 'cache-control': 'no-cache' } };
}

/**
 * A script from disk. The host would send a stream, and the plugin would have to read that back into memory to see the
 * code. Reading the file once instead is faster than the host without a plugin. `null` when the answer is the host's
 * business: another kind of file, a missing one, a pipe (which might never end), a very large file, or bytes that are
 * not text.
 */
export function readScript(file: string, rootDir: string): StaticFile | null {
  if (!SCRIPTS.has(path.extname(file)) || !file.startsWith(rootDir + path.sep)) return null;
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile() || found.size > MAX_READ) return null;
    const bytes = readFileSync(file);
    return isUtf8(bytes) ? asStatic(bytes.toString(), file) : null;
  } catch {
    return null;
  }
}

/** The host's own resolver (`nodeResolve: true`) serves nothing that is on disk. */
const RESOLVER = 'node-resolve';

/** Whether a plugin after `own` may serve what is on disk in its own way. */
export function isServedByOthers(own: Plugin, plugins: readonly Plugin[]): boolean {
  const later = plugins.slice(plugins.indexOf(own) + 1);
  return later.some((plugin) => 'serve' in plugin && plugin.name !== RESOLVER);
}

/** The host's own plugins for its WebSocket, which changes pages only, and to ask resolvers for what scripts import. */
const HOST_PLUGINS = new Set(['web-sockets', 'resolve-module-imports']);

/** Hooks that a script goes through. */
const HOOKS = ['serve', 'transform', 'resolveImport', 'transformImport', 'fileParsed'] as const;

/** What the host makes of scripts on disk. */
export interface Making {
  /** Nothing else than what is there. */
  servesFiles: boolean;
  /** The same with other specifiers, by its own resolver. */
  resolvesOnly: boolean;
}

/** What a server with these plugins makes of scripts on disk. The plugin `own` does not count. */
export function makingOf(own: Plugin, { plugins = [], middleware }: Config): Making {
  const others = plugins.filter((plugin) => plugin !== own && !HOST_PLUGINS.has(plugin.name));
  const makers = others.filter((plugin) => HOOKS.some((hook) => hook in plugin));
  const isAlone = !middleware?.length;
  return {
    servesFiles: isAlone && makers.length === 0,
    resolvesOnly: isAlone && makers.length > 0 && makers.every(({ name }) => name === RESOLVER),
  };
}
