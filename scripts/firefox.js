/**
 * `npm run test:firefox`: the browser tests in Firefox, which is installed if it has to be. Arguments go to
 * ava; without any, all tests that open a page run.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ava, testFiles } from './ava.js';
import { main } from './run.js';
import { setup } from './setup.js';

/** The test files that close a browser, which are those that open one; presets and packages are tried in Chromium only. */
function browserTests() {
  return testFiles().filter(
    (path) =>
      !['presets', 'package'].includes(basename(dirname(path))) &&
      readFileSync(path, 'utf8').includes('after.always(closeBrowser)'),
  );
}

await main(import.meta, async () => {
  process.env.HOTGRAPH_BROWSER = 'firefox';
  // It reads the variable when it is loaded.
  const { ensureBrowser } = await import('./browser.js');
  await ensureBrowser();
  await setup();
  const args = process.argv.slice(2);
  await ava(args.length > 0 ? args : browserTests());
});
