/**
 * Packs of later imports: an idle page fetches them, and none of their code runs.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { get } from '../helpers/attack.js';
import { closeBrowser } from '../helpers/browser.js';
import { startServer } from '../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const packed = { pack: true };

const POLICY = "script-src 'nonce-abc' 'strict-dynamic'";

const FILES = {
  'index.html': `<!doctype html><html><head></head><body>
<script type="module" nonce="abc" src="./main.js"></script></body></html>`,
  'main.js': `import { name } from './shared.js';
globalThis.value = name;
globalThis.load = () => import('./later.js').then(({ text }) => { globalThis.value = text; });
import.meta.hot.accept();`,
  'shared.js': `export const name = 'page';`,
  'later.js': `import { name } from './shared.js';
import { end } from './end.js';
import './more.js';
export const text = name + end;
globalThis.ran = true;
import.meta.hot.accept();`,
  'end.js': `export const end = '!';`,
  'more.js': `globalThis.load = () => import('./last.js').then(({ text }) => { globalThis.value = text; });`,
  'last.js': `import './last-helper.js';\nexport const text = 'last';`,
  'last-helper.js': 'globalThis.last = true;',
};

/** The chunks that a tab has asked for, and the other scripts that are files. */
const asked = () => {
  const paths = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name).pathname)
    .filter((path) => path.endsWith('.js'));
  return {
    chunks: paths.filter((path) => path.includes('/pack-')).length,
    files: paths.filter((path) => !path.startsWith('/__hotgraph/')),
  };
};

const chunks = () =>
  performance.getEntriesByType('resource').filter(({ name }) => name.includes('/pack-')).length;

const value = () => globalThis.value;

const HOSTS = {
  'createHmr()': async (t) => {
    const { project, open } = await startServer(t, FILES, {
      hmr: packed,
      app: (hmr) => (request, response) => {
        response.setHeader('content-security-policy', POLICY);
        hmr.middleware(request, response, () => response.writeHead(404).end());
      },
    });
    return { project, tab: await open() };
  },
  'hmrPlugin()': (t) =>
    startApp(t, FILES, {
      hmr: packed,
      config: {
        middleware: [
          (context, next) => {
            context.set('content-security-policy', POLICY);
            return next();
          },
        ],
      },
    }),
};

for (const [who, headers] of Object.entries({
  'another site': { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
  'a page of another name': { host: 'evil.example' },
})) {
  test(`${who} does not learn what an idle page can fetch`, async (t) => {
    const { open, origin } = await startServer(t, FILES, { hmr: packed });
    const tab = await open();
    await tab.until(chunks, 3);
    const client = await tab.evaluate(
      () => new URL(document.querySelector('script[src*="/__hotgraph/"]').src).pathname,
    );
    const path = `${client.replace('main.js', 'ahead.js')}?of=/main.js`;
    const asked = { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'cors' };
    t.true((await get(origin, path, asked)).body.includes('/pack-'));
    t.false((await get(origin, path, { ...asked, ...headers })).body.includes('/pack-'));
  });
}

for (const [host, start] of Object.entries(HOSTS)) {
  test(`${host}: an idle page fetches what it may import later, and runs none of it`, async (t) => {
    const { tab } = await start(t);
    await tab.until(value, 'page');
    // Its own, what the later import shares with it, and the rest of that.
    await tab.until(chunks, 3);
    t.deepEqual((await tab.evaluate(asked)).files, ['/main.js']);
    t.is(await tab.evaluate(() => globalThis.ran), undefined);

    await tab.evaluate(() => globalThis.load());
    await tab.until(value, 'page!');
    t.deepEqual((await tab.evaluate(asked)).files, ['/main.js', '/later.js']);

    // What that may import is fetched next.
    await tab.until(chunks, 4);
    t.is(await tab.evaluate(() => globalThis.last), undefined);
    await tab.evaluate(() => globalThis.load());
    await tab.until(value, 'last');
    t.is(await tab.evaluate(chunks), 4);
    t.deepEqual(tab.errors, []);
  });

  test(`${host}: a module that was fetched ahead and saved before its import has the new code`, async (t) => {
    const { project, tab } = await start(t);
    await tab.until(chunks, 3);
    await project.write('end.js', `export const end = '?';`);
    await tab.evaluate(() => globalThis.load());
    await tab.until(value, 'page?');
    t.is(tab.loads, 1);
  });
}
