/**
 * `npm test`: sets up what is not up to date, a browser included, then runs every check in order
 * and stops at the first that fails. Arguments go to ava.
 */
import { ava } from './ava.js';
import { ensureBrowser } from './browser.js';
import { ensureNodes } from './nodes.js';
import { pack } from './pack.js';
import { requireFreshProtocol } from './protocol.js';
import { heading, main, run, tool } from './run.js';
import { install, native, requireRust, typescript } from './setup.js';
import { checkTypes } from './types.js';

await main(import.meta, async () => {
  // What is missing on this machine shows before the long work.
  requireRust();
  await ensureBrowser();
  await install();
  await ensureNodes();

  // Rust first: the types that the rest is compiled with come from there.
  heading('cargo fmt');
  await run('cargo', ['fmt', '--check']);
  heading('cargo clippy');
  await run('cargo', [
    'clippy',
    '--locked',
    '--workspace',
    '--all-targets',
    '--',
    '-D',
    'warnings',
  ]);
  heading('cargo test');
  await requireFreshProtocol(() =>
    run('cargo', ['test', '--locked', '--workspace', '--no-default-features']),
  );

  await native();
  await typescript();
  await pack();
  heading('types');
  await checkTypes();
  heading('biome');
  await run(process.execPath, [tool('@biomejs/biome', 'biome'), 'check', '.']);
  heading('ava');
  await ava(process.argv.slice(2));
});
