// biome-ignore-all lint/suspicious/noTemplateCurlyInString: bodies are texts of code
/**
 * Circles and top-level await: code runs in the order of the language.
 */

import test from 'ava';
import { showing } from '../../helpers/bodies.js';
import { openPage } from '../../helpers/page.js';

const ACCEPTS = { acceptance: 'accepts' };
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('in a cycle hoisted functions can be called, and uninitialised variables are a ReferenceError', async (t) => {
  const a = (number) => ({
    imports: [['./b.js', ['b', 'viaB']]],
    locals: ['f', 'late', 'early', 'default'],
    functions: ['f', 'default'],
    vars: ['early'],
    code: `note(\`a: \${$hot_0.b}\`); function f() { return ${number}; } function $hot_default() { return f(); }
      let late = 1; var early = 1; note(\`late \${$hot_0.viaB()}\`); $hot_m.hot.accept();`,
  });
  const b = {
    imports: [['./barrel.js', ['f', 'late', 'early', 'default']]],
    locals: ['b', 'viaB'],
    code: `const b = (0, $hot_0.f)() + ($hot_0.early ?? 0) + (0, $hot_0.default)();
      const viaB = () => $hot_0.late;
      try { $hot_0.late } catch (error) { note(\`\${error.name}: \${error.message}\`) }
      try { $hot_0.f = 1 } catch (error) { note(error.name) }`,
  };
  const page = openPage(t, {
    '/main.js': { imports: [['./a.js']], code: '' },
    '/a.js': a(10),
    '/b.js': b,
    '/barrel.js': {
      imports: [['./a.js', ['default']]],
      stars: [0],
      indirect: [['default', 0, 'default']],
    },
  });
  await page.import('/main.js');
  page.runtime.start();
  const expected = (number) => [
    "ReferenceError: Cannot access 'late' before initialization",
    'TypeError',
    `a: ${2 * number}`,
    'late 1',
  ];
  t.deepEqual(page.take(), expected(10));
  await page.update({ '/a.js': a(20) }, [
    ['/a.js', { '/barrel.js': [], '/main.js': [] }, ACCEPTS],
    ['/barrel.js', { '/b.js': [] }],
    ['/b.js', { '/a.js': [] }],
  ]);
  // Only what accepts is evaluated anew: the others show its new exports.
  t.deepEqual(page.take(), ['a: 20', 'late 1']);
});

test('an update evaluates a cycle in the order of the language', async (t) => {
  const module = (name, other) => ({
    imports: [[`./${other}.js`, [`${other}F`]]],
    locals: [name, `${name}F`],
    functions: [`${name}F`],
    code: `note(\`${name} \${(0, $hot_0.${other}F)()}\`); const ${name} = 1;
      function ${name}F() { return "${name}F"; }`,
  });
  const page = openPage(t, {
    '/main.js': { imports: [['./a.js']], code: 'note("main"); $hot_m.hot.accept();' },
    '/a.js': module('a', 'b'),
    '/b.js': module('b', 'a'),
  });
  await page.import('/main.js');
  const expected = ['b aF', 'a bF', 'main'];
  t.deepEqual(page.take(), expected);
  page.runtime.start();
  const b = module('b', 'a');
  await page.update({ '/b.js': { ...b, code: `${b.code}//2` } }, [
    ['/b.js', { '/a.js': [] }],
    ['/a.js', { '/b.js': [], '/main.js': [] }],
    ['/main.js', {}, ACCEPTS],
  ]);
  t.deepEqual(page.take(), expected);
});

test('top-level await delays the importers of a module, and no other module', async (t) => {
  const page = openPage(t, {
    '/main.js': {
      imports: [['./slow.js', ['slow']], ['./quick.js']],
      code: 'note(`main ${$hot_0.slow}`); $hot_m.hot.accept();',
    },
    '/slow.js': {
      isAsync: true,
      locals: ['slow'],
      code: 'note("slow starts"); await null; await null; const slow = 1; note("slow ends");',
    },
    '/quick.js': { code: 'note("quick")' },
  });
  await page.import('/main.js');
  const expected = ['slow starts', 'quick', 'slow ends', 'main 1'];
  t.deepEqual(page.take(), expected);
  page.runtime.start();
  await page.update({ '/quick.js': { code: 'note("quick")//2' } }, [
    ['/quick.js', { '/main.js': [] }],
    ['/main.js', {}, ACCEPTS],
  ]);
  t.deepEqual(page.take(), ['quick', 'main 1']);
  const slow = {
    isAsync: true,
    locals: ['slow'],
    code: 'note("slow starts"); await null; const slow = 2; note("slow ends");',
  };
  await page.update({ '/quick.js': { code: 'note("quick")' }, '/slow.js': slow }, [
    ['/quick.js', { '/main.js': [] }],
    ['/slow.js', { '/main.js': [] }],
    ['/main.js', {}, ACCEPTS],
  ]);
  t.deepEqual(page.take(), ['slow starts', 'quick', 'slow ends', 'main 2']);
});

test('a top-level await that does not settle delays nothing for good', async (t) => {
  const dep = (code) => ({
    isAsync: true,
    locals: ['value'],
    code: `let value = 0; ${code}; $hot_m.hot.accept();`,
  });
  const page = openPage(t, {
    '/main.js': showing('./dep.js'),
    '/dep.js': { ...dep('value = 1') },
  });
  const main = await page.import('/main.js');
  page.runtime.start();
  const stale = [['/dep.js', { '/main.js': [] }, ACCEPTS]];
  const stuck = page.update({ '/dep.js': dep('value = 2; await new Promise(() => {})') }, stale);
  await turn();
  t.is(main.show(), 1);
  await page.update({ '/dep.js': dep('await null; value = 3') }, stale);
  await stuck;
  t.is(main.show(), 3);
  const [error] = page.take();
  t.regex(error, /the top-level await of \/dep\.js did not settle/);
});

test('a module that is no longer waited for comes into force when it has run after all', async (t) => {
  const dep = (number, code) => ({
    isAsync: true,
    locals: ['value'],
    code: `${code}; let value = ${number}; $hot_m.hot.accept(() => note("callback"));`,
  });
  const page = openPage(t, { '/dep.js': dep(1, '') });
  await page.load('/dep.js');
  const stale = [['/dep.js', {}, ACCEPTS]];
  globalThis.release = undefined;
  await page.update(
    { '/dep.js': dep(2, 'await new Promise((resolve) => { globalThis.release = resolve; })') },
    stale,
  );
  t.regex(page.take()[0], /did not settle/);
  t.is(page.read('/dep.js', 'value'), 1);
  globalThis.release();
  await turn();
  t.is(page.read('/dep.js', 'value'), 2);
  t.deepEqual(page.take(), ['callback']);
});
