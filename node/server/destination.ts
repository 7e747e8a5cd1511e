/**
 * What a response will be used for.
 */

import type { IncomingHttpHeaders } from 'node:http';

/** What loads a resource. Browsers say so in `Sec-Fetch-*`; where they do not, it may be anything. */
export type Destination = 'module' | 'classic script' | 'worker' | 'data' | 'unknown';

/** What the response to a request with these headers will be used for. */
export function destinationOf(headers: IncomingHttpHeaders): Destination {
  const destination = headers['sec-fetch-dest'] ?? '';
  if (destination.endsWith('worker') || destination.endsWith('worklet')) return 'worker';
  // An import `with { type: 'text' }` or `'json'`.
  if (destination === 'text' || destination === 'json') return 'data';
  if (destination !== 'script') return 'unknown';
  return headers['sec-fetch-mode'] === 'no-cors' ? 'classic script' : 'module';
}
