/**
 * The browser that tests drive: the one that is installed, else one from the system's packages.
 *
 * `node scripts/browser.js` prints its path. Chromium, unless HOTGRAPH_BROWSER says `firefox`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Failure, heading, main, run } from './run.js';

/**
 * What is asked for in HOTGRAPH_BROWSER, and where it is found.
 *
 * @type {Record<string, { title: string, variable: string, aptPackage: string, linux: string[], darwin: string[], win32: string[] }>}
 */
const BROWSERS = {
  chromium: {
    title: 'Chromium or Chrome',
    variable: 'CHROMIUM_PATH',
    aptPackage: 'chromium',
    linux: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    darwin: ['Chromium', 'Google Chrome', 'Microsoft Edge'].map(
      (name) => `${name}.app/Contents/MacOS/${name}`,
    ),
    win32: ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'],
  },
  firefox: {
    title: 'Firefox',
    variable: 'FIREFOX_PATH',
    aptPackage: 'firefox-esr',
    linux: ['firefox', 'firefox-esr'],
    darwin: ['Firefox.app/Contents/MacOS/firefox'],
    win32: ['Mozilla Firefox\\firefox.exe'],
  },
};

/** Flags that Chromium is launched with: no sandbox, and nothing that it does on its own account. */
export const LAUNCH_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser that tests are to drive. */
export const browserName = process.env.HOTGRAPH_BROWSER || 'chromium';
const browser = BROWSERS[browserName];
if (!browser) {
  const known = Object.keys(BROWSERS).join(' or ');
  throw new Failure(`HOTGRAPH_BROWSER is ${browserName}, and has to be ${known}.`);
}

const { title, variable, aptPackage, ...places } = browser;
const REMEDY = `Install ${title}, or set ${variable} to the executable of one, and try again.`;

/**
 * The path of the browser.
 *
 * @returns {string | undefined} Absolute, or undefined when there is none.
 * @throws {Failure} When CHROMIUM_PATH or FIREFOX_PATH is set and names no file.
 */
export function findBrowser() {
  const chosen = process.env[variable];
  if (chosen && !existsSync(chosen)) {
    throw new Failure(`${variable} is ${chosen}, where there is no file.`);
  }
  return chosen || candidates().find((path) => existsSync(path) && answers(path));
}

/**
 * The path of the browser; installs one where that needs no question: on Debian and its
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
    throw new Failure(`The tests need ${title}, and none was found. ${REMEDY}`);
  }
  heading('browser');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', aptPackage]]) {
    const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    if (!isRoot) command.unshift('sudo', '-n');
    await run(command[0], command.slice(1));
  }
  const path = findBrowser();
  if (!path)
    throw new Failure(`The package \`${aptPackage}\` brought no browser that runs. ${REMEDY}`);
  return path;
}

/** Where browsers are usually found, the likeliest first. */
function candidates() {
  const { env, platform } = process;
  if (platform === 'darwin') {
    return places.darwin.flatMap((path) =>
      ['/Applications', `${env.HOME}/Applications`].map((folder) => `${folder}/${path}`),
    );
  }
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA];
    return places.win32
      .flatMap((path) => folders.map((folder) => folder && join(folder, path)))
      .filter((path) => path !== undefined);
  }
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return places.linux.flatMap((name) => folders.map((folder) => join(folder, name)));
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
