/**
 * A folder of real files that a test serves and edits.
 */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Seconds that nobody has written the files of a new project. A file that was written just now may be a save. */
const AGE = 60;

/** Files by path below the project's folder. */
export class Project {
  /** @param {Record<string, string | Uint8Array>} files */
  constructor(files) {
    this.folder = mkdtempSync(join(realpathSync(tmpdir()), 'hotgraph-test-'));
    const written = Date.now() / 1000 - AGE;
    for (const [name, content] of Object.entries(files)) {
      this.writeNow(name, content);
      utimesSync(this.path(name), written, written);
    }
  }

  /**
   * The absolute path of a file.
   *
   * @param {string} name
   */
  path(name) {
    return join(this.folder, name);
  }

  /**
   * Writes before anything is served.
   *
   * @param {string} name
   * @param {string | Uint8Array} content
   */
  writeNow(name, content) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  /**
   * Saves a file as most editors do: truncate, write, close.
   *
   * @param {string} name
   * @param {string | Uint8Array} content
   */
  async write(name, content) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), content);
  }

  /**
   * Saves a file as vim and JetBrains do: write a new file, rename it over the old one.
   *
   * @param {string} name
   * @param {string | Uint8Array} content
   */
  async writeAtomically(name, content) {
    const temporary = this.path(`${name}.tmp~`);
    await writeFile(temporary, content);
    await rename(temporary, this.path(name));
  }

  /**
   * Deletes a file or folder.
   *
   * @param {string} name
   */
  async remove(name) {
    await rm(this.path(name), { recursive: true });
  }

  /** Deletes the project. */
  dispose() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
