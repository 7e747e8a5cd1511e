/**
 * HmrEngine from plain JavaScript: each page gets what it missed, and nothing twice.
 */

import test from 'ava';
import { Bench } from '../helpers/engine.js';
import { waitFor } from '../helpers/wait.js';

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

test('a later hello gets missed warnings after the code that they concern', async (t) => {
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
  await waitFor(
    () => bench.engine.version > version,
    () => `still version ${version}`,
  );
  bench.said.length = 0;

  await bench.hello(2, version);
  await bench.message(({ type }) => type === 'warning');
  const told = () => bench.said.filter(({ client }) => client === 2);
  t.deepEqual(
    told().map(({ type, diagnostics }) => [type, ...(diagnostics ?? []).map((one) => one.line)]),
    [['connected'], ['update'], ['warning', 2]],
  );

  // The page does not get again what it knows, with another save on its way or without one.
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

test('a module that was pruned and is imported again is known with all its imports', async (t) => {
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

test('a later hello gets the modules that were pruned since', async (t) => {
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

test('a page does not keep code of a checkout that was taken back at once', async (t) => {
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
