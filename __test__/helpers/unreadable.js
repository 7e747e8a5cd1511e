/**
 * A program that takes a file's permissions away while a server serves it: to be run by a user whom permissions
 * stop. Prints what was served at each step, and what was reported, as JSON.
 */

import { chmodSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { PAGE } from './app.js';
import { get, open, socketPath } from './attack.js';
import { Project } from './project.js';
import { serve } from './server.js';
import { waitFor } from './wait.js';

const project = new Project({
  'index.html': PAGE,
  'main.js': "import './dep.js'; import.meta.hot.accept();",
  'dep.js': 'export const value = 1;',
});
const server = await serve(project.folder);
// The host would print each refusal.
server.server.koaApp.removeAllListeners('error').on('error', () => {});
const origin = `http://localhost:${server.port}`;
const file = project.path('dep.js');
const steps = [];

async function served(step) {
  const { status, body } = await get(origin, '/dep.js');
  steps.push([step, status < 400, /value = (\d)/.exec(body)?.[1] ?? null]);
}

/** Waits until so many updates of the file went out, and reports that it cannot be read, or can again. */
async function heard(updates, refusals, recoveries) {
  const count = (matches) => server.events.filter(matches).length;
  const is = (wanted) => JSON.stringify(wanted) === JSON.stringify([updates, refusals, recoveries]);
  await waitFor(
    () =>
      is([
        count(({ type }) => type === 'updated'),
        count(({ diagnostics }) => /cannot be read/.test(diagnostics?.[0].message)),
        count(({ type }) => type === 'recovered'),
      ]),
    () => JSON.stringify([steps, server.events], null, 1),
  );
}

for (const url of ['/', '/main.js', '/dep.js']) await get(origin, url);
const { socket } = await open(origin, await socketPath(origin));
if (!socket) throw new Error('the socket was refused');
const hello = { type: 'hello', session: '', since: 0, page: '/index.html', reloaded: null };
socket.send(JSON.stringify(hello));
await served('at first');

// From here on the engine has the text of the last save in memory.
await project.write('dep.js', 'export const value = 2;');
await heard(1, 0, 0);
await served('saved');
chmodSync(file, 0);
await heard(1, 1, 0);
await served('unreadable');
chmodSync(file, 0o644);
await heard(1, 1, 1);
await served('readable again');

await writeFile(`${file}.new`, 'export const value = 3;', { mode: 0 });
await rename(`${file}.new`, file);
await heard(1, 2, 1);
await served('replaced by an unreadable one');
chmodSync(file, 0o644);
await heard(2, 2, 2);
await served('that is readable now');

console.log(JSON.stringify(steps));
socket.terminate();
await server.stop();
project.dispose();
process.exit();
