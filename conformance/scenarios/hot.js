/** The rest of `import.meta.hot`: `dispose`, `prune`, `data`, `invalidate`, `decline`, events. */
import { accepting, counted, log, value } from './parts.js';

/** An update is announced, before and after. */
function announced(prefix) {
  return {
    files: {
      'main.js': `import './dep.js'; ${log}
for (const event of ['beforeUpdate', 'afterUpdate'])
  import.meta.hot.on('${prefix}:' + event, () => { log.push(event + ' ' + globalThis.value); });`,
      'dep.js': accepting('globalThis.value = 1;'),
    },
    steps: [
      {
        edit: { 'dep.js': accepting('globalThis.value = 2;') },
        shows: ['log', ['beforeUpdate 1', 'afterUpdate 2']],
      },
    ],
  };
}

/** A reload is announced. */
function reloadAnnounced(prefix) {
  const source = (number) => `globalThis.value = ${number};
import.meta.hot.on('${prefix}:beforeFullReload', () => { sessionStorage.setItem('told', 'yes'); });`;
  return {
    files: { 'main.js': source(1) },
    steps: [
      {
        edit: { 'main.js': source(2) },
        shows: ['value', 2, "sessionStorage.getItem('told')", 'yes'],
        loads: 2,
      },
    ],
  };
}

/** A save that cannot be parsed is announced. */
function errorAnnounced(prefix) {
  return {
    files: {
      'main.js': accepting(`globalThis.value = 1;
import.meta.hot.on('${prefix}:error', () => { globalThis.told = 'yes'; });`),
    },
    steps: [
      {
        edit: { 'main.js': accepting("import './dep.js'; globalThis.value = ;"), 'dep.js': '' },
        shows: ['value', 1, 'globalThis.told', 'yes'],
      },
    ],
  };
}

/** @type {Record<string, import('../scenarios.js').Scenario>} */
export const hot = {
  'dispose()': {
    files: {
      'main.js': `${log}log.push('run 1'); import.meta.hot.accept();
import.meta.hot.dispose((data) => { log.push('dispose 1'); data.was = 1; });`,
    },
    steps: [
      {
        edit: {
          'main.js': `${log}log.push('run 2, was ' + import.meta.hot.data.was); import.meta.hot.accept();`,
        },
        shows: ['log', ['run 1', 'dispose 1', 'run 2, was 1']],
      },
    ],
  },
  'dispose(): promises': {
    files: {
      'main.js': `${log}import.meta.hot.accept();
const late = (name) => async () => { log.push('start ' + name); await new Promise((resolve) => setTimeout(resolve, 50)); log.push('end ' + name); };
import.meta.hot.dispose(late('a')); import.meta.hot.dispose(late('b'));`,
    },
    steps: [
      {
        edit: { 'main.js': `${log}log.push('run 2'); import.meta.hot.accept();` },
        shows: ['log', ['start a', 'start b', 'end a', 'end b', 'run 2']],
      },
    ],
  },
  'import.meta.dispose()': {
    files: {
      'main.js': `${log}import.meta.hot.accept(); import.meta.dispose(() => { log.push('dispose'); });`,
    },
    steps: [
      {
        edit: { 'main.js': `${log}log.push('run 2'); import.meta.hot.accept();` },
        shows: ['log', ['dispose', 'run 2']],
      },
    ],
  },
  'prune()': {
    files: {
      'main.js': accepting(`${log}import './dep.js';`),
      'dep.js': `${log}log.push('run, ' + import.meta.hot.data.was); import.meta.hot.accept();
import.meta.hot.data.was = 'known';
import.meta.hot.dispose(() => { log.push('dispose'); });
import.meta.hot.prune((data) => { log.push('prune, ' + data.was); });`,
    },
    steps: [
      { shows: ['log', ['run, undefined']] },
      {
        edit: { 'main.js': accepting(log) },
        shows: ['log', ['run, undefined', 'dispose', 'prune, known']],
      },
      {
        edit: { 'main.js': accepting(`${log}import './dep.js';`) },
        shows: ['log', ['run, undefined', 'dispose', 'prune, known', 'run, undefined']],
      },
    ],
  },
  'data is kept': {
    files: {
      'main.js': accepting(
        `${counted}import.meta.hot.data.count = (import.meta.hot.data.count ?? 0) + 1; globalThis.count = import.meta.hot.data.count;`,
      ),
    },
    steps: [2, 3].map((number) => ({
      edit: {
        'main.js': accepting(
          `${counted}import.meta.hot.data.count = (import.meta.hot.data.count ?? 0) + 1; globalThis.count = import.meta.hot.data.count; // ${number}`,
        ),
      },
      shows: ['count', number, 'runs', number],
    })),
  },
  'data is assigned': {
    files: { 'main.js': accepting('import.meta.hot.data = { foo: 1 };') },
    steps: [
      {
        edit: { 'main.js': accepting('globalThis.foo = import.meta.hot.data.foo;') },
        shows: ['globalThis.foo', 1],
      },
    ],
  },
  'data: writing accepts': {
    files: { 'main.js': 'import.meta.hot.data.count ??= 7; globalThis.value = 1;' },
    steps: [
      { shows: ['value', 1] },
      {
        edit: {
          'main.js':
            'import.meta.hot.data.count ??= 8; globalThis.value = import.meta.hot.data.count;',
        },
        shows: ['value', 7],
      },
    ],
  },
  'invalidate() goes on': {
    files: {
      'main.js': `import { value } from './dep.js'; globalThis.value = value; import.meta.hot.accept();`,
      'dep.js': `${value(1)}import.meta.hot.accept(() => { import.meta.hot.invalidate(); });`,
    },
    pages: ['/', '/'],
    steps: [
      { shows: ['value', 1] },
      {
        edit: {
          'dep.js': `${value(2)}import.meta.hot.accept(() => { import.meta.hot.invalidate(); });`,
        },
        shows: ['value', 2],
      },
    ],
  },
  'invalidate() reloads where nothing accepts': {
    files: {
      'main.js': `import { value } from './dep.js'; globalThis.value = value;`,
      'dep.js': `${value(1)}import.meta.hot.accept(() => { import.meta.hot.invalidate(); });`,
    },
    steps: [
      { shows: ['value', 1] },
      {
        edit: {
          'dep.js': `${value(2)}import.meta.hot.accept(() => { import.meta.hot.invalidate(); });`,
        },
        shows: ['value', 2],
        loads: 2,
      },
    ],
  },
  'invalidate() in a cycle': {
    files: {
      'main.js': `import './a.js';`,
      'a.js': `import './b.js'; globalThis.a = 1; import.meta.hot.accept(() => { import.meta.hot.invalidate(); });`,
      'b.js': `import './a.js'; globalThis.b = 1; import.meta.hot.accept(() => { import.meta.hot.invalidate(); });`,
    },
    steps: [
      { shows: ['globalThis.b', 1] },
      {
        edit: {
          'b.js': `import './a.js'; globalThis.b = 2; import.meta.hot.accept(() => { import.meta.hot.invalidate(); });`,
        },
        shows: ['b', 2],
        loads: 2,
      },
    ],
  },
  'decline()': {
    files: {
      'main.js': `import './dep.js'; import.meta.hot.accept();`,
      'dep.js': 'globalThis.value = 1; import.meta.hot.decline();',
    },
    steps: [2, 3].map((number) => ({
      edit: { 'dep.js': `globalThis.value = ${number}; import.meta.hot.decline();` },
      shows: ['value', number],
      loads: number,
    })),
  },
  'decline(), an update through it': {
    files: {
      'main.js': `import './between.js'; import.meta.hot.accept();`,
      'between.js': `import './dep.js'; import.meta.hot.decline();`,
      'dep.js': 'globalThis.value = 1;',
    },
    steps: [{ edit: { 'dep.js': 'globalThis.value = 2;' }, shows: ['value', 2], loads: 2 }],
  },
  'on(): listeners go with their generation': {
    files: {
      'main.js': accepting(
        `${log}import.meta.hot.on('hello', (name) => { log.push('1 got ' + name); });`,
      ),
    },
    steps: [
      { send: ['hello', 'a'], shows: ['log', ['1 got a']] },
      {
        edit: {
          'main.js': accepting(
            `${log}globalThis.value = 2; import.meta.hot.on('hello', (name) => { log.push('2 got ' + name); });`,
          ),
        },
        shows: ['globalThis.value', 2],
      },
      { send: ['hello', 'b'], shows: ['log', ['1 got a', '2 got b']] },
    ],
  },
  'off()': {
    files: {
      'main.js': accepting(`${log}const listener = () => { log.push('never'); };
import.meta.hot.on('hello', listener); import.meta.hot.off('hello', listener);
import.meta.hot.on('hello', (name) => { log.push(name); });`),
    },
    steps: [{ send: ['hello', 'a'], shows: ['log', ['a']] }],
  },
  'send()': {
    files: {
      'main.js': accepting(`import.meta.hot.on('answer', (data) => { globalThis.answer = data; });
globalThis.ask = () => import.meta.hot.send('question', { number: 42 });`),
    },
    replies: { question: 'answer' },
    steps: [{ run: 'ask()', shows: ['globalThis.answer', { number: 42 }] }],
  },
  'the server sends to all': {
    files: {
      'main.js': accepting(`import.meta.hot.on('news', (data) => { globalThis.news = data; });`),
    },
    pages: ['/', '/'],
    steps: [{ send: ['news', { by: 'me' }], shows: ['globalThis.news', { by: 'me' }] }],
  },
  'events: vite:beforeUpdate, vite:afterUpdate': announced('vite'),
  'events: bun:beforeUpdate, bun:afterUpdate': announced('bun'),
  'events: payload of beforeUpdate': {
    files: {
      'main.js': `import './dep.js'; import.meta.hot.accept('./dep.js', () => {});
import.meta.hot.on('vite:beforeUpdate', ({ type, updates }) => { const [{ timestamp, ...update }] = updates; globalThis.got = [type, updates.length, update.type, update.path, update.acceptedPath, typeof timestamp]; });`,
      'dep.js': value(1),
    },
    steps: [
      {
        edit: { 'dep.js': value(2) },
        shows: ['globalThis.got', ['update', 1, 'js-update', '/main.js', '/dep.js', 'number']],
      },
    ],
  },
  'events: vite:beforeFullReload': reloadAnnounced('vite'),
  'events: bun:beforeFullReload': reloadAnnounced('bun'),
  'events: beforePrune': {
    files: {
      'main.js': accepting(
        `${log}import './dep.js'; import.meta.hot.on('vite:beforePrune', ({ paths }) => { log.push(...paths); });`,
      ),
      'dep.js': 'import.meta.hot.accept();',
    },
    steps: [
      {
        edit: {
          'main.js': accepting(
            `${log}import.meta.hot.on('vite:beforePrune', ({ paths }) => { log.push(...paths); });`,
          ),
        },
        shows: ['log', ['/dep.js']],
      },
    ],
  },
  'events: vite:error': errorAnnounced('vite'),
  'events: bun:error': errorAnnounced('bun'),
  'events: invalidate': {
    files: {
      'main.js': `import './dep.js'; import.meta.hot.accept();
import.meta.hot.on('vite:invalidate', ({ path, message }) => { globalThis.got = [path, message]; });`,
      'dep.js':
        "globalThis.value = 1; import.meta.hot.accept(() => { import.meta.hot.invalidate('too much'); });",
    },
    steps: [
      {
        edit: {
          'dep.js':
            "globalThis.value = 2; import.meta.hot.accept(() => { import.meta.hot.invalidate('too much'); });",
        },
        shows: ['value', 2, 'globalThis.got', ['/dep.js', 'too much']],
      },
    ],
  },
};
