/**
 * What is in the tarballs: all that their documents and types lead to, nothing that is too large, and fields that npm
 * and its tools ask for.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import test from 'ava';
import { publint } from 'publint';
import { optionalDependencies, platforms, version } from '../../scripts/platforms.js';
import { root, tool } from '../../scripts/run.js';
import { Project } from '../helpers/project.js';
import { tarballOf } from '../helpers/registry.js';

const REPOSITORY = 'https://github.com/hotgraph/hotgraph';

/** Whether the tarballs are those of a release. */
const isRelease = process.env.HOTGRAPH_RELEASE !== undefined;

const main = tarballOf('hotgraph');
const addon = platforms.map(({ packageName }) => tarballOf(packageName)).find(Boolean);

const unpacked = [main, addon].map((tarball) => {
  const project = new Project({});
  execFileSync('tar', ['-xzf', tarball, '-C', project.folder]);
  return project;
});
const [mainFolder, addonFolder] = unpacked.map((project) => project.path('package'));

test.after.always(() => {
  for (const project of unpacked) project.dispose();
});

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const read = (folder, name) => readFileSync(join(folder, name), 'utf8');
const manifestIn = (folder) => JSON.parse(read(folder, 'package.json'));

test('what documents link to is in the tarball, or an absolute link to what is in the repository', (t) => {
  const folder = mainFolder;
  const documents = filesIn(folder).filter((file) => file.endsWith('.md'));
  t.true(documents.length > 5);
  const lost = [];
  for (const file of documents) {
    const text = readFileSync(file, 'utf8').replace(/```[\s\S]*?```/g, '');
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path] = link.split('#');
      const [, inRepository] =
        new RegExp(`^${REPOSITORY}/(?:blob|tree)/main/(.*)`).exec(path) ?? [];
      if (inRepository ? existsSync(join(root, inRepository)) : /^https?:|^$/.test(path)) continue;
      if (inRepository || !existsSync(join(dirname(file), path))) {
        lost.push(`${file.slice(folder.length + 1)}: ${link}`);
      }
    }
  }
  t.deepEqual(lost, []);
});

test('declarations name files of the tarball, its dependencies and Node', (t) => {
  const folder = mainFolder;
  const { dependencies, peerDependencies, imports } = manifestIn(folder);
  const declarations = filesIn(folder).filter((file) => file.endsWith('.d.ts'));
  const lost = [];
  for (const file of declarations) {
    const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    for (const [, name] of text.matchAll(/\b(?:from\s+|import\s+|import\()['"]([^'"]+)['"]/g)) {
      const isFile = /^\.\.?\//.test(name);
      const target = join(dirname(file), name.replace(/\.js$/, '.d.ts'));
      const [packageName] = /^(@[^/]+\/)?[^/]+/.exec(name);
      // A preset needs the types of its framework's compiler, and nothing else leads to a preset.
      const isPreset = file.startsWith(join(folder, 'dist/node/presets/'));
      const isPeer = isPreset && packageName in peerDependencies;
      const isKnown = isBuiltin(name) || name in imports || packageName in dependencies || isPeer;
      if (isFile ? existsSync(target) : isKnown || packageName === 'hotgraph') continue;
      lost.push(`${file.slice(folder.length + 1)}: ${name}`);
    }
  }
  t.deepEqual(lost, []);
});

test('the main package depends on the addons of its own version, whose engine has that version too', (t) => {
  const manifest = manifestIn(mainFolder);
  t.is(manifest.version, version);
  t.deepEqual(manifest.optionalDependencies, optionalDependencies);
  t.is(Object.keys(optionalDependencies).length, 8);
  // Not in the repository's: no lock file can have what is not published.
  t.is(manifestIn(root).optionalDependencies, undefined);
  t.regex(read(root, 'Cargo.toml'), new RegExp(`^version = "${version}"$`, 'm'));
});

test('a platform package has its addon, and the fields that npm expects', (t) => {
  const folder = addonFolder;
  const manifest = manifestIn(folder);
  const own = manifestIn(root);
  t.is(manifest.version, version);
  for (const field of ['license', 'engines', 'repository', 'homepage', 'bugs', 'description']) {
    t.deepEqual(manifest[field], own[field], field);
    t.truthy(manifest[field], field);
  }
  t.deepEqual(manifest.os, [process.platform]);
  t.deepEqual(manifest.cpu, [process.arch]);
  if (process.platform === 'linux') t.deepEqual(manifest.libc.length, 1);
  t.deepEqual(manifest.files, [manifest.main]);
  t.deepEqual(
    readdirSync(folder).sort(),
    ['LICENSE', 'README.md', 'package.json', manifest.main].sort(),
  );
});

test('an addon for Linux needs no newer glibc than docs/install.md says', (t) => {
  const { main: library, libc } = manifestIn(addonFolder);
  // What tests build is for the machine that it is built on.
  if (!isRelease || libc?.[0] !== 'glibc') return t.pass();
  const text = readFileSync(join(addonFolder, library), 'latin1');
  const minors = [...text.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  t.true(minors.length > 0);
  t.true(Math.max(...minors) <= 17, `glibc 2.${Math.max(...minors)}`);
});

test('sizes are within bounds', (t) => {
  const kilobytes = (file) => Math.ceil(statSync(file).size / 1000);
  const total = filesIn(mainFolder).reduce((sum, file) => sum + kilobytes(file), 0);
  t.true(kilobytes(main) <= 300, `main, packed: ${kilobytes(main)} kB`);
  t.true(total <= 1200, `main: ${total} kB`);
  // What tests build has names for profilers, and is many units of code.
  const library = join(addonFolder, manifestIn(addonFolder).main);
  t.true(kilobytes(addon) <= (isRelease ? 6500 : 10_000), `addon, packed: ${kilobytes(addon)} kB`);
  t.true(kilobytes(library) <= (isRelease ? 16_000 : 32_000), `addon: ${kilobytes(library)} kB`);
});

test('publint has nothing to say', async (t) => {
  for (const folder of [mainFolder, addonFolder]) {
    // That a package of one addon should say which modules its scripts are is a suggestion for packages with scripts.
    const level = folder === mainFolder ? 'suggestion' : 'warning';
    const { messages } = await publint({ pkgDir: folder, level, pack: false, strict: true });
    t.deepEqual(messages, []);
  }
});

test('types resolve as the code does', (t) => {
  const attw = [tool('@arethetypeswrong/cli', 'attw'), main, '--format', 'json'];
  // It ends before all is through a pipe.
  const project = new Project({});
  t.teardown(() => project.dispose());
  const output = openSync(project.path('attw.json'), 'w');
  spawnSync(process.execPath, attw, { stdio: ['ignore', output, 'inherit'] });
  closeSync(output);
  const { analysis } = JSON.parse(read(project.folder, 'attw.json'));
  t.is(analysis.packageName, 'hotgraph');
  const problems = analysis.problems.filter(({ kind, resolutionKind, resolutionOption }) => {
    // Since Node 20.19 `require()` takes ES modules.
    if (kind === 'CJSResolvesToESM') return false;
    // The way of Node 10, which knows no `exports`.
    return ![resolutionKind, resolutionOption].includes('node10');
  });
  t.deepEqual(problems, []);
});

test('a fresh clone is not packed before it is set up', (t) => {
  const project = new Project({ 'package.json': read(root, 'package.json') });
  t.teardown(() => project.dispose());
  cpSync(join(root, 'scripts'), project.path('scripts'), {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  const pack = () => {
    const options = { cwd: project.folder, encoding: 'utf8', shell: true };
    return spawnSync('npm', ['pack', '--pack-destination', '.'], options);
  };
  const fresh = pack();
  t.not(fresh.status, 0);
  t.true(fresh.stderr.includes('Run `npm ci` first'), fresh.stderr);
  mkdirSync(project.path('node_modules'));
  project.writeNow('node_modules/.package-lock.json', '{}');
  const unbuilt = pack();
  t.not(unbuilt.status, 0);
  t.true(unbuilt.stderr.includes('npm run build:release'), unbuilt.stderr);
  t.is(read(project.folder, 'package.json'), read(root, 'package.json'));
});

test('the platform packages in the repository are what package.json says', (t) => {
  // Packing has written them anew.
  const args = ['ls-files', '--modified', '--deleted', '--others', '--exclude-standard', 'npm'];
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) return t.pass('this is no clone');
  t.is(stdout, '', 'add them: `git add npm`');
});
