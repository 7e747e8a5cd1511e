/**
 * The socket: who may open it, and what comes through it.
 */

import { once } from 'node:events';
import http from 'node:http';
import { connect, createServer } from 'node:net';
import ava from 'ava';
import { WebSocket } from 'ws';
import { startApp, VALUE_APP } from '../helpers/app.js';
import { closeBrowser, openTab, waitFor } from '../helpers/browser.js';
import { portOf } from '../helpers/port.js';
import { terminal } from '../helpers/server.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

/** What the served client knows of the server. */
async function readEnv(server, headers = {}) {
  const page = await (await fetch(server.url())).text();
  const [, folder] = /src="(\/__hotgraph\/[0-9a-f]+\/)main\.js"/.exec(page);
  const response = await fetch(server.url(`${folder}env.js`), { headers });
  const text = await response.text();
  const json = /export const env = (.*);/.exec(text)?.[1];
  return { text, env: json ? JSON.parse(json) : null };
}

function open(server, path, headers) {
  const socket = new WebSocket(server.url(path).replace('http', 'ws'), { headers });
  return new Promise((resolve) => {
    socket.on('open', () => resolve({ socket, status: 101 }));
    socket.on('unexpected-response', (_, response) => resolve({ status: response.statusCode }));
    socket.on('error', () => resolve({ status: 0 }));
  });
}

test('a socket needs the token and an origin that is this server', async (t) => {
  const { server } = await startApp(t, VALUE_APP);
  const { env } = await readEnv(server);
  const path = `${env.socketPath}?token=${env.token}`;
  const own = `http://localhost:${server.port}`;
  for (const [why, target, headers, status] of [
    ['all is right', path, { origin: own }, 101],
    ['no token', env.socketPath, { origin: own }, 403],
    [
      'a wrong token',
      `${env.socketPath}?token=${'x'.repeat(env.token.length)}`,
      { origin: own },
      403,
    ],
    ['origin null', path, { origin: 'null' }, 403],
    ['another port', path, { origin: 'http://localhost:1' }, 403],
    ['another host', path, { origin: 'http://evil.example' }, 403],
    ['a foreign IP', path, { origin: 'http://10.0.0.1' }, 403],
    ['a name that was rebound', path, { host: 'evil.example', origin: 'http://evil.example' }, 403],
  ]) {
    const { socket, status: actual } = await open(server, target, headers);
    socket?.terminate();
    t.is(actual, status, why);
  }
});

test('the token is not given to other sites or names', async (t) => {
  const { server } = await startApp(t, VALUE_APP);
  t.truthy((await readEnv(server)).env);
  t.is((await readEnv(server, { 'sec-fetch-site': 'cross-site' })).env, null);
  t.is((await readEnv(server, { 'sec-fetch-site': 'same-site' })).env, null);
});

test('hostile frames are reported and change nothing', async (t) => {
  const { project, server, tab } = await startApp(t, VALUE_APP);
  await tab.until(value, 1);
  const { env } = await readEnv(server);
  const { socket } = await open(server, `${env.socketPath}?token=${env.token}`, {});
  const frames = [
    'not json',
    '{}',
    '{"type":"nonsense"}',
    '{"type":"hello"}',
    '{"type":"hello","session":1,"since":-1,"page":null,"reloaded":null}',
    '{"type":"custom","event":"x","data":null,"extra":1}',
    '{"type":"invalidate","url":"/../../etc/passwd","version":1,"message":null,"trail":[]}',
    '{"__proto__":{"polluted":true},"type":"custom"}',
    `${'['.repeat(100_000)}`,
    '"\\ud800"',
  ];
  for (const frame of frames) socket.send(frame);
  socket.send(Buffer.from([0, 1, 2, 255]));
  await waitFor(
    () => server.events.filter((event) => event.type === 'badFrame').length >= 9,
    () => JSON.stringify(server.events),
  );
  socket.send('x'.repeat(2_000_000));
  await new Promise((resolve) => socket.on('close', resolve));
  await project.write('dep.js', 'export const value = 2;');
  await tab.until(value, 2);
  t.is(tab.loads, 1);
});

test('custom events go both ways', async (t) => {
  const { server, tab } = await startApp(t, {
    'main.js': `import.meta.hot.on('my:response', (data) => { globalThis.value = data; });
import.meta.hot.send('my:event', { msg: 'Hello from client' });
import.meta.hot.accept();`,
  });
  server.hmr.hot.on('my:event', (data, client) =>
    client.send('my:response', [data.msg, 'answered']),
  );
  await tab.page.reload();
  await tab.until(value, ['Hello from client', 'answered']);
  server.hmr.hot.send('my:response', 'to all');
  await tab.until(value, 'to all');
  t.is(tab.loads, 2);
});

test('a dropped socket comes back and brings what was missed', async (t) => {
  const { project, server, tab } = await startApp(t, VALUE_APP);
  await tab.until(value, 1);
  for (const connection of server.server.connections) connection.destroy();
  await project.write('dep.js', 'export const value = 2;');
  await tab.until(value, 2);
  t.is(tab.loads, 1);
});

/** A proxy that can stop forwarding on the sockets that it has, and says so to neither end. */
async function startProxy(t, port) {
  const pairs = [];
  const server = createServer((inner) => {
    const outer = connect(port, 'localhost');
    const pair = [inner, outer];
    pairs.push(pair);
    for (const end of pair) end.on('error', () => {});
    inner.once('data', (data) => {
      pair.isSocket = data.includes('websocket');
    });
    inner.pipe(outer);
    outer.pipe(inner);
  });
  await once(server.listen(0, 'localhost'), 'listening');
  t.teardown(() => {
    for (const end of pairs.flat()) end.destroy();
    server.close();
  });
  return {
    url: `http://localhost:${portOf(server)}/`,
    freeze() {
      for (const [inner, outer] of pairs.filter(({ isSocket }) => isSocket)) {
        inner.unpipe(outer);
        outer.unpipe(inner);
      }
    },
  };
}

test('the page notices a connection that silently stopped forwarding', async (t) => {
  const { project, server } = await startApp(t, VALUE_APP);
  const proxy = await startProxy(t, server.port);
  const tab = await openTab(proxy.url);
  t.teardown(() => tab.close());
  await tab.connected();
  proxy.freeze();
  await project.write('dep.js', 'export const value = 2;');
  await tab.until(value, 2);
  t.is(tab.loads, 1);
  await tab.logged('connected again');
});

test('sockets that never say anything, or answer no ping, are closed, and others are not', async (t) => {
  const { server, tab } = await startApp(t, VALUE_APP);
  const { env } = await readEnv(server);
  const path = `${env.socketPath}?token=${env.token}`;
  const from = (options) => new WebSocket(server.url(path).replace('http', 'ws'), options);
  const closed = [from({}), from({ autoPong: false })].map(
    (socket) => new Promise((resolve) => socket.once('close', resolve)),
  );
  const own = from({});
  t.teardown(() => own.terminate());
  own.once('open', () => own.send('{"type":"ping"}'));
  await Promise.all(closed);
  t.is(own.readyState, own.OPEN);
  await tab.connected();
  t.is(await tab.evaluate(() => globalThis.__hotgraph__.connected), true);
});

test('a machine that was asleep makes sure of its connection at once', async (t) => {
  const { project, server } = await startApp(t, VALUE_APP);
  const proxy = await startProxy(t, server.port);
  const tab = await openTab(proxy.url);
  t.teardown(() => tab.close());
  await tab.connected();
  proxy.freeze();
  await tab.evaluate(() => {
    const { now } = Date;
    Date.now = () => now() + 3_600_000;
    globalThis.wokenAt = performance.now();
  });
  await tab.logged('is lost');
  // Four seconds of quiet and five to answer without that.
  const took = await tab.evaluate(() => performance.now() - globalThis.wokenAt);
  t.true(took < 6000, `${took} ms`);
  await project.write('dep.js', 'export const value = 2;');
  await tab.until(value, 2);
});

for (const [how, answer] of [
  ['answers with a page', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
  ['answers with 404', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
  ['answers with 400', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'],
  ['says nothing', null],
]) {
  test(`a proxy that ${how} where a WebSocket is asked for: the console says once what to do`, async (t) => {
    const { project, server } = await startApp(t, VALUE_APP);
    let passes = false;
    const proxy = http.createServer(({ url, method, headers }, response) => {
      const options = { port: server.port, path: url, method, headers, agent: false };
      const forwarded = http.request(options, (answered) => {
        response.writeHead(answered.statusCode, answered.headers);
        answered.pipe(response);
      });
      forwarded.on('error', () => response.destroy());
      forwarded.end();
    });
    let asked = 0;
    proxy.on('upgrade', ({ url, rawHeaders }, socket) => {
      asked += 1;
      socket.on('error', () => {});
      t.teardown(() => socket.destroy());
      if (!passes) {
        if (answer !== null) socket.end(answer);
        return;
      }
      const upstream = connect(server.port, 'localhost');
      upstream.on('error', () => socket.destroy());
      t.teardown(() => upstream.destroy());
      const pairs = rawHeaders.map((text, index) => text + (index % 2 === 0 ? ': ' : '\r\n'));
      upstream.write(`GET ${url} HTTP/1.1\r\n${pairs.join('')}\r\n`);
      upstream.pipe(socket).pipe(upstream);
    });
    await once(proxy.listen(0, 'localhost'), 'listening');
    t.teardown(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    const tab = await openTab(`http://localhost:${portOf(proxy)}/`);
    t.teardown(() => tab.close());
    await tab.logged('let it pass WebSockets on: "ws: true"');
    const asks = asked;
    await waitFor(
      () => asked > asks,
      () => 'it no longer tries',
    );
    passes = true;
    await tab.connected();
    await project.write('dep.js', 'export const value = 2;');
    await tab.until(value, 2);
    const said = tab.console.filter(({ text }) => text.includes('let it pass WebSockets on'));
    t.is(said.length, 1);
  });
}

test('a listener that fails, at once or later, is reported, and others hear the event', async (t) => {
  const lines = [];
  const { server } = await startApp(t, VALUE_APP, {
    before: [terminal(lines)],
    hmr: {
      logLevel: 'error',
      onEvent({ type }) {
        if (type === 'custom') throw new Error('in onEvent');
      },
    },
  });
  const { hot } = server.hmr;
  const heard = [];
  const late = () => heard.push('late');
  const gone = () => heard.push('gone');
  const fails = [
    () => {
      throw new Error('at once');
    },
    async () => {
      await null;
      throw new Error('later');
    },
    () => Promise.reject(),
    () => {
      throw Object.create(null);
    },
    // biome-ignore lint/suspicious/noThenProperty: it is what is tried.
    () => ({ then: () => JSON.parse('{') }),
  ];
  for (const listener of fails) hot.on('my:event', listener);
  hot.on('my:event', () => {
    hot.on('my:event', late);
    hot.off('my:event', gone);
    heard.push('own');
  });
  hot.on('my:event', gone);
  hot.on('my:event', (data, client) => client.send('my:answer', data));
  const { env } = await readEnv(server);
  const { socket } = await open(server, `${env.socketPath}?token=${env.token}`, {});
  t.teardown(() => socket.terminate());
  const answers = [];
  socket.on('message', (data) => answers.push(JSON.parse(data)));
  const event = JSON.stringify({ type: 'custom', event: 'my:event', data: 1 });
  socket.send(event);
  socket.send(event);
  await waitFor(
    () => answers.length === 2,
    () => JSON.stringify(answers),
  );
  t.deepEqual(heard, ['own', 'gone', 'own', 'late']);
  await waitFor(
    () => lines.length === 2 * (fails.length + 1),
    () => lines.join('\n'),
  );
  const said = lines.join('\n');
  t.regex(said, /a listener of "my:event" failed: Error: at once\n\s+at .*socket\.test\.js/);
  t.regex(said, /Error: later/);
  t.regex(said, /SyntaxError/);
  t.regex(said, /the option onEvent failed: Error: in onEvent/);
});
