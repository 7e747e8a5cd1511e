// biome-ignore-all lint/suspicious/noTemplateCurlyInString: bodies are texts of code
/**
 * Modules as shells around bodies: what importers and namespaces see.
 */

import test from 'ava';
import { own, showing } from '../../helpers/bodies.js';
import { openPage } from '../../helpers/page.js';

const ACCEPTS = { acceptance: 'accepts' };

test('a page loads, and an update is applied', async (t) => {
  const page = openPage(t, {
    '/main.js': {
      ...showing('./dep.js'),
      code: 'function show() { return $hot_0.value; } note(`main ${$hot_0.value}`);',
    },
    '/dep.js': own('let value = 1; note("dep 1")'),
  });
  const main = await page.import('/main.js');
  t.deepEqual(page.take(), ['dep 1', 'main 1']);
  t.is(main.show(), 1);
  page.runtime.start();
  await page.update({ '/dep.js': own('let value = 2; note("dep 2")') }, [
    ['/dep.js', { '/main.js': [] }, ACCEPTS],
  ]);
  t.deepEqual(page.take(), ['dep 2']);
  t.is(main.show(), 2);
  t.is((await page.import('/dep.js')).value, 2);
  t.deepEqual(page.sent, [{ type: 'applied', version: 101, ms: 0, boundaries: ['/dep.js'] }]);
});

test('after accept() importers see the new exports, live, over many updates', async (t) => {
  const dep = (number) => ({
    locals: ['value', 'raise', 'default'],
    functions: ['raise'],
    code: `let value = ${number}; const $hot_default = value;
      function raise() { return $hot_x.wrote(value += 0.5, "value"); } $hot_m.hot.accept();`,
  });
  const page = openPage(t, {
    '/main.js': showing('./dep.js', '[$hot_0.value, $hot_0.default, $hot_x.ns(0).value]'),
    '/dep.js': dep(1),
  });
  const main = await page.import('/main.js');
  const native = await page.import('/dep.js');
  page.runtime.start();
  for (const number of [2, 3, 4]) {
    await page.update({ '/dep.js': dep(number) }, [['/dep.js', { '/main.js': [] }, ACCEPTS]]);
    t.deepEqual(main.show(), [number, number, number]);
    t.is(native.value, number);
    native.raise();
    t.deepEqual(main.show(), [number + 0.5, number, number + 0.5]);
    t.is(native.value, number + 0.5);
  }
});

test('after accept(callback) importers keep what they have, and see what the callback assigns, over ten generations', async (t) => {
  const dep = (number) => ({
    locals: ['add', 'fixed'],
    code: `let add = () => ${number}; const fixed = ${number};
      $hot_m.hot.accept(({ module }) => $hot_x.wrote(add = module.add, "add"));`,
  });
  const show = '[$hot_0.add(), $hot_0.fixed]';
  const page = openPage(t, {
    '/main.js': showing('./dep.js', show, ['add', 'fixed']),
    '/late.js': showing('./dep.js', show, ['add', 'fixed']),
    '/dep.js': dep(0),
  });
  const main = await page.import('/main.js');
  page.runtime.start();
  const native = await page.import('/dep.js');
  for (let number = 1; number <= 10; number += 1) {
    await page.update({ '/dep.js': dep(number) }, [['/dep.js', { '/main.js': [] }, ACCEPTS]]);
    t.deepEqual(main.show(), [number, 0]);
    t.deepEqual([native.add(), native.fixed], [number, 0]);
    t.is(page.read('/dep.js', 'fixed'), number);
  }
  t.is(page.modules.graph.get('/dep.js').views.length <= 11, true);
  const late = await page.import('/late.js');
  t.deepEqual(late.show(), [10, 10], 'who runs later imports the newest');
  t.deepEqual(main.show(), [10, 0]);
});

test('assignments of an async accept callback count too', async (t) => {
  const dep = (number) => ({
    locals: ['add'],
    code: `let add = ${number}; $hot_m.hot.accept(async ({ add: next }) => {
      await null; $hot_x.wrote(add = next, "add"); });`,
  });
  const page = openPage(t, {
    '/main.js': showing('./dep.js', '$hot_0.add', ['add']),
    '/dep.js': dep(1),
  });
  const main = await page.import('/main.js');
  page.runtime.start();
  for (const number of [2, 3]) {
    await page.update({ '/dep.js': dep(number) }, [['/dep.js', { '/main.js': [] }, ACCEPTS]]);
    t.is(main.show(), number);
  }
});

test('importers of an accepted dependency see its new exports', async (t) => {
  const page = openPage(t, {
    '/main.js': {
      imports: [['./dep.js', ['value']]],
      code: `const show = () => note($hot_0.value); show();
        $hot_m.hot.accept('./dep.js', (dep) => { note(dep.value); show(); });`,
    },
    '/other.js': showing('./dep.js'),
    '/dep.js': { locals: ['value'], code: 'const value = 1;' },
  });
  const other = await page.import('/other.js');
  await page.load('/main.js');
  const importers = { '/main.js': ['./dep.js'] };
  for (const number of [2, 3]) {
    await page.update({ '/dep.js': { locals: ['value'], code: `const value = ${number};` } }, [
      ['/dep.js', importers],
    ]);
    t.deepEqual(page.take(), [number, number]);
    t.is(other.show(), number);
  }
});

test('modules between a change and its boundary are evaluated anew, and native code follows', async (t) => {
  const between = {
    imports: [['./leaf.js', ['leaf']]],
    locals: ['value'],
    code: 'const value = $hot_0.leaf; note(`between ${value}`);',
  };
  const page = openPage(t, {
    '/main.js': {
      imports: [['./between.js', ['value']]],
      code: 'note(`main ${$hot_0.value}`); $hot_m.hot.accept();',
    },
    '/between.js': between,
    '/leaf.js': { locals: ['leaf'], code: 'const leaf = 1;' },
    '/native.js': 'export * from "./between.js";',
  });
  const native = await page.import('/native.js');
  await page.load('/main.js');
  await page.update({ '/leaf.js': { locals: ['leaf'], code: 'const leaf = 2;' } }, [
    ['/leaf.js', { '/between.js': [] }],
    ['/between.js', { '/main.js': [] }],
    ['/main.js', {}, ACCEPTS],
  ]);
  t.deepEqual(page.take(), ['between 2', 'main 2']);
  t.is(native.value, 2);
});

test('new names come through barrels, and are in a new namespace', async (t) => {
  const dep = (locals) => own(locals.map((name) => `const ${name} = "${name}"`).join(';'), locals);
  const page = openPage(t, {
    '/main.js': {
      imports: [['./barrel.js']],
      locals: ['namespace', 'member'],
      functions: ['namespace', 'member'],
      code: 'function namespace() { return $hot_x.ns(0); } function member() { return $hot_0.b; }',
    },
    '/barrel.js': { imports: [['./dep.js']], stars: [0] },
    '/dep.js': dep(['a']),
  });
  const main = await page.import('/main.js');
  page.runtime.start();
  const before = main.namespace();
  t.is(main.namespace(), before);
  t.is(main.member(), undefined);
  await page.update({ '/dep.js': dep(['b', 'a']) }, [['/dep.js', { '/barrel.js': [] }, ACCEPTS]]);
  t.deepEqual(Object.keys(before), ['a']);
  t.deepEqual(Object.keys(main.namespace()), ['a', 'b']);
  t.is(main.member(), 'b');
});

test('a removed export keeps its last value for importers, and a warning says so', async (t) => {
  const page = openPage(t, {
    '/main.js': showing('./barrel.js'),
    '/barrel.js': { imports: [['./dep.js']], stars: [0] },
    '/dep.js': own('let value = 1'),
  });
  const main = await page.import('/main.js');
  page.runtime.start();
  const stale = [['/dep.js', { '/barrel.js': [], '/elsewhere.js': [] }, ACCEPTS]];
  await page.update({ '/dep.js': own('let other = 1', ['other']) }, stale);
  t.is(main.show(), 1);
  t.deepEqual(page.take(), [
    'warn of /dep.js, /barrel.js did not run again and keeps the last value of: value',
  ]);
  await page.update({ '/dep.js': own('let other = 3', ['other']) }, stale);
  t.is(main.show(), 1);
  t.deepEqual(page.take(), []);
  await page.update({ '/dep.js': own('let value = 4', ['value']) }, stale);
  t.is(main.show(), 4);
});

test('native importers keep what they got natively from elsewhere, and a warning says so', async (t) => {
  const page = openPage(t, {
    '/native.js': 'import { value } from "./between.js"; export const show = () => value;',
    '/main.js': showing('./between.js'),
    '/between.js': {
      imports: [['./dep.js', ['one', 'two']]],
      indirect: [['value', 0, 'one']],
      code: '$hot_m.hot.accept();',
    },
    '/dep.js': { locals: ['one', 'two'], code: 'const one = 1, two = 2;' },
  });
  const [native, main] = [await page.import('/native.js'), await page.import('/main.js')];
  page.runtime.start();
  await page.update(
    {
      '/between.js': {
        imports: [['./dep.js', ['two']]],
        indirect: [['value', 0, 'two']],
        code: '$hot_m.hot.accept();',
      },
    },
    [['/between.js', { '/native.js': [], '/main.js': [] }, ACCEPTS]],
  );
  t.deepEqual([native.show(), main.show()], [1, 2]);
  t.deepEqual(page.take(), [
    'warn of /between.js, /native.js did not run again and keeps the last value of: value',
  ]);
});

test('namespaces are those of the language', async (t) => {
  const page = openPage(t, {
    '/main.js': {
      imports: [['./dep.js']],
      locals: ['ns'],
      code: 'const ns = $hot_x.ns(0);',
    },
    '/dep.js': { locals: ['b', 'a', 'default'], code: 'let b = 1; const a = 2, $hot_default = 3;' },
  });
  const { ns } = await page.import('/main.js');
  t.deepEqual(Reflect.ownKeys(ns), ['a', 'b', 'default', Symbol.toStringTag]);
  t.is(Object.getPrototypeOf(ns), null);
  t.is(Object.prototype.toString.call(ns), '[object Module]');
  t.false(Object.isExtensible(ns));
  t.true(Reflect.preventExtensions(ns));
  t.deepEqual(Object.getOwnPropertyDescriptor(ns, 'a'), {
    value: 2,
    writable: true,
    enumerable: true,
    configurable: false,
  });
  t.false(Reflect.set(ns, 'a', 2));
  t.false(Reflect.set(ns, 'new', 2));
  t.false(Reflect.deleteProperty(ns, 'a'));
  t.true(Reflect.deleteProperty(ns, 'nothing'));
  t.false(Reflect.deleteProperty(ns, Symbol.toStringTag));
  t.true(Reflect.defineProperty(ns, 'a', { value: 2 }));
  t.false(Reflect.defineProperty(ns, 'a', { value: 3 }));
  t.false(Reflect.defineProperty(ns, 'a', { value: 2, writable: false }));
  t.false(Reflect.defineProperty(ns, 'c', { value: 2 }));
  t.true(Reflect.setPrototypeOf(ns, null));
  t.false(Reflect.setPrototypeOf(ns, {}));
  t.throws(() => Object.freeze(ns), { instanceOf: TypeError });
  t.true('a' in ns && !('c' in ns));
});

test('reading an uninitialised export of a namespace throws', async (t) => {
  const page = openPage(t, {
    '/a.js': { imports: [['./b.js']], locals: ['later'], code: 'const later = 1;' },
    '/b.js': {
      imports: [['./a.js']],
      code: `const ns = $hot_x.ns(0); note(Reflect.ownKeys(ns).length); note('later' in ns);
        try { Object.keys(ns) } catch (error) { note(error.name) }`,
    },
  });
  await page.import('/a.js');
  t.deepEqual(page.take(), [2, true, 'ReferenceError']);
});

test('exports named `then` are called by import() only, once', async (t) => {
  const dep = (number) => ({
    locals: ['then', 'value'],
    functions: ['then'],
    code: `let value = ${number}; function then(resolve) { note("then ${number}"); resolve(value); } $hot_m.hot.accept();`,
  });
  const page = openPage(t, {
    '/main.js': {
      imports: [['./dep.js', ['value']]],
      locals: ['load'],
      functions: ['load'],
      code: 'function load() { return $hot_x.import("./dep.js"); }',
    },
    '/dep.js': dep(1),
  });
  const main = await page.import('/main.js');
  page.runtime.start();
  t.is(await main.load(), 1);
  t.deepEqual(page.take(), ['then 1']);
  await page.update({ '/dep.js': dep(2) }, [['/dep.js', { '/main.js': [] }, ACCEPTS]]);
  t.deepEqual(page.take(), []);
  t.is(await main.load(), 2);
  t.deepEqual(page.take(), ['then 2']);
});
