/**
 * esbuild's `transform` as @web/dev-server-esbuild calls it, in a process of its own: `node transform.js <file>
 * <count>`. It is called as seldom as a server calls it while a person edits.
 */
import { readFileSync } from 'node:fs';
import { packages } from './servers.js';
import { now, pause, rounded } from './statistics.js';

/** How many calls come before those that count. */
const WARM_UP = 5;
/** Milliseconds between two calls. */
const PAUSE = 90;

const [file, count] = process.argv.slice(2);
const { transform } = await packages.import('esbuild');
const text = readFileSync(file, 'utf8');
const list = [];
for (let call = 0; call < WARM_UP + Number(count); call++) {
  await pause(PAUSE);
  const started = now();
  await transform(text, { sourcefile: file, sourcemap: 'inline', loader: 'ts', target: 'esnext' });
  list.push(rounded(now() - started));
}
process.send?.(list.slice(WARM_UP));
process.disconnect?.();
