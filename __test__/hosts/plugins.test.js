/**
 * Plugins: what they resolve, load and transform is served, mapped and updated like files; their errors are shown in the
 * source as written; they say what an edit means. In createHmr() and in hmrPlugin().
 */

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { encode } from '@jridgewell/sourcemap-codec';
import mdx from '@mdx-js/rollup';
import replace from '@rollup/plugin-replace';
import ava from 'ava';
import { createHmr, hmrPlugin } from 'hotgraph';
import { Plugins } from '../../dist/node/plugins/container.js';
import { startApp } from '../helpers/app.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';
import { hearWarnings, startServer } from '../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

/** Turns `name: text` lines into exports, one a line, as a language of its own: the third column of each is its value. */
function lines() {
  return {
    name: 'lines',
    transform: {
      filter: { id: /\.lines$/ },
      handler(code, id) {
        const exports = code.split('\n').map((line, index) => {
          if (line === '') return line;
          const [, name, text] = /^(\w+): (.*)$/.exec(line) ?? [];
          if (name === undefined)
            this.error({ message: 'no name', loc: { file: id, line: index + 1, column: 2 } });
          return `export const ${name} = ${text};`;
        });
        return { code: exports.join('\n'), type: 'ts' };
      },
    },
  };
}

/** Writes two lines above the code, and says so in its map. */
const banner = {
  name: 'banner',
  transform: {
    filter: { id: /\.lines$/ },
    handler(code, id) {
      const mappings = code.split('\n').map((_, index) => [[0, 0, index, 0]]);
      const map = {
        version: 3,
        names: [],
        sources: [basename(id)],
        mappings: encode([[], [], ...mappings]),
      };
      return { code: `// made of\n// ${basename(id)}\n${code}`, map, type: 'ts' };
    },
  },
};

/** The same app in both hosts. */
const HOSTS = {
  async 'createHmr()'(t, files, plugins, hmr = {}) {
    const served = await startServer(t, files, { hmr: { plugins, ...hmr } });
    return { ...served, events: served.hmr.events, tab: await served.open() };
  },
  async 'hmrPlugin()'(t, files, plugins, hmr = {}) {
    const { project, server, tab, open } = await startApp(t, files, {
      hmr: { plugins, ...hmr },
      config: { nodeResolve: true },
    });
    return { project, hmr: server.hmr, events: server.events, tab, open, origin: server.url('') };
  },
};

/** Waits for a diagnostic; returns it. */
async function diagnostic(events, matches) {
  let found;
  await waitFor(
    () => {
      const all = events.filter(({ type }) => type === 'diagnostics');
      found = all.flatMap(({ diagnostics }) => diagnostics).find(matches);
      return found !== undefined;
    },
    () => JSON.stringify(events, null, 1),
  );
  return found;
}

/** A module that is made up of a file. */
function words() {
  let file = '';
  return {
    name: 'words',
    start({ root }) {
      file = join(root, 'words.txt');
    },
    resolve: { filter: { id: /^virtual:/ }, handler: (name) => `\0${name}` },
    load: {
      filter: { id: /^\0virtual:/ },
      handler(id) {
        this.addWatchFile(file);
        const text = `${readFileSync(file, 'utf8')} of ${id.slice(1)}`;
        return { code: `export const words: string = ${JSON.stringify(text)};`, type: 'ts' };
      },
    },
  };
}

/** A language of style sheets. */
const sheets = {
  name: 'sheets',
  transform: {
    filter: { id: /\.sheet(?:$|\?)/ },
    handler: (code) => ({ code: code.replaceAll('PAINT', 'color'), type: 'css' }),
  },
};

const color = () => getComputedStyle(document.body).color;

for (const [host, start] of Object.entries(HOSTS)) {
  test(`${host}: made-up modules, files of other kinds, and style sheets are hot`, async (t) => {
    const seen = [];
    const spy = {
      name: 'spy',
      transform: {
        filter: { id: { exclude: /\.sheet/ }, code: 'of virtual' },
        handler: (_, id) => void seen.push(id),
      },
    };
    const files = {
      'main.js': `import { words } from 'virtual:words'; import { a } from './a.lines'; import './look.sheet'; import names from './own.module.sheet';
const show = (words, a) => { globalThis.value = [words, a, typeof names.box]; };
show(words, a);
import.meta.hot.accept('virtual:words', (next) => show(next.words, globalThis.value[1]));
import.meta.hot.accept('./a.lines', (next) => show(globalThis.value[0], next.a));`,
      'words.txt': 'one',
      'a.lines': 'a: 1 as number\n',
      'look.sheet': 'body { PAINT: rgb(1, 2, 3) }',
      'own.module.sheet': '.box { PAINT: red }',
    };
    const plugins = [[words(), null], false, lines(), sheets, spy];
    const { project, tab } = await start(t, files, plugins);
    await tab.until(value, ['one of virtual:words', 1, 'string']);
    await tab.until(color, 'rgb(1, 2, 3)');
    await project.write('words.txt', 'two');
    await tab.until(value, ['two of virtual:words', 1, 'string']);
    await project.write('a.lines', 'a: 2 as number\n');
    await tab.until(value, ['two of virtual:words', 2, 'string']);
    await project.write('look.sheet', 'body { PAINT: rgb(4, 5, 6) }');
    await tab.until(color, 'rgb(4, 5, 6)');
    t.deepEqual(new Set(seen), new Set(['\0virtual:words']));
    wasHot(t, tab);
  });

  test(`${host}: a mistake is shown where it was written, and the page stays`, async (t) => {
    const files = {
      'main.js': `import { a } from './a.lines'; globalThis.value = a;
import.meta.hot.accept('./a.lines', (next) => { globalThis.value = next.a; });`,
      'a.lines': 'b: 1\na: 1\n',
    };
    const part = {
      name: 'part',
      transform: {
        filter: { id: /\.lines$/ },
        handler(code, id) {
          const file = join(dirname(id), 'part.txt');
          this.addWatchFile(file);
          const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
          const at = text.indexOf('!');
          if (at >= 0)
            throw Object.assign(new Error('loud'), {
              file,
              line: 2,
              column: 3,
              reason: 'too loud',
            });
          return code;
        },
      },
    };
    const { project, events, tab } = await start(t, files, [lines(), banner, part]);
    await tab.until(value, 1);
    // The plugin's own.
    await project.write('a.lines', 'b: 1\n  nothing\na: 2\n');
    let found = await diagnostic(events, ({ message }) => message === 'lines: no name');
    t.is(found.file, project.path('a.lines'));
    t.deepEqual([found.line, found.column], [2, 3]);
    t.true(found.frame.includes('nothing'), found.frame);
    await tab.until(() => document.querySelector('hotgraph-overlay') !== null);
    t.is(await tab.evaluate(value), 1);
    await project.write('a.lines', 'b: 1\na: 2\n');
    await tab.until(value, 2);
    await tab.until(() => document.querySelector('hotgraph-overlay') === null);
    // The compiler's, in what the plugin made: its map says where.
    await project.write('a.lines', 'b: 1\na: = 3\n');
    found = await diagnostic(events, ({ message }) => message.includes('xpression'));
    t.deepEqual([found.file, found.line], [project.path('a.lines'), 2]);
    // That of another file.
    await project.write('a.lines', 'b: 1\na: 4\n');
    await tab.until(value, 4);
    await project.write('part.txt', 'quiet\nso loud!\n');
    found = await diagnostic(events, ({ message }) => message === 'part: too loud');
    t.deepEqual([found.file, found.line, found.column], [project.path('part.txt'), 2, 3]);
    t.true(found.frame.includes('so loud!'), found.frame);
    await tab.until(() => document.querySelector('hotgraph-overlay') !== null);
    await project.write('part.txt', 'quiet\n');
    await tab.until(() => document.querySelector('hotgraph-overlay') === null);
    // An error of the code when it runs.
    await project.write('a.lines', 'b: 1\n\n\na: (() => { throw new Error("thrown") })()\n');
    await waitFor(
      () => events.some(({ type, diagnostics }) => type === 'failed' && diagnostics[0]?.line === 4),
      () => JSON.stringify(events.at(-1)),
    );
    wasHot(t, tab);
  });

  test(`${host}: hotUpdate narrows and replaces what an edit means`, async (t) => {
    const asked = [];
    const plugin = {
      name: 'meaning',
      hotUpdate({ file, modules, read }) {
        asked.push([basename(file), modules, read().trim()]);
        if (read().includes('nothing')) return [];
        if (read().includes('other')) return ['/b.js'];
        if (read().includes('throw')) throw new Error('no idea');
        return null;
      },
    };
    let times = 0;
    const counts = {
      name: 'counts',
      transform: {
        filter: { id: /b\.js$/ },
        handler(code) {
          times += 1;
          return code.replace('TIMES', String(times));
        },
      },
    };
    const files = {
      'main.js': `import { a } from './a.js'; import { b } from './b.js'; globalThis.value = [a, b > 0];
globalThis.changes = [];
import.meta.hot.accept('./a.js', (next) => changes.push(next.a));
import.meta.hot.accept('./b.js', (next) => changes.push('b'));`,
      'a.js': 'export const a = 1;',
      'b.js': 'export const b = TIMES;',
    };
    const { project, tab, hmr, open } = await start(t, files, [plugin, counts], {
      logLevel: 'warn',
    });
    const warnings = hearWarnings(t);
    const changes = () => globalThis.changes;
    await tab.until(value, [1, true]);
    await project.write('a.js', 'export const a = 2;');
    await tab.until(changes, [2]);
    t.deepEqual(asked, [['a.js', ['/a.js'], 'export const a = 2;']]);
    await project.write('a.js', 'export const a = 3; // nothing');
    await waitFor(
      () => asked.length === 2,
      () => JSON.stringify(asked),
    );
    await project.write('a.js', 'export const a = 4; // other');
    await tab.until(changes, [2, 'b']);
    // A later request gets what there is.
    const later = await open();
    await later.until(value, [4, true]);
    await project.write('a.js', 'export const a = 5; // throw');
    await tab.until(changes, [2, 'b', 5]);
    t.true(
      warnings.some((text) => text.includes('meaning failed for') && text.includes('no idea')),
      String(warnings),
    );
    t.truthy(hmr);
    wasHot(t, tab);
  });
}

test('transforms of Rollup, replace and MDX, keep state', async (t) => {
  const files = {
    'main.js': `import Page from './page.mdx'; import { version } from './version.js';
const text = (node) => typeof node === 'object' && node ? [].concat(node.props.children).map(text).join('') : String(node ?? '');
const show = (Page) => { globalThis.value = [text(Page({})), version]; };
show(Page);
import.meta.hot.accept('./page.mdx', (next) => show(next.default));`,
    'version.js': 'export const version = __VERSION__;',
    'page.mdx': 'export const one = 1\n\n# Hello {one}\n',
    'jsx/jsx-runtime.js': `export const Fragment = 'fragment';
export const jsx = (type, props) => typeof type === 'function' ? type(props) : ({ type, props }); export const jsxs = jsx;`,
  };
  const plugins = [
    replace({ preventAssignment: true, __VERSION__: '"1.2"' }),
    mdx({ jsxImportSource: '/jsx' }),
  ];
  const { project, hmr, open } = await startServer(t, files, { hmr: { plugins } });
  const tab = await open();
  await tab.until(value, ['Hello 1', '1.2']);
  await project.write('page.mdx', 'export const one = 2\n\n# Hi {one}\n');
  await tab.until(value, ['Hi 2', '1.2']);
  await project.write('page.mdx', 'export const one = 2\n\n# Hi {one\n');
  const found = await diagnostic(hmr.events, ({ file }) => file === project.path('page.mdx'));
  t.is(found.line, 3, JSON.stringify(found));
  t.true(found.message.startsWith('@mdx-js/rollup: '), found.message);
  wasHot(t, tab);
});

test('a save that concerns no plugin is handled by the engine alone', async (t) => {
  const files = {
    'main.ts': `import { a } from './a'; import 'virtual:words'; globalThis.value = a as number; import.meta.hot.accept('./a', (next) => { globalThis.value = next.a; });`,
    'index.html': '<!doctype html><script type="module" src="main.ts"></script>',
    'a.ts': 'export const a: number = 1;',
    'words.txt': '',
  };
  const { project, hmr, open } = await startServer(t, files, {
    hmr: { plugins: [words(), lines()] },
  });
  const tab = await open();
  await tab.until(value, 1);
  await project.write('a.ts', 'export const a: number = 2;');
  await tab.until(value, 2);
  t.deepEqual(
    hmr.events.filter(({ type }) => type === 'pull'),
    [],
  );
  // A new specifier is asked for.
  await project.write(
    'a.ts',
    "import { words } from 'virtual:more';\nexport const a: string = words;",
  );
  await tab.until(value, ' of virtual:more');
  wasHot(t, tab);
});

test("inline modules import made-up modules, and head comes before the page's own scripts", async (t) => {
  const plugin = {
    name: 'first',
    load: { filter: { id: 'made:first' }, handler: () => 'globalThis.order = ["first"];' },
    head: ({ urlOf }) => `<script type="module" src="${urlOf('made:first')}"></script>`,
  };
  const files = {
    'index.html': `<!doctype html><head><meta http-equiv="content-security-policy" content="script-src 'nonce-x' 'self'"></head>
<script type="module" nonce="x">import { words } from 'virtual:words'; order.push(words); globalThis.value = order;</script>`,
    'words.txt': 'said',
  };
  const { open } = await startServer(t, files, { hmr: { plugins: [plugin, words()] } });
  const tab = await open();
  await tab.until(value, ['first', 'said of virtual:words']);
  wasHot(t, tab);
});

test('no request makes a plugin load a file by its path', async (t) => {
  const asked = [];
  const open = {
    name: 'open',
    load(id) {
      asked.push(id);
      return existsSync(id) ? JSON.stringify(readFileSync(id, 'utf8')) : null;
    },
  };
  const files = { 'main.js': '', 'secret/.env': 'SECRET=1' };
  const { project, origin } = await startServer(t, files, { hmr: { plugins: [open] } });
  const secret = project.path('secret/.env');
  for (const name of [
    secret,
    encodeURIComponent(secret),
    `__x00__${secret}`,
    `file:${secret}`,
    'a/%2e%2e/.env',
  ]) {
    const answer = await fetch(`${origin}/@id/${name}`);
    t.false((await answer.text()).includes('SECRET'), name);
  }
  t.false(asked.includes(secret));
});

for (const [plugins, message] of [
  [{ name: 'a' }, 'has to be a list of plugins: plugins: [react()]'],
  [[function react() {}], 'has a function in it: call it, react()'],
  [['react'], 'has "react" in it, which is no plugin'],
  [[Promise.resolve()], 'has a promise in it: await it'],
  [[{ load() {} }], 'has a plugin without a name in it (with load)'],
  [[{ name: 'a', tranform() {} }], 'whose hook "tranform" is unknown. Did you mean "transform"?'],
  [
    [{ name: 'a', transform: 'x' }],
    'whose hook "transform" has to be a function, or { filter, handler }',
  ],
  [[{ name: 'a', hotUpdate: {} }], 'whose hook "hotUpdate" has to be a function'],
  [
    [{ name: 'a', config() {}, configureServer() {} }],
    'which has only hooks of Vite (config, configureServer)',
  ],
  [[{ name: 'a' }], 'which has no hook'],
  [[[null, [{ name: 'a', compile: true }]]], 'whose "compile" has to be an object of options'],
]) {
  test(`a wrong plugin is an error: ${message}`, (t) => {
    for (const call of [createHmr, hmrPlugin]) {
      const { message: said } = t.throws(() => call({ plugins }), { instanceOf: TypeError });
      t.true(said.startsWith('[hotgraph] The option "plugins" of '), said);
      t.true(said.includes(message), said);
    }
  });
}

test('other options, code or order of plugins make other settings of a snapshot', (t) => {
  const plugin = (options, transform = () => null) => ({ name: 'one', options, transform });
  const other = { name: 'two', load: () => null };
  const settingsOf = (...plugins) => new Plugins(plugins).settings;
  const all = [
    settingsOf(plugin({ a: 1 })),
    settingsOf(plugin({ a: 2 })),
    settingsOf(plugin({ a: 1, deep: { list: [1, { b: 2 }] } })),
    settingsOf(plugin({ a: 1, deep: { list: [1, { b: 3 }] } })),
    settingsOf(plugin({ a: 1 }, () => 'text')),
    settingsOf(plugin({ a: 1 }), other),
    settingsOf(other, plugin({ a: 1 })),
  ];
  t.is(new Set(all).size, all.length, all.join('\n'));
  t.is(settingsOf(plugin({ a: 1 })), all[0]);
});
