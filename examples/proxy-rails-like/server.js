/**
 * A backend in miniature, like Rails with import maps. It has pages from templates, assets with digests in their names,
 * a session in a cookie, a form, events, and a socket. Browsers may keep the assets for good.
 *
 *     PORT=3000 node examples/proxy-rails-like/server.js [folder]
 *     npx hotgraph --proxy http://localhost:3000 --root app --reload-on 'app/views/**'
 *
 * It knows nothing of hotgraph.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';

const folder = path.resolve(process.argv[2] ?? import.meta.dirname);
const port = Number(process.env.PORT ?? 3000);

/** @type {Record<string, string>} */
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** The folders of assets: all of them are below /assets/. */
const ROOTS = ['app/javascript', 'app/assets'];

/** The files that are assets, by their name below /assets/. */
function assets() {
  /** @type {Record<string, string>} */
  const found = {};
  for (const root of ROOTS) {
    for (const name of readdirSync(path.join(folder, root), {
      recursive: true,
      encoding: 'utf8',
    })) {
      const file = path.join(folder, root, name);
      if (path.extname(name) in TYPES) found[name.split(path.sep).join('/')] = file;
    }
  }
  return found;
}

/**
 * `controllers/hello.js` as `/assets/controllers/hello-3f2a1c9b.js`.
 *
 * @param {string} name
 * @param {string} file
 */
function digested(name, file) {
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8);
  const { dir, name: stem, ext } = path.posix.parse(name);
  return `/${path.posix.join('assets', dir, `${stem}-${digest}${ext}`)}`;
}

/** The page's modules by the names that code imports them by. */
function importMap() {
  const modules = Object.entries(assets()).filter(([name]) => name.endsWith('.js'));
  const imports = modules.map(([name, file]) => [name.slice(0, -3), digested(name, file)]);
  return JSON.stringify({ imports: Object.fromEntries(imports) });
}

/**
 * A page of a template.
 *
 * @param {string} name
 * @param {Record<string, string>} [values]
 */
function page(name, values = {}) {
  const template = readFileSync(path.join(folder, 'app/views', `${name}.html`), 'utf8');
  /** @type {Record<string, string>} */
  const all = { ...values, importmap: `<script type="importmap">${importMap()}</script>` };
  return template
    .replace(/\{\{asset (.+?)\}\}/g, (_, asset) => digested(asset, assets()[asset]))
    .replace(/\{\{(\w+)\}\}/g, (_, key) => all[key] ?? '');
}

/**
 * Answers with a page, compressed if that is understood.
 *
 * @param {http.IncomingMessage} request
 * @param {http.ServerResponse} response
 * @param {string} html
 */
function sendPage(request, response, html, status = 200) {
  const zips = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const body = zips ? gzipSync(html) : Buffer.from(html);
  const etag = `"${createHash('sha256').update(html).digest('hex').slice(0, 16)}"`;
  if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    ...(zips && { 'content-encoding': 'gzip' }),
    'cache-control': 'max-age=0, private, must-revalidate',
    etag,
  });
  return response.end(request.method === 'HEAD' ? undefined : body);
}

/**
 * @param {string} pathname
 * @param {http.ServerResponse} response
 */
function sendAsset(pathname, response) {
  // A digest of another content is that of another file.
  const found = Object.entries(assets()).find(([name, file]) => digested(name, file) === pathname);
  if (!found) return response.writeHead(404, { 'content-type': 'text/plain' }).end('no such asset');
  response.writeHead(200, {
    'content-type': TYPES[path.extname(found[1])],
    'cache-control': 'public, max-age=31536000, immutable',
  });
  return response.end(readFileSync(found[1]));
}

/** Those who wait for events. @type {Set<http.ServerResponse>} */
const events = new Set();

const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const name = /\bname=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? 'stranger';
  if (pathname.startsWith('/assets/')) return sendAsset(pathname, response);
  if (pathname === '/') return sendPage(request, response, page('index', { name }));
  if (pathname === '/login') {
    // As Rails does it: to a whole address, made of the host that the browser asked for.
    const location = `http://${request.headers.host}/`;
    const cookies = ['name=Ada; Path=/; HttpOnly', 'theme=dark; Path=/; SameSite=Lax'];
    return response.writeHead(302, { location, 'set-cookie': cookies }).end();
  }
  if (pathname === '/old') {
    return response.writeHead(301, { location: `http://localhost:${port}/?from=old` }).end();
  }
  if (pathname === '/upload') {
    const hash = createHash('sha256');
    let bytes = 0;
    request.on('data', (chunk) => {
      bytes += chunk.length;
      hash.update(chunk);
    });
    return request.on('end', () => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ bytes, sha256: hash.digest('hex') }));
    });
  }
  if (pathname === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    events.add(response);
    return response.on('close', () => events.delete(response));
  }
  if (pathname === '/say') {
    for (const one of events) one.write('data: said\n\n');
    return response.writeHead(204).end();
  }
  return sendPage(request, response, page('missing'), 404);
});

const sockets = new WebSocketServer({ server, path: '/cable' });
sockets.on('connection', (socket) => {
  socket.on('message', (data) => socket.send(`echo: ${data}`));
});

if (!existsSync(path.join(folder, 'app'))) throw new Error(`there is no folder app in ${folder}`);
server.listen(port, 'localhost', () => console.log(`Backend on http://localhost:${port}/`));
