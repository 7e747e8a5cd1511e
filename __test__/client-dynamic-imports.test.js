import test from 'ava';
import { DynamicImports } from '../dist/runtime/modules/dynamic-imports.js';

/** Imports that end when the test says so. */
function openImports() {
  const ends = new Map();
  const known = new Map();
  const load = (address) => {
    const begin = (resolve, reject) => ends.set(address, { resolve, reject });
    const coming = known.get(address) ?? new Promise(begin);
    known.set(address, coming);
    return coming;
  };
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

test('what is waited for is there when code has it that imported the same', async (t) => {
  const answers = [];
  const load = () => new Promise((resolve) => answers.push(resolve));
  const imports = new DynamicImports(() => 0, load);
  imports.begin('/a.js');
  const own = load('/a.js');
  const events = [];
  const settled = imports.settled().then(() => events.push('settled'));
  const has = own.then(() => events.push('imported'));
  // One after the other, as browsers do.
  for (const answer of answers) {
    answer();
    await new Promise(setImmediate);
  }
  await Promise.all([settled, has]);
  t.deepEqual(events, ['imported', 'settled']);
});

test('what comes with what is waited for is waited for too', async (t) => {
  const { imports, ends } = openImports();
  imports.begin('/a.js');
  let isOver = false;
  const settled = imports.settled().then(() => {
    isOver = true;
  });
  imports.begin('/of-a.js');
  ends.get('/a.js').resolve({});
  await new Promise(setImmediate);
  t.false(isOver);
  t.false(imports.isSettled);
  ends.get('/of-a.js').resolve({});
  await settled;
  t.true(imports.isSettled);
});
