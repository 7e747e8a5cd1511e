/** What importers see after an update that they have no part in. */
import { accepting } from './parts.js';

const show = (names, expression, from = './dep.js') =>
  `import ${names} from '${from}'; globalThis.show = () => ${expression};`;

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

/** @type {Record<string, import('../scenarios.js').Scenario>} */
export const importers = {
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
};
