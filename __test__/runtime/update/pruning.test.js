/**
 * Modules that a page no longer imports are pruned; all others stay.
 */

import test from 'ava';
import { BROKEN, chain, open, openChain } from '../../helpers/chain.js';

test('a module that is stale only through a module that the page has not loaded does not run again', async (t) => {
  const page = await openChain(t);
  await page.update(
    ['/elsewhere.js'],
    [
      ['/elsewhere.js', { '/leaf.js': [] }],
      ['/leaf.js', { '/dep.js': [] }],
      ['/dep.js', { '/main.js': ['./dep.js'] }],
    ],
  );
  t.deepEqual(page.take(), ['send acknowledged']);
  await page.update(
    ['/elsewhere.js', '/dep.js'],
    [
      ['/elsewhere.js', { '/leaf.js': [] }],
      ['/dep.js', { '/main.js': ['./dep.js'] }],
      ['/leaf.js', { '/dep.js': [] }],
    ],
  );
  t.deepEqual(page.take(), ['dispose dep 0', 'evaluate /dep.js 102', 'callback dep 102']);
});

test('pruning disposes, runs prune callbacks and forgets data', async (t) => {
  const page = open(t, {
    modules: {
      '/a.js': (hot) => {
        hot.data.kept = 1;
        hot.dispose((data) => page.events.push(`dispose ${data.kept}`));
        hot.prune((data) => page.events.push(`prune ${data.kept}`));
        hot.on('vite:beforePrune', ({ paths }) => page.events.push(`before ${paths}`));
        return {};
      },
    },
  });
  await page.load('/a.js');
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/a.js', '/never-loaded.js'] });
  await page.runtime.idle;
  t.deepEqual(page.take(), ['before /a.js', 'dispose 1', 'prune 1', 'forget /a.js']);
  t.deepEqual(page.modules.graph.get('/a.js').data, {});
  t.true(page.modules.graph.get('/a.js').hasLeft, 'whoever imports it again evaluates it again');
});

test('modules that are pruned together are all disposed of before any prune callback', async (t) => {
  const module = (name) => (hot) => {
    hot.dispose(() => page.events.push(`dispose ${name}`));
    hot.prune(() => page.events.push(`prune ${name}`));
    return {};
  };
  const page = open(t, { modules: { '/a.js': module('a'), '/b.js': module('b') } });
  await page.load('/a.js', '/b.js');
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/a.js', '/b.js'] });
  await page.runtime.idle;
  t.deepEqual(
    page.take().filter((event) => !event.startsWith('forget')),
    ['dispose a', 'dispose b', 'prune a', 'prune b'],
  );
});

test('a module that code in force imports again stays when it is to be pruned', async (t) => {
  const page = await openChain(t);
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/leaf.js'] });
  await page.runtime.idle;
  t.deepEqual(page.take(), []);
  page.runtime.receive({ type: 'prune', version: 102, urls: ['/dep.js', '/leaf.js', '/main.js'] });
  await page.runtime.idle;
  t.deepEqual(page.take().slice(-3), ['forget /dep.js', 'forget /leaf.js', 'forget /main.js']);
});

test('pruning waits while the page runs older code', async (t) => {
  const page = await openChain(t);
  page.imports['/dep.js'] = [];
  await page.update(['/dep.js'], [[...chain[1], { body: BROKEN.body }]]);
  page.runtime.receive({ type: 'prune', version: 101, urls: ['/leaf.js'] });
  await page.runtime.idle;
  t.false(page.take().includes('forget /leaf.js'));
  await page.update(['/dep.js'], chain.slice(1));
  t.deepEqual(page.take().slice(-3), ['callback dep 102', 'dispose leaf 0', 'forget /leaf.js']);
});

for (const [since, expected] of [
  [101, ['forget /lost.js', 'forget /gone.js', 'send acknowledged']],
  // By code that the page does not run.
  [102, ['reload declined: /lost.js /gone.js']],
]) {
  test(`a module that the page no longer imports since ${since} stays unimported while another keeps its code of 101`, async (t) => {
    const decline = (hot) => {
      hot.decline();
      return {};
    };
    const page = await openChain(t, { '/gone.js': decline, '/lost.js': () => ({}) });
    await page.load('/lost.js', '/gone.js');
    await page.update(['/leaf.js'], chain);
    page.functions['/dep.js'] = () => {
      throw new Error('thrown');
    };
    await page.update(['/leaf.js'], chain);
    t.true(page.take().includes('send failed'));
    const departures = ['/lost.js', '/gone.js'].map((url) => ({ url, page: '/index.html', since }));
    const lost = [
      ['/lost.js', { '/gone.js': [] }],
      ['/gone.js', {}, { acceptance: 'declines' }],
    ];
    await page.update(['/lost.js'], lost, { departures });
    t.deepEqual(page.take(), expected);
  });
}

test('modules run again as they are, and when one throws, it keeps what it had', async (t) => {
  let throws = false;
  const page = open(t, {
    modules: {
      '/a.js': (hot) => {
        hot.accept();
        hot.dispose(() => page.note('dispose /a.js'));
        return 'a';
      },
      '/b.js': (hot) => {
        hot.accept();
        if (throws) throw new Error('in b');
        return {};
      },
    },
  });
  await page.load('/a.js', '/b.js');
  const value = () => page.modules.graph.get('/b.js').view.namespace().value;
  const first = value();
  page.answer(Object.fromEntries(['/a.js', '/b.js'].map((url) => [url, page.sourceOf(url)])));
  page.runtime.rerun(() => ['/a.js', '/b.js', '/none.js']);
  await page.runtime.idle;
  t.deepEqual(page.take(), ['dispose /a.js', 'evaluate /a.js 100', 'evaluate /b.js 100']);
  const second = value();
  t.not(second, first);
  throws = true;
  page.runtime.rerun(() => ['/b.js']);
  await page.runtime.idle;
  t.is(value(), second);
  t.like(page.sent.at(-1), { type: 'failed', kept: ['/b.js'] });
});
