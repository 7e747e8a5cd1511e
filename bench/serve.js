/** Servers in processes of their own, as the benchmarks see them. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('server.js', import.meta.url));
const TRANSFORM = fileURLToPath(new URL('transform.js', import.meta.url));

/**
 * Starts a server.
 *
 * @param {string} id One of `systems`, or `plain`.
 * @param {string} folder
 * @param {{ events?: boolean, config?: object }} [options] With `events` the result has all that hotgraph reports,
 *   as it comes.
 * @returns {Promise<{ url: string, pid: number, events: { event: string, at: number }[], stop(): Promise<void> }>}
 */
export async function serve(id, folder, options = {}) {
  const child = fork(PROGRAM, [id, folder, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (text) => {
    errors = (errors + text).slice(-2000);
  });
  const events = [];
  const url = await new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.url) resolve(message.url);
      else events.push(message);
    });
    child.once('exit', () => reject(new Error(`${id} did not start: ${errors}`)));
  });
  return {
    url,
    pid: Number(child.pid),
    events,
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      if (child.connected) child.send('stop');
      await ended;
    },
  };
}

/**
 * How long esbuild takes to transform a TypeScript file, in a process as servers are.
 *
 * @param {string} file
 * @param {number} count How often it is measured.
 * @returns {Promise<number[]>} In milliseconds.
 */
export function transformTimes(file, count) {
  const child = fork(TRANSFORM, [file, String(count)]);
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error('esbuild did not transform')));
  });
}
