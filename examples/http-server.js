/**
 * Hot updates on a plain `node:http` server: HmrEngine as a middleware, without @web/dev-server.
 *
 *     node examples/http-server.js [folder] [port]
 *
 * Files are served as they are, but for imports of `~/…`, which is the folder: your server's resolver.
 */
import http from 'node:http';
import path from 'node:path';
import { HmrEndpoint, HmrEngine, HmrFiles, pull } from 'hotgraph';

/** A middleware that serves the files below a folder to pages on `server`, and what ends it. */
function hotFiles(folder, server) {
  const root = path.resolve(folder);
  const endpoint = new HmrEndpoint({
    server,
    onConnect: (client) => engine.connect(client),
    onMessage: (client, text) => engine.receive(client, text),
    onDisconnect: (client) => engine.disconnect(client),
    waiting: () => engine.waitingFrames,
  });
  const options = { root, clientUrl: endpoint.clientUrl, pulls: true };
  const engine = new HmrEngine(options, (client, text) => {
    // 0 is the server itself, which is told what happens; any other number is a page.
    if (client === 0) onEvent(JSON.parse(text));
    else endpoint.send(text, client);
  });
  const files = new HmrFiles(engine, endpoint);

  function onEvent(event) {
    if (event.type !== 'pull') return console.log(JSON.stringify(event));
    // The engine wants what this server would answer: it is asked as by a page.
    return pull(event, engine, (request, response) => server.emit('request', request, response));
  }

  async function middleware({ url, headers }, response, next) {
    const [at, since] = [Date.now(), engine.version];
    const own = endpoint.find(url, headers, engine);
    if (own) return send(response, own.type, own.body, own.headers);
    const [location] = url.split('?');
    const file = path.join(root, decodeURIComponent(location.replace(/\/$/, '/index.html')));
    const content = file.startsWith(root + path.sep) ? await files.read(file, headers) : null;
    if (content === null) return next();
    const type = path.extname(file).slice(1);
    const kind = KINDS[type] ?? 'asset';
    const body = kind === 'asset' ? content : resolveImports(String(content));
    send(response, type, files.transform(kind, body, { url, headers, file, at, since, resolve }));
  }

  function close() {
    engine.close();
    endpoint.close();
  }
  return { middleware, close };
}

const KINDS = { __proto__: null, css: 'style', html: 'page', js: 'script' };
const TYPES = {
  __proto__: null,
  css: 'text/css',
  html: 'text/html',
  js: 'text/javascript',
  svg: 'image/svg+xml',
};

const resolve = (specifier) => specifier.replace(/^~\//, '/');
const resolveImports = (code) => code.replace(/(\b(?:from|import)\s*\(?\s*['"])~\//g, '$1/');

function send(response, type, body, headers = { 'cache-control': 'no-cache' }) {
  response.writeHead(200, { 'content-type': TYPES[type] ?? `application/${type}`, ...headers });
  response.end(body);
}

const [folder = '.', port = '8000'] = process.argv.slice(2);
const server = http.createServer((request, response) => {
  const refuse = () => response.writeHead(404).end();
  hot.middleware(request, response, refuse).catch(refuse);
});
const hot = hotFiles(folder, server);
server.listen(Number(port), 'localhost', () => console.log(`Open http://localhost:${port}/`));
process.once('SIGINT', () => {
  hot.close();
  server.close().closeAllConnections();
});
