/**
 * Packs by default: pages of many modules get them, and only the time of a load tells.
 */

import ava from 'ava';
import { PAGE, startApp } from '../helpers/app.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';
import { alone, hearLines, startServer } from '../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

/** What the default is. */
const automatic = { pack: undefined };

/** The paths of the scripts that a tab has asked for, without the client's own. */
const asked = () =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name).pathname)
    .filter((path) => /\.m?js$/.test(path) && !/\/(?:main|env|attributes|ahead)\.js$/.test(path))
    .map((path) => path.replace(/.*\/(?=pack-)/, ''));

const isChunk = (path) => path.startsWith('pack-');
const isPacked = async (tab) => (await tab.evaluate(asked)).some(isChunk);
const value = () => globalThis.value;

/** Modules that a module imports, so many, and their sum. */
function crowd(count, folder = 'crowd') {
  const names = Array.from({ length: count }, (_, at) => `${folder}/module-${at}.js`);
  const files = names.map((name, at) => [name, `export const own = ${at > -1 ? 1 : 0};`]);
  const imports = names.map(
    (name, at) => `import { own as own${at} } from './${name.split('/')[1]}';`,
  );
  const sum = names.map((_, at) => `own${at}`).join(' + ');
  const all = `${imports.join('\n')}\nexport const sum = ${sum};`;
  return { ...Object.fromEntries(files), [`${folder}/all.js`]: all };
}

const MAIN = `import { sum } from './crowd/all.js';
globalThis.value = sum;
import.meta.hot?.accept('./crowd/all.js', (all) => { globalThis.value = all.sum; });`;

test('pages of many modules are packed at once, and others are served as they are', async (t) => {
  const lines = hearLines(t);
  const large = await startServer(
    t,
    { 'main.js': MAIN, ...crowd(60) },
    { hmr: { ...automatic, logLevel: 'debug' } },
  );
  const tab = await large.open();
  await tab.until(value, 60);
  t.deepEqual(
    (await tab.evaluate(asked)).filter((path) => !isChunk(path)),
    [],
  );
  t.true(await isPacked(tab));
  t.true(lines.some((line) => line.includes('/index.html loads what it can in packs')));
  t.true(lines.some((line) => line.includes('/main.js comes with 62 modules in a pack')));
  await large.project.write('crowd/module-7.js', 'export const own = 41;');
  await tab.until(value, 100);
  wasHot(t, tab);

  const small = await startServer(t, { 'main.js': MAIN, ...crowd(10) }, { hmr: automatic });
  const other = await small.open();
  await other.until(value, 10);
  t.false(await isPacked(other));
});

test('a tab that was loaded before goes on, and reloads where a pack would bring code again', async (t) => {
  const { project, open, hmr } = await startServer(
    t,
    {
      'index.html': PAGE,
      'main.js': `import { count } from './shared.js';
globalThis.value = count();
globalThis.load = () => import('./lazy.js').then(({ seen }) => { globalThis.seen = seen; });
import './hot.js';`,
      'hot.js': 'globalThis.hot = 1;\nimport.meta.hot.accept();',
      'shared.js': 'let calls = 0;\nexport const count = () => (calls += 1);',
      'lazy.js': `import { count } from './shared.js';\nexport const seen = count();`,
      'large.html': PAGE.replace('main.js', 'large.js'),
      'large.js': MAIN,
      ...crowd(60),
    },
    { hmr: automatic },
  );
  const tab = await open();
  await tab.until(value, 1);
  t.false(await isPacked(tab));
  const large = await open('/large.html');
  await large.until(value, 60);
  t.true(await isPacked(large));
  await project.write('hot.js', 'globalThis.hot = 2;\nimport.meta.hot.accept();');
  await tab.until(() => globalThis.hot, 2);
  t.is(tab.loads, 1);
  await tab.evaluate(() => globalThis.load().catch(() => undefined)).catch(() => undefined);
  await tab.loaded(2);
  await tab.connected();
  t.true(
    hmr.events.some(({ type, report }) => type === 'reloaded' && /packs/.test(report.message)),
  );
  await tab.evaluate(() => globalThis.load());
  // One instance.
  t.is(await tab.evaluate(() => globalThis.seen), 2);
  t.is(tab.loads, 2);
});

test('an import map says where the modules of a pack are', async (t) => {
  const map = JSON.stringify({
    imports: { dep: '/one.js', 'lib/': '/lib/' },
    scopes: { '/inner/': { dep: '/two.js' } },
  });
  const { project, open } = await startServer(
    t,
    {
      'index.html': PAGE.replace('<head>', `<head><script type="importmap">${map}</script>`),
      'main.js': `import { value } from 'dep';
import { value as inner } from './inner/use.js';
import { value as lib } from 'lib/three.js';
globalThis.value = [value, inner, lib];
import.meta.hot?.accept('dep', (dep) => { globalThis.value = dep.value; });`,
      'one.js': `export const value = 1;`,
      'two.js': `export const value = 2;`,
      'lib/three.js': `export const value = 3;`,
      'inner/use.js': `export { value } from 'dep';`,
      'plain.html': PAGE.replace('main.js', 'plain.js'),
      'plain.js': `import './one.js';\nglobalThis.value = 'plain';`,
    },
    { hmr: { pack: true } },
  );
  const tab = await open();
  await tab.until(value, [1, 2, 3]);
  t.deepEqual(
    (await tab.evaluate(asked)).filter((path) => !isChunk(path)),
    [],
  );
  await project.write('one.js', 'export const value = 4;');
  await tab.until(value, 4);
  wasHot(t, tab);
  // Pages that do not agree about that get none.
  const plain = await open('/plain.html');
  await plain.until(value, 'plain');
  const again = await open();
  await again.until(value, [4, 2, 3]);
  t.false(await isPacked(again));
});

test('a page gets the module that middleware makes for it', async (t) => {
  const made = { count: 0 };
  const plugin = {
    name: 'made-up',
    serve: ({ path }) =>
      path === '/made-up.js'
        ? { body: `export const made = ${++made.count};`, type: 'js' }
        : undefined,
  };
  const middleware = async (context, next) => {
    await next();
    if (context.path === '/altered.js' && typeof context.body === 'string') {
      context.body = context.body.replace('as written', 'as altered');
    }
    if (context.path === '/visitor.js') context.set('vary', 'cookie');
  };
  const { open } = await startApp(
    t,
    {
      'main.js': `import { sum } from './crowd/all.js';
import { made } from './made-up.js';
globalThis.value = sum;
globalThis.made = made;`,
      ...crowd(5),
      'more.html': PAGE.replace('main.js', 'more.js'),
      'more.js': `import { text } from './altered.js';
import './visitor.js';
import { made } from './made-up.js';
globalThis.value = text;`,
      'altered.js': `export const text = 'as written';`,
      'visitor.js': '',
    },
    { hmr: { pack: true }, before: [plugin], config: { middleware: [middleware] } },
  );
  let last = 0;
  for (let load = 0; load < 3; load++) {
    const tab = await open();
    await tab.until(value, 5);
    t.deepEqual(
      (await tab.evaluate(asked)).filter((path) => !isChunk(path)),
      [],
    );
    // Made anew for each load, as without packs.
    const now = await tab.evaluate(() => globalThis.made);
    t.true(now > last, `${now} after ${last}`);
    last = now;
  }
  const tab = await open('/more.html');
  await tab.until(value, 'as altered');
  t.false(await isPacked(tab));
});

test('@web/dev-server: a reload after an edit comes in a pack again', async (t) => {
  const files = { 'main.js': MAIN, ...crowd(60) };
  const { project, tab, open } = await startApp(t, files, { hmr: automatic });
  await tab.until(value, 60);
  for (const edit of [1, 2]) {
    await project.write('crowd/module-7.js', `export const own = ${1 + edit};`);
    await tab.until(value, 60 + edit);
    const again = await open();
    await again.until(value, 60 + edit);
    const alone = (await again.evaluate(asked)).filter((path) => !isChunk(path));
    t.deepEqual(alone, []);
  }
  wasHot(t, tab);
});

test('a page that names chunks that the server no longer has reloads', async (t) => {
  let isOld = true;
  const { open, hmr } = await startServer(
    t,
    { 'main.js': MAIN, ...crowd(60) },
    {
      hmr: automatic,
      app: (made) => (request, response) => {
        if (request.url === '/main.js' && isOld) {
          isOld = false;
          const { end } = response;
          response.end = (bytes) => {
            response.removeHeader('etag');
            end.call(response, String(bytes).replace(/pack-\w{16}/g, 'pack-0123456789abcdef'));
          };
        }
        alone(made)(request, response);
      },
    },
  );
  const tab = await open();
  await tab.until(value, 60);
  await waitFor(
    () => hmr.events.some(({ type, report }) => type === 'reloaded' && /kept/.test(report.message)),
    () => JSON.stringify(hmr.events),
  );
  t.true(await isPacked(tab));
});
