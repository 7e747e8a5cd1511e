// biome-ignore-all lint/suspicious/noTemplateCurlyInString: bodies are texts of code
/**
 * Modules as shells around bodies: what importers see, and when code runs.
 */
import test from 'ava';
import { bodyOf, openPage } from '../helpers/page.js';

const ACCEPTS = { acceptance: 'accepts' };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A module that exports a value and accepts itself. */
const own = (code, locals = ['value']) => ({ locals, code: `${code}; $hot_m.hot.accept();` });

/** A module that shows what it imports. */
const showing = (specifier, code = '$hot_0.value', names = ['value']) => ({
  imports: [[specifier, names]],
  locals: ['show'],
  functions: ['show'],
  code: `function show() { return ${code}; }`,
});

/** A module whose `load()` imports lazy.js. */
const LOADER = {
  locals: ['load'],
  functions: ['load'],
  code: 'function load() { return $hot_x.import("./lazy.js"); }',
};

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

test('what an async accept callback assigns counts too', async (t) => {
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

test('what lies between a change and its boundary is evaluated anew, and native code follows', async (t) => {
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

test('names that are new come through barrels, and are in a new namespace', async (t) => {
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

test('an export that is gone keeps its last value for importers, and is a warning', async (t) => {
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

test('what native importers get natively from elsewhere they keep, and that is a warning', async (t) => {
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

for (const [what, importing, message] of [
  ['is not there', { imports: [['./leaf.js', ['missing']]] }, /missing/],
  ['is ambiguous', { imports: [['./stars.js', ['twice']]] }, /conflicting/],
]) {
  test(`nothing runs or is disposed of when a name ${what}`, async (t) => {
    const page = openPage(t, {
      '/main.js': { code: 'note("main"); $hot_m.hot.accept();', imports: [['./leaf.js']] },
      '/leaf.js': {
        locals: ['twice'],
        code: 'const twice = 1; $hot_m.hot.dispose(() => note("disposed"));',
      },
      '/one.js': { locals: ['twice'], code: 'const twice = 1; note("one")' },
      '/two.js': { locals: ['twice'], code: 'const twice = 1; note("two")' },
      '/stars.js': { imports: [['./one.js'], ['./two.js']], stars: [0, 1] },
    });
    await page.load('/main.js', '/stars.js');
    await page.update(
      {
        '/leaf.js': { locals: ['other'], code: 'const other = 2; note("leaf")' },
        '/main.js': { ...importing, code: 'note("new main")' },
      },
      [
        ['/leaf.js', { '/main.js': [] }],
        ['/main.js', {}, ACCEPTS],
      ],
    );
    const [error, ...rest] = page.take();
    t.regex(error, message);
    t.deepEqual(rest, ['send failed']);
    t.is(page.runtime.version, 100);
  });
}

test('nothing runs when a body does not parse', async (t) => {
  const page = openPage(t, {
    '/main.js': { imports: [['./leaf.js']], code: 'note("main"); $hot_m.hot.accept();' },
    '/leaf.js': { code: 'note("leaf")' },
  });
  await page.load('/main.js');
  const stale = [
    ['/leaf.js', { '/main.js': [] }],
    ['/main.js', {}, ACCEPTS],
  ];
  await page.update({ '/leaf.js': { code: 'note("new leaf"); let = ;' } }, stale);
  t.regex(page.take().join('\n'), /^error not applied: \/leaf\.js: .*\nsend failed$/s);
  await page.update({ '/leaf.js': { code: 'note("newer leaf");' } }, stale);
  t.deepEqual(page.take(), ['newer leaf', 'main']);
});

test('code that throws leaves the old code in force; what ran is not run again', async (t) => {
  const top = (code) => ({
    imports: [['./leaf.js', ['leaf']]],
    locals: ['value'],
    code: `const value = $hot_0.leaf; ${code}`,
  });
  const leaf = (number) => ({
    locals: ['leaf'],
    code: `const leaf = ${number}; note("leaf ${number}");`,
  });
  const page = openPage(t, {
    '/main.js': {
      ...showing('./top.js'),
      code: 'function show() { return $hot_0.value; } $hot_m.hot.accept("./top.js", () => note(`callback ${$hot_0.value}`));',
    },
    '/top.js': top(''),
    '/leaf.js': leaf(1),
  });
  const main = await page.import('/main.js');
  await page.load('/main.js');
  const stale = [
    ['/leaf.js', { '/top.js': [] }],
    ['/top.js', { '/main.js': ['./top.js'] }],
  ];
  await page.update(
    { '/leaf.js': leaf(2), '/top.js': top('throw new Error("on purpose");') },
    stale,
  );
  t.deepEqual(page.take(), [
    'leaf 2',
    'error the new code of /top.js, or of what it imports, threw: on purpose\n/top.js → /main.js',
    'send failed',
  ]);
  t.is(main.show(), 1);
  t.deepEqual(page.sent.at(-1).kept, ['/top.js']);
  await page.update({ '/top.js': top('') }, stale.slice(1));
  t.deepEqual(page.take(), ['callback 2']);
  t.is(main.show(), 2);
});

test('a module that failed stays failed for whoever imports it, until it changes', async (t) => {
  const page = openPage(t, {
    '/main.js': { code: '$hot_m.hot.accept();' },
    '/dep.js': own('let value = 1'),
  });
  await page.load('/main.js', '/dep.js');
  const stale = (url) => [[url, {}, ACCEPTS]];
  await page.update(
    { '/dep.js': own('let value = 2; note("dep"); throw new Error("no")') },
    stale('/dep.js'),
  );
  t.is(page.take()[0], 'dep');
  const main = {
    imports: [['./dep.js', ['value']]],
    code: 'note($hot_0.value); $hot_m.hot.accept();',
  };
  await page.update({ '/main.js': main }, stale('/main.js'));
  t.regex(page.take()[0], /threw: no/);
  await page.update({ '/dep.js': own('let value = 3') }, stale('/dep.js'));
  await page.update({ '/main.js': main }, stale('/main.js'));
  t.deepEqual(page.take(), [3]);
});

test('circles: hoisted functions are there, and what is not there yet is a ReferenceError', async (t) => {
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

test('a circle that an update evaluates anew runs in the order of the language', async (t) => {
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

test('top-level await: what waits holds up what imports it, and nothing else', async (t) => {
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

test('a top-level await that does not settle holds up nothing for good', async (t) => {
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

test('what is waited for no longer is put in force when it has run after all', async (t) => {
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

test('a namespace with what is not there yet throws when that is read', async (t) => {
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

test('import() never throws, and gives the namespace that static importers have', async (t) => {
  const page = openPage(t, {
    '/main.js': {
      imports: [['./dep.js']],
      locals: ['load', 'ns'],
      functions: ['load', 'ns'],
      code: 'function load(...of) { return $hot_x.import(...of); } function ns() { return $hot_x.ns(0); }',
    },
    '/dep.js': own('let value = 1'),
  });
  const main = await page.import('/main.js');
  page.runtime.start();
  for (const number of [1, 2]) {
    t.is(await main.load('./dep.js'), main.ns());
    await page.update({ '/dep.js': own(`let value = ${number + 1}`) }, [
      ['/dep.js', { '/main.js': [] }, ACCEPTS],
    ]);
    t.is(main.ns().value, number + 1);
  }
  await t.throwsAsync(main.load(Symbol('x')), { instanceOf: TypeError });
  await t.throwsAsync(main.load('./dep.js', 1), { instanceOf: TypeError });
  await t.throwsAsync(main.load('./dep.js', { with: { type: 1 } }), { instanceOf: TypeError });
  await t.throwsAsync(main.load('./nothing.js'));
});

test('a shell that loads after an update joins what the update brought', async (t) => {
  const page = openPage(t, {
    '/main.js': { code: '$hot_m.hot.accept();' },
    '/new.js': { locals: ['value'], code: 'let value = 1; note("new")' },
    '/native.js': 'export { value } from "./new.js";',
  });
  await page.load('/main.js');
  page.answer({ '/new.js': { locals: ['value'], code: 'let value = 1; note("new")' } });
  // The page has fetched what is there from the beginning: it is new all the same.
  page.ports.isImported = () => false;
  await page.update(
    {
      '/main.js': {
        imports: [['./new.js', ['value']]],
        code: 'note($hot_0.value); $hot_m.hot.accept();',
      },
    },
    [['/main.js', {}, ACCEPTS]],
  );
  const native = await page.import('/native.js');
  t.is(native.value, 1);
  t.is(page.take().filter((event) => event === 'new').length, 1);
});

test('what the server is asked for is asked for before anything runs', async (t) => {
  const page = openPage(t, { '/main.js': { code: '$hot_m.hot.accept();' } });
  await page.load('/main.js');
  page.answer({
    '/new.js': {
      imports: [['./newer.js', ['value']]],
      locals: ['value'],
      code: 'const value = $hot_0.value',
    },
    '/newer.js': { locals: ['value'], code: 'const value = 1; note("newer")' },
  });
  await page.update(
    {
      '/main.js': {
        imports: [['./new.js', ['value']]],
        code: 'note($hot_0.value); $hot_m.hot.accept();',
      },
    },
    [['/main.js', {}, ACCEPTS]],
  );
  t.deepEqual(page.take(), ['newer', 1]);
  t.deepEqual(
    page.sent.flatMap(({ type, urls }) => (type === 'want' ? [urls] : [])),
    [['/new.js'], ['/newer.js']],
  );
});

test('where text cannot be compiled bodies are imported', async (t) => {
  const page = openPage(t, { '/dep.js': own('let value = 1') }, { evaluate: false });
  await page.load('/dep.js');
  for (const number of [2, 3]) {
    await page.update({ '/dep.js': own(`let value = ${number}`) }, [['/dep.js', {}, ACCEPTS]]);
    t.is(page.read('/dep.js', 'value'), number);
  }
  t.deepEqual(page.take(), ['import bodies /dep.js', 'import bodies /dep.js']);
});

test('the name of a compiled body is its address', async (t) => {
  const page = openPage(t, { '/dep.js': own('let value = 1') });
  await page.load('/dep.js');
  const stale = [['/dep.js', {}, ACCEPTS]];
  await page.update({ '/dep.js': own('let value = 2') }, stale);
  t.deepEqual(page.compiled, ['/dep.js']);
});

test('an update that brings what the page runs changes nothing', async (t) => {
  const dep = own('let value = 1; note("dep")');
  const page = openPage(t, { '/dep.js': dep });
  await page.load('/dep.js');
  await page.update({ '/dep.js': dep }, [['/dep.js', {}, ACCEPTS]]);
  t.deepEqual(page.take(), ['send acknowledged']);
});

test('JSON modules are replaced for those that accept them', async (t) => {
  const page = openPage(t, {
    '/main.js': {
      imports: [['./data.json', ['default'], { kind: 'json' }]],
      code: 'const show = () => note($hot_0.default.number); show(); $hot_m.hot.accept("./data.json", () => show());',
    },
    '/data.json': '{ "number": 1 }',
  });
  await page.import('/main.js');
  page.runtime.start();
  const stale = [['/data.json', { '/main.js': ['./data.json'] }]];
  for (const number of [2, 3])
    await page.update({ '/data.json': `{ "number": ${number} }` }, stale);
  t.deepEqual(page.take(), [1, 2, 3]);
  await page.update({ '/data.json': '{' }, stale);
  t.regex(page.take()[0], /not applied: \/data\.json/);
});

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

test('what code in force has imported stays when its pruning is told, and so does what that imports', async (t) => {
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

test('what code imports while its pruning begins stays', async (t) => {
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

test('what code imports while it is let go is made anew when that is over', async (t) => {
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

test('what several import at once that the browser cannot load is made once', async (t) => {
  const page = openPage(t, {
    '/main.js': {
      locals: ['load'],
      functions: ['load'],
      code: 'function load(name) { return $hot_x.import(name); }',
    },
  });
  const main = await page.import('/main.js');
  page.runtime.start();
  await t.throwsAsync(main.load('./later.js'));
  page.answer({ '/later.js': { locals: ['value'], code: 'const value = {}; note("later")' } });
  await t.throwsAsync(main.load('./later.js'), undefined, 'nothing has changed');
  page.runtime.receive({ type: 'recovered', urls: ['/later.js'] });
  const [one, other] = await Promise.all([main.load('./later.js'), main.load('./later.js')]);
  t.is(one, other);
  t.deepEqual(page.take(), ['later']);
});

test('what failed in an update is imported anew after the next', async (t) => {
  const main = (number) => ({
    code: `const number = ${number}; $hot_m.hot.accept(); $hot_x.import('./a.js').then(({ value }) => note(value), ({ message }) => note(message));`,
  });
  const a = { imports: [['./b.js', ['b']]], locals: ['value'], code: 'const value = $hot_0.b;' };
  const b = (code) => ({ locals: ['b'], code: `const b = ${code};` });
  const page = openPage(t, { '/main.js': main(1), '/a.js': a, '/b.js': b('1') });
  await page.load('/main.js');
  await page.runtime.modules.dynamic.settled();
  page.take();
  const stale = [
    ['/b.js', { '/a.js': [] }],
    ['/a.js', { '/main.js': [] }],
    ['/main.js', {}, ACCEPTS],
  ];
  for (const [code, expected] of [
    ['2', 2],
    ['(() => { throw Error("three"); })()', 'three'],
    ['4', 4],
    ['(() => { throw Error("five"); })()', 'five'],
    ['(() => { throw Error("six"); })()', 'six'],
    ['7', 7],
  ]) {
    await page.update({ '/b.js': b(code) }, stale);
    await page.runtime.modules.dynamic.settled();
    t.deepEqual(page.take(), [expected]);
  }
});

test('what was asked for before an update is what the update makes it', async (t) => {
  const code = (number) => `const value = ${number};`;
  const late = (number) => ({ locals: ['value'], code: code(number) });
  const page = openPage(t, {
    '/main.js': {
      locals: ['load'],
      functions: ['load'],
      code: `function load() { return $hot_x.import('./late.js'); }`,
    },
    '/dep.js': own('let value = 1;'),
  });
  const { load } = await page.import('/main.js');
  await page.import('/dep.js');
  page.runtime.start();
  await page.update({ '/dep.js': own('let value = 2;') }, [['/dep.js', {}, ACCEPTS]]);
  page.answer({
    // An update has its turn before the answer comes.
    get '/late.js'() {
      const body = bodyOf('/late.js', late(2), page.newest + 1);
      page.modules.learn({ stale: [{ url: '/late.js', importers: [], body }], added: [] });
      return late(1);
    },
  });
  t.is((await load()).value, 2);
});

test('what an update makes old while its predecessor is disposed of is made anew', async (t) => {
  const a = (number) => ({ locals: ['value'], code: `const value = ${number};` });
  let end;
  globalThis.disposing = new Promise((resolve) => {
    end = resolve;
  });
  t.teardown(() => delete globalThis.disposing);
  const page = openPage(t, {
    '/main.js': {
      locals: ['load'],
      functions: ['load'],
      code: `function load() { return $hot_x.import('./a.js'); }`,
    },
    '/a.js': { ...a(1), code: `${a(1).code} $hot_m.hot.dispose(() => globalThis.disposing);` },
  });
  const { load } = await page.import('/main.js');
  await page.import('/a.js');
  page.runtime.start();
  const outdate = (number) => {
    const body = bodyOf('/a.js', a(number), page.newest + number);
    page.modules.learn({ stale: [{ url: '/a.js', importers: [], body }], added: [] });
    page.modules.graph.get('/a.js').outdate();
  };
  outdate(2);
  const loading = load();
  while (!page.modules.graph.get('/a.js').next) await turn();
  outdate(3);
  end();
  t.is((await loading).value, 3);
});

test('JSON that code imports dynamically, by way of a script, is renewed', async (t) => {
  const main = `$hot_m.hot.accept(); $hot_x.import('./a.js').then(({ value }) => note(value));`;
  const a = {
    imports: [['./data.json', ['default'], { kind: 'json', plain: true }]],
    locals: ['value'],
    code: 'const value = $hot_0.default;',
  };
  const page = openPage(t, { '/main.js': { code: main }, '/a.js': a, '/data.json': '1' });
  await page.load('/main.js');
  await page.runtime.modules.dynamic.settled();
  for (const number of [2, 3]) {
    page.take();
    await page.update({ '/data.json': `${number}` }, [
      ['/data.json', { '/a.js': [] }],
      ['/a.js', { '/main.js': [] }],
      ['/main.js', {}, ACCEPTS],
    ]);
    await page.runtime.modules.dynamic.settled();
    t.deepEqual(page.take(), [number]);
  }
});

test('a module that only the browser can run and that code imports dynamically reloads the page', async (t) => {
  const main = `$hot_m.hot.accept(); $hot_x.import('./a.js');`;
  const a = { imports: [['./plain.js', [], { plain: true }]], code: '' };
  const page = openPage(t, { '/main.js': { code: main }, '/a.js': a, '/plain.js': 'export {};' });
  await page.load('/main.js');
  await page.runtime.modules.dynamic.settled();
  page.ports.answerOf = async () => undefined;
  await page.update(
    {},
    [
      ['/plain.js', { '/a.js': [] }, { body: null }],
      ['/a.js', { '/main.js': [] }],
      ['/main.js', {}, ACCEPTS],
    ],
    { changed: ['/plain.js'] },
  );
  t.deepEqual(page.take(), ['reload notReplaceable: /plain.js']);
});

test('a module whose new code cannot be run in the page reloads it', async (t) => {
  const page = openPage(t, {
    '/main.js': { imports: [['./dep.js']], code: '$hot_m.hot.accept();' },
    '/dep.js': { code: '' },
  });
  await page.load('/main.js');
  page.ports.answerOf = async () => undefined;
  const stale = [
    ['/dep.js', { '/main.js': [] }, { body: null }],
    ['/main.js', {}, ACCEPTS],
  ];
  await page.update({ '/dep.js': { code: '' } }, stale);
  t.deepEqual(page.take(), ['reload notReplaceable: /dep.js']);
});

test('a module that cannot be loaded changes nothing', async (t) => {
  const page = openPage(t, {
    '/main.js': { imports: [['./dep.js']], code: '$hot_m.hot.accept();' },
    '/dep.js': { code: '' },
  });
  await page.load('/main.js');
  await page.update({ '/dep.js': { code: '' } }, [
    ['/dep.js', { '/main.js': [] }, { body: null }],
    ['/main.js', {}, ACCEPTS],
  ]);
  t.regex(page.take()[0], /not applied: \/dep\.js: HTTP status 404/);
});
