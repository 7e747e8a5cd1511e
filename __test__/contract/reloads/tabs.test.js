/**
 * Only tabs whose modules an edit concerns reload.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { hasLoaded, settled } from '../../helpers/expect.js';
import { page } from '../../helpers/reloads.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const read = () => globalThis.read();

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

test(`an edit of a module that one page imports reloads only the tabs of that page`, async (t) => {
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

test('a shared module reloads only the page in which no module accepts it', async (t) => {
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

test('a url with a query shows the same page', async (t) => {
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

test('a module that only a closed tab had loaded reloads no tab', async (t) => {
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

test('a module that one page no longer imports reloads only the page that still imports it', async (t) => {
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

test('a page disposes of a module that it no longer imports when the module changes: in cycles, imported later and declined', async (t) => {
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
  test(`a module that a page no longer imports still reloads it when ${what} changed too`, async (t) => {
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
