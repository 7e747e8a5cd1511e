/**
 * `npm run test:firefox`: the browser tests in Firefox, which is installed if it has to be. Arguments go to
 * ava; without any, all tests that open a page run.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ava } from './ava.js';
import { main, root } from './run.js';
import { setup } from './setup.js';

const tests = join(root, '__test__');

/** The test files that close a browser, which are those that open one. */
function browserTests() {
  return readdirSync(tests)
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(tests, name))
    .filter((path) => readFileSync(path, 'utf8').includes('after.always(closeBrowser)'));
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
