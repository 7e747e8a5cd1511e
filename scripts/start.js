/**
 * `npm start`: sets up what is not up to date, then serves the demo. Arguments go to the demo.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { main, root } from './run.js';
import { setup } from './setup.js';

const HELP = `Usage: npm start -- [options]

Builds what is missing and serves the demo. The first start compiles the native addon, which takes some minutes.

  --port <number>  the port to ask for, 8000 by default; when it is taken, the next free one is used
  --help           prints this`;

await main(import.meta, async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } }, strict: false });
  if (values.help) {
    console.log(HELP);
    return;
  }
  await setup();
  // In this process, as if Node had been started with it: signals and exit code need no relay.
  process.argv[1] = join(root, 'demo', 'serve.js');
  await import(pathToFileURL(process.argv[1]).href);
});
