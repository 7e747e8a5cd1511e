/**
 * Stores of Pinia, with the real `vue` and `pinia`, written as Pinia's documentation on hot updates writes
 * them.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import replace from '@rollup/plugin-replace';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { fromRollup } from '@web/dev-server-rollup';
import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { repository } from '../helpers/command.js';

// One after the other: dozens of tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

/** The files of npm packages that a page with Vue and Pinia loads, by path below the root. */
const PACKAGES = Object.fromEntries(
  [
    ...['vue', '@vue/reactivity', '@vue/runtime-core', '@vue/runtime-dom', '@vue/shared'],
    ...['@vue/compiler-core', '@vue/compiler-dom', 'pinia', 'nostics', 'hookable', 'birpc'],
    ...['@vue/devtools-api', '@vue/devtools-kit', '@vue/devtools-shared', 'perfect-debounce'],
  ].flatMap((name) => filesOf(join('node_modules', name))),
);

function filesOf(folder) {
  return readdirSync(join(repository, folder), { recursive: true })
    .filter((name) => /(^package\.json|\.m?js)$/.test(name))
    .filter((name) => !/\.(cjs|prod|global|esm-browser)\.|node_modules/.test(name))
    .map((name) => join(folder, name))
    .map((name) => [name, readFileSync(join(repository, name))]);
}

/** Vue and Pinia ask for it where bundlers put it in; a line in the page is the simplest answer. */
const DEVELOPMENT = `<script>globalThis.process = { env: { NODE_ENV: 'development' } };</script>`;
const page = (head) => `<!doctype html>
<html><head><link rel="icon" href="data:,">${head}</head>
<body><div id="app"></div><script type="module" src="./main.js"></script></body></html>`;

/** An app whose root component is in `app.js`. */
const MAIN = `import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { App } from './app.js';

globalThis.starts = (globalThis.starts ?? 0) + 1;
createApp(App).use(createPinia()).mount('#app');
`;

function startPinia(t, files, { html = page(DEVELOPMENT), ...options } = {}) {
  return startApp(
    t,
    { ...PACKAGES, 'index.html': html, 'main.js': MAIN, ...files },
    { ...options, config: { nodeResolve: true } },
  );
}

/** No reload, no second start of the app, and no warning. */
async function stayedHot(t, { tab, server }) {
  t.is(tab.loads, 1);
  t.is(await tab.evaluate(() => globalThis.starts), 1);
  t.deepEqual(tab.errors, []);
  const complaints = tab.console
    .filter(({ type }) => type === 'error' || type === 'warning')
    .filter((message) => !message.text.startsWith('Feature flags __VUE_OPTIONS_API__'));
  t.deepEqual(complaints, []);
  const bad = ['reloaded', 'failed', 'diagnostics', 'invalidated', 'badFrame'];
  t.deepEqual(
    server.events.filter(({ type }) => bad.includes(type)),
    [],
  );
}

/** The text of the first element that a selector finds. */
const text = (selector) => document.querySelector(selector)?.textContent;

const ACCEPT = `
// make sure to pass the right store definition, \`useAuth\` in this case.
if (import.meta.hot) {
  import.meta.hot.accept(acceptHMRUpdate(useAuth, import.meta.hot))
}
`;

/** A counting store with parts to choose: an option store and a setup store that do the same. */
const KINDS = {
  'an option store': ({ step = 1, greeting = 'Hello', state = '', getters = '', actions = '' }) =>
    `// auth.js
import { defineStore, acceptHMRUpdate } from 'pinia'

export const useAuth = defineStore('auth', {
  state: () => ({ count: 0, ${state} }),
  getters: { greeting: (state) => '${greeting} ' + state.count, ${getters} },
  actions: { login() { this.count += ${step} }, ${actions} },
})
${ACCEPT}`,
  'a setup store': ({ step = 1, greeting = 'Hello', state = '', getters = '', actions = '' }) =>
    `// auth.js
import { defineStore, acceptHMRUpdate } from 'pinia'
import { computed, ref } from 'vue'

export const useAuth = defineStore('auth', () => {
  const count = ref(0)
  const greeting = computed(() => '${greeting} ' + count.value)
  function login() { count.value += ${step} }
  return {
    count,
    greeting,
    login,
    ${state.replace(/: (\d+)/g, ': ref($1)')}
    ${getters.replace(/\(state\) => (.*?),/g, 'computed(() => $1),').replaceAll('state.count', 'count.value')}
    ${actions.replaceAll('this.count', 'count.value')}
  }
})
${ACCEPT}`,
};

const APP = `import { h } from 'vue';
import { useAuth } from './auth.js';

export const App = {
  setup() {
    const auth = useAuth();
    globalThis.auth = auth;
    return () => [
      h('p', auth.greeting),
      h('button', { onClick: () => auth.login() }, 'log in'),
      h('output', JSON.stringify(auth.$state)),
    ];
  },
};
`;

for (const [kind, store] of Object.entries(KINDS)) {
  test(`${kind} keeps its state, and its actions and getters are replaced`, async (t) => {
    const app = await startPinia(t, { 'app.js': APP, 'auth.js': store({}) });
    const { project, tab } = app;
    await tab.until(text, 'Hello 0', 'p');
    await tab.page.click('button');
    await tab.until(text, 'Hello 1', 'p');
    await project.write('auth.js', store({ step: 10 }));
    // Nothing to see until it is called.
    await tab.until(() => {
      globalThis.auth.$patch({ count: 1 });
      globalThis.auth.login();
      return globalThis.auth.count;
    }, 11);
    await project.write('auth.js', store({ step: 10, greeting: 'Bye' }));
    await tab.until(text, 'Bye 11', 'p');
    await tab.page.click('button');
    await tab.until(text, 'Bye 21', 'p');
    await project.write('auth.js', store({ step: -1, greeting: 'Again' }));
    await tab.until(text, 'Again 21', 'p');
    await tab.page.click('button');
    await tab.until(text, 'Again 20', 'p');
    await stayedHot(t, app);
  });

  test(`state, actions and getters of ${kind} can be added and removed`, async (t) => {
    const app = await startPinia(t, { 'app.js': APP, 'auth.js': store({}) });
    const { project, tab } = app;
    const look = () => [
      globalThis.auth.greeting,
      globalThis.auth.$state,
      globalThis.auth.double ?? null,
      typeof globalThis.auth.logout,
    ];
    await tab.until(look, ['Hello 0', { count: 0 }, null, 'undefined']);
    await tab.page.click('button');
    const more = {
      state: 'tries: 3,',
      getters: 'double: (state) => state.count * 2,',
      actions: 'logout() { this.count = 0 },',
    };
    await project.write('auth.js', store(more));
    await tab.until(look, ['Hello 1', { count: 1, tries: 3 }, 2, 'function']);
    await tab.until(text, '{"count":1,"tries":3}', 'output');
    await tab.page.click('button');
    await tab.until(look, ['Hello 2', { count: 2, tries: 3 }, 4, 'function']);
    await tab.evaluate(() => globalThis.auth.logout());
    await tab.until(look, ['Hello 0', { count: 0, tries: 3 }, 0, 'function']);
    await tab.page.click('button');
    await project.write('auth.js', store({}));
    await tab.until(look, ['Hello 1', { count: 1 }, null, 'undefined']);
    await tab.until(text, '{"count":1}', 'output');
    await project.write('auth.js', store(more));
    await tab.until(look, ['Hello 1', { count: 1, tries: 3 }, 2, 'function']);
    await stayedHot(t, app);
  });
}

test('twenty edits in a row, each hot, each with the state of the one before', async (t) => {
  const store = KINDS['a setup store'];
  const app = await startPinia(t, { 'app.js': APP, 'auth.js': store({ greeting: 'Edit 0:' }) });
  const { project, tab } = app;
  await tab.until(text, 'Edit 0: 0', 'p');
  let count = 0;
  for (let edit = 1; edit <= 20; edit += 1) {
    await project.write('auth.js', store({ greeting: `Edit ${edit}:`, step: edit }));
    await tab.until(text, `Edit ${edit}: ${count}`, 'p');
    count += edit;
    await tab.page.click('button');
    await tab.until(text, `Edit ${edit}: ${count}`, 'p');
  }
  await stayedHot(t, app);
});

test('a store that is not written to its end changes nothing; the next good save applies', async (t) => {
  const store = KINDS['an option store'];
  const app = await startPinia(t, { 'app.js': APP, 'auth.js': store({}) });
  const { project, tab, server } = app;
  await tab.until(text, 'Hello 0', 'p');
  await tab.page.click('button');
  await project.write('auth.js', store({ greeting: 'Broken' }).replace('getters: {', 'getters: '));
  await server.event(({ type }) => type === 'diagnostics' || type === 'failed');
  await tab.page.click('button');
  await tab.until(text, 'Hello 2', 'p');
  await project.write('auth.js', store({ greeting: 'Mended' }));
  await tab.until(text, 'Mended 2', 'p');
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});

// -- side effects of stores ---------------------------------------------------------------------------

const scroll = (comment) => `// scroll.js
import { defineStore, acceptHMRUpdate } from 'pinia'
import { ref } from 'vue'

export const useScroll = defineStore('scroll', () => {
  const scrollTop = ref(window.scrollY)

  function onScroll () {
    scrollTop.value = window.scrollY
  }

  function trackScroll () {
    window.addEventListener('scroll', onScroll, { passive: true })
  }

  trackScroll()

  function $cleanUp () {
    window.removeEventListener('scroll', onScroll)
  }

  return {
    scrollTop,
    trackScroll,
    $cleanUp,
  }
})

if (import.meta.hot) {
  import.meta.hot.accept(acceptHMRUpdate(useScroll, import.meta.hot, (existingStore) => {
    existingStore.$cleanUp()
  }))
}
// ${comment}
globalThis.edit = '${comment}';
`;

/** Pinia with the third argument that its documentation describes and its releases up to 4.1 leave out. */
function piniaWithCleanUp() {
  return PACKAGES['node_modules/pinia/dist/pinia.js']
    .toString()
    .replace(
      'acceptHMRUpdate(initialUseStore, hot) {',
      'acceptHMRUpdate(initialUseStore, hot, cleanUp) {',
    )
    .replace('useStore(pinia, existingStore);', 'cleanUp?.(existingStore); $&');
}

test('the cleanup function of the documentation ends the side effects of the store before', async (t) => {
  const app = await startPinia(t, {
    'node_modules/pinia/dist/pinia.js': piniaWithCleanUp(),
    'app.js': `import { h } from 'vue';
import { useScroll } from './scroll.js';
const listeners = new Set();
const { addEventListener, removeEventListener } = window;
window.addEventListener = function (type, listener) {
  if (type === 'scroll') listeners.add(listener);
  return addEventListener.apply(window, arguments);
};
window.removeEventListener = function (type, listener) {
  if (type === 'scroll') listeners.delete(listener);
  return removeEventListener.apply(window, arguments);
};
globalThis.listeners = listeners;
export const App = {
  setup() {
    const scroll = useScroll();
    return () => [h('p', String(scroll.scrollTop)), h('div', { style: 'height: 10000px' })];
  },
};
`,
    'scroll.js': scroll('first'),
  });
  const { project, tab } = app;
  await tab.until(text, '0', 'p');
  let top = 0;
  for (const edit of ['second', 'third', 'fourth']) {
    await project.write('scroll.js', scroll(edit));
    await tab.until(() => globalThis.edit, edit);
    await tab.until(() => globalThis.listeners.size, 1);
    top += 100;
    await tab.evaluate((to) => window.scrollTo(0, to), top);
    await tab.until(text, String(top), 'p');
  }
  await stayedHot(t, app);
});

// -- several stores and many components ---------------------------------------------------------------

test('two stores that use each other are updated one by one', async (t) => {
  const auth = (word) => `import { defineStore, acceptHMRUpdate } from 'pinia'
import { useChat } from './chat.js'

export const useAuth = defineStore('auth', {
  state: () => ({ name: 'Ada' }),
  getters: { card: (state) => '${word} ' + state.name + ', ' + useChat().messages.length + ' messages' },
  actions: { rename(name) { this.name = name; useChat().say(this.name + ' is here') } },
})

if (import.meta.hot) {
  import.meta.hot.accept(acceptHMRUpdate(useAuth, import.meta.hot))
}
`;
  const chat = (mark) => `import { defineStore, acceptHMRUpdate } from 'pinia'
import { computed, ref } from 'vue'
import { useAuth } from './auth.js'

export const useChat = defineStore('chat', () => {
  const messages = ref([])
  const last = computed(() => messages.value.at(-1) + ' ${mark} ' + useAuth().name)
  function say(message) { messages.value.push(message + '${mark}') }
  return { messages, last, say }
})

if (import.meta.hot) {
  import.meta.hot.accept(acceptHMRUpdate(useChat, import.meta.hot))
}
`;
  const app = await startPinia(t, {
    'app.js': `import { h } from 'vue';
import { useAuth } from './auth.js';
import { useChat } from './chat.js';
export const App = {
  setup() {
    const auth = useAuth();
    const chat = useChat();
    globalThis.rename = (name) => auth.rename(name);
    return () => [h('p', auth.card), h('output', chat.last)];
  },
};
`,
    'auth.js': auth('User'),
    'chat.js': chat('.'),
  });
  const { project, tab } = app;
  const both = () => ['p', 'output'].map((name) => document.querySelector(name)?.textContent);
  await tab.until(both, ['User Ada, 0 messages', 'undefined . Ada']);
  await tab.evaluate(() => globalThis.rename('Grace'));
  await tab.until(both, ['User Grace, 1 messages', 'Grace is here. . Grace']);
  await project.write('chat.js', chat('!'));
  await tab.until(both, ['User Grace, 1 messages', 'Grace is here. ! Grace']);
  await tab.evaluate(() => globalThis.rename('Mary'));
  await tab.until(both, ['User Mary, 2 messages', 'Mary is here! ! Mary']);
  await project.write('auth.js', auth('Member'));
  await tab.until(both, ['Member Mary, 2 messages', 'Mary is here! ! Mary']);
  await tab.evaluate(() => globalThis.rename('Joan'));
  await tab.until(both, ['Member Joan, 3 messages', 'Joan is here! ! Joan']);
  // Both in one save, as by a checkout.
  await Promise.all([project.write('auth.js', auth('Guest')), project.write('chat.js', chat('?'))]);
  await tab.until(both, ['Guest Joan, 3 messages', 'Joan is here! ? Joan']);
  await tab.evaluate(() => globalThis.rename('Ada'));
  await tab.until(both, ['Guest Ada, 4 messages', 'Ada is here? ? Ada']);
  await stayedHot(t, app);
});

/** Ten components in modules of their own: render functions and templates that the browser compiles. */
const components = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => [
    `part-${index}.js`,
    index % 2
      ? `import { h } from 'vue';
import { useAuth } from './auth.js';
export default { setup: () => { const auth = useAuth(); return () => h('p', '${index} ' + auth.greeting); } };
`
      : `import { useAuth } from './auth.js';
export default {
  template: '<p>${index} {{ auth.greeting }}<button @click="auth.login">log in</button></p>',
  setup: () => ({ auth: useAuth() }),
};
`,
  ]),
);

test('a store that ten components import: all of them show each update, in place', async (t) => {
  const store = KINDS['an option store'];
  const app = await startPinia(t, {
    ...components,
    'main.js': MAIN.replace(`'vue'`, `'vue/dist/vue.esm-bundler.js'`),
    'app.js': `import { h } from 'vue';
${Object.keys(components)
  .map((file, index) => `import Part${index} from './${file}';`)
  .join('\n')}
export const App = { render: () => [${Object.keys(components).map((_, index) => `h(Part${index})`)}] };
`,
    'auth.js': store({}),
  });
  const { project, tab } = app;
  const shown = () =>
    [...document.querySelectorAll('p')].map((element) => element.firstChild.textContent.trim());
  const all = (greeting) => Object.keys(components).map((_, index) => `${index} ${greeting}`);
  await tab.until(shown, all('Hello 0'));
  await tab.evaluate(() => {
    globalThis.elements = [...document.querySelectorAll('p')];
  });
  await tab.page.click('button');
  await tab.until(shown, all('Hello 1'));
  for (const greeting of ['Hi', 'Ahoy', 'Moin']) {
    await project.write('auth.js', store({ greeting }));
    await tab.until(shown, all(`${greeting} 1`));
  }
  await tab.page.click('button >> nth=4');
  await tab.until(shown, all('Moin 2'));
  t.true(
    await tab.evaluate(() =>
      [...document.querySelectorAll('p')].every((p, i) => p === globalThis.elements[i]),
    ),
  );
  await stayedHot(t, app);
});

test('a component that is loaded after edits uses the same store', async (t) => {
  const store = KINDS['a setup store'];
  const app = await startPinia(t, {
    'app.js': APP,
    'late.js': `import { useAuth } from './auth.js';
export const late = () => useAuth();`,
    'main.js': `${MAIN}globalThis.load = async () => (await import('./late.js')).late() === globalThis.auth;`,
    'auth.js': store({}),
  });
  const { project, tab } = app;
  await tab.until(text, 'Hello 0', 'p');
  await tab.page.click('button');
  await project.write('auth.js', store({ greeting: 'Hi' }));
  await tab.until(text, 'Hi 1', 'p');
  t.true(await tab.evaluate(() => globalThis.load()));
  await project.write('auth.js', store({ greeting: 'Bye' }));
  await tab.until(text, 'Bye 1', 'p');
  t.true(await tab.evaluate(() => globalThis.load()));
  await stayedHot(t, app);
});

test("an update of a store's import bubbles to the store, which accepts it", async (t) => {
  const store = `import { defineStore, acceptHMRUpdate } from 'pinia'
import { greet } from './greet.js'

export const useAuth = defineStore('auth', {
  state: () => ({ count: 0 }),
  getters: { greeting: (state) => greet(state.count) },
  actions: { login() { this.count += 1 } },
})
${ACCEPT}`;
  const greet = (word) => `export const greet = (count) => '${word} ' + count;`;
  const app = await startPinia(t, {
    'app.js': APP,
    'auth.js': store,
    'greet.js': greet('Hello'),
  });
  const { project, tab } = app;
  await tab.until(text, 'Hello 0', 'p');
  await tab.page.click('button');
  for (const word of ['Hi', 'Ahoy']) {
    await project.write('greet.js', greet(word));
    await tab.until(text, `${word} 1`, 'p');
  }
  await stayedHot(t, app);
});

// -- what the store gives up, and other ways to write it ----------------------------------------------

test('a module of two stores gives its update up, and the page reloads once, with the reason', async (t) => {
  const store = (greeting) =>
    KINDS['an option store']({ greeting }).replace(
      ACCEPT,
      `export const useOther = defineStore('other', { state: () => ({}) })${ACCEPT}`,
    );
  const { project, server, tab } = await startPinia(t, {
    'app.js': APP.replace('useAuth }', 'useAuth, useOther }').replace(
      'setup() {',
      '$& useOther();',
    ),
    'auth.js': store('Hello'),
  });
  await tab.until(text, 'Hello 0', 'p');
  await project.write('auth.js', store('Bye'));
  await tab.loaded(2);
  await tab.until(text, 'Bye 0', 'p');
  await tab.connected();
  t.is(tab.loads, 2);
  const reloads = server.events.filter(({ type }) => type === 'reloaded');
  t.deepEqual(
    reloads.map(({ report }) => [report.cause, report.changed]),
    [['invalidated', '/auth.js']],
  );
});

const NODE_ENV = { 'process.env.NODE_ENV': JSON.stringify('development') };
const CONFIGURATIONS = {
  '@rollup/plugin-replace': () =>
    fromRollup(replace)({ values: NODE_ENV, preventAssignment: true }),
  '@web/dev-server-esbuild': () => esbuildPlugin({ js: true, define: NODE_ENV, target: 'es2022' }),
};
for (const [name, plugin] of Object.entries(CONFIGURATIONS)) {
  for (const place of ['before', 'after']) {
    test(`process.env.NODE_ENV by ${name}, which stands ${place} hmrPlugin()`, async (t) => {
      const store = KINDS['a setup store'];
      const app = await startPinia(
        t,
        { 'app.js': APP, 'auth.js': store({}) },
        { html: page(''), [place]: [plugin()] },
      );
      const { project, tab } = app;
      await tab.until(text, 'Hello 0', 'p');
      await tab.page.click('button');
      for (const greeting of ['Hi', 'Bye']) {
        await project.write('auth.js', store({ greeting }));
        await tab.until(text, `${greeting} 1`, 'p');
      }
      await stayedHot(t, app);
    });
  }
}
