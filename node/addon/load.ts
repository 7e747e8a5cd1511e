/**
 * Finds the native addon: next to package.json, where a clone builds it, else in the package of this system, which
 * installers choose among our optional dependencies.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as Native from '#native';
import { PLATFORMS } from './platform.js';

/** Why there is no addon, and what to do. `cause` is what Node said of it. */
export class AddonError extends Error {
  override name = 'AddonError';
}

const BUILD =
  'Or build it, which takes Rust: https://github.com/hotgraph/hotgraph/blob/main/docs/install.md#build';

/**
 * Loads the addon.
 *
 * @param platform The name of the system, see `platformName()`.
 * @param root The url of hotgraph's own folder.
 * @throws {AddonError} when there is none for the system, it is not installed, is of another version, or does not load.
 */
export function loadAddon(platform: string, root: URL): typeof Native {
  const require = createRequire(new URL('package.json', root));
  const built = fileURLToPath(new URL(`hotgraph.${platform}.node`, root));
  if (existsSync(built)) return open(require, built, built);

  const name = packageOf(platform);
  const { version } = require('./package.json') as { version: string };
  const found = versionOf(require, name);
  const remedy = `npm install --save-optional ${name}@${version}`;
  if (found === undefined) throw new AddonError(missing(require, platform, remedy));
  if (found !== version) {
    throw new AddonError(
      `hotgraph is version ${version}, and its addon ${name} is version ${found}. Both have to be the same.\n` +
        `Install the right one: ${remedy}`,
    );
  }
  return open(require, name, `${name}@${version}`);
}

/** Loads the addon that is there. */
function open(require: NodeJS.Require, id: string, title: string): typeof Native {
  try {
    return require(id) as typeof Native;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AddonError(
      `hotgraph's native addon ${title} cannot be loaded: ${reason}\n` +
        'The file may be damaged: remove node_modules and install again. Or the system is older than the addon needs: ' +
        'https://github.com/hotgraph/hotgraph/blob/main/docs/install.md#systems\n' +
        BUILD,
      { cause },
    );
  }
}

function missing(require: NodeJS.Require, platform: string, remedy: string): string {
  if (!PLATFORMS.includes(platform)) {
    return (
      `hotgraph has no prebuilt addon for ${platform}. There are those for ${PLATFORMS.join(', ')}.\n` +
      BUILD
    );
  }
  const others = PLATFORMS.filter((other) => versionOf(require, packageOf(other)) !== undefined);
  const why =
    others.length > 0
      ? `Installed is the one for ${others.join(', ')}: node_modules was installed on another system, or for one.`
      : 'It is an optional dependency. Installers leave it out when they are told to (--omit=optional), and when the ' +
        'lock file was written on another system: then remove the lock file and node_modules, and install again.';
  return `hotgraph's native addon for ${platform} is not installed.\nInstall it: ${remedy}\n${why}\n${BUILD}`;
}

function packageOf(platform: string): string {
  return `hotgraph-${platform}`;
}

/** The version of an installed package; undefined where it is not installed. */
function versionOf(require: NodeJS.Require, name: string): string | undefined {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return undefined;
  }
}
