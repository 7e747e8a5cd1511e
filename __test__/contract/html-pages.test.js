/**
 * Edits of HTML pages, and their inline scripts as importers.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { page, wasKept } from '../helpers/beyond-js.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: frames are watched and pictures taken, and tabs in the background have few.
const test = ava.serial;

ava.after.always(closeBrowser);

const MAIN = `globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.testHot = import.meta.hot;
`;

test('editing an HTML page reloads only the tabs that show it', async (t) => {
  const of = (name, edit) => page('', `<h1>${name} ${edit}</h1>`);
  const { project, server, tab, open } = await startApp(t, {
    'index.html': of('home', 1),
    'docs/index.html': page(
      '',
      '<h1>docs 1</h1>',
      '<script type="module" src="../main.js"></script>',
    ),
    'main.js': MAIN,
  });
  const second = await open('/index.html');
  const docs = await open('/docs/');
  const heading = () => document.querySelector('h1')?.textContent;
  await project.write('index.html', of('home', 2));
  for (const one of [tab, second]) {
    await one.until(heading, 'home 2');
    await one.connected();
    t.is(one.loads, 2);
  }
  await wasKept(t, docs);
  await project.write(
    'docs/index.html',
    page('', '<h1>docs 2</h1>', '<script type="module" src="../main.js"></script>'),
  );
  await docs.until(heading, 'docs 2');
  await docs.connected();
  t.deepEqual(
    [tab, second, docs].map((one) => one.loads),
    [2, 2, 2],
  );
  t.deepEqual(
    server.events.filter(({ type }) => type === 'reloaded').map(({ report }) => report.changed),
    ['/index.html', '/index.html', '/docs/index.html'],
  );
});

test('inline module scripts are importers and accept dependencies, each its own, over F5 and below <base>', async (t) => {
  const inline = (name) => `<script type="module">
import { number } from './dep.js';
import * as other from './other.js';
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.${name} = [number, other.number];
import.meta.hot.accept(['./dep.js', './other.js'], ([dep, other]) => {
  if (dep) globalThis.${name}[0] = dep.number;
  if (other) globalThis.${name}[1] = other.number;
});
</script>`;
  const { project, tab } = await startApp(t, {
    'index.html': page('<base href="/lib/">', '', `${inline('first')}\n${inline('second')}`),
    'lib/dep.js': 'export const number = 1;',
    'lib/other.js': 'export const number = 10;',
  });
  const both = () => [globalThis.first, globalThis.second];
  await tab.until(both, [
    [1, 10],
    [1, 10],
  ]);
  await project.write('lib/dep.js', 'export const number = 2;');
  await tab.until(both, [
    [2, 10],
    [2, 10],
  ]);
  await project.write('lib/other.js', 'export const number = 20;');
  await tab.until(both, [
    [2, 20],
    [2, 20],
  ]);
  t.is(tab.loads, 1);
  t.is(await tab.evaluate(() => globalThis.runs), 2);
  await tab.page.reload();
  await tab.connected();
  await tab.until(both, [
    [2, 20],
    [2, 20],
  ]);
  await project.write('lib/dep.js', 'export const number = 3;');
  await tab.until(both, [
    [3, 20],
    [3, 20],
  ]);
  t.is(tab.loads, 2);
  t.deepEqual(tab.errors, []);
});
