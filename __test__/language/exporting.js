/** Names of defaults, and which binding an export is (ResolveExport). */

/** A default export, and what it is called. */
const named = (declaration) => ({
  'case.js': `import d from './a.js'; log(typeof d, Object.getOwnPropertyDescriptor(d, 'name') ?? 'no name', d.length);
log(Object.prototype.toString.call(d), Object.getOwnPropertyNames(d).join());`,
  'a.js': declaration,
});

const DEFAULTS = [
  'export default function () {}',
  'export default function* () {}',
  'export default async function () {}',
  'export default async function* () {}',
  'export default async /* function */ function () {}',
  'export default async /* function */ function /* x */ * /* y */ (a, { b }) /* () */ {}',
  'export default function /* x */ * /* y */ () {}',
  'export default function named() {}',
  'export default class {}',
  'export default class Named {}',
  'export default class { static name = "own"; }',
  'export default class { static name() {} }',
  'export default class { static seen = this.name; }',
  'export default class { static { log(this.name); } }',
  'export default class extends Array {}',
  'export default () => {}',
  'export default async () => {}',
  'export default async (x) => x',
  'export default x => x',
  'export default (function () {})',
  'export default (function named() {})',
  'export default (class {})',
  'export default ((class {}))',
  'export default (class { static name = "own" })',
  'export default (() => {})',
  'export default (0, () => {})',
  'export default true && (() => {})',
  'export default [() => {}][0]',
  'export default { f() {} }.f',
  'export default { f: () => {} }.f',
  'export default\n// function\nfunction\n// name\n()\n{}',
  'export default/**/function/**/(/**/)/**/{}/**/',
  'export default(class{})',
  'export default function(){} log("after")',
  'export default class{} log("after")',
  'export default function \\u0061() {}',
];

export const exporting = {
  ...Object.fromEntries(
    DEFAULTS.map((one) => [`the name of ${one.replaceAll('\n', '\\n')}`, named(one)]),
  ),
  'defaults that are no functions': {
    'case.js': `import a from './a.js'; import b from './b.js'; import c from './c.js'; import e from './e.js'; log(a, b, c, e);`,
    'a.js': 'export default [1, 2]',
    'b.js': 'export default\n/x/g\n.test("x")',
    'c.js': `export default \`a\${1}\`;[1].map(log)`,
    'e.js': 'const x = 1; export default x ? "yes" : "no"',
  },
  'a default expression that begins as a function does': {
    'case.js': `import a from './a.js'; import b from './b.js'; log(a, b);`,
    'a.js': 'export default (function () { return 1; })()',
    'b.js': 'export default (class { static x = 2; }).x',
  },
  'an anonymous default function is hoisted': {
    'case.js': `import d from './case.js'; log(d(), d.name); export default function () { return 1; }`,
  },
  'an anonymous default class is not': {
    messages: true,
    files: {
      'case.js': `import d from './case.js'; log(attempt(() => d) instanceof ReferenceError); export default class { static x = 1; } log(d.x);`,
    },
  },
  'a default that runs in the order of the code': {
    'case.js': `import d from './a.js'; log(d);`,
    'a.js': `log('before'); export default (log('default'), 'value'); log('after');`,
  },
  'two paths to one binding are not ambiguous': {
    'case.js': `import { x } from './top.js'; import * as top from './top.js'; log(x, Object.keys(top));`,
    'top.js': `export * from './left.js'; export * from './right.js';`,
    'left.js': `export * from './bottom.js';`,
    'right.js': `export { x } from './bottom.js';`,
    'bottom.js': `export const x = 1; export default 2;`,
  },
  'two paths to one import are not ambiguous': {
    'case.js': `import { x } from './top.js'; log(x);`,
    'top.js': `export * from './left.js'; export * from './right.js';`,
    'left.js': `import { y } from './bottom.js'; export { y as x };`,
    'right.js': `import { y as z } from './bottom.js'; export { z as x };`,
    'bottom.js': `export const y = 1;`,
  },
  'two paths to one namespace are not ambiguous': {
    'case.js': `import { x } from './top.js'; log(x.y);`,
    'top.js': `export * from './left.js'; export * from './right.js';`,
    'left.js': `export * as x from './bottom.js';`,
    'right.js': `export * as x from './bottom.js';`,
    'bottom.js': `export const y = 1;`,
  },
  'a star beside a star of its re-export is not ambiguous': {
    'case.js': `import { x } from './top.js'; import * as top from './top.js'; log(x, Object.keys(top));`,
    'top.js': `export * from './through.js'; export * from './bottom.js';`,
    'through.js': `export { x } from './bottom.js';`,
    'bottom.js': `export const x = 1;`,
  },
  'ambiguous names are no exports': {
    'case.js': `import * as top from './top.js'; import { y, z } from './top.js'; log(Object.keys(top), top.x, 'x' in top, y, z);`,
    'top.js': `export * from './left.js'; export * from './right.js';`,
    'left.js': `export const x = 1, y = 2;`,
    'right.js': `export const x = 3, z = 4;`,
  },
  'an ambiguous name cannot be imported': {
    refused: true,
    files: {
      'case.js': `import { x } from './top.js'; log(x);`,
      'top.js': `log('top'); export * from './left.js'; export * from './right.js';`,
      'left.js': `export const x = 1;`,
      'right.js': `export const x = 2;`,
    },
  },
  'own names come before stars': {
    'case.js': `import { x, y } from './top.js'; import * as top from './top.js'; log(x, y, top.x, top.y);`,
    'top.js': `export * from './left.js'; export * from './right.js'; export const x = 'own'; export { z as y } from './left.js';`,
    'left.js': `export const x = 1, y = 2, z = 3;`,
    'right.js': `export const x = 4, y = 5;`,
  },
  'a star brings no default': {
    'case.js': `import * as top from './top.js'; log(Object.keys(top));`,
    'top.js': `export * from './a.js'; export { default as other } from './a.js';`,
    'a.js': `export default 1; export const x = 2;`,
  },
  'a default that only a star could bring cannot be imported': {
    refused: true,
    files: {
      'case.js': `import d from './top.js'; log(d);`,
      'top.js': `export * from './a.js';`,
      'a.js': `export default 1;`,
    },
  },
  'stars in a circle': {
    'case.js': `import { a, b } from './a.js'; import * as all from './b.js'; log(a, b, Object.keys(all), all.a);`,
    'a.js': `export * from './b.js'; export const a = 'a';`,
    'b.js': `export * from './a.js'; export const b = 'b';`,
  },
  'a star of itself': `export * from './case.js'; export const x = 1; import * as self from './case.js'; log(Object.keys(self), self.x);`,
  're-exports in a circle cannot be imported': {
    refused: true,
    files: {
      'case.js': `import { x } from './a.js'; log(x);`,
      'a.js': `export { x } from './b.js'; log('a');`,
      'b.js': `export { x } from './a.js'; log('b');`,
    },
  },
  're-exports in a circle fail though nobody imports them': {
    refused: true,
    files: {
      'case.js': `export { x } from './a.js'; log('case');`,
      'a.js': `export { x } from './case.js'; log('a');`,
    },
  },
  're-exports in a circle of other names end where they are': {
    'case.js': `import { x } from './a.js'; log(x);`,
    'a.js': `export { y as x } from './b.js'; export const z = 'z';`,
    'b.js': `export { z as y } from './a.js';`,
  },
  'a star of a module where a name is missing': {
    refused: true,
    files: {
      'case.js': `import { none } from './top.js'; log(none);`,
      'top.js': `export * from './a.js';`,
      'a.js': `export const x = 1;`,
    },
  },
  'a name of a circle of stars that nobody has': {
    refused: true,
    files: {
      'case.js': `import { none } from './a.js'; log(none);`,
      'a.js': `export * from './b.js';`,
      'b.js': `export * from './a.js';`,
    },
  },
  're-exports with all kinds of names': {
    'case.js': `import { default as a, 'b c' as b, d, ns } from './through.js'; import * as all from './through.js';
log(a, b, d, ns.x, Object.keys(all));`,
    'through.js': `export { x as default, y as 'b c', default as d, 'z z' as z } from './a.js'; export * as ns from './a.js'; export * as 'n s' from './a.js';`,
    'a.js': `export const x = 1, y = 2; export default 3; export { x as 'z z' };`,
  },
  'a name of no characters': {
    'case.js': `import { '' as a, again, raise } from './through.js'; import * as all from './through.js'; raise(); log(a, again, all[''], Object.keys(all));`,
    'through.js': `export { '' } from './a.js'; export { '' as again, raise } from './a.js';`,
    'a.js': `let a = 1; export { a as "" }; export const raise = () => { a++; };`,
  },
  'imports that are exported again': {
    'case.js': `import { a, b, ns, d } from './through.js'; import d2 from './through.js'; log(a, b, ns.b, d, d2);`,
    'through.js': `import d, { a, b as c } from './a.js'; import * as ns from './a.js'; export { a, c as b, ns, d, d as default }; log(a, c, ns.a);`,
    'a.js': `export let a = 1, b = 2; export default 3;`,
  },
  'all forms of declarations': {
    'case.js': `import * as all from './a.js'; log(all);`,
    'a.js': `export let a = 1, b, [c, , ...d] = [2, 3, 4, 5]; export const { e, f: { g }, h = 6, ...i } = { e: 7, f: { g: 8 }, j: 9 };
export var k; export function l() {} export async function* m() {} export class n extends Object {} let o = 10; export { o, o as p };
export { q }; var q = 11; export {}; export { r as s, }; const r = 12;`,
  },
  'exports before their declarations': {
    'case.js': `import { f, x } from './a.js'; log(f(), x);`,
    'a.js': `export { f, x }; log(f()); let x = 1; function f() { return 'f'; }`,
  },
  'declarations that span lines, and comments in between': {
    'case.js': `import d, * as all from './a.js'; log(d, all);`,
    'a.js': `export\n/* a */ let // b\na = 1\nexport\nconst\nb = 2\nexport // c\n{ /* d */ a /* e */ as /* f */ c // g\n, }\nexport\ndefault\na\n+ b`,
  },
};
