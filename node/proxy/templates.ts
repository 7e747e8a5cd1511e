/**
 * Files of the backend whose change shows in its pages only: templates, translations, its code.
 */

import path from 'node:path';
import { watch } from 'chokidar';
import picomatch from 'picomatch';

/** Milliseconds without a change after which a file counts as saved. */
const QUIET_MS = 50;

/**
 * Watches the files that patterns name.
 *
 * @param cwd The folder that patterns are relative to.
 * @param onChange Gets the absolute path of each that is saved, made or deleted.
 * @returns Watches no more.
 */
export function watchTemplates(
  patterns: readonly string[],
  cwd: string,
  onChange: (file: string) => void,
): () => Promise<void> {
  const absolute = patterns.map((pattern) => path.posix.join(toPosix(cwd), toPosix(pattern)));
  const matches = picomatch(absolute, { dot: false });
  const folders = absolute.map((pattern) => picomatch.scan(pattern).base);
  const watcher = watch(folders, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: QUIET_MS, pollInterval: 10 },
    ignored: (name, stats) =>
      /[\\/](?:node_modules|\.git)(?:[\\/]|$)/.test(name) ||
      (stats?.isFile() === true && !matches(toPosix(name))),
  });
  for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, onChange);
  // A folder that may not be read has no templates.
  watcher.on('error', () => {});
  return () => watcher.close();
}

function toPosix(name: string): string {
  return name.split(path.sep).join('/');
}
