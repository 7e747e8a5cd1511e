/**
 * The bare floor: what no system can do without. It watches the files that are edited, puts the chain's code
 * into one module and sends it; the page imports it and calls what accepts it. There is no graph, no parser and no
 * check, and other edits are not seen.
 */
import { once } from 'node:events';
import { createReadStream, readdirSync, readFileSync, watch } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { portOf } from '../__test__/helpers/port.js';
import { hoist } from './app.js';

const CLIENT = `const callbacks = new Map();
export const accept = (depth, callback) => callbacks.set(String(depth), callback);
const socket = new WebSocket(location.origin.replace('http', 'ws'));
socket.addEventListener('message', async ({ data }) => {
  const end = data.indexOf('\\n');
  const module = await import('data:text/javascript,' + encodeURIComponent(data.slice(end + 1)));
  callbacks.get(data.slice(0, end))(module);
});
`;

const TYPES = { html: 'text/html', js: 'text/javascript' };

/** The server. */
export const floor = {
  name: 'bare floor',
  version: '',
  async start(folder, { port }) {
    const server = createServer(({ url = '/' }, response) => {
      const path = url === '/' ? '/index.html' : url;
      response.setHeader('content-type', TYPES[path.split('.').at(-1) ?? ''] ?? 'text/plain');
      if (path === '/floor-client.js') return response.end(CLIENT);
      const file = createReadStream(join(folder, path));
      file.on('error', () => response.writeHead(404).end());
      file.pipe(response);
    });
    const sockets = new WebSocketServer({ server });
    const watchers = readdirSync(folder)
      .filter((name) => name.startsWith('chain-'))
      .map((name) =>
        watchChain(join(folder, name), (code) => {
          for (const client of sockets.clients) client.send(`${name.slice(6)}\n${code}`);
        }),
      );
    await once(server.listen(port), 'listening');
    return {
      url: `http://localhost:${portOf(server)}`,
      stop() {
        for (const watcher of watchers) watcher.close();
        for (const client of sockets.clients) client.terminate();
        server.close();
      },
    };
  },
};

/** Watches the deepest module of a chain. `changed` gets the chain as one module. */
function watchChain(folder, changed) {
  const depth = readdirSync(folder).length;
  const texts = Array.from({ length: depth }, (_, at) =>
    readFileSync(join(folder, `module-${depth - at}.js`), 'utf8'),
  );
  const edited = join(folder, `module-${depth}.js`);
  return watch(edited, () => {
    const text = readFileSync(edited, 'utf8');
    // Between truncating and writing it is empty; there are more events than saves.
    if (text === '' || text === texts[0]) return;
    texts[0] = text;
    changed(hoist(texts));
  });
}
