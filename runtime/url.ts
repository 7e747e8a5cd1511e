/**
 * A module's identity in a page. A *url* names a module: path and query as the browser writes them, without origin,
 * version stamp and hash. It knows text only, and runs anywhere.
 */

const STAMP = '__hot';
const STAMP_PARAMETER = /^__hot=(\d+)$/;

/** Marks the url of a page's inline script: `/?__inline=/index.html:12:9` begins there in `/index.html`. */
const INLINE_PARAMETER = /[?&]__inline=([^#]*):\d+:\d+$/;

/** Urls of inline scripts in a text. */
const INLINE_URLS = /[^\s"'()]*\?__inline=([^\s"'()#]*:\d+):\d+/g;

/** Marks the url that stands for more queries of one file than the server tells apart. */
const OTHERS = '?__others';

/** What a browser's address of a module says. */
export interface Address {
  /** The module. */
  readonly url: string;
  /** The version of its stamp, 0 without one. */
  readonly version: number;
  /** Scheme, host and port; `null` for schemes without (`data:`). */
  readonly origin: string;
}

/**
 * Takes an address apart.
 *
 * @param address An absolute address, or one relative to `base`.
 * @returns `undefined` when the text is no address, as is the case for bare specifiers.
 */
export function parseAddress(address: string, base?: string): Address | undefined {
  let parsed: URL;
  try {
    parsed = new URL(address, base);
  } catch {
    return undefined;
  }
  const { query, version } = splitStamp(parsed.search);
  return { url: parsed.pathname + query, version, origin: parsed.origin };
}

/**
 * Where a browser finds a module's given generation. An older stamp is replaced; a hash stays last.
 *
 * @param url Path and query; an origin in front is kept.
 * @param version 0 for no stamp: the module as it was when the server started.
 */
export function stamp(url: string, version: number): string {
  // Nearly all are like this, and each module of an update is named several times.
  if (version !== 0 && !/[?#]/.test(url)) return `${url}?${STAMP}=${version}`;
  const hashAt = url.indexOf('#');
  const hash = hashAt < 0 ? '' : url.slice(hashAt);
  const bare = hashAt < 0 ? url : url.slice(0, hashAt);
  const queryAt = bare.indexOf('?');
  const path = queryAt < 0 ? bare : bare.slice(0, queryAt);
  const { query } = splitStamp(queryAt < 0 ? '' : bare.slice(queryAt));
  if (version === 0) return path + query + hash;
  return `${path}${query}${query === '' ? '?' : '&'}${STAMP}=${version}${hash}`;
}

/**
 * Whether a browser understands this specifier by itself: a path (`./a.js`, `/a.js`) or a whole address. A bare name
 * needs a server or an import map.
 */
export function isAddress(specifier: string): boolean {
  return /^(\.{0,2}\/|[a-z][a-z\d+.-]*:)/i.test(specifier);
}

/**
 * The page whose inline script has this url.
 *
 * @returns `undefined` when it is not an inline script's.
 */
export function pageOfInline(url: string): string | undefined {
  return INLINE_PARAMETER.exec(url)?.[1];
}

/**
 * How the urls begin for which this one stands.
 *
 * @returns `undefined` when it stands for itself.
 */
export function othersOf(url: string): string | undefined {
  return url.endsWith(OTHERS) ? url.slice(0, -OTHERS.length + 1) : undefined;
}

/** Text for people, in which an inline script is named by its page and line: `/index.html:12`. */
export function withPlaces(text: string): string {
  return text.replace(INLINE_URLS, '$1');
}

/** The specifier by which `importer` would import `url`: `./dep.js`, `../lib/dep.js`. */
export function relativeSpecifier(importer: string, url: string): string {
  const from = (importer.split('?', 1)[0] ?? '').split('/').slice(0, -1);
  const to = url.split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
  const up = '../'.repeat(from.length - shared);
  return (up || './') + to.slice(shared).join('/');
}

/** Text that names addresses, without their stamps. */
export function withoutStamps(text: string): string {
  return text.replace(/[?&]__hot=\d+/g, '');
}

function splitStamp(search: string): { query: string; version: number } {
  const text = search.replace(/^\?/, '');
  let version = 0;
  let rest = '';
  if (!text.includes(STAMP)) return { query: text && `?${text}`, version };
  for (const parameter of text.split('&')) {
    const found = STAMP_PARAMETER.exec(parameter);
    if (found) version = Number(found[1]);
    else rest += rest === '' ? parameter : `&${parameter}`;
  }
  return { query: rest && `?${rest}`, version };
}
