/**
 * Workers: an edit of their script, or of what it imports, reloads the pages that use them.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { onlyReload, page, wasKept } from '../helpers/beyond-js.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: frames are watched and pictures taken, and tabs in the background have few.
const test = ava.serial;

ava.after.always(closeBrowser);

const MAIN = `globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.testHot = import.meta.hot;
`;

const value = () => globalThis.value;

const WORKERS = {
  'a classic worker': [
    `new Worker('./worker.js')`,
    (number) => `importScripts('./part.js'); postMessage(${number} + part);`,
    (number) => `self.part = ${number};`,
  ],
  'a module worker': [
    `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })`,
    (number) => `import { part } from './part.js'; postMessage(${number} + part);`,
    (number) => `export const part = ${number};`,
  ],
  'a module worker that imports when it needs to': [
    `new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'lazy' })`,
    (number) => `postMessage(${number} + (await import('./part.js')).part);`,
    (number) => `export const part = ${number};`,
  ],
};

for (const [name, [start, worker, part]] of Object.entries(WORKERS)) {
  test(`${name}: its script and what it imports reload the pages that use it, with the reason`, async (t) => {
    const { project, server, tab, open } = await startApp(t, {
      'main.js': `${MAIN}${start}.onmessage = ({ data }) => { globalThis.value = data; };`,
      'worker.js': worker(10),
      'part.js': part(1),
      'other.html': page('', '', '<script type="module" src="./other.js"></script>'),
      'other.js': MAIN,
    });
    const other = await open('/other.html');
    await tab.until(value, 11);
    await project.write('worker.js', worker(20));
    await tab.until(value, 21);
    const report = await onlyReload(t, tab, server);
    t.is(report.cause, 'resource');
    t.is(report.changed, '/worker.js');
    await project.write('part.js', part(2));
    await tab.until(value, 22);
    await tab.connected();
    t.is(tab.loads, 3);
    const last = server.events.filter(({ type }) => type === 'reloaded').at(-1).report;
    t.is(last.changed, '/part.js');
    t.is(last.cause, 'resource');
    await wasKept(t, other);
  });
}
