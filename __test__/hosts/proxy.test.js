/**
 * `npx hotgraph --proxy`: hot modules in the pages of backends that know nothing of it.
 */

import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync } from 'node:zlib';
import ava from 'ava';
import { FROM_EVIL, get, open as openSocket } from '../helpers/attack.js';
import { closeBrowser, openTab } from '../helpers/browser.js';
import { repository, start } from '../helpers/command.js';
import { getFreePort, portOf } from '../helpers/port.js';
import { Project } from '../helpers/project.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const COMMAND = join(repository, 'dist/node/cli/main.js');
const RAILS = join(repository, 'examples/proxy-rails-like');

const heading = () => document.querySelector('h1')?.textContent;
const color = () => getComputedStyle(document.body).color;
const greet = (word) => `export const greet = (name) => \`${word}, \${name}\`;\n`;

/** A program's resolver of names takes every host for this machine. */
const HERE = `import dns from 'node:dns';
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup('localhost', ...rest);`;

/** Starts the command in front of a port. */
async function startProxy(t, cwd, target, args = [], host = 'localhost') {
  const port = await getFreePort();
  const flags = ['--proxy', `http://${host}:${target}`, '--port', String(port), ...args];
  const node = ['--import', `data:text/javascript,${encodeURIComponent(HERE)}`];
  const program = start(t, [...(host === 'localhost' ? [] : node), COMMAND, ...flags], { cwd });
  await program.said('Backend:');
  return { program, origin: `http://localhost:${port}` };
}

async function open(t, url) {
  const tab = await openTab(url);
  t.teardown(() => tab.close());
  await tab.connected();
  return tab;
}

/** A copy of the example, its backend, and the command in front of it. */
async function startRails(t, args = ['--root', 'app', '--reload-on', 'app/views/**']) {
  const project = new Project({});
  t.teardown(() => project.dispose());
  cpSync(join(RAILS, 'app'), project.path('app'), { recursive: true });
  const port = await getFreePort();
  const backend = () => startBackend(t, project, port);
  const running = await backend();
  const proxy = await startProxy(t, project.folder, port, args);
  return { project, port, backend, running, ...proxy };
}

async function startBackend(t, project, port) {
  const program = start(t, [join(RAILS, 'server.js'), project.folder], {
    env: { PORT: String(port) },
  });
  await program.said('Backend on');
  return program;
}

/** A backend of one test, in this process: `answer(request, response)`. */
async function startServer(t, answer) {
  const server = http.createServer(answer);
  await once(server.listen(0, 'localhost'), 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return portOf(server);
}

/** A project of a test, and the command in front of a backend of one. */
async function startFor(t, answer, files = { 'app/none.js': '' }, args = ['--root', 'app']) {
  const project = new Project(files);
  t.teardown(() => project.dispose());
  const target = await startServer(t, answer);
  const proxy = await startProxy(t, project.folder, target, args);
  return { project, target, ...proxy };
}

const PAGE_HEADERS = { accept: 'text/html', 'sec-fetch-dest': 'document' };

test('modules of an import map with digests are hot, and so are styles', async (t) => {
  const { project, origin, program } = await startRails(t);
  const tab = await open(t, `${origin}/`);
  await tab.until(heading, 'Hello, stranger');
  await tab.page.click('button');
  for (const word of ['Welcome', 'Good morning']) {
    await project.write('app/javascript/controllers/hello.js', greet(word));
    await tab.until(heading, `${word}, stranger`);
  }
  await project.write('app/assets/application.css', 'body { color: rgb(1, 2, 3) }');
  await tab.until(color, 'rgb(1, 2, 3)');
  t.is(await tab.evaluate(() => document.querySelector('button').textContent), 'Clicked 1 times');
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
  await program.said('updated javascript/controllers/hello.js');

  // The next page has other digests, and is as hot.
  await tab.page.reload();
  await tab.connected();
  await tab.until(heading, 'Good morning, stranger');
  await project.write('app/javascript/controllers/hello.js', greet('Good night'));
  await tab.until(heading, 'Good night, stranger');
  t.is(tab.loads, 2);
});

test('a save with a syntax error keeps the page, and the next good one heals it', async (t) => {
  const { project, origin, program } = await startRails(t);
  const tab = await open(t, `${origin}/`);
  await project.write('app/javascript/controllers/hello.js', 'export const greet = ;');
  await program.said('hello.js:1');
  t.is(await tab.evaluate(heading), 'Hello, stranger');
  await project.write('app/javascript/controllers/hello.js', greet('Back'));
  await tab.until(heading, 'Back, stranger');
  t.is(tab.loads, 1);
});

test('a template that changes reloads the pages, with the reason', async (t) => {
  const { project, origin, program } = await startRails(t);
  const tab = await open(t, `${origin}/`);
  const template = readFileSync(project.path('app/views/index.html'), 'utf8');
  await project.write('app/views/index.html', template.replace('a template', 'a new template'));
  await tab.until(() => document.querySelector('p').textContent, 'Rendered by a new template.');
  await tab.connected();
  t.is(tab.loads, 2);
  await program.said('page reload: /views/index.html changed');
  // A new one, in a new folder, is one too.
  project.writeNow('app/views/shared/footer.html', '<footer></footer>');
  await tab.loaded(3);
  await program.said('/views/shared/footer.html changed');
});

test('maps name files by their urls, with digests and without', async (t) => {
  const { project, origin } = await startRails(t, ['--map', '/assets/=app/javascript']);
  const tab = await open(t, `${origin}/`);
  await project.write('app/javascript/controllers/hello.js', greet('Mapped'));
  await tab.until(heading, 'Mapped, stranger');
  t.is(tab.loads, 1);
  // Whatever the backend has at that url.
  const { body, headers } = await get(origin, '/assets/controllers/hello.js');
  t.true(body.includes('Mapped'));
  t.is(headers['cache-control'], 'no-cache');
});

test('maps of several folders; what is in none is the backend’s', async (t) => {
  const answer = (request, response) => {
    if (request.url === '/') {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<script type="module" src="/js/main.js"></script>');
    } else {
      response.writeHead(200, { 'content-type': 'text/javascript' });
      response.end("export const from = 'the backend';");
    }
  };
  const main = (dep) => `import { value } from '/lib/dep.js';
import { from } from '/js/backend.js';
globalThis.value = [value, from];
import.meta.hot.accept('/lib/dep.js', (dep) => { globalThis.value = [dep.value, from]; });
${dep}`;
  const { project, origin } = await startFor(
    t,
    answer,
    { 'one/main.js': main(''), 'two/dep.js': 'export const value = 1;', 'two/.env': 'SECRET' },
    ['--map', '/js/=one', '--map', '/lib=two'],
  );
  const tab = await open(t, `${origin}/`);
  const value = () => globalThis.value;
  await tab.until(value, [1, 'the backend']);
  await project.write('two/dep.js', 'export const value = 2;');
  await tab.until(value, [2, 'the backend']);
  t.is(tab.loads, 1);
  t.false((await get(origin, '/lib/.env')).body.includes('SECRET'));
  t.false((await get(origin, '/lib/..%2fone/main.js')).body.includes('globalThis'));
});

test('what a save newly imports is found, of the files and of the backend', async (t) => {
  const backend = new Map([
    ['/', ['text/html', '<script type="module" src="/a/main.js"></script>']],
  ]);
  let project;
  const answer = ({ url }, response) => {
    const known = backend.get(url);
    const read = () => {
      try {
        return ['text/javascript', readFileSync(project.path(`app${url.slice(2)}`))];
      } catch {
        return undefined;
      }
    };
    const found = known ?? read();
    if (!found) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': found[0] }).end(found[1]);
  };
  backend.set('/gem.js', ['text/javascript', "export const gem = 'gem';"]);
  const main = 'globalThis.value = 1; import.meta.hot.accept();';
  const started = await startFor(t, answer, { 'app/main.js': main });
  project = started.project;
  const tab = await open(t, `${started.origin}/`);
  const value = () => globalThis.value;
  await tab.until(value, 1);
  project.writeNow('app/more/new.js', 'export const fresh = 2;');
  await project.write(
    'app/main.js',
    `import { fresh } from './more/new.js'; import { gem } from '/gem.js';
globalThis.value = [fresh, gem]; import.meta.hot.accept();`,
  );
  await tab.until(value, [2, 'gem']);
  await project.write('app/more/new.js', 'export const fresh = 3;');
  await tab.until(value, [3, 'gem']);
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});

test('a module that is missing at a mapped url heals the page when it is there', async (t) => {
  const answer = ({ url }, response) => {
    if (url !== '/') return response.writeHead(404, { 'content-type': 'text/plain' }).end('no');
    response.writeHead(200, { 'content-type': 'text/html' });
    return response.end('<script type="module" src="/js/main.js"></script>');
  };
  const files = { 'app/main.js': "import { value } from './dep.js'; globalThis.value = value;" };
  const { project, origin, program } = await startFor(t, answer, files, ['--map', '/js/=app']);
  const tab = await open(t, `${origin}/`);
  await program.said('imports "./dep.js", which could not be loaded');
  await project.write('app/dep.js', 'export const value = 1;');
  await tab.until(() => globalThis.value, 1);
  t.deepEqual(tab.errors, []);
});

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

test('what the backend makes of a file is the backend’s', async (t) => {
  let asked = 0;
  const answer = (request, response) => {
    if (request.url !== '/app.js') return response.writeHead(404).end();
    asked += 1;
    response.writeHead(200, { 'content-type': 'text/javascript', etag: '"made"' });
    return response.end('made of app.js');
  };
  const { origin } = await startFor(t, answer, { 'app/app.js': 'the source' });
  const { body, headers } = await get(origin, '/app.js');
  t.is(body, 'made of app.js');
  t.is(headers.etag, '"made"');
  t.true(asked > 0);
});

test('cookies and redirects', async (t) => {
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

test('events are there as they come, and end with the page', async (t) => {
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

test('a socket of the backend', async (t) => {
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

test('an answer is passed on while it is made, and broken off where the backend breaks it off', async (t) => {
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

test('what is no page for a browser stays as it is', async (t) => {
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

test('the backend is told where the browser is', async (t) => {
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

test('while the backend is down a page says so, and loads when it is up again', async (t) => {
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

test('Ctrl+C ends it though sockets and events are open', async (t) => {
  const { origin, program } = await startRails(t);
  const tab = await open(t, `${origin}/`);
  await tab.evaluate(() => {
    globalThis.source = new EventSource('/events');
    globalThis.socket = new WebSocket(`ws://${location.host}/cable`);
  });
  await tab.until(() => globalThis.socket.readyState, 1);
  t.deepEqual(await program.interrupt(), { code: 0, signal: null });
});

test('a configuration says the same', async (t) => {
  const project = new Project({});
  t.teardown(() => project.dispose());
  cpSync(join(RAILS, 'app'), project.path('app'), { recursive: true });
  const [target, port] = [await getFreePort(), await getFreePort()];
  project.writeNow(
    'hotgraph.config.mjs',
    `export default {
  port: ${port},
  root: 'app',
  proxy: {
    target: 'http://localhost:${target}',
    maps: { '/assets/': 'app/javascript' },
    reloadOn: ['app/views/*.html'],
  },
};`,
  );
  await startBackend(t, project, target);
  const program = start(t, [COMMAND], { cwd: project.folder });
  await program.said('Backend:');
  const tab = await open(t, `http://localhost:${port}/`);
  await project.write('app/javascript/controllers/hello.js', greet('Configured'));
  await tab.until(heading, 'Configured, stranger');
  t.is(tab.loads, 1);
  await project.write('app/views/index.html', '<h1>Again</h1>');
  await tab.until(heading, 'Again');
  t.is(tab.loads, 2);
});

const python = ['python3', 'python'].find(
  (name) => spawnSync(name, ['-c', 'import http.server']).status === 0,
);

test("Python's http.server", async (t) => {
  if (!python) {
    t.log('skipped: there is no Python on this machine');
    return t.pass();
  }
  const project = new Project({});
  t.teardown(() => project.dispose());
  cpSync(join(repository, 'examples/static'), project.path('site'), { recursive: true });
  const port = await getFreePort();
  const args = ['-u', '-m', 'http.server', String(port), '--bind', 'localhost'];
  const backend = start(t, args, { cwd: project.path('site'), node: python });
  await backend.said('Serving HTTP');
  const { origin } = await startProxy(t, project.folder, port, ['--root', 'site']);
  const tab = await open(t, `${origin}/`);
  await tab.until(heading, 'Hello');
  await project.write('site/greeting.js', "export const greeting = 'From Python';");
  await tab.until(heading, 'From Python');
  await project.write('site/style.css', 'body { color: rgb(9, 8, 7) }');
  await tab.until(color, 'rgb(9, 8, 7)');
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});

const php = spawnSync('php', ['--version']).status === 0;

test("PHP's own server", async (t) => {
  if (!php) {
    t.log('skipped: there is no PHP on this machine');
    return t.pass();
  }
  const project = new Project({});
  t.teardown(() => project.dispose());
  cpSync(join(repository, 'examples/static'), project.path('site'), { recursive: true });
  const page = readFileSync(project.path('site/index.html'), 'utf8');
  project.writeNow('site/index.php', `<?php header('X-From: php'); ?>${page}`);
  rmSync(project.path('site/index.html'));
  const port = await getFreePort();
  const args = ['-S', `localhost:${port}`, '-t', 'site'];
  const backend = start(t, args, { cwd: project.folder, node: 'php' });
  await backend.said('started');
  const { origin } = await startProxy(t, project.folder, port, ['--root', 'site']);
  const tab = await open(t, `${origin}/`);
  await tab.until(heading, 'Hello');
  await project.write('site/greeting.js', "export const greeting = 'From PHP';");
  await tab.until(heading, 'From PHP');
  t.is(tab.loads, 1);
});
