/**
 * Answers: headers first and all at once. Middleware that wraps a response can change both.
 */

import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import fresh from 'fresh';
import send from 'send';

/** Headers by their names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** Headers of everything that is served: browsers ask again each time, and pages of other origins cannot use it. */
const ALL: Headers = { 'cache-control': 'no-cache', 'cross-origin-resource-policy': 'same-origin' };

/** Answers with a text, or bytes, or with 304 when the browser has them. */
export function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  body: string | Buffer,
  headers: Headers,
): void {
  const length = Buffer.byteLength(body);
  // Weak: a compressing middleware may leave the tag.
  const tag = `W/"${length.toString(16)}-${hash('sha1', body, 'base64')}"`;
  setHeaders(response, { etag: tag, ...headers });
  if (fresh(request.headers, { etag: tag })) {
    response.statusCode = 304;
    response.removeHeader('content-type');
    response.end();
    return;
  }
  response.statusCode = 200;
  response.setHeader('content-length', length);
  if (request.method === 'HEAD') response.end();
  else response.end(body);
}

/**
 * Answers with a file from disk, or a part of it.
 *
 * @returns Whether there was one. Rejects when it cannot be read.
 */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: string,
  headers: Headers,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    response.once('close', () => resolve(true));
    // The caller has decided that the file may be sent.
    send(request, encodeURIComponent(file), {
      dotfiles: 'allow',
      index: false,
      cacheControl: false,
    })
      .on('headers', () => {
        // Koa begins with another one.
        response.statusCode = 200;
        setHeaders(response, headers);
      })
      .on('directory', () => resolve(false))
      .on('error', (error: Error & { status?: number; headers?: Headers }) => {
        const { status = 500 } = error;
        if (status === 404) return resolve(false);
        if (status >= 500 || response.headersSent) return reject(error);
        response.removeHeader('etag');
        setHeaders(response, error.headers ?? {});
        sendStatus(response, status, error.message);
      })
      .pipe(response);
  });
}

/** Answers with a status and a sentence. */
export function sendStatus(
  response: ServerResponse,
  status: number,
  sentence: string,
  headers: Headers = {},
): void {
  response.statusCode = status;
  setHeaders(response, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.setHeader('content-length', Buffer.byteLength(sentence));
  if (response.req.method === 'HEAD') response.end();
  else response.end(sentence);
}

/** Headers that the app has set before stay. */
function setHeaders(response: ServerResponse, headers: Headers): void {
  for (const [name, value] of Object.entries({ ...ALL, ...headers })) {
    const isOwn = name in headers || !response.hasHeader(name);
    if (isOwn) response.setHeader(name, value);
  }
}
