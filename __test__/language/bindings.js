/** Imports are bindings: live, and not assignable. */

const COUNTER = `export let count = 0; export const raise = () => { count += 1; return count; };
export default count; export { count as renamed };`;

export const bindings = {
  'imports are live': {
    'case.js': `import { count, raise, renamed } from './a.js'; import * as all from './a.js'; import d from './a.js';
log(count, renamed, all.count, d); raise(); log(count, renamed, all.count, d);`,
    'a.js': COUNTER,
  },
  'imports through re-exports are live': {
    'case.js': `import { count, again } from './star.js'; import { raise, all } from './named.js';
raise(); log(count, again, all.count); raise(); log(count, again, all.count);`,
    'a.js': COUNTER,
    'star.js': `export * from './a.js'; export { count as again } from './named.js';`,
    'named.js': `import { count, raise } from './a.js'; import * as all from './a.js'; export { count, raise, all };`,
  },
  'an exported default function is live, an exported default expression is not': {
    'case.js': `import f, { change } from './f.js'; import x, { change as changeX } from './x.js';
change(); changeX(); log(f(), x);`,
    'f.js': `export default function f() { return 1; } export const change = () => { f = () => 2; };`,
    'x.js': `let x = 1; export default x; export const change = () => { x = 2; };`,
  },
  'an exported default class is live': {
    'case.js': `import C, { change } from './c.js'; const before = C; change(); log(before === C, C);`,
    'c.js': `export default class C {} export const change = () => { C = 1; };`,
  },
  'export { x as default } is live': {
    'case.js': `import x, { change } from './x.js'; change(); log(x);`,
    'x.js': `let x = 1; export { x as default }; export const change = () => { x = 2; };`,
  },
  'what is assigned in a callback later': {
    'case.js': `import { x, kept } from './a.js'; log(x); await kept; log(x);`,
    'a.js': `export let x = 1; export const kept = Promise.resolve().then(() => { x = 2; });`,
  },
  'imports cannot be assigned': {
    'case.js': `import d, { x, f, C } from './a.js'; import * as all from './a.js';
for (const run of [() => { d = 1; }, () => { x = 1; }, () => { f = 1; }, () => { C = 1; }, () => { all = 1; },
  () => { x += 1; }, () => { x++; }, () => { --x; }, () => { x ??= 1; }, () => { x &&= 1; }, () => { x ||= 1; },
  () => { [x] = [1]; }, () => { ({ x } = { x: 1 }); }, () => { ({ y: x } = { y: 1 }); }, () => { ({ x = 2 } = {}); },
  () => { [...x] = [1]; }, () => { ({ ...x } = {}); }, () => { for (x of [1]); }, () => { for (x in { a: 1 }); },
  () => { [x = 3] = []; }, () => { ({ a: [x] } = { a: [1] }); }, () => { all++; }, () => { [all] = [1]; },
]) log(attempt(run));
log(d, x, typeof f, typeof C);`,
    'a.js': `export const x = 1; export function f() {} export class C {} export default 4;`,
  },
  'the value is computed before an import refuses it': {
    'case.js': `import { x, y } from './a.js'; log(attempt(() => { x = (log('value'), 1); }));
log(attempt(() => { x += (log('value'), 1); }), attempt(() => { y ??= log('never'); }), attempt(() => { x ??= log('value'); }));
log(attempt(() => { y ||= log('never'); }), attempt(() => { y &&= log('value'); }));`,
    'a.js': `export let x; export const y = 1;`,
  },
  'a namespace is read before it refuses to be assigned': {
    'case.js': `import * as all from './a.js'; log(attempt(() => all ??= log('never')), attempt(() => all ||= log('never')));
log(attempt(() => { all &&= log('value'); }), attempt(() => { all += log('value'); }), attempt(() => { all = log('value'); }));
for (const x of []) for (all of []); log(attempt(() => { for (all in { all }); }), attempt(() => { ({ all = log('value') } = {}); }), all.x);`,
    'a.js': `export const x = 1; export const all = 0;`,
  },
  'constants cannot be assigned': `export const x = 1; const y = 2; log(attempt(() => { x = 2; }), attempt(() => { y++; }));
log(attempt(() => { [x] = [2]; }), attempt(() => { for (y of [1]); }), x, y);`,
  'names of function and class expressions cannot be assigned': `export default (function f() { try { f = 1; } catch (error) { log(error); } return f; })();
const C = class D { static m() { D = 1; } }; log(attempt(() => C.m()), C.name);`,
  'the name of a class declaration cannot be assigned in it': `export class C { static m() { C = 1; } } export default class E { static m() { E = 1; } }
log(attempt(() => C.m()), attempt(() => E.m())); C = 2; log(C);`,
  'typeof an import': {
    'case.js': `import d, { f, x } from './a.js'; import * as all from './a.js'; log(typeof d, typeof f, typeof x, typeof all);`,
    'a.js': `export const x = undefined; export function f() {} export default class {}`,
  },
  'this of a call is undefined, of a call through a namespace it is the namespace': {
    'case.js': `import { f, f as g } from './a.js'; import * as all from './a.js'; import d from './a.js';
log(f() === undefined, g?.() === undefined, f\`\` === undefined, (f)() === undefined, d() === undefined);
log(all.f() === all, all?.f() === all, all['f']() === all, (all.f)() === all, (0, all.f)() === undefined, all.f\`\` === all);
log(new f() instanceof f, new all.f() instanceof f, new all.f instanceof f, new f instanceof f);`,
    'a.js': `export function f() { return new.target ? undefined : this; } export default function () { return this; }`,
  },
  'calls of what is not a function': {
    messages: true,
    files: {
      'case.js': `import { x } from './a.js'; import * as all from './a.js';
log(attempt(() => x()) instanceof TypeError, attempt(() => all.x()) instanceof TypeError, attempt(() => all.nothing()) instanceof TypeError);
log(x?.y, x?.(), attempt(() => new x()) instanceof TypeError, all.none?.());`,
      'a.js': `export const x = undefined;`,
    },
  },
  'new with the members of imports': {
    'case.js': `import { box, make } from './a.js'; import * as all from './a.js';
log(new box.C() instanceof box.C, new box.C(1).value, new (make())(2).value, new all.box.C(3).value, new (box['C'])().value);`,
    'a.js': `class C { constructor(value) { this.value = value; } } export const box = { C }; export const make = () => C;`,
  },
  'direct and optional members of imports': {
    'case.js': `import { o, none } from './a.js'; o.n = 1; o.n += 1; o['n']++; delete o.gone;
log(o, o?.n, none?.n, none?.[log('never')], none?.f(log('never')), delete o.n, 'n' in o);`,
    'a.js': `export const o = { gone: 1 }; export let none;`,
  },
  'shorthand properties': {
    'case.js': `import d, { a, b as c } from './a.js'; import * as all from './a.js';
log({ a, c, d }, { all }.all === all, { a: a, [a]: a, a() { return 1; } }.a());
const { a: x = a, [a]: y = c } = {}; log(x, y); log((({ z = a }) => z)({}), [a, c], \`\${a}\`);`,
    'a.js': `export const a = 'A', b = 'B'; export default 'D';`,
  },
  'an import that has a string for a name': {
    'case.js': `import { 'x y' as xy, '😀' as smile, 'default' as d } from './a.js'; import * as all from './a.js';
log(xy, smile, d, Object.keys(all), all['x y'], typeof xy());`,
    'a.js': `const x = 1; function f() {} export { f as 'x y', x as '😀', x as 'default' };`,
  },
  'an import in every place of an expression': {
    'case.js': `import { a, f, o, C } from './a.js';
const fn = (p = a) => p; class D extends C { [a] = a; static s = a; m(x = a) { return x + super.m(); } get g() { return a; } }
log(fn(), new D().A, D.s, new D().m(), new D().g, a ? a : 0, a && f(a), !a, -a, void a, (a, a), [...a], { ...o }, a in o, o instanceof C);
log(\`\${a}\${f(\`\${a}\`)}\`, f\`x\${a}y\`, typeof f, a?.length, o?.[a], f?.(a), a ?? 1, [a][0], (() => a)(), (function () { return a; })());
label: for (const x of [a]) { for (const i in { [a]: 1 }) { log(x, i); continue label; } }
switch (a) { case a: log('case'); } if (a) log('if'); while (a) break; do { log('do'); } while (!a); with_: { break with_; }
for (let i = a; i === a; i = 0) log(i); try { throw a; } catch (error) { log(error); } const { [a]: got } = { A: 1 }; log(got);
function* gen() { yield a; yield* [a]; } log([...gen()]); log(await (async () => { await a; return a; })());
log(/a/.test(a), a.at(0).at?.(0), a + +a, a
/1/1, -f(1), (a, f)(2), a instanceof Object);`,
    'a.js': `export const a = 'A'; export const f = (x, y) => y ?? x; export const o = { A: 1 }; export class C { m() { return 'm'; } }`,
  },
};
