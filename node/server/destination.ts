/**
 * What a response will be used for.
 */

import type { IncomingHttpHeaders } from 'node:http';

/** What loads a resource. Browsers say so in `Sec-Fetch-*`; where they do not, it may be anything. */
export type Destination = 'module' | 'classic script' | 'worker' | 'data' | 'unknown';

/** What shows a document, in the words of `Sec-Fetch-Dest`. */
const SHOWS = new Set(['document', 'iframe', 'frame', 'embed', 'object', 'fencedframe']);

/**
 * Whether HTML is going to be shown as a page. HTML that code fetches is not: it is data. Where browsers do not say, it
 * may be; what is fetched in advance is for a page to come.
 */
export function isShown(headers: IncomingHttpHeaders): boolean {
  const destination = headers['sec-fetch-dest'];
  const isPrefetched = headers['sec-purpose'] !== undefined;
  return destination === undefined || isPrefetched || SHOWS.has(destination);
}

/**
 * The url of the code that asked, path and query, where it is of the server: the script of a worker, a style sheet, the
 * page.
 */
export function askedBy(headers: IncomingHttpHeaders): string | undefined {
  const { referer, host = headers[':authority'] } = headers;
  if (referer === undefined || !URL.canParse(referer)) return undefined;
  const { host: own, pathname, search } = new URL(referer);
  return own === host ? pathname + search : undefined;
}

/** What the response to a request with these headers will be used for. */
export function destinationOf(headers: IncomingHttpHeaders): Destination {
  const destination = headers['sec-fetch-dest'] ?? '';
  if (destination.endsWith('worker') || destination.endsWith('worklet')) return 'worker';
  // An import `with { type: 'text' }` or `'json'`.
  if (destination === 'text' || destination === 'json') return 'data';
  if (destination !== 'script') return 'unknown';
  return headers['sec-fetch-mode'] === 'no-cors' ? 'classic script' : 'module';
}
