/** Statements, scopes and names: what surrounds imports and exports. */

/** Exports whatever the cases of this file import. */
const A = `export const a = 'A', b = 'B'; export const f = (...all) => { log('f', all); return f; }; export const o = { m() { return typeof this; } }; export default 'D';`;
const using = (code) => ({ 'case.js': code, 'a.js': A });

/** Own names that a transform might have taken for itself. */
const NAMES = [
  '$hot',
  '$hot1',
  '$hot_0',
  '$hot_0_0',
  '$hot_e0',
  '$hot_b',
  '$hot_d',
  '$hot_g',
  '$hot_m',
  '$hot_n',
  '$hot_v',
  '$hot_w',
  '$hot_x',
  '$hot_default',
  '__hot$default',
  'define',
  'hot',
  '_default',
  'exports',
  'module',
  'require',
];

export const syntax = {
  'this is undefined': `log(this, typeof this, (() => this)(), this === undefined); { log(this); }
log([this], \`\${this}\`, { this: this }.this, (function () { return this; })()); class C { [\`\${this}\`] = 1; } log(new C()); export default this;`,
  'there are no arguments': `log(typeof arguments, attempt(() => arguments), attempt(() => arguments[0]), (function () { return arguments.length; })(1, 2));
const inner = () => typeof arguments; log(inner(), (function () { return (() => arguments[0])(); })(3)); log('arguments' in globalThis, { arguments: 1 }.arguments);`,
  'code is strict': `log(attempt(() => { undeclared = 1; }), attempt(() => { Object.freeze([1])[0] = 2; }), attempt(() => { delete Object.prototype; }));
log((function () { return this; })(), (function (x) { arguments[0] = 2; return x; })(1), attempt(() => (function () {}).caller)); { function inBlock() {} } log(typeof inBlock);`,
  'declarations are not global': {
    files: {
      'case.js': `var v = 1; let l = 2; function fn() {} class C {} log('v' in globalThis, 'l' in globalThis, 'fn' in globalThis, globalThis.C);
log(typeof globalThis.v, new Function('return typeof v')(), (0, eval)('typeof l'), eval('typeof l'), eval('l + v'));`,
    },
    reloads: true,
  },
  'functions are hoisted, also in blocks': `log(f(), typeof g, typeof h, v); function f() { return 'f'; } { log(g()); function g() { return 'g'; } } var v = 1; if (v) { var h = 2; } log(h, typeof g);`,
  'variables are in the temporal dead zone': {
    messages: true,
    files: {
      'case.js': `log(attempt(() => x), attempt(() => typeof y), attempt(() => C), attempt(() => { x = 1; })); let x = 1; const y = 2; class C {} log(x, y, C); export { x };`,
    },
  },
  'import.meta is one object with the url': {
    files: {
      'case.js': `import { meta } from './a.js?query'; log(import.meta === import.meta, import.meta !== meta, typeof import.meta, Object.getPrototypeOf(import.meta));
log(import.meta.url.replace(/.*\\//, ''), meta.url.replace(/.*\\//, ''), (() => import.meta)() === import.meta, import
.meta.url === import./**/meta.url);
import.meta.own = 1; log(import.meta.own, attempt(() => { import.meta.url = 'x'; }), import.meta.url, Object.isExtensible(import.meta), 'url' in import.meta);
const { url, resolve } = import.meta; log(url, resolve('./b.js') === new URL('./b.js', location.href).href, \`\${typeof import.meta}\`);`,
      'a.js': `export const meta = import.meta;`,
    },
    late: ['a.js'],
  },
  'new.target and super where they belong': `class A { constructor() { log(new.target.name); } m() { return 'm'; } static s = 's'; } class B extends A { m() { return super.m(); } static t = super.s; }
log(new B().m(), B.t, { __proto__: { x: 1 }, m() { return super.x; } }.m(), Reflect.construct(function () { return { t: new.target.name }; }, [], B).t);`,
  'class fields and static blocks': using(`import { a, f } from './a.js'; let order = [];
export class C { static x = a; y = a; static [a] = (order.push('computed'), f); #p = a; static #sp = a; get p() { return this.#p; } static { order.push(this.x, C.#sp, typeof this, a); var v = a; log(v); }
  static z = this.x + a; static m = () => this.x; accessor = 1; static async = 2; get = 3; static static = a; has(o) { return #p in o; } 'quoted' = a; 1 = a; f() { return a; } static { try { arguments_; } catch (e) { log(e); } } }
log(order, C.z, C.m(), new C(), new C().p, new C().has(new C()), C.static);`),
  'class fields have a scope of their own': using(
    `import { a } from './a.js'; class C { a = a; b = this.a; static a = a + 1; c = () => a; ['a' + a] = 1; static { const a = 'own'; log(a); } static { { var a = 'var'; } log(a); } } log(new C(), C.a, new C().c());`,
  ),
  'calls of imports at the start of statements need no semicolons':
    using(`import { a, f } from './a.js'
log(1)
f(1)
f\`2\`
const x = a
f(3)
let y = f
f?.(4)
var z
f(5)
if (a) f(6)
else f(7)
for (const q of [1]) f(8)
while (a) { f(9); break }
do f(10); while (!a)
label: f(11)
{ f(12) }
x
f(13)
;[1].map(f)
log(x, y === f, z)
switch (1) { case 1: f(14)
f(15)
default: f(16) }
const fn = () => f(17)
f(fn)(18)
function g() {
  return
  f(19)
}
g()
f
(20)
let i = 1
i
++
i
f(21).call(null, 22)
export default f
f(23)
throw_()
function throw_() { try { throw f } catch { f(24) } finally { f(25) } }
class K { x = f
  y = a }
f(26)
log(new K().y, i)`),
  'members of namespaces at the start of statements': using(`import * as ns from './a.js'
const x = 1
ns.f(1)
ns.o.m()
x
ns.f\`2\`
var y = x
ns
log(ns.o.m(), x, y)
`),
  'where a line ends after import and export': using(`import { a } from './a.js'
export { a }
export * from './a.js'
import b from './a.js'
log(a, b)
export default b
log(1)
import './a.js'
;[a].forEach((x) => log(x))
export { b }
;(() => log(2))()
import { f } from './a.js'
\`\${log(3)}\`
import {} from './a.js'
/x/.test(log(4))
export const c = 1
;[c].map((x) => log(x))`),
  'an empty statement in place of an import': using(
    `import { a } from './a.js';;; import './a.js'; if (a) log(1); else log(2); import { b } from './a.js'; log(b)`,
  ),
  'imports in the middle, on one line': using(
    `log(a); import { a } from './a.js'; log(a); import d from './a.js'; log(d, b); import { b } from './a.js'`,
  ),
  'parameters that hide an import':
    using(`import { a } from './a.js'; function p(a) { return a; } const q = (a) => a, r = a => a, s = ({ a }) => a, t = ([a]) => a, u = ({ x: a = 2 }) => a, v = (...a) => a;
log(p(1), q(1), r(1), s({ a: 1 }), t([1]), u({}), v(1), (function (x = a) { var a = 5; return [x, a]; })(), ((a, x = a) => x)(1), { m(a) { return a; }, set s(a) { log(a); } }.m(1));`),
  'variables that hide an import':
    using(`import { a, f } from './a.js'; { let a = 1; log(a); { log(a); const a2 = a; log(a2); } } (() => { log(a); var a = 2; log(a); })(); { function a() {} log(typeof a); } { class a {} log(typeof a); }
for (let a = 0; a < 1; a++) log(a); for (const a of [1]) log(a); for (const a in { k: 1 }) log(a); for (const { a } of [{ a: 3 }]) log(a); try { throw 1; } catch (a) { log(a); } try { throw { a: 2 }; } catch ({ a }) { log(a); }
switch (1) { case 1: let a = 4; log(a); } (() => { { var a = 5; } log(a); })(); (() => { for (var a of [6]); log(a); })(); (() => { if (true) { function a() {} } log(typeof a); })(); log(a);`),
  'functions and classes that hide an import by their names':
    using(`import { a, f as g } from './a.js'; log((function a() { return typeof a; })(), (class a { static x = typeof a; }).x, (() => { function a() {} return typeof a; })(), (() => { class a {} return typeof a; })(), a);
(function () { log(attempt(() => a)); let a = 1; })(); (function () { log(typeof arguments, typeof a); function a() {} })();`),
  'generated names hide no import, and labels and properties are none':
    using(`import { a, b } from './a.js'; a: for (;;) { b: for (;;) { break a; } } const x = { a: 1, b() { return this.a; }, get c() { return a; } }; log(x.a, x.b(), x.c, x?.a, x['a']);
class C { a = 1; b() { return a; } static a = 2; #a = 3; get x() { return this.#a; } } log(new C().a, new C().b(), C.a, new C().x); const { a: c, b: { length: d } } = { a: 1, b: 'abc' }; log(c, d); log({ a() { return a; } }.a(), { async a() {} }.a.name, { get a() { return 1; } }.a, { 'a': a }.a, { [a]: b }.A);`),
  'a var in a function is not an import': using(
    `import { a } from './a.js'; function f1() { if (false) { var a; } return a; } function f2() { return a; function a() {} } function f3() { try { throw 1; } catch (a) { var a = 2; } return a; } log(f1(), typeof f2(), f3(), a);`,
  ),
  'names written with escapes': using(
    `import { \\u0061, b as \\u{62}c } from './a.js'; log(a, bc, \\u0061, { \\u0061 }); export let \\u0078 = 1; export const w = () => { x++; \\u0078++; return x; }; log(w()); export { x as \\u0079 };`,
  ),
  'names beyond ASCII': {
    'case.js': `import { ä, 𝒳 as y, 日本 } from './a.js'; log(ä, y, 日本, { ä }, '😀', ä + '😀'); ä; log(\`😀\${ä}😀\${y}\`);`,
    'a.js': `/* 😀 */ export const ä = '😀ä'; export let 𝒳 = 1; export function 日本() {} /* é */`,
  },
  'line separators in strings and comments': using(
    `import { a } from './a.js'; // one\u2028log('two'); /* \u2029 */ log(a, '\u2028', '\\u2028');`,
  ),
  'a hashbang': using(`#!/usr/bin/env node import x
import { a } from './a.js'; log(a);`),
  'a byte order mark': using(`\ufeffimport { a } from './a.js'; log(a);`),
  'lines that end with a carriage return': using(
    `import { a } from './a.js';\r\n// one\rlog(a);\r\nlog(\`\r\n\`.length);`,
  ),
  'comments at every place of an import':
    using(`/*0*/import/*1*/d/*2*/,/*3*/{/*4*/a/*5*/as/*6*/x/*7*/,/*8*/b/*9*/,/*10*/}/*11*/from/*12*/'./a.js'/*13*/;/*14*/import/**/*/**/as/**/ns/**/from/**/'./a.js'/**/
import// a
{// b
f// c
}// d
from// e
'./a.js'// f
log(d, x, b, ns.a, typeof f); export/**/{/**/x/**/as/**/y/**/}/**/; export/**/*/**/from/**/'./a.js'`),
  'comments at the end without a line end': using(`import { a } from './a.js'; log(a); // the end`),
  'text that looks like imports':
    using(`import { a } from './a.js'; log("import { a } from 'x'", /import\\.meta/.source, \`export default \${a} import('x')\`, { import: 1, export: 2, default: 3 }.import); // import 'y'
const o = { import: (x) => x, meta: 1, from: 2, as: 3 }; log(o.import(1), o?.import?.(2), o.meta); let from = 1, as = 2, async = 3, of = 4, get = 5, set = 6, type = 7, defer = 8, source = 9, meta = 10; log(from, as, async, of, get, set, type, defer, source, meta);`),
  'imports called as, from, of and so on': {
    'case.js': `import as, { as as from, from as as2, of, async, get } from './a.js'; import * as let_ from './a.js'; log(as, from, as2, of, async, get); async
log(async); for (async of => {}; false;); log(let_.as); export { as as as, from as from };`,
    'a.js': `export default 'default'; export const as = 'as', from = 'from', of = 'of', async = 'async', get = 'get';`,
  },
  'imports called undefined things': {
    'case.js': `import { x as undefined_, NaN_ as eval_ } from './a.js'; import { x as Object } from './a.js'; import { y as globalThis_, Array } from './a.js'; log(undefined_, eval_, Object, globalThis_, Array, [].constructor === Array);`,
    'a.js': `export const x = 1, NaN_ = 2, y = 3, Array = 4;`,
  },
  'own variables that hide globals': `const Object = 1, Promise = 2, Proxy = 3, Reflect = 4, Symbol = 5; let globalThis_ = 6; function Error_() {} class Map {} export { Object, Map }; export default function () { return Promise; } export function f() { return Object; }
import d, { f as g, Object as O } from './case.js'; log(Object, Promise, Proxy, Reflect, Symbol, d(), g(), O, typeof Map); log(d.name);`,
  'own variables with generated names': {
    'case.js': `import d, { a, write } from './a.js'; import * as all from './a.js'; write(); log(d.name, a, ${NAMES.map((name) => `all.${name}`).join(', ')}); ${NAMES.map((name) => `{ let ${name} = a; log(${name}, all.a, d.name); }`).join(' ')}`,
    'a.js': `${NAMES.map((name) => `export let ${name} = '${name}';`).join(' ')} export let a = 1; export default class {} export function write() { ${NAMES.map((name) => `${name} += a;`).join(' ')} a++; }`,
  },
  'imports with generated names': {
    'case.js': `import { ${NAMES.map((name) => `x as ${name}`).join(', ')} } from './a.js'; import d from './a.js'; log(${NAMES.join(', ')}, d, typeof arguments); export { ${NAMES.join(', ')} }; export default () => $hot;`,
    'a.js': `export const x = 'x'; export default 'd';`,
  },
  'properties and globals with generated names': `globalThis.$hot = 1; globalThis.$hot1 = 2; log($hot, $hot1, { $hot }, typeof $hot2, typeof $hot_e0); export let x = 1; export const f = () => { x++; }; export default (() => {}); f(); log(x);`,
  'functions with names of portals': {
    'case.js': `import './a.js';`,
    'a.js': `import './b.js'; export var v = function $hot_e0() { return 'never called'; }; export function $hot_e1() { return 'called'; }`,
    'b.js': `import { v, $hot_e1 } from './a.js'; log(v, $hot_e1.name, $hot_e1()); import * as a from './a.js'; log(a.v, a.$hot_e1.name);`,
  },
  'a direct eval': {
    files: {
      'case.js': `let x = 1; log(eval('x'), eval('x = 2'), x, eval('typeof this'), eval('var y = 3; y'), typeof y, eval('(() => x)()')); export { x };`,
    },
    reloads: true,
  },
  'a direct eval beside imports': {
    files: {
      'case.js': `import { a } from './a.js'; let x = 1; log(eval('x + 1'), eval('a'), attempt(() => eval('a = 1')), a); function f() { let own = 2; return eval('own + a'); } log(f());`,
      'a.js': A,
    },
    reloads: true,
  },
  'debugger, with-like names and empty code': using(
    `import { a } from './a.js'; debugger; ; {} ;; if (a); else; for (;;) break; log('end')`,
  ),
  'a module of nothing': {
    files: {
      'case.js': `import './empty.js'; import './comment.js'; import './semicolon.js'; log('case');`,
      'empty.js': '',
      'comment.js': '// nothing',
      'semicolon.js': ';',
    },
    // A file that is saved empty may be one that is still being written.
    late: ['empty.js'],
  },
  'HTML-like comments are operators': `let x = 1; log(x<! --x, x); log(x-->0, x);`,
  'stacks of calls have the lines of the source': {
    'case.js': `import { where } from './a.js'; log(where());`,
    'a.js': `import './b.js';\n\nexport const where = () =>\n  /a\\.js:(\\d+)/.exec(new Error().stack)?.[1] ?? /:(\\d+):\\d+\\)?$/m.exec(new Error().stack)?.[1];`,
    'b.js': 'export const x = 1;',
  },
  'the text of functions and classes': `export function f(a) { /* comment */ return a; } export class C { m() { return 1; } } export default function () { return 2; } log(f.toString(), C.toString(), (() => 1).toString());`,
  'lone surrogates and odd characters': `log('\\ud800'.length, '\\u{1F600}'.length, /\\p{L}/u.test('é'), '\u00a0'.length, '\0'.length);`,
  'numbers, strings, templates, regular expressions': `log(0x10, 0b11, 0o17, 1_000, .5, 1e3, 10n, 0.0000001, 'a\\
b', \`\\u0041\\x41\`, String.raw\`\\u\`, /[/]\\/(?<n>x)/u.source, 'x'.match(/(?<n>x)/).groups.n, 1 / 2 / 1, a++ / 2); var a = 1;`,
  'using declarations': `{ using x = { [Symbol.dispose]() { log('disposed'); } }; log('in', typeof x); } log('out');`,
};
