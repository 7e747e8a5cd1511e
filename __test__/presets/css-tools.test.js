/**
 * `hotgraph/postcss` and `hotgraph/sass`: what sheets are made of is a dependency, and what Tailwind generates comes with the
 * source that needs it.
 */

import { readFileSync } from 'node:fs';
import ava from 'ava';
import { postcss } from 'hotgraph/postcss';
import { sass } from 'hotgraph/sass';
import { vue } from 'hotgraph/vue';
import { closeBrowser } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';
import { event, startPreset, startPresetInHost } from '../helpers/preset.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const VUE = [
  'reactivity',
  'runtime-core',
  'runtime-dom',
  'shared',
  'compiler-core',
  'compiler-dom',
];
const PACKAGES = ['vue', ...VUE.map((name) => `@vue/${name}`)];
const TAILWIND = ['postcss', 'tailwindcss', '@tailwindcss/postcss'];
const PAGE = '<!doctype html><div id="root"></div><script type="module" src="main.js"></script>';
const HOSTS = Object.entries({ 'createHmr()': startPreset, 'hmrPlugin()': startPresetInHost });

const style = ([selector, name]) => getComputedStyle(document.querySelector(selector))[name];
const text = () => document.getElementById('root').textContent;
const isShown = () => document.querySelector('hotgraph-overlay') !== null;

const CONFIG = `export default { plugins: { '@tailwindcss/postcss': { base: import.meta.dirname ?? new URL('.', import.meta.url).pathname } } };`;

for (const [host, start] of HOSTS) {
  test(`${host}: Tailwind: classes come with the source that uses them, in one update`, async (t) => {
    const files = {
      'index.html': PAGE,
      'package.json': '{ "type": "module" }',
      'postcss.config.mjs': CONFIG,
      'main.js': `import { createApp } from 'vue'; import App from './App.vue'; import './app.css'; createApp(App).mount('#root');`,
      'app.css': '@import "tailwindcss";\n@theme { --color-brand: rgb(1, 2, 3); }\n',
      'App.vue': `<script setup>
import { ref } from 'vue';
const n = ref(0);
</script>
<template><button class="p-1 text-brand" @click="n++">count {{ n }}</button></template>
<style lang="postcss">
@reference './app.css';
button { @apply m-2; }
</style>
`,
    };
    // Listed first, it still runs after what makes style sheets.
    const options = { plugins: [postcss(), vue()], packages: [...PACKAGES, ...TAILWIND] };
    const { project, tab, events } = await start(t, files, options);
    await tab.until(style, '4px', ['button', 'padding']);
    t.is(await tab.evaluate(style, ['button', 'color']), 'rgb(1, 2, 3)');
    await tab.until(style, '8px', ['button', 'margin']);
    await tab.page.click('button');
    // What is in force at the moment when the class is there.
    await tab.evaluate(() => {
      globalThis.seen = [];
      const button = document.querySelector('button');
      new MutationObserver(() =>
        globalThis.seen.push([button.className, getComputedStyle(button).padding]),
      ).observe(button, { attributes: true });
    });
    const updates = () => events.filter(({ type }) => type === 'applied').length;
    const before = updates();
    await project.write('App.vue', files['App.vue'].replace('p-1', 'p-10'));
    await tab.until(style, '40px', ['button', 'padding']);
    t.is(await tab.evaluate(text), 'count 1');
    t.deepEqual(await tab.evaluate(() => globalThis.seen), [['p-10 text-brand', '40px']]);
    t.is(updates() - before, 1);
    // No new class: the sheet stays.
    const sheets = () => [...document.querySelectorAll('link')].map(({ href }) => href);
    const links = await tab.evaluate(sheets);
    await project.write(
      'App.vue',
      files['App.vue'].replace('p-1', 'p-10').replace('count', 'number'),
    );
    await tab.until(text, 'number 1');
    t.deepEqual(await tab.evaluate(sheets), links);
    // The theme, and a mistake in the sheet, which Tailwind prints too.
    const { error } = console;
    console.error = () => {};
    t.teardown(() => {
      console.error = error;
    });
    await project.write('app.css', files['app.css'].replace('1, 2, 3', '9, 2, 3'));
    await tab.until(style, 'rgb(9, 2, 3)', ['button', 'color']);
    await project.write('app.css', `${files['app.css']}a { color: red\n`);
    await tab.until(isShown);
    const isOfSheet = ({ type, diagnostics }) =>
      type === 'diagnostics' && diagnostics[0]?.file === project.path('app.css');
    const { diagnostics } = await event(events, isOfSheet);
    t.is(diagnostics[0].line, 3);
    t.true(diagnostics[0].message.includes('Unclosed block'), diagnostics[0].message);
    await project.write('app.css', files['app.css']);
    await tab.until(isShown, false);
    await tab.until(text, 'number 1');
    wasHot(t, tab);
  });

  test(`${host}: Sass: partials, CSS modules, load paths, and mistakes in the partial where they are`, async (t) => {
    const files = {
      'index.html': PAGE,
      'main.js': `import './app.scss'; import './old.sass'; import names from './box.module.scss';
document.getElementById('root').className = names.box; globalThis.starts = (globalThis.starts ?? 0) + 1;`,
      'app.scss': `@use 'parts/tones';\n@use 'shared';\nbody { color: tones.$tone; margin: shared.$wide; }\n`,
      'old.sass': '@use "parts/tones"\nhtml\n  background: tones.$tone\n',
      'box.module.scss': `@use './parts/tones';\n.box { &:not(i) { border: 1px solid tones.$tone; } }\n`,
      'parts/_index.scss': '',
      'parts/_tones.scss': '$tone: rgb(1, 2, 3);\n',
      'library/_shared.scss': '$wide: 5px;\n',
    };
    const libraries = [];
    const paths = {
      name: 'finds the library',
      start: ({ root }) => void libraries.push(`${root}/library`),
      load() {},
    };
    const options = { plugins: [paths, sass({ loadPaths: libraries })], packages: ['sass'] };
    const { project, tab, events } = await start(t, files, options);
    const tones = (tone) => async () => {
      await tab.until(style, tone, ['body', 'color']);
      await tab.until(style, tone, ['html', 'backgroundColor']);
      await tab.until(style, tone, ['#root', 'borderTopColor']);
    };
    await tones('rgb(1, 2, 3)')();
    t.is(await tab.evaluate(style, ['body', 'marginTop']), '5px');
    await project.write('parts/_tones.scss', '$tone: rgb(7, 2, 3);\n');
    await tones('rgb(7, 2, 3)')();
    await project.write('library/_shared.scss', '$wide: 9px;\n');
    await tab.until(style, '9px', ['body', 'marginTop']);
    await project.write('parts/_tones.scss', '$tone: rgb(7, 2, 3);\n$other: nothing.$here;\n');
    await tab.until(isShown);
    const isOfPartial = ({ type, diagnostics }) =>
      type === 'diagnostics' && diagnostics[0]?.file === project.path('parts/_tones.scss');
    const { diagnostics } = await event(events, isOfPartial);
    t.is(diagnostics[0].line, 2);
    t.true(diagnostics[0].frame.includes('nothing.$here'), diagnostics[0].frame);
    await project.write('parts/_tones.scss', '$tone: rgb(8, 2, 3);\n');
    await tab.until(isShown, false);
    await tones('rgb(8, 2, 3)')();
    await project.write('app.scss', 'body { color: rgb(4, 4, 4) }');
    await tab.until(style, 'rgb(4, 4, 4)', ['body', 'color']);
    wasHot(t, tab);
    t.is(await tab.evaluate(() => globalThis.starts), 1);
  });
}

test('plugins of PostCSS by option, what their messages name, and mistakes that they find', async (t) => {
  const files = {
    'index.html': PAGE,
    'main.js': `import './app.css';`,
    'app.css': 'body { color: TONE; }\n',
    'tones/tone.txt': 'rgb(1, 2, 3)',
  };
  let folder = '';
  const tone = {
    postcssPlugin: 'tone',
    Declaration(declaration, { result }) {
      if (declaration.value === 'LOUD') throw declaration.error('too loud');
      if (declaration.value !== 'TONE') return;
      result.messages.push({ type: 'dir-dependency', dir: `${folder}/tones`, glob: '*.txt' });
      declaration.value = readFileSync(`${folder}/tones/tone.txt`, 'utf8').trim();
    },
  };
  const finder = {
    name: 'finds the folder',
    start({ root }) {
      folder = root;
    },
    load() {},
  };
  const options = { plugins: [finder, postcss({ plugins: [tone] })], packages: ['postcss'] };
  const { project, tab, events } = await startPreset(t, files, options);
  await tab.until(style, 'rgb(1, 2, 3)', ['body', 'color']);
  await project.write('tones/tone.txt', 'rgb(9, 2, 3)');
  await tab.until(style, 'rgb(9, 2, 3)', ['body', 'color']);
  await project.write('app.css', 'body {\n  color: LOUD;\n}\n');
  const { diagnostics } = await event(events, ({ type }) => type === 'diagnostics');
  t.deepEqual(
    [diagnostics[0].file, diagnostics[0].line, diagnostics[0].column],
    [project.path('app.css'), 2, 3],
  );
  t.true(diagnostics[0].message.includes('too loud'), diagnostics[0].message);
  await project.write('app.css', files['app.css']);
  await tab.until(isShown, false);
  wasHot(t, tab);
});

test('a missing package is an error that says what to install', async (t) => {
  const missing = (plugin) => startPreset(t, {}, { plugins: [plugin], packages: [] });
  await t.throwsAsync(missing(sass()), {
    message: /hotgraph\/sass needs sass.*npm install -D sass$/,
  });
  await t.throwsAsync(missing(postcss()), {
    message: /hotgraph\/postcss needs postcss.*npm install -D postcss$/,
  });
  t.throws(() => sass({ includePaths: [] }), { message: /Sass calls it "loadPaths"/ });
  const files = { 'index.html': PAGE, 'main.js': `import './a.css';`, 'a.css': 'a { color: red }' };
  const { events } = await startPreset(t, files, { plugins: [postcss()], packages: ['postcss'] });
  const { diagnostics } = await event(events, ({ type }) => type === 'diagnostics');
  t.regex(diagnostics[0].message, /there is no configuration of PostCSS in .*postcss\.config\.mjs/);
});
