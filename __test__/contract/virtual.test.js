/**
 * Modules that a plugin makes up and whose urls differ by the query only, with and without a file of that name.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const main = `import { value as a } from './v.js?a';
import { value as b } from './v.js?b';
globalThis.values = { a, b };
globalThis.runs = { a: 1, b: 1 };
const take = (name) => (dep) => {
  globalThis.values[name] = dep.value;
  globalThis.runs[name] += 1;
};
import.meta.hot.accept('./v.js?a', take('a'));
import.meta.hot.accept('./v.js?b', take('b'));
`;

/** An app whose modules `/v.js?a` and `/v.js?b` are made of what is in an object. */
async function start(t, files = {}) {
  const made = { a: 1, b: 1 };
  const plugin = {
    name: 'virtual',
    serve: ({ path, querystring }) =>
      path === '/v.js' && querystring in made
        ? { body: `export const value = ${made[querystring]};`, type: 'js' }
        : undefined,
  };
  const app = await startApp(t, { 'main.js': main, ...files }, { before: [plugin] });
  await app.tab.until(() => globalThis.values, { a: 1, b: 1 });
  return {
    ...app,
    made,
    say: (name) => app.server.server.fileWatcher.emit('change', app.project.path(name)),
    problems: () => app.server.events.filter(({ type }) => type === 'diagnostics'),
  };
}

for (const [what, files] of Object.entries({
  'without a file': {},
  'beside a file': { 'v.js': 'export const value = 0;' },
})) {
  for (const said of ['v.js', 'v.js?a']) {
    test(`one of two made-up modules changes, ${what}, and the plugin says ${said}`, async (t) => {
      const { tab, made, say, problems } = await start(t, files);
      for (const number of [2, 3]) {
        made.a = number;
        say(said);
        await tab.until(() => globalThis.values, { a: number, b: 1 });
      }
      t.deepEqual(await tab.evaluate(() => globalThis.runs), { a: 3, b: 1 });
      t.is(tab.loads, 1);
      t.deepEqual(problems(), []);
    });
  }
}

test('both made-up modules change at once', async (t) => {
  const { tab, made, say, problems } = await start(t);
  made.a = made.b = 2;
  say('v.js');
  await tab.until(() => globalThis.values, { a: 2, b: 2 });
  t.is(tab.loads, 1);
  t.deepEqual(problems(), []);
});

test('no edit of other files deletes made-up modules', async (t) => {
  const { project, tab, made, say, problems } = await start(t, {
    'sub/x.js': '',
    'main.js': `import './sub/x.js';${main}`,
  });
  // All files are looked at again when a folder goes and comes back.
  await project.remove('sub');
  await project.write('sub/x.js', 'import.meta.hot.accept(); globalThis.back = true;');
  await tab.until(() => globalThis.back);
  made.b = 2;
  say('v.js?b');
  await tab.until(() => globalThis.values, { a: 1, b: 2 });
  t.deepEqual(
    problems().filter(({ diagnostics }) => diagnostics.some(({ url }) => url.startsWith('/v.js'))),
    [],
  );
});

test('a plugin reports that a file now gives other code', async (t) => {
  let number = 1;
  const plugin = {
    name: 'sibling',
    transform: ({ path, body }) =>
      path === '/dep.js' ? body.replace('SIBLING', number) : undefined,
  };
  const { project, server, tab } = await startApp(
    t,
    {
      'main.js': `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });`,
      'dep.js': 'export const value = SIBLING;',
    },
    { before: [plugin] },
  );
  await tab.until(() => globalThis.value, 1);
  for (number of [2, 3]) {
    server.server.fileWatcher.emit('change', project.path('dep.js'));
    await tab.until(() => globalThis.value, number);
  }
  // Nothing is new.
  server.server.fileWatcher.emit('change', project.path('dep.js'));
  await project.write('dep.js', 'export const value = 10 * SIBLING;');
  await tab.until(() => globalThis.value, 30);
  t.is(tab.loads, 1);
  const updates = server.events.filter(({ type }) => type === 'updated');
  t.is(updates.length, 3);
});
