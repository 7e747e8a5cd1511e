// biome-ignore-all lint/suspicious/noTemplateCurlyInString: bodies are texts of code
/**
 * Modules that leave the page, and come back.
 */

import test from 'ava';
import { openPage } from '../../helpers/page.js';

/** A module whose `load()` imports lazy.js. */
const LOADER = {
  locals: ['load'],
  functions: ['load'],
  code: 'function load() { return $hot_x.import("./lazy.js"); }',
};

test('a module that left is evaluated again when it is imported again', async (t) => {
  const lazy = (number) => ({
    locals: ['value'],
    code: `const value = ${number}; note("lazy ${number}"); $hot_m.hot.data.seen = true; $hot_m.hot.accept();
      $hot_m.hot.dispose(() => note("dispose")); $hot_m.hot.prune(() => note("prune"));`,
  });
  const page = openPage(t, {
    '/main.js': LOADER,
    '/lazy.js': lazy(1),
  });
  const main = await page.import('/main.js');
  const native = await page.import('/lazy.js');
  page.runtime.start();
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/lazy.js', '/never-loaded.js'] });
  await page.runtime.idle;
  page.answer({ '/lazy.js': lazy(2) });
  t.is((await main.load()).value, 2);
  t.is(native.value, 2);
  t.is(await main.load(), await main.load());
  t.deepEqual(page.take(), ['lazy 1', 'dispose', 'prune', 'forget /lazy.js', 'lazy 2']);
});

test('a module that code imported dynamically, and that left, is evaluated again', async (t) => {
  const load = (number) => ({
    locals: ['load'],
    functions: ['load'],
    code: `function load() { return ${number === 2 ? '0' : '$hot_x.import("./lazy.js")'}; } $hot_m.hot.accept();`,
  });
  const lazy = (number) => ({
    locals: ['value'],
    code: `const value = ${number}; note("lazy ${number}");`,
  });
  const page = openPage(t, { '/main.js': load(1), '/lazy.js': lazy(1) });
  const main = await page.import('/main.js');
  page.runtime.start();
  t.is((await main.load()).value, 1);
  await page.update({ '/main.js': load(2) }, [['/main.js', {}]]);
  page.runtime.receive({ type: 'prune', version: page.newest, urls: ['/lazy.js'] });
  await page.runtime.idle;
  await page.update({ '/main.js': load(3) }, [['/main.js', {}]]);
  page.answer({ '/lazy.js': lazy(2) });
  t.is((await main.load()).value, 2);
  t.deepEqual(page.take(), ['lazy 1', 'forget /lazy.js', 'lazy 2']);
});

/** A page whose main.js imports lazy.js when it is told to, which imports part.js. */
function openLazy(t) {
  const leaf = (name) => ({
    locals: ['value'],
    code: `const value = {}; note("run ${name}"); $hot_m.hot.accept(); $hot_m.hot.prune(() => note("prune ${name}"));
      $hot_m.hot.on("vite:beforePrune", () => globalThis.imports?.());`,
  });
  return openPage(t, {
    '/main.js': LOADER,
    '/lazy.js': { ...leaf('lazy'), imports: [['./part.js']] },
    '/part.js': leaf('part'),
  });
}

test('a module that code in force has imported stays when it is to be pruned, and so do its imports', async (t) => {
  const page = openLazy(t);
  const main = await page.import('/main.js');
  await page.import('/lazy.js');
  const { value } = await main.load();
  page.runtime.start();
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/lazy.js', '/part.js'] });
  await page.runtime.idle;
  t.deepEqual(page.take(), ['run part', 'run lazy']);
  t.is((await main.load()).value, value);
});

test('a module that code imports while its pruning begins stays', async (t) => {
  const page = openLazy(t);
  const main = await page.import('/main.js');
  await page.import('/lazy.js');
  page.runtime.start();
  globalThis.imports = main.load;
  t.teardown(() => delete globalThis.imports);
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/lazy.js', '/part.js'] });
  await page.runtime.idle;
  t.deepEqual(page.take(), ['run part', 'run lazy']);
});

test('a module that code imports while it is let go is made anew afterwards', async (t) => {
  const lazy = (number) => ({
    locals: ['value'],
    code: `const value = ${number}; note("run ${number}"); $hot_m.hot.accept();
      $hot_m.hot.dispose(async () => { note("dispose"); globalThis.imports?.(); await null; await null; note("gone"); });`,
  });
  const page = openPage(t, {
    '/main.js': LOADER,
    '/lazy.js': lazy(1),
  });
  const main = await page.import('/main.js');
  await page.import('/lazy.js');
  page.runtime.start();
  page.answer({ '/lazy.js': lazy(2) });
  let imported;
  globalThis.imports = () => {
    imported = main.load();
  };
  t.teardown(() => delete globalThis.imports);
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/lazy.js'] });
  await page.runtime.idle;
  t.is((await imported).value, 2);
  t.deepEqual(page.take(), ['run 1', 'dispose', 'gone', 'forget /lazy.js', 'run 2']);
});
