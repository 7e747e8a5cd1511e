/**
 * Which file a url of the backend is.
 *
 * Maps say so. Without maps, the backend does: its answer is a file if it has the bytes of the file.
 */

import { readFile, stat } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { FileIndex } from './file-index.js';
import { namesOf, withoutDigest } from './names.js';

/** Asks the backend: the bytes that it answers, up to so many; `null` when it has none. */
export type Ask = (
  url: string,
  headers: IncomingHttpHeaders,
  mostBytes: number,
) => Promise<Buffer | null>;

/** Folders whose files have urls. Paths are absolute. */
export interface Folders {
  /** Where files are looked for by what the backend answers. */
  root: string;
  /** Folders by the beginning of their urls. With one or more, only these urls are files. */
  maps: Record<string, string>;
  /** The file that a url names by these maps, whether or not there is one; `null` of one that pages may not have. */
  fileOf(url: string): string | null;
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
  readonly #fileOf: Folders['fileOf'];
  /** Files that the backend was found to answer with, by path. */
  readonly #found = new Map<string, string>();
  /** Paths that the backend is being asked for. */
  readonly #asked = new Map<string, Promise<Located | null>>();

  constructor({ root, maps, fileOf }: Folders, ask: Ask) {
    this.#ask = ask;
    this.#fileOf = fileOf;
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
    const mapped = this.#trusts ? await this.#mapped(pathname) : null;
    if (mapped !== null) return mapped;
    const known = this.#found.get(pathname);
    const found = known === undefined ? null : await located(known);
    if (found !== null) return found;
    return COMPARED.test(pathname) ? this.#compareOnce(pathname, url, headers, place) : null;
  }

  /** The file that a mapped url would be, were it there: making it is a change then. */
  expected(url: string): string | null {
    return this.#trusts ? this.#fileOf(url) : null;
  }

  /** The file that a map names: by its name, or by its name without a digest. */
  async #mapped(pathname: string): Promise<Located | null> {
    const file = this.#fileOf(pathname);
    if (file === null) return null;
    const plain = withoutDigest(path.basename(file));
    const undigested = plain === undefined ? null : path.join(path.dirname(file), plain);
    return (await located(file)) ?? (undigested === null ? null : located(undigested));
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
