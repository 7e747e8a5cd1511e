// biome-ignore-all lint/suspicious/noTemplateCurlyInString: bodies are texts of code
/**
 * Code that does not link, does not parse or throws: the old code stays in force.
 */

import test from 'ava';
import { own, showing } from '../../helpers/bodies.js';
import { openPage } from '../../helpers/page.js';

const ACCEPTS = { acceptance: 'accepts' };

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

test('code that throws leaves the old code in force, and modules that ran do not run again', async (t) => {
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

test('a failed module stays failed for all importers until it changes', async (t) => {
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
