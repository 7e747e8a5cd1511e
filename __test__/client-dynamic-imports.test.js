import test from 'ava';
import { DynamicImports } from '../dist/client/dynamic-imports.js';

/** Imports that end when the test says so. */
function openImports() {
  const ends = new Map();
  const load = (address) =>
    new Promise((resolve, reject) => {
      ends.set(address, { resolve, reject });
    });
  return { imports: new DynamicImports(() => 0, load), ends };
}

test('what is on its way is waited for, whether or not it loads', async (t) => {
  const { imports, ends } = openImports();
  t.true(imports.isSettled);
  imports.begin('/a.js');
  imports.begin('/b.js');
  t.false(imports.isSettled);
  t.true(imports.isComing('/a.js'));
  const events = [];
  const settled = imports.settled().then(() => events.push('settled'));
  ends.get('/a.js').resolve({});
  await new Promise(setImmediate);
  events.push('one is here');
  ends.get('/b.js').reject(new Error('404'));
  await settled;
  t.deepEqual(events, ['one is here', 'settled']);
  t.false(imports.isComing('/a.js') || imports.isComing('/b.js'));
});

test('what never comes is waited for once', async (t) => {
  const { imports, ends } = openImports();
  imports.begin('/never.js');
  await imports.settled();
  imports.begin('/a.js');
  let isOver = false;
  const settled = imports.settled().then(() => {
    isOver = true;
  });
  ends.get('/a.js').resolve({});
  await new Promise(setImmediate);
  t.true(isOver);
  await settled;
});
