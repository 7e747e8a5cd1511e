// biome-ignore-all lint/suspicious/noTemplateCurlyInString: bodies are texts of code
/**
 * How code comes into the page: by shells, with an update, on a question to the server.
 */

import test from 'ava';
import { own } from '../../helpers/bodies.js';
import { openPage } from '../../helpers/page.js';

const ACCEPTS = { acceptance: 'accepts' };

test('a shell that loads after an update joins the generation of the update', async (t) => {
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

test('the page asks the server for all bodies before anything runs', async (t) => {
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

test('bodies are imported where text cannot be compiled', async (t) => {
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

test('an update with the code that the page runs changes nothing', async (t) => {
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
