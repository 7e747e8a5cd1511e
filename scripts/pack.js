/**
 * What npm runs around packing, and what packs everything of a release that is built here.
 *
 * - `node scripts/pack.js`, `npm run tarballs`: the tarballs of the main package, and of the platform packages whose addon
 *   is here, in `release/`. (A script called `pack` would have npm run `prepack` around it.)
 * - `node scripts/pack.js before`, `prepack`: refuses what would be a wrong tarball, compiles TypeScript, and adds the
 *   platform packages to package.json.
 * - `node scripts/pack.js after`, `postpack`: takes them out again.
 * - `node scripts/pack.js refuse`, `prepublishOnly`: refuses to publish the working folder.
 *
 * Nothing is imported that a fresh clone has not.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Failure, main, npm, root } from './run.js';
import { isNativeFresh, typescript } from './setup.js';
import { isDone, step } from './step.js';

/** Where the tarballs are. */
export const release = join(root, 'release');

const manifest = join(root, 'package.json');

/** Packs, when something has changed. */
export async function pack() {
  requireBuilt();
  await typescript();
  await step(packing());
}

/** Whether the tarballs are of what is there now. */
export function isPacked() {
  return isDone(packing());
}

/** @returns {import('./step.js').Step} */
function packing() {
  const addons = readdirSync(root).filter((name) => name.endsWith('.node'));
  const { files } = JSON.parse(readFileSync(manifest, 'utf8'));
  return {
    name: 'tarballs',
    inputs: ['package.json', 'LICENSE', 'README.md', 'scripts/platforms.js', ...files, ...addons],
    isThere: () => existsSync(release),
    async work() {
      const { folderOf, preparePlatforms } = await import('./platforms.js');
      const built = await preparePlatforms();
      rmSync(release, { recursive: true, force: true });
      mkdirSync(release);
      const folders = built.map((platform) => `./${relative(root, folderOf(platform))}`);
      await npm(['pack', '--loglevel=error', '--pack-destination', release, '.', ...folders]);
    },
  };
}

/** Makes the working folder what its tarball has to be. */
async function before() {
  requireBuilt();
  await typescript();
  const { optionalDependencies } = await import('./platforms.js');
  rewrite((before) => ({ ...before, optionalDependencies }));
}

/** @throws {Failure} When what the tarball needs is not there, or not of these sources. */
function requireBuilt() {
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
    throw new Failure('What compiles TypeScript is not installed. Run `npm ci` first.');
  }
  if (!isNativeFresh()) {
    throw new Failure(
      'The native addon is not built, or older than its sources, and the tarball has its types. ' +
        'Run `npm run build:release` first.',
    );
  }
}

function after() {
  rewrite(({ optionalDependencies: _, ...rest }) => rest);
}

/** @throws {Failure} Always. */
function refuse() {
  throw new Failure(
    'The working folder is not published: the addons of other systems are not in it. ' +
      '.github/workflows/release.yml publishes tarballs that were tested; CONTRIBUTING.md says how.',
  );
}

/** @param {(before: Record<string, unknown>) => Record<string, unknown>} change */
function rewrite(change) {
  const before = JSON.parse(readFileSync(manifest, 'utf8'));
  writeFileSync(manifest, `${JSON.stringify(change(before), null, 2)}\n`);
}

await main(import.meta, async () => {
  const [when] = process.argv.slice(2);
  if (when === 'before') await before();
  else if (when === 'after') after();
  else if (when === 'refuse') refuse();
  else await pack();
});
