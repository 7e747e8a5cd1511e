/**
 * What accept callbacks see of exports, and what importers see of what callbacks assign.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

test('a module that is accepted by its importer shows new exports to a callback that uses the import', async (t) => {
  const dep = (number) => `export const count = ${number}; export { count as default };`;
  const { project, tab } = await startApp(t, {
    'main.js': `import total, { count } from './dep.js';
globalThis.value = [count, total];
import.meta.hot.accept('./dep.js', () => { globalThis.value = [count, total]; });
`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value;
  await tab.until(values, [1, 1]);
  for (const number of [2, 3, 4]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, [number, number]);
  }
  wasHot(t, tab);
});

const USES = {
  named: [`import { count } from './dep.js';`, 'count'],
  renamed: [`import { count as number } from './dep.js';`, 'number'],
  default: [`import count from './dep.js';`, 'count'],
  namespace: [`import * as dep from './dep.js';`, 'dep.count'],
  'of a class': [`import { Made } from './dep.js';`, 'new Made().number'],
  'of a function': [`import { make } from './dep.js';`, '(make)() + 0'],
  'in an object': [`import { count } from './dep.js';`, '({ count }).count'],
};

for (const [use, [statement, value]] of Object.entries(USES)) {
  test(`a callback that uses the import sees new exports of a module that another imported first: ${use}`, async (t) => {
    const dep = (number) => `export const count = ${number};
export default count;
export class Made { number = count; }
export const make = () => count;
`;
    const accepting = (number) => `${statement}
const show = () => { globalThis.value = [${number}, ${value}]; };
show();
import.meta.hot.accept('./dep.js', () => show());
import.meta.hot.accept();
`;
    const { project, tab } = await startApp(t, {
      'main.js': `import './first.js'; import('./late.js');`,
      'first.js': `import './dep.js'; import.meta.hot.accept('./dep.js', (dep) => { globalThis.first = dep.count; });`,
      'late.js': accepting(1),
      'dep.js': dep(1),
    });
    const values = () => globalThis.value;
    await tab.until(values, [1, 1]);
    for (const number of [2, 3]) {
      await project.write('dep.js', dep(number));
      await tab.until(values, [1, number]);
    }
    await project.write('late.js', accepting(2));
    await tab.until(values, [2, 3]);
    await project.write('dep.js', dep(4));
    await tab.until(values, [2, 4]);
    t.is(await tab.evaluate(() => globalThis.first), 4);
    wasHot(t, tab);
  });
}

test('a callback that uses the import of JSON sees the new text', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import data from './data.json' with { type: 'json' };
globalThis.value = data.number;
import.meta.hot.accept('./data.json', () => { globalThis.value = data.number; });
`,
    'data.json': '{ "number": 1 }',
  });
  for (const number of [2, 3]) {
    await project.write('data.json', `{ "number": ${number} }`);
    await tab.until(() => globalThis.value, number);
  }
  wasHot(t, tab);
});

test('a callback that uses the import may be in a cycle with it', async (t) => {
  const dep = (number) => `import { above, hoisted } from './above.js';
export const count = ${number} + hoisted();
export const seen = () => above;
export function early() { return 0; }
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './above.js';`,
    'above.js': `import { count, seen, early } from './dep.js';
export const above = 'above';
export function hoisted() { return early(); }
const show = () => { globalThis.value = [count, seen()]; };
show();
import.meta.hot.accept('./dep.js', () => show());
`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value;
  await tab.until(values, [1, 'above']);
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, [number, 'above']);
  }
  wasHot(t, tab);
});

test('a callback that assigns an export reaches importers of every generation', async (t) => {
  const dep = (number) => `export let add = () => ${number};
import.meta.hot.accept((module) => { add = module.add; });
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { add } from './dep.js';
globalThis.readers = [() => add()];
globalThis.load = async (name) => { globalThis.readers.push((await import(name)).read); };
`,
    'second.js': `import { add } from './dep.js'; export const read = () => add();`,
    'third.js': `import { add } from './dep.js'; export const read = () => add();`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.readers.map((read) => read());
  await tab.until(values, [1]);
  await project.write('dep.js', dep(2));
  await tab.until(values, [2]);
  await tab.evaluate(() => globalThis.load('./second.js'));
  t.deepEqual(await tab.evaluate(values), [2, 2]);
  await project.write('dep.js', dep(3));
  await tab.until(values, [3, 3]);
  await tab.evaluate(() => globalThis.load('./third.js'));
  for (const number of [4, 5]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, [number, number, number]);
  }
  wasHot(t, tab);
});

test('an accept callback decides which new exports importers see', async (t) => {
  const dep = (number) => `export let taken = ${number};
export let changed = ${number};
export let left = ${number};
import.meta.hot.accept((module) => { taken = module.taken; changed = 'was ' + changed; });
`;
  const { project, tab, open } = await startApp(t, {
    'main.js': `import { taken, changed, left } from './dep.js';
globalThis.value = () => [taken, changed, left];
`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, [1, 1, 1]);
  await project.write('dep.js', dep(2));
  await tab.until(values, [2, 'was 1', 1]);
  await project.write('dep.js', dep(3));
  await tab.until(values, [3, 'was 2', 1]);
  await (await open()).until(values, [3, 3, 3]);
  wasHot(t, tab);
});

/** How components are wrapped whose callbacks change the first wrapper, and assign nothing. */
const WRAPPERS = {
  'which reads what it shows': `Child = hmr(Child, () => Child[HMR].source);
  import.meta.hot.accept((module) => {
    module.default[HMR].source = Child[HMR].source;
    set(Child[HMR].source, module.default[HMR].original);
  });`,
  'which is told what to show': `Child = hmr(Child);
  import.meta.hot.accept((module) => { Child[HMR].update(module.default); });`,
};

const HMR = `export const HMR = Symbol('hmr');
export const set = (source, value) => {
  source.value = value;
  for (const effect of source.effects) effect();
};
export function hmr(original, getSource) {
  function wrapper(target) {
    const source = getSource?.() ?? wrapper[HMR].source;
    const effect = () => source.value(target);
    source.effects.add(effect);
    effect();
  }
  wrapper[HMR] = {
    original,
    source: { value: original, effects: new Set() },
    update(next) {
      set(wrapper[HMR].source, next[HMR].original);
      next[HMR].source = wrapper[HMR].source;
    },
  };
  return wrapper;
}
`;

for (const [how, accepting] of Object.entries(WRAPPERS)) {
  test(`a callback that changes a wrapper, ${how}, reaches what is mounted before, between and after edits`, async (t) => {
    const child = (number) => `import { HMR, hmr, set } from './hmr.js';
function Child(target) { target.textContent = 'text ${number}'; }
if (import.meta.hot) {
  ${accepting}
}
globalThis.edit = ${number};
export default Child;
`;
    for (const first of [0, 1, 2, 3]) {
      const { project, tab } = await startApp(t, {
        'main.js': `import Child from './child.js';
globalThis.mount = () => Child(document.body.appendChild(document.createElement('p')));
globalThis.load = async () => (await import('./late.js')).mount();`,
        'late.js': `import Child from './child.js';
export const mount = () => Child(document.body.appendChild(document.createElement('p')));`,
        'child.js': child(0),
        'hmr.js': HMR,
      });
      const texts = () => [...document.querySelectorAll('p')].map((one) => one.textContent);
      await tab.until(() => globalThis.edit, 0);
      for (const number of [0, 1, 2, 3]) {
        if (number > 0) await project.write('child.js', child(number));
        await tab.until(() => globalThis.edit, number);
        const mounted = Math.max(0, (number - first) * 2);
        const expected = Array.from({ length: mounted }, () => `text ${number}`);
        await tab.until(texts, expected);
        if (number < first) continue;
        await tab.evaluate(() => globalThis.mount());
        await tab.evaluate(() => globalThis.load());
        await tab.until(texts, [...expected, `text ${number}`, `text ${number}`]);
      }
      wasHot(t, tab);
    }
  });
}
