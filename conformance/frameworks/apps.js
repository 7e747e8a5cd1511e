/**
 * One app for each framework, written as its documentation writes it: a parent and a child, each with a counter, a style and
 * a module that the child uses.
 *
 * All show `app <n> child <n> <label>;`. A click on `#app` or `#child` counts.
 */

/** What the parts of all apps are called, and how edits change them: what stands there, and what takes its place. */
export const EDITS = {
  markup: ['child ', 'kid '],
  parent: ['app ', 'top '],
  code: ['(0)', '(5)'],
  style: ['rgb(1, 1, 1)', 'rgb(2, 2, 2)'],
  module: ["'label'", "'other'"],
};

const LABEL = "export const label = 'label';\n";
const STYLE = '#child{ color: rgb(1, 1, 1); }\n';
const page = (main, body = '') =>
  `<!doctype html><body><div id="root">${body}</div><script type="module" src="/src/${main}"></script></body>`;

/** JSX with hooks, which React and Preact share. */
const hooks = (from) => ({
  'src/label.js': LABEL,
  'src/style.css': STYLE,
  'src/Child.jsx': `import { useState } from '${from}';
import { label } from './label.js';
export function Child() {
  const [n, set] = useState(0);
  /* before */
  return <button id="child" onClick={() => set(n + 1)}>child {n} {label};</button>;
}
`,
  'src/App.jsx': `import { useState } from '${from}';
import { Child } from './Child.jsx';
import './style.css';
export default function App() {
  const [n, set] = useState(0);
  return <><button id="app" onClick={() => set(n + 1)}>app {n} </button><Child /></>;
}
`,
});

/** The apps. `child`, `parent`, `style`: the files of the parts; `throws`: what makes a render of the child throw. */
export const apps = {
  react: {
    name: 'React',
    packages: ['react', 'react-dom'],
    files: {
      'index.html': page('main.jsx'),
      'src/main.jsx': `import { createRoot } from 'react-dom/client';
import App from './App.jsx';
createRoot(document.getElementById('root')).render(<App />);
`,
      ...hooks('react'),
    },
    child: 'src/Child.jsx',
    parent: 'src/App.jsx',
    style: 'src/style.css',
    throws: ['/* before */', "throw new Error('thrown');"],
  },
  preact: {
    name: 'Preact',
    packages: ['preact'],
    files: {
      'index.html': page('main.jsx'),
      'src/main.jsx': `import { render } from 'preact';
import App from './App.jsx';
render(<App />, document.getElementById('root'));
`,
      ...hooks('preact/hooks'),
    },
    child: 'src/Child.jsx',
    parent: 'src/App.jsx',
    style: 'src/style.css',
    throws: ['/* before */', "throw new Error('thrown');"],
  },
  vue: {
    name: 'Vue',
    packages: ['vue'],
    files: {
      'index.html': page('main.js'),
      'src/main.js': `import { createApp } from 'vue';
import App from './App.vue';
createApp(App).mount('#root');
`,
      'src/label.js': LABEL,
      'src/Child.vue': `<script setup>
import { ref } from 'vue';
import { label } from './label.js';
const n = ref(0);
</script>
<template><button id="child" @click="n++">child {{ n }} {{ label }};</button></template>
<style>
${STYLE}</style>
`,
      'src/App.vue': `<script setup>
import { ref } from 'vue';
import Child from './Child.vue';
const n = ref(0);
</script>
<template><button id="app" @click="n++">app {{ n }}&#32;</button><Child /></template>
`,
    },
    child: 'src/Child.vue',
    parent: 'src/App.vue',
    style: 'src/Child.vue',
    throws: ['{{ label }}', '{{ label.a.b }}'],
  },
  svelte: {
    name: 'Svelte',
    packages: ['svelte'],
    files: {
      'index.html': page('main.js'),
      'src/main.js': `import { mount } from 'svelte';
import App from './App.svelte';
mount(App, { target: document.getElementById('root') });
`,
      'src/label.js': LABEL,
      'src/Child.svelte': `<script>
  import { label } from './label.js';
  let n = $state(0);
</script>
<button id="child" onclick={() => n++}>child {n} {label};</button>
<style>
  ${STYLE}</style>
`,
      'src/App.svelte': `<script>
  import Child from './Child.svelte';
  let n = $state(0);
</script>
<button id="app" onclick={() => n++}>app {n} </button><Child />
`,
    },
    child: 'src/Child.svelte',
    parent: 'src/App.svelte',
    style: 'src/Child.svelte',
    throws: ['{label}', '{label.a.b}'],
  },
  solid: {
    name: 'Solid',
    packages: ['solid-js'],
    files: {
      'index.html': page('main.jsx'),
      'src/main.jsx': `import { render } from 'solid-js/web';
import App from './App.jsx';
render(() => <App />, document.getElementById('root'));
`,
      'src/label.js': LABEL,
      'src/style.css': STYLE,
      'src/Child.jsx': `import { createSignal } from 'solid-js';
import { label } from './label.js';
export function Child() {
  const [n, set] = createSignal(0);
  /* before */
  return <button id="child" onClick={() => set(n() + 1)}>child {n()} {label};</button>;
}
`,
      'src/App.jsx': `import { createSignal } from 'solid-js';
import { Child } from './Child.jsx';
import './style.css';
export default function App() {
  const [n, set] = createSignal(0);
  return <><button id="app" onClick={() => set(n() + 1)}>app {n()} </button><Child /></>;
}
`,
    },
    child: 'src/Child.jsx',
    parent: 'src/App.jsx',
    style: 'src/style.css',
    throws: ['/* before */', "throw new Error('thrown');"],
  },
  lit: {
    name: 'Lit',
    packages: ['lit'],
    files: {
      'index.html': page('main.js', '<x-app></x-app>'),
      'src/main.js': "import './x-app.js';\n",
      'src/label.js': LABEL,
      'src/x-child.js': `import { css, html, LitElement } from 'lit';
import { label } from './label.js';
class Child extends LitElement {
  static styles = css\`#child{ color: rgb(1, 1, 1); }\`;
  static properties = { n: { state: true } };
  constructor() {
    super();
    this.n = Number(0);
  }
  render() {
    /* before */
    return html\`<button id="child" @click=\${() => (this.n += 1)}>child \${this.n} \${label};</button>\`;
  }
}
customElements.define('x-child', Child);
`,
      'src/x-app.js': `import { html, LitElement } from 'lit';
import './x-child.js';
class App extends LitElement {
  static properties = { n: { state: true } };
  constructor() {
    super();
    this.n = Number(0);
  }
  render() {
    return html\`<button id="app" @click=\${() => (this.n += 1)}>app \${this.n} </button><x-child></x-child>\`;
  }
}
customElements.define('x-app', App);
`,
    },
    child: 'src/x-child.js',
    parent: 'src/x-app.js',
    style: 'src/x-child.js',
    throws: ['/* before */', "throw new Error('thrown');"],
  },
};
