/**
 * Scripts straight from disk. The host would send a stream, which the plugin would have to read back into
 * memory to see the code; reading the file once instead is faster than the host without a plugin.
 */

import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from '@web/dev-server-core';
import type { Context } from 'koa';
import { fileOf } from './request.js';

/** Extensions that the host serves as scripts without anybody's help. */
const SCRIPTS = new Set(['.js', '.mjs']);

/** A response as a plugin's `serve` gives it. */
export interface StaticScript {
  body: string;
  type: string;
  headers: Record<string, string>;
}

/**
 * The script that the host would serve from disk for a request, with the headers that it would send. `null`
 * when the answer is the host's business: another kind of file, none there, or bytes that are no text.
 */
export function readScript(context: Context, rootDir: string): StaticScript | null {
  if (context.method !== 'GET') return null;
  const type = path.posix.extname(context.path);
  if (!SCRIPTS.has(type)) return null;
  const file = fileOf(context.url, rootDir);
  if (file === null || !file.startsWith(rootDir + path.sep)) return null;
  try {
    const bytes = readFileSync(file);
    return isUtf8(bytes)
      ? { body: bytes.toString(), type, headers: { 'cache-control': 'no-cache' } }
      : null;
  } catch {
    return null;
  }
}

/** Whether a plugin after `own` may serve what is on disk in its own way. */
export function isServedByOthers(own: Plugin, plugins: readonly Plugin[]): boolean {
  return plugins.slice(plugins.indexOf(own) + 1).some((plugin) => 'serve' in plugin);
}
