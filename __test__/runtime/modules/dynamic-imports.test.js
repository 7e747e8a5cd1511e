// biome-ignore-all lint/suspicious/noTemplateCurlyInString: bodies are texts of code
/**
 * `import()`: one instance, made once, renewed by updates.
 */

import test from 'ava';
import { own } from '../../helpers/bodies.js';
import { bodyOf, openPage } from '../../helpers/page.js';

const ACCEPTS = { acceptance: 'accepts' };
const turn = () => new Promise((resolve) => setImmediate(resolve));

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

test('a module that several import at once, and that the browser cannot load, is made once', async (t) => {
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

test('a module that failed in an update is imported anew after the next', async (t) => {
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

test('a module that was asked for before an update is the one of the update', async (t) => {
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

test('a module that an update makes old while its predecessor is disposed of is made anew', async (t) => {
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

test('JSON that code imports dynamically, through a script, is renewed', async (t) => {
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
