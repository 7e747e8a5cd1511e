/** Which modules a page does not import any more: whose word counts, and what is used all the same. */

import test from 'ava';
import { Departures } from '../../dist/runtime/update/departures.js';

const PAGE = '/index.html';
/** The page was served at this version, and has got to that one. */
const [START, NOW] = [100, 200];

const update = (...departures) => ({
  departures: departures.map(([url, since = 150, page = PAGE]) => ({ url, page, since })),
});
const preloaded = (url) => url === '/preloaded.js';
const unused = () => false;

for (const [what, departure, expected] of [
  ['after it was loaded', ['/a.js', START + 1], ['/a.js']],
  ['up to what it is at', ['/a.js', NOW], ['/a.js']],
  ['before it was loaded', ['/a.js', START], []],
  ['by code that it does not have yet', ['/a.js', NOW + 1], []],
  ['of another page', ['/a.js', NOW, '/other.html'], []],
  ['of what it only preloads', ['/preloaded.js', 0], ['/preloaded.js']],
  ['of what it never imported, as far as is known', ['/a.js', 0], []],
]) {
  test(`a departure ${what}`, (t) => {
    const departures = new Departures(PAGE, START);
    t.deepEqual([...departures.of(update(departure), NOW, preloaded, unused)], expected);
  });
}

test('nothing is known of a page whose url the server does not know', (t) => {
  t.is(new Departures(null, START).of(update(['/a.js']), NOW, preloaded, unused).size, 0);
});

test('a module that is used unseen has not departed, and neither have its unseen imports', (t) => {
  const usedBy = { '/a.js': '/b.js', '/b.js': '/c.js', '/c.js': '/element', '/d.js': '/e.js' };
  const isUsedUnseen = (url, departed) => url in usedBy && !departed.has(usedBy[url]);
  const all = update(['/a.js'], ['/b.js'], ['/c.js'], ['/d.js'], ['/e.js']);
  const departed = new Departures(PAGE, START).of(all, NOW, preloaded, isUsedUnseen);
  t.deepEqual([...departed], ['/d.js', '/e.js']);
});

test('while modules keep old code, departures by newer code do not count', (t) => {
  const departures = new Departures(PAGE, START);
  const of = (since) => [...departures.of(update(['/a.js', since]), NOW, preloaded, unused)];
  departures.applied(['/x.js', '/y.js'], ['/x.js'], 160);
  t.deepEqual([of(160), of(161)], [['/a.js'], []]);
  departures.applied(['/z.js'], [], 170);
  t.deepEqual(of(161), []);
  departures.applied(['/x.js'], [], 180);
  t.deepEqual(of(161), ['/a.js']);
});

test('a module that left keeps no old code', (t) => {
  const departures = new Departures(PAGE, START);
  departures.applied(['/x.js'], ['/x.js'], 160);
  departures.forget('/x.js');
  departures.applied(['/z.js'], [], 170);
  t.is(departures.of(update(['/a.js', 180]), NOW, preloaded, unused).size, 1);
});
