/**
 * Modules that browsers do not have: Node's own, and those that a package leaves out there.
 */

import ava from 'ava';
import { closeBrowser } from '../helpers/browser.js';
import { startServer } from '../helpers/serving.js';

ava.after.always(closeBrowser);

const value = () => globalThis.value;

const FILES = {
  'index.html': '<!doctype html><script type="module" src="main.ts"></script>',
  'main.ts': `import { left, read, Emitter, types } from 'uses';
import { on } from 'events';
import data from './data.json' with { type: 'json' };
const message = (run: () => unknown) => { try { return run(); } catch (error) { return (error as Error).message; } };
const again = await import('./data.json');
(globalThis as any).value = [left, message(read), message(() => new Emitter()), types, on, data.a, again.a];
import.meta.hot!.accept();`,
  'data.json': '{ "a": 1 }',
  'node_modules/uses/package.json': JSON.stringify({
    name: 'uses',
    type: 'module',
    main: 'index.js',
    browser: { './left.js': false },
  }),
  'node_modules/uses/left.js': 'export const left = 1;',
  'node_modules/uses/index.js': `import fs, { readFileSync } from 'node:fs';
import { EventEmitter } from 'node:events';
import { sep } from 'path';
import * as all from './left.js';
export const left = [Object.keys(all), typeof sep];
export const read = () => readFileSync('x');
export class Emitter extends EventEmitter {}
export const types = [typeof fs.promises.readFile, String(fs[Symbol.iterator])];`,
  'node_modules/events/package.json': JSON.stringify({ name: 'events', main: 'a.mjs' }),
  'node_modules/events/a.mjs': 'export const on = "a package";',
};

ava("Node's modules can be imported, and say what they are when they are used", async (t) => {
  const { open, project } = await startServer(t, FILES);
  const tab = await open();
  const absent = (name, of) =>
    `/node_modules/uses/index.js uses "${name}" of "${of}", a module of Node that browsers do not have. ` +
    'Import it on the server only, or install a package that does the same in browsers.';
  const expected = (a) => [
    [['default'], 'function'],
    absent('readFileSync', 'node:fs'),
    absent('EventEmitter', 'node:events'),
    ['function', 'undefined'],
    'a package',
    a,
    a,
  ];
  await tab.until(value, expected(1));
  await project.write('main.ts', FILES['main.ts'].replace('data.a,', '2,').replace('again.a', '2'));
  await tab.until(value, expected(2));
  t.is(tab.loads, 1);
});

ava('what a package leaves out of browsers is empty, or another file', async (t) => {
  const { open } = await startServer(t, {
    'index.html': '<!doctype html><script type="module" src="main.js"></script>',
    'main.js': "import { found } from 'leaves-out'; globalThis.value = found;",
    'node_modules/leaves-out/package.json': JSON.stringify({
      name: 'leaves-out',
      type: 'module',
      main: 'index.js',
      browser: { fs: false, './server.js': false, crypto: './crypto.js', other: false },
    }),
    'node_modules/leaves-out/index.js': `import fs, { readFileSync } from 'fs';
import promises, { readFile } from 'node:fs';
import * as all from './server.js';
import other from 'other';
import { random } from 'crypto';
import { sep } from 'path';
export const found = [fs, typeof readFileSync, promises, typeof readFile, Object.keys(all), other, random, typeof sep];`,
    'node_modules/leaves-out/server.js': 'export const server = 1;',
    'node_modules/leaves-out/crypto.js': 'export const random = 4;',
  });
  const tab = await open();
  const empty = {};
  await tab.until(value, [
    empty,
    'undefined',
    empty,
    'undefined',
    ['default'],
    empty,
    4,
    'function',
  ]);
  t.deepEqual(tab.errors, []);
});
