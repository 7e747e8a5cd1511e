/**
 * A full reload says why: the change, the way that no module accepts, and what would accept it.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { hasLoaded, settled } from '../../helpers/expect.js';
import { page, reloadReport } from '../../helpers/reloads.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

/** An app shows 1. A save makes it show 2, by a reload, whose report is returned. */
async function reloadBy(t, files, [name, text]) {
  const app = await startApp(t, files);
  await app.tab.until(value, 1);
  await app.project.write(name, text);
  await app.tab.until(value, 2);
  return reloadReport(t, app);
}

test('a dead end names the change, the chain and the call that would accept it', async (t) => {
  const files = {
    'main.js': `import { value } from './lib/middle.js'; globalThis.value = value;`,
    'lib/middle.js': `export { value } from './leaf.js';`,
    'lib/leaf.js': 'export const value = 1;',
  };
  const report = await reloadBy(t, files, ['lib/leaf.js', 'export const value = 2;']);
  t.is(report.cause, 'deadEnd');
  t.is(report.changed, '/lib/leaf.js');
  t.deepEqual(report.chain, ['/lib/leaf.js', '/lib/middle.js', '/main.js', '/index.html']);
  t.true(report.message.includes('/lib/leaf.js'), report.message);
  t.true(report.remedy.includes(`accept('./leaf.js'`), report.remedy);
  t.true(report.remedy.includes('/lib/middle.js'), report.remedy);
});

test('a dead end next to a boundary names the way that no module accepts', async (t) => {
  const files = {
    'main.js': `import './hot.js'; import { value } from './cold.js'; globalThis.value = value;`,
    'hot.js': `import './leaf.js'; import.meta.hot.accept('./leaf.js', () => {});`,
    'cold.js': `export { value } from './leaf.js';`,
    'leaf.js': 'export const value = 1;',
  };
  const report = await reloadBy(t, files, ['leaf.js', 'export const value = 2;']);
  t.is(report.cause, 'deadEnd');
  t.deepEqual(report.chain, ['/leaf.js', '/cold.js', '/main.js', '/index.html']);
});

test('a reload names decline() and the module that declines', async (t) => {
  const files = {
    'main.js': `import './middle.js'; import.meta.hot.accept('./middle.js', () => {});`,
    'middle.js': `import { value } from './leaf.js'; globalThis.value = value; import.meta.hot.decline();`,
    'leaf.js': 'export const value = 1;',
  };
  const report = await reloadBy(t, files, ['leaf.js', 'export const value = 2;']);
  t.is(report.cause, 'declined');
  t.deepEqual(report.chain, ['/leaf.js', '/middle.js']);
  t.true(report.remedy.includes('/middle.js'), report.remedy);
});

test('a reload names invalidate() and its message', async (t) => {
  const dep = (number) => `globalThis.value = ${number};
import.meta.hot.accept(() => import.meta.hot.invalidate('the shape changed'));
`;
  const app = await startApp(t, { 'main.js': `import './dep.js';`, 'dep.js': dep(1) });
  await app.tab.until(value, 1);
  await app.project.write('dep.js', dep(2));
  const report = await reloadReport(t, app);
  t.is(report.cause, 'invalidated');
  t.is(report.changed, '/dep.js');
  t.true(report.message.includes('the shape changed'), report.message);
  t.true(report.remedy.includes('/main.js'), report.remedy);
});

test('an edit of the page reloads it', async (t) => {
  const app = await startApp(t, { 'main.js': 'globalThis.value = 1;' });
  await app.tab.until(value, 1);
  await app.project.write('index.html', `${page('main.js')}<p>new</p>`);
  await app.tab.until(() => document.querySelector('p')?.textContent, 'new');
  const report = await reloadReport(t, app);
  t.is(report.cause, 'page');
  t.is(report.changed, '/index.html');
});

test('an edit of an inline module script reloads the page', async (t) => {
  const inline = (number) =>
    `<!doctype html><html><head></head><body><script type="module">globalThis.value = ${number}; import.meta.hot.accept();</script></body></html>`;
  const files = { 'index.html': inline(1) };
  const report = await reloadBy(t, files, ['index.html', inline(2)]);
  t.is(report.cause, 'page');
});

test('a classic script reloads the page', async (t) => {
  const files = {
    'index.html': `<!doctype html><html><head><script src="./classic.js"></script></head><body></body></html>`,
    'classic.js': 'globalThis.value = 1;',
  };
  const report = await reloadBy(t, files, ['classic.js', 'globalThis.value = 2;']);
  t.is(report.cause, 'resource');
  t.is(report.changed, '/classic.js');
});

test('fetched data reloads the page', async (t) => {
  const files = {
    'main.js': `globalThis.value = (await (await fetch('./data.json')).json()).number;
import.meta.hot.accept();`,
    'data.json': '{"number":1}',
  };
  const report = await reloadBy(t, files, ['data.json', '{"number":2}']);
  t.is(report.cause, 'resource');
  t.is(report.changed, '/data.json');
});

test(`a worker's script reloads the page that started it`, async (t) => {
  const files = {
    'main.js': `const worker = new Worker('./worker.js');
worker.onmessage = ({ data }) => { globalThis.value = data; };
import.meta.hot.accept();`,
    'worker.js': 'postMessage(1);',
  };
  const report = await reloadBy(t, files, ['worker.js', 'postMessage(2);']);
  t.is(report.cause, 'resource');
  t.is(report.changed, '/worker.js');
});

test(`an import of a module worker reloads the page that started the worker, and no other page`, async (t) => {
  const app = await startApp(t, {
    'main.js': `const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.onmessage = ({ data }) => { globalThis.value = data; };
import.meta.hot.accept();`,
    'worker.js': `import { value } from './dep.js'; postMessage(value); import.meta.hot?.accept();`,
    'dep.js': 'export const value = 1;',
    'other.html': page('other.js'),
    'other.js': 'globalThis.testHot = import.meta.hot;',
  });
  const other = await app.open('/other.html');
  await app.tab.until(value, 1);
  await app.project.write('dep.js', 'export const value = 2;');
  await app.tab.until(value, 2);
  const report = await reloadReport(t, app);
  t.is(report.cause, 'resource');
  t.is(report.changed, '/dep.js');
  t.deepEqual(report.chain, ['/dep.js', '/worker.js']);
  await settled(other, app.server);
  t.is(other.loads, 1);
});

test('a module that the worker of another page uses too stays hot', async (t) => {
  const { project, server, tab, open } = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.testHot = import.meta.hot;
globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });`,
    'dep.js': 'export const value = 1;',
    'other.html': page('other.js'),
    'other.js': `const worker = new Worker('./worker.js', { type: 'module' });
worker.onmessage = ({ data }) => { globalThis.value = data; };`,
    'worker.js': `import { value } from './dep.js'; postMessage(value);`,
  });
  await tab.until(value, 1);
  const other = await open('/other.html');
  await other.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('dep.js', `export const value = ${number};`);
    await tab.until(value, number);
    await other.until(value, number);
    await hasLoaded(t, other, number);
  }
  await settled(tab, server);
  t.is(tab.loads, 1);
});

test('a module that another page loads as a classic script stays hot', async (t) => {
  const { project, tab, open } = await startApp(t, {
    'main.js': `import './dep.js';
import.meta.hot.accept('./dep.js', () => {});`,
    'dep.js': 'globalThis.value = 1;',
    'other.html':
      '<!doctype html><html><head><script src="./dep.js"></script></head><body></body></html>',
  });
  await tab.until(value, 1);
  const other = await open('/other.html');
  for (const number of [2, 3]) {
    await project.write('dep.js', `globalThis.value = ${number};`);
    await tab.until(value, number);
    await other.until(value, number);
    await hasLoaded(t, other, number);
  }
  t.is(tab.loads, 1);
});

test('a reload names a module that never reached its accept()', async (t) => {
  const app = await startApp(t, {
    'main.js': `globalThis.value = 'main'; import('./dep.js').catch(() => { globalThis.value = 'failed'; });`,
    'dep.js': `import.meta.hot.on('x', () => {});
if (true) throw new Error('before accept');
import.meta.hot.accept();`,
  });
  await app.tab.until(value, 'failed');
  await app.project.write('dep.js', `globalThis.value = 'fixed'; import.meta.hot.accept();`);
  await app.tab.until(value, 'fixed');
  if (app.tab.loads === 1) return t.pass('applied without a reload');
  const report = await reloadReport(t, app);
  t.is(report.changed, '/dep.js');
  t.true(report.message.includes('/dep.js'), report.message);
});

test('beforeFullReload carries the reason', async (t) => {
  const app = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.value = value;
for (const prefix of ['vite:', 'bun:', 'hotgraph:']) {
  import.meta.hot.on(prefix + 'beforeFullReload', ({ type, path, message }) => {
    console.log('announced ' + prefix + ' ' + type + ' ' + path + ' ' + message);
  });
}`,
    'dep.js': 'export const value = 1;',
  });
  await app.tab.until(value, 1);
  await app.project.write('dep.js', 'export const value = 2;');
  await app.tab.until(value, 2);
  const { message } = await reloadReport(t, app);
  for (const prefix of ['vite:', 'bun:', 'hotgraph:']) {
    const { text } = await app.tab.logged(`announced ${prefix} full-reload /dep.js`);
    t.true(text.endsWith(message), text);
  }
});

test('each reload has its own reason', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `import { a } from './a.js'; import { b } from './b.js'; globalThis.value = [a, b];`,
    'a.js': 'export const a = 1;',
    'b.js': 'export const b = 1;',
  });
  await project.write('a.js', 'export const a = 2;');
  await tab.until(value, [2, 1]);
  await hasLoaded(t, tab, 2);
  await project.write('b.js', 'export const b = 2;');
  await tab.until(value, [2, 2]);
  await hasLoaded(t, tab, 3);
  const reloads = server.events.filter((event) => event.type === 'reloaded');
  t.deepEqual(
    reloads.map(({ report }) => report.changed),
    ['/a.js', '/b.js'],
  );
  // A reload by hand has no reason and repeats none.
  const told = tab.console.filter(({ text }) => text.includes('reloaded: ')).length;
  await tab.page.reload();
  await tab.connected();
  t.is(tab.console.filter(({ text }) => text.includes('reloaded: ')).length, told);
  t.is(server.events.filter((event) => event.type === 'reloaded').length, 2);
});
