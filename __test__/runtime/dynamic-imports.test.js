import test from 'ava';
import { DynamicImports } from '../../dist/runtime/modules/dynamic-imports.js';

test('an import on its way is waited for', async (t) => {
  const imports = new DynamicImports(() => 0);
  t.true(imports.isSettled);
  const [one, other] = [imports.begin(), imports.begin()];
  t.false(imports.isSettled);
  const events = [];
  const settled = imports.settled().then(() => events.push('settled'));
  one();
  await new Promise(setImmediate);
  events.push('one is here');
  other();
  await settled;
  t.deepEqual(events, ['one is here', 'settled']);
  t.true(imports.isSettled);
});

test('an import that never comes is waited for once', async (t) => {
  const imports = new DynamicImports(() => 0);
  imports.begin();
  await imports.settled();
  t.true(imports.isSettled);
});

test('importing code has the module when the import is settled', async (t) => {
  const imports = new DynamicImports(() => 0);
  const importing = (async () => {
    const over = imports.begin();
    try {
      return await Promise.resolve();
    } finally {
      over();
    }
  })();
  const events = [];
  const has = importing.then(() => events.push('imported'));
  const settled = imports.settled().then(() => events.push('settled'));
  await Promise.all([settled, has]);
  t.deepEqual(events, ['imported', 'settled']);
});

test('an import that begins during the wait is waited for too', async (t) => {
  const imports = new DynamicImports(() => 0);
  const one = imports.begin();
  const settled = imports.settled();
  const other = imports.begin();
  one();
  await new Promise(setImmediate);
  t.false(imports.isSettled);
  other();
  await settled;
  t.true(imports.isSettled);
});

test('importers count as long as their code is in force', (t) => {
  const versions = { '/main.js': 1 };
  const imports = new DynamicImports((url) => versions[url]);
  imports.note('/lazy.js', { url: '/main.js', version: 1 });
  t.true(imports.isBy('/lazy.js', '/main.js'));
  t.true(imports.isInForce('/lazy.js', new Set()));
  t.false(imports.isInForce('/lazy.js', new Set(['/main.js'])));
  versions['/main.js'] = 2;
  t.false(imports.isInForce('/lazy.js', new Set()));
});

test('imports are new until the next update', (t) => {
  const imports = new DynamicImports(() => 1);
  const note = () => imports.note('/lazy.js', { url: '/main.js', version: 1 });
  note();
  t.true(imports.isNew('/lazy.js', new Set()));
  t.false(imports.isNew('/lazy.js', new Set(['/main.js'])));
  imports.renew();
  t.false(imports.isNew('/lazy.js', new Set()));
  note();
  t.true(imports.isNew('/lazy.js', new Set()));
});
