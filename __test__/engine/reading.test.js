/**
 * HmrEngine from plain JavaScript: scripts that it reads and makes by itself, before a page asks.
 */

import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import test from 'ava';
import { Bench } from '../helpers/engine.js';

const FILES = {
  'main.ts': `import { a } from './a';
import type { T } from './types';
import './b.tsx';
import 'pkg';
import './style.css';
import text from './text.txt?raw';
import('./later.js');
export const main: number = a;
import.meta.hot?.accept();
`,
  'a.ts': 'export const a: number = 1;',
  'b.tsx': `import './a'; import './deep/c.mjs'; export const b = <T,>(value: T): T => value;`,
  'deep/c.mjs': `import '../a.ts';`,
  'later.js': '',
  'types.ts': 'export type T = 1;',
  'style.css': 'p { color: red; }',
  'text.txt': 'text',
  'data.json': '{}',
  'broken.js': 'export const = 1;',
  'broken.ts': 'export const a: = 1;',
  'latin.js': new Uint8Array([0x2f, 0x2f, 0xe9]),
  'node_modules/pkg/package.json': '{ "name": "pkg", "exports": "./main.js", "type": "module" }',
  'node_modules/pkg/main.js': 'export {};',
  'node_modules/old/package.json': '{ "name": "old" }',
  'node_modules/old/index.js': 'module.exports = 1;',
};

/** Reads all that a script imports; returns the urls by rounds, and those that were left. */
async function readAll(engine, root) {
  const [rounds, seen, allLeft] = [[], new Set([root]), []];
  for (let urls = [root]; urls.length > 0; ) {
    const { left, imports } = await engine.readScripts(urls);
    rounds.push([...urls].sort());
    allLeft.push(...left);
    urls = imports.filter((url) => !seen.has(url));
    for (const url of urls) seen.add(url);
  }
  return { rounds, left: allLeft };
}

test('scripts are read with all that they import, and made', async (t) => {
  const { engine } = new Bench(t, FILES, { mode: 'development' });
  const { rounds, left } = await readAll(engine, '/main.ts');
  t.deepEqual(rounds, [
    ['/main.ts'],
    ['/a.ts', '/b.tsx', '/node_modules/pkg/main.js', '/style.css?import'],
    ['/deep/c.mjs'],
  ]);
  t.deepEqual(left, ['/style.css?import']);
});

test('what was read counts as served: a save of it is an update', async (t) => {
  const made = new Bench(t, FILES, { mode: 'development', watch: true });
  await readAll(made.engine, '/main.ts');
  t.deepEqual(made.engine.importsOf('/b.tsx').sort(), ['/a.ts', '/deep/c.mjs']);
  await made.hello(1);
  await made.project.write('deep/c.mjs', `import '../a.ts'; // saved`);
  const update = await made.update('/deep/c.mjs');
  t.deepEqual(update.stale.map(({ url }) => url).sort(), ['/b.tsx', '/deep/c.mjs', '/main.ts']);
});

test('what others have a say in, or what is wrong, is left to the host, and nothing is said of it', async (t) => {
  const { engine, project, said } = new Bench(t, FILES, { mode: 'development' });
  execFileSync('mkfifo', [project.path('pipe.js')]);
  symlinkSync('pipe.js', project.path('link.js'));
  project.writeNow('written.js', 'export {};');
  const urls = [
    '/style.css',
    '/style.css?import',
    '/data.json?import',
    '/a.ts?raw',
    '/a.ts?url',
    '/text.txt',
    '/broken.js',
    '/broken.ts',
    '/latin.js',
    '/missing.js',
    '/deep',
    '/pipe.js',
    '/link.js',
    '/written.js',
    '/%ff.js',
    '/node_modules/old/index.js?__commonjs',
  ];
  const { left, imports } = await engine.readScripts(urls);
  t.deepEqual(
    [...left].sort(),
    urls.filter((url) => url !== '/broken.js').sort(),
    'the browser says what is wrong with JavaScript that is served as it is',
  );
  t.deepEqual(imports, []);
  t.deepEqual(
    said.filter(({ type }) => type === 'diagnostic'),
    [],
  );
});

test('an engine that leaves modules to its host reads none', async (t) => {
  const { engine } = new Bench(t, FILES, {});
  t.deepEqual(await engine.readScripts(['/later.js']), { left: ['/later.js'], imports: [] });
  t.deepEqual(await engine.readScripts([]), { left: [], imports: [] });
});
