/**
 * `hotgraph/vue`: which edits of a component keep its state, and which create it anew, modelled on what Vue's own plugin
 * promises; Pinia and Vue Router as their documents write it.
 */

import ava from 'ava';
import { vue } from 'hotgraph/vue';
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

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const CORE = [
  'reactivity',
  'runtime-core',
  'runtime-dom',
  'shared',
  'compiler-core',
  'compiler-dom',
];
const PACKAGES = ['vue', ...CORE.map((name) => `@vue/${name}`)];
const DEVTOOLS = ['devtools-api', 'devtools-kit', 'devtools-shared'].map((name) => `@vue/${name}`);
const STATE = [
  'pinia',
  'vue-router',
  'nostics',
  'hookable',
  'birpc',
  'perfect-debounce',
  ...DEVTOOLS,
];

const MAIN = `import { createApp } from 'vue';
import App from './App.vue';
globalThis.starts = (globalThis.starts ?? 0) + 1;
createApp(App).mount('#root');`;

const options = { plugins: [vue()], packages: PACKAGES };
const startVue = (t, files, start = startPreset, more = options) =>
  start(t, { 'index.html': PAGE, 'main.js': MAIN, ...files }, more);

/** No reload, and the app was not mounted again. */
async function stayed(t, tab) {
  wasHot(t, tab);
  t.is(await tab.evaluate(() => globalThis.starts), 1);
  const warnings = tab.console.filter(({ text: said }) => /\[Vue warn\]|Feature flags/.test(said));
  t.deepEqual(warnings, []);
}

/** A component with state, styles of three kinds, types and a child. */
const COUNTER = `<script setup lang="ts">
import { computed, ref } from 'vue';
import type { Size } from './types';
import { unit } from './unit';
import Child from './Child.vue';
const props = withDefaults(defineProps<{ label?: Size }>(), { label: 'small' });
const count = ref<number>(0);
const paint = ref('rgb(9, 9, 9)');
const twice = computed((): string => \`\${count.value * 2} \${unit}\`);
</script>

<template>
  <button class="box" :class="$style.framed" @click="count++">{{ props.label }} {{ count as number }} {{ twice }}</button>
  <Child title="kid" />
</template>

<style scoped>
.box { color: rgb(1, 1, 1); outline-color: v-bind(paint); }
</style>
<style module>
.framed { border: 1px solid rgb(2, 2, 2); }
</style>
<style lang="scss">
@use './tones' as *;
body { .box { background: $tone; } }
</style>
`;

const COUNTER_APP = {
  'App.vue': COUNTER,
  'Child.vue': `<script>
export default { props: { title: String }, data: () => ({ open: false }) };
</script>
<template><p><i class="box" @click="open = !open">{{ title }} {{ open }}</i></p></template>
`,
  'types.ts': `export type Size = 'small' | 'large';`,
  'unit.ts': `export const unit: string = 'px';`,
  '_tones.scss': '$tone: rgb(3, 3, 3);',
};

/** Edits, one after the other: what must hold after each. State: the count, and whether the child is open. */
const EDITS = [
  {
    name: 'a template keeps the state',
    edit: { 'App.vue': [['{{ props.label }}', 'size {{ props.label }}']] },
    shows: 'size small 1 2 px\nkid true',
    back: 'small 1 2 px\nkid true',
  },
  {
    name: 'a template of a child keeps both',
    edit: { 'Child.vue': [['{{ title }}', 'my {{ title }}']] },
    shows: 'small 1 2 px\nmy kid true',
    back: 'small 1 2 px\nkid true',
  },
  {
    name: 'a scoped style',
    edit: { 'App.vue': [['rgb(1, 1, 1)', 'rgb(10, 1, 1)', 'rgb(1, 1, 1)']] },
    shows: 'small 1 2 px\nkid true',
    styles: [['button', 'color', 'rgb(10, 1, 1)', 'rgb(1, 1, 1)']],
  },
  {
    name: 'a CSS module, of which a name is new',
    edit: { 'App.vue': [['.framed {', '.other {} .framed { letter-spacing: 3px;']] },
    shows: 'small 1 2 px\nkid true',
    styles: [['button', 'letterSpacing', '3px', 'normal']],
  },
  {
    name: 'a partial of Sass',
    edit: { '_tones.scss': [['3, 3, 3', '30, 3, 3']] },
    shows: 'small 1 2 px\nkid true',
    styles: [['button', 'backgroundColor', 'rgb(30, 3, 3)', 'rgb(3, 3, 3)']],
  },
  {
    name: 'a comment in the script, and the template',
    edit: {
      'App.vue': [
        ['const count', '// how many\nconst count'],
        ['{{ twice }}', '={{ twice }}'],
      ],
    },
    shows: 'small 1 =2 px\nkid true',
    back: 'small 1 2 px\nkid true',
  },
  {
    name: 'the script creates anew',
    edit: { 'App.vue': [['count.value * 2', 'count.value * 2 + 7']] },
    shows: 'small 0 7 px\nkid false',
    back: 'small 0 0 px\nkid false',
  },
  {
    name: 'the script of a child creates that anew',
    edit: { 'Child.vue': [['open: false', "open: 'new'"]] },
    shows: 'small 1 2 px\nkid new',
    back: 'small 1 2 px\nkid false',
  },
  {
    name: 'a module that the script imports creates anew, also together with the template',
    edit: { 'App.vue': [['{{ twice }}', '={{ twice }}']], 'unit.ts': [['px', 'em']] },
    shows: 'small 0 =0 em\nkid false',
    back: 'small 0 0 px\nkid false',
  },
  {
    name: 'a style block less',
    edit: {
      'App.vue': [
        [/<style lang="scss">[\s\S]*<\/style>/, ''],
        ['{{ twice }}', '={{ twice }}'],
      ],
    },
    shows: 'small 0 =0 px\nkid false',
    back: 'small 0 0 px\nkid false',
    styles: [['button', 'backgroundColor', 'rgb(239, 239, 239)', 'rgb(3, 3, 3)']],
  },
];

for (const [host, start] of Object.entries(HOSTS)) {
  test(`${host}: what each edit keeps`, async (t) => {
    const packages = [...PACKAGES, 'sass'];
    const { project, tab } = await startVue(t, COUNTER_APP, start, { ...options, packages });
    await tab.until(text, 'small 0 0 px\nkid false');
    t.is(await tab.evaluate(style, ['button', 'borderTopColor']), 'rgb(2, 2, 2)');
    t.is(await tab.evaluate(style, ['button', 'outlineColor']), 'rgb(9, 9, 9)');
    t.not(await tab.evaluate(style, ['i', 'color']), 'rgb(1, 1, 1)');
    const act = async () => {
      if ((await tab.evaluate(text)).includes(' 0 ')) await tab.page.click('button');
      if ((await tab.evaluate(text)).includes('false')) await tab.page.click('i');
      await tab.until(text, 'small 1 2 px\nkid true');
    };
    await makeEdits(t, { project, tab }, { files: COUNTER_APP, edits: EDITS, act });
    await act();
    await project.write('types.ts', COUNTER_APP['types.ts'].replace("'large'", "'large' | number"));
    await tab.until(text, 'small 0 0 px\nkid false');
    await stayed(t, tab);
  });
}

/** Mistakes in each language of a component: what stands in the place of `from`, and where that is said. */
const MISTAKES = [
  {
    name: 'an element that is not closed',
    from: '</p>',
    to: '',
    at: [4, 'Element is missing end tag'],
  },
  { name: 'an expression', from: '{{ n }}', to: '{{ n + }}', at: [4, 'Unexpected token'] },
  { name: 'the script', from: 'ref(0);', to: 'ref(0', at: [3, 'Unexpected token'] },
  { name: 'a macro', from: 'ref(0);', to: 'ref(0); defineProps(n);', at: [3, 'defineProps'] },
  {
    name: 'two templates',
    from: '<style',
    to: '<template></template>\n<style',
    at: [5, 'can contain only one'],
  },
  { name: 'CSS', from: 'color: red;', to: 'color red;', at: [6, 'Unknown word'] },
  { name: 'Sass', from: '$wide;', to: '$unknown;', at: [9, 'Undefined variable'] },
  {
    name: 'a partial',
    file: '_wide.scss',
    from: '4px',
    to: '4px +',
    at: [1, 'Expected expression'],
  },
];

test('mistakes are shown in the source as written, and the next save goes on with the state', async (t) => {
  const files = {
    'App.vue': `<script setup>
import { ref } from 'vue';
const n = ref(0);</script>
<template><p @click="n++">{{ n }}</p></template>
<style scoped>
p { color: red; }
</style>
<style lang="scss">@use './wide' as *;
p { padding: $wide; }
</style>
`,
    '_wide.scss': '$wide: 4px;\n',
  };
  const packages = [...PACKAGES, 'sass'];
  const app = await startVue(t, files, startPreset, { ...options, packages });
  const { tab } = app;
  await tab.until(text, '0');
  await tab.page.click('p');
  await makeMistakes(t, app, { files, mistakes: MISTAKES, shows: '1' });
  t.is(tab.loads, 1);
});

test('a render that throws recovers with the next save; blocks in files of their own', async (t) => {
  const files = {
    'App.vue': `<script src="./app.ts"></script>
<template src="./app.html"></template>
<style src="./app.css" scoped></style>
`,
    'app.ts': `import { defineComponent } from 'vue';
export default defineComponent({ data: () => ({ n: 0 as number, none: null as { x: 1 } | null }) });`,
    'app.html': '<p @click="n++">n {{ n }}</p>\n',
    'app.css': 'p { color: rgb(1, 2, 3); }\n',
  };
  const { project, tab, events } = await startVue(t, files);
  await tab.until(text, 'n 0');
  await tab.page.click('p');
  await project.write('app.html', files['app.html'].replace('n {{', 'number {{'));
  await tab.until(text, 'number 1');
  await project.write('app.css', files['app.css'].replace('1, 2', '7, 2'));
  await tab.until(style, 'rgb(7, 2, 3)', ['p', 'color']);
  await project.write('app.html', files['app.html'].replace('{{ n }}', '{{ n.x.y }}'));
  await tab.until(isShown);
  await project.write('app.html', files['app.html'].replace('n {{', 'again {{'));
  await tab.until(text, 'again 1');
  await tab.until(isShown, false);
  await project.write('app.html', '<p>{{ n</p>\n');
  const { diagnostics } = await event(
    events,
    ({ type, diagnostics: all }) =>
      type === 'diagnostics' && all[0]?.file === project.path('app.html'),
  );
  t.is(diagnostics[0].line, 1);
  await project.write('app.html', files['app.html']);
  await tab.until(isShown, false);
  await project.write('app.ts', files['app.ts'].replace('n: 0', 'n: 5'));
  await tab.until(text, 'n 5');
  t.is(tab.loads, 1);
});

test('Pinia and Vue Router as their documents write it', async (t) => {
  const files = {
    'main.js': `import { createApp } from 'vue';
import { createPinia } from 'pinia';
import { createRouter, createWebHashHistory } from 'vue-router';
import App from './App.vue';
globalThis.starts = (globalThis.starts ?? 0) + 1;
const routes = [{ path: '/', component: () => import('./Home.vue') }, { path: '/about', component: () => import('./About.vue') }];
const router = createRouter({ history: createWebHashHistory(), routes });
createApp(App).use(createPinia()).use(router).mount('#root');`,
    'App.vue': `<template><nav><RouterLink to="/about">about</RouterLink></nav><RouterView /></template>`,
    'store.ts': `import { acceptHMRUpdate, defineStore } from 'pinia';
export const useCounter = defineStore('counter', { state: () => ({ n: 0 as number }), actions: { add() { this.n += 1; } } });
if (import.meta.hot) import.meta.hot.accept(acceptHMRUpdate(useCounter, import.meta.hot));`,
    'Home.vue': `<script setup lang="ts">import { useCounter } from './store'; const counter = useCounter();</script>
<template><button @click="counter.add()">home {{ counter.n }}</button></template>`,
    'About.vue': `<script setup lang="ts">import { useCounter } from './store'; const counter = useCounter();</script>
<template><button @click="counter.add()">about {{ counter.n }}</button></template>`,
  };
  const packages = [...PACKAGES, ...STATE];
  const { project, tab } = await startVue(t, files, startPreset, { ...options, packages });
  await tab.until(text, 'about\nhome 0');
  await tab.page.click('button');
  await tab.until(text, 'about\nhome 1');
  await project.write('store.ts', files['store.ts'].replace('+= 1', '+= 10'));
  await tab.logged('updated /store.ts');
  await tab.page.click('button');
  await tab.until(text, 'about\nhome 11');
  await project.write('Home.vue', files['Home.vue'].replace('>home', '>start'));
  await tab.until(text, 'about\nstart 11');
  await tab.page.click('a');
  await tab.until(text, 'about\nabout 11');
  await project.write(
    'About.vue',
    files['About.vue'].replace('const counter', 'const more = 1; const counter'),
  );
  await project.write('App.vue', files['App.vue'].replace('>about<', '>more<'));
  await tab.until(text, 'more\nabout 11');
  await stayed(t, tab);
});

test('the example, by the command', async (t) => {
  const { project, program, tab } = await startExample(t, 'vue', PACKAGES);
  const shown = () => document.getElementById('app').textContent;
  await tab.until(shown, 'Hello, Vue0 clicks');
  await tab.page.click('button');
  await project.write('src/Greeting.vue', '<template><h1>Hi, Vue</h1></template>\n');
  await tab.until(shown, 'Hi, Vue1 clicks');
  await program.said('/src/Greeting.vue');
  wasHot(t, tab);
});

test('missing packages and unknown options are errors that say what to do', async (t) => {
  const missing = startVue(t, {}, startPreset, { ...options, packages: [] });
  await t.throwsAsync(missing, {
    message: /hotgraph\/vue needs vue, which is not installed in .*: npm install -D vue$/,
  });
  t.throws(() => vue({ templates: {} }), {
    message: /has no option "templates"\. Did you mean "template"\?/,
  });
  const files = {
    'App.vue': '<template><p>a</p></template>\n<style lang="scss">p { a: b }</style>\n',
  };
  const { hmr } = await startVue(t, files);
  const { diagnostics } = await event(hmr.events, ({ type }) => type === 'diagnostics');
  t.regex(diagnostics[0].message, /<style lang="scss"> needs sass, .*npm install -D sass/);
});
