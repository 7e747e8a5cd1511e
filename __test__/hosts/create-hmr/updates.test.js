/**
 * `createHmr()`: what it serves is hot, and so are the pages that an app writes.
 */

import { readFileSync } from 'node:fs';
import ava from 'ava';
import express from 'express';
import { VALUE_APP } from '../../helpers/app.js';
import { get } from '../../helpers/attack.js';
import { closeBrowser, waitFor } from '../../helpers/browser.js';
import { hasLoaded, isHot, wasHot } from '../../helpers/expect.js';
import { dep } from '../../helpers/saves.js';
import { makeProject, startServer } from '../../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

test('modules, style sheets and images are hot', async (t) => {
  const color = () => getComputedStyle(document.body).color;
  const svg = (width) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="9"></svg>`;
  const { project, open } = await startServer(t, {
    ...VALUE_APP,
    'index.html': `<!doctype html><link rel="stylesheet" href="a.css"><img src="a.svg">
<script type="module" src="main.js"></script>`,
    'a.css': 'body { color: rgb(1, 0, 0) }',
    'a.svg': svg(1),
  });
  const tab = await open();
  await isHot(t, { project, tab });
  await project.write('a.css', 'body { color: rgb(2, 0, 0) }');
  await tab.until(color, 'rgb(2, 0, 0)');
  await project.write('a.svg', svg(2));
  await tab.until(() => document.images[0].naturalWidth, 2);
  wasHot(t, tab);
});

test('new code may import modules that no page had', async (t) => {
  const { project, open } = await startServer(t, VALUE_APP);
  const tab = await open();
  await tab.until(value, 1);
  project.writeNow('lib/new.js', "export * from './deep.js';");
  project.writeNow('lib/deep.js', dep(2));
  await project.write('dep.js', "export { value } from './lib/new.js';");
  await tab.until(value, 2);
  await project.write('lib/deep.js', dep(3));
  await tab.until(value, 3);
  wasHot(t, tab);
});

test('creating a missing module repairs the page', async (t) => {
  const { project, open } = await startServer(t, { 'main.js': VALUE_APP['main.js'] });
  const tab = await open();
  await project.write('dep.js', dep(1));
  await tab.until(value, 1);
  await isHot(t, { project, tab: Object.assign(tab, { loads: 1 }) });
});

test('a syntax error changes nothing, and the next good save applies', async (t) => {
  const { project, hmr, open } = await startServer(t, VALUE_APP);
  const tab = await open();
  await tab.until(value, 1);
  await project.write('dep.js', 'export const value = ;');
  await waitFor(
    () => hmr.events.some(({ type }) => type === 'diagnostics'),
    () => JSON.stringify(hmr.events),
  );
  t.is(await tab.evaluate(value), 1);
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  wasHot(t, tab);
});

test('a deleted file is no longer served, whatever was saved of it', async (t) => {
  const { project, origin, open } = await startServer(t, VALUE_APP);
  const tab = await open();
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  await project.remove('dep.js');
  await waitFor(
    async () => (await get(origin, '/dep.js')).status === 404,
    () => 'it is still served',
  );
  await project.write('dep.js', dep(3));
  await tab.until(value, 3);
  t.regex((await get(origin, '/dep.js')).body, /value = 3/);
});

test('without a boundary the page reloads once', async (t) => {
  const { project, open } = await startServer(t, {
    'main.js': "import { value } from './dep.js'; globalThis.value = value;",
    'dep.js': dep(1),
  });
  const tab = await open();
  await tab.until(value, 1);
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  await hasLoaded(t, tab, 2);
});

test('pages that the app writes are hot', async (t) => {
  const html = '<!doctype html><h1>made</h1><script type="module" src="/main.js"></script>';
  const app = (hmr) =>
    express()
      .use(hmr.middleware)
      .get('/made/page', (request, response) => {
        response.send(hmr.transformPage(html, request));
      });
  const { project, open } = await startServer(t, VALUE_APP, { app });
  const tab = await open('/made/page');
  await isHot(t, { project, tab });
  t.is(await tab.evaluate(() => document.querySelector('h1').textContent), 'made');
});

test('custom events go both ways', async (t) => {
  const { hmr, open } = await startServer(t, {
    'main.js': `import.meta.hot.on('pong', (data) => { globalThis.value = data; });
import.meta.hot.send('ping', 1);`,
  });
  hmr.hot.on('ping', (data, client) => client.send('pong', data + 1));
  const tab = await open();
  await tab.until(value, 2);
  wasHot(t, tab);
});

test('pages that the app writes reload when their templates change', async (t) => {
  const project = makeProject(t, { 'views/page.txt': 'page 1', 'views/part.txt': 'part 1' });
  const views = ['page.txt', 'part.txt'].map((name) => project.path(`views/${name}`));
  const app = (hmr) =>
    // All that the browser asks for, its icon too.
    express().use(hmr.middleware, (request, response) => {
      const texts = views.map((file) => readFileSync(file, 'utf8'));
      response.send(hmr.transformPage(`<!doctype html><p>${texts.join()}`, request, views));
    });
  const { open } = await startServer(t, VALUE_APP, { app });
  const tab = await open('/made');
  const text = () => document.querySelector('p').textContent;
  await tab.until(text, 'page 1,part 1');
  await project.write('views/page.txt', 'page 2');
  await tab.until(text, 'page 2,part 1');
  await project.write('views/part.txt', 'part 2');
  await tab.until(text, 'page 2,part 2');
  await hasLoaded(t, tab, 3);
});
