/**
 * Published attacks on dev servers. Each succeeds against a server that does what the advisory describes, and fails
 * against ours.
 */

import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { isIP } from 'node:net';
import ava from 'ava';
import { WebSocketServer } from 'ws';
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
} from '../../helpers/attack.js';
import { closeBrowser, openTab, waitFor } from '../../helpers/browser.js';
import { SECRET, startCareless, startOurs } from '../../helpers/careless.js';

// One after the other: some measure what the process does with a flood.
const test = ava.serial;

ava.after.always(closeBrowser);

const TOKEN = 'careless-token';
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

test('CVE-2025-30359: a page of another site loads our files by script elements', async (t) => {
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
  await tab.until('outcomes[0].length >= 2 && outcomes[1].length >= 2');
  t.deepEqual(await tab.evaluate(() => globalThis.stolen), { token: TOKEN });
  const seen = JSON.stringify(await tab.evaluate('[outcomes[1], Object.keys(globalThis)]'));
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
    // Only other libraries would call it.
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
