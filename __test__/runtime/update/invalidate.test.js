/**
 * `invalidate()` in the runtime: what is sent to the server.
 */

import test from 'ava';
import { open } from '../../helpers/chain.js';

const ACCEPTS = { acceptance: 'accepts' };

test('invalidate sends the update’s trail, once for a module', async (t) => {
  const page = open(t, {
    modules: {
      '/a.js': (hot) => {
        hot.accept(() => {
          hot.invalidate('first');
          hot.invalidate('second');
        });
        hot.on('bun:invalidate', (payload) => page.events.push(JSON.stringify(payload)));
        return {};
      },
      '/b.js': () => ({}),
    },
  });
  await page.load('/a.js', '/b.js');
  await page.update(
    ['/b.js'],
    [
      ['/b.js', { '/a.js': [] }, { version: 0 }],
      ['/a.js', {}, ACCEPTS],
    ],
    { invalidated: { message: null, trail: ['/b.js'] } },
  );
  const { sent } = page;
  t.deepEqual(
    sent.filter(({ type }) => type === 'invalidate'),
    [{ type: 'invalidate', url: '/a.js', version: 101, message: 'first', trail: ['/b.js'] }],
  );
  t.true(
    page.events.includes('{"path":"/a.js","message":"first","firstInvalidatedBy":"/b.js"}'),
    page.events.join('\n'),
  );
});

test('invalidate gives up the last update that a module took part in, later too, once', async (t) => {
  let giveUp;
  const page = open(t, {
    modules: {
      '/main.js': (hot) => {
        hot.accept('./dep.js', () => {});
        giveUp = hot.invalidate;
        return {};
      },
      '/dep.js': () => ({}),
    },
  });
  await page.load('/main.js', '/dep.js');
  const given = () => page.sent.filter(({ type }) => type === 'invalidate');
  for (const version of [101, 102]) {
    await page.update(['/dep.js'], [['/dep.js', { '/main.js': ['./dep.js'] }]]);
    giveUp();
    giveUp();
    t.like(given().at(-1), { url: '/main.js', version, trail: [] });
    t.is(given().length, version - 100);
  }
});

test('invalidate while the page loads does nothing: there is no update to give up', async (t) => {
  const page = open(t, { modules: { '/a.js': (hot) => hot.invalidate() ?? {} } });
  await page.load('/a.js');
  t.deepEqual(page.sent, []);
});

test('a module that should accept and does not gives up, and the whole update goes on', async (t) => {
  const page = open(t, {
    modules: {
      '/leaf.js': (hot) => {
        hot.dispose(() => page.events.push('dispose leaf'));
        return {};
      },
      '/a.js': () => ({}),
      '/main.js': (hot) => {
        hot.accept();
        return {};
      },
    },
    imports: { '/main.js': ['./a.js'], '/a.js': ['./leaf.js'] },
  });
  await page.load('/main.js');
  const stale = [
    ['/leaf.js', { '/a.js': [] }],
    ['/a.js', { '/main.js': [] }, ACCEPTS],
  ];
  await page.update(['/leaf.js'], stale);
  t.deepEqual(page.take(), ['send invalidate']);
  t.like(page.sent[0], { url: '/a.js', version: 101, trail: [] });
  await page.update(
    ['/a.js'],
    [
      [...stale[1].slice(0, 2), { ...ACCEPTS, version: 101 }],
      ['/main.js', {}, ACCEPTS],
    ],
    {
      invalidated: { message: null, trail: ['/a.js'] },
    },
  );
  const evaluated = ['/leaf.js', '/a.js', '/main.js'].map((url) => `evaluate ${url} 102`);
  t.deepEqual(page.take(), ['dispose leaf', ...evaluated]);
});
