/**
 * Files that the host refuses: no path, url or odd file gets at them or stops the server.
 */

import { execFile } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import ava from 'ava';
import { HmrEndpoint } from 'hotgraph';
import { clientFolder, get } from '../../helpers/attack.js';
import { closeBrowser } from '../../helpers/browser.js';
import { SECRET, startCareless, startOurs } from '../../helpers/careless.js';
import { startDevServer } from '../../helpers/host.js';
import { portOf } from '../../helpers/port.js';

// One after the other: some measure what the process does with a flood.
const test = ava.serial;

ava.after.always(closeBrowser);

const run = promisify(execFile);

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
  const host = `http://localhost:${portOf(plain.server)}`;
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

test('a client that hangs up while it is refused does not end the process', async (t) => {
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
