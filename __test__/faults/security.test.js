/**
 * Attacks that dev servers fell to, and some more. Each is shown twice: how it succeeds against a server that does
 * what the advisory's system did, and that it fails against ours.
 */

import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import http from 'node:http';
import { isIP } from 'node:net';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import ava from 'ava';
import { HmrEndpoint } from 'hotgraph';
import { WebSocketServer } from 'ws';
import { fileOf } from '../../dist/node/wds/request.js';
import { PAGE } from '../helpers/app.js';
import {
  clientFolder,
  EVIL,
  FROM_EVIL,
  get,
  listen,
  open,
  opens,
  readEnv,
  socketPath,
  startProxy,
} from '../helpers/attack.js';
import { closeBrowser, openTab, waitFor } from '../helpers/browser.js';
import { startDevServer, tlsOfHost } from '../helpers/host.js';
import { Project } from '../helpers/project.js';
import { serve, terminal } from '../helpers/server.js';

// One after the other: some measure what the process does with a flood.
const test = ava.serial;

ava.after.always(closeBrowser);

const run = promisify(execFile);

const TOKEN = 'careless-token';
const SECRET = 'the content of a file that nobody serves';

/** The dev server with the plugin. */
async function startOurs(t, options = {}) {
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

/** An endpoint on a plain server, with as little round it as there can be. */
async function startEndpoint(t, options = {}) {
  const server = http.createServer();
  const origin = await listen(t, server);
  const endpoint = new HmrEndpoint({
    server,
    onConnect() {},
    onMessage() {},
    onDisconnect() {},
    ...options,
  });
  t.teardown(() => endpoint.close());
  server.on('request', ({ url, headers }, response) => {
    const found = endpoint.find(url, headers, { session: 's', version: 1 });
    response.end(found ? found.body : endpoint.head('/', 1));
  });
  return { endpoint, origin, path: await socketPath(origin) };
}

/** A server with a socket that opens whenever `isWelcome` says so. */
async function startCareless(t, isWelcome, onSocket = () => {}, onRequest = () => {}) {
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

const isOwn = ({ headers }) => new URL(headers.origin).host === headers.host;

test('CVE-2025-24010: a page of another site opens the socket', async (t) => {
  const { origin } = await startOurs(t);
  const attack = (socket) => opens(origin, socket, { origin: EVIL });
  // The host's own socket looks at nothing.
  t.true(await attack('/wds'));
  t.false(await attack('/__hotgraph/socket'));
  t.false(await attack(await socketPath(origin)), 'even with the token');
  t.true(await opens(origin, await socketPath(origin), { origin }), 'our own page can');
});

test('CVE-2025-24010, GHSA-67mh-4wv8-2f99: a page of another site reads by CORS', async (t) => {
  const cors = (context, next) => {
    context.set('access-control-allow-origin', '*');
    return next();
  };
  const careless = await startCareless(
    t,
    () => false,
    undefined,
    (_, response) => {
      response.setHeader('access-control-allow-origin', '*');
      response.end(`export const env = { token: '${TOKEN}' };`);
    },
  );
  async function stolen(origin, url, headers) {
    const { headers: answer, body } = await get(origin, url, headers);
    return answer['access-control-allow-origin'] === undefined ? '' : body;
  }
  t.regex(await stolen(careless, '/env.js', FROM_EVIL), /token/);

  const ours = await startOurs(t);
  // Our files have no such header, also where the host gives it to all.
  const open = await startOurs(t, { config: { middleware: [cors] } });
  const folder = await clientFolder(ours.origin);
  for (const url of [`${folder}env.js`, `${folder}main.js`, '/__hotgraph/socket']) {
    t.is(await stolen(ours.origin, url, { origin: ours.origin }), '', url);
    for (const [why, headers] of [
      ['a page of another site', FROM_EVIL],
      ['a browser without Sec-Fetch-Site', { origin: EVIL }],
      ['a sandboxed frame', { origin: 'null' }],
      ['another port', { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' }],
    ]) {
      const body = await stolen(open.origin, url, headers);
      t.notRegex(body, /token|import\.meta\.hot/, `${url}: ${why}`);
    }
  }
  const own = await get(open.origin, `${folder}env.js`, { origin: open.origin });
  t.regex(own.body, /token/);
  t.is(own.headers['access-control-allow-origin'], undefined);
  const { headers } = await get(ours.origin, `${folder}env.js`);
  t.is(headers['cross-origin-resource-policy'], 'same-origin');
  t.is(headers['x-content-type-options'], 'nosniff');
});

test('CVE-2025-24010: another name is made to point to the server (DNS rebinding)', async (t) => {
  const careless = await startCareless(t, isOwn);
  const rebound = {
    host: 'evil.example',
    origin: EVIL,
    referer: `${EVIL}/`,
    'sec-fetch-site': 'same-origin',
    'x-forwarded-host': 'localhost',
  };
  t.true(await opens(careless, '/', rebound));

  const { origin } = await startOurs(t);
  t.false(await opens(origin, await socketPath(origin), rebound));
  for (const host of ['evil.example', 'localhost.evil.example', 'localhost@evil.example', '']) {
    t.is(await readEnv(origin, { ...rebound, host }), null, host);
  }
  // The name that a proxy hides by its own is in the address of the page.
  t.is(await readEnv(origin, { ...rebound, host: new URL(origin).host }), null);
  for (const host of ['localhost', 'app.localhost', '127.0.0.1', '[::1]', '192.168.1.7:8000']) {
    t.truthy(await readEnv(origin, { host }), host);
  }
});

test('CVE-2026-39363: a program without Origin reads files by the socket', async (t) => {
  const { project, origin } = await startOurs(t);
  const file = project.path('secret.txt');
  const careless = await startCareless(
    t,
    (request) => request.headers.origin === undefined || isOwn(request),
    (socket) =>
      socket.on('message', (data) => {
        const { event, data: call } = JSON.parse(data);
        if (event === 'vite:invoke' && existsSync(call.file)) socket.send(readFileSync(call.file));
      }),
  );
  const names = [file, `/@fs${file}`, '../secret.txt', '/../secret.txt', `file://${file}?raw`];
  const frames = names.flatMap((name) => [
    { type: 'custom', event: 'vite:invoke', data: { name: 'fetchModule', file: name } },
    { type: 'accepts', url: name, self: true, deps: [name], declined: false, exports: [name] },
    { type: 'invalidate', url: name, version: 1, message: null, trail: [name] },
    { type: 'fetchModule', file: name },
  ]);
  async function stolen(target, url) {
    const { socket, status } = await open(target, url);
    if (status !== 101) return `refused: ${status}`;
    let answers = '';
    socket.on('message', (data) => {
      answers += data;
    });
    for (const frame of frames) socket.send(JSON.stringify(frame));
    // The answer to a hello says that all before it was taken in.
    const hello = { type: 'hello', session: '', since: 0, page: null, reloaded: null };
    socket.send(JSON.stringify(hello));
    await waitFor(
      () => /connected/.test(answers) || answers.includes(SECRET),
      () => answers,
    );
    socket.terminate();
    return answers;
  }
  t.true((await stolen(careless, '/')).includes(SECRET));
  t.is(await stolen(origin, '/__hotgraph/socket'), 'refused: 403');
  t.false((await stolen(origin, await socketPath(origin))).includes(SECRET));
});

test('CVE-2025-30360: a page at an IP address opens the socket', async (t) => {
  const careless = await startCareless(t, (request) => {
    const { hostname } = new URL(request.headers.origin);
    return isIP(hostname) !== 0 || isOwn(request);
  });
  const attack = (origin, url, ip) => opens(origin, url, { origin: ip });
  t.true(await attack(careless, '/', 'http://10.0.0.1'));
  const { origin } = await startOurs(t);
  for (const ip of ['http://10.0.0.1', 'http://127.0.0.1:1', 'http://[::1]:1']) {
    t.false(await attack(origin, await socketPath(origin), ip), ip);
  }
});

test('CVE-2025-30359: a page of another site loads what is ours by script elements', async (t) => {
  const careless = await startCareless(
    t,
    () => false,
    undefined,
    (_, response) => {
      response.setHeader('content-type', 'text/javascript');
      response.end(`globalThis.stolen = { token: '${TOKEN}' };`);
    },
  );
  const { origin } = await startOurs(t);
  const env = `${origin}${await clientFolder(origin)}env.js`;
  const scripts = [`${careless}/env.js`, env].map((src, index) => {
    const done = `onload="done(${index}, 'load')" onerror="done(${index}, 'error')"`;
    return `<script src="${src}" ${done}></script><script type="module" src="${src}" ${done}></script>`;
  });
  const evil = await startCareless(
    t,
    () => false,
    undefined,
    (_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<script>
const outcomes = [[], []];
const done = (index, outcome) => outcomes[index].push(outcome);
addEventListener('error', ({ message }) => outcomes[1].push(message), true);
</script>${scripts.join('')}`);
    },
  );
  // Another site than localhost.
  const tab = await openTab(evil.replace('localhost', '127.0.0.1'));
  t.teardown(() => tab.close());
  await tab.until(() => outcomes[0].length >= 2 && outcomes[1].length >= 2);
  t.deepEqual(await tab.evaluate(() => globalThis.stolen), { token: TOKEN });
  const seen = JSON.stringify(await tab.evaluate(() => [outcomes[1], Object.keys(globalThis)]));
  t.false(seen.includes((await readEnv(origin)).token));
  t.notRegex(seen, /"load"/, 'no element loaded it');
  const imported = await tab.evaluate((url) => import(url).then(String, String), env);
  t.regex(imported, /TypeError/);
});

test('CVE-2026-27977: a sandboxed frame, whose Origin is null', async (t) => {
  const careless = await startCareless(
    t,
    (request) => request.headers.origin === 'null' || isOwn(request),
  );
  const { origin } = await startOurs(t);
  const attack = (target, url, from) => opens(target, url, { origin: from });
  t.true(await attack(careless, '/', 'null'));
  for (const from of ['null', 'file://', 'data:,', '']) {
    t.false(await attack(origin, await socketPath(origin), from), JSON.stringify(from));
  }
});

test('CVE-2025-56648: the check is one that the socket library never calls', async (t) => {
  const sockets = new WebSocketServer({
    noServer: true,
    // Known to other libraries only, and so to nobody.
    verifyOrigin: () => false,
  });
  const server = http.createServer();
  server.on('upgrade', (request, duplex, head) =>
    sockets.handleUpgrade(request, duplex, head, (socket) => socket.close()),
  );
  const careless = await listen(t, server);
  const { origin } = await startOurs(t);
  const status = async (target, url) => (await open(target, url, { origin: EVIL })).status;
  t.is(await status(careless, '/'), 101);
  t.is(await status(origin, await socketPath(origin)), 403);
});

test('a token is good for pages of one host and one run only', async (t) => {
  const ours = await startOurs(t);
  const other = await startOurs(t);
  const { origin } = ours;
  const byAddress = origin.replace('localhost', '127.0.0.1');
  const path = await socketPath(byAddress);
  t.true(await opens(origin, path, { origin: byAddress, host: new URL(byAddress).host }));
  t.false(await opens(origin, path, { origin }));
  t.false(await opens(origin, await socketPath(other.origin), { origin }));
  t.false(await opens(origin, path.replace(/.$/, ''), { origin: byAddress }));
});

test('no path gets a file that the host refuses', async (t) => {
  const { project, server, origin } = await startOurs(t, {
    files: { 'app/sub/dep.js': 'export {};', 'outside.js': `"${SECRET}"` },
  });
  const rootDir = project.path('app');
  const plain = await startDevServer({
    config: { rootDir, port: 0 },
    readCliArgs: false,
    readFileConfig: false,
    logStartMessage: false,
    autoExitProcess: false,
  });
  t.teardown(() => {
    plain.fileWatcher.add = () => plain.fileWatcher;
    return plain.stop();
  });
  // They would print each refusal.
  for (const { koaApp } of [plain, server.server]) {
    koaApp.removeAllListeners('error').on('error', () => {});
  }
  const host = `http://localhost:${plain.server.address().port}`;
  const careless = await startCareless(
    t,
    () => false,
    undefined,
    ({ url }, response) => {
      try {
        response.end(readFileSync(path.join(rootDir, decodeURIComponent(url))));
      } catch {
        response.writeHead(404).end();
      }
    },
  );
  symlinkSync(project.path('outside.js'), project.path('app/link.js'));
  // What was saved is served from memory from then on, by whatever path it is asked for.
  await get(origin, '/__wds-outside-root__/1/outside.js');
  await project.write('outside.js', `"${SECRET}, saved"`);
  await server.event(({ type, files }) => type === 'updated' && /outside/.test(String(files)));

  const paths = [
    '/../outside.js',
    '/..%2foutside.js',
    '/%2e%2e/outside.js',
    '/%252e%252e/outside.js',
    '/sub/../../outside.js',
    '/sub/%2e%2e%2f%2e%2e%2foutside.js',
    '/..%5coutside.js',
    '/..\\outside.js',
    '/../app/main.js',
    '//outside.js',
    '/outside.js',
    '/main.js%00',
    '/main.js%00.js',
    '/%',
    '/%ff',
    `//${rootDir}/main.js`,
    `/__wds-outside-root__/0/../outside.js`,
    `/__wds-outside-root__/1/../${path.basename(project.folder)}/outside.js`,
    '/__hotgraph/../../outside.js',
    `${await clientFolder(origin)}../../../outside.js`,
    `${await clientFolder(origin)}%2e%2e%2fmain.js`,
    '/MAIN.JS',
    '/link.js',
    '/link.js/',
    '/LINK.js',
  ];
  t.true((await get(careless, '/..%2foutside.js')).body.includes(SECRET));
  for (const attack of paths) {
    const expected = await get(host, attack);
    const actual = await get(origin, attack);
    t.is(actual.status, expected.status, attack);
    t.is(actual.body.includes(SECRET), expected.body.includes(SECRET), attack);
  }
  await project.remove('outside.js');
  await server.event(({ diagnostics }) => /deleted/.test(diagnostics?.[0].message));
  for (const gone of ['/link.js', '/__wds-outside-root__/1/outside.js']) {
    t.is((await get(origin, gone)).status, 404, gone);
  }
});

test('a url that asks for a million folders up', (t) => {
  const before = process.memoryUsage().rss;
  t.is(fileOf('/__wds-outside-root__/99999999/etc/a.js', '/some/folder'), '/etc/a.js');
  t.is(fileOf(`/__wds-outside-root__/${'9'.repeat(400)}/a.js`, '/some/folder'), '/a.js');
  t.is(fileOf('/__wds-outside-root__/1/a.js', '/some/folder'), '/some/a.js');
  t.true(process.memoryUsage().rss - before < 100e6);
});

test('on Windows, names are refused that are drives, streams, devices or shorter than they look', (t) => {
  const root = 'C:\\project\\app';
  for (const url of [
    '/C:/x.js',
    '/c%3a/x.js',
    '/C:x.js',
    '//C:/x.js',
    '/__wds-outside-root__/1/D:/x.js',
    '/x.js::$DATA',
    '/x.js%3a%3a$DATA',
    '/x.js:stream',
    '/CON',
    '/nul',
    '/sub/aux.js',
    '/Aux.tar.js',
    '/com1.js',
    '/LPT%C2%B9',
    '/conin$',
    '/nul%20.js',
    '/x.js.',
    '/x.js%20',
    '/folder./x.js',
    '/folder%20/',
    '/..\\x.js',
    '/..%5c..%5cx.js',
    '/a%5cb.js',
    '/%5c%5cserver%5cshare%5cx.js',
    '/%5c%5c%3f%5cC:%5cx.js',
    '/a%3fb.js',
    '/a%0ab.js',
    '/%2e%2e/x.js',
  ]) {
    t.is(fileOf(url, root, 'win32'), null, url);
  }
  for (const [url, file] of [
    ['/sub/x.js?a:b', `${root}\\sub\\x.js`],
    ['/', `${root}\\index.html`],
    ['/./x.js', `${root}\\x.js`],
    ['/sub/../x.js', `${root}\\x.js`],
    ['/console.js', `${root}\\console.js`],
    ['/com10.js', `${root}\\com10.js`],
    ['/.hidden', `${root}\\.hidden`],
    ['/a%20b/%C3%BC.js', `${root}\\a b\\ü.js`],
    ['/__wds-outside-root__/1/x.js', 'C:\\project\\x.js'],
    ['/__wds-outside-root__/99/x.js', 'C:\\x.js'],
  ]) {
    t.is(fileOf(url, root, 'win32'), file, url);
  }
  // Elsewhere they are names like any other.
  for (const platform of ['linux', 'darwin']) {
    t.is(fileOf('/aux.js', '/project', platform), '/project/aux.js');
    t.is(fileOf('/C:/x.js', '/project', platform), '/project/C:/x.js');
  }
});

test('a pipe among the files does not stop the server', async (t) => {
  const { project, origin } = await startOurs(t);
  const pipe = project.path('app/pipe.js');
  await run('mkfifo', [pipe]);
  const never = get(origin, '/pipe.js');
  t.is((await get(origin, '/main.js')).status, 200);
  // Whoever waits for the pipe gets what is written to it.
  await run('sh', ['-c', `echo done > '${pipe}'`], { timeout: 10_000 });
  t.is((await never).body.trim(), 'done');
});

test('whoever hangs up while being refused does not end the process', async (t) => {
  const { server, hangUp } = rawServer();
  const endpoint = new HmrEndpoint({ server, onConnect() {}, onMessage() {}, onDisconnect() {} });
  t.notThrows(() => hangUp('/__hotgraph/socket'));
  endpoint.close();
  // An answer alone is not enough.
  server.on('upgrade', (_, duplex) => duplex.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  t.throws(() => hangUp('/__hotgraph/socket'), { message: 'read ECONNRESET' });
});

/** A server whose connections are in the test's hand. */
function rawServer() {
  const server = new EventEmitter();
  return {
    server,
    hangUp(url) {
      const duplex = new Duplex({ read() {}, write() {} });
      server.emit('upgrade', { url, headers: { host: 'localhost' } }, duplex, Buffer.alloc(0));
      duplex.emit('error', new Error('read ECONNRESET'));
    },
  };
}

const FLOOD = 50_000;

test('a page that floods the socket is held up, and others are not', async (t) => {
  let received = 0;
  const onMessage = (client, text) => {
    if (text === 'ping') endpoint.send('pong', client);
    else received += 1;
  };
  const { endpoint, origin, path } = await startEndpoint(t, { onMessage });
  let taken = 0;
  const careless = await startCareless(
    t,
    () => true,
    (socket) =>
      socket.on('message', () => {
        taken += 1;
      }),
  );
  const [attacker, victim] = await Promise.all([open(careless, '/'), open(origin, path)]);
  t.teardown(() => victim.socket.terminate());
  t.teardown(() => attacker.socket.terminate());
  for (let frame = 0; frame < FLOOD; frame += 1) attacker.socket.send('flood');
  await waitFor(
    () => taken === FLOOD,
    () => `${taken} frames`,
  );

  const flooding = await open(origin, path);
  t.teardown(() => flooding.socket.terminate());
  const start = performance.now();
  for (let frame = 0; frame < FLOOD; frame += 1) flooding.socket.send('flood');
  await waitFor(
    () => received > 4000,
    () => `${received} frames`,
  );
  const pong = new Promise((resolve) => victim.socket.once('message', resolve));
  victim.socket.send('ping');
  t.is(String(await pong), 'pong');
  // 1,000 a second, 4,000 at once, and what was in the buffer already.
  const seconds = (performance.now() - start) / 1000;
  t.true(received < 20_000 + seconds * 1000, `${received} frames in ${seconds} s`);
});

/** As long as a report that names some thousand modules, in bytes. */
const REPORT = 110_000;

test('what waits to be handled is bounded, and holds up nobody but those who sent it', async (t) => {
  const waiting = [];
  const bytes = new Map();
  const { origin, path } = await startEndpoint(t, {
    onMessage(client, text) {
      waiting.push(client);
      bytes.set(client, (bytes.get(client) ?? 0) + text.length);
    },
    waiting: () => waiting.length,
  });
  const sockets = [];
  for (let count = 0; count < 10; count += 1) {
    const { socket } = await open(origin, path);
    t.teardown(() => socket.terminate());
    sockets.push(socket);
    for (let frame = 0; frame < 100; frame += 1) socket.send('x'.repeat(REPORT));
  }
  const modest = await open(origin, path);
  t.teardown(() => modest.socket.terminate());
  await waitFor(
    () => bytes.size === 10,
    () => `${bytes.size} pages`,
  );
  modest.socket.send('modest');
  await waitFor(
    () => bytes.has(11),
    () => `frames of ${[...bytes.keys()]}`,
  );
  // What was in the buffers already comes in.
  t.true(Math.max(...bytes.values()) < 10 * REPORT, `${[...bytes.values()]}`);
  // What was held up comes when there is room, to its end.
  const drain = setInterval(() => waiting.splice(0), 1);
  t.teardown(() => clearInterval(drain));
  await waitFor(
    () => sockets.every((_, index) => bytes.get(index + 1) === 100 * REPORT),
    () => `${[...bytes.values()]}`,
  );
});

test('all pages together have a limit, and those that send little do not feel it', async (t) => {
  let received = 0;
  const { endpoint, origin, path } = await startEndpoint(t, {
    onMessage(client, text) {
      if (text === 'ping') endpoint.send('pong', client);
      else received += 1;
    },
  });
  const victim = await open(origin, path);
  t.teardown(() => victim.socket.terminate());
  const start = performance.now();
  for (let count = 0; count < 10; count += 1) {
    const { socket } = await open(origin, path);
    t.teardown(() => socket.terminate());
    // Few of them in what is read at once.
    for (let frame = 0; frame < 3500; frame += 1) socket.send('x'.repeat(1000));
  }
  await waitFor(
    () => received > 6000,
    () => `${received} frames`,
  );
  const pong = new Promise((resolve) => victim.socket.once('message', resolve));
  victim.socket.send('ping');
  t.is(String(await pong), 'pong');
  // Each could send as many by itself. 2,000 a second, 8,000 at once, and what was in the buffers.
  const seconds = (performance.now() - start) / 1000;
  t.true(received < 15_000 + seconds * 2000, `${received} frames in ${seconds} s`);
});

test('a flood of long reports delays no update for long, and makes no modules', async (t) => {
  const { project, server, origin } = await startOurs(t, {
    files: {
      'app/main.js': "import './dep.js'; import.meta.hot.accept();",
      'app/dep.js': 'export {};',
    },
  });
  for (const url of ['/', '/main.js', '/dep.js']) await get(origin, url);
  const url = `${origin.replace('http', 'ws')}${await socketPath(origin)}`;
  const flood = new Worker(new URL('../helpers/flood.js', import.meta.url), {
    workerData: { url, sockets: 10 },
  });
  t.teardown(() => flood.terminate());
  const begun = once(flood, 'message');
  const { socket } = await open(origin, await socketPath(origin));
  t.teardown(() => socket.terminate());
  const hello = { type: 'hello', session: '', since: 0, page: null, reloaded: null };
  socket.send(JSON.stringify(hello));
  let updates = 0;
  socket.on('message', (data) => {
    updates += JSON.parse(data).type === 'update' ? 1 : 0;
  });
  await begun;
  for (let save = 1; save <= 5; save += 1) {
    await project.write('app/dep.js', `export const save = ${save};`);
    // Within the patience of a test, which is less than half of what ten such bursts took once.
    await waitFor(
      () => updates === save,
      () => `${updates} updates of ${save}`,
    );
  }
  // A file that an import would be waiting for is a change when it is made.
  await project.write('app/made-up-1-0.js', 'export {};');
  await project.write('app/dep.js', 'export const save = 6;');
  await waitFor(
    () => updates === 6,
    () => `${updates} updates`,
  );
  t.false(server.events.some(({ files }) => /made-up/.test(String(files))));
});

test('queries that somebody makes up, and requests of other sites, cost no save anything', async (t) => {
  const source = "import './dep.js'; import.meta.hot?.accept();";
  const { project, server, origin } = await startOurs(t, {
    hmr: { allowedOrigins: ['https://dev.example.com'] },
    files: {
      'app/main.js': "import './x.js?named'; import.meta.hot.accept();",
      'app/x.js': source,
      'app/dep.js': 'export {};',
      'app/y.js': source,
    },
  });
  for (const url of ['/', '/main.js', '/x.js?named', '/x.js', '/dep.js']) await get(origin, url);
  for (let count = 0; count < 1000; count += 1) await get(origin, `/x.js?n=${count}`);
  for (const headers of [
    FROM_EVIL,
    { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  ]) {
    const { body } = await get(origin, '/y.js', { ...headers, 'sec-fetch-dest': 'script' });
    t.is(body, source, 'as it is: it may not load our client');
  }
  const dev = { origin: 'https://dev.example.com', 'sec-fetch-site': 'cross-site' };
  t.not((await get(origin, '/y.js?dev', { ...dev, 'sec-fetch-dest': 'script' })).body, source);

  const { socket } = await open(origin, await socketPath(origin));
  t.teardown(() => socket.terminate());
  const updates = [];
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    if (message.type === 'update') updates.push(message.changed);
  });
  const hello = { type: 'hello', session: '', since: 0, page: null, reloaded: null };
  socket.send(JSON.stringify(hello));
  await project.write('app/x.js', `${source}\n`);
  await project.write('app/y.js', `${source}\n`);
  // One update or two.
  await waitFor(
    () => ['/x.js', '/y.js?dev'].every((url) => updates.flat().includes(url)),
    () => JSON.stringify([updates, server.events]),
  );
  const changed = updates.flat();
  const ofX = changed.filter((url) => url.startsWith('/x.js'));
  t.true(ofX.includes('/x.js') && ofX.includes('/x.js?named') && ofX.includes('/x.js?__others'));
  t.true(ofX.length < 110, `${ofX.length} modules`);
  t.deepEqual(
    changed.filter((url) => url.startsWith('/y.js')),
    ['/y.js?dev'],
  );
});

test('a page that asks for a file by more queries than are told apart has its last text', async (t) => {
  const { project, origin } = await startOurs(t, {
    files: {
      'app/main.js': `const from = (count) => import(\`./x.js?n=\${count}\`);
globalThis.values = await Promise.all(Array.from({ length: 150 }, (_, count) => from(count)));
globalThis.value = () => new Set(globalThis.values.map((one) => one.value)).size === 1 && globalThis.values[149].value;
import.meta.hot.accept();`,
      'app/x.js': 'import.meta.hot.data; export const value = 1;',
    },
  });
  const tab = await openTab(origin);
  t.teardown(() => tab.close());
  const other = await openTab(origin);
  t.teardown(() => other.close());
  for (const one of [tab, other]) {
    await one.connected();
    await one.until(() => globalThis.value?.(), 1);
  }
  await project.write('app/x.js', 'import.meta.hot.data; export const value = 2;');
  for (const one of [tab, other]) {
    await one.until(() => globalThis.value?.(), 2);
    t.deepEqual(one.errors, []);
  }
});

test('a page that reads nothing is dropped', async (t) => {
  const gone = [];
  const { endpoint, origin, path } = await startEndpoint(t, {
    onDisconnect: (client) => gone.push(client),
  });
  const text = 'x'.repeat(8 * 1024 * 1024);
  let careless;
  const target = await startCareless(
    t,
    () => true,
    (socket) => {
      careless = socket;
    },
  );
  const slow = await open(target, '/');
  slow.socket.pause();
  for (let round = 0; round < 20; round += 1) careless.send(text);
  t.true(careless.bufferedAmount > 128e6);
  careless.terminate();
  slow.socket.terminate();

  const { socket } = await open(origin, path);
  t.teardown(() => socket.terminate());
  socket.pause();
  for (let round = 0; round < 20; round += 1) endpoint.send(text, 1);
  await waitFor(
    () => gone.includes(1),
    () => 'still there',
  );
  t.deepEqual(gone, [1]);
});

test('more sockets than anybody has tabs', async (t) => {
  const reasons = [];
  const { origin, path } = await startEndpoint(t, { onRefused: (reason) => reasons.push(reason) });
  const sockets = [];
  t.teardown(() => {
    for (const { socket } of sockets) socket?.terminate();
  });
  for (let count = 0; count < 256; count += 1) sockets.push(await open(origin, path));
  t.true(sockets.every(({ status }) => status === 101));
  t.is((await open(origin, path)).status, 503);
  t.deepEqual(reasons, ['256 pages are connected']);
  sockets[0].socket.close();
  await waitFor(
    () => opens(origin, path),
    () => 'no place was free again',
  );
});

test('a second hello costs nothing', async (t) => {
  const { server, origin } = await startOurs(t);
  const { socket } = await open(origin, await socketPath(origin));
  t.teardown(() => socket.terminate());
  const answers = [];
  socket.on('message', (data) => answers.push(JSON.parse(data).type));
  const hello = { type: 'hello', session: '', since: 0, page: null, reloaded: null };
  for (let round = 0; round < 3; round += 1) socket.send(JSON.stringify(hello));
  const isBad = ({ type }) => type === 'badFrame';
  await waitFor(
    () => server.events.filter(isBad).length === 2 && answers.includes('connected'),
    () => JSON.stringify(server.events),
  );
  t.is(answers.filter((type) => type === 'connected').length, 1);
});

test('custom events cannot reach the prototypes of objects', async (t) => {
  const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const { server, origin } = await startOurs(t, {
    files: {
      'app/main.js': `import.meta.hot.on('mine', (data) => {
  globalThis.seen = [{}.polluted ?? null, Object.keys(data), Object.hasOwn(data, '__proto__')];
});`,
    },
  });
  const got = [];
  for (const name of ['__proto__', 'constructor', 'mine']) {
    server.hmr.hot.on(name, (data) => got.push([name, JSON.stringify(data)]));
  }
  const { socket } = await open(origin, await socketPath(origin));
  t.teardown(() => socket.terminate());
  for (const name of ['__proto__', 'constructor', 'toString', 'mine']) {
    socket.send(`{"type":"custom","event":"${name}","data":${evil}}`);
  }
  await waitFor(
    () => got.length >= 3,
    () => JSON.stringify(got),
  );
  t.deepEqual(
    got.map(([name]) => name),
    ['__proto__', 'constructor', 'mine'],
  );
  t.true(got.every(([, text]) => text.includes('__proto__')));
  t.is({}.polluted, undefined);

  const tab = await openTab(origin);
  t.teardown(() => tab.close());
  await tab.connected();
  for (const name of ['__proto__', 'constructor', 'mine']) {
    server.hmr.hot.send(name, JSON.parse(evil));
  }
  await tab.until(() => globalThis.seen, [null, ['__proto__', 'constructor'], true]);
  t.deepEqual(tab.errors, []);
  // A merge of the kind that these frames are made for.
  const merge = (into, from) => {
    for (const key of Object.keys(from)) {
      if (typeof from[key] === 'object') into[key] = merge(into[key] ?? {}, from[key]);
      else into[key] = from[key];
    }
    return into;
  };
  try {
    merge({}, JSON.parse('{"__proto__":{"polluted":1}}'));
    t.is({}.polluted, 1);
  } finally {
    delete Object.prototype.polluted;
  }
});

test('text from pages and headers commands no terminal', async (t) => {
  const lines = [];
  const { origin } = await startOurs(t, { hmr: { logLevel: 'info' }, before: [terminal(lines)] });
  const url = await socketPath(origin);
  const { socket } = await open(origin, url);
  t.teardown(() => socket.terminate());
  const command = '\u001b]0;title\u0007\u009b2J';
  socket.send(JSON.stringify({ type: 'failed', version: 1, message: `of a page ${command}` }));
  for (let round = 0; round < 100; round += 1) {
    await get(origin, `${await clientFolder(origin)}env.js`, {
      origin: `http://${round}.example/\u009b`,
    });
  }
  await waitFor(
    () => lines.some((line) => line.includes('of a page')),
    () => lines.join('\n'),
  );
  const shown = lines.filter((line) => /of a page|refused/.test(line));
  for (const character of ['\u001b]', '\u0007', '\u009b']) {
    t.false(shown.join('').includes(character), JSON.stringify(character));
  }
  t.is(shown.filter((line) => line.includes('refused')).length, 50);
});

test('a page that floods the terminal is no longer shown, and others are', async (t) => {
  const lines = [];
  const { origin, server, project } = await startOurs(t, {
    hmr: { logLevel: 'info' },
    before: [terminal(lines)],
  });
  const { socket } = await open(origin, await socketPath(origin));
  t.teardown(() => socket.terminate());
  for (let round = 0; round < 3000; round += 1) {
    const failed = { type: 'failed', version: 1, message: `of a page\n${round}` };
    socket.send(JSON.stringify(round % 2 === 0 ? failed : { type: 'nonsense' }));
  }
  await waitFor(
    () => server.events.length >= 3000,
    () => `${server.events.length} events`,
  );
  const ofPages = lines.filter((line) => /of a page|a page sent/.test(line));
  t.true(ofPages.length >= 100, `${ofPages.length}`);
  t.true(ofPages.length <= 1000, `${ofPages.length}`);
  t.is(lines.filter((line) => line.includes('pages send too many messages')).length, 1);
  const tab = await openTab(origin);
  t.teardown(() => tab.close());
  await tab.connected();
  await project.write('app/main.js', 'import.meta.hot.accept(;');
  await waitFor(
    () => lines.some((line) => line.includes('main.js:1')),
    () => lines.slice(-3).join('\n'),
  );
});

test('a request cannot put markup into inline scripts', async (t) => {
  const anywhere = {
    name: 'page-anywhere',
    serve({ path }) {
      if (!path.startsWith('/route')) return undefined;
      const script = '<script type="module">import.meta.hot.accept();</script>';
      return { body: `<!doctype html><head></head>${script}`, type: 'html' };
    },
  };
  const { origin } = await startOurs(t, { before: [anywhere] });
  const { status, body } = await get(origin, '/route/</script><script>evil()</script>/');
  t.is(status, 200);
  t.regex(body, /__hot/);
  t.notRegex(body.replace(/content=".*?"/, ''), /<script>evil/);
});

const TLS = tlsOfHost();

for (const [name, tls] of [
  ['http', undefined],
  ['https', TLS],
]) {
  for (const keepsHost of [true, false]) {
    const what = keepsHost ? 'keeps Host' : 'rewrites Host';
    test(`behind a proxy for ${name} that ${what}, below a base path, without configuration`, async (t) => {
      const project = new Project({
        'index.html': PAGE,
        'main.js': `globalThis.value = 1;\nimport.meta.hot.accept();`,
      });
      t.teardown(() => project.dispose());
      const server = await serve(project.folder, { config: { basePath: '/base/' } });
      t.teardown(() => server.stop());
      const origin = `http://localhost:${server.port}`;
      const proxy = await startProxy(t, origin, { tls, keepsHost });
      const tab = await openTab(`${proxy}/base/`, { ignoreHTTPSErrors: true });
      t.teardown(() => tab.close());
      await tab.connected();
      await project.write('main.js', `globalThis.value = 2;\nimport.meta.hot.accept();`);
      await tab.until(() => globalThis.value, 2);
      t.is(tab.loads, 1);
      // And what is refused without a proxy is refused behind it.
      const env = { referer: `${proxy}/base/`, 'sec-fetch-site': 'same-origin' };
      const url = await socketPath(proxy, env, '/base/');
      t.true(await opens(proxy, url, { origin: proxy }));
      t.false(await opens(proxy, url, { origin: EVIL }));
      t.false(await opens(proxy, url, { origin: EVIL, 'x-forwarded-host': 'evil.example' }));
      t.false(await opens(proxy, url, { origin: 'null' }));
      const rebound = { ...env, host: 'evil.example', referer: `${EVIL}/` };
      t.is(await readEnv(proxy, rebound, '/base/'), null);
      t.is(
        await readEnv(proxy, { ...FROM_EVIL, 'x-forwarded-host': 'evil.example' }, '/base/'),
        null,
      );
    });
  }
}

test('allowedOrigins and allowedHosts let in whom they name, and nobody else', async (t) => {
  const origins = await startOurs(t, { hmr: { allowedOrigins: ['https://Dev.example.com/'] } });
  const hosts = await startOurs(t, { hmr: { allowedHosts: ['.Example.com'] } });
  const dev = 'https://dev.example.com';
  const host = 'dev.example.com';

  // A proxy that says nothing of where the page is, to a server that is told.
  const url = await socketPath(origins.origin);
  t.true(await opens(origins.origin, url, { origin: dev }));
  t.true(
    await opens(origins.origin, await socketPath(origins.origin, { host }), { host, origin: dev }),
  );
  t.false(await opens(origins.origin, url, { origin: 'http://dev.example.com' }), 'another scheme');
  t.false(await opens(origins.origin, url, { origin: `${dev}:8443` }), 'another port');
  t.false(await opens(origins.origin, url, { origin: `${dev}.evil.example` }));
  t.false(await opens(origins.origin, '/__hotgraph/socket', { origin: dev }), 'no token');
  t.truthy(await readEnv(origins.origin, { origin: dev, 'sec-fetch-site': 'cross-site' }));
  t.is(await readEnv(origins.origin, FROM_EVIL), null);

  const named = { host, origin: dev };
  t.true(await opens(hosts.origin, await socketPath(hosts.origin, { host }), named));
  t.false(
    await opens(hosts.origin, await socketPath(hosts.origin), named),
    'a token of another host',
  );
  t.is(await readEnv(hosts.origin, { host: 'notexample.com' }), null);

  for (const wrong of ['null', 'dev.example.com', '*', `${dev}/path`]) {
    const options = { server: new EventEmitter(), allowedOrigins: [wrong] };
    t.throws(() => new HmrEndpoint(options), { message: /has to be an origin/ }, wrong);
  }
});
