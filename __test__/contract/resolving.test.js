/**
 * `accept('./dep.js')` names what the same specifier names in an import, whatever plugins of the host make of that.
 */

import { importMapsPlugin } from '@web/dev-server-import-maps';
import ava from 'ava';
import { PAGE, startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { getFreePort } from '../helpers/port.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

/** Hosts that make something else of what code imports. */
const HOSTS = {
  'a query for all imports': {
    plugin: () => ({
      name: 'query',
      transformImport: ({ source }) =>
        source.includes('?') ? undefined : `${source}?build=${source.length}`,
    }),
    specifier: './dep.js',
  },
  'TypeScript by the name of its output': {
    plugin: () => ({
      name: 'typescript',
      transformImport: ({ source }) => source.replace(/\.ts$/, '.js'),
    }),
    specifier: './dep.ts',
  },
  'bare specifiers': {
    plugin: () => ({
      name: 'bare',
      transformImport: ({ source }) => (source === 'dep' ? '/dep.js' : undefined),
    }),
    specifier: 'dep',
  },
  'bare specifiers, as an object': {
    plugin: () => ({
      name: 'bare',
      transformImport: ({ source }) => (source === 'dep' ? { id: './dep.js' } : undefined),
    }),
    specifier: 'dep',
  },
  'a resolver, and a query for what it found': {
    plugin: () => [
      {
        name: 'query',
        transformImport: ({ source }) => (source === './dep.js' ? `${source}?q` : undefined),
      },
      {
        name: 'resolver',
        resolveImport: ({ source }) => (source === '#dep' ? { id: './dep.js' } : undefined),
      },
    ],
    specifier: '#dep',
  },
  'an import map of the page': {
    plugin: () => importMapsPlugin(),
    head: '<script type="importmap">{"imports":{"dep":"./dep.js"}}</script>',
    specifier: 'dep',
  },
  'an import map that is put into all pages': {
    plugin: () => importMapsPlugin({ inject: { importMap: { imports: { dep: './dep.js' } } } }),
    specifier: 'dep',
  },
  'an import map that does not have it': {
    plugin: () => importMapsPlugin({ inject: { importMap: { imports: { other: './other.js' } } } }),
    specifier: './dep.js',
  },
};

/** Ways to accept a dependency. */
const CALLS = {
  accept: (specifier) => `import.meta.hot.accept('${specifier}', (dep) => show(dep.value));`,
  'accept of a list': (specifier) =>
    `import.meta.hot.accept(['${specifier}'], ([dep]) => show(dep.value));`,
  'webpackHot.accept': (specifier) =>
    `import.meta.webpackHot.accept('${specifier}', () => show(value));`,
};

const dep = (number) => `export const value = ${number};`;

const main = (specifier, accept) => `import { value } from '${specifier}';
const show = (value) => { globalThis.value = value; };
show(value);
${accept}`;

/** An app on such a host, whose `main.js` shows a value of a dependency. */
async function start(t, { plugin, head = '', specifier }, accept) {
  const app = await startApp(
    t,
    {
      'index.html': PAGE.replace('<head>', `<head>${head}`),
      'main.js': main(specifier, accept),
      'dep.js': dep(1),
    },
    { before: [plugin()].flat() },
  );
  await app.tab.until(() => globalThis.value, 1);
  return {
    ...app,
    async edit(number) {
      await app.project.write('dep.js', dep(number));
      await app.tab.until(() => globalThis.value, number);
    },
    /** Nothing was odd about it, and nothing was reloaded. */
    isHot() {
      t.is(app.tab.loads, 1);
      t.deepEqual(app.tab.errors, []);
      const odd = app.server.events.filter(({ type }) => type === 'diagnostics');
      t.deepEqual(odd, []);
    },
  };
}

for (const [what, host] of Object.entries(HOSTS)) {
  const { specifier } = host;
  for (const [call, accept] of Object.entries(CALLS)) {
    test(`${call}: ${what}`, async (t) => {
      const app = await start(t, host, accept(specifier));
      await app.edit(2);
      await app.edit(3);
      app.isHot();
    });
  }

  test(`accept that a save adds: ${what}`, async (t) => {
    const accept = (more) =>
      `globalThis.runs = (globalThis.runs ?? 0) + 1; import.meta.hot.accept();\n${more}`;
    const app = await start(t, host, accept(''));
    for (const number of [2, 3]) {
      const added = `${CALLS.accept(specifier)} // ${number}`;
      await app.project.write('main.js', main(specifier, accept(added)));
      await app.tab.until(() => globalThis.runs, number);
      await app.edit(number);
      t.is(await app.tab.evaluate(() => globalThis.runs), number, 'the callback is called instead');
    }
    app.isHot();
  });
}

/** What stands in the code of a page for a module of the page's own server, as a whole address. */
const OWN = {
  'a static import': (url) => `import { value } from '${url}'; show(value);
import.meta.hot.accept('./dep.js', (dep) => show(dep.value));`,
  'a static import, accepted by the same address': (
    url,
  ) => `import { value } from '${url}'; show(value);
import.meta.hot.accept('${url}', (dep) => show(dep.value));`,
  'accepted by the address': (url) => `import { value } from './dep.js'; show(value);
import.meta.hot.accept('${url}', (dep) => show(dep.value));`,
  'a re-export': (
    url,
  ) => `export { value } from '${url}'; import { value } from './dep.js'; show(value);
import.meta.hot.accept();`,
  'a dynamic import': (url) => `import('${url}').then((dep) => show(dep.value));
import.meta.hot.accept('./dep.js', (dep) => show(dep.value));`,
};

/** Starts an app whose files are made from the address of its server. */
async function startAt(t, scheme, files, options = {}) {
  const port = await getFreePort();
  const own = `${scheme}://localhost:${port}`;
  const http2 = scheme === 'https' ? { http2: true } : {};
  const config = { port, ...http2 };
  const app = await startApp(t, files(own), { config, ...options });
  const { tab, project } = app;
  return {
    ...app,
    own,
    async edit(name, text, read, expected) {
      await project.write(name, text);
      await tab.until(read, expected);
    },
  };
}

const SHOW =
  'globalThis.runs = (globalThis.runs ?? 0) + 1; const show = (value) => { globalThis.value = value; };\n';
const value = () => globalThis.value;

for (const [what, code] of Object.entries(OWN)) {
  for (const scheme of what.includes('same') ? ['http', 'https'] : ['http']) {
    test(`a module by the whole address of the page's own server, ${scheme}: ${what}`, async (t) => {
      const { tab, edit } = await startAt(t, scheme, (own) => ({
        'main.js': SHOW + code(`${own}/dep.js`),
        'dep.js': dep(1),
      }));
      await tab.until(value, 1);
      await edit('dep.js', dep(2), value, 2);
      await edit('dep.js', dep(3), value, 3);
      t.is(tab.loads, 1);
      t.deepEqual(tab.errors, []);
    });
  }
}

test('a save adds an import by the whole address', async (t) => {
  const { own, tab, edit } = await startAt(t, 'http', () => ({
    'main.js': `${SHOW}show(1); import.meta.hot.accept();`,
    'dep.js': dep(2),
  }));
  await tab.until(value, 1);
  const main = `import { value } from '${own}/dep.js'; ${SHOW}show(value); import.meta.hot.accept();`;
  await edit('main.js', main, value, 2);
  await edit('dep.js', dep(3), value, 3);
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});

test('a page names its own server in scripts, style sheets, its base and its import map', async (t) => {
  const page = (own) => `<!doctype html><html><head><base href="${own}/app/">
<link rel="stylesheet" href="${own}/app/style.css">
<script type="importmap">{"imports":{"dep":"${own}/app/dep.js"}}</script></head>
<body><script type="module" src="${own}/app/main.js"></script></body></html>`;
  const red = (color) => `body { color: ${color} }`;
  const { tab, edit } = await startAt(t, 'http', (own) => ({
    'index.html': page(own),
    'app/main.js': `${SHOW}import { value } from 'dep'; show(value); import.meta.hot.accept('dep', (dep) => show(dep.value));`,
    'app/dep.js': dep(1),
    'app/style.css': `@import '${own}/app/colors.css';`,
    'app/colors.css': red('rgb(1, 0, 0)'),
  }));
  const color = () => getComputedStyle(document.body).color;
  await tab.until(value, 1);
  await tab.until(color, 'rgb(1, 0, 0)');
  await edit('app/dep.js', dep(2), value, 2);
  await edit('app/colors.css', red('rgb(2, 0, 0)'), color, 'rgb(2, 0, 0)');
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});
