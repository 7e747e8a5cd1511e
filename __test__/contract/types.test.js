/**
 * The public types, as a project of its own sees them: `types/` is checked with the package in
 * `node_modules`, under both ways to resolve modules. It holds the examples of the documents that the API
 * comes from, and uses that have to be errors (`@ts-expect-error`).
 */

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { root, tool } from '../../scripts/run.js';

for (const resolution of ['bundler', 'nodenext']) {
  test(`the public types fit how the API is used: ${resolution}`, async (t) => {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'hotgraph-types-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    cpSync(join(root, '__test__', 'types'), folder, { recursive: true });
    const packages = join(folder, 'node_modules');
    mkdirSync(packages);
    symlinkSync(root, join(packages, 'hotgraph'), 'junction');
    for (const name of ['pinia', 'vue', '@types']) {
      symlinkSync(join(root, 'node_modules', name), join(packages, name), 'junction');
    }
    t.is(await check(join(folder, `tsconfig.${resolution}.json`)), '');
  });
}

/** What the compiler has to say; nothing when all is well. */
async function check(project) {
  const compiler = spawn(process.execPath, [tool('typescript', 'tsc'), '-p', project]);
  let output = '';
  for (const stream of [compiler.stdout, compiler.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  const code = await new Promise((resolve) => compiler.once('close', resolve));
  return code === 0 ? output : `${output}\nexit code ${code}`;
}
