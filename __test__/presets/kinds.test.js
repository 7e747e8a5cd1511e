/**
 * Kinds of components that presets have to know, each in the way that its framework's users write it: what is said of them and
 * what they keep.
 */

import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ava from 'ava';
import { preact } from 'hotgraph/preact';
import { react } from 'hotgraph/react';
import { svelte } from 'hotgraph/svelte';
import { vue } from 'hotgraph/vue';
import { webComponents } from 'hotgraph/web-components';
import { closeBrowser, waitFor } from '../helpers/browser.js';
import { repository } from '../helpers/command.js';
import { wasHot } from '../helpers/expect.js';
import { event, startPreset } from '../helpers/preset.js';
import { hearWarnings } from '../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const text = () => document.getElementById('root').textContent.replace(/\s+/g, ' ').trim();
const pageOf = (main, body = '') =>
  `<!doctype html><div id="root">${body}</div><script type="module" src="${main}"></script>`;

const REACT = ['react', 'react-dom', 'react-refresh', 'scheduler'];
const PREACT = ['preact', '@prefresh/core'];
const VUE = ['vue'].concat(
  ['reactivity', 'runtime-core', 'runtime-dom', 'shared', 'compiler-core', 'compiler-dom'].map(
    (name) => `@vue/${name}`,
  ),
);

/** Components that are not exported, and that JSX uses in their own module. */
const localKinds = ({ hooks, compat, base }) => `import { useState } from '${hooks}';
import { forwardRef, memo } from '${compat}';
import { Component } from '${base}';
const button = (id, n, set) => <button id={id} onClick={() => set(n + 1)}>{id} {n}; </button>;
const withProps = (Inner) => (props) => <Inner {...props} />;
const Memo = memo(() => { const [n, set] = useState(0); return button('memo', n, set); });
const Ref = memo(forwardRef((_, ref) => { const [n, set] = useState(0); return button('ref', n, set); }));
const Wrapped = withProps(function Inner() { const [n, set] = useState(0); return button('hoc', n, set); });
class Old extends Component {
  state = { n: 0 };
  render() { return button('old', this.state.n, (n) => this.setState({ n })); }
}
export default function App() { return <><Memo /><Ref /><Wrapped /><Old /></>; }
`;

for (const [name, plugin, packages, specifiers, render, keepsClasses] of [
  [
    'React',
    react,
    REACT,
    { hooks: 'react', compat: 'react', base: 'react' },
    "import { createRoot } from 'react-dom/client';\ncreateRoot(document.getElementById('root')).render(<App />);",
    false,
  ],
  [
    'Preact',
    preact,
    PREACT,
    { hooks: 'preact/hooks', compat: 'preact/compat', base: 'preact' },
    "import { render } from 'preact';\nrender(<App />, document.getElementById('root'));",
    true,
  ],
]) {
  test(`${name}: components that only their own module uses keep their state`, async (t) => {
    const files = {
      'index.html': pageOf('main.jsx'),
      'main.jsx': `import App from './App.jsx';\n${render}`,
      'App.jsx': localKinds(specifiers),
    };
    const { project, tab } = await startPreset(t, files, { plugins: [plugin()], packages });
    await tab.until(text, 'memo 0; ref 0; hoc 0; old 0;');
    for (const id of ['memo', 'ref', 'hoc', 'old']) await tab.page.click(`#${id}`);
    await tab.until(text, 'memo 1; ref 1; hoc 1; old 1;');
    await project.write('App.jsx', files['App.jsx'].replaceAll('{n}; ', '{n}! '));
    await tab.until(text, `memo 1! ref 1! hoc 1! old ${keepsClasses ? 1 : 0}!`);
    await project.write('App.jsx', files['App.jsx'].replaceAll('{n}; ', '{n}? '));
    await tab.until(text, `memo 1? ref 1? hoc 1? old ${keepsClasses ? 1 : 0}?`);
    wasHot(t, tab);
  });
}

test('an export that is no component is named with its line', async (t) => {
  const files = {
    'index.html': pageOf('main.tsx'),
    'main.tsx': `import { createRoot } from 'react-dom/client';
import { App } from './App';
createRoot(document.getElementById('root')!).render(<App />);`,
    'App.tsx': `import { Child, Size } from './Child';
export function App() { return <><Child /> {Size.Small}</>; }`,
    'Child.tsx': `interface Props { a?: string }

export function Child(_: Props) { return <b>one</b>; }
export enum Size { Small = 'small' }`,
  };
  const options = { plugins: [react()], packages: REACT };
  const { project, tab, events } = await startPreset(t, files, options);
  await tab.until(text, 'one small');
  await project.write('Child.tsx', files['Child.tsx'].replace('one', 'two'));
  await tab.until(text, 'two small');
  const { message } = await event(events, ({ type }) => type === 'invalidated');
  t.regex(message, /^the export "Size" in line 4 is no component, and it changed: /);
  wasHot(t, tab);
});

test('Vue: custom elements with their styles, JSX, errors of setup functions, a missing language', async (t) => {
  const files = {
    'index.html': pageOf('main.js', '<div id="app"></div><my-element></my-element>'),
    'main.js': `import { createApp, defineCustomElement } from 'vue';
import App from './App.vue';
import Element from './Element.ce.vue';
customElements.define('my-element', defineCustomElement(Element));
createApp(App).mount('#app');`,
    'App.vue': `<script setup>
import Jsx from './Jsx.tsx';
import Child from './Child.vue';
</script>
<template><Jsx /><Child /></template>`,
    'Child.vue': '<template><i>child</i></template>',
    'Jsx.tsx': `import { defineComponent, ref } from 'vue';
export default defineComponent(() => {
  const n = ref<number>(0);
  return () => <u onClick={() => n.value++}>jsx {n.value} </u>;
});`,
    'Element.ce.vue': `<script setup>import { ref } from 'vue'; const n = ref(0);</script>
<template><button @click="n++">element {{ n }}</button></template>
<style>button { color: rgb(1, 1, 1); }</style>`,
  };
  const options = { plugins: [vue()], packages: VUE };
  const { project, tab, events } = await startPreset(t, files, options);
  const inside = () => {
    const button = document.querySelector('my-element').shadowRoot.querySelector('button');
    return [button.textContent, getComputedStyle(button).color];
  };
  await tab.until(text, 'jsx 0 child');
  await tab.until(inside, ['element 0', 'rgb(1, 1, 1)']);
  await tab.page.click('my-element button');
  const element = files['Element.ce.vue'];
  await project.write('Element.ce.vue', element.replace('>element', '>custom'));
  await tab.until(inside, ['custom 1', 'rgb(1, 1, 1)']);
  await project.write('Element.ce.vue', element.replace('1, 1, 1', '2, 2, 2'));
  await tab.until(inside, ['element 0', 'rgb(2, 2, 2)']);
  const isShown = () => document.querySelector('hotgraph-overlay') !== null;
  await project.write(
    'Child.vue',
    `<script setup>throw new Error('in setup');</script>${files['Child.vue']}`,
  );
  await tab.until(isShown);
  await project.write('Child.vue', files['Child.vue'].replace('child', 'kid'));
  await tab.until(text, 'jsx 0 kid');
  await tab.until(isShown, false);
  await project.write('Child.vue', '<template lang="pug">\ni child\n</template>');
  const isOfPug = ({ type, diagnostics }) =>
    type === 'diagnostics' && diagnostics.some(({ message }) => message.includes('needs pug'));
  const { diagnostics } = await event(events, isOfPug);
  t.regex(diagnostics[0].message, /npm install -D pug$/);
  t.is(tab.loads, 1);
});

test('Svelte: what <script module> exports reaches its importers; svelte.config.js is read again', async (t) => {
  const files = {
    'index.html': pageOf('main.js'),
    'main.js': `import { mount } from 'svelte';
import App from './App.svelte';
mount(App, { target: document.getElementById('root') });`,
    'svelte.config.js': `export default { preprocess: [{ markup: ({ content }) => ({ code: content.replace('WORD', 'one') }) }] };`,
    'App.svelte': `<script>import Child, { label } from './Child.svelte'; let n = $state(0);</script>
<button onclick={() => n++}>{n}</button> <Child /> {label} WORD`,
    'Child.svelte': `<script module>export const label = 'label';</script>\n<i>child</i>`,
  };
  const packages = ['svelte', 'esm-env', 'clsx', 'devalue'];
  const { project, tab } = await startPreset(t, files, { plugins: [svelte()], packages });
  await tab.until(text, '0 child label one');
  await tab.page.click('button');
  await project.write('Child.svelte', files['Child.svelte'].replace('>child', '>kid'));
  await tab.until(text, '1 kid label one');
  await project.write('Child.svelte', files['Child.svelte'].replace("'label'", "'other'"));
  await tab.until(text, '0 child other one');
  await project.write('svelte.config.js', files['svelte.config.js'].replace("'one'", "'two'"));
  await tab.until(text, '0 child other two');
  wasHot(t, tab);
});

test('web components: a task with another function runs again; folders with a dot in their name', async (t) => {
  const files = {
    'index.html': pageOf('x-it.js', '<x-it></x-it>'),
    'x-it.js': `import { html, LitElement } from 'lit';
import { Task } from '@lit/task';
class XIt extends LitElement {
  static properties = { n: {} };
  task = new Task(this, { task: async ([n]) => 'done ' + n, args: () => [this.n] });
  constructor() { super(); this.n = 0; }
  render() { return html\`<b @click=\${() => (this.n += 1)}>\${this.n}</b> \${this.task.render({ complete: (value) => value })}\`; }
}
customElements.define('x-it', XIt);`,
  };
  // What @lit/task is of a controller, without the package.
  files['node_modules/@lit/task/package.json'] =
    '{ "name": "@lit/task", "version": "1.0.0", "type": "module", "exports": "./index.js" }';
  files['node_modules/@lit/task/index.js'] = `export class Task {
  taskComplete;
  constructor(host, { task, args }) {
    this.host = host; this.function = task; this.args = args; this.value = undefined; this.key = undefined;
    host.addController(this);
  }
  async hostUpdate() {
    const args = this.args();
    if (this.key === args.join()) return;
    this.key = args.join();
    this.value = await this.function(args);
    this.host.requestUpdate();
  }
  render({ complete }) { return complete(this.value); }
}`;
  const { project, tab } = await startPreset(t, files, {
    plugins: [webComponents()],
    packages: ['lit'],
  });
  const inside = () => document.querySelector('x-it').shadowRoot?.textContent;
  await tab.until(inside, '0 done 0');
  await tab.page.click('x-it b');
  await tab.until(inside, '1 done 1');
  const source = files['x-it.js'];
  await project.write('x-it.js', source.replace('</b>', '!</b>'));
  await tab.until(inside, '1! done 1');
  await project.write('x-it.js', source.replace("'done '", "'ready '"));
  await tab.until(inside, '1 ready 1');
  wasHot(t, tab);
  const plugin = webComponents();
  const root = join(repository, '.folder');
  plugin.start({ root });
  t.truthy(plugin.transform.handler(source, join(root, 'x-it.js')));
});

test('Lit: contexts with another key, and state of elements in a list that was sorted', async (t) => {
  const files = {
    'index.html': pageOf('x-list.js', '<x-list></x-list>'),
    'key.js': "export const key = Symbol('key');",
    // What @lit/context does: consumers ask when they are connected.
    'context.js': `export class Provider {
  constructor(host, key) { this.host = host; this.key = key; this.value = 0; this.listeners = []; host.addController(this);
    host.addEventListener('ask', (event) => { if (event.detail.key === this.key) event.detail.take(this); }); }
  hostConnected() {}
  setValue(value) { this.value = value; for (const one of this.listeners) one(value); }
}
export class Consumer {
  constructor(host, key) { this.host = host; this.key = key; this.value = '-'; host.addController(this); }
  hostConnected() {
    const take = (provider) => {
      const show = (value) => { this.value = value; this.host.requestUpdate(); };
      provider.listeners.push(show);
      show(provider.value);
    };
    this.host.dispatchEvent(new CustomEvent('ask', { detail: { key: this.key, take }, bubbles: true, composed: true }));
  }
  hostDisconnected() { this.value = '-'; }
}`,
    'x-item.js': `import { html, LitElement } from 'lit';
import { Consumer } from './context.js';
import { key } from './key.js';
class XItem extends LitElement {
  static properties = { id: {}, isChosen: { type: Boolean } };
  consumer = new Consumer(this, key);
  render() { return html\`<i @click=\${() => { this.isChosen = true; }}>item \${this.id}\${this.isChosen ? '*' : ''} \${this.consumer.value};</i>\`; }
}
customElements.define('x-item', XItem);`,
    'x-list.js': `import { html, LitElement } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { Provider } from './context.js';
import { key } from './key.js';
import './x-item.js';
class XList extends LitElement {
  static properties = { items: {} };
  provider = new Provider(this, key);
  constructor() { super(); this.items = ['a', 'b']; }
  render() {
    return html\`<b @click=\${() => { this.items = this.items.toReversed(); this.provider.setValue(this.provider.value + 1); }}>list;</b>
      \${repeat(this.items, (id) => id, (id) => html\`<x-item .id=\${id}></x-item>\`)}\`;
  }
}
customElements.define('x-list', XList);`,
  };
  const options = { plugins: [webComponents()], packages: ['lit'] };
  const { project, tab } = await startPreset(t, files, options);
  const inside = () => {
    const { shadowRoot } = document.querySelector('x-list');
    const items = [...shadowRoot.querySelectorAll('x-item')];
    return [shadowRoot.querySelector('b'), ...items.map((one) => one.shadowRoot)]
      .map(({ textContent }) => textContent)
      .join(' ');
  };
  await tab.until(inside, 'list; item a 0; item b 0;');
  await tab.page.click('x-item i');
  await tab.page.click('x-list b');
  await tab.until(inside, 'list; item b 1; item a* 1;');
  await project.write('x-item.js', files['x-item.js'].replace('>item', '>entry'));
  await tab.until(inside, 'list; entry b 1; entry a* 1;');
  await project.write('x-list.js', files['x-list.js'].replace('>list', '>all'));
  await tab.until(inside, 'all; entry b 1; entry a* 1;');
  await project.write('key.js', files['key.js'].replace('Symbol', 'Object'));
  await tab.until(inside, 'all; entry b 1; entry a* 1;');
  await tab.page.click('x-list b');
  await tab.until(inside, 'all; entry a* 2; entry b 2;');
  wasHot(t, tab);
});

test('a second copy of a framework is warned of, with both paths', async (t) => {
  const warnings = hearWarnings(t);
  const files = {
    'index.html': pageOf('main.jsx'),
    'main.jsx': `import { createRoot } from 'react-dom/client';
import { other } from './other/index.js';
createRoot(document.getElementById('root')).render(<b>{other}</b>);`,
    'other/index.js': "import { version } from 'react';\nexport const other = version;",
  };
  /** The copy is there before it is asked for. */
  const second = {
    name: 'a second copy',
    start({ root }) {
      const folder = join(root, 'other/node_modules/react');
      mkdirSync(dirname(folder), { recursive: true });
      cpSync(join(repository, 'node_modules/react'), folder, { recursive: true });
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({ name: 'react', version: '1.2.3', main: 'index.js' }),
      );
    },
  };
  const { project, tab, ...server } = await startPreset(t, files, {
    plugins: [react(), second],
    packages: REACT,
    hmr: { logLevel: 'warn' },
  });
  const isOfCopies = (said) => said.includes('2 copies of react,');
  await waitFor(
    () => warnings.some(isOfCopies),
    () => String(warnings),
  );
  const [said] = warnings.filter(isOfCopies);
  t.true(said.includes(`1.2.3 in ${project.path('other/node_modules/react')}`), said);
  t.true(said.includes('npm dedupe'), said);
  t.is(warnings.filter(isOfCopies).length, 1);
  const { type, text: shown } = await tab.logged('2 copies of react,');
  t.is(type, 'warning');
  t.true(shown.includes(`1.2.3 in ${project.path('other/node_modules/react')}`), shown);
  t.true(shown.includes('npm dedupe'), shown);
  // Another page hears of it too; one that has no second copy does not.
  const other = await server.open('/');
  await other.logged('2 copies of react,');
  await project.write(
    'plain.html',
    '<!doctype html><script type="module" src="plain.js"></script>',
  );
  await project.write('plain.js', 'import.meta.hot.accept(); console.log("plain");');
  const plain = await server.open('/plain.html');
  await plain.logged('plain');
  await plain.connected();
  t.false(plain.console.some(({ text: said }) => isOfCopies(said)));
});
