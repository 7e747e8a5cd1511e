/**
 * HmrEngine from plain JavaScript: the code that comes with an update, asked of the host where only that can make it.
 */

import test from 'ava';
import { Bench, run } from '../helpers/engine.js';
import { waitFor } from '../helpers/wait.js';

/** The urls of bodies. */
const urlsOf = (bodies) => bodies.map(({ definition }) => definition.url);

test('an update brings bodies that the host makes, not the text of the save', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  const make = bench.host;
  bench.host = (url) => `${make(url)}; export const made = true;`;
  bench.add({ 'main.js': "import './a.js'; import.meta.hot.accept('./a.js', () => {});" });
  bench.add({ 'a.js': 'export const a = 1;' });
  await bench.hello(1);
  const { version, stale } = await bench.save('a.js', 'export const a = 2;');
  t.deepEqual(bench.pulls(), [{ preview: ['/a.js'], serve: [] }]);
  const [{ body, kept }] = stale;
  t.is(kept, false);
  t.is(body.value, null);
  t.like(body.definition, { url: '/a.js', version, locals: ['a', 'made'], hot: false });
  t.deepEqual(run(body.code, ['a', 'made']), { a: 2, made: true });
  // The preview is known as the module's code: the engine does not ask again.
  await bench.hello(2, version - 1);
  const missed = await bench.update('/a.js', 2);
  t.deepEqual(missed.stale[0].body, body);
  t.is(bench.pulls().length, 1);
});

test('the host gets one question a save, whatever the number of pages', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'main.js': "import './a.js'; import.meta.hot.accept();", 'a.js': '1;' });
  for (const client of [1, 2, 3]) await bench.hello(client);
  await bench.save('a.js', '2;');
  for (const client of [2, 3]) t.truthy((await bench.update('/a.js', client)).stale[0].body);
  t.is(bench.pulls().length, 1);
});

test('without pages the host is not asked', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'a.js': 'import.meta.hot.accept();' });
  await bench.hello(1);
  bench.engine.disconnect(1);
  const { version } = bench.engine;
  await bench.project.write('a.js', 'import.meta.hot.accept(); // 2');
  await bench.message(({ type }) => type === 'updated');
  t.deepEqual(bench.pulls(), []);
  // A page that comes back is told, with what the host makes then.
  await bench.hello(2, version);
  const { stale } = await bench.update('/a.js', 2);
  t.truthy(stale[0].body);
  t.deepEqual(bench.pulls(), [{ preview: ['/a.js'], serve: [] }]);
});

test('an update adds modules that new code imports for the first time, and their imports', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'main.js': 'import.meta.hot.accept();' });
  bench.project.writeNow('new.js', "export { b } from './deep.js?x';");
  bench.project.writeNow('deep.js', "export const b = 1; import '/node_modules/pkg/main.js';");
  bench.project.writeNow('node_modules/pkg/main.js', '1;');
  await bench.hello(1);
  const main = "import { b } from './new.js'; import 'bare'; import.meta.hot.accept();";
  const { stale, added } = await bench.save('main.js', main);
  t.deepEqual(urlsOf(added), ['/new.js', '/deep.js?x']);
  t.deepEqual(
    stale[0].body.definition.imports.map(({ url, plain }) => [url, plain]),
    [
      ['/new.js', false],
      [null, true],
    ],
  );
  t.deepEqual(bench.pulls(), [
    { preview: ['/main.js'], serve: [] },
    { preview: [], serve: ['/new.js'] },
    { preview: [], serve: ['/deep.js?x'] },
  ]);
  // They are followed as if a page had asked for them, and the page has their bodies.
  const next = await bench.save('deep.js', 'export const b = 2;');
  t.deepEqual(
    next.stale.map(({ url, kept }) => [url, kept]),
    [
      ['/deep.js?x', false],
      ['/new.js', true],
      ['/main.js', true],
    ],
  );
  t.deepEqual(next.added, []);
});

test('a missing import is not added', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'main.js': 'import.meta.hot.accept();' });
  await bench.hello(1);
  const main = "import './none.js'; import.meta.hot.accept();";
  const { stale, added } = await bench.save('main.js', main);
  t.deepEqual(added, []);
  t.is(stale[0].body.definition.imports[0].url, '/none.js');
});

test('a module that the host cannot make is an error and not an update', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  const make = bench.host;
  const files = { 'a.ts': 'import.meta.hot.accept();', 'b.ts': 'import.meta.hot.accept();' };
  bench.add(files);
  await bench.hello(1);
  bench.host = (url) => {
    if (url === '/a.ts') throw new Error('HTTP status 500');
    return make(url);
  };
  await bench.project.write('a.ts', 'import.meta.hot.accept(); // 2');
  const { diagnostics } = await bench.message(
    ({ client, type }) => client === 1 && type === 'error',
  );
  t.like(diagnostics[0], {
    severity: 'error',
    url: '/a.ts',
    file: bench.project.path('a.ts'),
    message: 'the dev server could not make it: HTTP status 500',
  });
  t.deepEqual((await bench.save('b.ts', 'import.meta.hot.accept(); // 2')).changed, ['/b.ts']);
  // The same bytes again are a change now, since no page has them.
  bench.host = make;
  const { stale } = await bench.save('a.ts', 'import.meta.hot.accept(); // 2');
  t.is(stale[0].body.code.includes('// 2'), true);
  t.deepEqual((await bench.message(({ type }) => type === 'recovered')).urls, ['/a.ts']);
  t.is(bench.updates().length, 2);
});

test('broken code from the host is an error and not an update', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'a.js': 'import.meta.hot.accept();' });
  await bench.hello(1);
  bench.host = () => 'const a = ;';
  await bench.project.write('a.js', 'import.meta.hot.accept(); // 2');
  const { diagnostics } = await bench.message(
    ({ client, type }) => client === 1 && type === 'error',
  );
  t.like(diagnostics[0], { severity: 'error', url: '/a.js', line: 1 });
  bench.host = () => 'import.meta.hot.accept(); // 3';
  await bench.save('a.js', 'import.meta.hot.accept(); // 3');
  t.is(bench.updates().length, 1);
});

test('unchanged code from the host sends no update', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'a.js': 'import.meta.hot.accept();', 'b.js': 'import.meta.hot.accept();' });
  await bench.hello(1);
  const make = bench.host;
  bench.host = (url) => (url === '/a.js' ? 'import.meta.hot.accept();' : make(url));
  await bench.project.write('a.js', 'import.meta.hot.accept(); // a comment');
  await bench.message(({ type }) => type === 'pull');
  await bench.save('b.js', 'import.meta.hot.accept(); // 2');
  t.deepEqual(
    bench.updates().flatMap(({ changed }) => changed),
    ['/b.js'],
  );
});

test('changes wait while the host is asked, and come after', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'a.js': 'import.meta.hot.accept();', 'b.js': 'import.meta.hot.accept();' });
  await bench.hello(1);
  const make = bench.host;
  bench.host = null;
  await bench.project.write('a.js', 'import.meta.hot.accept(); // 2');
  const question = await bench.message(({ type }) => type === 'pull');
  await bench.project.write('b.js', 'import.meta.hot.accept(); // 2');
  bench.host = make;
  bench.answer(question);
  await bench.update('/b.js');
  t.deepEqual(
    bench.updates().map(({ changed }) => changed),
    [['/a.js'], ['/b.js']],
  );
  bench.engine.pulled(question.question, []);
  bench.engine.pulled(99, [{ url: '/a.js', message: 'never asked' }]);
  await bench.save('a.js', 'import.meta.hot.accept(); // 3');
});

test('a page asks for bodies and gets those that exist', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({
    'main.js': "import './a.js'; import.meta.hot.accept();",
    'a.js': 'export let a = 1;',
  });
  bench.serve('node_modules/pkg/main.js', '1;');
  await bench.hello(1);
  const bodiesFor = async (question, urls, client = 1) => {
    bench.say(client, { type: 'want', question, urls });
    const found = await bench.message(
      (said) => said.type === 'bodies' && said.question === question,
    );
    t.is(found.client, client);
    return found.bodies;
  };
  const urls = ['/a.js', '/main.js', '/none.js', '/node_modules/pkg/main.js', 'http://a/b.js'];
  const bodies = await bodiesFor(1, urls);
  t.deepEqual(urlsOf(bodies), ['/a.js', '/main.js']);
  t.deepEqual(run(bodies[0].code, ['a']), { a: 1 });
  t.deepEqual(bench.pulls(), []);
  // What changed without a page to tell is asked of the host.
  bench.engine.disconnect(1);
  const { version } = bench.engine;
  await bench.project.write('a.js', 'export let a = 2;');
  await bench.message(({ type }) => type === 'updated');
  await bench.hello(2, bench.engine.version);
  const [body] = await bodiesFor(2, ['/a.js'], 2);
  t.deepEqual(run(body.code, ['a']), { a: 2 });
  t.is(body.definition.version, version + 1);
  t.deepEqual(bench.pulls(), [{ preview: ['/a.js'], serve: [] }]);
  // A module that is only known to be imported is served to no other page.
  bench.project.writeNow('late.js', 'export let late = 1;');
  bench.serve('main.js', "import('./late.js'); import.meta.hot.accept();");
  t.deepEqual(urlsOf(await bodiesFor(3, ['/late.js'], 2)), ['/late.js']);
});

test('a host that serves files as they are is not asked about a save', async (t) => {
  const bench = new Bench(t, {}, { pulls: true, servesFiles: true });
  bench.add({ 'main.js': "import './a.js'; import.meta.hot.accept();", 'a.js': '1;' });
  bench.project.writeNow('b.js', '1;');
  await bench.hello(1);
  const { stale, added } = await bench.save('a.js', "import './b.js'; 2;");
  t.true(stale[0].body.code.includes('2;'), stale[0].body.code);
  t.deepEqual(urlsOf(added), ['/b.js']);
  t.deepEqual(bench.pulls(), [{ preview: [], serve: ['/b.js'] }]);
});

test('a module that is imported as text is data, whatever its name', async (t) => {
  const text = (number) => `this is no code ${number}`;
  for (const options of [{}, { pulls: true }, { servesFiles: true }]) {
    const bench = new Bench(t, {}, options);
    const source = `import text from './x.js' with { type: 'text' }; import.meta.hot.accept();`;
    bench.add({ 'main.js': source });
    bench.project.writeNow('x.js', text(1));
    // As a browser asks for it.
    const file = bench.project.path('x.js');
    bench.engine.serveResource('/x.js', 'asset', file, Date.now(), text(1));
    await bench.hello(1);
    for (const number of [2, 3]) {
      const { changed, stale } = await bench.save('x.js', text(number));
      t.deepEqual(changed, ['/x.js']);
      t.deepEqual(
        stale.map(({ url, kind }) => [url, kind]),
        [
          ['/x.js', 'asset'],
          ['/main.js', 'script'],
        ],
      );
      t.is(stale[0].body.value, text(number));
      t.is(stale[0].body.code, null);
    }
    const { stale } = await bench.save('main.js', `${source} // 2`);
    if (options.pulls || options.servesFiles) {
      const [link] = stale[0].body.definition.imports;
      t.deepEqual([link.url, link.kind, link.attributes], ['/x.js', 'other', { type: 'text' }]);
    }
    t.false(bench.said.some(({ type }) => type === 'diagnostics' || type === 'error'));
  }
});

/** Milliseconds of work that no two saves may take, however much there is to do: it is a fraction of that. */
const HELD_UP = 5000;

/** Milliseconds that a machine which has other things to do may take for it. */
const LONGEST = 60_000;

for (const [which, code] of [
  ['the host has', 'export {};'],
  ['the host does not have', undefined],
]) {
  test(`a save with 50,000 new imports of modules that ${which} does not hold up the next one`, async (t) => {
    const bench = new Bench(t, {}, { pulls: true });
    const { host } = bench;
    bench.host = (url) => {
      if (!url.startsWith('/many/')) return host(url);
      if (code === undefined) throw new Error('not found');
      return code;
    };
    const hot = 'import.meta.hot.accept();';
    bench.add({ 'main.js': hot, 'other.js': hot });
    await bench.hello(1);
    const imports = Array.from({ length: 50_000 }, (_, at) => `import './many/${at}.js';\n`);
    const isTold = (url, count) => {
      const updates = () => bench.updates().filter(({ changed }) => changed[0] === url);
      return waitFor(
        () => updates().length >= count,
        () => `${updates().length} updates of ${url}, expected ${count}`,
        LONGEST,
      );
    };
    for (const count of [1, 2]) {
      const before = process.cpuUsage();
      await bench.project.write('main.js', `${imports.join('')}${hot} // ${count}`);
      await isTold('/main.js', count);
      await bench.project.write('other.js', `${hot} // ${count}`);
      await isTold('/other.js', count);
      const { user, system } = process.cpuUsage(before);
      t.true(user + system < HELD_UP * 1000, `${(user + system) / 1000} ms`);
    }
  });
}

test('a JSON module comes by its value', async (t) => {
  const bench = new Bench(t, { 'data.json': '1' });
  const main = `import data from './data.json' with { type: 'json' }; import.meta.hot.accept();`;
  bench.add({ 'main.js': main });
  const file = bench.project.path('data.json');
  bench.engine.serveResource('/data.json', 'asset', file, Date.now(), '1');
  await bench.hello(1);
  const { stale } = await bench.save('data.json', '{"a": 2}');
  t.deepEqual(
    stale.map(({ url, kind, body }) => [url, kind, body.code === null, body.value]),
    [
      ['/data.json', 'asset', true, '{"a": 2}'],
      ['/main.js', 'script', false, null],
    ],
  );
  t.deepEqual(stale[0].body.definition.locals, ['default']);
});

test('code that cannot be a body comes without one', async (t) => {
  const bench = new Bench(t, {}, { servesFiles: true });
  bench.add({
    'eval.js': 'import.meta.hot.accept();',
    'a.css': 'p {}',
  });
  await bench.hello(1);
  const refused = await bench.save('eval.js', "import { a } from './a.js'; eval('a');");
  t.is(refused.stale[0].body, null);
});
