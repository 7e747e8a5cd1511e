/** Which updates a module accepts, and what its callbacks get. */
import { acceptedBy, accepting, html, log, main, takeDep, value } from './parts.js';

/** A module that accepts itself in some way of writing it. */
function selfAcceptedBy(code) {
  const self = (number) => `globalThis.value = ${number};\n${code}`;
  return {
    files: { 'main.js': self(1) },
    steps: [
      { shows: ['value', 1] },
      ...[2, 3].map((number) => ({ edit: { 'main.js': self(number) }, shows: ['value', number] })),
    ],
  };
}

/** Text that only looks as if it accepted. */
function notAcceptedBy(code) {
  const self = (number) => `globalThis.value = ${number};\n${code}`;
  return {
    files: { 'main.js': self(1) },
    steps: [
      { shows: ['value', 1] },
      { edit: { 'main.js': self(2) }, shows: ['value', 2], loads: 2 },
    ],
  };
}

/** @type {Record<string, import('../scenarios.js').Scenario>} */
export const accept = {
  'accept()': selfAcceptedBy('import.meta.hot.accept();'),
  'accept(cb)': {
    files: {
      'main.js': `globalThis.current = 1; import.meta.hot.accept((self) => { globalThis.taken = self.value; });\n${value(1)}`,
    },
    steps: [1, 2, 3].map((number) => ({
      edit:
        number === 1
          ? undefined
          : {
              'main.js': `globalThis.current = ${number}; import.meta.hot.accept((self) => { globalThis.taken = self.value; });\n${value(number)}`,
            },
      shows: ['current', number, 'globalThis.taken ?? 1', number],
    })),
  },
  'accept(dep, cb)': acceptedBy(takeDep),
  'accept(deps, cb)': {
    files: {
      'main.js': `import { value as a } from './a.js'; import { value as b } from './b.js';
globalThis.got = [a, b];
import.meta.hot.accept(['./a.js', './b.js'], ([a, b]) => { globalThis.got = [a ? a.value : 'same', b ? b.value : 'same']; });`,
      'a.js': value(1),
      'b.js': value(1),
    },
    steps: [
      { shows: ['got', [1, 1]] },
      { edit: { 'a.js': value(2) }, shows: ['got', [2, 'same']] },
      { edit: { 'b.js': value(3) }, shows: ['got', ['same', 3]] },
    ],
  },
  'accept({ bubbles })': {
    files: {
      'main.js': `${log}import { value } from './dep.js'; log.push('main ' + value);\nimport.meta.hot.accept();`,
      'dep.js': `${log}log.push('dep 1'); ${value(1)}import.meta.hot.accept({ bubbles: true });`,
    },
    steps: [
      { shows: ['log', ['dep 1', 'main 1']] },
      {
        edit: {
          'dep.js': `${log}log.push('dep 2'); ${value(2)}import.meta.hot.accept({ bubbles: true });`,
        },
        shows: ['log', ['dep 1', 'main 1', 'dep 2', 'main 2']],
      },
    ],
  },
  'accept(cb, { bubbles })': {
    files: {
      'main.js': `${log}import { value } from './dep.js'; globalThis.value = value;\nimport.meta.hot.accept();`,
      'dep.js': `${log}${value(1)}import.meta.hot.accept(() => { log.push('taken'); }, { bubbles: true });`,
    },
    steps: [
      { shows: ['value', 1] },
      {
        edit: {
          'dep.js': `${log}${value(2)}import.meta.hot.accept(() => { log.push('taken'); }, { bubbles: true });`,
        },
        shows: ['value', 2, 'log', ['taken']],
      },
    ],
  },
  'acceptDeps()': acceptedBy(
    "import.meta.hot.acceptDeps('./dep.js', (dep) => { globalThis.value = dep.value; });\n",
  ),
  'acceptExports(), importers use no more': {
    files: {
      'main.js': `import { a } from './dep.js'; globalThis.a = a; globalThis.first ??= a;`,
      'dep.js': `globalThis.now = 1; export const a = 1; export const b = 1;\nimport.meta.hot.acceptExports(['a'], () => {});`,
    },
    steps: [
      { shows: ['now', 1] },
      {
        edit: {
          'dep.js': `globalThis.now = 2; export const a = 2; export const b = 2;\nimport.meta.hot.acceptExports(['a'], () => {});`,
        },
        shows: ['now', 2],
      },
    ],
  },
  'acceptExports(), an importer uses more': {
    files: {
      'main.js': `import { b } from './dep.js'; globalThis.b = b; import.meta.hot.accept();`,
      'dep.js': `export const a = 1; export const b = 1;\nimport.meta.hot.acceptExports(['a'], () => {});`,
    },
    steps: [
      { shows: ['b', 1] },
      {
        edit: {
          'dep.js': `export const a = 2; export const b = 2;\nimport.meta.hot.acceptExports(['a'], () => {});`,
        },
        shows: ['b', 2],
      },
    ],
  },
  'the view: exports': {
    files: {
      'main.js': `import './dep.js';
import.meta.hot.accept('./dep.js', (dep) => { globalThis.got = [Object.keys(dep).sort(), dep.count, (dep.add(), dep.count)]; });`,
      'dep.js': 'export let count = 1; export const add = () => { count += 1; };',
    },
    steps: [
      {
        edit: { 'dep.js': 'export let count = 5; export const add = () => { count += 1; };' },
        shows: ['globalThis.got', [['add', 'count'], 5, 6]],
      },
    ],
  },
  'the view: module and deps': {
    files: {
      'main.js': `import { value } from './dep.js'; globalThis.show = () => value;`,
      'dep.js': `${value(1)}import.meta.hot.accept(({ module, deps }) => { globalThis.got = [module.value, Array.isArray(deps)]; });`,
    },
    steps: [
      { shows: ['show()', 1] },
      {
        edit: {
          'dep.js': `${value(2)}import.meta.hot.accept(({ module, deps }) => { globalThis.got = [module.value, Array.isArray(deps)]; });`,
        },
        shows: ['globalThis.got', [2, true]],
      },
    ],
  },
  'the list: deps': {
    files: {
      'main.js': `import { value as a } from './a.js'; import { value as b } from './b.js';
globalThis.sum = a + b;
import.meta.hot.accept(['./a.js', './b.js'], ({ deps }) => { globalThis.sum = deps[0].value + deps[1].value; });`,
      'a.js': value(1),
      'b.js': value(1),
    },
    steps: [
      { shows: ['sum', 2] },
      { edit: { 'a.js': value(10) }, shows: ['sum', 11] },
      { edit: { 'b.js': value(20) }, shows: ['sum', 30] },
    ],
  },
  'new code that does not load': {
    files: {
      'main.js': `${log}import { value } from './dep.js'; globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { log.push(dep ? dep.value : 'nothing'); if (dep) globalThis.value = dep.value; });`,
      'dep.js': `${value(1)}import.meta.hot.dispose(() => { log.push('dispose'); });`,
      'other.js': 'export const other = 1;',
    },
    steps: [
      { shows: ['value', 1] },
      {
        edit: {
          'dep.js': `import { missing } from './other.js'; export const value = missing;`,
        },
        shows: ['value', 1, 'log', []],
      },
      { edit: { 'dep.js': value(3) }, shows: ['value', 3, 'log', ['dispose', 3]] },
    ],
  },
  'callbacks of the current generation': {
    files: {
      'main.js': `${log}export const name = 'a'; import.meta.hot.accept((self) => { log.push('a got ' + self.name); });`,
    },
    steps: ['b', 'c'].map((name, index) => ({
      edit: {
        'main.js': `${log}export const name = '${name}'; import.meta.hot.accept((self) => { log.push('${name} got ' + self.name); });`,
      },
      shows: ['log', ['a got b', 'b got c'].slice(0, index + 1)],
    })),
  },
  'several accept calls': {
    files: {
      'main.js': `import { value as a } from './a.js'; import { value as b } from './b.js';
globalThis.got = [a, b];
import.meta.hot.accept('./a.js', (a) => { globalThis.got[0] = a.value; });
import.meta.hot.accept('./b.js', (b) => { globalThis.got[1] = b.value; });`,
      'a.js': value(1),
      'b.js': value(1),
    },
    steps: [
      { shows: ['got', [1, 1]] },
      { edit: { 'a.js': value(2) }, shows: ['got', [2, 1]] },
      { edit: { 'b.js': value(3) }, shows: ['got', [2, 3]] },
    ],
  },
  'accept of a bare specifier': {
    files: {
      'index.html': html(
        main,
        '<script type="importmap">{ "imports": { "dep": "./dep.js" } }</script>',
      ),
      'main.js': `import { value } from 'dep'; globalThis.value = value;
import.meta.hot.accept('dep', (dep) => { globalThis.value = dep.value; });`,
      'dep.js': value(1),
    },
    steps: [
      { shows: ['globalThis.value', 1] },
      { edit: { 'dep.js': value(2) }, shows: ['value', 2] },
    ],
  },
  'removing accept()': {
    files: { 'main.js': accepting('globalThis.value = 1;') },
    steps: [
      { shows: ['value', 1] },
      { edit: { 'main.js': 'globalThis.value = 2;' }, shows: ['value', 2] },
      { edit: { 'main.js': 'globalThis.value = 3;' }, shows: ['value', 3], loads: 2 },
    ],
  },
  'accept in a comment': notAcceptedBy('// import.meta.hot.accept();'),
  'accept in a string': notAcceptedBy("globalThis.text = 'import.meta.hot.accept();';"),
  'accept: ?.': selfAcceptedBy('import.meta.hot?.accept();'),
  'accept: parentheses': selfAcceptedBy('(import.meta.hot).accept();'),
  'accept: const hot = import.meta.hot': selfAcceptedBy(
    'const hot = import.meta.hot; hot.accept();',
  ),
  'accept: const { hot } = import.meta': selfAcceptedBy(
    'const { hot } = import.meta; hot.accept();',
  ),
  'accept: a helper': selfAcceptedBy(
    'const accept = (hot) => hot.accept(); accept(import.meta.hot);',
  ),
  'accept: import.meta.webpackHot': selfAcceptedBy('import.meta.webpackHot.accept();'),
  'accept: a condition that is only known at run time': {
    files: {
      'main.js': `globalThis.value = 1; import.meta.hot[['acc', 'ept'].join('')]();`,
    },
    steps: [
      { shows: ['value', 1] },
      {
        edit: { 'main.js': `globalThis.value = 2; import.meta.hot[['acc', 'ept'].join('')]();` },
        shows: ['value', 2],
      },
    ],
  },
};
