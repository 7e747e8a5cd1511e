/**
 * `npm run test:quick`: what finds most mistakes in minutes. Formatting, types, linter, the pure Rust crates, all tests
 * that open no page, and the host's own dialect in a browser. Arguments go to ava.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ava, testFiles } from './ava.js';
import { ensureBrowser } from './browser.js';
import { heading, main, run, tool } from './run.js';
import { setup } from './setup.js';

/** Browser tests that are quick and touch everything. */
const SMOKE = ['wds.test.js', 'create-hmr.test.js'];

/** What the helpers that open pages, or build packages, are imported by. */
const SLOW = /helpers\/(?:app|browser|host|preset|registry|serving)\.js/;

/** The tests that take no browser, and the smoke tests. */
function quickTests() {
  return testFiles().filter(
    (path) => SMOKE.includes(basename(path)) || !SLOW.test(readFileSync(path, 'utf8')),
  );
}

await main(import.meta, async () => {
  await ensureBrowser();
  await setup();
  heading('cargo fmt');
  await run('cargo', ['fmt', '--check']);
  heading('types');
  await run(process.execPath, [tool('typescript', 'tsc'), '-p', '.']);
  heading('biome');
  await run(process.execPath, [tool('@biomejs/biome', 'biome'), 'check', '.']);
  heading('cargo test');
  const crates = ['-p', 'hotgraph-core', '-p', 'hotgraph-compile'];
  await run('cargo', ['test', '--locked', ...crates, '--lib', '--test', 'analyze_specs']);
  heading('ava');
  const args = process.argv.slice(2);
  await ava(args.length > 0 ? args : quickTests());
});
