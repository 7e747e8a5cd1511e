/**
 * `npm run test:language`: the table of what module code means, run by the browser alone, at first load and as an
 * update.
 */
import { ava } from './ava.js';
import { ensureBrowser } from './browser.js';
import { main } from './run.js';
import { setup } from './setup.js';

await main(import.meta, async () => {
  process.env.HOTGRAPH_TABLE = '1';
  await ensureBrowser();
  await setup();
  await ava(process.argv.slice(2));
});
