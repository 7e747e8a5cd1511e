/**
 * createHmr(): hot updates by a middleware, and what it answers, in Node servers of any kind.
 */

import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import http from 'node:http';
import { promisify } from 'node:util';
import ava from 'ava';
import compression from 'compression';
import connect from 'connect';
import express from 'express';
import Koa from 'koa';
import { VALUE_APP } from '../helpers/app.js';
import { EVIL, get, listen, startProxy } from '../helpers/attack.js';
import { closeBrowser, openTab, waitFor } from '../helpers/browser.js';
import { install, start } from '../helpers/command.js';
import { hasLoaded, wasHot } from '../helpers/expect.js';
import { getFreePort } from '../helpers/port.js';
import { alone, hearWarnings, make, makeProject, startServer } from '../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const run = promisify(execFile);
const value = () => globalThis.value;
const dep = (number) => `export const value = ${number};`;

/** Two edits reach a tab without a reload. */
async function isHot(t, { project, tab, file = 'dep.js', from = 1 }) {
  await tab.until(value, from);
  for (const number of [from + 1, from + 2]) {
    await project.write(file, dep(number));
    await tab.until(value, number);
  }
  wasHot(t, tab);
}

test('modules, style sheets and images are hot', async (t) => {
  const color = () => getComputedStyle(document.body).color;
  const svg = (width) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="9"></svg>`;
  const { project, open } = await startServer(t, {
    ...VALUE_APP,
    'index.html': `<!doctype html><link rel="stylesheet" href="a.css"><img src="a.svg">
<script type="module" src="main.js"></script>`,
    'a.css': 'body { color: rgb(1, 0, 0) }',
    'a.svg': svg(1),
  });
  const tab = await open();
  await isHot(t, { project, tab });
  await project.write('a.css', 'body { color: rgb(2, 0, 0) }');
  await tab.until(color, 'rgb(2, 0, 0)');
  await project.write('a.svg', svg(2));
  await tab.until(() => document.images[0].naturalWidth, 2);
  wasHot(t, tab);
});

test('new code may import what no page had', async (t) => {
  const { project, open } = await startServer(t, VALUE_APP);
  const tab = await open();
  await tab.until(value, 1);
  project.writeNow('lib/new.js', "export * from './deep.js';");
  project.writeNow('lib/deep.js', dep(2));
  await project.write('dep.js', "export { value } from './lib/new.js';");
  await tab.until(value, 2);
  await project.write('lib/deep.js', dep(3));
  await tab.until(value, 3);
  wasHot(t, tab);
});

test('a page without one of its modules is healed when the module is made', async (t) => {
  const { project, open } = await startServer(t, { 'main.js': VALUE_APP['main.js'] });
  const tab = await open();
  await project.write('dep.js', dep(1));
  await tab.until(value, 1);
  await isHot(t, { project, tab: Object.assign(tab, { loads: 1 }) });
});

test('a syntax error changes nothing, the next good save does', async (t) => {
  const { project, hmr, open } = await startServer(t, VALUE_APP);
  const tab = await open();
  await tab.until(value, 1);
  await project.write('dep.js', 'export const value = ;');
  await waitFor(
    () => hmr.events.some(({ type }) => type === 'diagnostics'),
    () => JSON.stringify(hmr.events),
  );
  t.is(await tab.evaluate(value), 1);
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  wasHot(t, tab);
});

test('a file that is gone is no longer served, whatever was saved of it', async (t) => {
  const { project, origin, open } = await startServer(t, VALUE_APP);
  const tab = await open();
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  await project.remove('dep.js');
  await waitFor(
    async () => (await get(origin, '/dep.js')).status === 404,
    () => 'it is still served',
  );
  await project.write('dep.js', dep(3));
  await tab.until(value, 3);
  t.regex((await get(origin, '/dep.js')).body, /value = 3/);
});

test('without a boundary the page reloads once', async (t) => {
  const { project, open } = await startServer(t, {
    'main.js': "import { value } from './dep.js'; globalThis.value = value;",
    'dep.js': dep(1),
  });
  const tab = await open();
  await tab.until(value, 1);
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  await hasLoaded(t, tab, 2);
});

// -- mounts -----------------------------------------------------------------------------------------------------

const mounted = {
  'Express, which tells the base': [undefined, (hmr) => express().use('/app', hmr.middleware)],
  'Express, with the option base': ['/app', (hmr) => express().use('/app', hmr.middleware)],
  'Express, not mounted, with the option base': ['/app', (hmr) => express().use(hmr.middleware)],
  'Express, a router in a router': [
    undefined,
    (hmr) => express().use('/', express.Router().use('/app/', hmr.middleware)),
  ],
  'Connect, which tells the base': [undefined, (hmr) => connect().use('/app', hmr.middleware)],
  'node:http, with the option base': ['/app/', alone],
  'Koa, with the option base': ['/app', (hmr) => new Koa().use(asKoa(hmr)).callback()],
  'Koa, mounted': [
    undefined,
    (hmr) =>
      new Koa()
        .use((context, next) => {
          const [, rest] = /^\/app(\/.*|)$/.exec(context.path) ?? [];
          if (rest === undefined) return undefined;
          context.path = rest || '/';
          context.req.originalUrl = context.originalUrl;
          return next();
        })
        .use(asKoa(hmr))
        .callback(),
  ],
};

/** The middleware for Koa. */
function asKoa(hmr) {
  return ({ req, res }, next) =>
    new Promise((resolve, reject) => {
      res.once('close', resolve);
      hmr.middleware(req, res, (error) => (error ? reject(error) : resolve(next())));
    });
}

for (const [name, [base, app]] of Object.entries(mounted)) {
  test(`below a path: ${name}`, async (t) => {
    const { project, origin, open } = await startServer(t, VALUE_APP, {
      hmr: base === undefined ? {} : { base },
      app,
    });
    // The path itself is no place for references that are relative to the folder.
    const tab = await open('/app');
    t.is(await tab.evaluate(() => location.pathname), '/app/');
    await isHot(t, { project, tab });
    t.is((await get(origin, '/main.js')).status, 404);
    t.is((await get(origin, '/apple/main.js')).status, 404);
    t.is((await get(origin, '/app/main.js')).status, 200);
  });
}

test('several in one app, each at its own path', async (t) => {
  const other = makeProject(t, VALUE_APP);
  const second = make(t, { root: other.folder });
  const { project, server, open } = await startServer(t, VALUE_APP, {
    app: (first) => express().use('/a', first.middleware).use('/b', second.middleware),
  });
  second.attach(server);
  const [a, b] = [await open('/a/'), await open('/b/')];
  await isHot(t, { project, tab: a });
  t.is(await b.evaluate(value), 1);
  await isHot(t, { project: other, tab: b });
  t.is(await a.evaluate(value), 3);
});

test('several in one process', async (t) => {
  const servers = [await startServer(t, VALUE_APP), await startServer(t, VALUE_APP)];
  const tabs = [await servers[0].open(), await servers[1].open()];
  await isHot(t, { project: servers[1].project, tab: tabs[1] });
  t.is(await tabs[0].evaluate(value), 1);
  await isHot(t, { project: servers[0].project, tab: tabs[0] });
});

test('two at the same path are a warning', async (t) => {
  const warnings = hearWarnings(t);
  const second = make(t, { root: import.meta.dirname, logLevel: 'warn' });
  const { origin } = await startServer(t, VALUE_APP, {
    app: (first) => express().use(first.middleware, second.middleware),
  });
  for (const path of ['/none.js', '/neither.js']) t.is((await get(origin, path)).status, 404);
  t.is(warnings.length, 1);
  t.regex(warnings[0], /another createHmr\(\) serves what is below "\/" too/);
});

test('one at two paths is a warning', async (t) => {
  const warnings = hearWarnings(t);
  const { origin } = await startServer(t, VALUE_APP, {
    hmr: { logLevel: 'warn' },
    app: (hmr) => express().use('/a', hmr.middleware).use('/b', hmr.middleware),
  });
  t.is((await get(origin, '/a/main.js')).status, 200);
  t.is((await get(origin, '/b/main.js')).status, 404);
  t.regex(warnings[0], /mounted at "\/b", and serves what is below "\/a"/);
});

for (const keepsHost of [true, false]) {
  test(`behind a reverse proxy that ${keepsHost ? 'keeps' : 'rewrites'} Host`, async (t) => {
    const { project, origin, open } = await startServer(t, VALUE_APP);
    const tab = await open('/', await startProxy(t, origin, { keepsHost }));
    await isHot(t, { project, tab });
  });
}

for (const [order, app] of Object.entries({
  before: (hmr) => express().use(compression({ threshold: 0 }), hmr.middleware),
  after: (hmr) => express().use(hmr.middleware, compression({ threshold: 0 })),
})) {
  test(`compression ${order} it`, async (t) => {
    const { project, origin, open } = await startServer(t, VALUE_APP, { app });
    const response = await fetch(`${origin}/main.js`);
    t.is(response.headers.get('content-encoding') !== null, order === 'before');
    t.true((await response.text()).includes('globalThis.value = '));
    await isHot(t, { project, tab: await open() });
  });
}

// -- answers ----------------------------------------------------------------------------------------------------

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

test('an ETag covers all that is served, stamps and the client included', async (t) => {
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

test('parts of files', async (t) => {
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

// -- pages of the app -------------------------------------------------------------------------------------------

test('pages that the app writes are hot', async (t) => {
  const html = '<!doctype html><h1>made</h1><script type="module" src="/main.js"></script>';
  const app = (hmr) =>
    express()
      .use(hmr.middleware)
      .get('/made/page', (request, response) => {
        response.send(hmr.transformPage(html, request));
      });
  const { project, open } = await startServer(t, VALUE_APP, { app });
  const tab = await open('/made/page');
  await isHot(t, { project, tab });
  t.is(await tab.evaluate(() => document.querySelector('h1').textContent), 'made');
});

test('custom events go both ways', async (t) => {
  const { hmr, open } = await startServer(t, {
    'main.js': `import.meta.hot.on('pong', (data) => { globalThis.value = data; });
import.meta.hot.send('ping', 1);`,
  });
  hmr.hot.on('ping', (data, client) => client.send('pong', data + 1));
  const tab = await open();
  await tab.until(value, 2);
  wasHot(t, tab);
});

test('pages that the app writes are loaded again when their templates change', async (t) => {
  const project = makeProject(t, { 'views/page.txt': 'page 1', 'views/part.txt': 'part 1' });
  const views = ['page.txt', 'part.txt'].map((name) => project.path(`views/${name}`));
  const app = (hmr) =>
    // All that the browser asks for, its icon too.
    express().use(hmr.middleware, (request, response) => {
      const texts = views.map((file) => readFileSync(file, 'utf8'));
      response.send(hmr.transformPage(`<!doctype html><p>${texts.join()}`, request, views));
    });
  const { open } = await startServer(t, VALUE_APP, { app });
  const tab = await open('/made');
  const text = () => document.querySelector('p').textContent;
  await tab.until(text, 'page 1,part 1');
  await project.write('views/page.txt', 'page 2');
  await tab.until(text, 'page 2,part 1');
  await project.write('views/part.txt', 'part 2');
  await tab.until(text, 'page 2,part 2');
  await hasLoaded(t, tab, 3);
});

// -- beginning and end ------------------------------------------------------------------------------------------

test('after close() requests are passed on, sockets are closed, and the server continues', async (t) => {
  const { hmr, server, origin, open } = await startServer(t, VALUE_APP);
  const tab = await open();
  await hmr.close();
  await tab.until(() => globalThis.__hotgraph__.connected, false);
  t.is((await get(origin, '/main.js')).body, 'passed on');
  t.is(server.listenerCount('upgrade'), 0);
  await hmr.close();
});

const PROGRAM = `
import http from 'node:http';
import { createHmr } from 'hotgraph';
const hmr = createHmr({ root: 'app', cacheDir: 'cache' });
const server = http.createServer((request, response) =>
  hmr.middleware(request, response, () => response.writeHead(404).end()));
hmr.attach(server);
server.listen(process.argv[2], 'localhost', () => console.log('listening'));
process.once('SIGINT', async () => {
  server.close();
  await hmr.close();
  server.closeIdleConnections();
});
`;

test('close() lets the process end, and the next run continues with the pages', async (t) => {
  const project = makeProject(t, { 'server.mjs': PROGRAM });
  for (const [name, text] of Object.entries({ 'index.html': '', ...VALUE_APP })) {
    project.writeNow(
      `app/${name}`,
      text || '<!doctype html><script type="module" src="main.js"></script>',
    );
  }
  install(project);
  const port = String(await getFreePort());
  const begin = async () => {
    const program = start(t, ['server.mjs', port], { cwd: project.folder });
    await program.said('listening');
    return program;
  };
  const first = await begin();
  const tab = await openTab(`http://localhost:${port}/`);
  t.teardown(() => tab.close());
  await tab.connected();
  await tab.until(value, 1);
  t.deepEqual(await first.interrupt(), { code: 0, signal: null });
  await tab.until(() => globalThis.__hotgraph__.connected, false);
  await project.write('app/dep.js', dep(2));
  await begin();
  await tab.until(value, 2);
  wasHot(t, tab);
});

test('attach() takes servers only, and says which', (t) => {
  const hmr = make(t, { root: import.meta.dirname });
  for (const wrong of [undefined, null, {}, express(), () => {}]) {
    const { message } = t.throws(() => hmr.attach(wrong), { instanceOf: TypeError });
    t.regex(message, /hmr\.attach\(\) takes the server that listens to the port/);
  }
  const server = http.createServer();
  hmr.attach(server);
  hmr.attach(server);
  t.is(server.listenerCount('upgrade'), 1);
});

test('a forgotten attach() is a warning', async (t) => {
  const warnings = hearWarnings(t);
  const hmr = make(t, { root: import.meta.dirname, logLevel: 'warn' });
  const origin = await listen(t, http.createServer(alone(hmr)));
  for (const path of ['/none.js', '/create-hmr.test.js', '/host.test.js']) await get(origin, path);
  t.is(warnings.length, 1);
  t.regex(warnings[0], /call hmr\.attach\(server\)/);
});

test('a root that is no folder is an error', (t) => {
  const { message } = t.throws(() => make(t, { root: 'no/such/folder' }), {
    instanceOf: TypeError,
  });
  t.regex(
    message,
    /The option "root" of createHmr\(\) is "no\/such\/folder", and there is no folder/,
  );
});
