/**
 * `npx hotgraph --proxy`: what passes between browser and backend.
 */

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { Readable } from 'node:stream';
import ava from 'ava';
import { FROM_EVIL, get, open as openSocket } from '../../helpers/attack.js';
import { closeBrowser } from '../../helpers/browser.js';
import { Project } from '../../helpers/project.js';
import {
  heading,
  open,
  PAGE_HEADERS,
  startFor,
  startProxy,
  startRails,
  startServer,
} from '../../helpers/proxy.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

test('a url with two slashes reaches no other server', async (t) => {
  const other = [];
  const port = await startServer(t, (request, response) => {
    other.push(request.url);
    response.end('the source');
  });
  const asked = [];
  const answer = (request, response) => {
    asked.push(request.url);
    response.writeHead(404).end();
  };
  const { origin } = await startFor(t, answer, { 'app/app.js': 'the source' });
  for (const path of [
    `//localhost:${port}/app.js`,
    `http://localhost:${port}/app.js`,
    '/%',
    '//',
  ]) {
    t.is((await get(origin, path)).status, 404, path);
  }
  t.deepEqual(other, []);
  t.true(asked.includes(`//localhost:${port}/app.js`), asked.join(' '));
});

test('cookies and redirects pass', async (t) => {
  const { origin } = await startRails(t);
  const { headers, status } = await get(origin, '/login');
  t.is(status, 302);
  t.deepEqual(headers['set-cookie'], [
    'name=Ada; Path=/; HttpOnly',
    'theme=dark; Path=/; SameSite=Lax',
  ]);
  const tab = await open(t, `${origin}/login`);
  await tab.until(heading, 'Hello, Ada');
  t.is(tab.page.url(), `${origin}/`);
  // To the backend's own address.
  await tab.page.goto(`${origin}/old`);
  t.is(tab.page.url(), `${origin}/?from=old`);
});

test('redirects to any name of the backend on this machine pass, and trailers', async (t) => {
  const { origin, target } = await startFor(t, ({ url }, response) => {
    const place = decodeURIComponent(url.split('?')[1] ?? '');
    if (url.startsWith('/refresh')) response.setHeader('refresh', `1; URL='${place}'`);
    else if (place) response.writeHead(302, { location: place });
    else response.writeHead(200, { trailer: 'x-sum', 'content-type': 'text/plain' }).write('body');
    if (!place) response.addTrailers({ 'x-sum': '4' });
    response.end();
  });
  for (const [place, expected] of [
    [`http://127.0.0.1:${target}/a?b#c`, '/a?b#c'],
    [`http://[::1]:${target}/a`, '/a'],
    [`//localhost:${target}/a`, '/a'],
    ['http://127.0.0.1:1/a', 'http://127.0.0.1:1/a'],
    [`http://other.example:${target}/a`, `http://other.example:${target}/a`],
    ['/a', '/a'],
  ]) {
    const query = encodeURIComponent(place);
    t.is((await get(origin, `/?${query}`)).headers.location, expected, place);
    const { refresh } = (await get(origin, `/refresh?${query}`)).headers;
    t.is(refresh, `1; URL='${expected}'`, place);
  }
  const [response] = await once(http.get(`${origin}/`), 'response');
  response.resume();
  await once(response, 'end');
  t.deepEqual(response.trailers, { 'x-sum': '4' });
});

test('server-sent events pass as they come, and end with the page', async (t) => {
  const { origin } = await startRails(t);
  const tab = await open(t, `${origin}/`);
  await tab.evaluate(() => {
    globalThis.said = [];
    globalThis.source = new EventSource('/events');
    globalThis.source.onopen = () => globalThis.said.push('open');
    globalThis.source.onmessage = ({ data }) => globalThis.said.push(data);
  });
  await tab.until(() => globalThis.said, ['open']);
  await tab.evaluate(() => fetch('/say'));
  await tab.until(() => globalThis.said, ['open', 'said']);
  t.is(tab.loads, 1);
});

test('a socket of the backend passes', async (t) => {
  const { origin } = await startRails(t);
  const tab = await open(t, `${origin}/`);
  const answer = await tab.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/cable`);
        socket.onopen = () => socket.send('hello');
        socket.onmessage = ({ data }) => resolve(data);
        socket.onerror = () => reject(new Error('no socket'));
      }),
  );
  t.is(answer, 'echo: hello');
  const { status } = await openSocket(origin, '/no-such-socket');
  t.not(status, 101);
});

test('a large upload arrives whole', async (t) => {
  const { origin } = await startRails(t);
  const chunk = randomBytes(1024 * 1024);
  const hash = createHash('sha256');
  const count = 64;
  for (let index = 0; index < count; index += 1) hash.update(chunk);
  const body = Readable.from(
    (function* () {
      for (let index = 0; index < count; index += 1) yield chunk;
    })(),
  );
  const response = await fetch(`${origin}/upload`, { method: 'POST', body, duplex: 'half' });
  t.is(response.status, 201);
  t.deepEqual(await response.json(), { bytes: count * chunk.length, sha256: hash.digest('hex') });
});

test('an answer passes while it is made, and breaks off where the backend breaks off', async (t) => {
  let goOn = () => {};
  const { origin } = await startFor(t, (request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('first');
    goOn = () => (request.url === '/broken' ? response.destroy() : response.end('second'));
  });
  for (const path of ['/whole', '/broken']) {
    const response = await fetch(origin + path);
    const reader = response.body.getReader();
    t.is(String(Buffer.from((await reader.read()).value)), 'first');
    goOn();
    if (path === '/broken') await t.throwsAsync(reader.read());
    else t.is(String(Buffer.from((await reader.read()).value)), 'second');
  }
});

test('the backend learns the address of the browser', async (t) => {
  const seen = [];
  const { origin } = await startFor(t, (request, response) => {
    seen.push(request.headers);
    response.end();
  });
  await get(origin, '/', { cookie: 'a=1; b=2', authorization: 'Basic x', origin });
  const { host } = new URL(origin);
  t.like(seen.at(-1), {
    host,
    origin,
    cookie: 'a=1; b=2',
    authorization: 'Basic x',
    'x-forwarded-host': host,
    'x-forwarded-proto': 'http',
  });
});

test('a backend elsewhere goes by its own name, and its cookies are for ours', async (t) => {
  const project = new Project({ 'app/app.js': 'globalThis.value = 1; import.meta.hot.accept();' });
  t.teardown(() => project.dispose());
  const seen = [];
  const target = await startServer(t, (request, response) => {
    seen.push(request);
    const { host } = request.headers;
    if (request.url === '/app.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' });
      response.end(readFileSync(project.path('app/app.js')));
    } else if (request.url === '/form') {
      const cookie = 'a=1; Domain=backend.example; Path=/; Secure; SameSite=None; HttpOnly';
      response.writeHead(303, { location: `http://${host}/`, 'set-cookie': cookie }).end();
    } else {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<script type="module" src="/app.js"></script>');
    }
  });
  const { origin } = await startProxy(
    t,
    project.folder,
    target,
    ['--root', 'app'],
    'backend.example',
  );
  const { headers } = await get(origin, '/form', { origin, referer: `${origin}/list?a` });
  t.is(headers.location, '/');
  t.deepEqual(headers['set-cookie'], ['a=1; Path=/; HttpOnly']);
  const own = `backend.example:${target}`;
  t.like(seen.at(-1).headers, {
    host: own,
    origin: `http://${own}`,
    referer: `http://${own}/list?a`,
    'x-forwarded-host': new URL(origin).host,
  });
  // What another site's page says of itself stays.
  await get(origin, '/form', FROM_EVIL);
  t.like(seen.at(-1).headers, { host: own, origin: FROM_EVIL.origin });
  const tab = await open(t, `${origin}/`);
  const value = () => globalThis.value;
  await tab.until(value, 1);
  await project.write('app/app.js', 'globalThis.value = 2; import.meta.hot.accept();');
  await tab.until(value, 2);
  t.is(tab.loads, 1);
});

test('a page of another name gets nothing', async (t) => {
  const { origin } = await startRails(t);
  const { status, body } = await get(origin, '/', { ...PAGE_HEADERS, host: 'evil.example' });
  t.is(status, 403);
  t.false(body.includes('importmap'));
  t.is((await openSocket(origin, '/cable', { host: 'evil.example' })).status, 403);
  // What another site's page asks for is what the backend would give it.
  const page = await get(origin, '/', { ...PAGE_HEADERS, 'sec-fetch-dest': 'empty', ...FROM_EVIL });
  t.false(page.body.includes('name="hotgraph"'));
});
