/**
 * `npm version` runs this between writing package.json and committing. The version goes to Cargo.toml, which names it
 * in the addon. The changelog gets a section with the commits since the last one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { preparePlatforms } from './platforms.js';
import { Failure, main, npm, root, run } from './run.js';

/** Its builds for other systems are not in every registry, so it cannot be in the lock file. */
const GIT_CLIFF = 'git-cliff@2.14.2';

/**
 * @param {string} name A file in the root.
 * @param {RegExp} pattern
 * @param {string} replacement
 * @returns {boolean} Whether there was something to replace.
 */
function replace(name, pattern, replacement) {
  const file = join(root, name);
  const text = readFileSync(file, 'utf8');
  if (!pattern.test(text)) return false;
  writeFileSync(file, text.replace(pattern, replacement));
  return true;
}

await main(import.meta, async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (!replace('Cargo.toml', /^version = ".*"$/m, `version = "${version}"`)) {
    throw new Failure('Cargo.toml has no line `version = "…"` in [workspace.package].');
  }
  // Writes the version into the lock files.
  for (const manifest of ['Cargo.toml', 'fuzz/Cargo.toml']) {
    await run('cargo', ['update', '--workspace', '--quiet', '--manifest-path', manifest]);
  }
  const date = new Date().toISOString().slice(0, 10);
  // The first one was written by hand.
  if (
    !replace(
      'CHANGELOG.md',
      new RegExp(`^## ${version} \\(unreleased\\)$`, 'm'),
      `## ${version} (${date})`,
    )
  ) {
    const args = ['--unreleased', '--tag', `v${version}`, '--prepend', 'CHANGELOG.md'];
    await npm(['exec', '--yes', '--', GIT_CLIFF, ...args]);
  }
  await preparePlatforms();
  const changed = ['Cargo.toml', 'Cargo.lock', 'fuzz/Cargo.lock', 'CHANGELOG.md', 'npm'];
  await run('git', ['add', ...changed]);
});
