/**
 * Steps of a build that are left out when nothing they depend on has changed.
 *
 * A step's stamp is a file that holds the hash of all its inputs. It is removed before the work
 * starts and written after it ended well, so an interrupted step counts as not done. Stamps live in
 * node_modules: installing packages anew makes every step run again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { heading, root } from './run.js';

const stamps = join(root, 'node_modules', '.cache', 'hotgraph');

/**
 * @typedef {object} Step
 * @property {string} name Its heading, and the name of its stamp.
 * @property {string[]} inputs Files and folders, relative to the root, that the result depends on. Missing ones count as empty.
 * @property {string} [variant] What else the result depends on.
 * @property {() => boolean} isThere Tells whether the results are on the disk.
 * @property {() => Promise<void>} work
 */

/**
 * Does a step, or nothing when it is up to date.
 *
 * @param {Step} step
 * @returns {Promise<void>} Rejects with what `work` rejects with.
 */
export async function step(step) {
  const { name, inputs, variant = '', isThere, work } = step;
  const stamp = stampOf(name);
  // Hashed before the work: an input that changes meanwhile makes the next run repeat the step.
  const wanted = `${hashOf(inputs)} ${variant}`;
  if (read(stamp) === wanted && isThere()) return;
  rmSync(stamp, { force: true });
  heading(name);
  await work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, wanted);
}

/**
 * Whether a step was done with the inputs as they are now, in whatever variant.
 *
 * @param {Step} step
 */
export function isDone({ name, inputs, isThere }) {
  return isThere() && read(stampOf(name))?.split(' ')[0] === hashOf(inputs);
}

/** @param {string} name */
const stampOf = (name) => join(stamps, name.replaceAll(' ', '-'));

/** @param {string} file */
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

/**
 * @param {string[]} inputs
 * @returns {string}
 */
function hashOf(inputs) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of inputs.flatMap(filesIn)) {
    const content = readFileSync(join(root, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/**
 * All files below a path, in a stable order.
 *
 * @param {string} path Relative to the root.
 * @returns {string[]} Relative to the root.
 */
function filesIn(path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  const options = /** @type {const} */ ({ recursive: true, withFileTypes: true });
  try {
    return readdirSync(absolute, options)
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOTDIR') return [path];
    throw error;
  }
}
