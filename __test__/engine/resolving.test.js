/**
 * Hosts that only resolve specifiers are asked for what is new.
 */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { Bench } from '../helpers/engine.js';

/** What the host puts in the place of specifiers. */
const RESOLVED = {
  lit: './packages/lit/index.js',
  './short': './short.js',
  other: './packages/other.js',
};

/** What the host makes of a text. */
const resolve = (text) =>
  text.replace(/(?<=(?:from |import |import\()['"`])[^'"`]+/g, (found) => RESOLVED[found] ?? found);

/** A bench with a page and a module `a.js` that accepts itself. */
async function open(t, text) {
  const bench = new Bench(t, {}, { pulls: true, resolvesOnly: true });
  bench.host = (url) => resolve(readFileSync(bench.project.path(url.slice(1)), 'utf8'));
  bench.project.writeNow('a.js', `${text} import.meta.hot.accept();`);
  for (const name of ['b.js', 'packages/lit/index.js', 'short.js', 'packages/other.js']) {
    bench.project.writeNow(name, 'export default 1;');
    bench.serve(name, 'export default 1;');
  }
  bench.serve('a.js', bench.host('/a.js'));
  await bench.hello(1);
  bench.asked = () => bench.pulls().flatMap(({ preview }) => preview).length;
  bench.change = async (changed) => {
    const source = `${changed} import.meta.hot.accept();`;
    const { stale } = await bench.save('a.js', source);
    const [{ body }] = stale;
    t.deepEqual(
      body.definition.imports.map(({ specifier }) => specifier),
      [...resolve(source).matchAll(/(?:from |import )['"](.+?)['"]/g)].map(([, found]) => found),
    );
    return body;
  };
  return bench;
}

test('the host does not see a save with specifiers that it leaves as they are', async (t) => {
  const bench = await open(t, `import b from './b.js'; const first = b;`);
  const body = await bench.change(`import c from './b.js'; const second = c;`);
  t.regex(body.code, /second = \$hot_0\.default/);
  t.is(bench.asked(), 0);
  bench.serve('a.js', bench.host('/a.js'));
  t.is(bench.updates().length, 1, 'it is what the host makes');
});

test('the host resolves each specifier once', async (t) => {
  const bench = await open(t, `import lit from 'lit'; import short from './short'; 1;`);
  for (const number of [2, 3, 4]) {
    await bench.change(`import lit from 'lit';\nimport short from "./short"; ${number};`);
    t.is(bench.asked(), 1);
  }
  await bench.change(`import other from 'other'; import lit from 'lit'; 5;`);
  t.is(bench.asked(), 2, 'one is new');
  await bench.change(`export * from 'other'; import('lit'); 6;`);
  t.is(bench.asked(), 2);
  await bench.change(`import short from './short'; 7;`);
  t.is(bench.asked(), 3, 'it was gone, and may be resolved to something else by now');
});

for (const [what, text] of Object.entries({
  'a name that is put together': `import('lit/' + name);`,
  'a template': 'import(`./b.js`);',
  'an escape': `import './\\u0062.js';`,
})) {
  test(`the host may resolve ${what} as it likes`, async (t) => {
    const bench = await open(t, `import './b.js'; const name = ''; ${text}`);
    await bench.save('a.js', `import './b.js'; const name = 1; ${text} import.meta.hot.accept();`);
    t.is(bench.asked(), 1);
  });
}

test('a computed specifier has no module', async (t) => {
  const bench = await open(t, `import './b.js'; const name = ''; import(name);`);
  await bench.change(`import './b.js'; const name = 1; import(name);`);
  t.is(bench.asked(), 0);
});

test('a TypeScript module is what the host makes of the file', async (t) => {
  const bench = new Bench(t, {}, { pulls: true, resolvesOnly: true });
  bench.project.writeNow('a.ts', 'import.meta.hot.accept();');
  bench.serve('a.ts', 'import.meta.hot.accept();');
  await bench.hello(1);
  await bench.save('a.ts', 'const a = 1; import.meta.hot.accept();');
  t.is(bench.pulls().length, 1);
});
