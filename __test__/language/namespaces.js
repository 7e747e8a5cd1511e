/** Module namespace exotic objects. */

const A = `export let b = 1; export const a = 2; export function f() {} export class C {} export default 3;
export { a as '-1', a as Z, a as 'é', a as 'x y' }; export const change = () => { b = 4; };`;

/** Logs from a module that has the namespace of the above as `ns`. */
const about = (code) => ({ 'case.js': `import * as ns from './a.js'; ${code}`, 'a.js': A });

export const namespaces = {
  'keys are the names of all exports, sorted': about(
    `log(Reflect.ownKeys(ns).map(String), Object.keys(ns), Object.getOwnPropertyNames(ns)); for (const key in ns) log(key);`,
  ),
  properties: about(
    `for (const key of ['a', 'b', 'default', 'none']) log(key, Object.getOwnPropertyDescriptor(ns, key), key in ns, Object.hasOwn(ns, key));
log(Object.getOwnPropertyDescriptor(ns, Symbol.toStringTag), attempt(() => String(ns)), Object.prototype.toString.call(ns));
log(ns.none, ns.toString, ns.constructor, ns.__proto__, ns[Symbol.iterator], ns.hasOwnProperty, ns.then);`,
  ),
  'it is neither extensible nor frozen': about(
    `log(Object.isExtensible(ns), Object.isSealed(ns), attempt(() => Object.isFrozen(ns)), Reflect.isExtensible(ns));
log(Object.getPrototypeOf(ns), Reflect.getPrototypeOf(ns), typeof ns, ns instanceof Object, Array.isArray(ns));
log(Reflect.preventExtensions(ns), attempt(() => Object.preventExtensions(ns) === ns), attempt(() => Object.seal(ns) === ns), attempt(() => Object.freeze(ns)));`,
  ),
  'its prototype stays null': about(
    `log(Reflect.setPrototypeOf(ns, null), Reflect.setPrototypeOf(ns, {}), attempt(() => Object.setPrototypeOf(ns, {})), attempt(() => Object.setPrototypeOf(ns, null) === ns));`,
  ),
  'nothing can be set': about(
    `log(attempt(() => { ns.a = 1; }), attempt(() => { ns.b = 1; }), attempt(() => { ns.none = 1; }), attempt(() => { ns[Symbol()] = 1; }));
log(Reflect.set(ns, 'a', 1), Reflect.set(ns, 'b', 1), Reflect.set(ns, 'none', 1), Reflect.set(ns, Symbol.toStringTag, 'x'));
log(attempt(() => { ns.b++; }), attempt(() => { ns.b += 1; }), attempt(() => { ns.b ??= 1; }), attempt(() => { [ns.b] = [1]; }), attempt(() => { ({ x: ns.b } = { x: 1 }); }));
log(attempt(() => { for (ns.b of [1]); }), attempt(() => Object.assign(ns, { a: 1 })), attempt(() => { ns['b'] = 1; }), ns.b);`,
  ),
  'nothing can be deleted, but what is not there': about(
    `log(attempt(() => delete ns.a), attempt(() => delete ns.none), attempt(() => delete ns['b']), attempt(() => delete ns[Symbol.toStringTag]));
log(Reflect.deleteProperty(ns, 'a'), Reflect.deleteProperty(ns, 'none'), Reflect.deleteProperty(ns, Symbol.iterator));`,
  ),
  'properties can be defined as they are': about(
    `const define = (key, descriptor) => log(Reflect.defineProperty(ns, key, descriptor), attempt(() => Object.defineProperty(ns, key, descriptor) === ns));
define('a', {}); define('a', { value: 2 }); define('a', { value: 3 }); define('a', { writable: true, enumerable: true, configurable: false });
define('a', { configurable: true }); define('a', { enumerable: false }); define('a', { writable: false }); define('a', { get() {} });
define('none', { value: 1 }); define(Symbol.toStringTag, { value: 'Module', writable: false }); define(Symbol.toStringTag, { value: 'x' });`,
  ),
  'inheriting from it': about(
    `const heir = Object.create(ns); log(heir.a, 'a' in heir, attempt(() => { heir.a = 1; }), attempt(() => { heir.none = 1; }), Reflect.set({}, 'a', 1, ns), Reflect.get(ns, 'a', {}));`,
  ),
  'it is one object': {
    'case.js': `import * as one from './a.js'; import * as two from './a.js'; import { a as three } from './b.js'; import * as b from './b.js';
log(one === two, one === three, one === b.a, one === await import('./a.js'), b.inner === b.inner, b.a === b.inner, new Set([one, two]).size, { one }.one === two);`,
    'a.js': A,
    'b.js': `import * as a from './a.js'; export { a }; export * as inner from './a.js';`,
  },
  'it is live': about(
    `const { b } = ns; const kept = ns; ns.change(); log(b, ns.b, kept.b, Object.entries(ns).length, { ...ns }.b, JSON.stringify(Object.values(ns).filter((x) => typeof x === 'number')));`,
  ),
  'of a module in a cycle that has not run': {
    files: {
      'case.js': `import './a.js';`,
      'a.js': `import './b.js'; export let x = 1; export var v = 2; export function f() {} export default class {}`,
      'b.js': `import * as ns from './a.js'; import * as self from './b.js'; export let own = 1;
log(Object.getOwnPropertyNames(ns), 'x' in ns, Reflect.has(ns, 'default'), typeof ns.f, ns.v, Object.prototype.toString.call(ns));
for (const read of [() => ns.x, () => ns.default, () => Object.keys(ns), () => Object.hasOwn(ns, 'x'), () => Object.getOwnPropertyDescriptor(ns, 'x'),
  () => Object.entries(ns), () => ({ ...ns }), () => { for (const key in ns) log(key); }, () => Object.isFrozen(ns), () => ns.propertyIsEnumerable,
  () => Object.prototype.propertyIsEnumerable.call(ns, 'x'), () => Reflect.get(ns, 'x'), () => Reflect.defineProperty(ns, 'x', {}), () => Object.getOwnPropertyDescriptors(ns),
]) { const result = attempt(read); log(result instanceof Error ? result.name : result); }
log(attempt(() => ns.x), attempt(() => ns['x']), Reflect.set(ns, 'x', 1), Reflect.deleteProperty(ns, 'x'), self.own);`,
    },
  },
  'of a module without exports': {
    'case.js': `import * as ns from './a.js'; import * as self from './case.js'; log(Reflect.ownKeys(ns).length, Object.prototype.toString.call(self), Object.isFrozen(ns), Object.isFrozen(self));`,
    'a.js': '// nothing',
  },
  'members that are called, tagged, constructed, deleted and assigned': about(
    `log(new ns.C() instanceof ns.C, ns.f(), ns.f\`\`, ns?.f?.(), ns.a.toFixed(1), ns.none?.(), attempt(() => ns.none()), attempt(() => new ns.a()), typeof ns.none);`,
  ),
  'in operators and conversions': about(
    `log(ns == ns, ns === ns, !ns, typeof ns, attempt(() => ns + ''), attempt(() => +ns), attempt(() => \`\${ns}\`), attempt(() => ns.valueOf()), ns ? 1 : 2);
log(attempt(() => [...ns]), Object.is(ns, ns), JSON.stringify(ns), new WeakSet([ns]).has(ns), attempt(() => ns()), attempt(() => new ns()));`,
  ),
  patterns: about(
    `const { a, b: x = 5, none = 6, ['f']: f, ...rest } = ns; log(a, x, none, f, Object.keys(rest)); let y; ({ a: y } = ns); log(y);`,
  ),
  'it has no then unless it is exported': {
    'case.js': `import * as ns from './a.js'; log(await ns); log(await import('./a.js'));`,
    'a.js': `export function then(resolve) { resolve('then'); }`,
  },
  'of JSON': {
    'case.js': `import * as ns from './data.json' with { type: 'json' }; log(Reflect.ownKeys(ns).map(String), ns.default, Object.getOwnPropertyDescriptor(ns, 'default'));`,
    'data.json': '{ "a": 1 }',
  },
  'names of objects as exports': {
    'case.js': `import * as ns from './a.js'; log(Reflect.ownKeys(ns).map(String), ns.__proto__, ns.constructor, ns.hasOwnProperty, ns.toString());`,
    'a.js': `export const __proto__ = 1, constructor = 2, hasOwnProperty = 3; export function toString() { return 'own'; }`,
  },
};
