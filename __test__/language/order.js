/** When modules are evaluated (InnerModuleEvaluation), and how they are linked before (InnerModuleLinking). */

const logs = (name, ...imports) =>
  `${imports.map((one) => `import './${one}.js';`).join(' ')} log('${name}');`;

export const order = {
  'what is imported runs before its importer, in the order of the imports': {
    'case.js': `log('case'); import './b.js'; import './a.js';`,
    'a.js': logs('a', 'leaf'),
    'b.js': logs('b', 'leaf', 'a'),
    'leaf.js': logs('leaf'),
  },
  're-exports are imports': {
    'case.js': `log('case'); export * from './a.js'; export { x } from './b.js'; export * as c from './c.js';
export {} from './d.js'; import {} from './e.js';`,
    'a.js': logs('a'),
    'b.js': `${logs('b')} export let x;`,
    'c.js': logs('c'),
    'd.js': logs('d'),
    'e.js': logs('e'),
  },
  'a module runs once, whatever it is called': {
    'case.js': `import './a.js'; import * as a from './x/../a.js'; import { x } from './a.js';
log(a.x === x);`,
    'a.js': `log('a'); export const x = {};`,
  },
  'a query makes another module of a file': {
    files: {
      'case.js': `import { x } from './a.js'; import { x as other } from './a.js?other'; log(x === other);`,
      'a.js': `log('a'); export const x = {};`,
    },
    late: ['a.js'],
  },
  'a diamond': {
    'case.js': logs('case', 'left', 'right'),
    'left.js': logs('left', 'bottom'),
    'right.js': logs('right', 'bottom'),
    'bottom.js': logs('bottom'),
  },
  'cycles start at their far end': {
    'case.js': logs('case', 'a'),
    'a.js': logs('a', 'b', 'd'),
    'b.js': logs('b', 'c'),
    'c.js': logs('c', 'a', 'd'),
    'd.js': logs('d'),
  },
  'a module that imports itself': `import { f as g, x as y } from './case.js'; import * as self from './case.js';
log(g(), attempt(() => y), attempt(() => self.x)); export const x = 1; export function f() { return 'f'; }
log(x, y, self.x);`,
  'functions of a cycle are there before their module has run': {
    'case.js': `import './a.js'; log('case');`,
    'a.js': `import { b, gen, later } from './b.js'; log('a'); export function a() { return 'a' + b(); }
log(typeof gen, typeof later);`,
    'b.js': `import { a } from './a.js'; log('b', typeof a, a.name, attempt(() => a()));
export function b() { return 'b'; } export function* gen() {} export async function later() {}`,
  },
  'default functions of a cycle are there too': {
    'case.js': `import './a.js';`,
    'a.js': `import './b.js'; export default function () { return 'default'; }`,
    'b.js': `import a from './a.js'; import * as all from './a.js'; log(a(), a.name, all.default === a);`,
  },
  'generators and async functions of a cycle are there too': {
    'case.js': `import './a.js';`,
    'a.js': `import './b.js'; export function* gen() { yield 1; } export async function later() {}
export async function* stream() {}`,
    'b.js': `import { gen, later, stream } from './a.js'; log([...gen()], later().constructor.name, typeof stream().next);`,
  },
  'variables of a cycle': {
    messages: true,
    files: {
      'case.js': `import './a.js'; import { seen } from './b.js'; log(seen());`,
      'a.js': `import './b.js'; export let x = 1; export const y = 2; export class C {} export var v = 3;
export default 4; export { x as renamed };`,
      'b.js': `import d, { x, y, C, v, renamed } from './a.js'; import * as all from './a.js';
log(attempt(() => x), attempt(() => y), attempt(() => C), attempt(() => v), attempt(() => renamed));
log(attempt(() => d) instanceof ReferenceError, attempt(() => typeof x), attempt(() => x = 1) instanceof TypeError);
log(attempt(() => all.x) instanceof ReferenceError, attempt(() => all.v));
export const seen = () => [d, x, y, C, v, renamed];`,
    },
  },
  'what a cycle exports is there once its module has run': {
    'case.js': `import { f } from './a.js'; log(f());`,
    'a.js': `import { g } from './b.js'; export const x = 'x'; export const f = () => g();`,
    'b.js': `import { x } from './a.js'; import * as a from './a.js'; export const g = () => [x, a.x];`,
  },
  'a class of a cycle that extends one that is not there yet': {
    'case.js': `import './base.js';`,
    'base.js': `import './derived.js'; export class Base {} log('base');`,
    'derived.js': `import { Base } from './base.js'; log(attempt(() => class extends Base {}));`,
  },
  'functions of a cycle see the variables of their module': {
    'case.js': `import './a.js';`,
    'a.js': `import './b.js'; let own = 'own'; var hoisted = 'hoisted';
export function useLet() { return own; } export function useVar() { return hoisted; }`,
    'b.js': `import { useLet, useVar } from './a.js'; log(attempt(useLet), attempt(useVar));`,
  },
  'functions of a cycle write variables of their module before it has run': {
    'case.js': `import { count } from './a.js'; log(count);`,
    'a.js': `import './b.js'; export var count; log(count); export function raise() { count = (count ?? 0) + 1; }`,
    'b.js': `import { raise, count } from './a.js'; raise(); raise(); log(count);`,
  },
  'functions of a cycle through re-exports': {
    'case.js': `import './a.js';`,
    'a.js': `import './b.js'; export function f() { return 'f'; } export const x = 1;`,
    'b.js': `import { f, x } from './barrel.js'; log(f(), attempt(() => x));`,
    'barrel.js': `export * from './a.js';`,
  },
  'what a barrel in a cycle passes on is there before the barrel has run': {
    'case.js': `import { Base, helper } from './barrel.js'; log(Base.made, helper());`,
    'barrel.js': `export { helper } from './helper.js'; export { Base } from './base.js'; log('barrel');`,
    'helper.js': `log('helper'); export const helper = () => 'made';`,
    'base.js': `import { helper } from './barrel.js'; log('base'); export class Base { static made = helper(); }`,
  },
  'a barrel that passes on variables of a module that is running': {
    'case.js': `import './barrel.js';`,
    'barrel.js': `export { seen } from './seen.js'; export * from './base.js';`,
    'seen.js': `import { Base, options, count } from './barrel.js'; import * as all from './barrel.js'; export const seen = () => log(attempt(() => Base.made), attempt(() => options.x), attempt(() => count), attempt(() => all.count));`,
    'base.js': `import { seen } from './barrel.js'; seen(); export class Base { static made = 'made'; } seen(); export const options = { x: 'x' }; export let count = 1; seen(); count = 2; seen(); export { Base as default };`,
  },
  'a barrel of a barrel that passes on a variable of a module that waits': {
    'case.js': `import './top.js';`,
    'top.js': `export * from './barrel.js';`,
    'barrel.js': `export { seen } from './seen.js'; export { value } from './base.js';`,
    'seen.js': `import { value } from './top.js'; export const seen = () => log(attempt(() => value));`,
    'base.js': `import { seen } from './barrel.js'; export const value = 1; seen(); await null; seen();`,
  },
  'a barrel in a cycle that is imported dynamically': {
    'case.js': `await import('./barrel.js'); await import('./above.js');`,
    'barrel.js': `export * from './a.js'; export { b } from './b.js'; log('barrel');`,
    'a.js': `import { b } from './barrel.js'; log('a', attempt(() => b)); export const a = 'a';`,
    'b.js': `import { a } from './barrel.js'; log('b', a); export const b = 'b';`,
    'above.js': `import './x.js'; export * from './y.js'; log('above');`,
    'x.js': `import './far.js'; import './y.js'; log('x');`,
    'far.js': `import './above.js'; log('far');`,
    'y.js': `log('y');`,
  },
  'functions of a longer cycle, called before anything in it has run': {
    'case.js': `import './a.js';`,
    'a.js': `import './b.js'; export function a() { return 'a'; } log('a');`,
    'b.js': `import './c.js'; export function b() { return 'b'; } log('b');`,
    'c.js': `import { a } from './a.js'; import { b } from './b.js'; log('c', a(), b());`,
  },
  'functions of a cycle are the same before and after': {
    'case.js': `import { f } from './a.js'; import { before } from './b.js'; log(f === before, f.mark);`,
    'a.js': `import './b.js'; export function f() {} log(f.mark);`,
    'b.js': `import { f } from './a.js'; export const before = f; f.mark = 'marked';`,
  },
  'a function that is assigned in its module is another one afterwards': {
    'case.js': `import { f } from './a.js'; import { before } from './b.js'; log(before(), f());`,
    'a.js': `import './b.js'; export function f() { return 1; } f = () => 2;`,
    'b.js': `import { f } from './a.js'; export const before = f;`,
  },
  'names that are missing fail before anything runs': {
    refused: true,
    files: {
      'case.js': `import './a.js'; import { missing } from './b.js'; log('case');`,
      'a.js': logs('a'),
      'b.js': logs('b'),
    },
  },
  'a default that is missing fails before anything runs': {
    refused: true,
    files: {
      'case.js': `import './a.js'; import d from './b.js'; log('case');`,
      'a.js': logs('a'),
      'b.js': `${logs('b')} export const x = 1;`,
    },
  },
  'a re-export of what is missing fails before anything runs': {
    refused: true,
    files: {
      'case.js': `import './a.js'; export { missing } from './b.js'; log('case');`,
      'a.js': logs('a'),
      'b.js': logs('b'),
    },
  },
  'a module that throws ends those above it': {
    files: {
      'case.js': `await import('./above.js').catch((error) => log(error)); log('case');`,
      'above.js': logs('above', 'before', 'throws', 'after'),
      'before.js': logs('before'),
      'throws.js': `log('throws'); throw new RangeError('thrown');`,
      'after.js': logs('after'),
    },
    messages: true,
  },
  'a module that failed stays failed, with the same error': {
    'case.js': `const errors = [];
for (const name of ['a', 'a', 'b']) await import('./' + name + '.js').catch((error) => errors.push(error));
log(errors[0] === errors[1], errors[0] === errors[2], errors);`,
    'a.js': `log('a'); throw new RangeError();`,
    'b.js': logs('b', 'a'),
  },
  'whatever is thrown is what importers get': {
    'case.js': `for (const name of ['undefined', 'string', 'object']) {
  await import('./' + name + '.js').then(() => log('no error'), (error) => log(error));
}`,
    'undefined.js': 'throw undefined;',
    'string.js': `throw 'a string';`,
    'object.js': `throw { a: 1 };`,
  },
  'modules of a cycle that failed': {
    'case.js': `for (const name of ['a', 'b']) await import('./' + name + '.js').catch((error) => log(name, error));`,
    'a.js': logs('a', 'b'),
    'b.js': `import './a.js'; log('b'); throw new RangeError();`,
  },
  'JSON is there for all': {
    'case.js': `import data from './data.json' with { type: 'json' }; import { other } from './a.js';
import * as all from './data.json' with { type: 'json' };
log(data, data === other, Object.keys(all));`,
    'a.js': `export { default as other } from './data.json' with { type: 'json' };`,
    'data.json': '{ "a": [1, null, "\\u2028"], "__proto__": 1 }',
  },
};
