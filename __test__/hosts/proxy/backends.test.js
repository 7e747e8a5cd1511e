/**
 * `npx hotgraph --proxy` as a command, and in front of backends in other languages.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import ava from 'ava';
import { closeBrowser } from '../../helpers/browser.js';
import { repository, start } from '../../helpers/command.js';
import { getFreePort } from '../../helpers/port.js';
import { Project } from '../../helpers/project.js';
import {
  COMMAND,
  color,
  greet,
  heading,
  open,
  RAILS,
  startBackend,
  startProxy,
  startRails,
} from '../../helpers/proxy.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

test('Ctrl+C ends the command though sockets and events are open', async (t) => {
  const { origin, program } = await startRails(t);
  const tab = await open(t, `${origin}/`);
  await tab.evaluate(() => {
    globalThis.source = new EventSource('/events');
    globalThis.socket = new WebSocket(`ws://${location.host}/cable`);
  });
  await tab.until(() => globalThis.socket.readyState, 1);
  t.deepEqual(await program.interrupt(), { code: 0, signal: null });
});

test('a configuration does the same as flags', async (t) => {
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

test("files of Python's http.server are hot", async (t) => {
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

test("files of PHP's own server are hot", async (t) => {
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
