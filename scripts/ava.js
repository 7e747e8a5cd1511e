/**
 * Runs the tests of `__test__` with ava and ends with one line, `N passed, N failed`.
 *
 * Ava's output passes through and is counted on its way. (Its TAP would be easier to count, but
 * leaves out tests that hang and the place where a test failed.)
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { Failure, main, root, tool } from './run.js';

/** The lines of ava's own summary that stand for failures. */
const FAILURES =
  /^ {2}(\d+) (?:hooks? failed|tests? failed|unhandled rejections?|uncaught exceptions?|tests? remained pending)/;

/**
 * Runs ava.
 *
 * @param {string[]} args Files and options for ava.
 * @returns {Promise<void>} Rejects with a {@link Failure} when a test failed, or none ran.
 */
export async function ava(args) {
  const child = spawn(process.execPath, [tool('ava', 'ava'), ...args], {
    cwd: root,
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) },
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  /** @type {Promise<number | null>} */
  const exit = new Promise((resolve) => child.once('close', resolve));
  let passed = 0;
  let failed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    const plain = stripVTControlCharacters(line);
    if (/^ {2}[✔√] /.test(plain)) passed++;
    failed += Number(FAILURES.exec(plain)?.[1] ?? 0);
  }
  // What ava cannot count, such as a file that ends its process, still shows in its exit code.
  if ((await exit) !== 0) failed ||= 1;
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) throw new Failure('Tests failed.');
}

await main(import.meta, () => ava(process.argv.slice(2)));
