/**
 * The kinds of files: which are read whole and handed to the engine, and as what they are served.
 */

import path from 'node:path';
import type { FileKind } from '../server/files.js';

/** What a file is. */
export interface Kind {
  /** To pages. */
  kind: FileKind;
  /** The `Content-Type` that it is served with. */
  type: string;
}

const PAGE: Kind = { kind: 'page', type: 'text/html; charset=utf-8' };
/** Any other file. */
export const ASSET: Kind = { kind: 'asset', type: 'application/octet-stream' };
/** A module. */
export const SCRIPT: Kind = { kind: 'script', type: 'text/javascript; charset=utf-8' };

/** A style sheet. */
export const STYLE: Kind = { kind: 'style', type: 'text/css; charset=utf-8' };

/** By extension. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['.html', PAGE],
  ['.htm', PAGE],
  ['.js', SCRIPT],
  ['.mjs', SCRIPT],
  ['.jsx', SCRIPT],
  ['.ts', SCRIPT],
  ['.mts', SCRIPT],
  ['.tsx', SCRIPT],
  ['.css', STYLE],
  // Read, because a save that breaks it is an error and not an update.
  ['.json', { kind: 'asset', type: 'application/json; charset=utf-8' }],
]);

/** What a file is, by its name; `undefined` when it is sent from disk as it is. */
export function kindOf(file: string): Kind | undefined {
  return KINDS.get(path.extname(file).toLowerCase());
}
