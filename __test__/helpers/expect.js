/**
 * What several test files expect of a tab.
 */

/** What a page says when there was no reload and nothing threw. */
export function wasHot(t, tab) {
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
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
