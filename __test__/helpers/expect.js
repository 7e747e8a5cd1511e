/**
 * What several test files expect of a tab.
 */

import { dep } from './saves.js';

/** What a page says when there was no reload and nothing threw. */
export function wasHot(t, tab) {
  const reloads = tab.console.filter(({ text }) => text.includes('reload'));
  t.is(tab.loads, 1, reloads.map(({ text }) => text).join('\n'));
  t.deepEqual(tab.errors, []);
}

/**
 * Two edits of a module that exports `value` reach a tab without a reload.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {{ project: import('./project.js').Project, tab: import('./browser.js').Tab, file?: string, from?: number }} edited
 */
export async function isHot(t, { project, tab, file = 'dep.js', from = 1 }) {
  const value = () => globalThis.value;
  await tab.until(value, from);
  for (const number of [from + 1, from + 2]) {
    await project.write(file, dep(number));
    await tab.until(value, number);
  }
  wasHot(t, tab);
}

/** The tab has loaded this many documents, not more, and is connected. */
export async function hasLoaded(t, tab, count) {
  await tab.loaded(count);
  await tab.connected();
  t.is(tab.loads, count);
}

/** Everything the page sent so far has reached the server, timers of modules that ran included. */
export async function settled(tab, server) {
  const answer = (_, client) => client.send('test:settled', null);
  server.hmr.hot.on('test:settled', answer);
  await tab.evaluate(
    () =>
      new Promise((resolve) => {
        setTimeout(() => {
          globalThis.testHot.on('test:settled', resolve);
          globalThis.testHot.send('test:settled');
        });
      }),
  );
  server.hmr.hot.off('test:settled', answer);
}
