/**
 * The engine comes to know the last bytes of a file, whatever way a program saves it. Real files, the real watcher, and
 * the programs themselves where they are installed; no browser.
 */

import { execFile, execFileSync } from 'node:child_process';
import { open, rename, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import ava from 'ava';
import { code, startWatched } from '../../helpers/watched.js';

// One after the other: what is tested here is the order of things.
const test = ava.serial;

const run = promisify(execFile);

function isInstalled(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const substitute = (text) => `%s/value = .*;/${text.trim().replace('export const ', '')}/`;
const vim = (backup) => (file, text) =>
  run('vim', [
    '-u',
    'NONE',
    '-N',
    '-n',
    '-es',
    '-c',
    `set nobackup writebackup backupcopy=${backup}`,
    '-c',
    substitute(text),
    '-c',
    'wq',
    file,
  ]);

/** Ways to save: what they need, and the save itself. */
const SAVES = {
  'vim itself, which renames the old file (backupcopy=no)': [isInstalled('vim'), vim('no')],
  'vim itself, which keeps the file (backupcopy=yes)': [isInstalled('vim'), vim('yes')],
  'sed -i itself': [
    process.platform === 'linux',
    (file, text) =>
      run('sed', ['-i', `s/value = .*;/${text.trim().replace('export const ', '')}/`, file]),
  ],
  'vim: the old file is renamed, the new one written, the old one deleted': [
    true,
    async (file, text) => {
      await rename(file, `${file}~`);
      await writeFile(file, text);
      await unlink(`${file}~`);
    },
  ],
  'VS Code: in place': [true, (file, text) => writeFile(file, text)],
  'VS Code: a temporary file is renamed over the old one': [
    true,
    async (file, text) => {
      await writeFile(`${file}.vsctmp`, text);
      await rename(`${file}.vsctmp`, file);
    },
  ],
  'JetBrains: the new file is written, the old one renamed, the new one renamed, the old one deleted':
    [
      true,
      async (file, text) => {
        await writeFile(`${file}___jb_tmp___`, text);
        await rename(file, `${file}___jb_old___`);
        await rename(`${file}___jb_tmp___`, file);
        await unlink(`${file}___jb_old___`);
      },
    ],
  'in parts': [
    true,
    async (file, text) => {
      const handle = await open(file, 'w');
      for (const part of [text.slice(0, 3), text.slice(3, 20), text.slice(20)]) {
        await handle.write(part);
        // Shorter than the engine waits for the next part.
        await pause(20);
      }
      await handle.close();
    },
  ],
  'deleted and written again': [
    true,
    async (file, text) => {
      await unlink(file);
      await writeFile(file, text);
    },
  ],
};

for (const [how, [isPossible, save]] of Object.entries(SAVES)) {
  for (const watch of [true, 'poll']) {
    (isPossible ? test : test.skip)(`saved, watch: ${watch}: ${how}`, async (t) => {
      const watched = await startWatched(t, { 'src/dep.js': code(1) }, { watch });
      for (const number of [2, 3, 4]) {
        await save(watched.path('src/dep.js'), code(number));
        await watched.knows('src/dep.js', code(number));
      }
      await watched.event(() => watched.updates('src/dep.js') >= 3);
      t.deepEqual(watched.complaints(), []);
      // Polling cannot tell a writer that pauses from one that is done.
      if (watch !== 'poll') t.is(watched.events.length, 3, JSON.stringify(watched.events));
    });
  }
}
