/**
 * Hot updates on a plain `node:http` server: HmrEngine as a middleware, without @web/dev-server.
 *
 *     node examples/http-server.js [folder] [port]
 *
 * Files are served as they are, but for imports of `~/…`, which is the folder: your server's resolver.
 */
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { destinationOf, HmrEndpoint, HmrEngine, transformPage } from 'hotgraph';

/** A middleware that serves the files below a folder to pages on `server`, and what ends it. */
function hotFiles(folder, server) {
  const root = path.resolve(folder);
  const endpoint = new HmrEndpoint({
    server,
    onConnect: (client) => engine.connect(client),
    onMessage: (client, text) => engine.receive(client, text),
    onDisconnect: (client) => engine.disconnect(client),
  });
  const engine = new HmrEngine({ root, clientUrl: endpoint.clientUrl }, (client, text) => {
    // 0 is the server itself, which is told what happens; any other number is a page.
    if (client === 0) console.log(text);
    else endpoint.send(text, client);
  });

  async function middleware({ url, headers }, response, next) {
    const requestedAt = Date.now();
    const [location] = url.split('?');
    const own = endpoint.find(location, headers, engine);
    if (own) return send(response, own.type, own.body, own.headers);
    const name = decodeURIComponent(location.endsWith('/') ? `${location}index.html` : location);
    const file = path.join(root, name);
    if (!file.startsWith(root + path.sep)) return next();
    const bytes = engine.savedSource(file) ?? (await readFile(file).catch(() => null));
    if (bytes === null) return next();
    const type = path.extname(file).slice(1);
    const use = destinationOf(headers);
    if (type === 'html') {
      send(response, type, page(location, String(bytes), file, requestedAt));
    } else if (type === 'js' && use !== 'worker' && use !== 'classic script') {
      const code = script(url, String(bytes), file, requestedAt);
      send(response, type, (use === 'module' && engine.facade(url)) || code);
    } else {
      const [kind, source] = type === 'css' ? ['style', String(bytes)] : ['asset'];
      send(response, type, engine.serveResource(url, kind, file, requestedAt, source) ?? bytes);
    }
  }

  /** A module, its imports resolved: what the engine makes of it. */
  function script(url, code, file, requestedAt) {
    const source = code.replace(/(\b(?:from|import)\s*\(?\s*['"])~\//g, '$1/');
    const served = engine.serveScript(url, source, file, requestedAt);
    const aliases = served?.accepted?.filter((specifier) => specifier.startsWith('~/')) ?? [];
    engine.link(url, Object.fromEntries(aliases.map((alias) => [alias, alias.slice(1)])));
    return served?.code ?? source;
  }

  /** A page: the client in its head, stamps on what it loads, hot inline modules. */
  function page(location, source, file, requestedAt) {
    const { html, base, loads, importMap } = transformPage(source, location, location, {
      head: endpoint.head(location, engine.version),
      stamped: (from, reference) => engine.stamped(from, reference),
      inlineModule: (url, code) => script(url, code),
    });
    engine.importMap(importMap);
    engine.servePage(location, base, loads, file, requestedAt, source);
    return html;
  }

  function close() {
    engine.close();
    endpoint.close();
  }
  return { middleware, close };
}

const TYPES = { css: 'text/css', html: 'text/html', js: 'text/javascript', svg: 'image/svg+xml' };

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
