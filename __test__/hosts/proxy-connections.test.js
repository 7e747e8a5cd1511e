/**
 * Connections to the backend: kept from request to request, and no request is lost when the backend has closed one.
 */

import { once } from 'node:events';
import http from 'node:http';
import ava from 'ava';
import { get } from '../helpers/attack.js';
import { repository, start } from '../helpers/command.js';
import { getFreePort } from '../helpers/port.js';
import { makeProject } from '../helpers/serving.js';

ava('a connection serves many requests, and a closed one none', async (t) => {
  const project = makeProject(t, { 'app/none.js': '' });
  const seen = [];
  const backend = http.createServer((request, response) => {
    // As one that closes a connection at the very moment when it is used again.
    if (seen.push(request.socket) === 4) return request.socket.resetAndDestroy();
    request.resume().on('end', () => response.end(request.method));
  });
  backend.listen(0, 'localhost');
  await once(backend, 'listening');
  t.teardown(() => backend.close().closeAllConnections());
  const port = String(await getFreePort());
  const target = `http://localhost:${backend.address().port}`;
  const args = ['dist/node/cli/main.js', '--proxy', target, '--root', project.path('app')];
  const cwd = { cwd: repository };
  const program = start(t, [...args, '--port', port], cwd);
  await program.said('Backend:');
  const origin = `http://localhost:${port}`;
  for (let index = 0; index < 3; index += 1) t.is((await get(origin, '/')).body, 'GET');
  t.is(new Set(seen).size, 1);

  t.is((await get(origin, '/')).body, 'GET');
  t.is(seen.length, 5);
  const sent = await fetch(origin, { method: 'POST', body: 'text' });
  t.is(await sent.text(), 'POST');
});
