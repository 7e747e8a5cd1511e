/**
 * Compression of what is large and goes over a network. On one machine it would only take time.
 */

import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Shorter texts, in UTF-16 code units, are sent as they are. */
const SHORTEST = 1024;

/** As fast as a network. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const GZIP = { level: 4 };

/** A body, and the headers that say how it is encoded. */
export interface Encoded {
  body: string | Buffer;
  headers: Record<string, string>;
}

/** Addresses of this machine. */
const LOCAL = /^(?:::ffff:)?127\.|^::1$/;

/** Encodes a text as the one who asks for it takes it. */
export async function encoded(
  { headers: { 'accept-encoding': accepted = '' }, socket }: IncomingMessage,
  body: string,
): Promise<Encoded> {
  const { remoteAddress } = socket ?? {};
  // Without an address, the server asks itself, or a client asks through a pipe.
  const isNear = remoteAddress === undefined || LOCAL.test(remoteAddress);
  if (isNear || body.length < SHORTEST) return { body, headers: {} };
  const made = (encoding: string, bytes: Buffer): Encoded => ({
    body: bytes,
    headers: { 'content-encoding': encoding, vary: 'accept-encoding' },
  });
  if (accepts(String(accepted), 'br')) {
    return made('br', await promisify(brotliCompress)(body, BROTLI));
  }
  if (accepts(String(accepted), 'gzip')) return made('gzip', await promisify(gzip)(body, GZIP));
  return { body, headers: { vary: 'accept-encoding' } };
}

function accepts(accepted: string, encoding: string): boolean {
  const found = accepted.split(',').find((one) => one.split(';')[0]?.trim() === encoding);
  return found !== undefined && !/;\s*q=0(?:\.0*)?\s*$/.test(found);
}
