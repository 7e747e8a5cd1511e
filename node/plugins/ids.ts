/**
 * Ids: what hooks call a module. The id of a file is its absolute path, with the query of its url. All other ids are
 * names that plugins made up. Their urls are below a path of their own.
 */

import type { ModuleType } from './plugin.js';

/** What urls of made-up names begin with, below the base path. */
export const VIRTUAL = '/@id/';

/** Stands for the character that Rollup's plugins begin made-up names with, to keep others off. */
const NUL = '__x00__';

/** Parameters of queries that are hotgraph's own: what an import wants of a style sheet, and version stamps. */
const OWN = /^(?:import|scoped|__hot|__others)(?:=|$)/;

/** Names that are paths of files, or addresses of them. */
const IS_PATH = /^\0?(?:[\\/.]|[a-z]:[\\/]|file:)|(?:^|[\\/])\.\.(?:[\\/]|$)/i;

/** The id of a url. */
export function idOf(url: string, file: string, base: string): string {
  const [address = ''] = url.split('#', 1);
  const at = address.indexOf('?');
  const query = at < 0 ? [] : address.slice(at + 1).split('&');
  const kept = query.filter((parameter) => parameter !== '' && !OWN.test(parameter));
  const rest = kept.length > 0 ? `?${kept.join('&')}` : '';
  const named = nameOf(at < 0 ? address : address.slice(0, at), base);
  return (named ?? file) + rest;
}

/** The made-up name in the path of a url; `null` where it is none. */
function nameOf(pathname: string, base: string): string | null {
  const start = base + VIRTUAL;
  if (!pathname.startsWith(start)) return null;
  try {
    const name = decodeURIComponent(pathname.slice(start.length)).replace(NUL, '\0');
    // A plugin may load any file that it is asked for: a request is not to name one.
    return IS_PATH.test(name) ? null : name;
  } catch {
    return null;
  }
}

/** The url of a made-up name. */
export function urlOfName(id: string, base: string): string {
  const [name, query] = splitId(id);
  const encoded = encodeURIComponent(name.replace('\0', NUL)).replace(
    /%(?:2F|3A|40)/g,
    decodeURIComponent,
  );
  return base + VIRTUAL + encoded + query;
}

/** An id without its query, and the query. */
export function splitId(id: string): [name: string, query: string] {
  const at = id.indexOf('?');
  return at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at)];
}

const TYPES: Readonly<Record<string, ModuleType>> = {
  js: 'js',
  mjs: 'js',
  jsx: 'jsx',
  ts: 'ts',
  mts: 'ts',
  tsx: 'tsx',
  css: 'css',
  json: 'json',
};

/** The type of an id's text, by its extension or the one at the end of its query; `undefined` for unknown ones. */
export function typeOfId(id: string): ModuleType | undefined {
  const [name, query] = splitId(id);
  const extensionOf = (text: string) => /\.(\w+)$/.exec(text)?.[1]?.toLowerCase() ?? '';
  return TYPES[extensionOf(query)] ?? TYPES[extensionOf(name)];
}
