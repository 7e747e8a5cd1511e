/**
 * Our own files, answered before the host sees the request.
 *
 * Whatever a plugin serves goes through the `transform` and `resolveImport` of all others. These are made for code of
 * the project: some would break the client, and all would hold up the first page for it.
 */

import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Asset, ENDPOINT } from '../server/assets.js';
import { encoded } from '../server/compress.js';

/** The server, as far as its requests go. */
export type RequestServer = Pick<Server, 'emit' | 'listeners' | 'on' | 'off'>;

/** The answer to a request for one of our files, now or later. */
type Answer = Asset | Promise<Asset>;

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** The media types of our files, by the extension that names them. */
const TYPES = { js: 'text/javascript; charset=utf-8' };

async function send(request: IncomingMessage, response: ServerResponse, found: Answer) {
  const asset = await found;
  const { body, headers } = await encoded(request, asset.body);
  response.writeHead(200, { 'content-type': TYPES[asset.type], ...asset.headers, ...headers });
  response.end(body);
}

/**
 * Answers a server's requests for our files. Others, and those that nothing is found for, go to the listeners that the
 * server has.
 *
 * @param basePath What urls of the host begin with.
 * @param find The answer to a request, by its url below the base path.
 * @returns Leaves the requests to the listeners again.
 */
export function answerFirst(
  server: RequestServer,
  basePath: string,
  find: (url: string, headers: IncomingHttpHeaders) => Answer | null,
): () => void {
  const listeners = server.listeners('request') as Listener[];
  const start = basePath + ENDPOINT;
  const findSafely: typeof find = (url, headers) => {
    try {
      return find(url, headers);
    } catch {
      // Nobody catches what is thrown here. The host asks again, and answers with the error.
      return null;
    }
  };
  const answer: Listener = (request, response) => {
    const { url = '', method, headers } = request;
    const isOurs = method === 'GET' && url.startsWith(start);
    const asset = isOurs ? findSafely(url.slice(basePath.length), headers) : null;
    if (asset) {
      send(request, response, asset).catch(() => response.destroy());
      return;
    }
    for (const listener of listeners) listener.call(server, request, response);
  };
  for (const listener of listeners) server.off('request', listener);
  server.on('request', answer);
  return () => {
    server.off('request', answer);
    for (const listener of listeners) server.on('request', listener);
  };
}
