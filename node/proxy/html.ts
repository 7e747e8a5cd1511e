/**
 * Pages of the backend: read whole, changed, and given to the browser with headers that are right for them.
 */

import { hash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { isShown } from '../server/destination.js';

/** A page with more bytes than that is passed on as it is. */
const MOST_BYTES = 16 * 1024 * 1024;

const DECODERS: Record<string, (bytes: Buffer, options: object) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** Headers that say something of the bytes that the backend sent. */
const OF_BYTES = [
  'content-length',
  'content-encoding',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'etag',
  'last-modified',
  'accept-ranges',
];

/** Whether a browser asks for a page to show. */
export function asksForPage({ headers }: IncomingMessage): boolean {
  if (headers['sec-fetch-dest'] !== undefined) return isShown(headers);
  // Browsers that do not say what it is for still say what they like best.
  return headers.accept?.includes('text/html') ?? false;
}

/**
 * Asks the backend for the whole page: it is not what the browser keeps. Changes the request's headers.
 *
 * @returns The entity tags that the browser has.
 */
export function askForWhole(headers: IncomingHttpHeaders): string | undefined {
  const kept = headers['if-none-match'];
  const names = ['if-none-match', 'if-modified-since', 'if-range', 'range', 'accept-encoding'];
  for (const name of names) delete headers[name];
  return kept;
}

/** What bytes begin with that browsers take for HTML where nobody says what they are. */
const LOOKS_LIKE_HTML =
  /^[\t\n\f\r ]*<(?:!--|(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[ >])/i;

/** Whether an answer is HTML, with bytes; where it does not say what it is, it may be. */
export function isPage({ headers, statusCode }: IncomingMessage): boolean {
  const { 'content-type': type, 'x-content-type-options': options } = headers;
  const isHtml = type === undefined ? options === undefined : /^text\/html\b/i.test(type);
  return isHtml && statusCode !== 204 && statusCode !== 304;
}

/**
 * Answers with a page that was changed.
 *
 * @param answer The backend's, which `isPage`.
 * @param kept The entity tags that the browser has.
 * @param change Changes the text.
 */
export async function answerPage(
  answer: IncomingMessage,
  response: ServerResponse,
  kept: string | undefined,
  change: (html: string) => string,
): Promise<void> {
  const { statusCode = 502, statusMessage, headers } = answer;
  if (response.req.method === 'HEAD') {
    // The headers that its GET would have, as far as they are known.
    for (const name of OF_BYTES) delete headers[name];
    response.writeHead(statusCode, statusMessage, headers).end();
    answer.resume();
    return;
  }
  const { bytes, isWhole } = await collect(answer);
  const text = isWhole ? await textOf(bytes, headers) : null;
  if (text === null) {
    response.writeHead(statusCode, statusMessage, headers);
    response.write(bytes);
    for await (const chunk of answer) {
      if (!response.write(chunk)) await drained(response);
    }
    response.end();
    return;
  }
  const body = Buffer.from(change(text.html), text.encoding);
  const etag = `W/"${hash('sha256', body, 'base64url').slice(0, 27)}"`;
  for (const name of OF_BYTES) delete headers[name];
  headers.etag = etag;
  headers['content-type'] ??= 'text/html';
  // A browser must not reuse a page from before a change.
  if (!/\bno-store\b/i.test(headers['cache-control'] ?? '')) headers['cache-control'] = 'no-cache';
  if (statusCode === 200 && kept?.split(/\s*,\s*/).includes(etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  headers['content-length'] = String(body.length);
  response.writeHead(statusCode, statusMessage, headers).end(body);
}

/** Reads all of a page. It is not read on when it turns out to be none, or too large. */
async function collect(answer: IncomingMessage): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const { 'content-type': type, 'content-encoding': encoding } = answer.headers;
  const isClear = (chunk: Buffer) =>
    type !== undefined || (!encoding && LOOKS_LIKE_HTML.test(chunk.toString('latin1', 0, 512)));
  const chunks: Buffer[] = [];
  let length = 0;
  // Not `for await`, which ends the stream when it is left.
  for (;;) {
    const chunk: Buffer | null = answer.read();
    if (chunk !== null) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MOST_BYTES || (chunks.length === 1 && !isClear(chunk))) {
        return { bytes: Buffer.concat(chunks), isWhole: false };
      }
    } else if (answer.readableEnded) {
      return { bytes: Buffer.concat(chunks), isWhole: length > 0 || type !== undefined };
    } else {
      await readable(answer);
    }
  }
}

/** Waits until there is something to read, or nothing more. */
function readable(answer: IncomingMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      for (const event of ['readable', 'end']) answer.off(event, settle);
      answer.off('close', close);
      resolve();
    };
    // The backend broke off, unless the whole answer has come.
    const close = () => {
      if (answer.readableEnded) settle();
      else reject(new Error('the backend broke off'));
    };
    if (answer.destroyed) return close();
    answer.once('readable', settle);
    answer.once('end', settle);
    answer.once('close', close);
  });
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

/** A page's text, and how it becomes bytes again. */
interface Text {
  html: string;
  encoding: 'utf8' | 'latin1';
}

/**
 * The text of a page; `null` when it cannot be changed.
 *
 * hotgraph adds ASCII only. So it reads a page in any encoding that has ASCII in it byte for byte, and each byte stays.
 */
async function textOf(bytes: Buffer, headers: IncomingHttpHeaders): Promise<Text | null> {
  const encodings = headers['content-encoding']?.toLowerCase().split(/\s*,\s*/) ?? [];
  let plain = bytes;
  try {
    for (const encoding of encodings.reverse()) {
      if (encoding === 'identity') continue;
      const decode = DECODERS[encoding];
      if (!decode) return null;
      plain = await decode(plain, { maxOutputLength: MOST_BYTES });
    }
  } catch {
    return null;
  }
  const isWide = /charset="?utf-?(?:16|32)/i.test(headers['content-type'] ?? '');
  if (isWide || /^(?:\xff\xfe|\xfe\xff)/.test(plain.toString('latin1', 0, 2))) return null;
  try {
    const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { html: utf8.decode(plain), encoding: 'utf8' };
  } catch {
    return { html: plain.toString('latin1'), encoding: 'latin1' };
  }
}
