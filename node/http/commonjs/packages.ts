/**
 * The package of a file, and the kind of module that it is. Node's rules decide, with one exception: a file that says
 * nothing of its kind is an ES module when it has `import` or `export`.
 */

import path from 'node:path';
import { init, parse } from 'cjs-module-lexer';
import type { Contents } from './contents.js';

/** A package as far as it decides what its files mean. */
export interface Package {
  name: string;
  /** Absolute path. */
  folder: string;
  /** The nearest `type` to the file. */
  type: 'module' | 'commonjs' | undefined;
  /** Whether the field `browser` puts files in the place of others. */
  replaces: boolean;
  /** The `package.json` files that were read, with their hashes. */
  manifests: Map<string, string>;
}

/** `other` is what no JavaScript engine runs. */
export type Kind = 'commonjs' | 'module' | 'json' | 'other';

const BY_EXTENSION: Readonly<Record<string, Kind>> = {
  '.cjs': 'commonjs',
  '.cts': 'commonjs',
  '.mjs': 'module',
  '.mts': 'module',
  '.json': 'json',
};

/** The extensions of files whose package or content tells. */
const SCRIPTS = new Set(['', '.js', '.jsx', '.ts', '.tsx']);

/** The package that a file is of. */
export async function packageOf(file: string, contents: Contents): Promise<Package> {
  const manifests = new Map<string, string>();
  let type: unknown;
  let replaces = false;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    const content = await contents.read(manifest);
    const installedAs = installedName(folder);
    let name: unknown;
    if (content) {
      const fields = fieldsOf(content.text);
      if (manifests.size === 0) type = fields.type;
      manifests.set(manifest, content.hash);
      name = fields.name;
      replaces ||= typeof fields.browser === 'object';
    }
    const isTop = path.dirname(folder) === folder;
    // Packages may have further manifests inside, which say only the type.
    if (installedAs === undefined && typeof name !== 'string' && !isTop) continue;
    const known = type === 'module' || type === 'commonjs' ? type : undefined;
    return {
      name: installedAs ?? (typeof name === 'string' ? name : path.basename(path.dirname(file))),
      folder: isTop ? path.dirname(file) : folder,
      type: known,
      replaces,
      manifests,
    };
  }
}

/** What kind of module a file of a package is. */
export async function kindOf(file: string, text: string, type: Package['type']): Promise<Kind> {
  const extension = path.extname(file);
  const known = BY_EXTENSION[extension];
  if (known) return known;
  if (!SCRIPTS.has(extension)) return 'other';
  return type ?? ((await hasModuleSyntax(text)) ? 'module' : 'commonjs');
}

/** The name that a folder of `node_modules` is imported by; `undefined` for other folders. */
function installedName(folder: string): string | undefined {
  const match = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/@][^\\/]*)$/.exec(folder);
  return match?.[1]?.replace('\\', '/');
}

function fieldsOf(json: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

async function hasModuleSyntax(text: string): Promise<boolean> {
  await init();
  try {
    parse(text);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_LEXER_ESM_SYNTAX';
  }
}
