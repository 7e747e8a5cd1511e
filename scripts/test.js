/**
 * `npm test`: sets up what is not up to date, a browser included, then runs every check in order
 * and stops at the first that fails. Arguments go to ava. With `--shard 2/3` it runs a part, for machines that share the
 * work: the checks of the code as such belong to the first part.
 */
import { ava, takeShard } from './ava.js';
import { ensureBrowser } from './browser.js';
import { ensureNodes } from './nodes.js';
import { pack } from './pack.js';
import { requireFreshProtocol } from './protocol.js';
import { heading, main, run, tool } from './run.js';
import { install, native, requireRust, typescript } from './setup.js';
import { checkTypes } from './types.js';

/** Formatting, linter and tests of the Rust code. */
async function checkRust() {
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
}

/** Types, formatting and linter of the rest. */
async function checkJavaScript() {
  heading('types');
  await checkTypes();
  heading('biome');
  await run(process.execPath, [tool('@biomejs/biome', 'biome'), 'check', '.']);
}

await main(import.meta, async () => {
  const isFirst = (takeShard(process.argv.slice(2)).shard?.index ?? 1) === 1;
  // What is missing on this machine shows before the long work.
  requireRust();
  await ensureBrowser();
  await install();
  await ensureNodes();

  // Rust first: the types that the rest is compiled with come from there.
  if (isFirst) await checkRust();
  await native();
  await typescript();
  await pack();
  if (isFirst) await checkJavaScript();
  heading('ava');
  await ava(process.argv.slice(2));
});
