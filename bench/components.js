/**
 * Apps of many components, one for each framework: the same component in its language, the preset, and the official
 * plugin for Vite.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Components that one module shows. */
const GROUP = 50;

const list = (length, each) => Array.from({ length }, (_, at) => each(at));

/** JSX of React. */
const react = {
  name: 'React',
  main: 'main.tsx',
  vite: async () => (await import('@vitejs/plugin-react')).default(),
  preset: async () => (await import('../dist/node/presets/react/index.js')).react(),
  file: (at) => `C${at}.tsx`,
  component: (at, text) => `import { useState } from 'react';
interface Props { label: string }
/** One of many. */
export function C${at}({ label }: Props) {
  const [count, setCount] = useState<number>(0);
  return (
    <section>
      <h2>${text}</h2>
      <p>{label}: {count}</p>
      <button type="button" onClick={() => setCount(count + 1)}>more</button>
    </section>
  );
}
`,
  group: (group, members) => ({
    [`G${group}.tsx`]: `${members.map((at) => `import { C${at} } from './C${at}.tsx';`).join('\n')}
export function G${group}() { return <>${members.map((at) => `<C${at} label="x" />`).join('')}</>; }`,
  }),
  entry: (groups) => `import { createRoot } from 'react-dom/client';
${groups.map((group) => `import { G${group} } from './G${group}.tsx';`).join('\n')}
createRoot(document.getElementById('root')!).render(<>${groups.map((group) => `<G${group} />`).join('')}</>);`,
};

/** Single-file components of Vue. */
const vue = {
  name: 'Vue',
  main: 'main.js',
  vite: async () => (await import('@vitejs/plugin-vue')).default(),
  preset: async () => (await import('../dist/node/presets/vue/index.js')).vue(),
  file: (at) => `C${at}.vue`,
  component: (_, text) => `<script setup lang="ts">
import { ref } from 'vue';
defineProps<{ label: string }>();
const count = ref<number>(0);
</script>
<template>
  <section>
    <h2>${text}</h2>
    <p>{{ label }}: {{ count }}</p>
    <button type="button" @click="count++">more</button>
  </section>
</template>
<style scoped>
h2 { color: teal }
</style>
`,
  group: (group, members) => ({
    [`G${group}.vue`]: `<script setup>
${members.map((at) => `import C${at} from './C${at}.vue';`).join('\n')}
</script>
<template>${members.map((at) => `<C${at} label="x" />`).join('')}</template>`,
  }),
  entry: (groups) => `import { createApp, h } from 'vue';
${groups.map((group) => `import G${group} from './G${group}.vue';`).join('\n')}
createApp(() => [${groups.map((group) => `h(G${group})`).join(', ')}]).mount('#root');`,
};

/** Components of Svelte 5. */
const svelte = {
  name: 'Svelte',
  main: 'main.js',
  vite: async () => (await import('@sveltejs/vite-plugin-svelte')).svelte({ configFile: false }),
  preset: async () => (await import('../dist/node/presets/svelte/index.js')).svelte(),
  file: (at) => `C${at}.svelte`,
  component: (_, text) => `<script>
let { label } = $props();
let count = $state(0);
</script>
<section>
  <h2>${text}</h2>
  <p>{label}: {count}</p>
  <button type="button" onclick={() => count++}>more</button>
</section>
<style>
h2 { color: teal }
</style>
`,
  group: (group, members) => ({
    [`G${group}.svelte`]: `<script>
${members.map((at) => `import C${at} from './C${at}.svelte';`).join('\n')}
</script>
${members.map((at) => `<C${at} label="x" />`).join('')}`,
  }),
  entry: (groups) => `import { mount } from 'svelte';
${groups.map((group) => `import G${group} from './G${group}.svelte';`).join('\n')}
const target = document.getElementById('root');
${groups.map((group) => `mount(G${group}, { target });`).join('\n')}`,
};

/** Custom elements of Lit. Vite has no plugin for them. */
const lit = {
  name: 'Lit',
  main: 'main.ts',
  vite: async () => [],
  preset: async () =>
    (await import('../dist/node/presets/web-components/index.js')).webComponents(),
  file: (at) => `c-${at}.ts`,
  component: (at, text) => `import { css, html, LitElement } from 'lit';
class C${at} extends LitElement {
  static styles = css\`h2 { color: teal }\`;
  static properties = { label: {}, count: { state: true } };
  declare label: string;
  declare count: number;
  constructor() {
    super();
    this.count = 0;
  }
  render() {
    return html\`<section>
      <h2>${text}</h2>
      <p>\${this.label}: \${this.count}</p>
      <button type="button" @click=\${() => { this.count += 1; }}>more</button>
    </section>\`;
  }
}
customElements.define('c-${at}', C${at});
`,
  group: (group, members) => ({
    [`g${group}.ts`]: `${members.map((at) => `import './c-${at}.ts';`).join('\n')}
export const tags${group}: string[] = [${members.map((at) => `'c-${at}'`).join(', ')}];`,
  }),
  entry: (
    groups,
  ) => `${groups.map((group) => `import { tags${group} } from './g${group}.ts';`).join('\n')}
for (const tag of [${groups.map((group) => `...tags${group}`).join(', ')}]) {
  const element = document.createElement(tag);
  element.setAttribute('label', 'x');
  document.getElementById('root')!.append(element);
}`,
};

/** The frameworks, by what they are called on the command line. */
export const frameworks = { react, vue, svelte, lit };

/** An app of `count` components in a folder of its own. */
export class ComponentApp {
  /** @param {string} folder Absolute path; what is there goes. */
  constructor(folder, framework, count) {
    this.folder = folder;
    this.count = count;
    this.framework = framework;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'src'), { recursive: true });
    const { main, group, entry, file, component } = framework;
    const groups = list(Math.ceil(count / GROUP), (at) => at);
    const write = (name, text) => writeFileSync(join(folder, name), text);
    write(
      'index.html',
      `<!doctype html><div id="root"></div><script type="module" src="/src/${main}"></script>`,
    );
    for (let at = 0; at < count; at++) write(`src/${file(at)}`, component(at, `start ${at}`));
    for (const one of groups) {
      const members = list(Math.min(GROUP, count - one * GROUP), (at) => one * GROUP + at);
      for (const [name, text] of Object.entries(group(one, members))) write(`src/${name}`, text);
    }
    write(`src/${main}`, entry(groups));
  }

  /** Saves a component that shows another text. */
  edit(at, text) {
    const { file, component } = this.framework;
    return writeFile(join(this.folder, 'src', file(at)), component(at, text));
  }

  dispose() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
