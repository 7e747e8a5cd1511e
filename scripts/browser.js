/**
 * The Chromium that tests drive: the one that is installed, else one from the system's packages.
 *
 * `node scripts/browser.js` prints its path.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Failure, heading, main, run } from './run.js';

const REMEDY =
  'Install Chromium or Chrome, or set CHROMIUM_PATH to the executable of one, and try again.';

/**
 * The path of a Chromium or Chrome.
 *
 * @returns {string | undefined} Absolute, or undefined when there is none.
 * @throws {Failure} When CHROMIUM_PATH is set and names no file.
 */
export function findBrowser() {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen && !existsSync(chosen)) {
    throw new Failure(`CHROMIUM_PATH is ${chosen}, where there is no file.`);
  }
  return chosen || candidates().find((path) => existsSync(path) && answers(path));
}

/**
 * The path of a Chromium or Chrome; installs one where that needs no question: on Debian and its
 * kin, as root or with a `sudo` that asks for no password.
 *
 * @returns {Promise<string>} Absolute.
 * @throws {Failure} When there is none and it cannot be installed; the message has the remedy.
 */
export async function ensureBrowser() {
  return findBrowser() ?? (await installBrowser());
}

/** @returns {Promise<string>} */
async function installBrowser() {
  const isRoot = process.getuid?.() === 0;
  const hasApt = process.platform === 'linux' && existsSync('/usr/bin/apt-get');
  if (!hasApt || !(isRoot || spawnSync('sudo', ['-n', 'true']).status === 0)) {
    throw new Failure(`The tests need a browser, and none was found. ${REMEDY}`);
  }
  heading('browser');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    if (!isRoot) command.unshift('sudo', '-n');
    await run(command[0], command.slice(1));
  }
  const path = findBrowser();
  if (!path) throw new Failure(`The package \`chromium\` brought no browser that runs. ${REMEDY}`);
  return path;
}

/** Where browsers are usually found, the likeliest first. */
function candidates() {
  const { env, platform } = process;
  if (platform === 'darwin') {
    return ['Chromium', 'Google Chrome', 'Microsoft Edge'].flatMap((name) =>
      ['/Applications', `${env.HOME}/Applications`].map(
        (folder) => `${folder}/${name}.app/Contents/MacOS/${name}`,
      ),
    );
  }
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA];
    return ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe']
      .flatMap((path) => folders.map((folder) => folder && join(folder, path)))
      .filter((path) => path !== undefined);
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/**
 * Whether it is a browser and not, as on Ubuntu, a script that asks for a snap. (On Windows a
 * browser opens a window when asked, and there are no such scripts.)
 *
 * @param {string} path
 */
function answers(path) {
  return process.platform === 'win32' || spawnSync(path, ['--version']).status === 0;
}

await main(import.meta, async () => console.log(await ensureBrowser()));
