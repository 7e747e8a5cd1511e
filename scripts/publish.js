/**
 * Publishes the tarballs of a release. The platform packages come first: a package must not be there before its addons.
 * What is published already is left out, so that a release that broke off can be run again.
 *
 * `node scripts/publish.js --tag v1.2.3`, the git tag that is released. `--dry-run` publishes nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { release } from './pack.js';
import { name, platforms, version } from './platforms.js';
import { Failure, main, npm } from './run.js';

/** @param {string} packageName */
const tarballOf = (packageName) => join(release, `${packageName}-${version}.tgz`);

/** @param {string} packageName */
function isPublished(packageName) {
  const { status } = spawnSync('npm', ['view', `${packageName}@${version}`, 'version'], {
    shell: true,
  });
  return status === 0;
}

await main(import.meta, async () => {
  const { values } = parseArgs({
    options: { tag: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } },
  });
  if (values.tag !== `v${version}`) {
    throw new Failure(`The tag is ${values.tag}, and package.json has version ${version}.`);
  }
  const packages = [...platforms.map(({ packageName }) => packageName), name];
  const missing = packages.filter((packageName) => !existsSync(tarballOf(packageName)));
  if (missing.length > 0) throw new Failure(`release/ has no tarball of ${missing.join(', ')}.`);

  // `latest` is what people get who ask for no version.
  const tag = version.includes('-') ? 'next' : 'latest';
  const how = values['dry-run'] ? ['--dry-run'] : ['--provenance'];
  for (const packageName of packages) {
    if (isPublished(packageName)) console.log(`${packageName}@${version} is published already.`);
    else await npm(['publish', tarballOf(packageName), '--access', 'public', '--tag', tag, ...how]);
  }
});
