import { brotliCompressSync, deflateSync } from 'node:zlib';
import ava from 'ava';
import { get, open as openSocket } from '../../helpers/attack.js';
import { closeBrowser, openTab } from '../../helpers/browser.js';
import { heading, open, PAGE_HEADERS, startFor, startRails } from '../../helpers/proxy.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

test('pages in every form get the client, with headers that are right', async (t) => {
  const text = '<p>grüße</p>';
  const bytes = Buffer.from(text);
  const latin1 = Buffer.from(text, 'latin1');
  const pages = {
    '/plain': [{ 'content-length': bytes.length, etag: '"1"' }, bytes],
    '/chunked': [{}, bytes],
    '/brotli': [{ 'content-encoding': 'br' }, brotliCompressSync(bytes)],
    '/deflate': [{ 'content-encoding': 'deflate' }, deflateSync(bytes)],
    '/latin1': [{ 'content-type': 'text/html; charset=iso-8859-1' }, latin1],
    '/meta': [{}, Buffer.concat([Buffer.from('<meta charset="windows-1252">'), latin1])],
    '/error': [{ status: 500 }, bytes],
    '/no-store': [{ 'cache-control': 'no-store' }, bytes],
    '/empty': [{ 'content-length': 0 }, Buffer.alloc(0)],
  };
  const { origin } = await startFor(t, (request, response) => {
    const [{ status = 200, ...headers }, body] = pages[request.url];
    response.writeHead(status, { 'content-type': 'text/html', ...headers });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  for (const [path, [given, body]] of Object.entries(pages)) {
    const response = await fetch(origin + path, { headers: PAGE_HEADERS });
    const served = Buffer.from(await response.arrayBuffer());
    t.is(response.status, given.status ?? 200, path);
    t.true(served.includes('<meta name="hotgraph"'), path);
    const isEncoded = given['content-encoding'] !== undefined;
    t.true(served.includes(isEncoded ? bytes : body), `${path}: each byte stays`);
    t.is(response.headers.get('content-encoding'), null, path);
    t.is(response.headers.get('content-length'), String(served.length), path);
    t.is(response.headers.get('content-type'), given['content-type'] ?? 'text/html', path);
    t.is(response.headers.get('cache-control'), given['cache-control'] ?? 'no-cache', path);
    const etag = response.headers.get('etag');
    t.not(etag, given.etag, path);
    if (given.status) continue;
    const again = {
      headers: { ...PAGE_HEADERS, 'if-none-match': etag, 'cache-control': 'max-age=0' },
    };
    t.is((await fetch(origin + path, again)).status, 304, path);
    const head = await fetch(origin + path, { method: 'HEAD', headers: PAGE_HEADERS });
    t.is(head.status, 200, path);
    t.is(head.headers.get('etag'), null, path);
  }
});

test('a page with trailers comes whole', async (t) => {
  const { origin } = await startFor(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', trailer: 'server-timing' });
    response.write('<!doctype html>');
    response.addTrailers({ 'server-timing': 'db;dur=1' });
    response.end('<h1>whole</h1>');
  });
  const response = await fetch(origin, { headers: PAGE_HEADERS });
  t.regex(await response.text(), /hotgraph.*<h1>whole<\/h1>$/s);
});

test('a page that does not say what it is becomes one, as in browsers', async (t) => {
  let end = () => {};
  const bodies = {
    '/page': ' \n<!DOCTYPE html><p>page</p>',
    '/part': '<p>part',
    '/text': 'a < b',
    '/xml': '<?xml version="1.0"?>',
    '/empty': '',
    '/nosniff': '<p>part',
  };
  const { origin } = await startFor(t, ({ url }, response) => {
    if (url === '/nosniff') response.setHeader('x-content-type-options', 'nosniff');
    if (url !== '/stream') return response.end(bodies[url]);
    response.write('text that goes on');
    end = () => response.end();
  });
  for (const [path, body] of Object.entries(bodies)) {
    const found = await get(origin, path, PAGE_HEADERS);
    const isPage = path === '/page' || path === '/part';
    t.is(found.body.includes('<meta name="hotgraph"'), isPage, path);
    t.is(found.headers['content-type'], isPage ? 'text/html' : undefined, path);
    if (!isPage) t.is(found.body, body, path);
  }
  const response = await fetch(`${origin}/stream`, { headers: PAGE_HEADERS });
  const { value } = await response.body.getReader().read();
  t.is(String(Buffer.from(value)), 'text that goes on');
  end();
});

test('an answer that is not a page for a browser stays as it is', async (t) => {
  const html = Buffer.from('<p>part</p>');
  const wide = Buffer.from('\ufeff<p>page</p>', 'utf16le');
  const { origin } = await startFor(t, (request, response) => {
    if (request.url === '/wide') {
      return response.writeHead(200, { 'content-type': 'text/html' }).end(wide);
    }
    if (request.url === '/unknown') {
      const headers = { 'content-type': 'text/html', 'content-encoding': 'made-up' };
      return response.writeHead(200, headers).end(html);
    }
    if (request.headers['if-none-match'] === '"part"') return response.writeHead(304).end();
    const { range } = request.headers;
    response.writeHead(range ? 206 : 200, {
      'content-type': 'text/html',
      'content-length': range ? 2 : html.length,
      etag: '"part"',
    });
    return response.end(range ? html.subarray(0, 2) : html);
  });
  // Code fetches it.
  const fetched = { 'sec-fetch-dest': 'empty', accept: 'text/html' };
  const { body, headers } = await get(origin, '/part', fetched);
  t.is(body, String(html));
  t.is(headers.etag, '"part"');
  t.is((await get(origin, '/part', { ...fetched, 'if-none-match': '"part"' })).status, 304);
  t.is((await get(origin, '/part', { ...fetched, range: 'bytes=0-1' })).status, 206);
  const response = await fetch(`${origin}/wide`, { headers: PAGE_HEADERS });
  t.deepEqual(Buffer.from(await response.arrayBuffer()), wide);
  t.is((await get(origin, '/unknown', PAGE_HEADERS)).body, String(html));
});

test('a page that is very large is passed on as it is', async (t) => {
  const line = Buffer.alloc(1024 * 1024, 'x');
  const { origin } = await startFor(t, async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.write('<p>begin');
    for (let index = 0; index < 20; index += 1) {
      if (!response.write(line)) await new Promise((resolve) => response.once('drain', resolve));
    }
    response.end('end');
  });
  const served = Buffer.from(
    await (await fetch(`${origin}/`, { headers: PAGE_HEADERS })).arrayBuffer(),
  );
  t.is(served.length, 8 + 20 * line.length + 3);
  t.true(served.subarray(-3).equals(Buffer.from('end')));
});

test('a page says that the backend is down, and loads when it is up again', async (t) => {
  const { origin, port, backend, running, program } = await startRails(t);
  await open(t, `${origin}/`);
  await running.interrupt();
  const down = await openTab(`${origin}/`);
  t.teardown(() => down.close());
  const text = await down.evaluate(() => document.body.textContent);
  t.true(
    text.includes(`The backend http://localhost:${port} does not answer: nobody listens there.`),
  );
  await program.said(`the backend http://localhost:${port} does not answer`);
  const { status, headers } = await get(origin, '/', PAGE_HEADERS);
  t.is(status, 502);
  t.is(headers['cache-control'], 'no-store');
  const data = await get(origin, '/data', { accept: 'application/json' });
  t.is(data.status, 502);
  t.is(data.headers['content-type'], 'text/plain; charset=utf-8');
  t.true(data.body.includes('Start it'));
  t.is((await openSocket(origin, '/cable')).status, 502);
  await backend();
  await down.until(heading, 'Hello, stranger');
  await down.connected();
  await program.said(`the backend http://localhost:${port} answers`);
});
