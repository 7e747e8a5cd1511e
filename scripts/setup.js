/**
 * Everything between a fresh clone and a package that runs: npm packages, native addon, TypeScript.
 *
 * `node scripts/setup.js` does what is not up to date. Steps may be named (`install`, `native`,
 * `typescript`); `--release` builds the addon as it is published, `--target` for another system, with
 * `--cross-compile` by cargo-zigbuild. Imports no dependency, because there are none before `install`.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure, main, npm, root, run, tool } from './run.js';
import { isDone, step } from './step.js';

/** @param {string} path */
const isThere = (path) => existsSync(join(root, path));

/** Installs the npm packages that the lock file names. */
export function install() {
  return step({
    name: 'npm packages',
    inputs: ['package.json', 'package-lock.json'],
    isThere: () => isThere('node_modules/.package-lock.json'),
    work: () => npmCi(root),
  });
}

/**
 * Compiles the native addon `hotgraph.<platform>.node`, and its types `native.d.ts`. Its loader is ours:
 * `node/addon/`.
 *
 * @param {'dev-native' | 'release'} [profile] One of Cargo.toml.
 * @param {string[]} [args] More for `napi build`: a target, and how to compile for it.
 */
export function native(profile = 'dev-native', args = []) {
  return step(nativeStep(profile, args));
}

/** Whether the addon and its types are of the sources as they are now, by whatever profile. */
export function isNativeFresh() {
  return isDone(nativeStep('release', []));
}

/**
 * @param {string} profile
 * @param {string[]} args
 * @returns {import('./step.js').Step}
 */
function nativeStep(profile, args) {
  return {
    name: 'native addon',
    inputs: ['src', 'crates', 'build.rs', 'Cargo.toml', 'Cargo.lock', '.cargo/config.toml'],
    variant: [profile, ...args].join(' '),
    isThere: () =>
      isThere('native.d.ts') &&
      readdirSync(root).some((name) => name.startsWith('hotgraph.') && name.endsWith('.node')),
    async work() {
      requireRust();
      if (!isThere('native.d.ts')) {
        console.error(
          'Rust compiles it once: 3 to 10 minutes on most machines. Later starts take seconds.',
        );
      }
      const napi = [tool('@napi-rs/cli', 'napi'), 'build', '--profile', profile];
      const output = ['--platform', '--no-js', '--dts', 'native.d.ts'];
      await run(process.execPath, [...napi, ...output, ...args]);
    },
  };
}

/**
 * Compiles `runtime/`, `browser/` and `node/` into folders of `dist/`, and joins the first two into `dist/page/`, which
 * is what pages load: one request.
 */
export function typescript() {
  return step({
    name: 'TypeScript',
    inputs: [
      'runtime',
      'browser',
      'client.d.ts',
      'events.d.ts',
      'node',
      'native.d.ts',
      'tsconfig.base.json',
      'package.json',
      'scripts/setup.js',
    ],
    isThere: () => isThere('dist'),
    async work() {
      const [fresh, dist] = [join(root, 'dist.new'), join(root, 'dist')];
      rmSync(fresh, { recursive: true, force: true });
      for (const project of ['runtime', 'browser', 'node']) {
        await run(process.execPath, [tool('typescript', 'tsc'), '-p', project, '--outDir', fresh]);
      }
      await bundle(join(fresh, 'browser'), join(fresh, 'page'));
      removePrivateTypes(fresh);
      // The old output stays until the new one is whole, and leaves no file of a deleted source.
      rmSync(dist, { recursive: true, force: true });
      renameSync(fresh, dist);
    },
  });
}

/**
 * Joins the compiled client into `main.js`, and what modules with custom elements import into `elements.js`. What some browsers cannot parse stays apart.
 *
 * @param {string} from The compiled client.
 * @param {string} to The new folder.
 */
async function bundle(from, to) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(from, 'main.js'), join(from, 'elements.js')],
    outdir: to,
    bundle: true,
    format: 'esm',
    // As it is: import attributes would be taken out for older targets.
    target: 'esnext',
    // There is one client, whatever imports it.
    external: ['./attributes.js', './main.js'],
    // Instead of the globals of the same names.
    inject: [join(from, 'natives.js')],
    // Chromium compiles all functions while the page loads, off the main thread: the first update needs them at once.
    banner: { js: '//# allFunctionsCalledOnLoad' },
    logLevel: 'warning',
  });
  copyFileSync(join(from, 'attributes.js'), join(to, 'attributes.js'));
}

/**
 * Removes the declarations that the public ones do not lead to. They would be published, and name packages that the
 * project need not have.
 *
 * @param {string} folder The new output.
 */
function removePrivateTypes(folder) {
  const tsc = [
    tool('typescript', 'tsc'),
    '--ignoreConfig',
    '--module',
    'nodenext',
    '--types',
    'node',
  ];
  const presets = readdirSync(join(folder, 'node/presets'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, 'node/presets', name, 'index.d.ts'));
  const args = [...tsc, '--listFilesOnly', join(folder, 'node', 'index.d.ts'), ...presets];
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Failure(`tsc cannot list the public types:\n${stdout}`);
  const isPublic = new Set(stdout.split(/\r?\n/).map((line) => resolve(line)));
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name);
    if (name.endsWith('.d.ts') && !isPublic.has(file)) rmSync(file);
  }
}

/** Does all steps that `npm start` needs. */
export async function setup() {
  await install();
  await native();
  await typescript();
}

/**
 * Installs the packages of a folder that has a lock file of its own.
 *
 * @param {string} name What they are.
 * @param {string} folder Relative to the root.
 */
export function installIn(name, folder) {
  return step({
    name,
    inputs: [`${folder}/package-lock.json`],
    isThere: () => isThere(`${folder}/node_modules`),
    work: () => npmCi(join(root, folder)),
  });
}

/**
 * Runs `npm ci`, quietly: that some hosts under test ask for a newer Node is known.
 *
 * @param {string} cwd A folder with a package-lock.json.
 */
function npmCi(cwd) {
  return npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], cwd);
}

/** @throws {Failure} Without a Rust toolchain. */
export function requireRust() {
  if (spawnSync('cargo', ['--version']).status === 0) return;
  throw new Failure('The native addon needs Rust, and there is no `cargo`: see https://rustup.rs');
}

await main(import.meta, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      release: { type: 'boolean' },
      target: { type: 'string' },
      'cross-compile': { type: 'boolean' },
    },
  });
  const { release, target, 'cross-compile': isCross } = values;
  const args = [...(target ? ['--target', target] : []), ...(isCross ? ['--cross-compile'] : [])];
  const wants = (/** @type {string} */ name) =>
    positionals.length === 0 || positionals.includes(name);
  if (wants('install')) await install();
  if (wants('native')) await native(release ? 'release' : 'dev-native', args);
  if (wants('typescript')) await typescript();
});
