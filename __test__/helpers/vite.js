/**
 * What the tests of the Vite dialect have in common.
 */

import { startApp } from './app.js';
import { settled } from './expect.js';

/** The tab has loaded this many documents, not more, and has nothing left to do. */
export async function hasLoaded(t, { server }, tab, count) {
  await tab.loaded(count);
  await tab.connected();
  await settled(tab, server);
  t.is(tab.loads, count);
}

/** Lets the test send and hear messages as the page does. */
export const HOT = 'globalThis.testHot = import.meta.hot;\n';

/** A module that says when it runs and when it goes. */
export const leaving = (name, more = '') => `${more}
globalThis.log.push('run ${name}')
if (import.meta.hot) {
  import.meta.hot.data.runs = (import.meta.hot.data.runs || 0) + 1
  globalThis.runs = import.meta.hot.data.runs
  import.meta.hot.dispose((data) => globalThis.log.push('dispose ${name} ' + data.runs))
  import.meta.hot.prune((data) => globalThis.log.push('prune ${name} ' + data.runs))
  import.meta.hot.accept()
}
`;

/** A module that accepts itself and imports what it is told. */
export const importing = (...imports) =>
  `${imports.map((name) => `import './${name}'\n`).join('')}import.meta.hot.accept()`;

/** An app whose `root.js`, which changes, is imported by a module that does not. */
export const startPruning = (t, files) =>
  startApp(t, { 'main.js': `${HOT}globalThis.log = []; import('./root.js')`, ...files });

/** Waits for what is new in the log, and clears it. */
export async function logs(tab, ...lines) {
  await tab.until(() => globalThis.log, lines);
  await tab.evaluate(() => {
    globalThis.log.length = 0;
  });
}
