/**
 * Hot updates on a plain `node:http` server: HmrEngine without @web/dev-server. It serves files as they
 * are, so imports have to be paths that a browser understands.
 *
 *     node examples/http-server.js <folder> [port]
 */
import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { HmrEngine } from 'hotgraph';
import { WebSocketServer } from 'ws';

/** The folder of our server that the browser client is served from, and where its files are. */
const ENDPOINT = '/__hotgraph/';
const CLIENT = new URL('./dist/page/', import.meta.resolve('hotgraph'));

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/**
 * A server for the files below a folder. It does not listen yet.
 *
 * @param {string} rootDir
 * @returns {{ server: http.Server, close: () => void }} `close` ends engine, sockets and server.
 */
export function createServer(rootDir) {
  const root = path.resolve(rootDir);
  const token = randomUUID();
  const pages = new Map();
  const engine = new HmrEngine({ root, clientUrl: `${ENDPOINT}main.js` }, (client, text) => {
    // 0 is the server itself, which is told what happens; any other number is a page.
    if (client === 0) console.log(text);
    else pages.get(client)?.send(text);
  });

  const server = http.createServer((request, response) => {
    answer(request.url, request.headers).then(
      ({ type, body }) =>
        response
          .writeHead(200, { 'content-type': TYPES[type] ?? '', 'cache-control': 'no-cache' })
          .end(body),
      (error) => response.writeHead(404).end(error.message),
    );
  });

  async function answer(url, headers) {
    const requestedAt = Date.now();
    if (!isLocal(headers.host)) throw new Error('This server is for localhost only.');
    const pathname = decodeURIComponent(url.split('?', 1)[0]);
    if (pathname.startsWith(ENDPOINT)) return clientFile(path.basename(pathname));
    const name = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const file = path.join(root, name);
    if (!file.startsWith(root + path.sep)) throw new Error('There is no such file.');
    const bytes = await readFile(file);
    const type = path.extname(file);
    if (type === '.html') {
      return { type, body: page(bytes.toString(), name, pathname, file, requestedAt) };
    }
    const destination = headers['sec-fetch-dest'] ?? '';
    const isElsewhere = destination.endsWith('worker') || headers['sec-fetch-mode'] === 'no-cors';
    if (type !== '.js' || isElsewhere) {
      engine.serveResource(url, type === '.css' ? 'style' : 'asset', file, requestedAt);
      return { type, body: bytes };
    }
    const source = bytes.toString();
    const served = engine.serveScript(url, source, file, requestedAt);
    const facade = destination === 'script' ? engine.facade(url) : null;
    return { type, body: facade ?? served?.code ?? source };
  }

  /** Tells the engine what a page loads, and the page where our client is. */
  function page(html, name, location, file, requestedAt) {
    const about = JSON.stringify({ page: name, version: engine.version });
    const tags = html.matchAll(/<(?:script|link)\b[^>]*\s(?:src|href)="([^"]+)"/g);
    const loads = Array.from(tags, ([, url]) => url);
    engine.servePage(name, location, loads, file, requestedAt);
    const client = `<script type="module" src="${ENDPOINT}main.js"></script>`;
    return html.replace('<head>', `<head><meta name="hotgraph" content='${about}'>${client}`);
  }

  /** The browser client; `env.js` tells it where to connect. */
  async function clientFile(name) {
    if (name !== 'env.js') return { type: '.js', body: await readFile(new URL(name, CLIENT)) };
    const { session, version } = engine;
    const env = { session, token, version, socketPath: `${ENDPOINT}socket` };
    return { type: '.js', body: `export const env = ${JSON.stringify(env)};` };
  }

  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  server.on('upgrade', (request, duplex, head) => {
    const { host, origin } = request.headers;
    const isOurPage = isLocal(host) && origin === `http://${host}`;
    // The token is in env.js, which pages of other origins cannot read.
    if (!isOurPage || request.url !== `${ENDPOINT}socket?token=${token}`) duplex.destroy();
    else sockets.handleUpgrade(request, duplex, head, connect);
  });

  let lastClient = 0;
  function connect(socket) {
    lastClient += 1;
    const client = lastClient;
    pages.set(client, socket);
    engine.connect(client);
    socket.on('message', (data) => engine.receive(client, data.toString()));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      pages.delete(client);
      engine.disconnect(client);
    });
  }

  const close = () => {
    engine.close();
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
  };
  return { server, close };
}

/** Refuses names of others that were made to point here. */
function isLocal(host) {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host ?? '');
}

const program = process.argv[1];
if (program && import.meta.url === pathToFileURL(realpathSync(program)).href) {
  const [folder = '.', port = '8000'] = process.argv.slice(2);
  const { server } = createServer(folder);
  server.listen(Number(port), 'localhost', () => console.log(`Open http://localhost:${port}/`));
}
