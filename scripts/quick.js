/**
 * `npm run test:quick`: what finds most mistakes in minutes. Formatting, types, linter, the pure Rust crates, all tests
 * that open no page, and the host's own dialect in a browser. Arguments go to ava.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ava, testFiles } from './ava.js';
import { ensureBrowser } from './browser.js';
import { heading, main, run, tool } from './run.js';
import { setup } from './setup.js';
import { checkTypes } from './types.js';

/** Browser tests that are quick and touch everything. */
const SMOKE = /dialects.wds\.test\.js$/;

/** Tests without a browser that take long: of many saves as the system sees them, of other programs, of the package. */
const SLOW = /(?:engine.watching.\w+|hosts.test-runner|package.\w+)\.test\.js$/;

/** The tests that take no browser, and the smoke tests. */
function quickTests() {
  return testFiles().filter((path) => SMOKE.test(path) || !(SLOW.test(path) || opensPages(path)));
}

/**
 * Whether a file imports what drives a browser, in itself or in what it imports.
 *
 * @param {string} path
 * @param {Set<string>} [seen] The files that were looked at.
 * @returns {boolean}
 */
function opensPages(path, seen = new Set()) {
  if (seen.has(path) || !existsSync(path)) return false;
  seen.add(path);
  const code = readFileSync(path, 'utf8');
  if (code.includes("from 'playwright-core'")) return true;
  const imported = [...code.matchAll(/from '(\.[^']*)'/g)].map(([, name]) => name ?? '');
  return imported.some((name) => opensPages(resolve(dirname(path), name), seen));
}

await main(import.meta, async () => {
  await ensureBrowser();
  await setup();
  heading('cargo fmt');
  await run('cargo', ['fmt', '--check']);
  heading('types');
  await checkTypes();
  heading('biome');
  await run(process.execPath, [tool('@biomejs/biome', 'biome'), 'check', '.']);
  heading('cargo test');
  const crates = ['-p', 'hotgraph-core', '-p', 'hotgraph-compile'];
  await run('cargo', ['test', '--locked', ...crates, '--lib', '--test', 'analyze_specs']);
  heading('ava');
  const args = process.argv.slice(2);
  await ava(args.length > 0 ? args : quickTests());
});
