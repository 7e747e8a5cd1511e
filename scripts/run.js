/**
 * Running programs: children that share our terminal, failures that read as one sentence.
 */
import { spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The repository's absolute path. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** An error that its message explains in full; `main` prints it without a stack. */
export class Failure extends Error {}

/**
 * Prints where in the work we are, to stderr: stdout belongs to the results.
 *
 * @param {string} text
 */
export function heading(text) {
  console.error(`\n▶ ${text}`);
}

/**
 * Runs a program in the repository's root with our standard streams.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options] `env` is added to our own environment.
 * @returns {Promise<void>} Rejects with a {@link Failure} when the program is missing or does not exit with 0.
 */
export function run(command, args, { cwd = root, env } = {}) {
  const line = [command, ...args].join(' ');
  return new Promise((resolve, reject) => {
    spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' })
      .once('error', (error) => reject(new Failure(`cannot run \`${line}\`: ${error.message}`)))
      .once('close', (code, signal) => {
        if (code === 0) resolve();
        else reject(new Failure(`\`${line}\` ended with ${signal ?? `exit code ${code}`}`));
      });
  });
}

/**
 * Runs npm: the one that runs us, else the one on the path.
 *
 * @param {string[]} args
 * @param {string} [cwd] Default: the repository's root.
 */
export function npm(args, cwd) {
  const options = cwd === undefined ? {} : { cwd };
  const path = process.env.npm_execpath;
  return path ? run(process.execPath, [path, ...args], options) : run('npm', args, options);
}

/**
 * The path of a script that an installed package offers as a command. Run it with Node itself:
 * the shims in `node_modules/.bin` need a shell on Windows.
 *
 * @param {string} name The package, e.g. `typescript`.
 * @param {string} command One of its commands, e.g. `tsc`.
 * @returns {string}
 */
export function tool(name, command) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/**
 * Runs `work` if the module is the program that Node was started with, and turns what it throws
 * into an exit code.
 *
 * @param {ImportMeta} meta The calling module's `import.meta`.
 * @param {() => Promise<unknown>} work
 */
export async function main(meta, work) {
  const program = process.argv[1];
  if (!program || meta.url !== pathToFileURL(realpathSync(program)).href) return;
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Failure ? `\n✖ ${error.message}` : error);
    process.exitCode = 1;
  }
}
