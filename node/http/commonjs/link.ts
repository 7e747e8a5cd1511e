/**
 * The meaning of the names that a CommonJS file requires.
 *
 * Everything that a page can get has an id, which stands in the code in place of the name: the url of a file, or a word
 * with the message of the error that asking for it throws.
 */

import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import type { Kind, Package } from './packages.js';
import type { Found, Mention } from './tool.js';

/** The query of the module that has a CommonJS file's exports. */
export const EXPORTS = '__commonjs';

/** The query of the module that defines a CommonJS file, and runs nothing. */
export const DEFINE = '__commonjs=define';

/** What `import()` gets of a file that the field `browser` turns off. */
const EMPTY_MODULE = 'data:text/javascript,export default {}';

/** How the thing that a name means gets into a page. */
export type Target =
  /** With the file that requires it: it is of the same package. */
  | { how: 'inside'; id: string; file: string }
  /** By a module that defines it. */
  | { how: 'defined'; id: string; file: string }
  /** As the ES module that it is. */
  | { how: 'module'; id: string; file: string }
  /** Not at all. */
  | { how: 'none'; id: string };

/** What has to be known of a file that is required. */
export interface Neighbour {
  kind: Kind;
  package: Package;
}

/** What links need to know. */
export interface Surroundings {
  /** The file that requires. */
  file: string;
  package: Package;
  urlOf(file: string): string;
  look(file: string): Promise<Neighbour>;
  /** Notes a file whose coming would change what a name means. */
  awaits(file: string): void;
}

/** The thing that a name means. */
export async function targetOf(mention: Mention, around: Surroundings): Promise<Target> {
  const { specifier, isImport } = mention;
  const found = (await besides(specifier, around)) ?? (await resolve(mention));
  if (found === 'empty') return { how: 'none', id: isImport ? EMPTY_MODULE : 'empty:' };
  if (found === undefined) {
    const name = specifier.replace(/^node:/, '');
    for (const file of places(name, around.file)) around.awaits(file);
    // The browser says what cannot be imported.
    if (isImport) return { how: 'none', id: specifier };
    return {
      how: 'none',
      id: isBuiltin(specifier) ? `builtin:${name}` : `missing:${specifier}`,
    };
  }
  const { file } = found;
  const { kind, package: owner } = await around.look(file);
  const id = around.urlOf(file);
  if (isImport) return { how: 'none', id: kind === 'commonjs' ? withQuery(id, EXPORTS) : id };
  if (kind === 'module') return { how: 'module', id, file };
  if (kind === 'other') return { how: 'none', id: `other:${specifier}` };
  // A package that requires itself by name means what others get by that name.
  const isInside = owner.folder === around.package.folder && /^[./#]/.test(specifier);
  return { how: isInside || path.isAbsolute(specifier) ? 'inside' : 'defined', id, file };
}

/** Adds a query to a url, which may have one. */
export function withQuery(url: string, query: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

/**
 * The file of a relative name, where nothing but the disk decides. Asking a bundler gives the same, and takes
 * milliseconds for each of the hundreds of files that some packages have.
 */
async function besides(specifier: string, around: Surroundings): Promise<Found> {
  if (!/^\.\.?\//.test(specifier) || around.package.replaces) return undefined;
  const named = path.resolve(path.dirname(around.file), specifier);
  const isWhole = /\.(?:js|cjs|json)$/.test(specifier);
  // A file of exactly this name comes first.
  if (!isWhole && (await isFile(named))) return undefined;
  const file = isWhole ? named : `${named}.js`;
  return (await isFile(file)) ? { file: await realpath(file) } : undefined;
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() ?? false;
}

async function resolve(mention: Mention): Promise<Found> {
  const { specifier } = mention;
  const found = await mention.resolve(specifier);
  // Browsers have `node:events` when there is a package of that name.
  if (found === undefined && specifier.startsWith('node:')) {
    return mention.resolve(specifier.slice('node:'.length));
  }
  return found;
}

/** Where a file would have to appear for a name to be found. */
function places(specifier: string, from: string): string[] {
  const folder = path.dirname(from);
  if (/^[./]/.test(specifier)) {
    const file = path.resolve(folder, specifier);
    return ['', '.js', '.cjs', '.json', '/index.js', '/package.json'].map((end) => file + end);
  }
  const [scope = '', name = ''] = specifier.split('/');
  const folderName = scope.startsWith('@') ? `${scope}/${name}` : scope;
  const found: string[] = [];
  for (let at = folder; ; at = path.dirname(at)) {
    // `node_modules` that are not there would be noted in every folder above.
    const packages = path.join(at, 'node_modules');
    if (existsSync(packages)) found.push(path.join(packages, folderName, 'package.json'));
    if (path.dirname(at) === at) return found;
  }
}
