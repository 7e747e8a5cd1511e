/** What a page may rely on, whatever happens. */
import { acceptedBy, accepting, counted, html, log, takeDep, value } from './parts.js';

/** @type {Record<string, import('../scenarios.js').Scenario>} */
export const pages = {
  'back-to-back saves': {
    files: acceptedBy(takeDep).files,
    steps: [
      { shows: ['value', 1] },
      { edits: [2, 3, 4, 5].map((number) => ({ 'dep.js': value(number) })), shows: ['value', 5] },
      { edits: [6, 7].map((number) => ({ 'dep.js': value(number) })), shows: ['value', 7] },
    ],
  },
  'a module and what it imports, saved at once': {
    files: {
      'main.js': `import { sum } from './middle.js'; globalThis.value = sum; import.meta.hot.accept('./middle.js', (middle) => { globalThis.value = middle.sum; });`,
      'middle.js': `import { value } from './dep.js'; export const sum = value + 100;`,
      'dep.js': value(1),
    },
    steps: [
      { shows: ['value', 101] },
      {
        edit: {
          'dep.js': value(2),
          'middle.js': `import { value } from './dep.js'; export const sum = value + 200;`,
        },
        shows: ['value', 202],
      },
    ],
  },
  'two tabs': {
    files: acceptedBy(takeDep).files,
    pages: ['/', '/'],
    steps: [2, 3].map((number) => ({
      edit: { 'dep.js': value(number) },
      shows: ['value', number],
    })),
  },
  'a restarted server': {
    files: acceptedBy(takeDep).files,
    steps: [
      { shows: ['value', 1] },
      { restart: true, edit: { 'dep.js': value(2) }, shows: ['value', 2], loads: null },
      { edit: { 'dep.js': value(3) }, shows: ['value', 3] },
    ],
  },
  'static and dynamic imports': {
    files: {
      'main.js': `import * as fixed from './dep.js'; globalThis.value = fixed.value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
globalThis.load = async () => { globalThis.loaded = (await import('./dep.js')).value; };`,
      'dep.js': counted + value(1),
    },
    steps: [
      { run: 'load()', shows: ['globalThis.loaded', 1, 'runs', 1] },
      { edit: { 'dep.js': counted + value(2) }, shows: ['value', 2, 'runs', 2] },
      { run: 'load()', shows: ['globalThis.loaded', 2, 'runs', 2] },
      { reload: true, run: undefined, shows: ['value', 2, 'runs', 1] },
      { run: 'load()', shows: ['globalThis.loaded', 2, 'runs', 1] },
    ],
  },
  'a dynamic import alone': {
    files: {
      'main.js': `globalThis.load = async () => { globalThis.loaded = (await import('./dep.js')).value; };
import.meta.hot.accept('./dep.js', () => { globalThis.told = true; });`,
      'dep.js': value(1),
    },
    steps: [
      { run: 'load()', shows: ['globalThis.loaded', 1] },
      { edit: { 'dep.js': value(2) }, shows: ['globalThis.told', true] },
      { run: 'load()', shows: ['globalThis.loaded', 2] },
    ],
  },
  'a diamond': {
    files: {
      'main.js': `import './left.js'; import './right.js'; globalThis.value = 1; import.meta.hot.accept();`,
      'left.js': `import './dep.js';`,
      'right.js': `import './dep.js';`,
      'dep.js': `${counted}globalThis.dep = 1;`,
    },
    steps: [
      { shows: ['runs', 1] },
      { edit: { 'dep.js': `${counted}globalThis.dep = 2;` }, shows: ['dep', 2, 'runs', 2] },
    ],
  },
  'a broken save': {
    files: {
      'main.js': `${log}import { value } from './dep.js'; globalThis.value = value; ${takeDep}`,
      'dep.js': `${value(1)}import.meta.hot.dispose(() => { log.push('dispose'); });`,
    },
    steps: [
      { shows: ['value', 1] },
      { edit: { 'dep.js': 'export const value = ;' }, shows: ['value', 1, 'log', []] },
      { edit: { 'dep.js': value(3) }, shows: ['value', 3, 'log', ['dispose']] },
    ],
  },
  'a missing import': {
    files: acceptedBy(takeDep).files,
    steps: [
      { shows: ['value', 1] },
      { edit: { 'dep.js': `export { value } from './new.js';` }, shows: ['value', 1] },
      { edit: { 'new.js': value(2) }, shows: ['value', 2] },
    ],
  },
  'a reload says why': {
    files: {
      'main.js': `import './between.js';`,
      'between.js': `import './dep.js';`,
      'dep.js': value(1),
    },
    steps: [
      {
        edit: { 'dep.js': value(2) },
        says: ['reload', '/dep.js', '/between.js', '/main.js', 'import.meta.hot.accept'],
        loads: 2,
      },
    ],
  },
  'only pages that the change reaches': {
    files: {
      'index.html': html('<script type="module" src="./one.js"></script>'),
      'other.html': html('<script type="module" src="./two.js"></script>'),
      'one.js': `import { value } from './dep.js'; globalThis.value = value; ${takeDep}`,
      'two.js': `import { value } from './dep.js'; globalThis.value = value;`,
      'dep.js': value(1),
      'alone.js': value(1),
    },
    pages: ['/', '/other.html'],
    steps: [
      { shows: ['globalThis.value', 1] },
      { edit: { 'dep.js': value(2) }, shows: ['value', 2], loads: [1, 2] },
    ],
  },
  'equal bytes': {
    files: { 'main.js': accepting(`${counted}globalThis.value = 1;`) },
    steps: [
      { edit: { 'main.js': accepting(`${counted}globalThis.value = 1;`) }, shows: ['runs', 1] },
      {
        edit: { 'main.js': accepting(`${counted}globalThis.value = 2;`) },
        shows: ['value', 2, 'runs', 2],
      },
    ],
  },
};
