/**
 * HmrEngine from plain JavaScript: what it serves.
 */

import { symlinkSync } from 'node:fs';
import test from 'ava';
import { Bench, CLIENT, definitionIn } from '../helpers/engine.js';
import { isAsSpecified } from '../helpers/spec.js';

const lines = (text) => text.split('\n');
const HOT = 'import.meta.hot.accept();';

test('a script that nothing hot imports is served as it is', (t) => {
  const { engine } = new Bench(t, {});
  for (const source of [
    '',
    'export const a = 1;\n',
    "import './b.js';\nexport * from './c.js';",
    '// import.meta.hot in a comment\n',
    'const text = "import.meta.hot and import(x)";',
    'const a = await import(name);\n',
    '\ufeffexport default "ünï\u2028cöde 🌊";\r\n',
  ]) {
    t.is(engine.serveScript('/plain.js', source), null, source);
  }
});

test('a hot script is served with its shell at its end, and no line moves', (t) => {
  const { engine } = new Bench(t, {});
  for (const source of [
    HOT,
    "\n\nimport { a } from './a.js';\nimport.meta.hot?.accept('./a.js', () => {});\n",
    `#!/usr/bin/env node\n${HOT}\n`,
    `export const a = 1;\nexport default {\n  a,\n};\n${HOT}\n`,
    `${HOT}\r\nexport const text = \`a\r\nb\`;`,
  ]) {
    const { code } = engine.serveScript('/hot.js', source);
    t.is(lines(code).length, lines(source).length, source);
    t.true(lines(code).at(-1).includes(`}import{define as $hot}from"${CLIENT}";`), code);
    const define = lines(code).map((line) => line.includes('define as'));
    t.deepEqual(define.indexOf(true), lines(source).length - 1);
  }
  const source = 'first();\nsecond(name);\nimport.meta.hot;\n';
  const { code } = engine.serveScript('/other.js', source);
  t.deepEqual(lines(code).slice(1, 3), ['second(name);', '$hot_m.hot;']);
});

test('a shell imports natively and holds the definition', (t) => {
  const bench = new Bench(t, {});
  const source = `import d, { a as b } from './a.js';
import data from './data.json' with { type: 'json' };
import sheet from './sheet.css' with { type: 'css' };
export { q as r } from '/w.js?x=1';
export * from 'https://example.com/s.js';
import * as lib from 'lib';
export * as pkg from '/node_modules/pkg/main.js';
export let k = b;
export default function () {}
import.meta.hot.accept();
`;
  const code = bench.serve('main.js', source);
  t.true(code.includes(`import*as $hot_0 from"./a.js";`), code);
  t.true(code.includes(`import{default as $hot_0_0,a as $hot_0_1}from"./a.js";`), code);
  t.true(code.includes(`import*as $hot_1 from"./data.json"with{type:"json"};`), code);
  t.true(code.includes(`export{q as r}from"/w.js?x=1";`), code);
  t.true(code.includes(`export*from"https://example.com/s.js";`), code);
  const { hash, ...definition } = definitionIn(code);
  t.regex(hash, /^[0-9a-f]{16}$/);
  isAsSpecified(t, 'engine/definition', definition);
});

test('equal code has the same hash, other code another', (t) => {
  const bench = new Bench(t, {});
  const hashOf = (source) => definitionIn(bench.serve('a.js', source)).hash;
  const hashes = [`${HOT}//1`, `${HOT}//2`, `${HOT}//1`].map(hashOf);
  t.is(hashes[0], hashes[2]);
  t.not(hashes[0], hashes[1]);
});

test('the imports of a hot module are followed too, directly or not', (t) => {
  const bench = new Bench(t, {});
  const isShell = (name, source) => bench.serve(name, source).includes('import{define');
  t.false(isShell('page.js', "import './main.js'; import './other.js';"));
  t.true(isShell('main.js', `import './view.js'; ${HOT}`));
  t.true(isShell('view.js', "export * from './model.js'; import('./lazy.js');"));
  t.true(isShell('model.js', 'export const a = 1;'));
  t.true(isShell('lazy.js', 'export const a = 1;'));
  t.false(isShell('other.js', 'export const a = 1;'));
  // Known by its new code to be imported there.
  t.true(isShell('view.js', "export * from './model.js'; import './other.js';"));
  t.true(isShell('other.js', 'export const a = 1;'));
});

test('an importer that comes after a script was served counts from the next request', async (t) => {
  const bench = new Bench(t, {});
  const early = 'export const early = 1;';
  t.is(bench.serve('early.js', early), early);
  bench.serve('hot.js', `import './early.js'; ${HOT}`);
  t.truthy(definitionIn(bench.serve('early.js', early)));
});

test('packages are served as they are, unless they are linked', (t) => {
  const bench = new Bench(t, { 'own/linked.js': 'export const a = 1;' });
  bench.project.writeNow('node_modules/pkg/main.js', '');
  symlinkSync(bench.project.path('own'), bench.project.path('node_modules/own'), 'junction');
  const main = `import '/node_modules/pkg/main.js'; import '/node_modules/own/linked.js'; ${HOT}`;
  const isPlain = () => definitionIn(bench.serve('main.js', main)).imports.map((one) => one.plain);
  t.deepEqual(isPlain(), [true, true], 'what was not served is taken for what it looks like');
  for (const source of ["import './dep.js';", `import './dep.js'; ${HOT}`]) {
    t.is(bench.serve('node_modules/pkg/main.js', source), source);
    t.is(bench.serve('node_modules/pkg/dep.js', 'export {};'), 'export {};');
  }
  t.truthy(definitionIn(bench.serve('node_modules/own/linked.js', 'export const a = 1;')));
  t.deepEqual(isPlain(), [true, false]);
});

test('code that cannot be a body is served as it is, and the host hears why, once', async (t) => {
  const bench = new Bench(t, {});
  const source = `import { a } from './a.js'; eval('a'); ${HOT}`;
  for (let times = 0; times < 2; times += 1) t.is(bench.serve('eval.js', source), source);
  await bench.hello(1);
  const refused = bench.said.filter(({ type }) => type === 'refused');
  t.deepEqual(refused, [
    {
      client: 0,
      type: 'refused',
      url: '/eval.js',
      reason: 'it has a direct eval',
    },
  ]);
});

test('code that cannot be parsed is served as it is, for the browser to report', async (t) => {
  const bench = new Bench(t, { 'broken.js': `${HOT} const a = ;` });
  const source = `${HOT} const a = ;`;
  t.is(bench.serve('broken.js', source), source);
  const { diagnostics } = await bench.message(({ type }) => type === 'diagnostics');
  t.like(diagnostics[0], { severity: 'error', url: '/broken.js', line: 1 });
});

test('an inline module is a shell that cannot end its script', (t) => {
  const { engine } = new Bench(t, {});
  const url = '/?__inline=/index.html:1:9';
  const source = `import './a.js?</script>'; ${HOT}`;
  const { code } = engine.serveScript(url, source);
  t.false(code.includes('</script>'), code);
  t.is(definitionIn(code).url, url);
  t.is(definitionIn(code).imports[0].specifier, './a.js?</script>');
});

test('urls stay plain, whatever changed; style sheets and images have versions', async (t) => {
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
  const before = bench.serve('main.js', main);
  const { version } = await bench.save('a.js', 'export const a = 2;');
  t.is(bench.serve('main.js', main), before);
  t.false(before.includes('__hot='));

  t.is(bench.engine.version, version);
  t.is(bench.engine.contentVersion('/a.js'), version);
  t.is(bench.engine.contentVersion('/a.js?__hot=1'), version);
  t.is(bench.engine.contentVersion('/main.js'), 0);
  t.is(bench.engine.contentVersion('/never-served.js'), 0);
  t.is(bench.engine.stamped('/', './a.js'), `./a.js?__hot=${version}`);
  t.is(bench.engine.stamped('/', 'a.js?x=1'), `a.js?x=1&__hot=${version}`);
  t.is(bench.engine.stamped('/', './b.js'), null);
  t.is(bench.engine.stamped('/', 'https://example.com/a.js'), null);

  const definition = definitionIn(bench.serve('a.js', 'export const a = 2;'));
  t.is(definition.version, version);
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
  const { stale } = await bench.save('lib/a.js', 'export const a = 2;');
  t.deepEqual(stale[0].importers, [{ url: '/main.js', accepts: ['a'], uses: [] }]);
});

test('import maps say what bare specifiers are, whatever the page', async (t) => {
  const bench = new Bench(t, {});
  const { engine } = bench;
  engine.importMap('/one.html', { dep: '/one.js', 'lib/': '/lib/' });
  engine.importMap('/two.html', { dep: '/two.js' }, { '/deep/': { dep: '/three.js' } });
  const source = `import 'dep'; import 'lib/a.js'; import.meta.hot.accept('dep', () => {});`;
  bench.add({ 'main.js': source, 'deep/main.js': source });
  const urls = (name) => definitionIn(bench.serve(name, source)).imports.map(({ url }) => url);
  t.deepEqual(urls('main.js'), ['/one.js', '/lib/a.js']);
  bench.add({ 'one.js': '1;', 'two.js': '1;', 'three.js': '1;', 'lib/a.js': '1;' });
  await bench.hello(1);
  for (const [name, importers] of [
    ['one.js', ['/main.js', '/deep/main.js']],
    ['two.js', ['/main.js']],
    ['three.js', ['/deep/main.js']],
    ['lib/a.js', ['/main.js', '/deep/main.js']],
  ]) {
    const { stale } = await bench.save(name, '2;');
    t.deepEqual(
      stale[0].importers.map(({ url }) => url),
      importers,
      name,
    );
  }
});

test('a new import map makes the edges anew', async (t) => {
  const bench = new Bench(t, {});
  bench.engine.importMap('/', { dep: '/one.js' });
  bench.add({ 'main.js': `import 'dep'; ${HOT}`, 'one.js': '1;', 'two.js': '1;' });
  bench.engine.importMap('/', { dep: '/two.js' });
  await bench.hello(1);
  const importers = async (name) =>
    (await bench.save(name, '2;')).stale[0].importers.map(({ url }) => url);
  t.deepEqual(await importers('one.js'), []);
  t.deepEqual(await importers('two.js'), ['/main.js']);
  bench.engine.importMap('/', {});
  t.is(definitionIn(bench.serve('main.js', `import 'dep'; ${HOT}`)).imports[0].url, null);
});

test('bodies() is a module that defines functions and runs none', async (t) => {
  const bench = new Bench(t, {}, { servesFiles: true });
  const main = `import { a } from './a.js'; throw new Error('ran'); ${HOT}`;
  bench.add({ 'main.js': main, 'a.js': 'export const a = 1;' });
  await bench.hello(1);
  const { stale } = await bench.save('a.js', 'export const a = await 2;');
  const urls = ['/a.js?__hot=7', '/main.js', '/none.js'];
  const text = bench.engine.bodies(urls);
  const { default: bodies } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  t.deepEqual(Object.keys(bodies), ['/a.js', '/main.js']);
  for (const { url, body } of stale) {
    const [hash, define] = bodies[url];
    t.is(hash, body.definition.hash);
    t.is(typeof define, 'function');
  }
  for (const { url, body } of stale) t.is(bodies[url][1].toString(), body.code);
});
