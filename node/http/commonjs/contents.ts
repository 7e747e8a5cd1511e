/**
 * What is in files now. A file is read again only when its size, its time or its place on the disk is another.
 */

import { readFile, stat } from 'node:fs/promises';
import { hashOf } from '../../server/cache.js';

/** The texts of larger files are not kept, in bytes: they are needed once or twice, small ones all the time. */
const LARGEST_KEPT = 64 * 1024;

/** The hash of what is not a file. */
const NOTHING = '';

/** A file as it was read. */
export interface Content {
  text: string;
  hash: string;
}

/** Hashes by the absolute paths of files. An empty hash says that there is no such file. */
export type Hashes = ReadonlyMap<string, string>;

export class Contents {
  readonly #known = new Map<string, { stamp: string; hash: string; text?: string }>();

  /** Reads a file; `undefined` when there is none. */
  async read(file: string): Promise<Content | undefined> {
    // Before the content: a save in between makes the next look read it again.
    const stamp = await stampOf(file);
    if (stamp === undefined) return undefined;
    const known = this.#known.get(file);
    if (known?.stamp === stamp && known.text !== undefined) {
      return { text: known.text, hash: known.hash };
    }
    try {
      const bytes = await readFile(file);
      const hash = hashOf(bytes);
      const text = bytes.toString('utf8');
      const isSmall = bytes.length <= LARGEST_KEPT;
      this.#known.set(file, isSmall ? { stamp, hash, text } : { stamp, hash });
      return { text, hash };
    } catch {
      return undefined;
    }
  }

  /** The hash of a file's content; empty when there is no such file. */
  async hash(file: string): Promise<string> {
    const stamp = await stampOf(file);
    if (stamp === undefined) return NOTHING;
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known.hash;
    return (await this.read(file))?.hash ?? NOTHING;
  }

  /** Whether all files are as they were. */
  async areAs(hashes: Iterable<readonly [string, string]>): Promise<boolean> {
    const same = await Promise.all(
      [...hashes].map(async ([file, hash]) => (await this.hash(file)) === hash),
    );
    return same.every(Boolean);
  }
}

/** Another text whenever a file may have another content; `undefined` for what is not a file. */
async function stampOf(file: string): Promise<string | undefined> {
  try {
    const found = await stat(file, { bigint: true });
    if (!found.isFile()) return undefined;
    return `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
  } catch {
    return undefined;
  }
}
