/**
 * `<link rel="modulepreload">`: a page does not import a module that it only preloads.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const page = (link) =>
  `<!doctype html><html><head>${link}</head><body><script type="module" src="./main.js"></script></body></html>`;

const LINKS = {
  'a link': '<link rel="modulepreload" href="./lazy.js">',
  'a link with more to it': '<link rel="nothing MODULEPRELOAD" as="script" href="/lazy.js">',
};

const lazy = (number) => `export const value = ${number};`;

/** An app that has preloaded `lazy.js`. */
async function start(t, link, main) {
  const app = await startApp(t, {
    'index.html': page(link),
    'main.js': main,
    'dep.js': 'import.meta.hot.accept(); globalThis.dep = 1;',
    'lazy.js': lazy(1),
  });
  await app.tab.until(() => performance.getEntriesByName(`${location.origin}/lazy.js`).length > 0);
  return app;
}

for (const [what, link] of Object.entries(LINKS)) {
  test(`${what}: an edit of a module that no code imports reloads nothing; a later import gets the new code`, async (t) => {
    const main = (more) => `import './dep.js'; import.meta.hot.accept(); ${more}`;
    const { project, server, tab } = await start(t, link, main(''));
    for (const number of [2, 3]) {
      await project.write('lazy.js', lazy(number));
      const version = (await server.event(({ files }) => files?.[0] === project.path('lazy.js')))
        .version;
      await server.event((event) => event.type === 'acknowledged' && event.version >= version);
      server.events.length = 0;
    }
    await project.write(
      'main.js',
      main(`import { value } from './lazy.js'; globalThis.value = value;`),
    );
    await tab.until(() => globalThis.value, 3);
    t.is(tab.loads, 1);
    t.deepEqual(tab.errors, []);
  });

  test(`${what}: the page does not count as its importer`, async (t) => {
    const { project, server, tab } = await start(t, link, `import './lazy.js';`);
    await project.write('lazy.js', lazy(2));
    const { report } = await server.event(({ type }) => type === 'reloaded');
    t.deepEqual(report.chain, ['/lazy.js', '/main.js', '/index.html']);
    await tab.loaded(2);
  });

  test(`${what}: a preloaded module that is imported is accepted as usual`, async (t) => {
    const { project, tab } = await start(
      t,
      link,
      `import { value } from './lazy.js';
globalThis.value = value;
import.meta.hot.accept('./lazy.js', (lazy) => { globalThis.value = lazy.value; });`,
    );
    for (const number of [2, 3]) {
      await project.write('lazy.js', lazy(number));
      await tab.until(() => globalThis.value, number);
    }
    t.is(tab.loads, 1);
  });

  test(`${what}: where code may import any module, the page does not keep old code`, async (t) => {
    const { project, tab } = await start(
      t,
      link,
      `const name = './la' + 'zy.js'; globalThis.load = async () => (await import(name)).value;`,
    );
    await project.write('lazy.js', lazy(2));
    await tab.loaded(2);
    await tab.until(() => globalThis.load(), 2);
    t.is(tab.loads, 2);
  });
}
