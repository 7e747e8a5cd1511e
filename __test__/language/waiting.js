/** Top-level await: what waits for what, and what does not. */

const logs = (name, ...imports) =>
  `${imports.map((one) => `import './${one}.js';`).join(' ')} log('${name}');`;
const waits = (name, ...imports) =>
  `${imports.map((one) => `import './${one}.js';`).join(' ')} log('${name} before'); await 0; log('${name} after');`;

export const waiting = {
  'importers wait': {
    'case.js': `import { x } from './a.js'; log('case', x);`,
    'a.js': `${waits('a')} export const x = await Promise.resolve('value');`,
  },
  'siblings do not': {
    'case.js': logs('case', 'a', 'b', 'c'),
    'a.js': waits('a'),
    'b.js': waits('b'),
    'c.js': logs('c'),
  },
  'siblings that wait for different lengths': {
    'case.js': logs('case', 'a', 'b'),
    'a.js': `log('a0'); for (const step of [1, 2, 3]) { await 0; log('a' + step); }`,
    'b.js': `log('b0'); await 0; log('b1');`,
  },
  'who waits for the same': {
    'case.js': logs('case', 'left', 'right', 'plain'),
    'left.js': logs('left', 'bottom'),
    'right.js': waits('right', 'bottom'),
    'bottom.js': waits('bottom'),
    'plain.js': logs('plain'),
  },
  'who waits runs in the order of evaluation': {
    'case.js': logs('case', 'a', 'b', 'c'),
    'a.js': logs('a', 'slow'),
    'b.js': logs('b', 'a'),
    'c.js': logs('c', 'slow', 'b'),
    'slow.js': waits('slow'),
  },
  'a deep tree': {
    'case.js': logs('case', 'a', 'b'),
    'a.js': waits('a', 'a1', 'a2'),
    'a1.js': waits('a1', 'leaf'),
    'a2.js': logs('a2', 'leaf'),
    'b.js': logs('b', 'a2', 'b1'),
    'b1.js': waits('b1'),
    'leaf.js': waits('leaf'),
  },
  'a rejection is the error of the module': {
    messages: true,
    files: {
      'case.js': `log(await import('./a.js').catch((error) => error)); log(await import('./above.js').catch((error) => error));`,
      'a.js': `log('a'); await 0; throw new RangeError('late');`,
      'above.js': logs('above', 'a', 'beside'),
      'beside.js': logs('beside'),
    },
  },
  'a rejected promise': {
    'case.js': `log(await import('./a.js').catch((error) => error)); log(await import('./a.js').catch((error) => error));`,
    'a.js': `await Promise.reject('rejected'); log('never');`,
  },
  'a rejection that is caught': `try { await Promise.reject(1); } catch (error) { log(error); } finally { await 0; log('finally'); }`,
  'what fails beside what waits': {
    'case.js': `log(await import('./top.js').catch((error) => error)); await 0; await 0; log('end');`,
    'top.js': logs('top', 'slow', 'fails'),
    'slow.js': waits('slow'),
    'fails.js': `log('fails'); throw new RangeError();`,
  },
  'await in every place of an expression': `const o = { a: await 1, [await 'b']: 2, ...await { c: 3 } }; log(o, [await 1, ...await [2]], \`\${await 3}\`, await 4 + await 5, (await log)('x') ?? await 6, -await 1, !await 0, await await 7, typeof await 8);
const { x = await 9, [await 'y']: y } = await { y: 1 }; log(x, y); if (await true) log('if'); while (await false); for (let i = await 0; i < await 1; i += await 1) log(i); switch (await 1) { case await 1: log('case'); }
class C extends (await Object) { [await 'k'] = 1; static s = 2; } log(new C().k);`,
  'for await': `async function* gen() { yield 1; yield 2; } for await (const x of gen()) log(x); for await (const x of [Promise.resolve(3), 4]) log(x);
outer: for await (const x of [1, 2]) { for (;;) continue outer; } let y; for await (y of [5]); log(y); for await ([y] of [[6]]) log(y); for await (var z of [7]) { const fn = async () => await z; log(await fn()); }`,
  'await that is not at the top level': `const f = async () => { await 0; return 'f'; }; async function g() { for await (const x of [1]) return x; } class C { async m() { return await 'm'; } }
log('first'); const all = Promise.all([f(), g(), new C().m()]); log('second'); globalThis.finished = all.then((all) => log(all));`,
  'exports of a module that waits': {
    'case.js': `import d, { a, f, C } from './a.js'; import * as all from './a.js'; log(d, a, f(), C, Object.keys(all)); f(); log(all.a);`,
    'a.js': `export let a = await 1; export function f() { return a++; } export class C {} export default await 'default'; await 0;`,
  },
  'an anonymous default function of a module that waits': {
    'case.js': `import d from './a.js'; log(d.name, d());`,
    'a.js': `await 0; export default function () { return 1; }`,
  },
  'functions of a cycle with a module that waits': {
    'case.js': `import './a.js'; log('case');`,
    'a.js': `import { x } from './b.js'; log('a', x); export function f() { return 'f'; } export const later = 1;`,
    'b.js': `import { f, later } from './a.js'; import * as a from './a.js'; log('b', f(), attempt(() => later), attempt(() => a.later)); export const x = await 'x'; log('b after', f(), attempt(() => later));`,
  },
  'functions of a cycle whose own module waits': {
    'case.js': `import './a.js'; log('case');`,
    'a.js': `import './b.js'; export function f() { return 'f'; } export var v = 1; export let x = await 2; log('a', f(), x);`,
    'b.js': `import { f, v, x } from './a.js'; log('b', f(), v, attempt(() => x));`,
  },
  'a cycle of modules that wait': {
    'case.js': logs('case', 'a'),
    'a.js': waits('a', 'b'),
    'b.js': waits('b', 'c'),
    'c.js': waits('c', 'a'),
  },
  'what is imported while another of its importers waits': {
    'case.js': `import { go, a, b } from './setup.js'; const all = Promise.all([b.promise.then(() => { log('b started'); return import('./a.js').finally(() => log('A')); }),
import('./b.js').finally(() => log('B'))]); Promise.all([a.promise, b.promise]).then(() => go.resolve()); globalThis.finished = all.then(() => log('end'));`,
    'setup.js': `export const go = Promise.withResolvers(), a = Promise.withResolvers(), b = Promise.withResolvers();`,
    'a.js': `import './first.js'; import './b.js'; log('a');`,
    'first.js': `import { a } from './setup.js'; log('first'); a.resolve();`,
    'b.js': `import { go, b } from './setup.js'; log('b before'); b.resolve(); await go.promise; log('b after');`,
  },
  // Which of the two begins depends on what is fetched first.
  'who imports a cycle that waits': {
    'case.js': `globalThis.steps = []; await Promise.all([import('./a.js'), import('./b.js')]); log(steps.sort());`,
    'a.js': `import './b.js'; steps.push('a before'); await 0; steps.push('a after');`,
    'b.js': `import './a.js'; steps.push('b before'); await 0; steps.push('b after');`,
  },
  'import() of a module that waits': {
    'case.js': `const a = import('./a.js'); log('started'); log((await a).x, (await import('./a.js')) === await a);`,
    'a.js': `await 0; log('a'); export const x = await 1;`,
  },
  'import() of a module above oneself does not end before it': {
    'case.js': `import './a.js'; log('case');`,
    'a.js': `globalThis.finished = import('./case.js').then(() => log('imported')); log('a');`,
  },
  'a module that waits for what imports it not': {
    'case.js': `import './a.js'; log('case');`,
    'a.js': `const { x } = await import('./b.js'); log('a', x);`,
    'b.js': `log('b'); export const x = await import('./c.js').then(({ y }) => y);`,
    'c.js': `log('c'); export const y = 1;`,
  },
  'await using': `{ await using x = { async [Symbol.asyncDispose]() { await 0; log('disposed'); } }; log('in', typeof x); } log('out');`,
  'names called await where they are no keyword': `const o = { await: 1, async: 2 }; log(o.await, o.async, { await() { return 3; } }.await()); await 0; log((await o).await); class C { await = 4; static async() {} } log(new C().await);`,
  'variables of loops that wait': `const all = []; for (let i = 0; i < 3; i++) { await 0; all.push(() => i); } log(all.map((one) => one())); for await (const x of [1, 2]) all.push(() => x); log(all.map((one) => one()));`,
  'microtasks in between': {
    'case.js': `import './a.js'; log('case');`,
    'a.js': `Promise.resolve().then(() => log('task 1')).then(() => log('task 2')); log('a'); await 0; log('after 1'); await 0; log('after 2');`,
  },
  'microtasks between modules that do not wait': {
    'case.js': `import './a.js'; import './b.js'; log('case'); globalThis.finished = Promise.resolve().then(() => log('task of case'));`,
    'a.js': `Promise.resolve().then(() => log('task of a')); log('a');`,
    'b.js': `queueMicrotask(() => log('task of b')); log('b');`,
  },
};
