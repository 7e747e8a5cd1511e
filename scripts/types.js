/**
 * `node scripts/types.js`: the types of all JavaScript that is written by hand, and of the public declarations. How strict
 * each part is stands in its tsconfig.json.
 */
import { spawn } from 'node:child_process';
import { Failure, main, root, tool } from './run.js';

/**
 * Folders with a tsconfig.json of their own. The other projects check what a project imports from them: more strictly,
 * or as the TypeScript that it was compiled from.
 */
const PROJECTS = ['.', '__test__', '__test__/helpers', 'conformance', 'bench'];

/**
 * What counts in test files: names, exports and modules that there are not, and calls with too many or too few values.
 * The other findings there are about tables, whose rows are unions to the compiler, about code that runs in a page, and
 * about wrong values that a test passes on purpose.
 */
const MISTAKES = /error TS(?:1\d{3}|2304|2305|2307|2551|2552|2554|2555|2613|2614|2724|18004):/;

/** The files of which only {@link MISTAKES} count. */
const TESTS = /^__test__\/(?!helpers\/)/;

/**
 * Checks all projects.
 *
 * @returns {Promise<void>} Rejects with a {@link Failure} that has what the compiler says.
 */
export async function checkTypes() {
  const errors = new Set();
  for (const project of PROJECTS) {
    for (const error of await errorsOf(project)) errors.add(error);
  }
  if (errors.size > 0) throw new Failure([...errors].join('\n'));
}

/**
 * What the compiler says of a project's own files.
 *
 * @param {string} project
 * @returns {Promise<string[]>}
 */
async function errorsOf(project) {
  const args = [tool('typescript', 'tsc'), '-p', project, '--pretty', 'false'];
  const compiler = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  compiler.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const code = await new Promise((resolve) => compiler.once('close', resolve));
  if (code === 0) return [];
  // What belongs to an error is indented below it.
  const found = output.trim().split(/\r?\n(?! )/);
  return found.filter(
    (error) =>
      (project === '.' || error.startsWith(`${project}/`)) &&
      (!TESTS.test(error) || MISTAKES.test(error)),
  );
}

await main(import.meta, checkTypes);
