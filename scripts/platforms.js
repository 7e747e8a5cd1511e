/**
 * The platform packages: one for each system, with its native addon and nothing else.
 *
 * `npm/<platform>/` is written whole from package.json, which decides versions, names and fields. It is in the
 * repository to show its changes, and a test holds that it is up to date.
 */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NapiCli, parseTriple } from '@napi-rs/cli';
import { root } from './run.js';

/** The root's package.json. */
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * The systems of package.json's `napi.targets`.
 *
 * @type {{ name: string, target: string, packageName: string }[]} `name` is e.g. `linux-x64-gnu`, `target` is Rust's.
 */
export const platforms = manifest.napi.targets.map((/** @type {string} */ target) => {
  const name = parseTriple(target).platformArchABI;
  return { name, target, packageName: `${manifest.name}-${name}` };
});

/**
 * What the published package.json has as `optionalDependencies`: of these, installers take the one of their system.
 *
 * They are not in the repository's package.json, since a version cannot be in a lock file before it is published. Then
 * `npm ci` and `pnpm install --frozen-lockfile` would find the lock file out of date, and Yarn would not install at
 * all. So they are added while packing (pack.js).
 */
export const optionalDependencies = Object.fromEntries(
  platforms.map(({ packageName }) => [packageName, manifest.version]),
);

/** The root's package name and version. */
export const { name, version } = manifest;

/** @param {string} platform The folder of its package. */
export const folderOf = (platform) => join(root, 'npm', platform);

/**
 * Writes the folders of all platform packages. Addons that are built here are in them.
 *
 * @returns {Promise<string[]>} The names of the platforms with an addon.
 */
export async function preparePlatforms() {
  rmSync(join(root, 'npm'), { recursive: true, force: true });
  await new NapiCli().createNpmDirs({ cwd: root, npmDir: 'npm' });
  const built = [];
  for (const { name, target, packageName } of platforms) {
    const folder = folderOf(name);
    writeFileSync(join(folder, 'README.md'), readme(packageName, target));
    copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
    const addon = `${manifest.napi.binaryName}.${name}.node`;
    if (!existsSync(join(root, addon))) continue;
    copyFileSync(join(root, addon), join(folder, addon));
    built.push(name);
  }
  return built;
}

/**
 * @param {string} packageName
 * @param {string} target
 */
function readme(packageName, target) {
  return `# ${packageName}

The native addon of [${manifest.name}](${manifest.homepage}) for \`${target}\`. It is installed with \`${manifest.name}\`, where
the system is the right one; nothing else needs it.
`;
}
