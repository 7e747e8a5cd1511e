/**
 * What pages and people do, and what must come of it, as data. A scenario starts with its files being served and
 * its pages opened; then its steps follow.
 *
 * @typedef {object} Step
 * @property {Record<string, string | null>} [edit] Saves files; `null` deletes one.
 * @property {Record<string, string | null>[]} [edits] Several saves, one directly after the other.
 * @property {string} [run] Code for the first page.
 * @property {true} [reload] The first page is reloaded by hand.
 * @property {string} [open] Opens one more page.
 * @property {[string, unknown]} [send] The server sends an event to all pages.
 * @property {true} [restart] The server is stopped, files are saved, and it is started again.
 * @property {unknown[]} [shows] Expression and value in turn: what every page must show.
 * @property {string[]} [says] Words that a line of the first page's console must have.
 * @property {number | null | (number | null)[]} [loads] How often each page has been loaded from now on; `null` when it
 *   does not matter. At first 1.
 *
 * @typedef {object} Scenario
 * @property {Record<string, string>} files A page that loads `main.js` is there, unless there is an `index.html`.
 * @property {string[]} [pages] The pages that are opened, `/` by default.
 * @property {Record<string, string>} [replies] With which event the server answers an event, with the same data.
 * @property {Step[]} steps
 */

const html = (body, head = '') =>
  `<!doctype html><html><head><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;
const main = '<script type="module" src="./main.js"></script>';

/** The page of a scenario that brings none. */
export const PAGE = html(main);

const value = (number) => `export const value = ${number};\n`;

/** A module that keeps what its first generation was and counts evaluations. */
const counted = 'globalThis.runs = (globalThis.runs ?? 0) + 1;\n';
const accepting = (code) => `${code}\nimport.meta.hot.accept();\n`;

const log = 'globalThis.log ??= [];\n';

/** `main.js` imports and shows; `dep.js` accepts itself without a callback. */
function patched(importer, dep, shows) {
  const [before, ...after] = shows;
  return {
    files: { 'main.js': importer, 'dep.js': accepting(dep(1)) },
    steps: [
      { shows: ['show()', before] },
      ...after.map((shown, index) => ({
        edit: { 'dep.js': accepting(dep(index + 2)) },
        shows: ['show()', shown],
      })),
    ],
  };
}
const show = (names, expression, from = './dep.js') =>
  `import ${names} from '${from}'; globalThis.show = () => ${expression};`;

/** A dependency that `main.js` accepts in some way of writing it. */
function acceptedBy(code, steps = [2, 3]) {
  return {
    files: {
      'main.js': `import { value } from './dep.js'; globalThis.value = value;\n${code}`,
      'dep.js': value(1),
    },
    steps: [
      { shows: ['value', 1] },
      ...steps.map((number) => ({ edit: { 'dep.js': value(number) }, shows: ['value', number] })),
    ],
  };
}

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

const takeDep = "import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });\n";

/** @type {Record<string, Scenario>} */
export const scenarios = {
  // -- accept ----------------------------------------------------------------------------------------
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

  // -- importers are patched ---------------------------------------------------------------------------
  'importers: const': patched(show('{ x }', 'x'), (n) => `export const x = ${n};`, [1, 2, 3, 4]),
  'importers: let': patched(show('{ x }', 'x'), (n) => `export let x = ${n};`, [1, 2, 3, 4]),
  'importers: class': patched(
    show('{ X }', 'new X().x'),
    (n) => `export class X { x = ${n}; }`,
    [1, 2, 3],
  ),
  'importers: function': patched(
    show('{ x }', 'x()'),
    (n) => `export function x() { return ${n}; }`,
    [1, 2, 3],
  ),
  'importers: default': patched(show('x', 'x'), (n) => `export default ${n};`, [1, 2, 3]),
  'importers: renamed': patched(
    show('{ y as z }', 'z'),
    (n) => `const x = ${n}; export { x as y };`,
    [1, 2, 3],
  ),
  'importers: namespace': patched(
    show('* as d', 'd.x'),
    (n) => `export const x = ${n};`,
    [1, 2, 3],
  ),
  'importers: re-exported': (() => {
    const scenario = patched(
      show('{ y }', 'y', './between.js'),
      (n) => `export const x = ${n};`,
      [1, 2, 3],
    );
    scenario.files['between.js'] = `export { x as y } from './dep.js';`;
    return scenario;
  })(),
  'importers: later assignments': patched(
    show('{ x, add }', '(add(), x)'),
    (n) => `export let x = ${n * 10}; export const add = () => { x = ${n * 10 + 1}; };`,
    [11, 21, 31],
  ),
  'importers: a callback decides': {
    files: {
      'main.js': `import { add } from './add.js'; globalThis.show = () => add(5, 3);`,
      'add.js':
        'export let add = (a, b) => a + b;\nimport.meta.hot.accept(({ module }) => { add = module.add; });',
    },
    steps: [
      { shows: ['show()', 8] },
      ...[
        ['-', 2],
        ['*', 15],
        ['+', 8],
      ].map(([sign, result]) => ({
        edit: {
          'add.js': `export let add = (a, b) => a ${sign} b;\nimport.meta.hot.accept(({ module }) => { add = module.add; });`,
        },
        shows: ['show()', result],
      })),
    ],
  },
  'importers: a removed export': {
    files: {
      'main.js': show('{ kept, gone }', '[kept, gone]'),
      'dep.js': accepting('export const kept = 1; export const gone = 1;'),
    },
    steps: [
      { shows: ['show()', [1, 1]] },
      {
        edit: { 'dep.js': accepting('export const kept = 2;') },
        says: ['dep.js', 'gone', 'main.js'],
      },
    ],
  },
  'line numbers': {
    files: {
      'main.js': `globalThis.value = 1;
import.meta.hot.accept();
globalThis.line = Number(/main\\.js[^:]*:(\\d+)/.exec(new Error().stack)?.[1]);`,
    },
    steps: [
      { shows: ['line', 3] },
      {
        edit: {
          'main.js': `globalThis.value = 2;
import.meta.hot.accept();

globalThis.line = Number(/main\\.js[^:]*:(\\d+)/.exec(new Error().stack)?.[1]);`,
        },
        shows: ['value', 2, 'line', 4],
      },
    ],
  },

  // -- the rest ------------------------------------------------------------------------------------------
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

  // -- beyond JavaScript modules -------------------------------------------------------------------------
  'a linked style sheet': {
    files: {
      'index.html': html(`<p>text</p>${main}`, '<link rel="stylesheet" href="./a.css">'),
      'main.js': 'globalThis.mark = Math.random(); globalThis.before = mark;',
      'a.css': 'p { color: rgb(1, 0, 0) }',
    },
    steps: [1, 2, 3].map((number) => ({
      edit: number === 1 ? undefined : { 'a.css': `p { color: rgb(${number}, 0, 0) }` },
      shows: [
        "getComputedStyle(document.querySelector('p')).color",
        `rgb(${number}, 0, 0)`,
        "document.querySelectorAll('link[rel=stylesheet]').length",
        1,
      ],
    })),
  },
  'a linked style sheet: @import': {
    files: {
      'index.html': html(`<p>text</p>${main}`, '<link rel="stylesheet" href="./a.css">'),
      'main.js': '',
      'a.css': "@import './b.css'; p { margin-left: 1px }",
      'b.css': 'p { color: rgb(1, 0, 0) }',
    },
    steps: [1, 2, 3].map((number) => ({
      edit: number === 1 ? undefined : { 'b.css': `p { color: rgb(${number}, 0, 0) }` },
      shows: ["getComputedStyle(document.querySelector('p')).color", `rgb(${number}, 0, 0)`],
    })),
  },
  'a linked style sheet: no frame without style': {
    files: {
      'index.html': html(`<p>text</p>${main}`, '<link rel="stylesheet" href="./a.css">'),
      'main.js': `globalThis.bare = 0;
(function look() { if (getComputedStyle(document.querySelector('p')).paddingLeft !== '9px') bare += 1; requestAnimationFrame(look); })();`,
      'a.css': 'p { color: rgb(1, 0, 0); padding-left: 9px }',
    },
    steps: [1, 2, 3].map((number) => ({
      run: number === 1 ? 'globalThis.bare = 0' : undefined,
      edit:
        number === 1
          ? undefined
          : { 'a.css': `p { color: rgb(${number}, 0, 0); padding-left: 9px }` },
      shows: [
        "getComputedStyle(document.querySelector('p')).color",
        `rgb(${number}, 0, 0)`,
        'bare',
        0,
      ],
    })),
  },
  'a CSS module script': {
    files: {
      'index.html': html(`<p>text</p>${main}`),
      'main.js': `import sheet from './a.css' with { type: 'css' }; ${counted}
globalThis.sheet ??= sheet; globalThis.same = () => sheet === globalThis.sheet;
document.adoptedStyleSheets = [sheet];`,
      'a.css': 'p { color: rgb(1, 0, 0) }',
    },
    steps: [1, 2, 3].map((number) => ({
      edit: number === 1 ? undefined : { 'a.css': `p { color: rgb(${number}, 0, 0) }` },
      shows: [
        "getComputedStyle(document.querySelector('p')).color",
        `rgb(${number}, 0, 0)`,
        'globalThis.runs',
        1,
        'globalThis.same?.()',
        true,
      ],
    })),
  },
  'a JSON module': {
    files: {
      'main.js': `import data from './data.json' with { type: 'json' }; globalThis.value = data.value; import.meta.hot.accept();`,
      'data.json': '{ "value": 1 }',
    },
    steps: [1, 2, 3].map((number) => ({
      edit: number === 1 ? undefined : { 'data.json': `{ "value": ${number} }` },
      shows: ['globalThis.value', number],
    })),
  },
  "a worker's script": {
    files: {
      'main.js': `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }).onmessage = ({ data }) => { globalThis.value = data; };
import.meta.hot.accept();`,
      'worker.js': 'postMessage(1);',
    },
    steps: [
      { shows: ['globalThis.value', 1] },
      { edit: { 'worker.js': 'postMessage(2);' }, shows: ['globalThis.value', 2], loads: 2 },
    ],
  },
  'an edit of one of two pages': {
    files: {
      'index.html': html(`<p>1</p>${main}`),
      'other.html': html(`<p>1</p>${main}`),
      'main.js': "globalThis.text = document.querySelector('p').textContent;",
    },
    pages: ['/', '/other.html'],
    steps: [
      { shows: ['text', '1'] },
      { edit: { 'other.html': html(`<p>2</p>${main}`) }, loads: [1, 2] },
    ],
  },
  'an inline module script accepts': {
    files: {
      'index.html': html(
        `<script type="module">import { value } from './dep.js'; globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });</script>`,
      ),
      'dep.js': value(1),
    },
    steps: [
      { shows: ['globalThis.value', 1] },
      { edit: { 'dep.js': value(2) }, shows: ['globalThis.value', 2] },
    ],
  },
  'a file that no page has loaded': {
    files: { 'main.js': `globalThis.value = 1; ${counted}`, 'lonely.js': value(1) },
    steps: [{ edit: { 'lonely.js': value(2) }, shows: ['value', 1, 'runs', 1] }],
  },

  // -- what a page may rely on ----------------------------------------------------------------------------
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
