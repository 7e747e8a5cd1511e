/**
 * A server that is killed: pages outlive it, and reload where it is unknown what changed.
 */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ava from 'ava';
import { PAGE } from '../../helpers/app.js';
import { closeBrowser, openTab, waitFor } from '../../helpers/browser.js';
import { install, start } from '../../helpers/command.js';
import { hasLoaded, wasHot } from '../../helpers/expect.js';
import { getFreePort } from '../../helpers/port.js';
import { Project } from '../../helpers/project.js';
import { APP, click, contentOf, dep, disconnected } from '../../helpers/site.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const state = () => [globalThis.value, globalThis.clicks];

const SERVER = `
import { hmrPlugin } from 'hotgraph';
import { startDevServer } from '${new URL('../../helpers/host.js', import.meta.url)}';
await startDevServer({
  config: {
    rootDir: import.meta.dirname, port: Number(process.argv[2]), clearTerminalOnReload: false,
    plugins: [hmrPlugin({ onEvent: (event) => console.log(JSON.stringify(event)) })],
  },
  readCliArgs: false, readFileConfig: false, logStartMessage: false,
});
console.log('started');
`;

/** A project with a server in a process of its own, that can be killed. */
async function startProcess(t) {
  const project = new Project({
    'index.html': PAGE,
    ...APP,
    'lazy1.js': 'export {};',
    'lazy2.js': 'export {};',
    'server.mjs': SERVER,
  });
  t.teardown(() => project.dispose());
  install(project);
  const port = await getFreePort();
  const run = async () => {
    const program = start(t, [project.path('server.mjs'), String(port)], { cwd: project.folder });
    await program.said('started');
    return program;
  };
  const cache = project.path('node_modules/.cache/hotgraph');
  const kept = () => {
    const [name] = existsSync(cache)
      ? readdirSync(cache).filter((one) => !one.endsWith('.tmp'))
      : [];
    return name ? contentOf(join(cache, name)) : '';
  };
  return { project, run, kept, url: `http://localhost:${port}/` };
}

const kill = async (program) => {
  program.child.kill('SIGKILL');
  await program.end();
};

test('a page outlives a server that is killed, and gets the edits made until the next one runs', async (t) => {
  const { project, run, kept, url } = await startProcess(t);
  let program = await run();
  const tab = await openTab(url);
  t.teardown(() => tab.close());
  await tab.connected();
  await click(tab);
  await project.write('dep.js', dep(2));
  await tab.until(state, [2, 1]);
  for (const number of [3, 4]) {
    // It gets round to that when it is quiet for a moment.
    await waitFor(() => kept() !== '', kept);
    await kill(program);
    await disconnected(tab);
    await project.write('dep.js', dep(number));
    program = await run();
    await tab.until(state, [number, 1]);
  }
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1, 2, 3, 4]);
  wasHot(t, tab);
});

test('pages reload when the server was killed in the middle of an update', async (t) => {
  const { project, run, kept, url } = await startProcess(t);
  let program = await run();
  const tab = await openTab(url);
  t.teardown(() => tab.close());
  await tab.connected();
  for (const [number, happens] of [
    [1, () => tab.evaluate(() => import(/** @type {string} */ ('/lazy1.js')))],
    [2, () => project.write('dep.js', dep(2)).then(() => tab.until(value, 2))],
    [3, () => tab.evaluate(() => import(/** @type {string} */ ('/lazy2.js')))],
  ]) {
    await waitFor(() => kept() !== '', kept);
    // Before it gets round to write that down: it has done so when it is quiet for a moment.
    await happens();
    t.is(kept(), '');
    await kill(program);
    await disconnected(tab);
    program = await run();
    await hasLoaded(t, tab, number + 1);
    await program.said('it has no record of earlier runs');
  }
});
