/**
 * examples/http-server.js: HmrEngine in a server that knows nothing of @web/dev-server.
 */

import { createServer } from 'node:net';
import { join } from 'node:path';
import ava from 'ava';
import { PAGE } from '../helpers/app.js';
import { closeBrowser, openTab } from '../helpers/browser.js';
import { repository, start } from '../helpers/command.js';
import { getFreePort } from '../helpers/port.js';
import { Project } from '../helpers/project.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const dep = (number) => `export const value = ${number};`;
const main = `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot?.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
`;

/** Starts the example on files and opens its page. */
async function startExample(t, files, path = '/') {
  const project = new Project({ 'index.html': PAGE, ...files });
  t.teardown(() => project.dispose());
  const port = await getFreePort();
  const program = start(t, [
    join(repository, 'examples/http-server.js'),
    project.folder,
    String(port),
  ]);
  await program.said('Open http');
  const tab = await openTab(`http://localhost:${port}${path}`);
  t.teardown(() => tab.close());
  await tab.connected();
  return { project, port, program, tab };
}

test('two edits of a module are hot', async (t) => {
  const { project, tab, program } = await startExample(t, { 'main.js': main, 'dep.js': dep(1) });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    await tab.until(value, number);
  }
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
  await program.said('"boundaries":["/main.js"]');
  const requests = () => performance.getEntriesByType('resource').map(({ name }) => name);
  const ofDep = (await tab.evaluate(requests)).filter((name) => name.includes('/dep.js'));
  t.is(ofDep.length, 1, 'updates bring their code');
});

test('new code may import modules that no page had', async (t) => {
  const { project, tab } = await startExample(t, { 'main.js': main, 'dep.js': dep(1) });
  await tab.until(value, 1);
  project.writeNow('lib/new.js', "export * from './deep.js';");
  project.writeNow('lib/deep.js', dep(2));
  await project.write('dep.js', "export { value } from '~/lib/new.js';");
  await tab.until(value, 2);
  await project.write('lib/deep.js', dep(3));
  await tab.until(value, 3);
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});

test("specifiers of the server's own resolver are accepted too", async (t) => {
  const { project, tab } = await startExample(t, {
    'main.js': main.replaceAll('./dep.js', '~/lib/dep.js'),
    'lib/dep.js': dep(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('lib/dep.js', dep(number));
    await tab.until(value, number);
  }
  t.is(tab.loads, 1);
});

test('inline modules are hot, and a linked style sheet is swapped', async (t) => {
  const color = () => getComputedStyle(document.body).color;
  const { project, tab } = await startExample(
    t,
    {
      'app/page.html': `<!doctype html><html><head><link rel="stylesheet" href="page.css"></head>
<body><script type="module">${main}</script></body></html>`,
      'app/page.css': 'body { color: rgb(1, 0, 0) }',
      'app/dep.js': dep(1),
    },
    '/app/page.html',
  );
  await tab.until(value, 1);
  await tab.until(color, 'rgb(1, 0, 0)');
  for (const number of [2, 3]) {
    await project.write('app/dep.js', dep(number));
    await tab.until(value, number);
    await project.write('app/page.css', `body { color: rgb(${number}, 0, 0) }`);
    await tab.until(color, `rgb(${number}, 0, 0)`);
  }
  t.is(tab.loads, 1);
});

test('without a boundary the page reloads once and says why', async (t) => {
  const { project, tab, program } = await startExample(t, {
    'main.js': `import { value } from './dep.js'; globalThis.value = value;`,
    'dep.js': dep(1),
  });
  await tab.until(value, 1);
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  await tab.connected();
  t.is(tab.loads, 2);
  const chain = '"chain":["/dep.js","/main.js","/index.html"]';
  await program.said(chain);
  t.true(program.output.includes('"cause":"deadEnd"'), program.output);
  t.truthy(await tab.logged('/dep.js'));
});

test('a syntax error changes nothing, and the next good save applies', async (t) => {
  const { project, tab, program } = await startExample(t, { 'main.js': main, 'dep.js': dep(1) });
  await project.write('dep.js', 'export const value = ;');
  await program.said('"type":"diagnostics"');
  t.is(await tab.evaluate(value), 1);
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  t.is(tab.loads, 1);
});

test('missing files are not found, and nothing above the folder is served', async (t) => {
  const { port } = await startExample(t, { 'main.js': main, 'dep.js': dep(1) });
  for (const path of [
    '/none.js',
    '/%2e%2e/%2e%2e/etc/hosts',
    '/%00',
    '/%',
    '/__hotgraph/none.js',
  ]) {
    t.is((await fetch(`http://localhost:${port}${path}`)).status, 404, path);
  }
});

test('close() leaves the port and the process free, though a page is connected', async (t) => {
  const { port, program } = await startExample(t, { 'main.js': main, 'dep.js': dep(1) });
  t.deepEqual(await program.interrupt(), { code: 0, signal: null });
  const next = createServer();
  await new Promise((resolve, reject) =>
    next.once('error', reject).listen(port, 'localhost', resolve),
  );
  next.close();
});
