/**
 * The page and the run of the server: it goes on, or reloads once.
 */

import test from 'ava';
import { chain, openChain } from '../../helpers/chain.js';

/** Lets everything run that does not wait for the test. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The server's answer to a hello: as the run of that name, which goes on with the page or refuses to. */
const connected = (session, refusal, uncertain) => {
  const went = refusal === null ? { uncertain } : { refusal };
  return { type: 'connected', session, version: 100, ...went };
};

test('a reload happens once, and nothing after it', async (t) => {
  const page = await openChain(t);
  const generation = page.generation('/main.js');
  page.runtime.events.on('vite:beforeFullReload', ({ path }) => page.events.push(path), generation);
  await page.update(['/main.js'], [['/main.js', { '/index.html': [] }]]);
  await page.update(['/leaf.js'], chain);
  page.runtime.receive(connected('other', 'no record'));
  await page.runtime.idle;
  t.deepEqual(page.take(), ['/main.js', 'reload deadEnd: /main.js /index.html']);
});

test('another run of the server that cannot go on with the page reloads it', async (t) => {
  const page = await openChain(t);
  page.runtime.receive(connected('s', null, undefined));
  t.deepEqual(page.take(), []);
  page.runtime.receive(connected('other', 'no record'));
  await turn();
  t.deepEqual(page.take(), ['reload session: ']);
});

test('a page becomes one of the run that goes on with it', async (t) => {
  const page = await openChain(t);
  t.is(page.runtime.session, 's');
  page.runtime.receive(connected('other', null, ['/elsewhere.js']));
  await turn();
  t.is(page.runtime.session, 'other');
  t.deepEqual(page.take(), []);
});

test('a page with a module whose current code is unknown reloads', async (t) => {
  const page = await openChain(t);
  page.runtime.receive(connected('other', null, ['/elsewhere.js', '/leaf.js']));
  await turn();
  t.is(page.runtime.session, 's');
  t.deepEqual(page.take(), ['reload session: ']);
});

test('a page reports its version, also for an update that does not concern it', async (t) => {
  const page = await openChain(t);
  await page.update(['/elsewhere.js'], [['/elsewhere.js', {}]]);
  const { version } = page.runtime;
  t.deepEqual(page.sent, [{ type: 'acknowledged', version }]);
  page.runtime.receive({ type: 'prune', version: version + 1, urls: ['/elsewhere.js'] });
  await page.runtime.idle;
  t.is(page.runtime.version, version + 1);
});
