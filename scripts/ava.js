/**
 * Runs the tests of `__test__` with ava and ends with one line, `N passed, N failed`.
 *
 * Ava's own output is counted. (Its TAP would be easier to count, but leaves out tests that hang and the
 * place where a test failed.)
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { findNode } from './nodes.js';
import { Failure, heading, main, root, tool } from './run.js';

/** The lines of ava's own summary that stand for failures. */
const FAILURES =
  /^ {2}(\d+) (?:hooks? failed|tests? failed|unhandled rejections?|uncaught exceptions?|tests? remained pending)/;

/** The tests of hosts, which run on every version of @web/dev-server that is supported. */
const HOST_TESTS = ['__test__/hosts/host.test.js'];

/**
 * All test files but the table of the language, which takes minutes (`test:language`).
 *
 * @returns {string[]} Absolute paths, in a stable order.
 */
export function testFiles() {
  const folder = join(root, '__test__');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js') && !/^language\b/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Takes `--shard 2/3` out of arguments.
 *
 * @param {string[]} args
 * @returns {{ shard?: { index: number, count: number }, rest: string[] }} The shard, counted from 1, and the other arguments.
 */
export function takeShard(args) {
  const at = args.indexOf('--shard');
  if (at === -1) return { rest: args };
  const [, index, count] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(args[at + 1] ?? '') ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index <= shard.count)) {
    throw new Failure('`--shard` takes a part of the whole, such as 1/3, 2/3 or 3/3.');
  }
  return { shard, rest: [...args.slice(0, at), ...args.slice(at + 2)] };
}

/**
 * Runs ava: everything, and the tests of hosts once more on @web/dev-server 1 with the Node that it asks for.
 *
 * @param {string[]} args Files and options for ava; given any, it runs once, with these. With `--shard 2/3` it runs a
 * part of everything. Neighbours go to different shards, which then take about as long.
 * @returns {Promise<void>} Rejects with a {@link Failure} when a test failed, or none ran.
 */
export async function ava(args) {
  const { shard, rest } = takeShard(args);
  const part = shard ? testFiles().filter((_, at) => at % shard.count === shard.index - 1) : [];
  const runs = [await runOnce(process.execPath, [...part, ...rest])];
  const node22 = findNode('22');
  if (rest.length === 0 && (shard?.index ?? 1) === 1 && node22) {
    heading('ava, with @web/dev-server 1 on Node 22');
    runs.push(await runOnce(node22, HOST_TESTS, { TEST_HOST: 'wds-1' }));
  }
  const total = (/** @type {'passed' | 'failed'} */ key) =>
    runs.reduce((sum, counts) => sum + counts[key], 0);
  console.log(`${total('passed')} passed, ${total('failed')} failed`);
  if (total('failed') > 0) throw new Failure('Tests failed.');
}

/**
 * One run of ava. Its output passes through and is counted on its way.
 *
 * @param {string} node The Node to run it on.
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
async function runOnce(node, args, env) {
  const child = spawn(node, [tool('ava', 'ava'), ...args], {
    cwd: root,
    env: { ...process.env, ...env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) },
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
  return { passed, failed };
}

await main(import.meta, () => ava(process.argv.slice(2)));
