/**
 * Files of the backend whose change shows in its pages only: templates, translations, its code.
 */

import path from 'node:path';
import { watch } from 'chokidar';
import picomatch from 'picomatch';

/** Milliseconds without a change after which a file counts as saved. */
const QUIET_MS = 50;

/** Folders that hold no templates, and very many files. */
const LEFT_OUT = /(?:^|\/)(?:node_modules|\.git)(?:\/|$)/;

/**
 * Watches the files that patterns name.
 *
 * @param patterns Relative to `cwd`, or absolute. A folder stands for all that is in it.
 * @param cwd Absolute path.
 * @param onChange Gets the absolute path of each file that is saved, made or deleted.
 * @returns Stops watching.
 */
export async function watchTemplates(
  patterns: readonly string[],
  cwd: string,
  onChange: (file: string) => void,
): Promise<() => Promise<void>> {
  // Compared below the folder, whose own name may look like a pattern.
  const below = (name: string) => toPosix(path.relative(cwd, path.resolve(cwd, name)));
  const wanted = patterns.map(below);
  const matches = picomatch([...wanted, ...wanted.map((one) => path.posix.join(one, '**'))]);
  const folders = wanted.map((one) => path.resolve(cwd, picomatch.scan(one).base));
  const watcher = watch(folders, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: QUIET_MS, pollInterval: 10 },
    ignored: (name, stats) => {
      const file = below(name);
      return LEFT_OUT.test(file) || (stats?.isFile() === true && !matches(file));
    },
  });
  for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, onChange);
  // A folder that may not be read has no templates.
  watcher.on('error', () => {});
  await new Promise<void>((resolve) => watcher.once('ready', resolve));
  return () => watcher.close();
}

function toPosix(name: string): string {
  return name.split(path.sep).join('/');
}
