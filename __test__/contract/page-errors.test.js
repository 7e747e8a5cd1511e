/**
 * Errors that keep a page from loading, and errors of its code, are shown with file, line and code: in the page, in its
 * console, and as data.
 */

import { basename, resolve } from 'node:path';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import ava from 'ava';
import { transformSync } from 'esbuild';
import { PAGE, startApp } from '../helpers/app.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

/** What the page shows of its problems: place, message, frame and remedy; `null` without an overlay. */
const problems = () => {
  const root = document.querySelector('hotgraph-overlay')?.shadowRoot;
  if (!root) return null;
  const text = (item, selector) => item.querySelector(selector)?.textContent ?? null;
  return [...root.querySelectorAll('li')].map((item) => ({
    place: text(item, '.place b'),
    message: text(item, '.message'),
    frame: text(item, '.frame'),
    remedy: text(item, '.remedy'),
    stack: text(item, '.stack'),
  }));
};

/** The places of what the page shows. */
const places = () => {
  const root = document.querySelector('hotgraph-overlay')?.shadowRoot;
  return root ? [...root.querySelectorAll('.place b')].map(({ textContent }) => textContent) : null;
};

const errors = (server) =>
  server.events
    .filter(({ type }) => type === 'diagnostics')
    .flatMap(({ diagnostics }) => diagnostics)
    .filter(({ severity }) => severity === 'error');

const typescript = () => esbuildPlugin({ ts: true });

/** TypeScript that throws in line 8, which is line 1 of what the browser gets. */
const THROWS = `interface Gone {
  a: string;
}
type Also = Gone | null;



throw new Error('of line 8' as string);
`;

/** TypeScript that throws in line 8 in a function. Above it are names that are not what the browser gets. */
const THROWS_DEEP = `import { dep } from './dep.js';
interface Gone {
  a: string;
}

export function fail(value: Gone): never {
  const list: number[] = [dep, dep, dep];
  list.forEach((one) => { if (one === dep) throw new Error(\`deep \${dep}\`); });
  throw value;
}

fail({ a: 'x' });
`;

/**
 * What a page fails at when it is loaded: files, then the place, the message, and what is in the frame and the remedy.
 * `main.js` imports `./part.js`.
 */
/** What a compiler writes: code, and its map in a file of its own, which names its source by where that is. */
function compiled(
  source,
  { folder = '', sourceRoot, sourcesContent = false, name = '../src/throws.ts' },
) {
  const options = { loader: 'ts', sourcemap: 'external', sourcesContent };
  const { code, map } = transformSync(source, { ...options, sourcefile: name });
  const found = { ...JSON.parse(map), sources: [name], ...(sourceRoot && { sourceRoot }) };
  return {
    'dist/throws.js': `${code}//# sourceMappingURL=${folder}throws.js.map\n`,
    [`dist/${folder}throws.js.map`]: JSON.stringify(found),
  };
}

const cases = {
  'a script that throws': [
    { 'part.js': `\nfunction fail() {\n  throw new TypeError('boom');\n}\nfail();\n` },
    ['part.js:3:9', /^boom$/, /^> 3 \| {3}throw new TypeError/m],
  ],
  'a script that throws next to an import that the server resolves': [
    {
      'part.js': `import { a } from 'package';\nnull.b(a);\n`,
      'node_modules/package/package.json': '{ "name": "package", "exports": "./main.js" }',
      'node_modules/package/main.js': 'export const a = 1;',
    },
    ['part.js:2:6', /null/, /^ {2}1 \| import \{ a \} from 'package';$/m],
    { config: { nodeResolve: true } },
  ],
  'a syntax error': [
    { 'part.js': '\nexport const a = ;\n' },
    ['part.js:2:18', /./, /^> 2 \| export const a = ;/m],
  ],
  'a missing file': [
    { 'part.js': `\nimport {\n  a,\n} from './gone.js';\na();\n` },
    ['part.js:4:8', /imports "\.\/gone\.js".*404/, /^> 4 \| } from '\.\/gone\.js'/m, /gone\.js/],
  ],
  'a missing CSS module': [
    { 'part.js': `\nimport sheet from './gone.css' with { type: 'css' };\nsheet;\n` },
    ['part.js:2:19', /imports "\.\/gone\.css".*404/, /^> 2 \| import sheet/m, /gone\.css/],
  ],
  'a missing file of an import()': [
    { 'part.js': `\nexport const late = import('./gone.js');\n` },
    ['part.js:2:28', /imports "\.\/gone\.js".*404/, /^> 2 \| export const late/m, /gone\.js/],
  ],
  'a missing package': [
    { 'part.js': `\nimport 'no-such/part.js';\n` },
    ['part.js:2:8', /imports "no-such\/part\.js"/, /^> 2 \|/m, /npm install no-such\)/],
  ],
  'a missing package of a scope, where names are resolved': [
    { 'part.js': `\nimport '@no/such/part.js';\n` },
    ['part.js:2:8', /imports "@no\/such\/part\.js"/, /^> 2 \|/m, /npm install @no\/such\)/],
    { config: { nodeResolve: true } },
  ],
  'a missing export': [
    {
      'part.js': `\nimport { a, wrong } from './dep.js';\na(wrong);\n`,
      'dep.js': 'export const a = 1;\nexport const right = 2;\n',
    },
    ['part.js:2:13', /imports "wrong" from "\.\/dep\.js"/, /^> 2 \|/m, /a, right$/],
  ],
  'a missing export of a re-export': [
    { 'part.js': `\nexport { wrong } from './dep.js';\n`, 'dep.js': '' },
    ['part.js:2:10', /"wrong" from "\.\/dep\.js"/, /^> 2 \|/m, /exports nothing/],
  ],
  'broken JSON': [
    {
      'part.js': `import data from './data.json' with { type: 'json' };\ndata;\n`,
      'data.json': '{\n  "a": 1,\n}\n',
    },
    ['data.json:3:1', /JSON/, /^> 3 \| }/m],
  ],
  'code that throws in its first line': [
    {
      'part.js': `import { dep } from './dep.js'; dep(); throw new Error('in line ' + dep());\n`,
      'dep.js': 'export const dep = () => 1;\n',
    },
    ['part.js:1:46', /^in line 1$/, /^> 1 \| import/m],
  ],
  'one line that awaits and throws': [
    { 'part.js': `\ufeff/* 😀 */ export const a = await 1; null.b;` },
    ['part.js:1:41', /null/, /^> 1 \| /m],
  ],
  'a TypeScript file that throws': [
    { 'part.js': `import './throws.ts';\n`, 'throws.ts': THROWS },
    ['throws.ts:8:7', /^of line 8$/, /^> +8 \| throw new Error\('of line 8' as string\)/m],
    { before: [typescript()] },
  ],
  'a TypeScript function that throws': [
    {
      'part.js': `import './throws.ts';\n`,
      'throws.ts': THROWS_DEEP,
      'dep.ts': 'export const dep: number = 1;\n',
    },
    ['throws.ts:8:50', /^deep 1$/, /^> {2}8 \| {3}list\.forEach/m],
    { before: [typescript()] },
  ],
  'compiled code whose map is a file of its own': [
    {
      'part.js': `import './dist/throws.js';\n`,
      ...compiled(THROWS_DEEP, {}),
      'src/throws.ts': THROWS_DEEP,
      'dist/dep.js': 'export const dep = 1;\n',
    },
    ['src/throws.ts:8:50', /^deep 1$/, /^> {2}8 \| {3}list\.forEach/m],
  ],
  'compiled code whose map is elsewhere, has the source and a root for it': [
    {
      'part.js': `import './dist/throws.js';\n`,
      ...compiled(THROWS_DEEP, {
        folder: 'maps/',
        sourceRoot: '/nowhere/',
        sourcesContent: true,
        name: 'throws.ts',
      }),
      'dist/dep.js': 'export const dep = 1;\n',
    },
    ['/nowhere/throws.ts:8:50', /^deep 1$/, /^> {2}8 \| {3}list\.forEach/m],
  ],
  'code whose map is not there': [
    {
      'part.js': `import './throws.js';\n`,
      'throws.js': `\n\nthrow new Error('plain');\n//# sourceMappingURL=throws.js.map\n`,
    },
    ['throws.js:3:7', /^plain$/, /^> 3 \| throw/m],
  ],
  'a TypeScript file that is none': [
    { 'part.js': `import './wrong.ts';\n`, 'wrong.ts': 'interface A {}\nexport const a = ;\n' },
    ['wrong.ts:2:18', /Expression expected/, /^> 2 \| export const a = ;/m],
    { before: [typescript()] },
  ],
  'a name that only Node has': [
    { 'part.js': `\nexport const a = process.env.HOME;\n` },
    ['part.js:2:18', /process/, /^> 2 \|/m, /"process" is Node's.*import\.meta\.env/],
  ],
  'a module of CommonJS that is loaded as it is': [
    { 'part.js': `\nmodule.exports = 1;\n` },
    ['part.js:2:1', /module/, /^> 2 \|/m, /"module" is Node's.*Write export/],
  ],
  "a package that Yarn's Plug'n'Play keeps in an archive": [
    { '.pnp.cjs': '', 'part.js': `\nimport '@a/b/c';\n` },
    ['part.js:2:8', /imports "@a\/b\/c"/, /^> 2 \|/m, /keeps @a\/b in an archive.*nodeLinker/],
  ],
  ...Object.fromEntries(
    [
      ['css', 'a {}', /link it in the page.*with \{ type: 'css' \}/],
      ['json', '{}', /with \{ type: 'json' \}/],
      ['txt', 'text', /new URL\(".\/data\.txt", import\.meta\.url\)/],
      ['html', '<p>', /new URL\(/],
    ].map(([type, text, remedy]) => [
      `an import of ${type}, of which the server makes no script`,
      [
        {
          'part.js': `import sheet from './fine.css' with { type: 'css' };\nimport './deep.js';\nsheet;\n`,
          'fine.css': 'a {}',
          'deep.js': `\nimport './data.${type}';\n`,
          [`data.${type}`]: text,
        },
        ['deep.js:2:8', /imports "\.\/data\.\w+".*no script/, /^> 2 \|/m, remedy],
      ],
    ]),
  ),
  'a file that an installed package does not export': [
    {
      'part.js': `\nimport '@a/b/gone';\n`,
      'node_modules/@a/b/package.json': '{ "name": "@a/b", "exports": { ".": "./main.js" } }',
      'node_modules/@a/b/main.js': '',
    },
    [
      'part.js:2:8',
      /imports "@a\/b\/gone", which the package @a\/b does not have/,
      /^> 2 \|/m,
      /node_modules.@a.b.package\.json says/,
    ],
  ],
  'a file that an installed package does not export, resolved by the server': [
    {
      'part.js': `\nimport 'package/gone';\n`,
      'node_modules/package/package.json': '{ "name": "package", "exports": { ".": "./main.js" } }',
      'node_modules/package/main.js': '',
    },
    ['part.js:2:8', /imports "package\/gone", which the package package does not have/, /^> 2 \|/m],
    { config: { nodeResolve: true } },
  ],
  "a name that is not in the package's own imports": [
    { 'part.js': `\nimport '#gone';\n`, 'package.json': '{ "imports": { "#a": "./a.js" } }' },
    ['part.js:2:8', /imports "#gone"/, /^> 2 \|/m, /"imports" in package\.json/],
    { config: { nodeResolve: true } },
  ],
  'an element that is defined twice': [
    {
      'part.js': `class A extends HTMLElement {}\ncustomElements.define('x-a', A);\ncustomElements.define('x-a', class extends A {});\n`,
    },
    ['part.js:3:16', /./, /^> 3 \|/m, /customElements\.get\("x-a"\) \?\? customElements\.define/],
  ],
};

for (const kind of ['plain', 'hot']) {
  for (const [name, [files, expected, options]] of Object.entries(cases)) {
    test(`${name}, at page load, ${kind}`, async (t) => {
      const [place, message, frame, remedy] = expected;
      const accept = kind === 'hot' ? 'import.meta.hot.accept();\n' : '';
      const main = `import './part.js';\n${accept}globalThis.ran = true;\n`;
      const { project, server, tab } = await startApp(t, { 'main.js': main, ...files }, options);
      await tab.until(places, [basename(place)]);
      await tab.until(
        (source) =>
          new RegExp(source).test(
            document.querySelector('hotgraph-overlay').shadowRoot.querySelector('.message')
              .textContent,
          ),
        true,
        message.source,
      );
      const [shown] = await tab.evaluate(problems);
      t.regex(shown.frame, frame);
      if (remedy) t.regex(shown.remedy, remedy);
      const file = resolve(project.folder, place.split(':')[0]);
      const logged = await tab.logged(`${file}:${place.split(':').slice(1).join(':')} `);
      t.regex(logged.text, message.source.startsWith('^') ? /./ : message);
      t.regex(logged.text, frame);
      const found = errors(server);
      t.is(found.length, 1, JSON.stringify(found, null, 1));
      const [{ file: named, line, column }] = found;
      const [expectedLine, expectedColumn] = place.split(':').slice(1).map(Number);
      t.deepEqual([named, line, column], [file, expectedLine, expectedColumn]);
      t.is(tab.console.filter(({ text }) => text.includes(`${file}:`)).length, 1);
    });
  }
}

for (const name of ['.env', '../secret.txt', 'folder/.hidden/a.ts']) {
  test(`a source map cannot show a file that is hidden, or outside of the root: ${name}`, async (t) => {
    const secret = 'one\n'.repeat(20);
    const { server } = await startApp(
      t,
      {
        'app/index.html': PAGE,
        'app/main.js': `import './throws.js';\n`,
        'app/throws.js': `throw new Error('boom');\n//# sourceMappingURL=throws.js.map\n`,
        'app/throws.js.map': JSON.stringify({
          version: 3,
          sources: [name],
          names: [],
          mappings: 'AAEE',
        }),
        [`app/${name}`]: secret,
      },
      { root: 'app' },
    );
    await waitFor(
      () => errors(server).length > 0,
      () => 'nothing was told',
    );
    const [{ file, line, frame }] = errors(server);
    t.true(file.endsWith(name.split('/').at(-1)), file);
    t.is(line, 3);
    t.is(frame, null);
  });
}

test('a fixed error is gone, also after a reload', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './part.js';\nglobalThis.ran = 1;\n`,
    'part.js': `import './gone.js';\n`,
  });
  await tab.until(places, ['part.js:1:8']);
  await project.write('gone.js', 'export {};\n');
  await tab.until(() => globalThis.ran, 1);
  await tab.until(places, null);
  t.is(tab.loads, 2);
});

test('what is fixed in place is gone without a reload', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `const load = () => import('./part.js').then(() => { globalThis.ran = 1; });\nload();\nimport.meta.hot.accept('./part.js', load);\n`,
    'part.js': `throw new Error('boom');\n`,
  });
  await tab.until(places, ['part.js:1:7']);
  await project.write('part.js', 'export const a = 1;\n');
  await tab.until(() => globalThis.ran, 1);
  await tab.until(places, null);
  t.is(tab.loads, 1);
});

test('a syntax error of an inline script is told of once, with its place', async (t) => {
  const head = '<!doctype html>\n<script type="module">';
  for (const [code, place] of [
    ['const a = ;', 'index.html:2:33'],
    ['\nconst a = ;', 'index.html:3:11'],
  ]) {
    const { server, tab, project } = await startApp(t, { 'index.html': `${head}${code}</script>` });
    await tab.until(places, [place]);
    const [{ message, frame }] = await tab.evaluate(problems);
    t.is(message, 'Expression expected');
    t.regex(frame, /^> \d \|.*const a = ;$/m);
    await waitFor(
      () => errors(server).length > 0,
      () => 'nothing was told',
    );
    t.deepEqual(
      errors(server).map(({ url, file }) => [url, file]),
      [['/index.html', project.path('index.html')]],
    );
  }
});

test('a CSS module that is missing repairs the page when it is made', async (t) => {
  const { tab, project } = await startApp(t, {
    'main.js': `import sheet from './gone.css' with { type: 'css' };\nglobalThis.rules = sheet.cssRules.length;\n`,
  });
  await tab.until(places, ['main.js:1:19']);
  await project.write('gone.css', 'a {}');
  await tab.until(() => globalThis.rules, 1);
  t.is(tab.loads, 2);
  await tab.until(places, null);
});

test('an import map that cannot be read is told of with its place', async (t) => {
  const { server, tab, project } = await startApp(t, {
    'index.html': `<!doctype html>\n<script type="importmap">\n{ "imports": { "a": "./a.js", } }\n</script>\n<script type="module">import 'a';</script>`,
    'a.js': '',
  });
  await waitFor(
    () => errors(server).some(({ message }) => /import map/.test(message)),
    () => JSON.stringify(errors(server)),
  );
  const found = errors(server).find(({ message }) => /import map/.test(message));
  t.is(found.file, project.path('index.html'));
  t.is(found.line, 2);
  t.regex(found.message, /^the import map cannot be read: ./);
  await tab.until(places, ['index.html:2:1', 'index.html:5:30']);
});

test('missing style sheets are told of, at page load and later, until they are there', async (t) => {
  const { server, tab, project } = await startApp(t, {
    'index.html':
      '<!doctype html>\n<link rel="stylesheet" href="./gone.css">\n<link rel="stylesheet" href="./there.css"><link rel="icon" href="./icon.png">',
    'there.css': '\n@import "x.css";\n',
  });
  await waitFor(
    () => errors(server).length >= 2,
    () => JSON.stringify(errors(server)),
  );
  t.deepEqual(
    errors(server)
      .map(({ file, line, message }) => [file, line, message])
      .sort(),
    [
      [
        project.path('index.html'),
        2,
        'loads /gone.css, which could not be loaded: HTTP status 404',
      ],
      [project.path('there.css'), 2, 'imports /x.css, which could not be loaded: HTTP status 404'],
    ],
  );
  await project.write('gone.css', 'b {}');
  await tab.until(places, ['there.css:2']);
  await project.write('x.css', 'b {}');
  await tab.until(places, null);
  await tab.evaluate(() => {
    const link = Object.assign(document.createElement('link'), {
      rel: 'stylesheet',
      href: '/later.css',
    });
    document.head.append(link);
  });
  await waitFor(
    () => errors(server).some(({ message }) => /later\.css/.test(message)),
    () => JSON.stringify(errors(server)),
  );
});

test('a script that the browser refuses to run', async (t) => {
  const forbid = {
    name: 'policy',
    transform(context) {
      if (context.response.is('html')) {
        context.set('content-security-policy', "script-src 'nonce-a'; style-src 'unsafe-inline'");
      }
    },
  };
  const { server, tab, project } = await startApp(
    t,
    {
      'index.html': `<!doctype html>
<script type="module" nonce="a" src="./fine.js"></script>
<script type="module" src="./forbidden.js"></script>
<script type="module" nonce="a" src="./other.js" integrity="sha256-${'A'.repeat(43)}="></script>`,
      'fine.js': 'globalThis.ran = 1;',
      'forbidden.js': '',
      'other.js': '',
    },
    { before: [forbid] },
  );
  await tab.until(() => globalThis.ran, 1);
  await waitFor(
    () => errors(server).length === 2,
    () => JSON.stringify(errors(server)),
  );
  const found = errors(server).map(({ file, line, message }) => [file, line, message]);
  t.deepEqual(
    found.sort(([, one], [, other]) => one - other),
    [
      [
        project.path('index.html'),
        3,
        'loads /forbidden.js, which could not be loaded: the Content-Security-Policy of the page forbids it',
      ],
      [
        project.path('index.html'),
        4,
        'loads /other.js, which could not be loaded: it has other bytes than its attribute "integrity" says',
      ],
    ],
  );
});

test('a missing script of the page itself', async (t) => {
  const { server, tab, project } = await startApp(t, {
    'index.html':
      '<!doctype html><script type="module" src="./gone.js"></script><script defer src="./classic.js"></script>',
  });
  await tab.until(places, ['index.html:1', 'index.html:1']);
  const found = errors(server);
  t.deepEqual(
    found.map(({ file }) => file),
    [project.path('index.html'), project.path('index.html')],
  );
  t.regex(found[0].message, /gone\.js.*404/);
  t.regex(found[1].message, /classic\.js.*404/);
});

/** An app that is made of parts, of which one ends in an error; a module that has nothing to do with it, and is hot. */
const FAILS = {
  'index.html':
    '<!doctype html><button>x</button><p></p><script type="module" src="./main.js"></script>',
  'main.js': `import { app } from './app.js';
import { other } from './other.js';
globalThis.other = () => other();
globalThis.starts = (globalThis.starts ?? 0) + 1;
const start = () => { document.querySelector('p').textContent = app(); };
setTimeout(start);
`,
  'app.js': `import { part } from './part.js';
export const app = () => 'app ' + part(null).length;
import.meta.hot.accept();
`,
  'part.js': `import { text } from './text.js';
export const part = (value) => text(value);
import.meta.hot.accept();
`,
  'text.js': 'export const text = (value) => value.text;\n',
  'other.js': `export const other = () => 1;\nimport.meta.hot.accept();\n`,
};

for (const [fixed, code, reported] of [
  ['text.js', "export const text = () => 'text';\n", '/text.js → /part.js → /app.js → /main.js'],
  [
    'part.js',
    "export const part = () => 'text';\nimport.meta.hot.accept();\n",
    '/part.js → /app.js → /main.js',
  ],
  [
    'app.js',
    "export const app = () => 'app 4';\nimport.meta.hot.accept();\n",
    '/app.js → /main.js',
  ],
]) {
  test(`what ended in an error before anybody used the page is called again when ${fixed} is fixed`, async (t) => {
    const { project, server, tab } = await startApp(t, FAILS);
    await tab.until(places, ['text.js:1:38']);
    // What has nothing to do with it stays hot.
    await project.write('other.js', FAILS['other.js'].replace('1', '2'));
    await tab.until(() => globalThis.other(), 2);
    t.is(tab.loads, 1);
    await project.write(fixed, code);
    await tab.until(() => document.querySelector('p').textContent, 'app 4');
    await tab.until(places, null);
    const { report } = await server.event(({ type }) => type === 'reloaded');
    t.is(report.cause, 'notEvaluated');
    t.is(report.changed, `/${fixed}`);
    t.true(report.message.includes(`(${reported})`), report.message);
    t.is(tab.loads, 2);
  });
}

test('what is thrown once somebody uses the page keeps no update from being hot', async (t) => {
  const files = {
    ...FAILS,
    'main.js': FAILS['main.js'].replace(
      'setTimeout(start)',
      "document.querySelector('button').onclick = start",
    ),
  };
  const { project, tab } = await startApp(t, files);
  await tab.until(() => globalThis.starts, 1);
  await tab.page.click('button');
  await tab.until(() => document.querySelector('p').textContent, '');
  await project.write('part.js', "export const part = () => 'text';\nimport.meta.hot.accept();\n");
  await waitFor(
    async () => {
      await tab.page.click('button');
      return (await tab.evaluate(() => document.querySelector('p').textContent)) === 'app 4';
    },
    () => 'the new code does not run',
  );
  t.is(tab.loads, 1);
});

test('what code throws later is the page’s own affair', async (t) => {
  const { server, tab } = await startApp(t, {
    'index.html':
      '<!doctype html><button>x</button><script type="module" src="./main.js"></script>',
    'main.js': `document.querySelector('button').onclick = () => {
  Promise.reject(new Error('rejected'));
  fetch('/gone.json').then((response) => response.json());
  setTimeout(() => { globalThis.done = true; throw new Error('late'); });
  throw new Error('clicked');
};
import('./gone.js').catch(() => { globalThis.caught = true; });
addEventListener('unhandledrejection', (event) => {
  if (event.reason.message.includes('own.js')) event.preventDefault();
});
import('./own.js');
import.meta.hot?.accept();
`,
  });
  await tab.until(() => globalThis.caught);
  await tab.until(() => document.readyState, 'complete');
  await tab.page.locator('button').click();
  await tab.until(() => globalThis.done);
  await tab.until(() => fetch('/gone.json').then(({ status }) => status), 404);
  // One that is told: what was to be told before it has been.
  await tab.evaluate(() => void import(/** @type {string} */ ('/gone-too.js')));
  await waitFor(
    () => errors(server).length > 0,
    () => 'nothing was told',
  );
  t.true(errors(server).every(({ message }) => message.includes('/gone-too.js')));
});

test('a module that waits at its top level, and throws when the page has long been there', async (t) => {
  const { tab } = await startApp(t, {
    'main.js': `import.meta.hot.accept();
await new Promise((resolve) => { globalThis.goOn = resolve; });
throw new Error('late');
`,
  });
  await tab.until(() => document.readyState, 'complete');
  await tab.evaluate(() => globalThis.goOn());
  await tab.until(places, ['main.js:3:7']);
  t.is(tab.loads, 1);
});

test('a thrown value that is no error is shown with its module, where that is known', async (t) => {
  for (const [more, place] of [
    ['import.meta.hot.accept();', 'part.js'],
    ['', 'index.html'],
  ]) {
    const { tab } = await startApp(t, {
      'main.js': `import './part.js';\n${more}\n`,
      'part.js': `throw 'a text';\n`,
    });
    await tab.until(places, [place]);
    const [{ message }] = await tab.evaluate(problems);
    t.is(message, 'a text');
  }
});

const main = `import { value } from './part.js';
globalThis.value = value;
import.meta.hot.accept('./part.js', (part) => { globalThis.value = part.value; });
`;

test('an error of TypeScript in an update has its place in the source', async (t) => {
  const { project, server, tab } = await startApp(
    t,
    {
      'main.js': main.replaceAll('part.js', 'part.ts'),
      'part.ts': 'export const value: number = 1;\n',
      'dep.ts': 'export const dep: number = 1;\n',
    },
    { before: [typescript()] },
  );
  for (const [code, place, frame] of [
    [THROWS, 'part.ts:8:7', /^> +8 \| throw new Error\('of line 8' as string\)/m],
    [THROWS_DEEP, 'part.ts:8:50', /^> {2}8 \| {3}list\.forEach/m],
  ]) {
    await tab.until(() => globalThis.value, 1);
    await project.write('part.ts', code);
    await tab.until(places, [place]);
    const [shown] = await tab.evaluate(problems);
    t.regex(shown.frame, frame);
    const failed = server.events.findLast(({ type }) => type === 'failed');
    const [{ file, line, column, frame: reported }] = failed.diagnostics;
    t.is(`${file}:${line}:${column}`, project.path(place));
    t.regex(reported, frame);
    await project.write('part.ts', 'export const value: number = 1;\n');
    await tab.until(places, null);
  }
  const [deep] = server.events.filter(({ type }) => type === 'failed').slice(-1);
  t.is(deep.diagnostics.length, 1);
  t.is(tab.loads, 1);
});

test('stacks name the lines of the sources', async (t) => {
  const { project, tab } = await startApp(
    t,
    {
      'main.js': main.replaceAll('part.js', 'part.ts'),
      'part.ts': 'export const value: number = 1;\n',
      'dep.ts': 'export const dep: number = 1;\n',
    },
    { before: [typescript()] },
  );
  await tab.until(() => globalThis.value, 1);
  await project.write('part.ts', THROWS_DEEP);
  await tab.until(places, ['part.ts:8:50']);
  const [{ stack }] = await tab.evaluate(problems);
  t.regex(stack, /^at part\.ts:8:50\nat fail \(part\.ts:8:8\)\nat part\.ts:12:1$/);
});

test('an update that does not load is shown at its import', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': main,
    'part.js': 'export const value = 1;\n',
    'dep.js': 'export const dep = 1;\n',
  });
  for (const [code, place, message] of [
    [`\nimport { no } from './dep.js';\nexport const value = no;\n`, 'part.js:2:10', /"no"/],
    [`\nimport './gone.js';\nexport const value = 1;\n`, 'part.js:2:8', /gone\.js.*404/],
    [`\nimport 'no-such';\nexport const value = 1;\n`, 'part.js:2:8', /"no-such"/],
  ]) {
    await project.write('part.js', code);
    await tab.until(places, [place]);
    const [shown] = await tab.evaluate(problems);
    t.regex(shown.message, message);
    t.regex(shown.frame, /^> 2 \|/m);
    await project.write('part.js', 'export const value = 1;\n');
    await tab.until(places, null);
  }
  t.is(tab.loads, 1);
  t.true(server.events.filter(({ type }) => type === 'failed').length >= 3);
});

for (const [what, callback, edit] of [
  ['dispose', `import.meta.hot.dispose(() => {\n  null.x;\n});`, 'part.js'],
  ['dispose that is awaited', `import.meta.hot.dispose(async () => {\n  null.x;\n});`, 'part.js'],
  ['prune', `import.meta.hot.prune(() => {\n  null.x;\n});`, 'main.js'],
  ['listener', `import.meta.hot.on('vite:beforeUpdate', () => {\n  null.x;\n});`, 'part.js'],
]) {
  test(`an error in a callback is shown in console and terminal with its place: ${what}`, async (t) => {
    const { server, tab, project } = await startApp(t, {
      'main.js': `import './part.js';\nimport.meta.hot.accept();\n`,
      'part.js': `${callback}\n`,
    });
    const edited = {
      'part.js': `${callback}\nexport {};\n`,
      'main.js': 'import.meta.hot.accept();\n',
    };
    await project.write(edit, edited[edit]);
    await tab.logged('null');
    await waitFor(
      () => errors(server).length > 0,
      () => 'the terminal was not told',
    );
    const [{ message, file, line, column, frame }] = errors(server);
    t.regex(message, /^a (?:dispose callback|prune callback|listener) of .* threw: .*null/);
    t.deepEqual([file, line, column], [project.path('part.js'), 2, 8]);
    t.regex(frame, /^> 2 \| {3}null\.x;$/m);
    t.is(await tab.evaluate(places), null);
  });
}

test('new code that defines an element again says what to do', async (t) => {
  const define = (text) =>
    `class A extends HTMLElement { text = '${text}'; }\ncustomElements.define('x-a', A);\nimport.meta.hot.accept();\n`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `import './part.js';\n`,
    'part.js': define('one'),
  });
  await project.write('part.js', define('two'));
  await tab.until(places, ['part.js:2:16']);
  const [shown] = await tab.evaluate(problems);
  t.regex(shown.remedy, /customElements\.get\("x-a"\)/);
  const failed = await server.event(({ type }) => type === 'failed');
  t.is(failed.diagnostics[0].remedy, shown.remedy);
  await project.write(
    'part.js',
    define('three').replace(
      'customElements.define',
      `customElements.get('x-a') ?? customElements.define`,
    ),
  );
  await tab.until(places, null);
  t.is(tab.loads, 1);
});
