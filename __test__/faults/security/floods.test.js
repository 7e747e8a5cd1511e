/**
 * Pages that send or ask for too much: they slow down only themselves.
 */

import { once } from 'node:events';
import http from 'node:http';
import { Worker } from 'node:worker_threads';
import ava from 'ava';
import { HmrEndpoint } from 'hotgraph';
import { FROM_EVIL, get, listen, open, opens, socketPath } from '../../helpers/attack.js';
import { closeBrowser, openTab, waitFor } from '../../helpers/browser.js';
import { startCareless, startOurs } from '../../helpers/careless.js';

// One after the other: some measure what the process does with a flood.
const test = ava.serial;

ava.after.always(closeBrowser);

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

const FLOOD = 50_000;

test('a page that floods the socket is slowed down, and others are not', async (t) => {
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

test('a flood of reports fills a bounded queue and delays only its senders', async (t) => {
  // Several times what fills the queue.
  const FRAMES = 40;
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
    for (let frame = 0; frame < FRAMES; frame += 1) socket.send('x'.repeat(REPORT));
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
    () => sockets.every((_, index) => bytes.get(index + 1) === FRAMES * REPORT),
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
  const flood = new Worker(new URL('../../helpers/flood.js', import.meta.url), {
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

test('made-up queries, and requests of other sites, do not slow down saves', async (t) => {
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

test('sockets beyond the limit are refused', async (t) => {
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
