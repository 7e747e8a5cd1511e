/**
 * A restarted server: pages keep what they have, and get what changed meanwhile.
 */

import { esbuildPlugin } from '@web/dev-server-esbuild';
import ava from 'ava';
import { PAGE } from '../../helpers/app.js';
import { closeBrowser, openTab, waitFor } from '../../helpers/browser.js';
import { hasLoaded, wasHot } from '../../helpers/expect.js';
import { APP, click, contentOf, dep, disconnected, MAIN, startSite } from '../../helpers/site.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const state = () => [globalThis.value, globalThis.clicks];
const updates = (site) => site.server.events.filter(({ type }) => type === 'updated');

test('a restart without edits keeps the page as it is, and updates go on', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  await click(tab);
  await site.restart();
  await tab.connected();
  t.deepEqual(updates(site), []);
  t.deepEqual(await tab.evaluate(state), [1, 1]);
  await site.project.write('dep.js', dep(2));
  await tab.until(state, [2, 1]);
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1, 2]);
  wasHot(t, tab);
});

test('edits while no server runs are applied when it is back, as one update', async (t) => {
  const site = await startSite(t, {
    ...APP,
    'main.js': `${MAIN}import { other } from './other.js';
globalThis.other = other;
import.meta.hot.accept('./other.js', (other) => { globalThis.other = other.other; });
`,
    'other.js': 'export const other = 1;',
    'third.js': 'export {};',
  });
  const tab = await site.open();
  await click(tab);
  await site.project.write('dep.js', dep(2));
  await tab.until(state, [2, 1]);
  await site.restart(async () => {
    await site.project.write('dep.js', dep(3));
    await site.project.write('other.js', 'export const other = 3;');
    await site.project.write('third.js', 'export const nobody = 1;');
  });
  await tab.until(state, [3, 1]);
  await tab.until(() => globalThis.other, 3);
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1, 2, 3]);
  t.deepEqual(
    updates(site).map(({ files }) => files.length),
    [2],
  );
  wasHot(t, tab);
});

test('an edit that is undone before the server restarts changes nothing', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  await site.restart(async () => {
    await site.project.write('dep.js', dep(2));
    await site.project.writeAtomically('dep.js', dep(1));
  });
  await tab.connected();
  t.deepEqual(updates(site), []);
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1]);
  wasHot(t, tab);
});

test('a file that was away when the server ended and is back as it was is an edit only for pages that missed it', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  await site.project.write('dep.js', dep(2));
  await tab.until(value, 2);
  const isGone = ({ type, diagnostics }) =>
    type === 'diagnostics' && /deleted/.test(diagnostics[0].message);
  const away = async () => {
    site.project.remove('dep.js');
    await site.server.event(isGone);
  };
  const back = () => site.project.writeNow('dep.js', dep(2));
  await away();
  await site.restart(back);
  await tab.connected();
  t.deepEqual(updates(site), []);

  await away();
  const second = await openTab(site.server.url());
  t.teardown(() => second.close());
  await second.connected();
  await site.restart(back);
  await second.until(value, 2);
  t.is(updates(site).length, 1);
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1, 2]);
  wasHot(t, tab);
});

test('over several restarts, with and without edits, modules stay one instance', async (t) => {
  const site = await startSite(t, {
    ...APP,
    'shared.js': 'globalThis.shared = (globalThis.shared ?? 0) + 1; export const own = {};',
    'main.js': `${MAIN}import { own } from './shared.js'; globalThis.own = own;`,
    'lazy.js': `import { own } from './shared.js'; import { value } from './dep.js';
export const seen = [own === globalThis.own, value];`,
  });
  const tab = await site.open();
  await click(tab);
  for (let number = 2; number < 8; number += 2) {
    await site.restart();
    await tab.connected();
    await site.project.write('dep.js', dep(number));
    await tab.until(state, [number, 1]);
    await site.restart(() => site.project.write('dep.js', dep(number + 1)));
    await tab.until(state, [number + 1, 1]);
  }
  await site.restart();
  await tab.connected();
  t.deepEqual(
    await tab.evaluate(async () => (await import(/** @type {string} */ ('/lazy.js'))).seen),
    [true, 7],
  );
  t.is(await tab.evaluate(() => globalThis.shared), 1);
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1, 2, 3, 4, 5, 6, 7]);
  wasHot(t, tab);
});

test('a page that slept through several runs gets all that changed in them, merged', async (t) => {
  const site = await startSite(t);
  const sleeper = await site.open();
  await click(sleeper);
  const context = sleeper.page.context();
  await context.setOffline(true);
  for (const connection of site.server.server.connections) connection.destroy();
  await disconnected(sleeper);
  await site.project.write('dep.js', dep(2));
  await site.server.event(({ type }) => type === 'updated');
  for (const number of [3, 4]) {
    await site.restart(() => site.project.write('dep.js', dep(number)));
    await site.server.event(({ type }) => type === 'updated');
  }
  await context.setOffline(false);
  await sleeper.until(state, [4, 1]);
  t.deepEqual(await sleeper.evaluate(() => globalThis.values), [1, 4]);
  wasHot(t, sleeper);
});

test('tabs that were opened at different times end up the same after a restart', async (t) => {
  const site = await startSite(t);
  const first = await site.open();
  await site.project.write('dep.js', dep(2));
  await first.until(value, 2);
  const second = await site.open();
  await site.restart(() => site.project.write('dep.js', dep(3)));
  const third = await site.open();
  for (const tab of [first, second, third]) await tab.until(value, 3);
  await site.project.write('dep.js', dep(4));
  for (const tab of [first, second, third]) {
    await tab.until(value, 4);
    wasHot(t, tab);
  }
});

test('style sheets that were edited during the restart are swapped', async (t) => {
  const color = () => getComputedStyle(document.body).color;
  const site = await startSite(t, {
    ...APP,
    'index.html': PAGE.replace('</head>', '<link rel="stylesheet" href="./page.css"></head>'),
    'page.css': 'body { color: rgb(1, 1, 1) }',
  });
  const tab = await site.open();
  await site.restart(() => site.project.write('page.css', 'body { color: rgb(2, 2, 2) }'));
  await tab.until(color, 'rgb(2, 2, 2)');
  wasHot(t, tab);
});

test('code that was broken during the restart is shown, and the next good save recovers', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  await click(tab);
  await site.restart(() => site.project.write('dep.js', 'export const value = ;'));
  await tab.logged('dep.js');
  t.deepEqual(await tab.evaluate(state), [1, 1]);
  await site.project.write('dep.js', dep(2));
  await tab.until(state, [2, 1]);
  wasHot(t, tab);
});

test('an edit of the page during the restart reloads it and is given as the reason', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  await site.restart(() => site.project.write('index.html', PAGE.replace('<body>', '<body id=a>')));
  await hasLoaded(t, tab, 2);
  const { report } = await site.server.event(({ type }) => type === 'reloaded');
  t.is(report.cause, 'page');
});

test('registrations that the parser cannot see are known after a restart', async (t) => {
  const site = await startSite(t, {
    'main.js': `import './self.js'; globalThis.clicks = 0;`,
    'self.js': `globalThis.value = 1;
const helper = (hot) => hot['acc' + 'ept']();
helper(import.meta.hot);`,
  });
  const tab = await site.open();
  await click(tab);
  await site.restart();
  await tab.connected();
  await site.project.write(
    'self.js',
    `globalThis.value = 2;
const helper = (hot) => hot['acc' + 'ept']();
helper(import.meta.hot);`,
  );
  await tab.until(state, [2, 1]);
  const { stale } = await site.server.event(({ type }) => type === 'updated');
  t.is(stale, 1);
  wasHot(t, tab);
});

test('importers that do not run again get the new exports of a module that was edited during the restart', async (t) => {
  const module = (number) => `export let value = ${number};
export const set = (next) => { value = next; };
import.meta.hot.accept();`;
  const site = await startSite(t, {
    'main.js': `import { value, set } from './self.js';
globalThis.clicks = 0;
globalThis.read = () => value;
globalThis.set = (next) => set(next);`,
    'self.js': `export * from './inner.js'; import.meta.hot.accept();`,
    'inner.js': module(1),
  });
  const read = () => [globalThis.read(), globalThis.clicks];
  const tab = await site.open();
  await click(tab);
  await site.restart(() => site.project.write('inner.js', module(2)));
  await tab.until(read, [2, 1]);
  await site.restart();
  await tab.connected();
  await site.project.write('inner.js', module(3));
  await tab.until(read, [3, 1]);
  await tab.evaluate(() => globalThis.set('set'));
  await tab.until(read, ['set', 1]);
  wasHot(t, tab);
});

test('the exports that importers use are known after a restart', async (t) => {
  const module = (number) => `export const color = ${number};
export const other = ${number};
globalThis.value = color;
import.meta.hot.acceptExports(['color'], () => {});`;
  const site = await startSite(t, {
    'index.html': PAGE,
    'main.js': `import { color } from './dep.js'; globalThis.clicks = 0; globalThis.color = color;`,
    'dep.js': module(1),
  });
  const tab = await site.open();
  await click(tab);
  for (const [number, meanwhile] of [
    [2, () => site.project.write('dep.js', module(2))],
    [3, () => {}],
  ]) {
    await site.restart(meanwhile);
    await tab.connected();
    await site.project.write('dep.js', module(number));
    await tab.until(state, [number, 1]);
  }
  wasHot(t, tab);
});

test('transformed modules and bare specifiers are the same after a restart', async (t) => {
  const typed = (number) => `export const value: number = ${number};`;
  const files = {
    'index.html': PAGE.replace('main.js', 'main.ts'),
    'main.ts': MAIN.replaceAll('./dep.js', 'dep').replace('(dep)', '(dep: any)'),
    'node_modules/dep/package.json': '{ "name": "dep", "type": "module", "main": "index.ts" }',
    'node_modules/dep/index.ts': typed(1),
  };
  const site = await startSite(t, files, {
    before: [esbuildPlugin({ ts: true })],
    config: { nodeResolve: { extensions: ['.ts', '.js'] } },
  });
  const tab = await site.open();
  await click(tab);
  // The host takes its time to resolve what is accepted.
  const kept = () => contentOf(site.snapshot);
  await waitFor(() => kept().includes('"resolutions":{"dep"'), kept);
  await site.restart();
  await tab.connected();
  t.deepEqual(updates(site), []);
  await site.project.write('node_modules/dep/index.ts', typed(2));
  await tab.until(state, [2, 1]);
  await site.restart(() => site.project.write('node_modules/dep/index.ts', typed(3)));
  await tab.until(state, [3, 1]);
  wasHot(t, tab);
});

test('a missing file that is created during the restart is an edit; one that existed is not', async (t) => {
  const site = await startSite(t, {
    'main.js': `globalThis.clicks = 0;
globalThis.load = () => import('./lazy.js');
const tried = import('./late.js').catch(() => ({ value: 0 }));
globalThis.value = (await tried).value;
import.meta.hot.accept('./late.js', (late) => { globalThis.value = late.value; });`,
    'lazy.js': 'export {};',
  });
  const tab = await site.open();
  await tab.until(value, 0);
  await click(tab);
  await site.restart();
  await tab.connected();
  t.deepEqual(updates(site), []);
  await site.restart(() => site.project.write('late.js', 'export const value = 1;'));
  await tab.until(state, [1, 1]);
  t.is(updates(site).length, 1);
  wasHot(t, tab);
});

test('a page whose server restarts before its socket opens stays', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  const context = tab.page.context();
  let restart;
  // The HTML is of the first run, all else of the second.
  await context.route(/\.js/, async (route) => {
    restart ??= site.restart(() => site.project.write('dep.js', dep(2)));
    await restart;
    await route.continue();
  });
  const other = await openTab(site.server.url(), { context });
  await other.until(value, 2);
  await other.connected();
  await context.unrouteAll({ behavior: 'wait' });
  await tab.until(value, 2);
  await site.project.write('dep.js', dep(3));
  for (const one of [tab, other]) {
    await one.until(value, 3);
    wasHot(t, one);
  }
});
