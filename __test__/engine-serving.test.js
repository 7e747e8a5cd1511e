/**
 * HmrEngine from plain JavaScript: what it serves.
 */

import test from 'ava';
import { Bench, CLIENT } from './helpers/engine.js';

const lines = (text) => text.split('\n');

test('a plain module is served as it is', (t) => {
  const { engine } = new Bench(t, {});
  for (const source of [
    '',
    'export const a = 1;\n',
    "import './b.js';\nexport * from './c.js';",
    '// import.meta.hot in a comment\n',
    'const text = "import.meta.hot and import(x)";',
    '\ufeffexport default "ünï\u2028cöde 🌊";\r\n',
  ]) {
    t.is(engine.serveScript('/plain.js', source), null, source);
  }
});

test('hot code gets its preamble on the first line, and no line moves', (t) => {
  const { engine } = new Bench(t, {});
  for (const source of [
    'import.meta.hot.accept();',
    "\n\nimport { a } from './a.js';\nimport.meta.hot?.accept('./a.js', () => {});\n",
    '#!/usr/bin/env node\nimport.meta.hot.accept();\n',
    'export const a = 1;\nexport default {\n  a,\n};\nimport.meta.hot.accept();\n',
    'import.meta.hot.accept();\r\nexport const text = `a\r\nb`;',
  ]) {
    const { code } = engine.serveScript('/hot.js', source);
    t.is(lines(code).length, lines(source).length, source);
    t.true(lines(code)[0].includes(`createHot as __hot$}from"${CLIENT}";`), code);
    t.deepEqual(
      lines(code)
        .slice(1)
        .filter((line) => line.includes('createHot')),
      [],
    );
  }
  const source = 'first();\nsecond(import.meta.hot.data);\n';
  const { code } = engine.serveScript('/other.js', source);
  t.true(code.endsWith(source));
});

test('a dynamic import asks the page', (t) => {
  const { engine } = new Bench(t, {});
  const { code } = engine.serveScript('/main.js', 'const a = await import(name);\n');
  t.is(
    code,
    'const a = await import((globalThis.__hotgraph__?.dynamic??String)(name,import.meta.url));\n',
  );
});

test('imports of what changed are stamped, with the query kept', async (t) => {
  const bench = new Bench(t, {});
  const main = `import { a } from './a.js';
import './b.js';
import "./a.js?x=1#hash";
export * from './a.js';
const lazy = () => import('./a.js');
import.meta.hot.accept(['./a.js', './a.js?x=1'], () => {});
`;
  bench.add({ 'main.js': main, 'a.js': 'export const a = 1;', 'b.js': '' });
  bench.serve('a.js', 'export const a = 1;', '/a.js?x=1');
  await bench.hello(1);
  t.false(bench.serve('main.js', main).includes('__hot='));

  await bench.project.write('a.js', 'export const a = 2;');
  const { version } = await bench.update('/a.js');
  const served = lines(bench.serve('main.js', main));
  t.true(served[0].endsWith(`import { a } from './a.js?__hot=${version}';`), served[0]);
  t.deepEqual(served.slice(1, 4), [
    `import './b.js';`,
    `import "./a.js?x=1&__hot=${version}#hash";`,
    `export * from './a.js?__hot=${version}';`,
  ]);
  t.true(served[4].includes(`('./a.js?__hot=${version}',import.meta.url)`), served[4]);

  t.is(bench.engine.version, version);
  t.is(bench.engine.contentVersion('/a.js'), version);
  t.is(bench.engine.contentVersion('/a.js?__hot=1'), version);
  t.is(bench.engine.contentVersion('/main.js'), 0);
  t.is(bench.engine.contentVersion('/never-served.js'), 0);
  t.is(bench.engine.stamped('/', './a.js'), `./a.js?__hot=${version}`);
  t.is(bench.engine.stamped('/', 'a.js?x=1'), `a.js?x=1&__hot=${version}`);
  t.is(bench.engine.stamped('/', './b.js'), null);
  t.is(bench.engine.stamped('/', 'https://example.com/a.js'), null);
});

test('a changed module that is asked for without a stamp gets a facade', async (t) => {
  const bench = new Bench(t, {});
  bench.add({
    'named.js': 'export const a = 1;\nimport.meta.hot.accept();',
    'default.js': 'export const a = 1;\nexport default a;\nimport.meta.hot.accept();',
  });
  await bench.hello(1);
  t.is(bench.engine.facade('/named.js'), null);
  for (const [name, source] of [
    ['named', 'export const a = 2;\nimport.meta.hot.accept();'],
    ['default', 'export const a = 2;\nexport default a;\nimport.meta.hot.accept();'],
  ]) {
    await bench.project.write(`${name}.js`, source);
    const { version } = await bench.update(`/${name}.js`);
    bench.serve(`${name}.js`, source, `/${name}.js?__hot=${version}`);
    const target = `/${name}.js?__hot=${version}`;
    const facade = bench.engine.facade(`/${name}.js`);
    t.true(facade.includes(`export*from"${target}";`), facade);
    t.is(facade.includes(`export{default}from"${target}";`), name === 'default', facade);
    t.is(bench.engine.facade(target), null);
  }
  t.is(bench.engine.facade('/never-served.js'), null);
});

test('what is forwarded by a module that was not asked for yet is foreseen from its file', (t) => {
  const files = {
    'lib.js': 'export let n = 1; export const set = () => { n += 1; };',
    'steady.js': 'export const n = 1;',
    'node_modules/pkg/main.js': 'export let n = 1; n = 2;',
    'node_modules/@a/pkg/main.js': 'export let n = 1; n = 2;',
  };
  for (const [name, source, isForeign] of [
    ['between.js', "export { n } from './lib.js';", true],
    ['between.js', "import { n } from './lib.js'; export { n };", true],
    ['between.js', "export * from './lib.js';", true],
    ['between.ts', "import type { T } from './t.js';\nexport { n } from './lib.js';", true],
    ['between.js', "export { n } from './lib';", true],
    ['between.js', "export { n } from './again.js';", true],
    ['between.js', "export { n } from 'pkg';", true],
    ['between.js', "export { n } from '@a/pkg/main.js';", true],
    ['between.js', "export { n } from './steady.js';", false],
    ['between.js', "export { n } from './never-asked-for.js';", false],
    ['between.js', "export { n } from 'other';", false],
    ['between.js', "export let n = 1; n = 2; import './lib.js';", false],
    ['between.js', 'export { n from', false],
    ['between.css', "export { n } from './lib.js';", false],
  ]) {
    const bench = new Bench(t, {});
    bench.add(files);
    bench.project.writeNow('again.js', "export { n } from './lib.js';");
    bench.project.writeNow(name, source);
    const code = bench.serve('first.js', `export { n } from './${name}';import.meta.hot.accept();`);
    t.is(code.includes(`["/${name}"]`), isForeign, `${name}: ${source}\n${code}`);
  }
});

test('what is foreseen may be outside of the root, and below a base', (t) => {
  const outside = '/-outside-/';
  for (const [url, options, isForeign] of [
    ['/-outside-/1/between.js', { outside }, true],
    ['/-outside-/1/between.js', {}, false],
    ['/-outside-/2/between.js', { outside }, false],
    ['/app/-outside-/1/between.js', { outside, base: '/app' }, true],
    ['/app/inside.js', { base: '/app' }, true],
    ['/app/inside.js', {}, false],
  ]) {
    const forwards = "export { n } from '/lib.js';";
    const files = { 'between.js': forwards, 'root/inside.js': forwards };
    const { engine } = new Bench(t, files, { root: 'root', ...options });
    engine.serveScript('/lib.js', 'export let n = 1; export const set = () => { n += 1; };');
    const source = `export { n } from '${url}';import.meta.hot.accept();`;
    const { code } = engine.serveScript('/first.js', source);
    t.is(code.includes(JSON.stringify([url])), isForeign, `${url}\n${code}`);
  }
});

test('what could not be foreseen is reported, with its importers, until the page is loaded again', async (t) => {
  const serve = (bench) => {
    bench.serve('user.js', "import { n as number } from './first.js';");
    bench.serve('first.js', "\nexport { n } from '/virtual';import.meta.hot.accept();");
    bench.engine.serveScript('/virtual', "export { n } from '/lib.js';");
    bench.serve('lib.js', 'export let n = 1; export const set = () => { n += 1; };');
  };
  const bench = new Bench(t, {});
  bench.project.writeNow('first.js', "\nexport { n } from '/virtual';import.meta.hot.accept();");
  bench.serve('lib.js', 'export let n = 1; export const set = () => { n += 1; };');
  serve(bench);
  const hello = async (client, page) => {
    await bench.hello(client, undefined, undefined, page);
    // What there is to say of modules comes before what is said next.
    bench.engine.disconnect(client);
    bench.engine.connect(client + 10);
    await bench.hello(client + 10);
    return bench.said.filter((said) => said.type === 'warning' && said.client === client);
  };
  const [{ diagnostics }] = await hello(1);
  t.is(diagnostics.length, 1);
  const [{ url, file, line, message }] = diagnostics;
  t.deepEqual(
    { url, file, line },
    { url: '/first.js', file: bench.project.path('first.js'), line: 2 },
  );
  t.regex(message, /"n" from \/virtual.*: \/user\.js will not see/);
  // A page that is loaded later gets it so that it is told, whenever it gets it.
  bench.engine.servePage('/index.html', '/', []);
  t.deepEqual(await hello(2, '/index.html'), []);
  t.is((await hello(3)).length, 1);
  serve(bench);
  t.deepEqual(await hello(4), []);
});

test('link() says what the host makes of specifiers', async (t) => {
  const bench = new Bench(t, {});
  const source = `import { a } from '/lib/a.js';\nimport.meta.hot.accept('a', () => {});`;
  bench.project.writeNow('main.js', source);
  const served = bench.engine.serveScript('/main.js', source, bench.project.path('main.js'));
  t.deepEqual(served.accepted, ['a']);
  bench.engine.link('/main.js', { a: '/lib/a.js' });
  bench.add({ 'lib/a.js': 'export const a = 1;' });
  await bench.hello(1);
  await bench.project.write('lib/a.js', 'export const a = 2;');
  const { stale } = await bench.update('/lib/a.js');
  t.deepEqual(stale[0].importers, [{ url: '/main.js', accepts: ['a'], uses: [] }]);
});
