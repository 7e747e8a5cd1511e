/**
 * Our servers, and one that is as careless as those of the advisories, for attacks to try.
 */

import http from 'node:http';
import { WebSocketServer } from 'ws';
import { PAGE } from './app.js';
import { listen } from './attack.js';
import { Project } from './project.js';
import { serve } from './server.js';

export const SECRET = 'the content of a file that nobody serves';

/**
 * The dev server with the plugin.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {import('./server.js').ServeOptions & { files?: Record<string, string> }} [options]
 */
export async function startOurs(t, options = {}) {
  const project = new Project({
    'app/index.html': PAGE,
    'app/main.js': 'import.meta.hot.accept();',
    'secret.txt': SECRET,
    ...options.files,
  });
  t.teardown(() => project.dispose());
  const server = await serve(project.path('app'), options);
  t.teardown(() => server.stop());
  return { project, server, origin: `http://localhost:${server.port}` };
}

/**
 * A server with a socket that opens whenever `isWelcome` says so.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {(request: http.IncomingMessage) => boolean} isWelcome
 * @param {(socket: import('ws').WebSocket) => void} [onSocket]
 * @param {http.RequestListener} [onRequest]
 */
export async function startCareless(t, isWelcome, onSocket = () => {}, onRequest = () => {}) {
  const server = http.createServer(onRequest);
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, duplex, head) => {
    if (isWelcome(request)) sockets.handleUpgrade(request, duplex, head, onSocket);
    else duplex.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  t.teardown(() => {
    for (const socket of sockets.clients) socket.terminate();
  });
  return listen(t, server);
}
