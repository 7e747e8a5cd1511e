/**
 * The dev server's own command in a process of its own, as people start it.
 */

import { spawn } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from './browser.js';
import { getFreePort } from './port.js';

const require = createRequire(import.meta.url);
const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs `web-dev-server` in a project that has hotgraph installed.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {import('./project.js').Project} project
 * @param {{ package: string, node?: string, args?: string[] }} options `package` is the installed name of the
 *   server, `node` the binary to run it with.
 */
export async function runCommand(t, project, options) {
  symlinkSync(join(repository, 'node_modules'), project.path('node_modules'));
  project.writeNow('hotgraph/index.mjs', `export * from '${repository}/index.js';`);
  const port = await getFreePort();
  const command = join(dirname(require.resolve(`${options.package}/package.json`)), 'dist/bin.js');
  const child = spawn(
    options.node ?? process.execPath,
    [command, '--port', String(port), ...(options.args ?? [])],
    { cwd: project.folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data;
    });
  }
  t.teardown(() => child.kill('SIGKILL'));
  await waitFor(
    () => output.includes(String(port)) || child.exitCode !== null,
    () => `the server did not start:\n${output}`,
  );
  if (child.exitCode !== null)
    throw new Error(`the server ended with ${child.exitCode}:\n${output}`);
  return { url: (path = '/') => `http://localhost:${port}${path}`, child, output: () => output };
}
