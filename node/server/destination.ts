/**
 * What a response will be used for.
 */

import type { IncomingHttpHeaders } from 'node:http';

/** What loads a resource. Browsers say so in `Sec-Fetch-*`; where they do not, it may be anything. */
export type Destination = 'module' | 'classic script' | 'worker' | 'unknown';

/** What the response to a request with these headers will be used for. */
export function destinationOf(headers: IncomingHttpHeaders): Destination {
  const destination = headers['sec-fetch-dest'] ?? '';
  if (destination.endsWith('worker') || destination.endsWith('worklet')) return 'worker';
  if (destination !== 'script') return 'unknown';
  return headers['sec-fetch-mode'] === 'no-cors' ? 'classic script' : 'module';
}
