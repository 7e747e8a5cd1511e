/**
 * Backends, and `npx hotgraph --proxy` in front of them.
 */

import { once } from 'node:events';
import { cpSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { openTab } from './browser.js';
import { repository, start } from './command.js';
import { getFreePort, portOf } from './port.js';
import { Project } from './project.js';

/** The command's program. */
export const COMMAND = join(repository, 'dist/node/cli/main.js');
/** The example. */
export const RAILS = join(repository, 'examples/proxy-rails-like');

/** What the page shows. */
export const heading = () => document.querySelector('h1')?.textContent;
export const color = () => getComputedStyle(document.body).color;
/** A module that greets. */
export const greet = (word) => `/** A module that greets. */
export const greet = (name) => \`${word}, \${name}\`;\n`;

/** A program's resolver of names takes every host for this machine. */
const HERE = `import dns from 'node:dns';
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup('localhost', ...rest);`;

/** Starts the command in front of a port. */
export async function startProxy(t, cwd, target, args = [], host = 'localhost') {
  const port = await getFreePort();
  const flags = ['--proxy', `http://${host}:${target}`, '--port', String(port), ...args];
  const node = ['--import', `data:text/javascript,${encodeURIComponent(HERE)}`];
  const program = start(t, [...(host === 'localhost' ? [] : node), COMMAND, ...flags], { cwd });
  await program.said('Backend:');
  return { program, origin: `http://localhost:${port}` };
}

/** Opens a tab, which is closed after the test. */
export async function open(t, url) {
  const tab = await openTab(url);
  t.teardown(() => tab.close());
  await tab.connected();
  return tab;
}

/** A copy of the example, its backend, and the command in front of it. */
export async function startRails(t, args = ['--root', 'app', '--reload-on', 'app/views/**']) {
  const project = new Project({});
  t.teardown(() => project.dispose());
  cpSync(join(RAILS, 'app'), project.path('app'), { recursive: true });
  const port = await getFreePort();
  const backend = () => startBackend(t, project, port);
  const running = await backend();
  const proxy = await startProxy(t, project.folder, port, args);
  return { project, port, backend, running, ...proxy };
}

/** The backend of the example, which runs on the files of a project. */
export async function startBackend(t, project, port) {
  const program = start(t, [join(RAILS, 'server.js'), project.folder], {
    env: { PORT: String(port) },
  });
  await program.said('Backend on');
  return program;
}

/** A backend of one test, in this process: `answer(request, response)`. */
export async function startServer(t, answer) {
  const server = http.createServer(answer);
  await once(server.listen(0, 'localhost'), 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return portOf(server);
}

/** A project of a test, and the command in front of a backend of one. */
export async function startFor(t, answer, files = { 'app/none.js': '' }, args = ['--root', 'app']) {
  const project = new Project(files);
  t.teardown(() => project.dispose());
  const target = await startServer(t, answer);
  const proxy = await startProxy(t, project.folder, target, args);
  return { project, target, ...proxy };
}

/** What browsers say when they navigate to a page. */
export const PAGE_HEADERS = { accept: 'text/html', 'sec-fetch-dest': 'document' };
