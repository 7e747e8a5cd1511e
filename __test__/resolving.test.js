/**
 * `accept('./dep.js')` names what the same specifier names in an import, whatever plugins of the host make of that.
 */

import { importMapsPlugin } from '@web/dev-server-import-maps';
import ava from 'ava';
import { PAGE, startApp } from './helpers/app.js';
import { closeBrowser } from './helpers/browser.js';

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
