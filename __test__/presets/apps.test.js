/**
 * Small apps, as users of each framework write them. Each uses many features of its framework, and tests edit every part.
 */

import ava from 'ava';
import { preact } from 'hotgraph/preact';
import { react } from 'hotgraph/react';
import { solid } from 'hotgraph/solid';
import { svelte } from 'hotgraph/svelte';
import { vue } from 'hotgraph/vue';
import { webComponents } from 'hotgraph/web-components';
import { closeBrowser } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';
import { startPreset } from '../helpers/preset.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

/** What the app shows, without blanks, shadow roots included. */
const text = () => {
  const textOf = (node) =>
    [...(node.shadowRoot?.childNodes ?? []), ...(node.assignedNodes?.() ?? []), ...node.childNodes]
      .map((one) => (one.nodeType === Node.TEXT_NODE ? one.data : textOf(one)))
      .join('');
  return textOf(document.getElementById('root')).replace(/\s+/g, '');
};

const style = ([selector, name]) => getComputedStyle(document.querySelector(selector))[name];

const pageOf = (main, body = '') =>
  `<!doctype html><div id="root">${body}</div><script type="module" src="${main}"></script>`;

/** Waits until an app shows this, blanks apart. */
const shows = (tab, shown) => tab.until(text, shown.replace(/\s+/g, ''));

/**
 * Makes edits, one after the other: `[file, from, to, what is shown then, styles]`.
 *
 * @param {import('ava').ExecutionContext} t
 */
async function makeEdits(t, { project, tab }, files, edits) {
  const now = { ...files };
  for (const [file, from, to, shown, ...styles] of edits) {
    t.true(now[file].includes(from), `${file}: ${from}`);
    now[file] = now[file].replaceAll(from, to);
    await project.write(file, now[file]);
    await shows(tab, shown);
    for (const [selector, name, value] of styles) await tab.until(style, value, [selector, name]);
    t.log(file, to);
  }
  wasHot(t, tab);
}

test('React', async (t) => {
  const files = {
    'index.html': pageOf('main.tsx'),
    'main.tsx': `import { StrictMode } from 'react'; import { createRoot } from 'react-dom/client'; import App from './App';
createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>);`,
    'App.tsx': `import { createContext, useContext, useState, useReducer, lazy, Suspense, memo, forwardRef, useRef, useImperativeHandle, useSyncExternalStore, type ReactNode } from 'react';
import { useCounter } from './useCounter';
import { withBorder } from './hoc';
import Old from './Old';
import { store } from './store';
import { Theme } from './ctx';
function Themed() { return <i>{useContext(Theme)}-ctx </i>; }
const Lazy = lazy(() => import('./Lazy').then((m) => ({ default: m.Named })));
const Fancy = memo(forwardRef<{ add(): void }, { label: string }>(function Fancy({ label }, ref) {
  const [n, set] = useState(0);
  useImperativeHandle(ref, () => ({ add: () => set((x) => x + 1) }));
  return <b>{label} {n} </b>;
}));
const Bordered = withBorder(function Inner() { const [n, set] = useState(0); return <u id="inner" onClick={() => set(n + 1)}>inner {n} </u>; });
export default function App(): ReactNode {
  const { count, add } = useCounter(1);
  const ref = useRef<{ add(): void }>(null);
  const s = useSyncExternalStore(store.subscribe, store.get);
  return <Theme.Provider value="light">
    <button onClick={() => { add(); ref.current!.add(); store.add(); }}>app {count} </button>
    <Themed /><Fancy ref={ref} label="fancy" /><Bordered /><Suspense fallback="…"><Lazy /></Suspense><Old /> s{s}
  </Theme.Provider>;
}
`,
    'ctx.ts': `import { createContext } from 'react'; export const Theme = createContext('dark');`,
    'useCounter.ts': `import { useState, useCallback } from 'react';
export function useCounter(step: number) { const [count, set] = useState(0); const add = useCallback(() => set((n) => n + step), [step]); return { count, add }; }`,
    'hoc.tsx': `import type { ComponentType } from 'react';
export const withBorder = <P extends object>(C: ComponentType<P>) => { const W = (props: P) => <span>[<C {...props} />]</span>; W.displayName = 'W'; return W; };`,
    'Old.jsx': `import { Component } from 'react';
export default class Old extends Component { state = { n: 0 }; render() { return <em onClick={() => this.setState({ n: this.state.n + 1 })}>old {this.state.n}</em>; } }`,
    'Lazy.tsx': `import { useState } from 'react'; export const Named = () => { const [n] = useState(7); return <s>lazy {n} </s>; };`,
    'store.ts': `let n = 0; const l = new Set<() => void>(); export const store = { get: () => n, add() { n++; l.forEach((f) => f()); }, subscribe(f: () => void) { l.add(f); return () => { l.delete(f); }; } };`,
  };
  const app = await startPreset(
    t,
    { ...files },
    { plugins: [react()], packages: ['react', 'react-dom', 'react-refresh', 'scheduler'] },
  );
  await shows(app.tab, 'app 0 light-ctx fancy 0 [inner 0 ]lazy 7 old 0 s0');
  await app.tab.page.click('button');
  await app.tab.page.click('#inner');
  await app.tab.page.click('em');
  await shows(app.tab, 'app 1 light-ctx fancy 1 [inner 1 ]lazy 7 old 1 s1');
  await makeEdits(t, app, files, [
    ['App.tsx', '>app {', '>top {', 'top 1 light-ctx fancy 1 [inner 1 ]lazy 7 old 1 s1'],
    ['App.tsx', '-ctx', '-theme', 'top 1 light-theme fancy 1 [inner 1 ]lazy 7 old 1 s1'],
    [
      'App.tsx',
      '{label} {n}',
      '{label}! {n}',
      'top 1 light-theme fancy! 1 [inner 1 ]lazy 7 old 1 s1',
    ],
    ['App.tsx', 'inner {n}', 'within {n}', 'top 1 light-theme fancy! 1 [within 1 ]lazy 7 old 1 s1'],
    ['Lazy.tsx', 'lazy {n}', 'later {n}', 'top 1 light-theme fancy! 1 [within 1 ]later 7 old 1 s1'],
    [
      'useCounter.ts',
      'n + step',
      'n + step * 10',
      'top 1 light-theme fancy! 1 [within 1 ]later 7 old 1 s1',
    ],
    ['Old.jsx', 'old {', 'aged {', 'top 1 light-theme fancy! 1 [within 1 ]later 7 aged 0 s1'],
    ['App.tsx', '>top {', '>app {', 'app 1 light-theme fancy! 1 [within 1 ]later 7 aged 0 s1'],
    ['hoc.tsx', '[<C', '(<C', 'app 1 light-theme fancy! 1 (within 1 ]later 7 aged 0 s1'],
  ]);
});

test('Vue', async (t) => {
  const files = {
    'index.html': pageOf('main.ts'),
    'main.ts': `import { createApp } from 'vue'; import { createPinia } from 'pinia'; import App from './App.vue';
createApp(App).use(createPinia()).mount('#root');`,
    'App.vue': `<script setup lang="ts">
import { defineAsyncComponent, ref, provide } from 'vue';
import Child from './Child.vue';
import Other from './Other.vue';
import { useStore } from './store';
const Async = defineAsyncComponent(() => import('./Async.vue'));
const model = ref('m');
const n = ref(0);
const tab = ref('Child');
const store = useStore();
provide('key', 'provided');
</script>
<template>
  <button :class="$style.red" @click="n++; store.add()">app {{ n }} {{ store.twice }} </button>
  <KeepAlive><component :is="tab === 'Child' ? Child : Other" v-model="model" :count="n" @flip="tab = tab === 'Child' ? 'Other' : 'Child'"><template #head="{ x }">slot {{ x }}</template></component></KeepAlive>
  <Async />
</template>
<style module>.red { color: rgb(1, 2, 3); }</style>
`,
    'Child.vue': `<script setup lang="ts">
import { ref, inject } from 'vue';
const { count = 5, label = 'dflt' } = defineProps<{ count?: number; label?: string }>();
const model = defineModel<string>();
const emit = defineEmits<{ flip: [] }>();
const open = ref(0);
const color = ref('rgb(4, 5, 6)');
const got = inject<string>('key');
</script>
<template><p @click="open++">child {{ count }} {{ label }} {{ model }} {{ open }} {{ got }} <slot name="head" :x="open" /></p><input v-model="model" /><i @click="emit('flip')">flip</i></template>
<style scoped>p { color: v-bind(color); }</style>
`,
    'Other.vue': `<script>
export default { name: 'Other', emits: ['flip'], data: () => ({ k: 1 }), methods: { hit() { this.k++; } } };
</script>
<template><p @click="hit">other {{ k }}</p><i @click="$emit('flip')">flip</i></template>`,
    'Async.vue': `<script setup>const v = 1;</script><template><s>async {{ v }}</s></template>`,
    'store.ts': `import { defineStore, acceptHMRUpdate } from 'pinia'; import { ref, computed } from 'vue';
export const useStore = defineStore('s', () => { const n = ref(0); const twice = computed(() => n.value * 2); const add = () => { n.value++; }; return { n, twice, add }; });
if (import.meta.hot) import.meta.hot.accept(acceptHMRUpdate(useStore, import.meta.hot));`,
  };
  const CORE = [
    'reactivity',
    'runtime-core',
    'runtime-dom',
    'shared',
    'compiler-core',
    'compiler-dom',
  ].map((n) => `@vue/${n}`);
  const DEV = ['devtools-api', 'devtools-kit', 'devtools-shared'].map((n) => `@vue/${n}`);
  const app = await startPreset(
    t,
    { ...files },
    {
      plugins: [vue()],
      packages: [
        'vue',
        'pinia',
        'nostics',
        'hookable',
        'birpc',
        'perfect-debounce',
        ...CORE,
        ...DEV,
      ],
    },
  );
  await shows(app.tab, 'app 0 0child 0 dflt m 0 provided slot 0flipasync 1');
  await app.tab.page.click('button');
  await app.tab.page.click('p');
  await app.tab.page.fill('input', 'typed');
  await shows(app.tab, 'app 1 2child 1 dflt typed 1 provided slot 1flipasync 1');
  await makeEdits(t, app, files, [
    ['App.vue', 'app {{', 'top {{', 'top 1 2child 1 dflt typed 1 provided slot 1flipasync 1'],
    [
      'App.vue',
      '1, 2, 3',
      '7, 2, 3',
      'top 1 2child 1 dflt typed 1 provided slot 1flipasync 1',
      ['button', 'color', 'rgb(7, 2, 3)'],
    ],
    ['Child.vue', 'child {{', 'kid {{', 'top 1 2kid 1 dflt typed 1 provided slot 1flipasync 1'],
    ['App.vue', 'slot {{', 'sl {{', 'top 1 2kid 1 dflt typed 1 provided sl 1flipasync 1'],
    ['Async.vue', 'async {{', 'later {{', 'top 1 2kid 1 dflt typed 1 provided sl 1fliplater 1'],
    ['Async.vue', 'v = 1', 'v = 2', 'top 1 2kid 1 dflt typed 1 provided sl 1fliplater 2'],
    ['store.ts', '* 2', '* 3', 'top 1 3kid 1 dflt typed 1 provided sl 1fliplater 2'],
    ['Child.vue', "'dflt'", "'other'", 'top 1 3kid 1 other typed 0 provided sl 0fliplater 2'],
    [
      'Child.vue',
      'rgb(4, 5, 6)',
      'rgb(9, 5, 6)',
      'top 1 3kid 1 other typed 0 provided sl 0fliplater 2',
      ['p', 'color', 'rgb(9, 5, 6)'],
    ],
    [
      'Child.vue',
      'p { color: v-bind(color); }',
      'p { background: v-bind(color); }',
      'top 1 3kid 1 other typed 0 provided sl 0fliplater 2',
      ['p', 'backgroundColor', 'rgb(9, 5, 6)'],
    ],
  ]);
  // What KeepAlive holds takes part.
  const { project, tab } = app;
  await tab.page.click('i');
  await shows(tab, 'top 1 3 other 1 flip later 2');
  await tab.page.click('p');
  await project.write('Other.vue', files['Other.vue'].replace('other {{', 'another {{'));
  await shows(tab, 'top 1 3 another 2 flip later 2');
  wasHot(t, tab);
});

test('Svelte', async (t) => {
  const files = {
    'index.html': pageOf('main.ts'),
    'main.ts': `import { mount } from 'svelte'; import App from './App.svelte'; mount(App, { target: document.getElementById('root')! });`,
    'App.svelte': `<script lang="ts">
  import { counter } from './counter.svelte.ts';
  import { tick } from './store';
  import Child from './Child.svelte';
  import { act } from './act';
  let key: number = $state(0);
  let items: string[] = $state(['a', 'b']);
</script>
{#snippet row(x: string)}<li>row {x} </li>{/snippet}
<button use:act={key} onclick={() => { counter.n++; $tick += 1; items.push('c'); }}>app {counter.n} {counter.twice} {$tick} </button>
{#key key}<Child {row} bind:key>kids</Child>{/key}
{#each items as item}{@render row(item)}{/each}
`,
    'Child.svelte': `<script lang="ts">
  import type { Snippet } from 'svelte';
  let { row, key = $bindable(), children }: { row: Snippet<[string]>; key: number; children: Snippet } = $props();
  let own = $state(0);
  $effect(() => { document.title = 'own ' + own; });
</script>
<p><i role="presentation" onclick={() => own++}>own {own} </i>{@render row('in child')}{@render children()} </p>
`,
    'counter.svelte.ts': `class Counter { n: number = $state(0); twice = $derived(this.n * 2); }
export const counter = new Counter();`,
    'store.ts': `import { writable } from 'svelte/store'; export const tick = writable<number>(0);`,
    'act.ts': `export function act(node: HTMLElement, v: number) { node.dataset.act = 'one' + v; return { update(v: number) { node.dataset.act = 'one' + v; }, destroy() { globalThis.destroyed = (globalThis.destroyed ?? 0) + 1; } }; }`,
  };
  const app = await startPreset(
    t,
    { ...files },
    { plugins: [svelte()], packages: ['svelte', 'esm-env', 'clsx', 'devalue', 'esbuild'] },
  );
  await shows(app.tab, 'app 0 0 0 own 0 row in child kids row a row b');
  await app.tab.page.click('i');
  await app.tab.page.click('button');
  await shows(app.tab, 'app 1 2 1 own 1 row in child kids row a row b row c');
  await makeEdits(t, app, files, [
    [
      'Child.svelte',
      'own {own} ',
      'mine {own} ',
      'app 1 2 1 mine 0 row in child kids row a row b row c',
    ],
    ['App.svelte', 'app {', 'top {', 'top 1 2 1 mine 0 row in child kids row a row b'],
    ['App.svelte', 'row {x}', 'line {x}', 'top 1 2 1 mine 0 line in child kids line a line b'],
    ['act.ts', 'one', 'two', 'top 1 2 1 mine 0 line in child kids line a line b'],
    ['counter.svelte.ts', '* 2', '* 3', 'top 0 0 1 mine 0 line in child kids line a line b'],
    ['store.ts', '(0)', '(5)', 'top 0 0 5 mine 0 line in child kids line a line b'],
  ]);
});

test('Solid', async (t) => {
  const files = {
    'index.html': pageOf('main.tsx'),
    'main.tsx': `import { render } from 'solid-js/web'; import App from './App'; render(() => <App />, document.getElementById('root')!);`,
    'App.tsx': `import { createSignal, For, Show, lazy, Suspense, Switch, Match, ErrorBoundary, createMemo } from 'solid-js';
import { createStore } from 'solid-js/store';
import { ThemeProvider, useTheme } from './theme';
import { Item } from './Item';
const Lazy = lazy(() => import('./Lazy'));
const Inner = () => { const theme = useTheme(); return <i>{theme()} </i>; };
export default function App() {
  const [state, set] = createStore({ items: [{ id: 1, done: false }, { id: 2, done: true }], n: 0 });
  const total = createMemo(() => state.items.length);
  return <ThemeProvider>
    <button onClick={() => { set('n', (n) => n + 1); set('items', state.items.length, { id: state.n + 5, done: false }); }}>app {state.n} {total()} </button>
    <Inner />
    <For each={state.items}>{(item) => <Item item={item} />}</For>
    <Show when={state.n > 0} fallback={<u>none </u>}><u>shown </u></Show>
    <ErrorBoundary fallback={(e) => <b>caught {e.message} </b>}><Lazy /></ErrorBoundary>
  </ThemeProvider>;
}
`,
    'Item.tsx': `import { createSignal, type Component } from 'solid-js';
export const Item: Component<{ item: { id: number; done: boolean } }> = (props) => { const [k, set] = createSignal(0); return <p onClick={() => set(k() + 1)}>item {props.item.id} {k()} </p>; };`,
    'theme.tsx': `import { createContext, createSignal, useContext, type JSX } from 'solid-js';
const Theme = createContext(() => 'none');
export function ThemeProvider(props: { children: JSX.Element }) { const [t] = createSignal('light'); return <Theme.Provider value={t}>{props.children}</Theme.Provider>; }
export const useTheme = () => useContext(Theme);`,
    'Lazy.tsx': `export default function Lazy() { return <s>lazy</s>; }`,
  };
  const app = await startPreset(
    t,
    { ...files },
    {
      plugins: [solid()],
      packages: ['solid-js', 'solid-refresh', 'babel-preset-solid', '@babel/core'],
    },
  );
  await shows(app.tab, 'app 0 2 light item 1 0 item 2 0 none lazy');
  await app.tab.page.click('button');
  await app.tab.page.click('p');
  await shows(app.tab, 'app 1 3 light item 1 1 item 2 0 item 6 0 shown lazy');
  await makeEdits(t, app, files, [
    ['Lazy.tsx', 'lazy<', 'later<', 'app 1 3 light item 1 1 item 2 0 item 6 0 shown later'],
    ['App.tsx', 'app {', 'top {', 'top 1 3 light item 1 1 item 2 0 item 6 0 shown later'],
    ['Item.tsx', 'item {', 'it {', 'top 1 3 light it 1 1 it 2 0 it 6 0 shown later'],
    ['App.tsx', 'theme()}', 'theme()}!', 'top 1 3 light! it 1 1 it 2 0 it 6 0 shown later'],
    ['theme.tsx', "'light'", "'dark'", 'top 1 3 dark! it 1 0 it 2 0 it 6 0 shown later'],
  ]);
});

test('Preact', async (t) => {
  const files = {
    'index.html': pageOf('main.tsx'),
    'main.tsx': `import { render } from 'preact'; import { App } from './App'; render(<App />, document.getElementById('root')!);`,
    'App.tsx': `import { Component, type ComponentChildren } from 'preact';
import { useContext, useMemo, useReducer } from 'preact/hooks';
import { forwardRef, lazy, memo, Suspense } from 'preact/compat';
import { Theme } from './theme';
import { useCount } from './useCount';
const Lazy = lazy(() => import('./Lazy'));
const Row = memo(function Row({ label }: { label: string }) { const [n, add] = useReducer((x: number) => x + 1, 0); return <p onClick={() => add(0)}>{label} {n} </p>; });
const Ref = forwardRef<HTMLElement, { children: ComponentChildren }>((props, ref) => <i ref={ref}>{props.children} {useContext(Theme)} </i>);
class Old extends Component<{ by: number }, { n: number }> { state = { n: 0 }; render() { return <em onClick={() => this.setState({ n: this.state.n + this.props.by })}>old {this.state.n} </em>; } }
export function App() {
  const { count, add } = useCount();
  const twice = useMemo(() => count * 2, [count]);
  return <Theme.Provider value="light"><button onClick={add}>app {count} {twice} </button><Row label="row" /><Ref>ref</Ref><Old by={2} /><Suspense fallback="…"><Lazy /></Suspense></Theme.Provider>;
}
`,
    'theme.ts':
      "import { createContext } from 'preact'; export const Theme = createContext('dark');",
    'useCount.ts':
      "import { useState } from 'preact/hooks'; export function useCount() { const [count, set] = useState(0); return { count, add: () => set((n) => n + 1) }; }",
    'Lazy.tsx': 'export default function Lazy() { return <s>lazy </s>; }',
  };
  const app = await startPreset(t, files, {
    plugins: [preact()],
    packages: ['preact', '@prefresh/core'],
  });
  await shows(app.tab, 'app 0 0 row 0 ref light old 0 lazy');
  for (const one of ['button', 'p', 'em']) await app.tab.page.click(one);
  await shows(app.tab, 'app 1 2 row 1 ref light old 2 lazy');
  await makeEdits(t, app, files, [
    ['App.tsx', '>app {', '>top {', 'top 1 2 row 1 ref light old 2 lazy'],
    ['App.tsx', '{label} {n}', '{label}! {n}', 'top 1 2 row! 1 ref light old 2 lazy'],
    ['App.tsx', '>old {', '>aged {', 'top 1 2 row! 1 ref light aged 2 lazy'],
    ['App.tsx', 'count * 2', 'count * 3', 'top 1 3 row! 1 ref light aged 2 lazy'],
    ['Lazy.tsx', 'lazy', 'later', 'top 1 3 row! 1 ref light aged 2 later'],
    ['useCount.ts', 'n + 1', 'n + 10', 'top 1 3 row! 1 ref light aged 2 later'],
  ]);
});

test('Lit', async (t) => {
  const files = {
    'index.html': pageOf('main.ts', '<x-app></x-app>'),
    'main.ts': "import './app.ts';",
    'app.ts': `import { html, css, LitElement } from 'lit';
import { customElement, property, state, query } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import './special.ts';
import { Clicks } from './clicks.ts';
@customElement('x-app')
export class App extends LitElement {
  static shadowRootOptions: ShadowRootInit = { mode: 'open', delegatesFocus: true };
  static styles = css\`p { color: rgb(1, 2, 3); }\`;
  @state() accessor items = ['a', 'b'];
  @query('button') accessor button!: HTMLButtonElement;
  clicks = new Clicks(this);
  render() { return html\`<button @click=\${() => { this.clicks.hit(); this.items = [...this.items, 'c']; }}>app \${this.clicks.count} </button>\${repeat(this.items, (x) => x, (x) => html\`<x-special label=\${x}><u slot="s">slotted </u></x-special>\`)}\`; }
}
`,
    'special.ts': `import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Base } from './base.ts';
@customElement('x-special')
export class Special extends Base {
  body() { return html\`special \${super.body()}<slot name="s"></slot>\`; }
}
`,
    'base.ts': `import { html, LitElement, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { Named } from './named.ts';
export class Base extends Named(LitElement) {
  static formAssociated = true;
  internals = this.attachInternals();
  @property() accessor label = '';
  @state() accessor open = 0;
  willUpdate(changed: PropertyValues) { if (changed.has('open')) this.internals.setFormValue(String(this.open)); }
  body() { return html\`\${this.label} \${this.open} \${this.title2} \`; }
  render() { return html\`<p @click=\${() => { this.open += 1; }}>\${this.body()}</p>\`; }
}
`,
    'named.ts': `import type { LitElement } from 'lit';
type Constructor<T> = new (...values: any[]) => T;
export const Named = <T extends Constructor<LitElement>>(superclass: T) => {
  class NamedElement extends superclass { get title2() { return 'named '; } }
  return NamedElement as Constructor<{ title2: string }> & T;
};
`,
    'clicks.ts': `import type { ReactiveController, ReactiveControllerHost } from 'lit';
export class Clicks implements ReactiveController {
  count = 0;
  constructor(private host: ReactiveControllerHost) { host.addController(this); }
  hostConnected() {}
  hit() { this.count += 1; this.host.requestUpdate(); }
}
`,
  };
  const app = await startPreset(t, files, { plugins: [webComponents()], packages: ['lit'] });
  const { tab } = app;
  const first = await tab.evaluate(text);
  t.true(first.includes('app0') && first.includes('speciala0named'), first);
  await tab.page.click('button');
  await tab.page.click('p');
  const shown = (head, say) =>
    tab.until((wanted) => wanted.every((one) => globalThis.textNow().includes(one)), true, [
      head.replace(/ /g, ''),
      ...['a1', 'b0', 'c0'].map((one) => say(one).replace(/ /g, '')),
    ]);
  await tab.evaluate(`globalThis.textNow = ${text}`);
  await shown('app 1', (one) => `special ${one} named`);
  const edits = [
    ['app.ts', '>app ', '>top ', 'top 1', (one) => `special ${one} named`],
    ['special.ts', 'special $', 'extra $', 'top 1', (one) => `extra ${one} named`],
    ['base.ts', '{this.title2} ', '{this.title2}.', 'top 1', (one) => `extra ${one} named.`],
    ['named.ts', "'named '", "'called '", 'top 1', (one) => `extra ${one} called.`],
    ['clicks.ts', '+= 1', '+= 5', 'top 1', (one) => `extra ${one} called.`],
  ];
  const now = { ...files };
  for (const [file, from, to, head, say] of edits) {
    t.true(now[file].includes(from), from);
    now[file] = now[file].replace(from, to);
    await app.project.write(file, now[file]);
    await shown(head, say);
  }
  await tab.page.click('button');
  await shown('top 6', (one) => `extra ${one} called.`);
  wasHot(t, tab);
});
