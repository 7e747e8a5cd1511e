/**
 * A page reloads once, and only for code that can run.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser, openTab, waitFor } from '../../helpers/browser.js';
import { hasLoaded } from '../../helpers/expect.js';
import { Project } from '../../helpers/project.js';
import { page, reloadReport } from '../../helpers/reloads.js';
import { serve } from '../../helpers/server.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

test('a restarted server that keeps no record reloads the page once, says why, and then updates work', async (t) => {
  const dep = (number) => `export const value = ${number};`;
  const project = new Project({
    'index.html': page('main.js'),
    'main.js': `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });`,
    'dep.js': dep(1),
  });
  t.teardown(() => project.dispose());
  const first = await serve(project.folder);
  const tab = await openTab(first.url());
  t.teardown(() => tab.close());
  await tab.connected();
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  await first.stop();
  await tab.until(() => globalThis.__hotgraph__.connected, false);
  await project.write('dep.js', dep(3));
  const second = await serve(project.folder, { config: { port: first.port } });
  t.teardown(() => second.stop());
  await tab.until(value, 3);
  const report = await reloadReport(t, { tab, server: second });
  t.is(report.cause, 'session');
  for (const number of [4, 5]) {
    await project.write('dep.js', dep(number));
    await tab.until(value, number);
  }
  await hasLoaded(t, tab, 2);
});

for (const [what, file, broken, said] of [
  [
    'imports a file that is missing',
    'dep.js',
    `import './missing.js'; export const value = 2;`,
    /missing\.js/,
  ],
  [
    'exports no more what others import',
    'dep.js',
    'export const other = 2;',
    /export named 'value'/,
  ],
  [
    'imports what is not exported',
    'main.js',
    `import { nope } from './dep.js'; nope;`,
    /export named 'nope'/,
  ],
]) {
  test(`without a boundary, a save that ${what} does not reload the page; the next good save does`, async (t) => {
    const files = {
      'main.js': `import { value } from './dep.js'; globalThis.value = value;`,
      'dep.js': 'export const value = 1;',
    };
    const { project, server, tab } = await startApp(t, files);
    await tab.until(value, 1);
    await project.write(file, broken);
    const { message } = await server.event(({ type }) => type === 'failed');
    t.regex(message, said);
    await tab.logged('not applied: ');
    const overlay = () => document.querySelector('hotgraph-overlay') !== null;
    await tab.until(overlay);
    t.is(await tab.evaluate(value), 1);
    t.is(tab.loads, 1);
    await project.write('main.js', files['main.js']);
    await project.write('dep.js', 'export const value = 3;');
    await tab.until(value, 3);
    await tab.loaded(2);
    t.deepEqual(tab.errors, []);
  });
}

test('a page still gets updates after its user cancelled a reload', async (t) => {
  const hot = (number) => `globalThis.value = ${number}; import.meta.hot.accept();`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './hot.js'; import './plain.js';
addEventListener('beforeunload', (event) => event.preventDefault());`,
    'plain.js': 'export {};',
    'hot.js': hot(1),
  });
  await tab.until(value, 1);
  let asked = 0;
  tab.page.on('dialog', (dialog) => {
    asked += 1;
    void dialog.dismiss();
  });
  // Nobody is asked who has done nothing in the page.
  await tab.page.mouse.click(5, 5);
  await project.write('plain.js', 'export {}; // 2');
  await tab.logged('the page was not reloaded');
  for (const number of [2, 3]) {
    await project.write('hot.js', hot(number));
    await tab.until(value, number);
  }
  t.is(asked, 1);
  await hasLoaded(t, tab, 1);
  await project.write('plain.js', 'export {}; // 3');
  await waitFor(
    () => asked === 2,
    () => `asked ${asked} times`,
  );
});

test('a page from before a restart of the server is never older than the disk', async (t) => {
  const project = new Project({
    'index.html': page('main.js'),
    'main.js': `import { value } from './dep.js'; globalThis.value = value;`,
    'dep.js': 'export const value = 1;',
  });
  t.teardown(() => project.dispose());
  const first = await serve(project.folder);
  const tab = await openTab(first.url());
  t.teardown(() => tab.close());
  await tab.connected();
  for (const round of [2, 3]) {
    const server = round === 2 ? first : tab.server;
    await server.stop();
    await project.write('dep.js', `export const value = ${round};`);
    tab.server = await serve(project.folder, { config: { port: first.port } });
    await tab.until(value, round);
    await tab.connected();
    await waitFor(
      () => tab.server.events.some(({ type }) => type === 'reloaded'),
      () => JSON.stringify(tab.server.events),
    );
    await hasLoaded(t, tab, round);
  }
  await tab.server.stop();
});

test('without a boundary, a page whose code threw reloads for the save that fixes it', async (t) => {
  const dep = (code) => `${code}\nexport const value = 2;`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './hot.js';`,
    'hot.js': `import { value } from './dep.js'; import './beside.js';
globalThis.value = value; import.meta.hot.decline();`,
    'beside.js': `import './between.js';`,
    'between.js': `import './dep.js';`,
    'dep.js': dep(`throw new Error('broken');`),
  });
  await tab.connected();
  t.is(await tab.evaluate(value), undefined);
  await project.write('dep.js', dep(''));
  await tab.until(value, 2);
  await hasLoaded(t, tab, 2);
});
