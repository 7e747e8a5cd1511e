/**
 * Full reloads: which tabs reload, how often, and what they say about it.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser, openTab, waitFor } from '../helpers/browser.js';
import { Project } from '../helpers/project.js';
import { serve } from '../helpers/server.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const read = () => globalThis.read();

const page = (script) =>
  `<!doctype html><html><head></head><body><script type="module" src="./${script}"></script></body></html>`;

/** The tab has loaded this many documents, not more, and is connected. */
async function hasLoaded(t, tab, count) {
  await tab.loaded(count);
  await tab.connected();
  t.is(tab.loads, count);
}

/** The report of the only reload so far, which the console of the reloaded page tells too. */
async function reloadReport(t, { tab, server }) {
  await tab.loaded(2);
  const { report } = await server.event((event) => event.type === 'reloaded');
  const before = await tab.logged('reloading: ');
  const after = await tab.logged('reloaded: ');
  for (const { type, text } of [before, after]) {
    t.is(type, 'warning');
    t.true(text.includes(report.message), text);
    if (report.remedy !== null) t.true(text.includes(report.remedy), text);
  }
  await hasLoaded(t, tab, 2);
  t.is(server.events.filter((event) => event.type === 'reloaded').length, 1);
  return report;
}

/** The server's events have reached the page, and the page's the server, all that came before included. */
async function settled(tab, server) {
  server.hmr.hot.on('test:ping', (_, client) => client.send('test:pong', null));
  await tab.evaluate(
    () =>
      new Promise((resolve) => {
        globalThis.testHot.on('test:pong', resolve);
        globalThis.testHot.send('test:ping');
      }),
  );
}

// -- reasons ------------------------------------------------------------------------------------------

test('a dead end names the change, the chain and what would have accepted it', async (t) => {
  const app = await startApp(t, {
    'main.js': `import { value } from './lib/middle.js'; globalThis.value = value;`,
    'lib/middle.js': `export { value } from './leaf.js';`,
    'lib/leaf.js': 'export const value = 1;',
  });
  await app.tab.until(value, 1);
  await app.project.write('lib/leaf.js', 'export const value = 2;');
  await app.tab.until(value, 2);
  const report = await reloadReport(t, app);
  t.is(report.cause, 'deadEnd');
  t.is(report.changed, '/lib/leaf.js');
  t.deepEqual(report.chain, ['/lib/leaf.js', '/lib/middle.js', '/main.js', '/index.html']);
  t.true(report.message.includes('/lib/leaf.js'), report.message);
  t.true(report.remedy.includes(`accept('./leaf.js'`), report.remedy);
  t.true(report.remedy.includes('/lib/middle.js'), report.remedy);
});

test('a dead end beside a boundary names the way that nobody accepts', async (t) => {
  const app = await startApp(t, {
    'main.js': `import './hot.js'; import { value } from './cold.js'; globalThis.value = value;`,
    'hot.js': `import './leaf.js'; import.meta.hot.accept('./leaf.js', () => {});`,
    'cold.js': `export { value } from './leaf.js';`,
    'leaf.js': 'export const value = 1;',
  });
  await app.tab.until(value, 1);
  await app.project.write('leaf.js', 'export const value = 2;');
  await app.tab.until(value, 2);
  const report = await reloadReport(t, app);
  t.is(report.cause, 'deadEnd');
  t.deepEqual(report.chain, ['/leaf.js', '/cold.js', '/main.js', '/index.html']);
});

test('decline() is named, and the module that declines', async (t) => {
  const app = await startApp(t, {
    'main.js': `import './middle.js'; import.meta.hot.accept('./middle.js', () => {});`,
    'middle.js': `import { value } from './leaf.js'; globalThis.value = value; import.meta.hot.decline();`,
    'leaf.js': 'export const value = 1;',
  });
  await app.tab.until(value, 1);
  await app.project.write('leaf.js', 'export const value = 2;');
  await app.tab.until(value, 2);
  const report = await reloadReport(t, app);
  t.is(report.cause, 'declined');
  t.deepEqual(report.chain, ['/leaf.js', '/middle.js']);
  t.true(report.remedy.includes('/middle.js'), report.remedy);
});

test('invalidate() is named with its message', async (t) => {
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

test('an edit of the page itself reloads it', async (t) => {
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
  const app = await startApp(t, { 'index.html': inline(1) });
  await app.tab.until(value, 1);
  await app.project.write('index.html', inline(2));
  await app.tab.until(value, 2);
  t.is((await reloadReport(t, app)).cause, 'page');
});

test('a classic script reloads the page', async (t) => {
  const app = await startApp(t, {
    'index.html': `<!doctype html><html><head><script src="./classic.js"></script></head><body></body></html>`,
    'classic.js': 'globalThis.value = 1;',
  });
  await app.tab.until(value, 1);
  await app.project.write('classic.js', 'globalThis.value = 2;');
  await app.tab.until(value, 2);
  const report = await reloadReport(t, app);
  t.is(report.cause, 'resource');
  t.is(report.changed, '/classic.js');
});

test('fetched data reloads the page', async (t) => {
  const app = await startApp(t, {
    'main.js': `globalThis.value = (await (await fetch('./data.json')).json()).number;
import.meta.hot.accept();`,
    'data.json': '{"number":1}',
  });
  await app.tab.until(value, 1);
  await app.project.write('data.json', '{"number":2}');
  await app.tab.until(value, 2);
  const report = await reloadReport(t, app);
  t.is(report.cause, 'resource');
  t.is(report.changed, '/data.json');
});

test(`a worker's script reloads the page that started it`, async (t) => {
  const app = await startApp(t, {
    'main.js': `const worker = new Worker('./worker.js');
worker.onmessage = ({ data }) => { globalThis.value = data; };
import.meta.hot.accept();`,
    'worker.js': 'postMessage(1);',
  });
  await app.tab.until(value, 1);
  await app.project.write('worker.js', 'postMessage(2);');
  await app.tab.until(value, 2);
  const report = await reloadReport(t, app);
  t.is(report.cause, 'resource');
  t.is(report.changed, '/worker.js');
});

test(`what a module worker imports reloads the page that started it, and not others`, async (t) => {
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

test('a module that never reached its accept() is named', async (t) => {
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

test('beforeFullReload is announced with the reason', async (t) => {
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

// -- only where it is needed ---------------------------------------------------------------------------

const TWO_PAGES = {
  'a.html': page('a.js'),
  'b.html': page('b.js'),
  'a.js': `import { shared } from './shared.js';
import { own } from './own-a.js';
globalThis.testHot = import.meta.hot;
globalThis.read = () => [own, shared];`,
  'b.js': `import { shared } from './shared.js';
import { own } from './own-b.js';
globalThis.testHot = import.meta.hot;
globalThis.read = () => [own, shared];`,
  'own-a.js': `export const own = 'a1';`,
  'own-b.js': `export const own = 'b1';`,
  'shared.js': 'export const shared = 1;',
};

test(`an edit of one page's own module reloads only the tabs of that page`, async (t) => {
  const { project, server, tab: a, open } = await startApp(t, TWO_PAGES, { path: '/a.html' });
  const b = await open('/b.html');
  const second = await open('/a.html');
  await a.until(read, ['a1', 1]);
  await b.until(read, ['b1', 1]);
  await project.write('own-a.js', `export const own = 'a2';`);
  await a.until(read, ['a2', 1]);
  await second.until(read, ['a2', 1]);
  await settled(b, server);
  await hasLoaded(t, a, 2);
  await hasLoaded(t, second, 2);
  await hasLoaded(t, b, 1);
  await project.write('shared.js', 'export const shared = 2;');
  await a.until(read, ['a2', 2]);
  await b.until(read, ['b1', 2]);
  await hasLoaded(t, a, 3);
  await hasLoaded(t, b, 2);
});

test('a shared module reloads only the page on whose way nobody accepts', async (t) => {
  const {
    project,
    server,
    tab: a,
    open,
  } = await startApp(
    t,
    {
      ...TWO_PAGES,
      'b.js': `import { shared } from './shared.js';
globalThis.testHot = import.meta.hot;
globalThis.value = shared;
import.meta.hot.accept('./shared.js', (next) => { globalThis.value = next.shared; });`,
    },
    { path: '/a.html' },
  );
  const b = await open('/b.html');
  for (const number of [2, 3]) {
    await project.write('shared.js', `export const shared = ${number};`);
    await a.until(read, ['a1', number]);
    await b.until(value, number);
    await settled(b, server);
    await hasLoaded(t, a, number);
    await hasLoaded(t, b, 1);
  }
});

test('an edit of a page reloads only the tabs that show it', async (t) => {
  const { project, server, tab: a, open } = await startApp(t, TWO_PAGES, { path: '/a.html' });
  const b = await open('/b.html');
  await project.write('a.html', `${page('a.js')}<p>new</p>`);
  await a.until(() => document.querySelector('p')?.textContent, 'new');
  await settled(b, server);
  await hasLoaded(t, a, 2);
  await hasLoaded(t, b, 1);
});

test('queries show the same page', async (t) => {
  const { project, tab, open } = await startApp(t, TWO_PAGES, { path: '/a.html?one=1#hash' });
  const other = await open('/a.html?two=2');
  await project.write('a.html', `${page('a.js')}<p>new</p>`);
  for (const one of [tab, other]) {
    await one.until(() => document.querySelector('p')?.textContent, 'new');
    await hasLoaded(t, one, 2);
  }
});

test('a tab that did not load a lazy module does not reload for it', async (t) => {
  const { project, server, tab, open } = await startApp(t, {
    'main.js': `globalThis.testHot = import.meta.hot;
globalThis.load = async () => { globalThis.value = (await import('./lazy.js')).value; };`,
    'lazy.js': 'export const value = 1;',
  });
  const other = await open();
  await other.evaluate(() => globalThis.load());
  await project.write('lazy.js', 'export const value = 2;');
  await other.loaded(2);
  await other.connected();
  await settled(tab, server);
  await hasLoaded(t, tab, 1);
  await hasLoaded(t, other, 2);
  await tab.evaluate(() => globalThis.load());
  t.is(await tab.evaluate(value), 2);
  await project.write('lazy.js', 'export const value = 3;');
  await hasLoaded(t, tab, 2);
});

test('a file that no page has loaded changes nothing', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });`,
    'dep.js': 'export const value = 1;',
    'unused.js': 'export const value = 1;',
    'unused.html': page('unused.js'),
  });
  await tab.until(value, 1);
  await project.write('unused.js', 'export const value = 2;');
  await project.write('unused.html', page('main.js'));
  await project.write('brand-new.js', 'export const value = 2;');
  await project.write('broken.js', 'export const value = ;');
  await project.write('dep.js', 'export const value = 2;');
  await tab.until(value, 2);
  const { version } = await server.event((event) => event.type === 'applied');
  t.deepEqual(
    server.events.filter(({ type }) => type !== 'applied').map(({ type, files }) => [type, files]),
    [['updated', [project.path('dep.js')]]],
  );
  t.is(await tab.evaluate(() => globalThis.__hotgraph__.version), version);
  t.is(tab.loads, 1);
});

test('a module that only a closed tab had loaded reloads nobody', async (t) => {
  const { project, server, tab, open } = await startApp(t, TWO_PAGES, { path: '/a.html' });
  const b = await open('/b.html');
  await b.until(read, ['b1', 1]);
  await b.close();
  await project.write('own-b.js', `export const own = 'b2';`);
  await project.write('own-b.js', `export const own = 'b3';`);
  await server.event((event) => event.type === 'updated');
  await settled(tab, server);
  t.is(tab.loads, 1);
  const again = await open('/b.html');
  await again.until(read, ['b3', 1]);
  t.is(again.loads, 1);
});

const importing = (imported) => `${imported ? `import { shared } from './shared.js';` : ''}
globalThis.testHot = import.meta.hot;
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.read = () => ${imported ? 'shared' : 'null'};
import.meta.hot.accept();`;

test('a module that a page imports no more reloads only the page that still does', async (t) => {
  const {
    project,
    server,
    tab: a,
    open,
  } = await startApp(t, { ...TWO_PAGES, 'a.js': importing(true) }, { path: '/a.html' });
  const b = await open('/b.html');
  await a.until(read, 1);
  await b.until(read, ['b1', 1]);
  await project.write('a.js', importing(false));
  await a.until(read, null);
  for (const number of [2, 3]) {
    await project.write('shared.js', `export const shared = ${number};`);
    await b.until(read, ['b1', number]);
    await hasLoaded(t, b, number);
    await settled(a, server);
    await hasLoaded(t, a, 1);
  }
  await project.write('a.js', importing(true));
  await a.until(read, 3);
  await project.write('shared.js', 'export const shared = 4;');
  await b.until(read, ['b1', 4]);
  await a.until(read, 4);
  await hasLoaded(t, a, 1);
  t.is(await a.evaluate(() => globalThis.runs), 4);
});

test('a page disposes of what it imports no more when that changes, in cycles, imported later and declined', async (t) => {
  const middle = (next, hot) => `import '${next}';
(globalThis.ran ??= []).push(import.meta.url.split('/').pop().split('?')[0]);
${hot}`;
  const cleanup = (name) => `import.meta.hot.dispose(() => globalThis.ran.push('${name} disposed'));
import.meta.hot.prune(() => globalThis.ran.push('${name} pruned'));`;
  const {
    project,
    server,
    tab: a,
    open,
  } = await startApp(
    t,
    {
      ...TWO_PAGES,
      'a.js': importing(true),
      'shared.js': `import './one.js'; export const shared = 1;`,
      'one.js': middle('./two.js', cleanup('one')),
      'two.js': middle('./one.js', `import('./lazy.js');`),
      'lazy.js': `import './declined.js'; import './accepted.js';`,
      'declined.js': middle('./leaf.js', `import.meta.hot.decline(); ${cleanup('declined')}`),
      'accepted.js': middle('./leaf.js', 'import.meta.hot.accept();'),
      'leaf.js': 'export const leaf = 1;',
    },
    { path: '/a.html' },
  );
  const ran = () => globalThis.ran.splice(0).sort();
  const all = ['accepted.js', 'declined.js', 'one.js', 'two.js'];
  const b = await open('/b.html');
  await a.until(() => globalThis.ran.length, 4);
  t.deepEqual(await a.evaluate(ran), all);
  await project.write('a.js', importing(false));
  await a.until(read, null);
  const edits = [
    ['one.js', middle('./two.js', '// edited'), ['one disposed', 'one pruned']],
    ['leaf.js', 'export const leaf = 2;', ['accepted.js', 'declined disposed', 'declined pruned']],
    ['lazy.js', `import './declined.js'; import './accepted.js'; // edited`, []],
  ];
  for (const [index, [name, text, expected]] of edits.entries()) {
    await project.write(name, text);
    await hasLoaded(t, b, index + 2);
    await settled(a, server);
    await hasLoaded(t, a, 1);
    t.deepEqual(await a.evaluate(ran), expected, name);
  }
  await project.write('a.js', importing(true));
  await a.until(() => globalThis.ran.length, 3);
  // What accepted its updates kept up, and is the same.
  t.deepEqual(await a.evaluate(ran), ['declined.js', 'one.js', 'two.js']);
  await hasLoaded(t, a, 1);
});

for (const [what, files] of Object.entries({
  'a computed import': {
    'keep.js': `const name = './shared.js';
globalThis.keep = import(name);`,
  },
  'a classic script': {
    'a.html': page('a.js').replace(
      '</body>',
      `<script>globalThis.keep = import('./shared.js');</script></body>`,
    ),
  },
  'an element': {
    'keep.js': `const script = document.createElement('script');
script.type = 'module';
script.src = './shared.js';
globalThis.keep = new Promise((resolve) => { script.onload = resolve; });
document.head.append(script);`,
  },
})) {
  const keeps = 'keep.js' in files;
  const main = (imported) => `${keeps ? `import './keep.js';` : ''}${importing(imported)}`;
  test(`a module that a page imports no more reloads it all the same when ${what} did too`, async (t) => {
    const {
      project,
      tab: a,
      open,
    } = await startApp(t, { ...TWO_PAGES, ...files, 'a.js': main(true) }, { path: '/a.html' });
    const b = await open('/b.html');
    await a.until(read, 1);
    await a.evaluate(async () => void (await globalThis.keep));
    await project.write('a.js', main(false));
    await a.until(read, null);
    await project.write('shared.js', 'export const shared = 2;');
    await hasLoaded(t, b, 2);
    await hasLoaded(t, a, 2);
  });
}

// -- a restarted server -------------------------------------------------------------------------------

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
  test(`a save that ${what} does not reload the page, where nobody accepts, and the next good one does`, async (t) => {
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

test('a page goes on with updates when its user stays instead of letting it reload', async (t) => {
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

test('a page that a server served before its restart is never older than the disk', async (t) => {
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

test('a page that loaded code which throws reloads for the save that fixes it, where no module accepts', async (t) => {
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
