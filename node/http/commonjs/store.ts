/** Keeps the results for CommonJS files on disk, for the next run of the server. */

import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { deleteOld } from '../../server/cache.js';

const HASHES = v.array(v.tuple([v.string(), v.string()]));

const RECORD = v.object({
  /** The files that it is made of, absolute. */
  inputs: v.array(v.string()),
  /** The files that decided what was made, with their hashes. */
  decided: HASHES,
  /** Files of other modules, whose urls stand in the code. */
  others: v.array(v.string()),
  /** What the entry exports. */
  names: v.array(v.string()),
  /** The text of the module that defines it. */
  code: v.string(),
});

/** What is known of one CommonJS file. */
export type Made = v.InferOutput<typeof RECORD>;

/** The names of our files, and of what was not finished. */
const OWN = /^[0-9a-f]{16}\.json(?:\.[0-9a-f-]{36}\.tmp)?$/;

/** No larger file is read, in bytes. */
const LARGEST = 64 * 1024 * 1024;

/** A folder of records. */
export class Store {
  readonly #folder: string | undefined;

  /** @param folder Absolute path; `undefined` keeps nothing. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
    if (folder !== undefined) deleteOld(folder, OWN);
  }

  /** Reads a record; `undefined` when there is none that is whole. */
  async read(key: string): Promise<Made | undefined> {
    if (this.#folder === undefined) return undefined;
    const file = path.join(this.#folder, `${key}.json`);
    try {
      // A pipe might never end, and a link lead to what is none of ours.
      const found = await lstat(file);
      if (!found.isFile() || found.size > LARGEST) return undefined;
      const record: unknown = JSON.parse(await readFile(file, 'utf8'));
      return v.is(RECORD, record) ? record : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps a record. When that fails, it is made again in the next run. */
  async write(key: string, record: Made): Promise<void> {
    if (this.#folder === undefined) return;
    const file = path.join(this.#folder, `${key}.json`);
    const temporary = `${file}.${randomUUID()}.tmp`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      // Never through a link. A reader at the same time sees a whole record, of this process or of another.
      await writeFile(temporary, JSON.stringify(record), { flag: 'wx', mode: 0o600 });
      await rename(temporary, file);
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }
}
