/**
 * The native addon: found where it is, and an error that helps where it is not.
 */

import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { AddonError, loadAddon } from '../../dist/node/addon/load.js';
import { PLATFORMS, platformName } from '../../dist/node/addon/platform.js';
import { platforms } from '../../scripts/platforms.js';
import { repository } from '../helpers/command.js';
import { Project } from '../helpers/project.js';

const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
const platform = platformName();
const built = join(repository, `hotgraph.${platform}.node`);

/** A folder of hotgraph's own, with the given platform packages in it, whose addons are texts that do not load. */
function install(t, packages = {}) {
  const files = { 'package.json': JSON.stringify({ name: 'hotgraph', version }) };
  for (const [name, ofVersion] of Object.entries(packages)) {
    const manifest = { name, version: ofVersion, main: 'addon.node' };
    files[`node_modules/${name}/package.json`] = JSON.stringify(manifest);
    files[`node_modules/${name}/addon.node`] = 'no machine code';
  }
  const project = new Project(files);
  t.teardown(() => project.dispose());
  return project;
}

const load = (project, name = platform) => loadAddon(name, pathToFileURL(`${project.folder}/`));
const errorOf = (t, project, name) =>
  t.throws(() => load(project, name), { instanceOf: AddonError });

test('the systems are those that a release is built for', (t) => {
  t.deepEqual(PLATFORMS, platforms.map(({ name }) => name).sort());
  t.true(PLATFORMS.includes(platform));
});

test('an addon that was built in the folder is loaded', (t) => {
  const project = install(t);
  copyFileSync(built, project.path(`hotgraph.${platform}.node`));
  t.is(typeof load(project).HmrEngine, 'function');
});

test('an addon of a package is loaded', (t) => {
  const name = `hotgraph-${platform}`;
  const project = install(t, { [name]: version });
  copyFileSync(built, project.path(`node_modules/${name}/addon.node`));
  t.is(typeof load(project).HmrEngine, 'function');
});

test('the error of a missing package says what to install, and how to build', (t) => {
  const { message } = errorOf(t, install(t), 'linux-x64-gnu');
  t.true(message.includes('native addon for linux-x64-gnu is not installed'), message);
  t.true(message.includes(`npm install --save-optional hotgraph-linux-x64-gnu@${version}\n`));
  t.true(message.includes('--omit=optional'), message);
  t.true(message.includes('docs/install.md#build'), message);
});

test('the error names the package that is there, of another system or another libc', (t) => {
  const project = install(t, { 'hotgraph-linux-x64-gnu': version });
  const { message } = errorOf(t, project, 'linux-x64-musl');
  t.true(message.includes('native addon for linux-x64-musl is not installed'), message);
  t.true(message.includes('Installed is the one for linux-x64-gnu'), message);
  t.true(message.includes(`hotgraph-linux-x64-musl@${version}\n`), message);
});

test('the error on a system without a package names those that have one, and says how to build', (t) => {
  const { message } = errorOf(t, install(t), 'freebsd-x64');
  t.true(message.includes('no prebuilt addon for freebsd-x64'), message);
  for (const name of PLATFORMS) t.true(message.includes(name), name);
  t.true(message.includes('docs/install.md#build'), message);
  t.false(message.includes('npm install'), message);
});

test('an addon of another version is refused', (t) => {
  const project = install(t, { 'hotgraph-win32-x64-msvc': '0.0.1' });
  const { message } = errorOf(t, project, 'win32-x64-msvc');
  t.true(message.includes(`hotgraph is version ${version}`), message);
  t.true(message.includes('hotgraph-win32-x64-msvc is version 0.0.1'), message);
  t.true(message.includes(`hotgraph-win32-x64-msvc@${version}`), message);
});

test("the error of an addon that does not load has the system's message, and says where requirements are documented", (t) => {
  const name = `hotgraph-${platform}`;
  const { message, cause } = errorOf(t, install(t, { [name]: version }));
  t.true(message.includes(`${name}@${version} cannot be loaded: ${cause.message}`), message);
  t.true(message.includes('docs/install.md#systems'), message);
});
