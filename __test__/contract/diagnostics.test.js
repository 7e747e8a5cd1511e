/**
 * The terminal and the page's console warn of uses of `import.meta.hot` that cannot work, with their places and what to
 * do, until the file is fixed. Code that does what it says is not reported.
 */

import { esbuildPlugin } from '@web/dev-server-esbuild';
import test from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';

test.after.always(closeBrowser);

/** All warnings that a server reported, in order. */
const warnings = (server) =>
  server.events
    .filter((event) => event.type === 'diagnostics')
    .flatMap((event) => event.diagnostics)
    .filter((diagnostic) => diagnostic.severity === 'warning');

/** Waits for a warning about a file. */
async function warningOf(server, file, text = /./) {
  const matches = (found) => found.file?.endsWith(file) && text.test(found.message);
  await server.event((event) => event.type === 'diagnostics' && event.diagnostics.some(matches));
  return warnings(server).findLast(matches);
}

/** Mends the module of a name. */
const good = (name) => `import './dep.js';
import.meta.hot.accept('./dep.js', () => {});
(globalThis.mended ??= new Set()).add('${name}');
`;

/** A module's name and code; line, column and message of its warning, and a word of its remedy. */
const odd = [
  [
    'never-runs',
    `if (false) {\n  import.meta.hot.accept();\n}\n`,
    [2, 3, /accepts updates in code that never runs/, /move the call/],
  ],
  [
    'declines',
    `import.meta.hot.decline();\nimport.meta.hot.accept(() => {});\n`,
    [2, 1, /declines them in line 1/, /remove accept\(\) or decline\(\)/],
  ],
  [
    'invalidates',
    `import.meta.hot.accept();\nif (import.meta.hot) {\n  import.meta.hot.invalidate();\n}\n`,
    [3, 3, /invalidate\(\) whenever it runs/, /in a callback of accept/],
  ],
  [
    'no-specifier',
    `import './dep.js';\nimport.meta.hot.accept(['./dep.js', 5], () => {});\n`,
    [2, 37, /no specifier/, /strings/],
  ],
  [
    'no-dependencies',
    `import.meta.hot.accept([], () => {});\n`,
    [1, 24, /empty list/, /accept\(callback\)/],
  ],
  [
    'no-callback',
    `import './dep.js';\nimport.meta.hot.accept('./dep.js', './dep.js');\n`,
    [2, 36, /no function/, /give a function/],
  ],
  [
    'callback-first',
    `import './dep.js';\nimport.meta.hot.accept(() => {}, './dep.js');\n`,
    [2, 34, /after the callback/, /accept\('\.\/dep\.js', callback\)/],
  ],
  [
    'itself',
    `import.meta.hot.accept('./itself.js', () => {});\n`,
    [1, 24, /this module itself/, /without a specifier/],
  ],
  [
    'no-import',
    `import './dep.js';\nimport.meta.hot.accept('./dpe.js', () => {});\n`,
    [2, 24, /names no import/, /one of its imports/],
  ],
];

test('each mistake is reported with its place until it is fixed', async (t) => {
  const files = odd.map(([name, code]) => [`${name}.js`, code]);
  const { project, server, tab, open } = await startApp(t, {
    'main.js': odd
      .map(
        ([name]) => `import './${name}.js';\nimport.meta.hot.accept('./${name}.js', () => {});\n`,
      )
      .join(''),
    ...Object.fromEntries(files),
    'dep.js': 'export {};',
  });
  for (const [name, , [line, column, message, remedy]] of odd) {
    const warning = await warningOf(server, `${name}.js`);
    t.is(warning.severity, 'warning');
    t.is(warning.url, `/${name}.js`);
    t.deepEqual([warning.line, warning.column], [line, column], name);
    t.regex(warning.message, message);
    t.regex(warning.remedy, remedy);
    t.regex(warning.frame, new RegExp(`^> ${line} \\| `, 'm'));
    const shown = await tab.logged(`${name}.js:${line}:${column} ${warning.message}`);
    t.is(shown.type, 'warning');
    t.true(shown.text.includes(warning.remedy));
  }

  // Another save that does not mend it.
  for (const [file, code] of files) await project.write(file, `\n${code}`);
  for (const [name, , [line, column]] of odd) await tab.logged(`${name}.js:${line + 1}:${column}`);
  t.is(warnings(server).length, 2 * odd.length);

  for (const [name] of odd) await project.write(`${name}.js`, good(name));
  await tab.until(() => globalThis.mended?.size, odd.length);
  const second = await open();
  await second.until(() => globalThis.mended?.size, odd.length);
  const later = second.console.filter(({ type }) => type === 'warning');
  t.deepEqual(later, []);
  t.is(warnings(server).length, 2 * odd.length);
});

test('a module that loads later shows its warning then', async (t) => {
  const { server, tab } = await startApp(t, {
    'main.js': `globalThis.load = () => import('./odd.js');`,
    'odd.js': 'import.meta.hot.accept([], () => {});',
  });
  await tab.evaluate(() => globalThis.load());
  await warningOf(server, 'odd.js');
  await tab.logged('odd.js:1:24');
  await tab.page.reload();
  await tab.connected();
  tab.console.length = 0;
  // The server has said it at the connection, when nothing of the module was there.
  await tab.evaluate(() => globalThis.load());
  await tab.logged('odd.js:1:24');
  t.is(warnings(server).length, 1);
});

test('places in transformed modules are those of the file', async (t) => {
  const { server, tab } = await startApp(
    t,
    {
      'main.js': `import './odd.ts';`,
      'odd.ts': `interface Gone {
  a: string;
}
import { dep } from './dep.js';

export const value: Gone = { a: dep };

import.meta.hot.accept('./dep.js', () => {});
import.meta.hot.accept(['./typo.js'], () => {});
import.meta.hot.accept('./dep.js', 'no callback');
`,
      'dep.ts': `export const dep: string = 'x';`,
    },
    { before: [esbuildPlugin({ ts: true })] },
  );
  const typo = await warningOf(server, 'odd.ts', /typo/);
  t.deepEqual([typo.line, typo.column], [9, 25]);
  const callback = await warningOf(server, 'odd.ts', /no function/);
  t.deepEqual([callback.line, callback.column], [10, 36]);
  t.regex(callback.frame, /> 10 \| import\.meta\.hot\.accept\('\.\/dep\.js', 'no callback'\)/);
  await tab.logged('odd.ts:10:36');
  t.is(warnings(server).length, 2);
});

test('specifiers that only a resolver or an import map knows cause no warning', async (t) => {
  const { project, server, tab } = await startApp(
    t,
    {
      'index.html': `<!doctype html><script type="importmap">
        { "imports": { "mapped": "/lib/mapped.js", "folder/": "/lib/" } }
        </script><script type="module" src="./main.js"></script>`,
      'main.js': `import 'bare';
import 'mapped';
import 'folder/deep.js';
import './extension';
import './dep.js?a';
import './dep.js#part';
const late = () => import('./late.js');
globalThis.late = late;
if (import.meta.hot) {
  import.meta.hot.accept('bare', () => {});
  import.meta.hot.accept(['mapped', 'folder/deep.js'], () => {});
  import.meta.hot.accept('./extension', () => {});
  import.meta.hot.accept(['./dep.js?a', './dep.js', '/dep.js#part', './late.js'], () => {});
}
import.meta.hot.accept('./typo.js', () => {});
`,
      'node_modules/bare/index.js': 'export {};',
      'lib/mapped.js': 'export {};',
      'lib/deep.js': 'export {};',
      'extension.js': 'export {};',
      'dep.js': 'export {};',
      'late.js': 'export {};',
    },
    {
      before: [
        {
          name: 'resolver',
          resolveImport({ source }) {
            if (source === 'bare') return '/node_modules/bare/index.js';
            return source.endsWith('/extension') ? `${source}.js` : undefined;
          },
        },
      ],
    },
  );
  await tab.logged('./typo.js');
  t.deepEqual(
    warnings(server).map(({ line }) => line),
    [15],
  );
  await project.write('extension.js', 'export const one = 1;');
  await server.event((event) => event.type === 'applied');
  t.is(tab.loads, 1);
});

test('correct code of all dialects causes no warning', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `import './dep.js';
export let value = 1;
const data = import.meta.hot?.data ?? {};
data.runs = (data.runs ?? 0) + 1;
globalThis.runs = data.runs;
if (import.meta.hot) {
  import.meta.hot.accept(({ module }) => { value = module.value; });
  import.meta.hot.accept('./dep.js', null);
  import.meta.hot.accept(['./dep.js'], ([dep]) => { if (!dep) import.meta.hot.invalidate(); });
  import.meta.hot.dispose(() => {});
  if (data.runs > 100) import.meta.hot.decline();
  if (data.shape) { import.meta.hot.invalidate('the shape changed'); }
} else {
  throw new Error('not hot');
}
function setup(hot) { if (!hot) return; hot.accept(); }
setup(import.meta.hot);
`,
    'dep.js': 'export {};',
  });
  await tab.until(() => globalThis.runs, 1);
  await project.write(
    'main.js',
    `import './dep.js';\nimport.meta.hot.data.x = import.meta.hot.accept([], 1);\nglobalThis.runs = 2;\n`,
  );
  // The server reports in order: what it had to say of the first content, it has said by now.
  await warningOf(server, 'main.js', /empty list/);
  t.true(warnings(server).every(({ line }) => line === 2));
});
