/**
 * The wire types in `runtime/protocol.ts` are written by `cargo test`, from the Rust ones. The file is
 * part of the repository, so it can be older than its source.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root } from './run.js';

/**
 * Runs the Rust tests and requires that they left the generated file as it was.
 *
 * @param {() => Promise<void>} cargoTest
 * @returns {Promise<void>} Rejects with a {@link Failure} when the file changed.
 */
export async function requireFreshProtocol(cargoTest) {
  const before = read();
  await cargoTest();
  if (read() === before) return;
  throw new Failure(
    'runtime/protocol.ts was older than the Rust types. It is up to date now: commit it and run again.',
  );
}

function read() {
  const path = join(root, 'runtime', 'protocol.ts');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
