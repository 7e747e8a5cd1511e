/** import(): ImportCall, and what its promise is kept with. */

const A = `log('a'); export let x = 1; export const raise = () => { x += 1; }; export default 'default';`;

export const dynamic = {
  'it is kept with the namespace': {
    'case.js': `import * as ns from './a.js'; const a = await import('./a.js'); log(a === ns, a.x, a.default, Object.keys(a)); a.raise(); log(a.x, ns.x);
log(import('./a.js') === import('./a.js'), import('./a.js') instanceof Promise, Object.getPrototypeOf(import('./a.js')) === Promise.prototype);`,
    'a.js': A,
  },
  'it runs what has not run, after what is running': {
    'case.js': `const a = import('./a.js'); log('case'); globalThis.finished = a.then(({ x }) => log(x));`,
    'a.js': A,
  },
  'specifiers are converted': {
    'case.js': `for (const one of [{ toString: () => './a.js' }, ['./a.js'], new String('./a.js'), new URL('./a.js', import.meta.url), { [Symbol.toPrimitive]: (hint) => (log(hint), './a.js') }])
  log((await import(one)).x);`,
    'a.js': A,
  },
  'what a conversion throws is what it rejects with': {
    messages: true,
    files: {
      'case.js': `const thrown = { a: 'thrown' }; for (const one of [{ toString() { throw thrown; } }, { get [Symbol.toPrimitive]() { throw thrown; } }])
  log(await import(one).then(() => 'kept', (error) => error === thrown));
log(await import(Symbol('x')).catch((error) => error.name), await import({ toString: () => ({}), valueOf: () => ({}) }).catch((error) => error.name));`,
    },
  },
  'what the specifier itself throws is thrown': `log(attempt(() => import((() => { throw new RangeError(); })())), attempt(() => import(nothing)));`,
  'what cannot be resolved rejects': {
    'case.js': `for (const one of ['bare', '', undefined, null, 1, 'http://', './missing.js']) log(String(one), await import(one).catch((error) => error));`,
  },
  options: {
    'case.js': `for (const options of [undefined, {}, { with: undefined }, { with: {} }, { other: 1 }, null, 1, { with: 1 }, { with: null }, { with: { type: 1 } }, { with: { type: 'none' } }, { with: { none: 'x' } },
  { get with() { throw new RangeError(); } }, { with: { get type() { throw new RangeError(); } } }])
  log(await import('./a.js', options).then(({ x }) => x, (error) => error));
log(await import('./a.js',).then(({ x }) => x), await import('./a.js', {},).then(({ x }) => x));`,
    'a.js': A,
  },
  JSON: {
    'case.js': `const data = await import('./data.json', { with: { type: 'json' } }); log(data.default, Object.keys(data), (await import('./data.json', { with: { type: 'json' } })) === data);
data.default.a = 2; log((await import('./data.json', { with: { type: 'json' } })).default, await import('./data.json').catch((error) => error));`,
    'data.json': '{ "a": 1 }',
  },
  'JSON that is wrong': {
    files: {
      'case.js': `log(await import('./data.json', { with: { type: 'json' } }).catch((error) => error));`,
      'data.json': '{ a: 1 }',
    },
    late: ['data.json'],
  },
  'code that is wrong': {
    files: {
      'case.js': `for (const name of ['broken', 'above', 'broken']) log(await import('./' + name + '.js').catch((error) => error)); log('case');`,
      'above.js': `import './beside.js'; import './broken.js'; log('above');`,
      'beside.js': `log('beside');`,
      'broken.js': `log('broken'); }`,
    },
    late: ['broken.js', 'above.js', 'beside.js'],
  },
  'names that are missing': {
    files: {
      'case.js': `log(await import('./above.js').catch((error) => error)); log((await import('./a.js')).x);`,
      'above.js': `import { none } from './a.js'; log('above');`,
      'a.js': A,
    },
    late: ['above.js', 'a.js'],
  },
  'what is loaded late finds the names that are new by then': {
    files: {
      'case.js': `import { x } from './a.js'; const { y, z } = await import('./late.js'); log(x === y, x === z);`,
      'a.js': `export const x = {};`,
      'late.js': `export { x as y } from './a.js'; import { x } from './a.js'; export const z = x;`,
    },
    late: ['late.js'],
  },
  'an export called then': {
    'case.js': `log(await import('./value.js'), await import('./throws.js').catch((error) => error), (await import('./nothing.js')).then); log((await import('./value.js')) === 'then'); import('./never.js').then(() => log('not to be')); await new Promise((done) => { globalThis.called = done; });`,
    'value.js': `export function then(resolve) { log(typeof this, arguments.length); resolve('then'); }`,
    'throws.js': `export const then = () => { throw new RangeError(); };`,
    'nothing.js': 'export const then = 1;',
    'never.js': 'export const then = () => { log("called"); globalThis.called(); };',
  },
  'it throws in the promise what the module throws': {
    messages: true,
    files: {
      'case.js': `const errors = [await import('./a.js').catch((error) => error), await import('./a.js').catch((error) => error)]; log(errors, errors[0] === errors[1]);`,
      'a.js': `log('a'); throw new RangeError('thrown');`,
    },
  },
  'in every place of an expression': {
    'case.js': `const load = () => import('./a.js'); const all = [import('./a.js'), load(), (async () => await import('./a.js'))(), { p: import('./a.js') }.p, \`\${typeof import('./a.js')}\`, await import('./a.js'), true && import('./a.js'), (0, import('./a.js'))];
log(new Set(await Promise.all(all)).size, (await import('./a.js')).x, typeof import('./a.js'), typeof void import('./a.js'), import('./a.js').constructor === Promise, !import('./a.js'));
import('./a.js'); import
(/* a */ './a.js' /* b */); import('./a.js').then(({ x }) => log(x)); await import('./a.js'); (import('./a.js')); class C { static p = import('./a.js'); async m() { return (await C.p).x; } } log(await new C().m()); for (const p of [import('./a.js')]) log((await p).x);
const { x, default: d } = await import('./a.js'); log(x, d); function* gen() { yield import('./a.js'); } for (const p of gen()) log((await p).x); const o = { import: (x) => x, async import2() { return import('./a.js'); } }; log(o.import(1), (await o.import2()).x);`,
    'a.js': A,
  },
  'new and calls': {
    'case.js': `log(await import((() => './a.js')()).then(({ x }) => x), await import(await Promise.resolve('./a.js')).then(({ x }) => x), await import('./' + ['a'][0] + \`.\${'js'}\`).then(({ x }) => x), (await import(true ? './a.js' : './b.js')).x, (await (await import('./b.js')).load('./a.js')).x);
const name = './a.js'; log((await import(name)).x); async function f(x = import(name)) { return (await x).x; } log(await f()); log(await ((x) => import(x))(name).then((ns) => ns.default));`,
    'a.js': A,
    'b.js': 'export const load = (name) => import(name);',
  },
  'a page that replaces Promise': {
    'case.js': `const real = Promise; globalThis.Promise = class { constructor() { throw 1; } }; const kept = import('./a.js');
const [ns, error] = await kept.then(async (ns) => [ns, await import('./b.js').catch((error) => error)]); globalThis.Promise = real; log(ns.x, error, kept instanceof Promise);`,
    'a.js': A,
    'b.js': 'await 0; throw new RangeError();',
  },
  'who imports a module first that waits hears of it first': {
    'case.js': `globalThis.steps = {}; for (const name of ['started', 'go']) steps[name] = Promise.withResolvers();
const first = import('./b.js').then(() => log('first')); await steps.started.promise; const second = import('./b.js').then(() => log('second'));
await import('./a.js'); steps.go.resolve(); await Promise.all([first, second]);`,
    'a.js': A,
    'b.js': `steps.started.resolve(); await steps.go.promise; log('b');`,
  },
  'what runs already is not run again by who imports it': {
    'case.js': `import { a } from './a.js'; const b = await import('./b.js'); log(a === b.a); log((await import('./c.js')).b === b);`,
    'a.js': `log('a'); export const a = {};`,
    'b.js': `export { a } from './a.js'; log('b');`,
    'c.js': `import * as b from './b.js'; await 0; export { b };`,
  },
  'from a direct eval': {
    files: { 'case.js': `log((await eval("import('./a.js')")).x);`, 'a.js': A },
    reloads: true,
  },
  'a module that imports itself': `const self = await Promise.race([import('./case.js'), 'waits']); log(self); export const x = 1;`,
  'a module that imports itself later': `globalThis.finished = Promise.resolve().then(() => import('./case.js')).then((self) => log(self.x, self.default())); export const x = 1; export default function () { return import.meta.url.length > 0; }`,
  'what two import at the same time runs once': {
    'case.js': `import './b.js'; const all = await Promise.all([import('./a.js'), import('./c.js'), import('./a.js')]); log(all[0] === all[2], all[1].a === all[0]);`,
    'a.js': A,
    'b.js': `import('./a.js');`,
    'c.js': `import * as a from './a.js'; export { a }; log('c');`,
  },
  'it follows what a callback wrote': {
    'case.js': `const { raise } = await import('./a.js'); raise(); const ns = await import('./a.js'); log(ns.x); raise(); log(ns.x, (await import('./b.js')).x);`,
    'a.js': A,
    'b.js': `export * from './a.js';`,
  },
  'the specifier is relative to the module': {
    'case.js': `import { load } from './folder/b.js'; log((await load('./a.js')).name, (await load('../a.js')).name, (await import('./folder/../a.js')).name, (await import('./folder/a.js')).name);`,
    'a.js': `export const name = 'above';`,
    'folder/a.js': `export const name = 'below';`,
    'folder/b.js': `export const load = (name) => import(name);`,
  },
  'a query makes another module of a file': {
    files: {
      'case.js': `const [a, q, again] = await Promise.all([import('./a.js'), import('./a.js?q'), import('./a.js')]); log(a === q, a === again);`,
      'a.js': A.replace(`log('a');`, ''),
    },
    late: ['a.js'],
  },
  'promises are handled in the order of the code': {
    'case.js': `import './a.js'; const all = []; all.push(import('./a.js').then(() => log('1')), import('./a.js').then(() => log('2')), import('./b.js').then(() => log('3'))); log('0'); await Promise.all(all);`,
    'a.js': 'export {};',
    'b.js': 'export {};',
  },
};
