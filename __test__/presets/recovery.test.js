/**
 * A component that throws when it is rendered, in each framework: at the load of the page and after an edit. The save
 * that fixes it brings the page right by itself.
 */

import ava from 'ava';
import { preact } from 'hotgraph/preact';
import { react } from 'hotgraph/react';
import { solid } from 'hotgraph/solid';
import { svelte } from 'hotgraph/svelte';
import { vue } from 'hotgraph/vue';
import { webComponents } from 'hotgraph/web-components';
import { closeBrowser } from '../helpers/browser.js';
import { isShown } from '../helpers/components.js';
import { startPreset } from '../helpers/preset.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const VUE = [
  'vue',
  ...['reactivity', 'runtime-core', 'runtime-dom', 'shared', 'compiler-core', 'compiler-dom'].map(
    (name) => `@vue/${name}`,
  ),
];

/** A page whose app is started by `main.jsx`. */
const FRAMEWORKS = {
  React: {
    // What no error boundary catches removes all that React has rendered.
    keeps: 0,
    restarts: false,
    plugin: react(),
    packages: ['react', 'react-dom', 'react-refresh', 'scheduler'],
    child: [
      'Child.jsx',
      (code, shown) => `export function Child() {
${code}
return <b>${shown}</b>; }`,
    ],
    files: {
      'App.jsx': `import { Child } from './Child';
import { Count } from './Count';
export function App() { return <><Count /><Child /></>; }`,
      'Count.jsx': `import { useState } from 'react';
export function Count() { const [n, set] = useState(0); return <button onClick={() => set(n + 1)}>{n}</button>; }`,
    },
    imports: `import { createRoot } from 'react-dom/client'; import { App } from './App';`,
    start: `createRoot(document.getElementById('root')).render(<App />);`,
  },
  Preact: {
    plugin: preact(),
    packages: ['preact', '@prefresh/core'],
    child: [
      'Child.jsx',
      (code, shown) => `export function Child() {
${code}
return <b>${shown}</b>; }`,
    ],
    files: {
      'App.jsx': `import { Child } from './Child';
import { Count } from './Count';
export function App() { return <><Count /><Child /></>; }`,
      'Count.jsx': `import { useState } from 'preact/hooks';
export function Count() { const [n, set] = useState(0); return <button onClick={() => set(n + 1)}>{n}</button>; }`,
    },
    imports: `import { render } from 'preact'; import { App } from './App';`,
    start: `render(<App />, document.getElementById('root'));`,
  },
  Solid: {
    plugin: solid(),
    packages: ['solid-js', 'solid-refresh', 'babel-preset-solid', '@babel/core'],
    child: [
      'Child.jsx',
      (code, shown) => `export function Child() {
${code}
return <b>${shown}</b>; }`,
    ],
    files: {
      'App.jsx': `import { Child } from './Child';
import { Count } from './Count';
export function App() { return <><Count /><Child /></>; }`,
      'Count.jsx': `import { createSignal } from 'solid-js';
export function Count() { const [n, set] = createSignal(0); return <button onClick={() => set(n() + 1)}>{n()}</button>; }`,
    },
    imports: `import { render } from 'solid-js/web'; import { App } from './App';`,
    start: `render(() => <App />, document.getElementById('root'));`,
  },
  Svelte: {
    plugin: svelte(),
    packages: ['svelte', 'esm-env', 'clsx', 'devalue'],
    child: ['Child.svelte', (code, shown) => `<script>\n${code}\n</script>\n<b>${shown}</b>`],
    files: {
      'App.svelte': `<script>
  import Child from './Child.svelte';
  import Count from './Count.svelte';
</script>
<Count /><Child />`,
      'Count.svelte': `<script>\nlet n = $state(0);\n</script>\n<button onclick={() => (n += 1)}>{n}</button>`,
    },
    imports: `import { mount } from 'svelte'; import App from './App.svelte';`,
    start: `mount(App, { target: document.getElementById('root') });`,
  },
  Vue: {
    plugin: vue(),
    packages: VUE,
    child: [
      'Child.vue',
      (code, shown) => `<script setup>\n${code}\n</script>\n<template><b>${shown}</b></template>`,
    ],
    files: {
      'App.vue': `<script setup>
import Child from './Child.vue';
import Count from './Count.vue';
</script>
<template><Count /><Child /></template>`,
      'Count.vue': `<script setup>\nimport { ref } from 'vue'; const n = ref(0);\n</script>\n<template><button @click="n++">{{ n }}</button></template>`,
    },
    imports: `import { createApp } from 'vue'; import App from './App.vue';`,
    start: `createApp(App).mount('#root');`,
  },
  Lit: {
    restarts: false,
    plugin: webComponents(),
    packages: ['lit'],
    child: [
      'child.js',
      (code, shown) => `import { LitElement, html } from 'lit';
customElements.define('x-child', class extends LitElement { createRenderRoot() { return this; } render() {
${code}
return html\`<b>${shown}</b>\`; } });`,
    ],
    files: {
      'app.js': `import './child.js';
import { LitElement, html } from 'lit';
customElements.define('x-app', class extends LitElement {
  static properties = { n: { state: true } };
  constructor() { super(); this.n = 0; }
  createRenderRoot() { return this; }
  render() { return html\`<button @click=\${() => { this.n += 1; }}>\${this.n}</button><x-child></x-child>\`; }
});`,
    },
    imports: `import './app.js';`,
    start: `document.getElementById('root').append(document.createElement('x-app'));`,
  },
  'Lit, in a constructor': {
    restarts: false,
    plugin: webComponents(),
    packages: ['lit'],
    child: [
      'child.js',
      (code, shown) => `import { LitElement, html } from 'lit';
customElements.define('x-child', class extends LitElement { constructor() { super();
${code}
} createRenderRoot() { return this; } render() { return html\`<b>${shown}</b>\`; } });`,
    ],
    files: {
      'app.js': `import './child.js';
import { LitElement, html } from 'lit';
customElements.define('x-app', class extends LitElement {
  static properties = { n: { state: true } };
  constructor() { super(); this.n = 0; }
  createRenderRoot() { return this; }
  render() { return html\`<button @click=\${() => { this.n += 1; }}>\${this.n}</button><x-child></x-child>\`; }
});`,
    },
    imports: `import './app.js';`,
    start: `document.getElementById('root').append(document.createElement('x-app'));`,
  },
};

const THROWS = 'globalThis.none.none;';
const lineOf = (code) => code.slice(0, code.indexOf('none.none')).split('\n').length;

/** The files and lines of what the overlay shows. */
const places = () => {
  const root = document.querySelector('hotgraph-overlay')?.shadowRoot;
  const found = [...(root?.querySelectorAll('.place b') ?? [])];
  return found.map(({ textContent }) => textContent.split(':').slice(0, 2).join(':'));
};

const text = () => document.getElementById('root')?.textContent.replace(/\s/g, '') ?? null;

const startOf = (t, { plugin, packages, files, child: [name, child], imports }, start, broken) =>
  startPreset(
    t,
    {
      'index.html':
        '<!doctype html><div id="root"></div><script type="module" src="main.jsx"></script>',
      'main.jsx': `${imports}\n${start}`,
      [name]: child(broken, 'child'),
      ...files,
    },
    { plugins: [plugin], packages },
  );

/** When the app is started: the page's own scripts do that in more than one way. */
const STARTS = {
  'at the top': (start) => start,
  'in a function that waits': (start) => `(async () => { await null; ${start} })();`,
  'when the document is there': (start) =>
    `document.addEventListener('DOMContentLoaded', () => { ${start} });`,
};

for (const [framework, app] of Object.entries(FRAMEWORKS)) {
  const [name, child] = app.child;
  const { keeps = 1, restarts = true } = app;
  for (const [when, start] of Object.entries(STARTS)) {
    test(`${framework}: it throws at the load, where the app is started ${when}`, async (t) => {
      const { project, tab, events } = await startOf(t, app, start(app.start), THROWS);
      await tab.until(places, [`${name}:${lineOf(child(THROWS, ''))}`]);
      await project.write(name, child('', 'fixed'));
      await tab.until(text, '0fixed');
      await tab.until(isShown, false);
      await tab.connected();
      const reloads = events.filter(({ type }) => type === 'reloaded');
      const causes = reloads.map(({ report }) => report.cause);
      t.deepEqual(causes, restarts ? ['notEvaluated'] : []);
      t.true(reloads.every(({ report }) => report.message.includes('ended in an error there')));
      t.is(tab.loads, 1 + reloads.length);
      await tab.page.click('button');
      await project.write(name, child('', 'edited'));
      await tab.until(text, '1edited');
    });
  }

  test(`${framework}: it throws after an edit`, async (t) => {
    const { project, tab } = await startOf(t, app, app.start, '');
    await tab.until(text, '0child');
    await tab.page.click('button');
    await tab.until(text, '1child');
    await project.write(name, child(THROWS, 'child'));
    await tab.until(places, [`${name}:${lineOf(child(THROWS, ''))}`]);
    await project.write(name, child(`${THROWS} // still`, 'child'));
    await project.write(name, child('', 'fixed'));
    await tab.until(text, `${keeps}fixed`);
    await tab.until(isShown, false);
    await project.write(name, child('', 'edited'));
    await tab.until(text, `${keeps}edited`);
    t.is(tab.loads, 1);
  });
}
