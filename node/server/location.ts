/**
 * Which file the path of a url names.
 */

import path from 'node:path';

/** A `..` in a normal path. Backslashes count everywhere, as they do for @web/dev-server. */
const LEADS_OUT = /(?:^|[\\/])\.\.(?:[\\/]|$)/;

/** Parts of paths that Windows takes for something else than they say: drives and streams, devices, shorter names. */
const ODD_ON_WINDOWS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Windows has no names with them.
  /[\x00-\x1f:<>"|?*\\]|[. ]$|^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[\d¹²³]) *(?:\.|$)/i;

/**
 * The absolute path of the file that a path of a url names: below a folder, or outside of it, where the path says how many
 * levels up.
 *
 * @param outside What such paths begin with; after it come the number of levels, a slash and the path.
 * @returns `null` as {@link fileBelow} says.
 */
export function fileOf(
  pathname: string,
  folder: string,
  outside: string,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const [levels = '', rest] = pathname.startsWith(outside)
    ? split(pathname.slice(outside.length))
    : [];
  if (!/^(0|[1-9]\d*)$/.test(levels) || rest === undefined) {
    return fileBelow(pathname, folder, platform);
  }
  return fileBelow(rest, above(folder, Number(levels), platform === 'win32'), platform);
}

function split(text: string): [string, string?] {
  const at = text.indexOf('/');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** The folder so many levels up. Never more than there are: a url may ask for any number. */
function above(folder: string, levels: number, isWindows: boolean): string {
  const { resolve, sep } = isWindows ? path.win32 : path.posix;
  const depth = folder.split(sep).length;
  return resolve(folder, '../'.repeat(Math.min(levels, depth)));
}

/**
 * The absolute path of the file that a path of a url names below a folder, whether or not there is one; `index.html`
 * for the url of a folder. `null` for undecodable paths, and those that lead out of the folder. On Windows also for
 * names that are no plain files'.
 *
 * @param pathname Percent-encoded, without query.
 * @param folder Absolute path.
 * @param platform As `process.platform` names it.
 */
export function fileBelow(
  pathname: string,
  folder: string,
  platform: NodeJS.Platform = process.platform,
): string | null {
  const isWindows = platform === 'win32';
  const { join, normalize } = isWindows ? path.win32 : path.posix;
  let below: string;
  try {
    below = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (below === '' || below.endsWith('/')) below += 'index.html';
  const isOdd = (part: string) => !/^\.{0,2}$/.test(part) && ODD_ON_WINDOWS.test(part);
  if (isWindows && below.split('/').some(isOdd)) return null;
  const name = normalize(`./${below}`);
  return name.includes('\0') || LEADS_OUT.test(name) ? null : join(folder, name);
}
