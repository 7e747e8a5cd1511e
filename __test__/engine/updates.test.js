/**
 * HmrEngine from plain JavaScript: what it says when files change, and to whom.
 */

import { utimesSync } from 'node:fs';
import test from 'ava';
import { waitFor } from '../helpers/browser.js';
import { Bench, run } from '../helpers/engine.js';

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
  t.deepEqual(update, {
    type: 'update',
    version,
    changed: ['/model.js'],
    stale: [
      {
        url: '/model.js',
        version,
        kind: 'script',
        kept: false,
        acceptance: 'none',
        importers: [
          { url: '/view.js', accepts: [], uses: [] },
          { url: '/self.js', accepts: [], uses: [] },
        ],
      },
      {
        url: '/view.js',
        version,
        kind: 'script',
        kept: false,
        acceptance: 'none',
        importers: [{ url: '/main.js', accepts: ['./view.js'], uses: [] }],
      },
      {
        url: '/self.js',
        version,
        kind: 'script',
        kept: false,
        acceptance: 'accepts',
        importers: [{ url: '/index.html', accepts: [], uses: [] }],
      },
    ],
    added: [],
    departures: [],
    invalidated: null,
  });
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

test('what importers use of a module that accepts some exports is told', async (t) => {
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

test('what a page reports that it registered goes into the graph', async (t) => {
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

test('a later hello gets what it missed as one update', async (t) => {
  const bench = new Bench(t, {});
  bench.add({ 'a.js': '1', 'b.js': '1', 'c.js': '1' });
  const since = bench.engine.version;
  await bench.hello(1);
  await bench.project.write('a.js', '2');
  const first = await bench.update('/a.js');
  await bench.project.write('b.js', '2');
  const second = await bench.update('/b.js');

  await bench.hello(2, since);
  const both = await bench.message((said) => said.client === 2 && said.type === 'update');
  t.is(both.version, second.version);
  t.deepEqual(both.changed, ['/a.js', '/b.js']);

  await bench.hello(3, first.version);
  const one = await bench.message((said) => said.client === 3 && said.type === 'update');
  t.deepEqual(one.changed, ['/b.js']);

  await bench.hello(4, second.version);
  const { session } = await bench.hello(5, 0, 'another session');
  t.is(session, bench.engine.session);
  await bench.project.write('c.js', '2');
  for (const client of [4, 5]) {
    t.deepEqual((await bench.update('/c.js', client)).changed, ['/c.js']);
    t.is(bench.updates(client).length, 1);
  }
});

test('a later hello hears of what is odd about the code that it missed after that code', async (t) => {
  const bench = new Bench(t, {}, { servesFiles: true });
  const odd = `import.meta.hot.accept('./odd.js', () => {});`;
  bench.add({
    'main.js': `import './odd.js';\nimport.meta.hot.accept('./odd.js');`,
    'odd.js': odd,
  });
  bench.engine.link('/odd.js', {});
  await bench.hello(1);
  const { version } = await bench.message(({ type }) => type === 'connected');
  await bench.message(({ type }) => type === 'warning');
  bench.engine.disconnect(1);
  await bench.project.write('odd.js', `\n${odd}`);
  await waitFor(() => bench.engine.version > version);
  bench.said.length = 0;

  await bench.hello(2, version);
  await bench.message(({ type }) => type === 'warning');
  const told = () => bench.said.filter(({ client }) => client === 2);
  t.deepEqual(
    told().map(({ type, diagnostics }) => [type, ...(diagnostics ?? []).map((one) => one.line)]),
    [['connected'], ['update'], ['warning', 2]],
  );

  // What is known of it is not said again, with another save on its way or without one.
  bench.serve('odd.js', `\n${odd}`);
  bench.project.writeNow('odd.js', odd);
  bench.engine.link('/odd.js', {});
  await bench.message(({ diagnostics }) => diagnostics?.[0].line === 1);
  t.is(told().filter(({ type }) => type === 'warning').length, 2);
});

test('pages() tells how far each page is', async (t) => {
  const bench = new Bench(t, {});
  bench.add({ 'a.js': 'import.meta.hot.accept();' });
  const { version } = bench.engine;
  t.deepEqual(bench.engine.pages(), []);
  bench.engine.connect(7);
  await bench.hello(8);
  bench.engine.connect(9);
  bench.say(9, {
    type: 'hello',
    session: bench.engine.session,
    since: version,
    page: '/index.html',
    reloaded: null,
  });
  await bench.message((said) => said.client === 9);
  const page = { client: 8, version, isBehind: false };
  const other = { client: 9, url: '/index.html', version, isBehind: false };
  t.deepEqual(bench.engine.pages(), [page, other]);
  await bench.project.write('a.js', 'import.meta.hot.accept(); // 2');
  const update = await bench.update('/a.js', 9);
  t.deepEqual(
    bench.engine.pages().map(({ client, isBehind }) => [client, isBehind]),
    [
      [8, true],
      [9, true],
    ],
  );
  const at = { version: update.version };
  bench.say(8, { type: 'acknowledged', ...at });
  t.like(await bench.message(({ type }) => type === 'acknowledged'), { client: 8, ...at });
  t.deepEqual(bench.engine.pages(), [
    { ...page, ...at },
    { ...other, isBehind: true },
  ]);
  bench.say(9, { type: 'applied', ms: 1, boundaries: [], ...at });
  await bench.message(({ type }) => type === 'applied');
  t.false(bench.engine.pages().some(({ isBehind }) => isBehind));
  bench.engine.disconnect(8);
  await bench.hello(10);
  t.deepEqual(
    bench.engine.pages().map(({ client }) => client),
    [9, 10],
  );
});

test('a body is sent to a page once, and again when it went or the page comes back', async (t) => {
  const bench = new Bench(t, {}, { servesFiles: true });
  const main = (number) => `import { a } from './mid.js'; import.meta.hot.accept(); ${number};`;
  const files = {
    'main.js': main(1),
    'mid.js': `export { a } from './low.js';`,
    'low.js': 'export const a = 1;',
  };
  bench.add(files);
  const codeOf = ({ stale }) =>
    stale.map(({ url, body, kept }) => [url, kept ? 'kept' : body?.code && 'code']);
  const saved = async (client, text, name = 'low.js') =>
    codeOf(await bench.save(name, text, client));
  await bench.hello(1);
  const all = [
    ['/low.js', 'code'],
    ['/mid.js', 'code'],
    ['/main.js', 'code'],
  ];
  t.deepEqual(await saved(1, 'export const a = 2;'), all);
  const [low, ...kept] = all;
  const lean = [low, ...kept.map(([url]) => [url, 'kept'])];
  t.deepEqual(await saved(1, 'export const a = 3;'), lean);
  // Another page, and one that comes back, know nothing.
  await bench.hello(2);
  t.deepEqual(await saved(2, 'export const a = 4;'), all);
  t.deepEqual(codeOf(bench.updates(1).at(-1)), lean);
  bench.engine.disconnect(1);
  await bench.hello(1);
  t.deepEqual(await saved(1, 'export const a = 5;'), all);
  t.deepEqual(codeOf(bench.updates(2).at(-1)), lean);
  // What left is sent again when it is imported again.
  await saved(1, '1;', 'main.js');
  const { version } = bench.updates(1).at(-1);
  bench.serve('main.js', '1;');
  bench.say(1, { type: 'applied', version, ms: 1, boundaries: [] });
  await bench.message(({ client, type }) => client === 1 && type === 'prune');
  await saved(1, main(2), 'main.js');
  for (const [name, text] of Object.entries({ ...files, 'main.js': main(2) })) {
    bench.serve(name, name === 'low.js' ? 'export const a = 5;' : text);
  }
  t.deepEqual(await saved(1, 'export const a = 6;'), all.with(2, ['/main.js', 'kept']));
});

test('what was pruned and is imported again is known with all that it imports', async (t) => {
  const bench = new Bench(t, {});
  const main = (name) => `import './${name}.js';\nimport.meta.hot.accept();`;
  bench.add({
    'main.js': main('a'),
    'a.js': "import './b.js';",
    'b.js': "import './c.js';",
    'c.js': '1',
    'other.js': '1',
  });
  await bench.hello(1);
  const edit = async (name) => {
    await bench.project.write('main.js', main(name));
    const { version } = await bench.update('/main.js');
    bench.serve('main.js', main(name));
    return version;
  };
  const version = await edit('other');
  bench.say(1, { type: 'applied', version, ms: 1, boundaries: [] });
  const pruned = await bench.message(({ client, type }) => client === 1 && type === 'prune');
  t.deepEqual(pruned.urls, ['/a.js', '/b.js', '/c.js']);
  // The page may have it still, and then asks for none of it.
  await edit('a');
  await bench.project.write('c.js', '2');
  const { stale } = await bench.update('/c.js');
  t.deepEqual(
    stale.map(({ url }) => url),
    ['/c.js', '/b.js', '/a.js', '/main.js'],
  );
});

test('a later hello gets what was pruned meanwhile', async (t) => {
  const bench = new Bench(t, {});
  bench.add({ 'main.js': "import './a.js';\nimport './b.js';", 'a.js': '1', 'b.js': '1' });
  const since = bench.engine.version;
  await bench.hello(1);
  await bench.project.write('main.js', "import './b.js';");
  const { version } = await bench.update('/main.js');
  bench.serve('main.js', "import './b.js';");
  bench.say(1, { type: 'applied', version, ms: 1, boundaries: [] });
  const pruned = await bench.message(({ client, type }) => client === 1 && type === 'prune');
  t.deepEqual(pruned.urls, ['/a.js']);
  await bench.hello(2, since);
  await bench.hello(3, pruned.version);
  const prunes = bench.said.filter(({ client, type }) => client > 1 && type === 'prune');
  t.deepEqual(prunes, [{ ...pruned, client: 2 }]);
});

for (const [again, count] of [
  [true, 0],
  [false, 1],
]) {
  const who = again ? 'connects again' : 'is loaded';
  test(`files that are gone while a page ${who} and come back as they were: ${count} updates`, async (t) => {
    const bench = new Bench(t, {});
    bench.add({ 'a.js': 'import.meta.hot.accept();', 'b.js': 'import.meta.hot.accept();' });
    await bench.hello(1);
    bench.project.remove('a.js');
    await bench.message(({ type }) => type === 'warning');
    bench.engine.connect(2);
    const { session, version: since } = bench.engine;
    bench.say(2, { type: 'hello', session, since, page: null, reloaded: null, again });
    await bench.message((said) => said.client === 2 && said.type === 'connected');
    bench.project.writeNow('a.js', 'import.meta.hot.accept();');
    await bench.message(({ type }) => type === 'recovered');
    await bench.project.write('b.js', 'import.meta.hot.accept(); // 2');
    await bench.update('/b.js');
    const changed = bench.updates().flatMap((update) => update.changed);
    t.is(changed.filter((url) => url === '/a.js').length, count);
  });
}

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

test('what a page got of a checkout that was taken back at once does not stay', async (t) => {
  const names = Array.from({ length: 20 }, (_, index) => `${index}.js`);
  const all = (value) =>
    Object.fromEntries(names.map((name) => [name, `export const a = ${value};`]));
  const bench = new Bench(t, {});
  bench.add(all(1));
  await bench.hello(1);
  for (const value of [2, 1]) {
    for (const [name, source] of Object.entries(all(value))) bench.project.writeNow(name, source);
    if (value === 2) bench.serve('19.js', 'export const a = 2;');
  }
  const isTold = ({ client, type, changed }) =>
    client === 1 && type === 'update' && changed.includes('/19.js');
  t.is((await bench.message(isTold)).type, 'update');
});

test('an answer from before the last change says nothing of the module', async (t) => {
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

test('code that cannot be served is an error and no update, until it is good again', async (t) => {
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

test('fileChanged: a virtual module changed', async (t) => {
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

test('fileChanged: nothing for a file that is watched, or that was never served', async (t) => {
  const bench = new Bench(t, {});
  bench.add({ 'a.js': '1', 'b.js': '1' });
  await bench.hello(1);
  bench.engine.fileChanged(bench.project.path('a.js'));
  bench.engine.fileChanged(bench.project.path('none.js'));
  await bench.project.write('b.js', '2');
  await bench.update('/b.js');
  t.is(bench.updates().length, 1);
});

test('watch: false sees only what it is told', async (t) => {
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

test('style sheets, JSON and pages', async (t) => {
  const bench = new Bench(t, { 'a.css': 'a{}', 'a.json': '{}', 'index.html': 'one' });
  const { engine, project } = bench;
  const names = ['a.css', 'a.json', 'index.html'];
  const [css, json, page] = names.map((name) => project.path(name));
  // Of resources the engine has only the time to tell whether they changed since they were asked for.
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

test('an update brings bodies that the host makes, and takes no save for what it is', async (t) => {
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
  // What was previewed is what is known of the module: nobody asks again.
  await bench.hello(2, version - 1);
  const missed = await bench.update('/a.js', 2);
  t.deepEqual(missed.stale[0].body, body);
  t.is(bench.pulls().length, 1);
});

test('one question a save, whatever the number of pages', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'main.js': "import './a.js'; import.meta.hot.accept();", 'a.js': '1;' });
  for (const client of [1, 2, 3]) await bench.hello(client);
  await bench.save('a.js', '2;');
  for (const client of [2, 3]) t.truthy((await bench.update('/a.js', client)).stale[0].body);
  t.is(bench.pulls().length, 1);
});

test('without pages nobody is asked', async (t) => {
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

test('an update adds what new code imports for the first time, and what that imports', async (t) => {
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

test('what is imported and not there is not added', async (t) => {
  const bench = new Bench(t, {}, { pulls: true });
  bench.add({ 'main.js': 'import.meta.hot.accept();' });
  await bench.hello(1);
  const main = "import './none.js'; import.meta.hot.accept();";
  const { stale, added } = await bench.save('main.js', main);
  t.deepEqual(added, []);
  t.is(stale[0].body.definition.imports[0].url, '/none.js');
});

test('what the host cannot make is an error and no update', async (t) => {
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

test('what the host makes broken code of is an error and no update', async (t) => {
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

test('what the host makes the same of as before is no update', async (t) => {
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

test('a page wants bodies and gets those that there are', async (t) => {
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
  // What is only known to be imported is served to nobody else.
  bench.project.writeNow('late.js', 'export let late = 1;');
  bench.serve('main.js', "import('./late.js'); import.meta.hot.accept();");
  t.deepEqual(urlsOf(await bodiesFor(3, ['/late.js'], 2)), ['/late.js']);
});

test('a host that serves files as they are is not asked for what was saved', async (t) => {
  const bench = new Bench(t, {}, { pulls: true, servesFiles: true });
  bench.add({ 'main.js': "import './a.js'; import.meta.hot.accept();", 'a.js': '1;' });
  bench.project.writeNow('b.js', '1;');
  await bench.hello(1);
  const { stale, added } = await bench.save('a.js', "import './b.js'; 2;");
  t.true(stale[0].body.code.includes('2;'), stale[0].body.code);
  t.deepEqual(urlsOf(added), ['/b.js']);
  t.deepEqual(bench.pulls(), [{ preview: [], serve: ['/b.js'] }]);
});

test('what scripts import as text is data, whatever its name: it may be no code', async (t) => {
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

/** Milliseconds that no save may take, however much there is to do: it is a fraction of that. */
const HELD_UP = 5000;

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
        HELD_UP,
      );
    };
    for (const count of [1, 2]) {
      await bench.project.write('main.js', `${imports.join('')}${hot} // ${count}`);
      await isTold('/main.js', count);
      await bench.project.write('other.js', `${hot} // ${count}`);
      await isTold('/other.js', count);
    }
    t.pass();
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

test('what cannot be a body has none', async (t) => {
  const bench = new Bench(t, {}, { servesFiles: true });
  bench.add({
    'eval.js': 'import.meta.hot.accept();',
    'a.css': 'p {}',
  });
  await bench.hello(1);
  const refused = await bench.save('eval.js', "import { a } from './a.js'; eval('a');");
  t.is(refused.stale[0].body, null);
});

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

test('what a page reports of code that is no longer the newest is dropped', async (t) => {
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
