/**
 * Where in a server the middleware is. Frameworks that mount it below a path take that path off `request.url`, and keep
 * what the browser asked for in `originalUrl`.
 */

import type { IncomingMessage } from 'node:http';

/** A request as a framework hands it on. */
export type MountedRequest = Pick<IncomingMessage, 'url'> & {
  /** What the browser asked for, in Connect and what followed it. */
  originalUrl?: string | undefined;
  /** The path of the mount, in Express. */
  baseUrl?: string | undefined;
};

/** What a request asks for. */
export interface Asked {
  /** As the browser asked for it: path and query. */
  url: string;
  /** The path of it. */
  path: string;
  /** Its query, with the question mark. */
  query: string;
  /** The path of what it is answered with, below the base. Begins with a slash. */
  below: string;
}

/** The path that the middleware is mounted at, as far as a request tells; without a slash at its end. */
export function mountOf({ url = '/', originalUrl, baseUrl }: MountedRequest): string {
  if (typeof baseUrl === 'string') return withoutSlash(baseUrl);
  if (originalUrl === undefined) return '';
  const [asked, handed] = [pathOf(originalUrl), pathOf(url)];
  if (asked.endsWith(handed)) return withoutSlash(asked.slice(0, -handed.length));
  // The mount's own path without a slash leaves nothing, and frameworks write a slash. Otherwise it was rewritten.
  return handed === '/' ? withoutSlash(asked) : '';
}

/**
 * What a request asks for; `null` when that is not below `base`.
 *
 * @param base Without a slash at its end.
 */
export function askedOf(request: MountedRequest, base: string): Asked | null {
  const handedUrl = request.url ?? '/';
  const url = request.originalUrl ?? handedUrl;
  const [path, handed] = [pathOf(url), pathOf(handedUrl)];
  const start = path.slice(0, base.length);
  // A framework that took the base off may not care about upper and lower case.
  const isSame =
    start === base || (handedUrl !== url && start.toLowerCase() === base.toLowerCase());
  const rest = path.slice(base.length) || '/';
  if (!path.startsWith('/') || !isSame || !rest.startsWith('/')) return null;
  const isRewritten = handed !== rest && !path.endsWith(handed);
  const below = isRewritten && handed.startsWith(`${base}/`) ? handed.slice(base.length) : handed;
  return { url, path, query: url.slice(path.length), below: isRewritten ? below : rest };
}

/** A path without a slash at its end. */
export function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '');
}

function pathOf(url: string): string {
  const [path = '/'] = url.split('?', 1);
  return path;
}
