/**
 * What attackers have: requests with any header and any path, as no browser would send them, and servers that are
 * as careless as some have been.
 */

import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { portOf } from './port.js';

/** The site that attackers' pages are on. */
export const EVIL = 'http://evil.example';

/** Headers of a request that a page of another site makes. */
export const FROM_EVIL = { origin: EVIL, 'sec-fetch-site': 'cross-site', referer: `${EVIL}/` };

/**
 * A GET with exactly this path and these headers; certificates are not looked at.
 *
 * @param {string} origin
 * @param {string} [path]
 * @param {http.OutgoingHttpHeaders} [headers]
 * @returns {Promise<{ status: number, headers: http.IncomingHttpHeaders, body: string }>}
 */
export function get(origin, path = '/', headers = {}) {
  const { protocol, hostname, port } = new URL(origin);
  const { request } = protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const options = { hostname, port, path, headers, rejectUnauthorized: false, agent: false };
    request(options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    })
      .on('error', reject)
      .end();
  });
}

/**
 * Opens a socket.
 *
 * @param {string} origin
 * @param {string} path
 * @param {Record<string, string>} [headers]
 * @returns {Promise<{ status: number, socket?: WebSocket }>} The socket with status 101, or the status of the refusal.
 */
export function open(origin, path, headers = {}) {
  const socket = new WebSocket(origin.replace('http', 'ws') + path, {
    headers,
    rejectUnauthorized: false,
  });
  return new Promise((resolve) => {
    socket.on('open', () => resolve({ socket, status: 101 }));
    socket.on('unexpected-response', (_, response) =>
      resolve({ status: response.statusCode ?? 0 }),
    );
    socket.on('error', () => resolve({ status: 0 }));
  });
}

/**
 * Whether a socket opens; closes it.
 *
 * @param {string} origin
 * @param {string} path
 * @param {Record<string, string>} [headers]
 */
export async function opens(origin, path, headers) {
  const { socket, status } = await open(origin, path, headers);
  socket?.terminate();
  return status === 101;
}

/**
 * The path of the folder with the client's files, as pages of the server name it.
 *
 * @param {string} origin
 * @param {string} [path]
 * @returns {Promise<string>}
 */
export async function clientFolder(origin, path = '/') {
  const { body } = await get(origin, path);
  return /src="(\S*\/__hotgraph\/[0-9a-f]+\/)main\.js"/.exec(body)?.[1] ?? '';
}

/**
 * What `env.js` says to a request with these headers; `null` when it is refused.
 *
 * @param {string} origin
 * @param {http.OutgoingHttpHeaders} [headers]
 * @param {string} [path]
 * @returns {Promise<any>}
 */
export async function readEnv(origin, headers, path) {
  const { body } = await get(origin, `${await clientFolder(origin, path)}env.js`, headers);
  const json = /^export const env = (.*);$/.exec(body)?.[1];
  return json ? JSON.parse(json) : null;
}

/**
 * The socket's path with a token that was given to a page under these headers.
 *
 * @param {string} origin
 * @param {http.OutgoingHttpHeaders} [headers]
 * @param {string} [path]
 */
export async function socketPath(origin, headers, path) {
  const env = await readEnv(origin, headers, path);
  return `${env.socketPath}?token=${env.token}`;
}

/**
 * Starts an HTTP server on a port of its own; it ends with the test.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {http.Server} server
 * @returns {Promise<string>} Its origin.
 */
export async function listen(t, server) {
  await once(server.listen(0), 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const scheme = server instanceof https.Server ? 'https' : 'http';
  return `${scheme}://localhost:${portOf(server)}`;
}

/**
 * A reverse proxy of a few lines in front of `target`.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {string} target
 * @param {{ tls?: object, keepsHost?: boolean }} [options] `tls` has key and certificate for https. A proxy keeps the
 *   `Host` that the browser named, or writes its target's.
 */
export async function startProxy(t, target, { tls, keepsHost = false } = {}) {
  const { host, port } = new URL(target);
  const rewritten = (headers) => (keepsHost ? headers : { ...headers, host });
  const server = tls ? https.createServer(tls) : http.createServer();
  server.on('request', ({ url, method, headers }, response) => {
    const options = { port, path: url, method, headers: rewritten(headers), agent: false };
    const forwarded = http.request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    forwarded.end();
  });
  server.on('upgrade', ({ url, headers }, socket, head) => {
    const upstream = connect(Number(port));
    const lines = Object.entries(rewritten(headers)).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    upstream.write(`GET ${url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    t.teardown(() => upstream.destroy());
  });
  return listen(t, server);
}
