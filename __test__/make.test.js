/**
 * What `createHmr()` makes of files: packages by their names, TypeScript, JSX, style sheets, data. All of it is hot.
 */

import ava from 'ava';
import { closeBrowser } from './helpers/browser.js';
import { wasHot } from './helpers/expect.js';
import { startServer } from './helpers/serving.js';

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
