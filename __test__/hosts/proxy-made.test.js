/**
 * `npx hotgraph --proxy --map`: what is made of mapped files, as without a backend.
 */

import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import ava from 'ava';
import { get } from '../helpers/attack.js';
import { closeBrowser, openTab } from '../helpers/browser.js';
import { install, repository, start } from '../helpers/command.js';
import { getFreePort, portOf } from '../helpers/port.js';
import { Project } from '../helpers/project.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const COMMAND = join(repository, 'dist/node/cli/main.js');

const pageOf = (name) => `<p></p><script type="module" src="/js/${name}"></script>`;

const value = () => globalThis.value;
const color = () => getComputedStyle(document.querySelector('p')).color;

/** The pages of a backend, by url; it has nothing else. */
async function startBackend(t, pages) {
  const server = http.createServer(({ url }, response) => {
    const page = pages[url];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html' });
    response.end(page ?? 'no such page');
  });
  await once(server.listen(0, 'localhost'), 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  return portOf(server);
}

/** The command in front of a backend, in a project that has packages of the repository. */
async function startProxy(t, files, { map, page = pageOf('main.ts'), packages = [] }) {
  const project = new Project(files);
  t.teardown(() => project.dispose());
  install(project, packages);
  const target = await startBackend(t, { '/': page });
  const port = await getFreePort();
  const flags = ['--proxy', `http://localhost:${target}`, '--port', String(port), '--map', map];
  const program = start(t, [COMMAND, ...flags], { cwd: project.folder });
  await program.said('Backend:');
  const origin = `http://localhost:${port}`;
  const open = async () => {
    const tab = await openTab(`${origin}/`);
    t.teardown(() => tab.close());
    await tab.connected();
    return tab;
  };
  return { project, program, origin, open };
}

const pkg = (name, more) => JSON.stringify({ name, version: '1.0.0', ...more });

test('TypeScript, CSS modules, JSON and packages', async (t) => {
  const main = (word) => `import names from './part.module.css';
import { say } from './say';
import data from './data.json';
import { esm } from 'esm-package';
import { cjs } from 'cjs-package';
import logo from './logo.svg';
enum Level { Low = 1 }
document.querySelector('p')!.className = names.text;
(globalThis as any).value = [say('${word}'), data.a, esm, cjs, logo, Level.Low, import.meta.env.MODE];
import.meta.hot!.accept();
`;
  const { project, open } = await startProxy(
    t,
    {
      'web/src/main.ts': main('Hello'),
      'web/src/say.ts': 'export const say = (word: string): string => word + "!";',
      'web/src/part.module.css': '.text { color: rgb(1, 2, 3) }',
      'web/src/data.json': '{ "a": 1 }',
      'web/src/logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'package.json': pkg('app'),
      'node_modules/esm-package/package.json': pkg('esm-package', { type: 'module', main: 'a.js' }),
      'node_modules/esm-package/a.js': "export { esm } from './b';",
      'node_modules/esm-package/b.js': "export const esm = 'esm';",
      'node_modules/cjs-package/package.json': pkg('cjs-package', { main: 'index.js' }),
      'node_modules/cjs-package/index.js': 'exports.cjs = process.env.NODE_ENV;',
    },
    { map: '/js/=web/src', packages: ['esbuild'] },
  );
  const tab = await open();
  await tab.until(value, ['Hello!', 1, 'esm', 'development', '/js/logo.svg', 1, 'development']);
  await tab.until(color, 'rgb(1, 2, 3)');
  await project.write('web/src/main.ts', main('Bye'));
  await tab.until(() => globalThis.value[0], 'Bye!');
  await project.write('web/src/say.ts', 'export const say = (word: string) => word + "?";');
  await tab.until(() => globalThis.value[0], 'Bye?');
  await project.write('web/src/part.module.css', '.text { color: rgb(4, 5, 6) }');
  await tab.until(color, 'rgb(4, 5, 6)');
  await project.write('web/src/data.json', '{ "a": 2 }');
  await tab.until(() => globalThis.value[1], 2);
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});

test('plugins resolve, load, transform, write into pages, and say what an edit means', async (t) => {
  const config = `const heard = [];
export default {
  plugins: [{
    name: 'words',
    resolve: (specifier) => (specifier === 'virtual:words' ? specifier : undefined),
    load: (id) => (id === 'virtual:words' ? 'export const words = ["virtual"];' : undefined),
    transform: {
      filter: { id: /\\.words$/ },
      handler: (code) => ({ code: \`export default \${JSON.stringify(code.trim().split(' '))};\`, type: 'ts' }),
    },
    hotUpdate: ({ file }) => (file.endsWith('.ignored.ts') ? [] : undefined),
    head: () => '<script>globalThis.head = true;</script>',
  }],
};`;
  const { project, open, program } = await startProxy(
    t,
    {
      'hotgraph.config.mjs': config,
      'web/main.ts': `import { words } from 'virtual:words';
import list from './list.words';
import { ignored } from './some.ignored';
(globalThis as any).value = [words, list, ignored, (globalThis as any).head];
import.meta.hot!.accept();`,
      'web/list.words': 'one two',
      'web/some.ignored.ts': 'export const ignored: number = 1;',
    },
    { map: '/js/=web' },
  );
  const tab = await open();
  await tab.until(value, [['virtual'], ['one', 'two'], 1, true]);
  await project.write('web/some.ignored.ts', 'export const ignored: number = 2;');
  await project.write('web/list.words', 'three');
  await tab.until(() => globalThis.value[1], ['three']);
  t.is(await tab.evaluate(() => globalThis.value[2]), 1);
  t.is(tab.loads, 1);
  await project.write('web/main.ts', 'const a: = 1;');
  await program.said('web/main.ts:1');
  t.is(tab.loads, 1);
});

test('a preset: an edit of a component keeps its state', async (t) => {
  const app = (word) => `import { useState } from 'react';
export function App() {
  const [count, setCount] = useState(0);
  return <button onClick={() => setCount(count + 1)}>${word} {count}</button>;
}`;
  const { project, open } = await startProxy(
    t,
    {
      'hotgraph.config.mjs': `import { react } from 'hotgraph/react';
export default { plugins: [react()] };`,
      'web/main.tsx': `import { createRoot } from 'react-dom/client';
import { App } from './App';
createRoot(document.querySelector('p')!).render(<App />);`,
      'web/App.tsx': app('Count'),
    },
    {
      map: '/js=web',
      page: pageOf('main.tsx'),
      packages: ['react', 'react-dom', 'react-refresh', 'scheduler', 'esbuild'],
    },
  );
  const tab = await open();
  const text = () => document.querySelector('button')?.textContent;
  await tab.until(text, 'Count 0');
  await tab.page.click('button');
  await tab.until(text, 'Count 1');
  await project.write('web/App.tsx', app('Number'));
  await tab.until(text, 'Number 1');
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});

test('a name in the import map of the page, and what no map has, are the backend’s', async (t) => {
  const page = `<script type="importmap">{ "imports": { "mapped": "/js/mapped.js" } }</script>
<script type="module" src="/js/main.ts"></script>`;
  const { open, origin } = await startProxy(
    t,
    {
      'package.json': pkg('app'),
      'secret.js': 'export const secret = 1;',
      'config/master.key': 'SECRET',
      'web/main.ts': `import { mapped } from 'mapped';
import { isMissing } from './missing';
const inner = await import('../secret.js').catch(() => 'none');
(globalThis as any).value = [mapped, isMissing, inner];`,
      'web/mapped.js': "export const mapped = 'by the map';",
      'web/missing.ts': 'export const isMissing = false;',
      'node_modules/mapped/package.json': pkg('mapped', { type: 'module', main: 'a.js' }),
      'node_modules/mapped/a.js': "export const mapped = 'the package';",
    },
    { map: '/js/=web', page },
  );
  const tab = await open();
  await tab.until(value, ['by the map', false, 'none']);
  for (const path of [
    '/__outside__/0/config/master.key',
    '/__outside__/0/secret.js',
    '/js/../secret.js',
  ]) {
    const { status, body } = await get(origin, path);
    t.is(status, 404, path);
    t.false(body.includes('SECRET'), path);
  }
});
