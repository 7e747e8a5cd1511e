/**
 * The files below a folder, by their names.
 */

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Folders that are looked at. A folder with more of them is no folder of sources. */
const MOST_FOLDERS = 5000;

/** Milliseconds in which a second change may leave the time of a folder as it is. */
const COARSE_MS = 50;

/** What a folder held when it was read. */
interface Folder {
  /** When it was changed last, and when it was read. */
  changedAt: number;
  readAt: number;
  files: string[];
  folders: string[];
}

/** Knows where files of a name are. Folders of packages, and hidden ones, are left out. */
export class FileIndex {
  readonly #folder: string;
  /** Folders as they were read last. */
  #known = new Map<string, Folder>();
  #look: Promise<Map<string, string[]>> = Promise.resolve(new Map());
  /** The look that is going to begin: it answers everyone who asks now. */
  #nextLook: Promise<Map<string, string[]>> | undefined;

  /** @param folder Absolute path. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The absolute paths of the files that have one of these names, in the order of the names. */
  async named(names: readonly string[]): Promise<string[]> {
    this.#nextLook ??= this.#look.then(() => {
      this.#nextLook = undefined;
      this.#look = this.#lookAt();
      return this.#look;
    });
    const files = await this.#nextLook;
    return names.flatMap((name) => files.get(name) ?? []);
  }

  /** Looks at all folders, and reads those that have changed. */
  async #lookAt(): Promise<Map<string, string[]>> {
    const files = new Map<string, string[]>();
    const known = new Map<string, Folder>();
    let waiting = [this.#folder];
    while (waiting.length > 0 && known.size < MOST_FOLDERS) {
      const found = await Promise.all(waiting.map((name) => this.#read(name)));
      for (const [index, folder] of found.entries()) {
        known.set(waiting[index] ?? '', folder);
        for (const file of folder.files) {
          const name = path.basename(file);
          files.set(name, [...(files.get(name) ?? []), file]);
        }
      }
      waiting = found.flatMap(({ folders }) => folders);
    }
    this.#known = known;
    return files;
  }

  async #read(name: string): Promise<Folder> {
    const readAt = Date.now();
    // One that is gone meanwhile, or may not be read, has no files.
    const changedAt = (await stat(name).catch(() => null))?.mtimeMs ?? 0;
    const known = this.#known.get(name);
    if (known?.changedAt === changedAt && known.readAt - changedAt > COARSE_MS) return known;
    const entries = await readdir(name, { withFileTypes: true }).catch(() => []);
    const seen = entries.filter((one) => !one.name.startsWith('.') && one.name !== 'node_modules');
    const pathsOf = (of: typeof seen) => of.map((one) => path.join(name, one.name));
    return {
      changedAt,
      readAt,
      files: pathsOf(seen.filter((one) => !one.isDirectory())),
      folders: pathsOf(seen.filter((one) => one.isDirectory())),
    };
  }
}
