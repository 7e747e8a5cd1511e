/**
 * An update of the runtime: linked, disposed, evaluated, called back. What fails in one stage stops no other.
 */

import test from 'ava';
import { brokenChain, chain, eventsOf, open, openChain } from '../../helpers/chain.js';

/** Lets everything run that does not wait for the test. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const ACCEPTS = { acceptance: 'accepts' };

test('an update is announced, linked, disposed, evaluated, called back and reported in this order', async (t) => {
  const page = await openChain(t);
  const generation = page.generation('/main.js');
  for (const event of ['vite:beforeUpdate', 'bun:afterUpdate', 'hotgraph:afterUpdate']) {
    page.runtime.events.on(event, () => page.events.push(event), generation);
  }
  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take(), [
    'vite:beforeUpdate',
    ...eventsOf(101),
    'bun:afterUpdate',
    'hotgraph:afterUpdate',
  ]);
  t.deepEqual(page.sent, [{ type: 'applied', version: 101, ms: 0, boundaries: ['/main.js'] }]);
  t.is(page.runtime.version, 101);
});

test('events have the payloads of Vite’s', async (t) => {
  const page = await openChain(t);
  const payloads = [];
  const generation = page.generation('/main.js');
  page.runtime.events.on('vite:beforeUpdate', (payload) => payloads.push(payload), generation);
  await page.update(['/dep.js'], chain.slice(1));
  t.deepEqual(payloads, [
    {
      type: 'update',
      updates: [{ type: 'js-update', path: '/main.js', acceptedPath: '/dep.js', timestamp: 101 }],
    },
  ]);
});

test('code that does not load disposes and evaluates nothing, and the next update brings it along', async (t) => {
  const page = await openChain(t);
  await page.update(['/leaf.js'], brokenChain());
  const [error, ...rest] = page.take();
  t.regex(error, /^error not applied: \/leaf\.js: .*\n\/leaf\.js → \/dep\.js → \/main\.js$/);
  t.deepEqual(rest, ['send failed']);
  t.is(page.runtime.version, 100);

  await page.update(['/leaf.js'], chain);
  t.deepEqual(page.take(), eventsOf(102));
  t.is(page.runtime.version, 102);
});

test('a stale module that does not load does not matter when the new code leaves it out', async (t) => {
  const page = await openChain(t);
  page.imports['/dep.js'] = [];
  await page.update(['/leaf.js', '/dep.js'], brokenChain(null));
  t.deepEqual(page.take(), ['dispose dep 0', 'evaluate /dep.js 101', 'callback dep 101']);
});

test('dispose callbacks run in parallel and are waited for', async (t) => {
  const release = [];
  const slow = (name) => (hot) => {
    hot.dispose(async () => {
      page.events.push(`start ${name}`);
      await new Promise((resolve) => release.push(resolve));
      page.events.push(`end ${name}`);
    });
    return {};
  };
  const page = await openChain(t, { '/leaf.js': slow('leaf'), '/dep.js': slow('dep') });
  const done = page.update(['/leaf.js'], chain);
  await turn();
  t.deepEqual(page.take(), ['start leaf', 'start dep']);
  for (const resolve of release) resolve();
  await done;
  t.deepEqual(page.take().slice(0, 3), ['end leaf', 'end dep', 'evaluate /leaf.js 101']);
});

test('a dispose callback that throws is shown and stops nothing', async (t) => {
  const page = await openChain(t, {
    '/leaf.js': (hot) => {
      hot.dispose((data) => {
        data.seen = true;
        throw new Error('stuck');
      });
      return {};
    },
  });
  await page.update(['/leaf.js'], chain);
  t.true(page.events.includes('callback dep 101'));
  t.true(page.events.includes('error a dispose callback of /leaf.js threw: stuck'));
  t.deepEqual(page.modules.graph.get('/leaf.js').data, { seen: true });
  t.is(page.sent.at(-1).type, 'applied');
});

test('a dispose callback that does not end is named, and does not delay later updates', async (t) => {
  const page = await openChain(t, {
    '/leaf.js': (hot) => {
      hot.dispose(() => new Promise(() => {}));
      return {};
    },
  });
  await page.update(['/leaf.js'], chain);
  const events = page.take();
  t.true(events.includes('callback dep 101'), events.join('\n'));
  t.truthy(
    events.find((event) =>
      /dispose callback of \/leaf\.js did not settle within 5 seconds/.test(event),
    ),
  );
  t.is(page.sent.at(-1).type, 'applied');
});

test('a list callback runs once for all its dependencies', async (t) => {
  const lists = [];
  const page = open(t, {
    modules: {
      '/a.js': (_, version) => ({ name: 'a', version }),
      '/b.js': (_, version) => ({ name: 'b', version }),
      '/c.js': (_, version) => ({ name: 'c', version }),
      '/main.js': (hot) => {
        hot.accept(['./a.js', './b.js', './c.js'], (list) => lists.push(list));
        return { name: 'main' };
      },
    },
  });
  await page.load('/a.js', '/b.js', '/c.js', '/main.js');
  const importers = (name) => ({ '/main.js': [name] });
  await page.update(
    ['/a.js', '/c.js'],
    [
      ['/a.js', importers('./a.js')],
      ['/c.js', importers('./c.js')],
    ],
  );
  t.is(lists.length, 1);
  const [list] = lists;
  t.deepEqual(
    list.map((view) => view && `${view.value.name} ${view.value.version}`),
    ['a 101', undefined, 'c 101'],
  );
  t.deepEqual(
    list.deps.map(({ value }) => `${value.name} ${value.version}`),
    ['a 101', 'b 0', 'c 101'],
  );
  t.is(list.module.value.name, 'main');
  await page.update(['/b.js'], [['/b.js', importers('./b.js')]]);
  t.deepEqual(
    lists[1].deps.map(({ value }) => `${value.name} ${value.version}`),
    ['a 101', 'b 102', 'c 101'],
  );
});

test('callbacks are those of the generation from before the update', async (t) => {
  const page = open(t, {
    modules: {
      '/a.js': (hot, version) => {
        hot.accept((view) => page.events.push(`from ${version} to ${view.value.version}`));
        return { version };
      },
    },
  });
  await page.load('/a.js');
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(
    page.take().filter((line) => line.startsWith('from')),
    ['from 0 to 101', 'from 101 to 102'],
  );
});

test('new code without accept still applies, and the save after it reloads', async (t) => {
  const page = open(t, {
    modules: {
      '/a.js': (hot, version) => {
        if (version === 0) hot.accept();
        return {};
      },
    },
  });
  await page.load('/a.js');
  await page.update(['/a.js'], [['/a.js', { '/index.html': [] }, ACCEPTS]]);
  await page.update(['/a.js'], [['/a.js', { '/index.html': [] }]]);
  t.deepEqual(page.take(), ['evaluate /a.js 101', 'reload deadEnd: /a.js /index.html']);
});

test('new code that throws leaves the old registrations, and the next update works', async (t) => {
  const page = open(t, {
    modules: {
      '/a.js': (hot, version) => {
        hot.on('vite:afterUpdate', () => page.events.push(`listener of ${version}`));
        hot.dispose(() => page.events.push(`dispose ${version}`));
        if (version === 101) throw new Error('boom');
        hot.accept((view) => page.events.push(`from ${version} to ${view.value.version}`));
        return { version };
      },
    },
  });
  await page.load('/a.js');
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take(), [
    'dispose 0',
    'evaluate /a.js 101',
    'error the new code of /a.js, or of what it imports, threw: boom',
    'send failed',
  ]);
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take(), [
    'dispose 101',
    'evaluate /a.js 102',
    'from 0 to 102',
    'listener of 102',
  ]);
});

test('a callback that throws is shown and the others still run', async (t) => {
  const page = open(t, {
    modules: {
      '/a.js': (hot) => {
        hot.accept(() => {
          throw new Error('sync');
        });
        hot.accept(async () => {
          throw new Error('async');
        });
        hot.accept(() => page.events.push('third'));
        return {};
      },
    },
  });
  await page.load('/a.js');
  await page.update(['/a.js'], [['/a.js', {}, ACCEPTS]]);
  t.deepEqual(page.take().slice(1), [
    'third',
    'error an accept callback of /a.js threw: sync',
    'error an accept callback of /a.js threw: async',
    'send failed',
  ]);
  t.is(page.runtime.version, 101);
});
