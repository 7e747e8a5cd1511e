/** Writes to exported variables, in every syntax and from everywhere: importers see them. */

/** A module that exports `x`, and writes it by a statement in a function; and its importer. */
const written = (statement, declaration = 'export let x = 1;') => ({
  'case.js': `import { x, write } from './a.js'; import * as all from './a.js'; import { again } from './again.js';
log(x, all.x, again); log(attempt(write)); log(x, all.x, again);`,
  'a.js': `${declaration} export function write() { ${statement} }`,
  'again.js': `export { x as again } from './a.js';`,
});

/** Each is written in a function of the module. */
const STATEMENTS = {
  'an assignment': 'return x = 2;',
  'an assignment in parentheses': 'return (x) = 2;',
  'a compound assignment': 'return x += 2;',
  'an exponentiation': 'x += 2; return x **= 2;',
  'a shift': 'return x <<= 3;',
  'a logical or that writes': 'x = 0; return x ||= 2;',
  'a logical or that does not': 'return x ||= log("never");',
  'a logical and': 'return x &&= 5;',
  'a nullish assignment that writes': 'x = null; return x ??= 6;',
  'a nullish assignment that does not': 'return x ??= log("never");',
  increments: 'return [x++, ++x, x++];',
  decrements: 'return [x--, --x];',
  'increments of what is not a number': 'x = "5"; return [x++, typeof x];',
  'increments of a BigInt': 'x = 5n; return [x++, typeof x];',
  'an array pattern': 'return [x] = [2, 3];',
  'an array pattern with a hole and a rest': 'return [, ...x] = [1, 2, 3];',
  'an array pattern with a default': 'return [x = 7] = [];',
  'an object pattern': 'return ({ x } = { x: 8 });',
  'an object pattern with another name': 'return ({ y: x } = { y: 9 });',
  'an object pattern with a default': 'return ({ x = 10 } = {});',
  'an object pattern with a computed key': 'return ({ ["k" + 1]: x } = { k1: 11 });',
  'an object pattern with a rest': 'return ({ a: {}, ...x } = { a: 1, b: 2 });',
  'nested patterns': 'return ({ a: [{ b: x }] } = { a: [{ b: 12 }] });',
  'a pattern that throws in between': '[x, ({}).y.z] = [13, 14];',
  'a head of for-of': 'for (x of [14, 15]) log(x); return x;',
  'a head of for-of without a block': 'for (x of [14, 15]) if (x === 15) return x;',
  'a head of for-of with a pattern': 'for ([x] of [[16], [17]]) log(x); return x;',
  'a head of for-of that is left': 'for (x of [18, 19]) break; return x;',
  'a head of for-of with a label': 'outer: for (x of [18, 19]) for (;;) continue outer; return x;',
  'a head of for-in': 'for (x in { a: 1, b: 2 }) log(x); return x;',
  'a head of for-in with an object pattern': 'for ({ length: x } in { abc: 1 }) log(x); return x;',
  'a head of for': 'for (x = 0; x < 3; x++); return x;',
  'an assignment in a condition': 'if (x = 20) return x;',
  'an assignment in an argument': 'return [].concat(x = 21, x = 22);',
  'an assignment in a template': `return \`\${x = 23}\${x++}\`;`,
  'an assignment in a default of a parameter': 'return ((y = x = 24) => y)();',
  'an assignment in an arrow function': 'return (() => (x = 25))();',
  'an assignment in a method': 'return ({ m() { return x = 26; } }).m();',
  'an assignment in a getter and a setter':
    'const o = { get g() { return x = 27; }, set s(v) { x = v; } }; o.g; o.s = 28;',
  'an assignment in a class field': 'return new (class { f = x = 29; })().f;',
  'an assignment in a static block': 'class C { static { x = 30; } } return C.name;',
  'an assignment in a computed key': 'return { [x = 31]: 1 };',
  'an assignment in a generator': 'return [...(function* () { yield x = 32; yield x = 33; })()];',
  'a chain of assignments': 'let y; return y = x = 34;',
  'a comma': 'return x = 35, x = 36;',
  'a name of its own': 'let x = 37; x = 38; x++; [x] = [39]; return x;',
  'a parameter of that name': 'return ((x) => { x = 40; return x; })(1);',
  'a variable of that name in a block': '{ let x = 1; x = 41; } { var y = x; } return y;',
  'a variable of that name in a catch': 'try { throw 1; } catch (x) { x = 42; } return x;',
  'a function of that name in a block': '{ function x() {} x = 43; } return x;',
  'an arrow function that gets its name': 'x = () => {}; return x.name;',
  'a class that gets its name': 'x = class {}; return x.name;',
  'a logical assignment of a function that gets its name': 'x &&= function () {}; return x.name;',
  'a default of a pattern that gets its name': '[x = () => {}] = []; return x.name;',
  'no name for what is in parentheses': 'x = (0, () => {}); return x.name;',
  'a new value for a property of its value':
    'x = {}; x.y = 44; x.y++; ({ z: x.z } = { z: 45 }); return x;',
  'delete of a property': 'x = { y: 1 }; return delete x.y;',
  'a conditional': 'return true ? x = 47 : x = 48;',
  'an assignment after return on the next line': 'x = 49\n;[x] = [50]\n;(x) = 51\n;return x',
  'an assignment without semicolons': 'x = 49\nx++\n++x\nreturn x',
};

export const writing = {
  ...Object.fromEntries(
    Object.entries(STATEMENTS).map(([title, statement]) => [title, written(statement)]),
  ),
  'a direct eval': { files: written('return eval("x = 46");'), reloads: true },
  'a variable with var': written('return x = 2;', 'export var x = 1;'),
  'a variable without a value': written('return x = 2;', 'export let x;'),
  'a function': written('return typeof (x = 2);', 'export function x() {}'),
  'a class': written('return x = 2;', 'export class x {}'),
  'a variable from a pattern': written('return x = 2;', 'export let { a: [x] } = { a: [1] };'),
  'a variable that is exported under a list': written('return x = 2;', 'let x = 1; export { x };'),
  'a variable that is declared after its export': written(
    'return x = 2;',
    'export { x }; var x = 1;',
  ),
  'a variable of a for statement': written(
    'return x;',
    'for (var x = 1; x < 5; x++); export { x };',
  ),
  'a variable of a for-of statement': written('return x;', 'for (var x of [1, 2]); export { x };'),
  'variables of a for-of statement without a block': {
    'case.js': `import { w, z } from './a.js'; import * as all from './a.js'; log(w, z, all);`,
    'a.js': `export let w; for (var z of [6]) w = z; export { z };`,
  },
  'a variable in a block': written('return x = 2;', '{ var x = 1; } export { x };'),
  'a constant': written('x = 2;', 'export const x = 1;'),
  'a variable with two names': {
    'case.js': `import { a, b, default as d, write } from './a.js'; log(a, b, d); write(); log(a, b, d);`,
    'a.js': `let x = 1; export { x as a, x as b, x as default }; export const write = () => { x++; };`,
  },
  'several variables in one pattern': {
    'case.js': `import { a, b, rest, write } from './a.js'; write(); log(a, b, rest);`,
    'a.js': `export let a, b, rest; export const write = () => { [a, { b }, ...rest] = [1, { b: 2 }, 3, 4]; };`,
  },
  'writes at the top level are seen by functions that were handed out': {
    'case.js': `import './a.js';`,
    'a.js': `import { report } from './b.js'; export let x = 1; report(); x = 2; report(); x++; report();
for (x of [4, 5]) report(); [x] = [6]; report(); ({ x = 7 } = {}); report();`,
    'b.js': `import { x } from './a.js'; export const report = () => log(x);`,
  },
  'a write in an async function': {
    'case.js': `import { x, write } from './a.js'; await write(); log(x);`,
    'a.js': `export let x = 1; export async function write() { x = await 2; x += await 3; for await (x of [x, 7]) log(x); }`,
  },
  'writes between the steps of a generator': {
    'case.js': `import { x, steps } from './a.js'; for (const step of steps()) log(step, x);`,
    'a.js': `export let x = 1; export function* steps() { yield x = 2; x = yield x++; yield x; }`,
  },
  'a write from a timer': {
    'case.js': `import { x, written } from './a.js'; await written; log(x);`,
    'a.js': `export let x = 1; export const written = new Promise((done) => setTimeout(() => { x = 2; done(); }));`,
  },
  'a write by an importer through a function': {
    'case.js': `import { x, set } from './a.js'; import './b.js'; log(x); set(3); log(x);`,
    'a.js': `export let x = 1; export const set = (value) => { x = value; };`,
    'b.js': `import { x, set } from './a.js'; set(2); log(x);`,
  },
};
