/**
 * What npm runs around packing, and what packs everything that a release has.
 *
 * - `node scripts/pack.js before`, `prepack`: refuses what would be a wrong tarball, compiles TypeScript, and adds the
 *   platform packages to package.json.
 * - `node scripts/pack.js after`, `postpack`: takes them out again.
 * - `node scripts/pack.js [folder]`: the tarballs of the main package and of the addons that are built here, in
 *   `release/` or the given folder.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Failure, main, npm, root } from './run.js';
import { isNativeFresh, typescript } from './setup.js';

const file = join(root, 'package.json');

/** Makes the working folder what its tarball has to be. */
async function before() {
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
    throw new Failure('What compiles TypeScript is not installed. Run `npm ci` first.');
  }
  if (!existsSync(join(root, 'native.d.ts')) || !isNativeFresh()) {
    throw new Failure(
      'The native addon is not built, or older than its sources: the types in the tarball come with it. ' +
        'Run `npm run build:release` first.',
    );
  }
  await typescript();
  const { optionalDependencies } = await import('./platforms.js');
  rewrite((manifest) => ({ ...manifest, optionalDependencies }));
}

function after() {
  rewrite(({ optionalDependencies: _, ...manifest }) => manifest);
}

/** @param {(manifest: Record<string, unknown>) => Record<string, unknown>} change */
function rewrite(change) {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, `${JSON.stringify(change(manifest), null, 2)}\n`);
}

/**
 * Packs the main package, and the platform packages that have their addon.
 *
 * @param {string} to An absolute folder.
 */
async function packAll(to) {
  const { folderOf, preparePlatforms } = await import('./platforms.js');
  const built = await preparePlatforms();
  if (built.length === 0) throw new Failure('No addon is built: run `npm run build:release`.');
  mkdirSync(to, { recursive: true });
  const folders = built.map((platform) => `./${relative(root, folderOf(platform))}`);
  await npm(['pack', '--loglevel=error', '--pack-destination', to, '.', ...folders]);
}

await main(import.meta, async () => {
  const [step = 'release'] = process.argv.slice(2);
  if (step === 'before') await before();
  else if (step === 'after') after();
  else await packAll(resolve(step));
});
