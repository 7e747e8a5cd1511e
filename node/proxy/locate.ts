/**
 * Which file a url of the backend is.
 *
 * Maps say so. Without maps, the backend does: its answer is a file if it has the bytes of the file.
 */

import { readFile, stat } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { fileBelow } from '../server/location.js';
import { FileIndex } from './file-index.js';
import { namesOf, withoutDigest } from './names.js';

/** Asks the backend: the bytes that it answers, up to so many; `null` when it has none. */
export type Ask = (
  url: string,
  headers: IncomingHttpHeaders,
  mostBytes: number,
) => Promise<Buffer | null>;

/** Folders whose files have urls. Paths are absolute. */
export interface Places {
  /** Where files are looked for by what the backend answers. */
  root: string;
  /** Folders by the beginning of their urls. With one or more, only these urls are files. */
  maps?: Record<string, string>;
}

/** A file, with its size in bytes. */
export interface Located {
  file: string;
  size: number;
}

/** Files that can be hot, and are compared for it. */
const COMPARED = /\.(?:m?js|css)$/;

/** Urls that are remembered. A request can make up any; forgetting costs asking again. */
const MOST_FOUND = 10_000;

/** Urls that begin so are below this folder. */
interface Place {
  prefix: string;
  folder: string;
  index: FileIndex;
}

/** Finds files. */
export class Locator {
  readonly #ask: Ask;
  /** The longest prefix first. */
  readonly #places: readonly Place[];
  readonly #trusts: boolean;
  /** Files that the backend was found to answer with, by path. */
  readonly #found = new Map<string, string>();
  /** Paths that the backend is being asked for. */
  readonly #asked = new Map<string, Promise<Located | null>>();

  constructor({ root, maps = {} }: Places, ask: Ask) {
    this.#ask = ask;
    const entries = Object.entries(maps);
    this.#trusts = entries.length > 0;
    this.#places = (this.#trusts ? entries : [['/', root] as const])
      .map(([start, folder]) => {
        const prefix = start.endsWith('/') ? start : `${start}/`;
        return { prefix, folder, index: new FileIndex(folder) };
      })
      .sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /**
   * The file of a url, by its absolute path; `null` where the url is the backend's alone.
   *
   * @param url Path and query.
   * @param headers Those that the backend is asked with, should it be asked.
   */
  async find(url: string, headers: IncomingHttpHeaders): Promise<Located | null> {
    const [pathname = '/'] = url.split('?');
    const place = this.#places.find(({ prefix }) => pathname.startsWith(prefix));
    if (!place) return null;
    const mapped = this.#trusts ? await mappedFile(pathname, place) : null;
    if (mapped !== null) return mapped;
    const known = this.#found.get(pathname);
    const found = known === undefined ? null : await located(known);
    if (found !== null) return found;
    return COMPARED.test(pathname) ? this.#compareOnce(pathname, url, headers, place) : null;
  }

  /** The file that a mapped url would be, were it there: making it is a change then. */
  expected(url: string): string | null {
    const [pathname = '/'] = url.split('?');
    const place = this.#places.find(({ prefix }) => pathname.startsWith(prefix));
    if (!place || !this.#trusts || !COMPARED.test(pathname)) return null;
    return fileBelow(pathname.slice(place.prefix.length), place.folder);
  }

  async #compareOnce(
    pathname: string,
    url: string,
    headers: IncomingHttpHeaders,
    place: Place,
  ): Promise<Located | null> {
    const asked = this.#asked.get(pathname);
    if (asked) return asked;
    const answer = this.#compare(pathname, url, headers, place);
    this.#asked.set(pathname, answer);
    try {
      return await answer;
    } finally {
      this.#asked.delete(pathname);
    }
  }

  /** Asks the backend, and finds the file with these bytes. */
  async #compare(
    pathname: string,
    url: string,
    headers: IncomingHttpHeaders,
    { index }: Place,
  ): Promise<Located | null> {
    const candidates = await candidatesOf(pathname, index);
    if (candidates.length === 0) return null;
    const largest = Math.max(...candidates.map(({ size }) => size));
    const answer = await this.#ask(url, headers, largest);
    if (answer === null) return null;
    for (const candidate of candidates) {
      if (candidate.size !== answer.length) continue;
      const content = await readFile(candidate.file).catch(() => null);
      if (!content?.equals(answer)) continue;
      if (this.#found.size >= MOST_FOUND) this.#found.clear();
      this.#found.set(pathname, candidate.file);
      return candidate;
    }
    return null;
  }
}

/** The file that a map names: by its name, or by its name without a digest. */
async function mappedFile(pathname: string, { prefix, folder }: Place): Promise<Located | null> {
  const file = fileBelow(pathname.slice(prefix.length), folder);
  if (file === null || isHidden(path.relative(folder, file))) return null;
  const plain = withoutDigest(path.basename(file));
  const undigested = plain === undefined ? null : path.join(path.dirname(file), plain);
  return (await located(file)) ?? (undigested === null ? null : located(undigested));
}

/** Whether a path goes through what is not meant to be seen: `.env`, `.git/`. */
function isHidden(file: string): boolean {
  return file.split(path.sep).some((part) => part.startsWith('.'));
}

/** The files that the backend may answer with. */
async function candidatesOf(pathname: string, index: FileIndex): Promise<Located[]> {
  let name: string;
  try {
    name = decodeURIComponent(path.posix.basename(pathname));
  } catch {
    return [];
  }
  const files = await index.named(namesOf(name));
  const found = await Promise.all(files.map(located));
  // An empty file is like any other.
  return found.filter((one) => one !== null && one.size > 0) as Located[];
}

/** A regular file; `null` of anything else. */
async function located(file: string): Promise<Located | null> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() ? { file, size: found.size } : null;
}
