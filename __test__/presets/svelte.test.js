/**
 * `hotgraph/svelte`: which edits of a component keep its state, and which create it anew, modelled on what Svelte's own
 * plugin promises.
 */

import ava from 'ava';
import { svelte } from 'hotgraph/svelte';
import { closeBrowser } from '../helpers/browser.js';
import {
  HOSTS,
  isShown,
  makeEdits,
  makeMistakes,
  PAGE,
  style,
  text,
} from '../helpers/components.js';
import { wasHot } from '../helpers/expect.js';
import { event, startExample, startPreset } from '../helpers/preset.js';
import { hearWarnings } from '../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const PACKAGES = ['svelte', 'esm-env', 'clsx', 'devalue'];
const MAIN = `import { mount } from 'svelte';
import App from './App.svelte';
globalThis.starts = (globalThis.starts ?? 0) + 1;
mount(App, { target: document.getElementById('root') });`;

const startSvelte = (t, files, start = startPreset, { packages = [], ...options } = {}) =>
  start(
    t,
    { 'index.html': PAGE, 'main.js': MAIN, ...files },
    { plugins: [svelte(options)], packages: [...PACKAGES, ...packages] },
  );

const FILES = {
  'App.svelte': `<script lang="ts">
  import Child from './Child.svelte';
  import { shared } from './shared.svelte.ts';
  let count: number = $state(0);
  const twice = $derived(count * 2);
</script>

<button onclick={() => { count += 1; shared.n += 1; }}>count {count} {twice} of {shared.n}</button>
<Child title="kid" />

<style>
  button { color: rgb(1, 1, 1); }
</style>
`,
  'Child.svelte': `<script>
  let { title } = $props();
  let open = $state(false);
</script>

<p><i onclick={() => (open = !open)} role="presentation">{title} {open}</i></p>

<style lang="scss">
  @use './tones' as *;
  p { i { background: $tone; } }
</style>
`,
  'shared.svelte.ts': 'export const shared: { n: number } = $state({ n: 0 });\n',
  '_tones.scss': '$tone: rgb(3, 3, 3);\n',
};

/** Edits, one after the other: what must hold after each, and when it is taken back. */
const EDITS = [
  {
    name: 'a style keeps all',
    edit: { 'App.svelte': [['rgb(1, 1, 1)', 'rgb(9, 1, 1)']] },
    shows: 'count 1 2 of 1\nkid true',
    styles: [['button', 'color', 'rgb(9, 1, 1)', 'rgb(1, 1, 1)']],
  },
  {
    name: 'a new rule of a style',
    edit: {
      'App.svelte': [['button {', 'button { letter-spacing: 2px; } .none { top: 0; } button {']],
    },
    shows: 'count 1 2 of 1\nkid true',
    styles: [['button', 'letterSpacing', '2px', 'normal']],
  },
  {
    name: 'a partial of Sass',
    edit: { '_tones.scss': [['3, 3, 3', '30, 3, 3']] },
    shows: 'count 1 2 of 1\nkid true',
    styles: [['i', 'backgroundColor', 'rgb(30, 3, 3)', 'rgb(3, 3, 3)']],
  },
  {
    name: 'the markup of a child resets the child alone',
    edit: { 'Child.svelte': [['{title} {open}', 'my {title} {open}']] },
    shows: 'count 1 2 of 1\nmy kid false',
    back: 'count 1 2 of 1\nkid false',
  },
  {
    name: 'the script of the parent resets that, and what it renders, and not what is in modules',
    edit: { 'App.svelte': [['count * 2', 'count * 3 + 1']] },
    shows: 'count 0 1 of 1\nkid false',
    back: 'count 0 0 of 1\nkid false',
  },
];

for (const [host, start] of Object.entries(HOSTS)) {
  test(`${host}: what each edit keeps`, async (t) => {
    const { project, tab } = await startSvelte(t, FILES, start, { packages: ['sass', 'esbuild'] });
    await tab.until(text, 'count 0 0 of 0\nkid false');
    await tab.page.click('button');
    await tab.page.click('i');
    const act = async () => {
      if ((await tab.evaluate(text)).includes('false')) await tab.page.click('i');
      await tab.until(text, 'count 1 2 of 1\nkid true');
    };
    await makeEdits(t, { project, tab }, { files: FILES, edits: EDITS, act });
    // A module with runes has no boundary of its own: the component that imports it takes it.
    await project.write('shared.svelte.ts', FILES['shared.svelte.ts'].replace('n: 0', 'n: 7'));
    await tab.until(text, 'count 0 0 of 7\nkid false');
    wasHot(t, tab);
    t.is(await tab.evaluate(() => globalThis.starts), 1);
  });
}

/** Mistakes in each language of a component: what stands in the place of `from`, and where that is said. */
const MISTAKES = [
  { name: 'an element', from: '</p>', to: '</b>', at: [5, 'attempted to close'] },
  { name: 'an expression', from: '{n}', to: '{n +}', at: [5, 'Unexpected token'] },
  { name: 'the script', from: '$state(0);', to: '$state(0', at: [4, 'Unexpected token'] },
  { name: 'a rune', from: '$state(0);', to: '$states(0);', at: [3, '$states'] },
  {
    name: 'CSS',
    from: '<style lang="scss">',
    to: '<style> p { color: }',
    at: [6, 'cannot be empty'],
  },
  { name: 'Sass', from: '$wide;', to: '$unknown;', at: [8, 'Undefined variable'] },
  {
    name: 'a partial',
    file: '_wide.scss',
    from: '4px',
    to: '4px +',
    at: [1, 'Expected expression'],
  },
  {
    name: 'a module',
    file: 'more.svelte.js',
    from: '$state(1)',
    to: '$state(1',
    at: [1, 'Unexpected token'],
  },
];

test('mistakes are shown in the source as written; a render that throws recovers', async (t) => {
  const files = {
    'App.svelte': `<script>
  import { more } from './more.svelte.js';
  let n = $state(0);
</script>
<p><b onclick={() => (n += 1)} role="presentation">{n} {more.n}</b></p>
<style lang="scss">
  @use './wide' as *;
  p { padding: $wide; }
</style>
`,
    '_wide.scss': '$wide: 4px;\n',
    'more.svelte.js': 'let n = $state(1); export const more = { get n() { return n; } };\n',
  };
  const app = await startSvelte(t, files, startPreset, { packages: ['sass'] });
  const { project, tab } = app;
  await tab.until(text, '0 1');
  await tab.page.click('b');
  await tab.until(text, '1 1');
  await makeMistakes(t, app, { files, mistakes: MISTAKES, shows: '1 1' });
  await project.write('App.svelte', files['App.svelte'].replace('{n} ', '{n.x.y} '));
  await tab.until(isShown);
  await project.write('App.svelte', files['App.svelte'].replace('{n} ', 'well {n} '));
  await tab.until(text, 'well 0 1');
  await tab.until(isShown, false);
  t.is(tab.loads, 1);
});

test('an edit of a style alone is no update of the component', async (t) => {
  const { project, tab, events } = await startSvelte(t, FILES, startPreset, {
    packages: ['sass', 'esbuild'],
  });
  await tab.until(text, 'count 0 0 of 0\nkid false');
  await project.write('App.svelte', FILES['App.svelte'].replace('rgb(1, 1, 1)', 'rgb(9, 1, 1)'));
  await tab.until(style, 'rgb(9, 1, 1)', ['button', 'color']);
  const { boundaries } = await event(events, ({ type }) => type === 'applied');
  t.is(boundaries.length, 1);
  t.regex(boundaries[0], /App\.svelte\?svelte&type=style/);
  const { stale } = events.find(({ type }) => type === 'updated');
  t.is(stale, 1);
  wasHot(t, tab);
});

test('svelte.config.js, preprocessors with files of their own, and warnings', async (t) => {
  const warnings = hearWarnings(t);
  const files = {
    'svelte.config.js': `import { readFileSync } from 'node:fs';
const words = new URL('./words.txt', import.meta.url).pathname;
const markup = ({ content }) => ({ code: content.replace('WORDS', readFileSync(words, 'utf8').trim()), dependencies: [words] });
export default { preprocess: [{ markup }] };`,
    'words.txt': 'one',
    'App.svelte': '<img src="data:,">\n<p>WORDS</p>\n',
  };
  const { project, tab } = await startSvelte(t, files, (one, all, { plugins, packages }) =>
    startPreset(one, all, { plugins, packages, hmr: { logLevel: 'warn' } }),
  );
  await tab.until(text, '\none');
  await project.write('words.txt', 'two');
  await tab.until(text, '\ntwo');
  t.true(
    warnings.some((said) => /a11y_missing_attribute.*App\.svelte:1:1/.test(said)),
    String(warnings),
  );
  wasHot(t, tab);
});

test('the example, by the command', async (t) => {
  const { project, program, tab } = await startExample(t, 'svelte', PACKAGES);
  const shown = () => document.getElementById('app').textContent.trim();
  await tab.until(shown, 'Hello, Svelte 0 clicks');
  await tab.page.click('button');
  await project.write('src/Greeting.svelte', '<h1>Hi, Svelte</h1>\n');
  await tab.until(shown, 'Hi, Svelte 1 clicks');
  await program.said('/src/Greeting.svelte');
  wasHot(t, tab);
});

test('missing packages and unknown options are errors that say what to do', async (t) => {
  const missing = startPreset(t, {}, { plugins: [svelte()], packages: [] });
  await t.throwsAsync(missing, {
    message: /hotgraph\/svelte needs svelte, which is not installed in .*: npm install -D svelte$/,
  });
  t.throws(() => svelte({ preprocessor: {} }), { message: /Did you mean "preprocess"\?/ });
  t.throws(() => svelte({ emitCss: false }), { message: /Styles are always sheets of their own/ });
});
