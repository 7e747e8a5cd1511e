/**
 * What `createHmr()` makes of files: packages by their names, TypeScript, JSX, style sheets, data. All of it is hot.
 */

import ava from 'ava';
import { closeBrowser, waitFor } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';
import { getFreePort } from '../helpers/port.js';
import { startServer } from '../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const PAGE = '<!doctype html><script type="module" src="main.ts"></script>';

/** A package below `node_modules`. */
const pkg = (name, manifest, files) => {
  const folder = `node_modules/${name}`;
  const all = { 'package.json': JSON.stringify({ name, ...manifest }), ...files };
  return Object.fromEntries(Object.entries(all).map(([file, text]) => [`${folder}/${file}`, text]));
};

/** The reports of the reloads so far; there is one at least. */
async function reloads({ events }) {
  const found = () => events.filter(({ type }) => type === 'reloaded');
  await waitFor(
    () => found().length > 0,
    () => JSON.stringify(events),
  );
  return found().map(({ report }) => report);
}

/** What code shows, and what it shows after an edit of a file. */
const CASES = {
  TypeScript: [
    {
      'main.ts': `import { add, type Num } from './add.js';
interface Shown { value: Num }
const shown: Shown = { value: add(1 as Num, 2) };
(globalThis as any).value = shown.value;
import.meta.hot?.accept('./add.js', (next) => { (globalThis as any).value = next!.add(1, 2); });`,
      'add.ts': `export type Num = number;
enum Sign { Plus = 1 }
export const add = (a: Num, b: Num): Num => a + b * Sign.Plus;`,
    },
    3,
    ['add.ts', 'export const add = (a: number, b: number): number => a - b;', -1],
  ],
  'specifiers without extension, and folders': [
    {
      'main.ts': `import { a } from './a'; import { b } from './b'; import data from './data';
globalThis.value = [a, b, data.c]; import.meta.hot.accept();`,
      'a.ts': `export const a: number = 1;`,
      'b/index.tsx': `export const b = 2;`,
      'data.json': '{"c":3}',
    },
    [1, 2, 3],
    ['data.json', '{"c":4}', [1, 2, 4]],
  ],
  'packages by exports, conditions and subpaths': [
    {
      'main.ts': `import a from 'a'; import b from 'a/b'; import c from '@scope/c'; import d from '#d'; import e from 'e';
globalThis.value = [a, b, c, d, e]; import.meta.hot.accept();`,
      'package.json': JSON.stringify({ imports: { '#d': './lib/d.ts' } }),
      'lib/d.ts': 'export default 4 as number;',
      ...pkg(
        'a',
        { exports: { '.': { node: './no.js', import: './yes.js' }, './b': './deep/b.js' } },
        {
          'yes.js': 'export { default } from "./one.js";',
          'one.js': 'export default 1;',
          'deep/b.js': 'export default 2;',
        },
      ),
      ...pkg('@scope/c', { module: 'c.mjs', main: 'c.cjs' }, { 'c.mjs': 'export default 3;' }),
      ...pkg(
        'e',
        { main: 'e.js', browser: { './no.js': './yes.js' } },
        {
          'e.js': 'import no from "./no.js"; export default no;',
          'yes.js': 'export default 5;',
        },
      ),
    },
    [1, 2, 3, 4, 5],
    ['lib/d.ts', 'export default 40 as number;', [1, 2, 3, 40, 5]],
  ],
  'JSX of a package that tsconfig.json names': [
    {
      'main.ts': `import { view } from './view'; globalThis.value = JSON.stringify(view); import.meta.hot.accept();`,
      'view.tsx': `export const view = <b title="x">{1}</b>;`,
      'tsconfig.json':
        '{ "compilerOptions": { /* comment */ "jsx": "react-jsx", "jsxImportSource": "tiny" } }',
      ...pkg(
        'tiny',
        { exports: { './jsx-runtime': './jsx.js' } },
        {
          'jsx.js': 'export const jsx = (tag, props) => [tag, props];',
        },
      ),
    },
    '["b",{"title":"x","children":1}]',
    ['view.tsx', 'export const view = <i>{2}</i>;', '["i",{"children":2}]'],
  ],
  'paths of tsconfig.json': [
    {
      'main.ts': `import { a } from '~/a'; globalThis.value = a; import.meta.hot.accept();`,
      'src/a.ts': 'export const a: number = 1;',
      'tsconfig.json': '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }',
    },
    1,
    ['src/a.ts', 'export const a: number = 2;', 2],
  ],
  'decorators of TypeScript, and fields as it means them': [
    {
      'main.ts': `import { tag } from './tag'; class A { @tag x = 1; declare y: string; }
globalThis.value = [new A().x, Object.keys(new A())]; import.meta.hot.accept();`,
      'tag.ts': `export function tag(target: object, name: string) {
  Object.defineProperty(target, name, { set(v: number) { this.kept = v * 10; }, get() { return this.kept; } });
}`,
      'tsconfig.json':
        '{ "compilerOptions": { "experimentalDecorators": true, "useDefineForClassFields": false } }',
    },
    [10, ['kept']],
    [
      'tag.ts',
      `export function tag(target: object, name: string) { Object.defineProperty(target, name, { set() {}, get: () => 7 }); }`,
      [7, []],
    ],
  ],
  'decorators of the language': [
    {
      'main.ts': `import { double } from './double'; class A { @double x() { return 1; } }
globalThis.value = new A().x(); import.meta.hot.accept();`,
      'double.ts': `export const double = (method: () => number, _: ClassMethodDecoratorContext) => function () { return method.call(this) * 2; };`,
    },
    2,
    [
      'double.ts',
      'export const double = (method: () => number) => function () { return method.call(this) * 3; };',
      3,
    ],
  ],
  '?raw, ?url and images': [
    {
      'main.ts': `import raw from './a.txt?raw'; import url from './a.txt?url'; import image from './b.svg';
globalThis.value = [raw, url, image]; import.meta.hot.accept();`,
      'a.txt': 'one',
      'b.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    },
    ['one', '/a.txt', '/b.svg'],
    ['a.txt', 'two', ['two', '/a.txt', '/b.svg']],
  ],
  'JSON with names': [
    {
      'main.ts': `import data, { a } from './a.json'; globalThis.value = [data.a, a, data['b-c']]; import.meta.hot.accept();`,
      'a.json': '{"a":1,"b-c":2,"__proto__":3}',
    },
    [1, 1, 2],
    ['a.json', '{"a":10,"b-c":2}', [10, 10, 2]],
  ],
  'the environment': [
    {
      'main.ts': `import { more } from './more.js'; const { MODE, DEV, PROD, BASE_URL } = import.meta.env;
globalThis.value = [MODE, DEV, PROD, BASE_URL, process.env.NODE_ENV, more]; import.meta.hot.accept();`,
      'more.js': `export const more = process.env.NODE_ENV !== 'production' && import.meta.env.DEV;`,
    },
    ['development', true, false, '/', 'development', true],
    [
      'more.js',
      'export const more = import.meta.env.MODE;',
      ['development', true, false, '/', 'development', 'development'],
    ],
  ],
  'dynamic imports': [
    {
      'main.ts': `const load = async () => { globalThis.value = (await import('./late')).late; };
load(); import.meta.hot.accept('./late', load);`,
      'late.ts': 'export const late: number = 1;',
    },
    1,
    ['late.ts', 'export const late: number = 2;', 2],
  ],
  'dynamic imports whose type the code computes': [
    {
      'main.ts': `const attributes = { type: 'json' }; const options = { with: attributes };
const loaded = [await import('./a.json', options), await import('./a.json', { with: attributes }), await import('./a.json')];
globalThis.value = loaded.map((one) => one.default.a); import.meta.hot.accept();`,
      'a.json': '{"a":1}',
    },
    [1, 1, 1],
    ['a.json', '{"a":2}', [2, 2, 2]],
  ],
};

for (const [what, [files, before, [file, text, after]]] of Object.entries(CASES)) {
  test(`${what}: at first, and after an edit`, async (t) => {
    const { project, open } = await startServer(t, { 'index.html': PAGE, ...files });
    const tab = await open();
    await tab.until(value, before);
    await project.write(file, text);
    await tab.until(value, after);
    wasHot(t, tab);
  });
}

const color = (selector) => getComputedStyle(document.querySelector(selector)).color;

test('style sheets that code imports are linked and hot', async (t) => {
  const { project, open } = await startServer(t, {
    'index.html': `${PAGE}<p>text</p>`,
    'main.ts': `import './a.css'; import text from './a.css?inline'; globalThis.value = text;
globalThis.color = getComputedStyle(document.querySelector('p')).color; import.meta.hot.accept();`,
    'a.css': "@import './b.css'; p { background: url(./b.svg) }",
    'b.css': 'p { color: rgb(1, 0, 0) }',
  });
  const tab = await open();
  await tab.until(value, "@import './b.css'; p { background: url(./b.svg) }");
  // Code that runs after the import may count on it.
  t.is(await tab.evaluate(() => globalThis.color), 'rgb(1, 0, 0)');
  await project.write('b.css', 'p { color: rgb(2, 0, 0) }');
  await tab.until(color, 'rgb(2, 0, 0)', 'p');
  await project.write('a.css', 'p { color: rgb(3, 0, 0) }');
  await tab.until(color, 'rgb(3, 0, 0)', 'p');
  await tab.until(value, 'p { color: rgb(3, 0, 0) }');
  // When nothing imports it any longer, the page no longer shows it.
  await project.write('main.ts', 'globalThis.value = 1; import.meta.hot.accept();');
  await tab.until(value, 1);
  await tab.until(color, 'rgb(0, 0, 0)', 'p');
  wasHot(t, tab);
});

test('CSS modules export their names and are hot', async (t) => {
  const { project, open } = await startServer(t, {
    'index.html': `${PAGE}<p>text</p>`,
    'main.ts': `import names, { one } from './a.module.css';
document.querySelector('p').className = names.two;
globalThis.value = [one === names.one, Object.keys(names).join()]; import.meta.hot.accept();`,
    'a.module.css':
      ".one { color: rgb(1, 0, 0) } .two { composes: one; composes: three from './b.module.css' }",
    'b.module.css': '.three { background-color: rgb(0, 0, 3) }',
  });
  const background = () => getComputedStyle(document.querySelector('p')).backgroundColor;
  const tab = await open();
  await tab.until(value, [true, 'one,two']);
  await tab.until(color, 'rgb(1, 0, 0)', 'p');
  await tab.until(background, 'rgb(0, 0, 3)');
  await project.write('b.module.css', '.three { background-color: rgb(0, 0, 4) }');
  await tab.until(background, 'rgb(0, 0, 4)');
  await project.write('a.module.css', '.one {} .two { color: rgb(2, 0, 0) } .four {}');
  await tab.until(color, 'rgb(2, 0, 0)', 'p');
  await tab.until(value, [true, 'four,one,two']);
  wasHot(t, tab);
});

test('an inline script imports a package by name, and TypeScript', async (t) => {
  const { project, open } = await startServer(t, {
    'index.html': `<!doctype html><script type="module">
import { a } from 'a'; import { b } from './b'; globalThis.value = [a, b];
import.meta.hot.accept('./b', (next) => { globalThis.value = [a, next.b]; });
</script>`,
    'b.ts': 'export const b: number = 2;',
    ...pkg('a', { type: 'module', main: 'a.js' }, { 'a.js': 'export const a = 1;' }),
  });
  const tab = await open();
  await tab.until(value, [1, 2]);
  await project.write('b.ts', 'export const b: number = 3;');
  await tab.until(value, [1, 3]);
  wasHot(t, tab);
});

/** What is wrong, where it is, and what the page says. */
const MISTAKES = {
  'TypeScript that cannot be parsed': ['part.ts', 'export const a: number = ;\n', 'part.ts:1:26'],
  'JSX that is not closed': ['part.tsx', '\nexport const a = <b>;\n', /part\.tsx:\d:\d+/],
  'a name twice, which only JavaScript forbids': [
    'part.ts',
    'interface A {}\nconst a: A = 1;\n\nconst a = 2;\n',
    'part.ts:4:7',
  ],
  'JSON with a comma too many': ['part.json', '{\n  "a": 1,\n}\n', 'part.json:3:1'],
  'a CSS module that is none': [
    'part.module.css',
    '.a { color: red }\n.b { 1 }\n',
    /part\.module\.css:2:\d+/,
  ],
  'a missing package': ['part.ts', "\nimport 'no-such';\n", 'part.ts:2:8'],
  'a missing file': ['part.ts', "\nimport './no-such';\n", 'part.ts:2:8'],
  'code that throws, seen in its source': [
    'part.ts',
    'interface A {}\n\nimport { dep } from "./dep";\nexport function fail(a: A) { throw new Error(dep); }\nfail({});\n',
    'part.ts:4:36',
  ],
};

/** The lines that the page shows of a problem, each with its number before it. */
const frame = () => {
  const shown = document
    .querySelector('hotgraph-overlay')
    .shadowRoot.querySelector('.frame').textContent;
  return shown.split('\n').flatMap((line) => /^[> ] *(\d+ \| ?.*)$/.exec(line)?.[1] ?? []);
};

const places = () => {
  const root = document.querySelector('hotgraph-overlay')?.shadowRoot;
  return root ? [...root.querySelectorAll('.place b')].map(({ textContent }) => textContent) : null;
};

for (const [what, [file, text, place]] of Object.entries(MISTAKES)) {
  const [good, better] = {
    'part.ts': ['export {};', 'export const better = 1;'],
    'part.tsx': ['export {};', 'export const better = 1;'],
    'part.json': ['{}', '{"better":1}'],
    'part.module.css': ['.a {}', '.better {}'],
  }[file];
  const matches = (found) => (typeof place === 'string' ? found === place : place.test(found));
  const shows = async (tab) => {
    await tab.until(() => document.querySelector('hotgraph-overlay') !== null, true);
    let found;
    await waitFor(
      async () => {
        found = await tab.evaluate(places);
        return found?.some(matches);
      },
      () => JSON.stringify(found),
    );
  };
  const isAsWritten = async (t, tab) => {
    const written = text.split('\n').map((line, at) => `${at + 1} | ${line}`.trimEnd());
    const shown = await tab.evaluate(frame);
    t.true(shown.length > 0);
    for (const line of shown) t.true(written.includes(line.trimEnd()), line);
  };
  test(`${what}: at page load, and until it is fixed`, async (t) => {
    const { project, open } = await startServer(t, {
      'index.html': PAGE,
      'main.ts': `import './${file}'; globalThis.value = 1;`,
      'dep.ts': 'export const dep: string = "dep";',
      [file]: text,
    });
    const tab = await open();
    await shows(tab);
    await isAsWritten(t, tab);
    await project.write(file, good);
    await tab.until(value, 1);
    await tab.until(places, null);
    t.is(tab.loads, 2);
  });

  test(`${what}: in an update, which changes nothing else`, async (t) => {
    const { project, open } = await startServer(t, {
      'index.html': PAGE,
      'main.ts': `import './${file}'; globalThis.value = (globalThis.value ?? 0) + 1; import.meta.hot.accept();`,
      'dep.ts': 'export const dep: string = "dep";',
      [file]: good,
    });
    const tab = await open();
    await tab.until(value, 1);
    await project.write(file, text);
    await shows(tab);
    await isAsWritten(t, tab);
    t.is(await tab.evaluate(value), 1);
    await project.write(file, better);
    await tab.until(value, 2);
    await tab.until(places, null);
    t.is(tab.loads, 1);
  });
}

test('a style sheet loads though what it imports from elsewhere is missing, and not without its own', async (t) => {
  const missing = `@import "http://localhost:${await getFreePort()}/font.css";`;
  const { open } = await startServer(t, {
    'index.html': PAGE,
    'main.ts': `await import('./away.css');
const own = await import('./own.css').catch((error: Error) => error.message);
globalThis.value = own;`,
    'away.css': `${missing} @import './inner.css'; p { color: rgb(1, 2, 3) }`,
    'inner.css': `${missing} p { color: red }`,
    'own.css': `${missing} @import './none.css'; p { color: red }`,
  });
  const tab = await open();
  await tab.until(value, 'the style sheet /own.css could not be loaded');
  t.is(tab.loads, 1);
});

test('packages above the root, and through links of package managers, are served', async (t) => {
  const { project, open } = await startServer(
    t,
    {
      'app/index.html': PAGE,
      'app/main.ts': `import { a } from 'a'; import { b } from 'b'; globalThis.value = [a, b]; import.meta.hot.accept();`,
      ...pkg(
        'a',
        { type: 'module', main: 'a.js' },
        {
          'a.js': `import './style.css'; import { deep } from './deep.js'; export const a = deep;`,
          'deep.js': 'export const deep = 1;',
          'style.css': 'p {}',
          '.secret.js': 'export default "SECRET";',
        },
      ),
      'node_modules/.pnpm/b@1/node_modules/b/package.json':
        '{"name":"b","type":"module","main":"b.js"}',
      'node_modules/.pnpm/b@1/node_modules/b/b.js': `export { c as b } from 'c';`,
      'node_modules/.pnpm/b@1/node_modules/c/package.json':
        '{"name":"c","exports":"./c.js","type":"module"}',
      'node_modules/.pnpm/b@1/node_modules/c/c.js': 'export const c = 2;',
      'secret/package.json': '{}',
      'secret/a.js': 'export default "SECRET";',
    },
    { root: 'app', links: [['node_modules/.pnpm/b@1/node_modules/b', 'node_modules/b']] },
  );
  const tab = await open();
  await tab.until(value, [1, 2]);
  await project.write('node_modules/a/deep.js', 'export const deep = 10;');
  await tab.until(value, [10, 2]);
  wasHot(t, tab);
  for (const url of ['secret/a.js', 'node_modules/a/.secret.js', 'node_modules/.pnpm/x.js']) {
    const status = (path) => fetch(path).then((answer) => answer.status);
    t.is(await tab.evaluate(status, `/__outside__/1/${url}`), 404, url);
  }
});

test('CommonJS packages: React keeps its state', async (t) => {
  const view = (text) => `import { useState } from 'react';
export function View() {
  const [count, setCount] = useState(0);
  return <button onClick={() => setCount(count + 1)}>${text} {count}</button>;
}`;
  const { project, open, hmr } = await startServer(
    t,
    {
      'app/index.html': `${PAGE}<div id="root"></div>`,
      'app/main.ts': `import { createElement } from 'react'; import { createRoot } from 'react-dom/client';
import { View } from './view';
const root = import.meta.hot.data.root ??= createRoot(document.querySelector('#root'));
root.render(createElement(View)); import.meta.hot.accept();`,
      'app/view.tsx': view('one'),
    },
    { root: 'app', links: [[`${process.cwd()}/node_modules`, 'node_modules']] },
  );
  const text = () => document.querySelector('button')?.textContent;
  const tab = await open();
  await tab.until(text, 'one 0');
  await tab.page.locator('button').click();
  await tab.until(text, 'one 1');
  await project.write('app/view.tsx', view('two'));
  await tab.until(text, 'two 0');
  wasHot(t, tab);
  t.deepEqual(tab.errors, []);
  t.deepEqual(
    hmr.events.filter(({ type }) => type === 'diagnostics'),
    [],
  );
});

test('CommonJS packages of a workspace, by their names; files of no package stay what they are', async (t) => {
  const { open } = await startServer(
    t,
    {
      'index.html': PAGE,
      'package.json': '{ "name": "app", "workspaces": ["packages/*"] }',
      'main.ts': `import linked, { util } from '@ws/util'; import { deep } from '@ws/util/deep';
import './umd.js'; globalThis.value = [linked.util, util, deep, globalThis.umd];`,
      // A script for browsers is one, though it could be CommonJS too.
      'umd.js': `(function (root, make) { typeof exports === 'object' ? (module.exports = make()) : (root.umd = make()); })(globalThis, () => 3);`,
      'node_modules/@ws/none.txt': '',
      'packages/util/package.json': '{ "name": "@ws/util", "main": "index.js" }',
      'packages/util/index.js': `exports.util = require('./part').part;`,
      'packages/util/part.js': 'exports.part = 1;',
      'packages/util/deep.js': 'module.exports = { deep: 2 };',
    },
    {
      links: [
        ['packages/util', 'node_modules/@ws/util'],
        [`${process.cwd()}/node_modules/esbuild`, 'node_modules/esbuild'],
      ],
    },
  );
  const tab = await open();
  await tab.until(value, [1, 1, 2, 3]);
  t.deepEqual(tab.errors, []);
});

test('a CommonJS package that is edited reloads the page, with the reason', async (t) => {
  const { project, open, hmr } = await startServer(t, {
    'index.html': PAGE,
    'main.ts': `import { a } from 'a'; globalThis.value = a; import.meta.hot.accept();`,
    ...pkg(
      'a',
      { main: 'a.js' },
      {
        'a.js': `exports.a = require('./b.js');`,
        'b.js': 'module.exports = 1;',
      },
    ),
  });
  const tab = await open();
  await tab.until(value, 1);
  await project.write('node_modules/a/b.js', 'module.exports = 2;');
  await tab.until(value, 2);
  t.deepEqual(
    (await reloads(hmr)).map(({ cause }) => cause),
    ['declined'],
  );
  await project.write('node_modules/a/b.js', 'module.exports = ;');
  await waitFor(
    () => hmr.events.some(({ type }) => type === 'diagnostics'),
    () => JSON.stringify(hmr.events),
  );
});

test('tsconfig.json: a change of it, of what it extends, or a mistake reloads the page', async (t) => {
  const config = (source) =>
    `{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "${source}" } }`;
  const { project, open, hmr } = await startServer(t, {
    'index.html': PAGE,
    'main.ts': `import { view } from './view'; globalThis.value = view; import.meta.hot.accept();`,
    'view.tsx': 'export const view = <b />;',
    'tsconfig.json': config('one'),
    ...pkg(
      'one',
      { exports: { './jsx-runtime': './jsx.js' } },
      { 'jsx.js': 'export const jsx = () => 1;' },
    ),
    ...pkg(
      'two',
      { exports: { './jsx-runtime': './jsx.js' } },
      { 'jsx.js': 'export const jsx = () => 2;' },
    ),
  });
  const tab = await open();
  await tab.until(value, 1);
  await project.write('tsconfig.json', config('two'));
  await tab.until(value, 2);
  const [{ changed }] = await reloads(hmr);
  t.is(changed, '/tsconfig.json');
  await project.write('tsconfig.json', '{\n  "compilerOptions": { "jsx" }\n}\n');
  let found;
  await waitFor(
    async () => {
      // The page reloads: between two looks at it, the overlay may go and come back.
      found = await tab.evaluate(places).catch(() => null);
      return /^tsconfig\.json:2:\d+$/.test(found?.[0]);
    },
    () => JSON.stringify(found),
  );
  await project.write('tsconfig.json', config('one'));
  await tab.until(value, 1);
  await tab.until(places, null);

  // What it extends counts too.
  await project.write('base.json', config('two'));
  await project.write('tsconfig.json', '{ "extends": "./base" }');
  await tab.until(value, 2);
  await project.write('base.json', config('one'));
  await tab.until(value, 1);
});

test('what changes nothing but the source map is no update, and the next page load has the new map', async (t) => {
  const part =
    'enum E { One = 1 }\nexport const value = () => { throw new Error(String(E.One)); };\n';
  const files = {
    'index.html': PAGE,
    'main.ts':
      "import { value } from './part.ts';\nimport { other } from './other.ts';\nimport.meta.hot.accept();\nObject.assign(globalThis, { fail: value, value: other });\nif (location.search) value();",
    'part.ts': part,
    'other.ts': 'export const other: number = 1;\n',
  };
  const served = await startServer(t, files);
  const { project, hmr } = served;
  const tab = await served.open();
  await tab.until(value, 1);
  const mapOf = async () => {
    const code = await (await fetch(`${served.origin}/part.ts`)).text();
    const [, data] = /sourceMappingURL=data:[^,]*,(\S+)/.exec(code);
    return JSON.parse(Buffer.from(data, 'base64').toString()).sourcesContent[0];
  };
  await project.write('part.ts', `\n\n${part}`);
  await waitFor(
    async () => (await mapOf()) === `\n\n${part}`,
    () => 'the map is the one from before',
  );
  await project.write('other.ts', files['other.ts'].replace('1', '2'));
  await tab.until(value, 2);
  const updates = hmr.events.filter(({ type }) => type === 'updated');
  t.deepEqual(
    updates.map((one) => one.files),
    [[project.path('other.ts')]],
  );
  // The code that the page runs is said to be where it is by now.
  const other = await served.open('/?fail');
  const place = () =>
    document.querySelector('hotgraph-overlay')?.shadowRoot.querySelector('.place b')?.textContent;
  await other.until(place, 'part.ts:4:36');
  // A real change comes after it.
  await project.write(
    'part.ts',
    part.replace('throw new Error(String(E.One))', 'return E.One + 2'),
  );
  await tab.until(() => globalThis.fail(), 3);
  wasHot(t, tab);
});

/** Code that is none of its file's language, and what says so: line, words, and what to do. */
const MISNAMED = {
  'JSX in a .js file': [
    'part.js',
    'export const value = () => <p>text</p>;\n',
    [1, /name the file \.jsx/],
  ],
  'JSX in a .ts file': [
    'part.ts',
    'const n: number = 1;\nexport const value = () => <p>{n}</p>;\n',
    [2, /name the file \.tsx/],
  ],
  'a decorated accessor with a private name': [
    'part.ts',
    'const d = (target: any) => target;\nexport class value {\n  @d accessor #n = 1;\n}\n',
    [3, /without "#"/],
  ],
};

for (const [name, [file, code, [line, remedy]]] of Object.entries(MISNAMED)) {
  test(`${name} says what to do, at the load and after an edit`, async (t) => {
    const files = {
      'index.html': PAGE,
      'main.ts': `import { value } from './${file}';\nglobalThis.value = typeof value;\nimport.meta.hot.accept();`,
      [file]: code,
    };
    const { project, hmr, open } = await startServer(t, files);
    const tab = await open();
    const remedies = () =>
      [
        ...(document.querySelector('hotgraph-overlay')?.shadowRoot.querySelectorAll('.remedy') ??
          []),
      ].map(({ textContent }) => textContent);
    const said = async () => {
      await waitFor(
        async () => (await tab.evaluate(remedies)).some((text) => remedy.test(text)),
        () => JSON.stringify(hmr.events, null, 1),
      );
      const { diagnostics } = hmr.events.findLast(({ type }) => type === 'diagnostics');
      t.is(diagnostics[0].file, project.path(file));
      t.is(diagnostics[0].line, line);
    };
    await said();
    await project.write(file, 'export const value = 1;\n');
    await tab.until(value, 'number');
    await project.write(file, code);
    await said();
    t.is(await tab.evaluate(value), 'number');
  });
}
