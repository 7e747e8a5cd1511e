/**
 * Which bundler makes modules of CommonJS packages, and how long what it made is kept.
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { closeBrowser } from '../../helpers/browser.js';
import { Packages, REPOSITORY, write } from '../../helpers/commonjs.js';
import { Project } from '../../helpers/project.js';

test.after.always(closeBrowser);

test("the project's bundler is used, and esbuild where there are both", async (t) => {
  const link = (project, name) =>
    symlinkSync(
      join(REPOSITORY, 'node_modules', name),
      project.path(`node_modules/${name}`),
      'junction',
    );
  const one = write(t, { 'p/index.js': '' }, 'rolldown');
  const both = write(t, { 'p/index.js': '' }, 'rolldown');
  link(both, 'esbuild');
  for (const [project, tool] of [
    [one, 'rolldown'],
    [both, 'esbuild'],
  ]) {
    const packages = new Packages(project.folder);
    await packages.exportsOf('node_modules/p/index.js');
    t.true(packages.lines[0].includes(` with ${tool} in `));
  }
});

test('without a bundler the error says which to install', async (t) => {
  const project = new Project({ 'package.json': '{}', 'node_modules/p/index.js': '' });
  t.teardown(() => project.dispose());
  const own = project.path('node_modules/hotgraph');
  for (const name of ['dist/node', 'package.json']) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    cpSync(join(REPOSITORY, name), join(own, name), { recursive: true });
  }
  for (const name of ['valibot', 'cjs-module-lexer', '@jridgewell']) {
    symlinkSync(
      join(REPOSITORY, 'node_modules', name),
      project.path(`node_modules/${name}`),
      'junction',
    );
  }
  const { CommonJs: Alone } = await import(pathToFileURL(join(own, 'dist/node/http/commonjs.js')));
  const commonJs = new Alone({
    root: project.folder,
    cacheDir: false,
    urlOf: (file) => file,
    say() {},
  });
  const file = project.path('node_modules/p/index.js');
  await t.throwsAsync(commonJs.bundle(file), {
    message:
      'node_modules/p/index.js is CommonJS, which browsers cannot run, and there is no bundler that makes an ES module of it. ' +
      'Install one and start again: npm install --save-dev esbuild',
  });
});

test('the next run knows the urls in kept modules', async (t) => {
  const project = write(t, {
    'p/package.json': '{ "name": "p", "main": "index.js" }',
    'p/index.js': 'module.exports = require("q");',
    'q/package.json': '{ "name": "q", "main": "index.js" }',
    'q/index.js': 'exports.one = 1;',
  });
  const run = async () => {
    const asked = new Set();
    const urlOf = (file) => {
      asked.add(relative(project.folder, file));
      return `/${relative(project.folder, file)}`;
    };
    const packages = new Packages(project.folder, { cacheDir: undefined, urlOf });
    await packages.definitionOf('node_modules/p/index.js');
    return { said: packages.lines.length, asked };
  };
  const [first, second] = [await run(), await run()];
  t.deepEqual([first.said, second.said], [1, 0]);
  t.true(first.asked.has('node_modules/q/index.js'));
  t.true(second.asked.has('node_modules/q/index.js'));
});

test('bundled packages are kept for the next run until one of their files changes', async (t) => {
  const project = write(t, {
    'p/package.json': '{ "name": "p", "main": "index.js" }',
    'p/index.js': 'module.exports = require("./part");',
    'p/part.js': 'exports.one = 1;',
  });
  const file = 'node_modules/p/index.js';
  const run = async (options = { cacheDir: undefined }) => {
    const packages = new Packages(project.folder, options);
    const [exported, defined] = [await packages.exportsOf(file), await packages.definitionOf(file)];
    return { said: packages.lines.length, exported, defined, packages };
  };
  const first = await run();
  t.is(first.said, 1);
  t.deepEqual(first.defined.inputs.map((input) => relative(project.folder, input)).sort(), [
    'node_modules/p/index.js',
    'node_modules/p/package.json',
    'node_modules/p/part.js',
  ]);
  const folder = project.path('node_modules/.cache/hotgraph/commonjs');
  t.is(readdirSync(folder).length, 1);

  const second = await run();
  t.is(second.said, 0);
  t.deepEqual([second.exported, second.defined], [first.exported, first.defined]);

  // Another time of the same content is no change.
  utimesSync(project.path('node_modules/p/part.js'), new Date(0), new Date(0));
  t.is((await run()).said, 0);

  // A change is seen while the server runs, and by the next run.
  await project.write('node_modules/p/part.js', 'exports.two = 2;');
  t.deepEqual(await second.packages.namesOf(file), ['two']);
  t.true((await second.packages.definitionOf(file)).code.includes('exports.two'));
  t.is((await run()).said, 0);

  await project.write('node_modules/p/part.js', 'exports.three = 3;');
  const third = await run();
  t.is(third.said, 1);
  t.true(third.exported.code.includes('as three'));

  // What is broken on disk is made again.
  const [name] = readdirSync(folder);
  for (const text of ['', '{"inputs":1}', readFileSync(join(folder, name), 'utf8').slice(0, -9)]) {
    writeFileSync(join(folder, name), text);
    const { said, defined } = await run();
    t.is(said, 1);
    t.deepEqual(defined, third.defined);
  }
  t.is((await run()).said, 0);
  t.is((await run({ cacheDir: false })).said, 1);
  const elsewhere = project.path('elsewhere');
  t.is((await run({ cacheDir: elsewhere })).said, 1);
  t.is(readdirSync(join(elsewhere, 'commonjs')).length, 1);
});

test('a change of what a name resolves to bundles the package again', async (t) => {
  const project = write(t, {
    'p/index.js':
      'exports.a = 1; try { require("q"); } catch {} try { require("./late"); } catch {}',
    'r/index.js': 'exports.r = require("s");',
    's/index.js': 'exports.s = 1;',
    't/index.js': 'exports.t = require("node:events");',
  });
  const packages = new Packages(project.folder);
  const code = async (file) => (await packages.definitionOf(file)).code;
  const p = 'node_modules/p/index.js';
  t.true((await code(p)).includes('missing:q'));
  await project.write('node_modules/q/package.json', '{ "name": "q" }');
  await project.write('node_modules/q/index.js', 'exports.q = 1;');
  t.true((await code(p)).includes('import "/node_modules/q/index.js?__commonjs=define"'));
  await project.write('node_modules/p/late.js', 'exports.late = 1;');
  t.true((await code(p)).includes('exports.late = 1'));

  // Browsers have what Node brings where a package of that name is installed.
  const builtin = 'node_modules/t/index.js';
  t.true((await code(builtin)).includes('require("builtin:events")'));
  await project.write('node_modules/events/index.js', 'exports.once = 1;');
  await project.write('node_modules/events/package.json', '{ "name": "events" }');
  t.true(
    (await code(builtin)).includes('import "/node_modules/events/index.js?__commonjs=define"'),
  );

  // A package becomes one of ES modules.
  t.true(
    (await code('node_modules/r/index.js')).includes(
      'import "/node_modules/s/index.js?__commonjs=define"',
    ),
  );
  await project.write('node_modules/s/index.js', 'export const s = 1;');
  t.true((await code('node_modules/r/index.js')).includes('from "/node_modules/s/index.js"'));
  await t.throwsAsync(packages.exportsOf('node_modules/s/index.js'), {
    message: /is an ES module/,
  });
});

test('concurrent requests bundle once, and servers of one project do not disturb each other', async (t) => {
  const project = write(t, {
    'p/index.js': 'exports.a = require("./b");',
    'p/b.js': 'exports.b = 1;',
  });
  const servers = Array.from(
    { length: 4 },
    () => new Packages(project.folder, { cacheDir: undefined }),
  );
  const all = await Promise.all(
    servers.flatMap((one) => [1, 2, 3].map(() => one.definitionOf('node_modules/p/index.js'))),
  );
  t.is(new Set(all.map(({ code }) => code)).size, 1);
  for (const { lines } of servers) t.true(lines.length <= 1);
  const folder = project.path('node_modules/.cache/hotgraph/commonjs');
  t.deepEqual(
    readdirSync(folder).map((name) => extname(name)),
    ['.json'],
  );
  t.true(existsSync(folder));
});
