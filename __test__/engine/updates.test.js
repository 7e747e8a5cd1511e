/**
 * HmrEngine from plain JavaScript: what it says when files change.
 */

import { utimesSync } from 'node:fs';
import test from 'ava';
import { Bench } from '../helpers/engine.js';
import { isAsSpecified } from '../helpers/spec.js';
import { waitFor } from '../helpers/wait.js';

test('the update of a chain names what is stale, who imports it and who accepts', async (t) => {
  const bench = new Bench(t, {});
  bench.add({
    'main.js': `import './view.js';\nimport.meta.hot.accept('./view.js', () => {});`,
    'view.js': `import './model.js';\nimport './other.js';`,
    'model.js': 'export const a = 1;',
    'other.js': 'export const b = 1;',
  });
  const before = bench.engine.version;
  // Importers are in the order in which the engine got to know them: those above come first.
  await bench.hello(1);
  bench.add({ 'self.js': `import './model.js';\nimport.meta.hot.accept();` });
  bench.engine.servePage('/index.html', '/', ['./main.js', 'self.js']);
  await bench.project.write('model.js', 'export const a = 2;');
  const { client, ...update } = await bench.update('/model.js');
  const version = before + 1;
  t.is(client, 1);
  // What was saved only the host can make code of, which says nothing here. The rest is as it was served.
  t.deepEqual(
    update.stale.map(({ body }) => body?.definition.url ?? null),
    [null, '/view.js', '/self.js'],
  );
  for (const module of update.stale) delete module.body;
  // Versions are counted from the start of the test.
  const counted = JSON.stringify(update, (key, it) => (key === 'version' ? it - before : it));
  isAsSpecified(t, 'engine/chain', JSON.parse(counted));
  const event = await bench.message((said) => said.client === 0 && said.type === 'updated');
  t.deepEqual(event, {
    client: 0,
    type: 'updated',
    version,
    files: [bench.project.path('model.js')],
    stale: 3,
    pages: 1,
  });
});

test('pages get nothing before hello and after they went away', async (t) => {
  const bench = new Bench(t, {});
  bench.add({ 'a.js': '1' });
  bench.engine.connect(1);
  bench.engine.connect(2);
  const connected = await bench.hello(3);
  t.deepEqual(connected, {
    client: 3,
    type: 'connected',
    session: bench.engine.session,
    version: bench.engine.version,
  });
  bench.engine.disconnect(2);
  await bench.project.write('a.js', '2');
  await bench.update('/a.js', 3);
  bench.engine.disconnect(3);
  await bench.hello(4);
  await bench.project.write('a.js', '3');
  await bench.update('/a.js', 4);
  t.deepEqual(
    [1, 2, 3, 4].map((client) => bench.updates(client).length),
    [0, 0, 1, 1],
  );
});

test('invalidate goes on to the importers, once, and leaves a trail', async (t) => {
  const bench = new Bench(t, {});
  bench.add({
    'main.js': `import './a.js';\nimport.meta.hot.accept('./a.js', () => {});`,
    'a.js': 'import.meta.hot.accept(() => import.meta.hot.invalidate());',
  });
  await Promise.all([bench.hello(1), bench.hello(2)]);
  await bench.project.write('a.js', 'import.meta.hot.accept();');
  const { version } = await bench.update('/a.js');
  const gaveUp = { type: 'invalidate', url: '/a.js', version, message: 'too much', trail: [] };
  for (const client of [1, 2, 1, 2, 1]) bench.say(client, gaveUp);
  const update = await bench.message((said) => said.invalidated);
  t.is(update.version, version + 1);
  t.deepEqual(update.changed, ['/a.js']);
  t.deepEqual(update.invalidated, { message: 'too much', trail: ['/a.js'] });
  t.deepEqual(update.stale[0].importers, [{ url: '/main.js', accepts: ['./a.js'], uses: [] }]);
  await bench.project.write('a.js', 'import.meta.hot.accept(); // again');
  await waitFor(
    () => bench.updates(2).at(-1)?.version >= version + 2,
    () => JSON.stringify(bench.said),
  );
  t.is(bench.updates(1).length, 3);
  t.is(bench.said.filter((said) => said.type === 'invalidated').length, 1);
});

test('invalidate evaluates a module again that had accepted a dependency', async (t) => {
  const bench = new Bench(t, {});
  bench.add({
    'top.js': `import './main.js';\nimport.meta.hot.accept('./main.js', () => {});`,
    'main.js': `import './a.js';\nimport.meta.hot.accept('./a.js', () => import.meta.hot.invalidate());`,
    'a.js': '1',
  });
  await bench.hello(1);
  await bench.project.write('a.js', '2');
  const { version } = await bench.update('/a.js');
  bench.say(1, { type: 'invalidate', url: '/main.js', version, message: null, trail: [] });
  const update = await bench.message((said) => said.invalidated);
  t.deepEqual(
    update.stale.map((module) => [module.url, module.version]),
    [['/main.js', version + 1]],
  );
});

test('an update tells which exports importers use of a module that accepts some', async (t) => {
  const bench = new Bench(t, {});
  bench.add({
    'main.js': `import { a, b as c } from './dep.js';\nimport './dep.js';`,
    'lazy.js': `export const load = () => import('./dep.js');`,
    'dep.js': `export let a, b;\nexport default 1;\nimport.meta.hot.acceptExports(['a', 'b']);`,
  });
  await bench.hello(1);
  await bench.project.write('dep.js', '2');
  const [dep, ...importers] = (await bench.update('/dep.js')).stale;
  t.is(dep.acceptance, 'exports');
  t.deepEqual(dep.importers, [
    { url: '/main.js', accepts: [], uses: ['a', 'b'] },
    { url: '/lazy.js', accepts: [], uses: ['a', 'b', 'default'] },
  ]);
  t.deepEqual(
    importers.map(({ url }) => url),
    ['/main.js', '/lazy.js'],
    'one of them uses the default export, which is not accepted',
  );
});

test("a page's report of what it registered goes into the graph", async (t) => {
  const bench = new Bench(t, {});
  bench.add({
    'main.js': `import './dep.js';\nhelper(import.meta.hot);`,
    'dep.js': '1',
  });
  await bench.hello(1);
  bench.say(1, {
    type: 'accepts',
    url: '/main.js',
    version: 0,
    self: false,
    deps: ['./dep.js'],
    declined: false,
  });
  await bench.project.write('dep.js', '2');
  const { stale } = await bench.update('/dep.js');
  t.deepEqual(stale[0].importers, [{ url: '/main.js', accepts: ['./dep.js'], uses: [] }]);
});

test('a save of equal bytes is no change', async (t) => {
  const bench = new Bench(t, {});
  bench.add({ 'a.js': 'export const a = 1;', 'b.js': '1' });
  await bench.hello(1);
  await bench.project.write('a.js', 'export const a = 1;');
  await bench.project.writeAtomically('a.js', 'export const a = 1;');
  await bench.project.write('b.js', '2');
  await bench.update('/b.js');
  t.deepEqual(
    bench.updates().flatMap((update) => update.changed),
    ['/b.js'],
  );
});

test('an answer from before the last change is ignored', async (t) => {
  const dep = (value) => `import './leaf.js'; export const a = ${value};`;
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'main.js': "import './dep.js';", 'leaf.js': '1;', 'dep.js': dep(1) });
  await bench.hello(1);
  await bench.save('dep.js', dep(2));
  const since = bench.engine.version;
  const { version } = await bench.save('dep.js', dep(3));
  // Requested before, and answered now.
  const late = `import.meta.hot.accept(); ${dep(2)}`;
  const shell = bench.serve('dep.js', late, '/dep.js', since);
  t.true(shell.includes('import{define'), 'it is served all the same');
  const { stale } = await bench.save('leaf.js', '2;');
  const found = stale.find(({ url }) => url === '/dep.js');
  t.is(found.acceptance, 'none');
  t.true(found.kept, 'the page has the newest body');
  // An answer to a request from after it counts.
  bench.serve('dep.js', late, '/dep.js', version);
  const again = await bench.save('leaf.js', '3;');
  t.is(again.stale.find(({ url }) => url === '/dep.js').acceptance, 'accepts');
});

test('no save between reading and serving is lost', async (t) => {
  const bench = new Bench(t, {});
  const names = Array.from({ length: 20 }, (_, index) => `${index}.js`);
  await bench.hello(1);
  for (const name of names) {
    bench.project.writeNow(name, 'one');
    const requestedAt = Date.now();
    bench.project.writeNow(name, 'two');
    bench.engine.serveScript(`/${name}`, 'one', bench.project.path(name), requestedAt);
  }
  await waitFor(
    () => new Set(bench.updates().flatMap((update) => update.changed)).size === names.length,
    () => `only these: ${JSON.stringify(bench.updates().flatMap((update) => update.changed))}`,
  );
  t.pass();
});

test('code that cannot be served is an error and not an update, until it is good again', async (t) => {
  const bench = new Bench(t, {});
  bench.add({ 'a.js': 'export const a = 1;\n' });
  await bench.hello(1);
  await bench.project.write('a.js', 'export const a = 1;\nexport const b = ;\n');
  const { diagnostics } = await bench.message((said) => said.client === 1 && said.type === 'error');
  const [{ severity, url, file, line, column, frame }] = diagnostics;
  t.like(
    { severity, url, file, line, column },
    { severity: 'error', url: '/a.js', file: bench.project.path('a.js'), line: 2, column: 18 },
  );
  t.true(frame.includes('export const b = ;'), frame);
  const { diagnostics: told } = await bench.message((said) => said.type === 'diagnostics');
  t.deepEqual(told, diagnostics);
  await bench.hello(2);
  t.truthy(await bench.message((said) => said.client === 2 && said.type === 'error'));
  await bench.project.write('a.js', 'export const a = 2;\n');
  await bench.update('/a.js');
  const recovered = await bench.message((said) => said.client === 1 && said.type === 'recovered');
  t.deepEqual(recovered.urls, ['/a.js']);
  t.is(bench.updates().length, 1);
});

test('fileChanged updates a virtual module', async (t) => {
  const bench = new Bench(t, {});
  bench.serve('virtual.js', 'export const a = 1;');
  await bench.hello(1);
  for (const round of [1, 2]) {
    bench.engine.fileChanged(bench.project.path('virtual.js'));
    await waitFor(
      () => bench.updates().length === round,
      () => JSON.stringify(bench.said),
    );
    bench.serve('virtual.js', `export const a = ${round + 1};`);
  }
  t.deepEqual(bench.updates()[1].changed, ['/virtual.js']);
});

test('fileChanged does nothing for a file that is watched, or that was never served', async (t) => {
  const bench = new Bench(t, {});
  bench.add({ 'a.js': '1', 'b.js': '1' });
  await bench.hello(1);
  bench.engine.fileChanged(bench.project.path('a.js'));
  bench.engine.fileChanged(bench.project.path('none.js'));
  await bench.project.write('b.js', '2');
  await bench.update('/b.js');
  t.is(bench.updates().length, 1);
});

test('watch: false sees only changes that it is told of', async (t) => {
  const bench = new Bench(t, {}, { watch: false });
  bench.add({ 'a.js': '1', 'b.js': '1' });
  await bench.hello(1);
  await bench.project.write('a.js', '2');
  await bench.project.write('b.js', '2');
  bench.engine.fileChanged(bench.project.path('b.js'));
  await bench.update('/b.js');
  bench.engine.fileChanged(bench.project.path('b.js'));
  bench.engine.fileChanged(bench.project.path('a.js'));
  await bench.update('/a.js');
  t.deepEqual(
    bench.updates().map((update) => update.changed),
    [['/b.js'], ['/a.js']],
  );
});

test('edits of style sheets, JSON and pages are updates of their kind', async (t) => {
  const bench = new Bench(t, { 'a.css': 'a{}', 'a.json': '{}', 'index.html': 'one' });
  const { engine, project } = bench;
  const names = ['a.css', 'a.json', 'index.html'];
  const [css, json, page] = names.map((name) => project.path(name));
  // The engine can only tell by the time whether resources changed since a page asked for them.
  for (const file of [css, json, page]) utimesSync(file, 1, 1);
  engine.serveResource('/a.css', 'style', css, Date.now());
  engine.serveResource('/a.json', 'asset', json, Date.now(), '{}');
  engine.servePage('/index.html', '/', ['a.css', './a.json'], page, Date.now());
  await bench.hello(1);
  await project.write('a.json', '{ "a": }');
  const error = await bench.message((said) => said.client === 1 && said.type === 'error');
  t.is(error.diagnostics[0].url, '/a.json');
  for (const [name, kind, content] of [
    ['a.css', 'style', 'a{color:red}'],
    ['a.json', 'asset', '{"a":1}'],
    ['index.html', 'page', 'two'],
  ]) {
    await project.write(name, content);
    const { stale } = await bench.update(`/${name}`);
    t.is(stale[0].kind, kind);
    t.deepEqual(
      stale[0].importers,
      kind === 'page' ? [] : [{ url: '/index.html', accepts: [], uses: [] }],
    );
  }
});

test('a stamped style sheet imports stamped ones, an unstamped one is served as it is', (t) => {
  const { engine } = new Bench(t, {});
  const source = '@import url("lib/b.css") screen; p { color: red }';
  const serve = (url) => engine.serveResource(url, 'style', null, null, source);
  t.is(serve('/a.css'), null);
  t.is(serve('/a.css?__hot=7'), source.replace('b.css', 'b.css?__hot=7'));
  t.is(engine.serveResource('/a.css?__hot=7', 'asset', null, null, source), null);
});

test('a module that was missing when it was asked for is a script', async (t) => {
  const bench = new Bench(t, {});
  const { engine, project } = bench;
  engine.serveResource('/new.js', 'script', project.path('new.js'), Date.now());
  await bench.hello(1);
  await project.write('new.js', 'export const a = 1;');
  const { stale } = await bench.update('/new.js');
  t.is(stale[0].kind, 'script');
});

/** The urls of bodies. */
const urlsOf = (bodies) => bodies.map(({ definition }) => definition.url);

test('one file under two urls is two modules, and both change', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'main.js': "import './a.js'; import './a.js?x'; import.meta.hot.accept();" });
  bench.add({ 'a.js': 'export let a = 1;' });
  bench.serve('a.js', 'export let a = 1;', '/a.js?x');
  await bench.hello(1);
  const { changed, stale } = await bench.save('a.js', 'export let a = 2;');
  t.deepEqual(changed, ['/a.js', '/a.js?x']);
  t.deepEqual(urlsOf(stale.map(({ body }) => body)), ['/a.js', '/a.js?x', '/main.js']);
  t.is(stale[0].body.definition.hash, stale[1].body.definition.hash);
});

test("a page's report of code that is no longer the newest is dropped", async (t) => {
  const bench = new Bench(t, {}, { servesFiles: true });
  bench.add({ 'main.js': "import './dep.js'; helper(import.meta.hot);", 'dep.js': '1' });
  await bench.hello(1);
  const report = { type: 'accepts', url: '/main.js', self: true, deps: [], declined: false };
  const accepted = async (text) => (await bench.save('dep.js', text)).stale[1].acceptance;
  bench.say(1, { ...report, version: 0 });
  t.is(await accepted('2'), 'accepts');
  const { version, stale } = await bench.save(
    'main.js',
    "import './dep.js'; helper(import.meta.hot); 2;",
  );
  t.true(stale[0].body.definition.reports);
  t.is(await accepted('3'), 'none');
  bench.say(1, { ...report, version: version - 1 });
  t.is(await accepted('4'), 'none');
  bench.say(1, { ...report, version });
  t.is(await accepted('5'), 'accepts');
});

test('a package accepts nothing, whatever its code says', async (t) => {
  const bench = new Bench(t, {});
  bench.add({ 'main.js': "import '/node_modules/pkg/main.js'; import.meta.hot.accept();" });
  bench.add({ 'node_modules/pkg/main.js': 'import.meta.hot?.accept();' });
  await bench.hello(1);
  const { stale } = await bench.save('node_modules/pkg/main.js', 'import.meta.hot?.accept(); // 2');
  t.deepEqual(
    stale.map(({ url, acceptance }) => [url, acceptance]),
    [
      ['/node_modules/pkg/main.js', 'none'],
      ['/main.js', 'accepts'],
    ],
  );
});
