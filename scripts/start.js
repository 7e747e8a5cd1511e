/**
 * `npm start`: sets up what is not up to date, then serves the demo. Arguments go to the demo.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, root } from './run.js';
import { setup } from './setup.js';

await main(import.meta, async () => {
  await setup();
  // In this process, as if Node had been started with it: signals and exit code need no relay.
  process.argv[1] = join(root, 'demo', 'serve.js');
  await import(pathToFileURL(process.argv[1]).href);
});
