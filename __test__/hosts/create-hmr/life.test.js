/**
 * `createHmr()` from its start to its end.
 */

import { execFile } from 'node:child_process';
import http from 'node:http';
import { promisify } from 'node:util';
import ava from 'ava';
import express from 'express';
import { VALUE_APP } from '../../helpers/app.js';
import { get, listen } from '../../helpers/attack.js';
import { closeBrowser, openTab } from '../../helpers/browser.js';
import { install, start } from '../../helpers/command.js';
import { wasHot } from '../../helpers/expect.js';
import { getFreePort } from '../../helpers/port.js';
import { dep } from '../../helpers/saves.js';
import { alone, hearWarnings, make, makeProject, startServer } from '../../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const _run = promisify(execFile);
const value = () => globalThis.value;

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

test('transformPage() takes requests of Node only, and hot.on() functions', (t) => {
  const hmr = make(t, { root: import.meta.dirname });
  for (const wrong of [undefined, null, {}, '/', new Request('http://localhost/')]) {
    const { message } = t.throws(() => hmr.transformPage('<p>', /** @type {any} */ (wrong)), {
      instanceOf: TypeError,
    });
    t.regex(message, /hmr\.transformPage\(html, request\).*c\.env\.incoming in Hono/);
  }
  t.throws(() =>
    hmr.transformPage(/** @type {any} */ (undefined), /** @type {any} */ ({ headers: {} })),
  );
  for (const wrong of [undefined, 'listener', {}]) {
    t.throws(() => hmr.hot.on('event', /** @type {any} */ (wrong)), {
      message: /hmr\.hot\.on\(\)/,
    });
  }
});

test('a forgotten attach() is a warning', async (t) => {
  const warnings = hearWarnings(t);
  const hmr = make(t, { root: import.meta.dirname, logLevel: 'warn' });
  const origin = await listen(t, http.createServer(alone(hmr)));
  for (const path of ['/none.js', '/life.test.js', '/mounts.test.js']) await get(origin, path);
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
