/**
 * What `createHmr()` answers to requests, and what it leaves to others.
 */

import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import ava from 'ava';
import express from 'express';
import { VALUE_APP } from '../../helpers/app.js';
import { EVIL, get } from '../../helpers/attack.js';
import { closeBrowser } from '../../helpers/browser.js';
import { isHot } from '../../helpers/expect.js';
import { makeProject, startServer } from '../../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const run = promisify(execFile);

const SERVED = {
  'main.js': 'export const ü = 1;',
  'hot.mjs': 'import.meta.hot.accept();',
  'style.css': 'body { color: red }',
  'data.json': '{}',
  'picture.png': new Uint8Array([1, 2, 3, 4, 5]),
  'module.wasm': new Uint8Array([0]),
};
for (const [path, type] of [
  ['/', 'text/html; charset=utf-8'],
  ['/main.js', 'text/javascript; charset=utf-8'],
  ['/hot.mjs', 'text/javascript; charset=utf-8'],
  ['/hot.mjs?query', 'text/javascript; charset=utf-8'],
  ['/style.css', 'text/css; charset=utf-8'],
  ['/data.json', 'application/json; charset=utf-8'],
  ['/picture.png', 'image/png'],
  ['/module.wasm', 'application/wasm'],
]) {
  test(`GET, HEAD and If-None-Match: ${path}`, async (t) => {
    const { origin } = await startServer(t, SERVED);
    const ask = (method, headers) => fetch(origin + path, { method, headers });
    const response = await ask('GET');
    const body = Buffer.from(await response.arrayBuffer());
    const { headers } = response;
    t.is(headers.get('content-type'), type);
    t.is(headers.get('cache-control'), 'no-cache');
    t.is(Number(headers.get('content-length')), body.length);
    t.is(headers.get('access-control-allow-origin'), null);

    const head = await ask('HEAD');
    t.is(head.status, 200);
    for (const name of ['content-type', 'content-length', 'etag']) {
      t.is(head.headers.get(name), headers.get(name), name);
    }
    t.is(await head.text(), '');

    // `fetch` asks for all of it, whatever the tag.
    const again = await get(origin, path, { 'if-none-match': headers.get('etag') });
    t.deepEqual([again.status, again.body], [304, '']);
    t.is((await get(origin, path, { 'if-none-match': 'W/"other"' })).status, 200);
  });
}

test('an ETag covers the whole answer, stamps and the client included', async (t) => {
  const { project, origin, open } = await startServer(t, {
    'index.html': '<!doctype html><link rel="stylesheet" href="a.css">',
    'a.css': 'body { color: rgb(1, 0, 0) }',
  });
  const tagOf = async () => (await fetch(origin)).headers.get('etag');
  const before = await tagOf();
  t.is(await tagOf(), before);
  const tab = await open();
  await project.write('a.css', 'body { color: rgb(2, 0, 0) }');
  await tab.until(() => getComputedStyle(document.body).color, 'rgb(2, 0, 0)');
  t.not(await tagOf(), before);
});

test('ranges get parts of files', async (t) => {
  const { origin } = await startServer(t, SERVED);
  const ask = (range) => fetch(`${origin}/picture.png`, { headers: { range } });
  const part = await ask('bytes=1-2');
  t.is(part.status, 206);
  t.is(part.headers.get('content-range'), 'bytes 1-2/5');
  t.deepEqual(new Uint8Array(await part.arrayBuffer()), new Uint8Array([2, 3]));
  const beyond = await ask('bytes=7-9');
  t.is(beyond.status, 416);
  t.is(beyond.headers.get('content-range'), 'bytes */5');
});

test('text that is not UTF-8 stays as it is', async (t) => {
  const page = Buffer.from('<meta charset="iso-8859-1"><p>\xfc', 'latin1');
  const { origin } = await startServer(t, { 'old.html': page });
  const response = await fetch(`${origin}/old.html`);
  t.is(response.headers.get('content-type'), 'text/html');
  t.deepEqual(Buffer.from(await response.arrayBuffer()), page);
});

test('folders have pages at their own paths', async (t) => {
  const { project, origin } = await startServer(t, { 'sub/index.html': '<p>sub', 'evil/a.js': '' });
  project.writeNow('evil/index.html', '<p>');
  const { status, headers } = await get(origin, '/sub?x');
  t.deepEqual([status, headers.location], [302, '/sub/?x']);
  t.regex((await get(origin, '/sub/')).body, /<p>sub$/);
  t.is((await get(origin, '//evil')).headers.location, '/evil/', 'and never at another site');
});

test('requests for missing, hidden or unrelated files are passed on', async (t) => {
  const app = (hmr) =>
    express()
      .use(hmr.middleware)
      .use((request, response) => response.send(`app: ${request.method} ${request.url}`));
  const { origin } = await startServer(
    t,
    {
      ...SERVED,
      '.env': 'SECRET',
      'sub/.git/config': 'SECRET',
      '.well-known/a.txt': 'known',
      'node_modules/.pnpm/a@1/a.js': 'known',
      'node_modules/.vite/a.js': 'SECRET',
    },
    { app },
  );
  for (const path of [
    '/none.js',
    '/sub',
    '/api/users?id=1',
    '/.env',
    '/%2eenv',
    '/sub/.git/config',
    '/node_modules/.vite/a.js',
    '/x/../../../../../etc/hosts',
    '/%2e%2e/%2e%2e/%2e%2e/etc/hosts',
    '/..%5c..%5cetc',
    '/%00',
    '/%',
    '/__hotgraph/none.js',
  ]) {
    t.is((await get(origin, path)).body, `app: GET ${path}`);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const response = await fetch(`${origin}/main.js`, { method });
    t.is(await response.text(), `app: ${method} /main.js`);
  }
  for (const path of ['/.well-known/a.txt', '/node_modules/.pnpm/a@1/a.js']) {
    t.is((await get(origin, path)).body, 'known');
  }
});

test('links are followed, and a pipe stops nothing', async (t) => {
  const outside = makeProject(t, { 'a.js': 'export {};' });
  const { project, origin } = await startServer(t, SERVED);
  symlinkSync(outside.folder, project.path('linked'));
  await run('mkfifo', [project.path('pipe.js'), project.path('pipe.png')]);
  t.is((await get(origin, '/linked/a.js')).body, 'export {};');
  t.is((await get(origin, '/pipe.js')).status, 404);
  t.is((await get(origin, '/pipe.png')).status, 404);
});

test('with spa, a browser gets the page at any path, and nothing else does', async (t) => {
  const { project, origin, open } = await startServer(
    t,
    {
      ...VALUE_APP,
      'index.html': '<!doctype html><base href="/"><script type="module" src="main.js"></script>',
    },
    { hmr: { spa: true } },
  );
  const tab = await open('/some/route?x');
  await isHot(t, { project, tab });
  t.is((await get(origin, '/none.js')).status, 404);
  t.is((await get(origin, '/api', { accept: 'application/json' })).status, 404);
  t.is((await get(origin, '/.env', { accept: 'text/html' })).status, 404);
  const script = { accept: 'text/html', 'sec-fetch-dest': 'script' };
  t.is((await get(origin, '/none.js', script)).status, 404);
  await project.write('index.html', '<!doctype html><p>other');
  await tab.until(() => document.querySelector('p')?.textContent, 'other');
});

test('nothing is served under a name that was made to point here', async (t) => {
  const { origin } = await startServer(t, SERVED);
  for (const path of ['/', '/main.js', '/picture.png']) {
    const { status, body } = await get(origin, path, { host: 'evil.example' });
    t.is(status, 403);
    t.regex(body, /host "evil.example" is not allowed; add it to the option allowedHosts/);
  }
  const named = await startServer(t, SERVED, { hmr: { allowedHosts: ['evil.example'] } });
  t.is((await get(named.origin, '/main.js', { host: 'evil.example' })).status, 200);
});

test('pages of other origins cannot use what is served', async (t) => {
  const { origin } = await startServer(t, SERVED);
  for (const path of ['/', '/main.js', '/picture.png', '/data.json']) {
    const { headers } = await get(origin, path, { origin: EVIL });
    t.is(headers['cross-origin-resource-policy'], 'same-origin');
    t.is(headers['access-control-allow-origin'], undefined);
  }
});
