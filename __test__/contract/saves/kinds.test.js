/**
 * After the last save every tab shows the last bytes on disk, whatever way they were written.
 */

import { open as openFile } from 'node:fs/promises';
import ava from 'ava';
import { PAGE, startApp } from '../../helpers/app.js';
import { closeBrowser, waitFor } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';
import { APP, dep, MAIN, neverWentBack, pause, updates } from '../../helpers/saves.js';

// One after the other: what is tested here is the order of things.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const values = () => globalThis.values;

test('a save that changes no byte does nothing', async (t) => {
  const { project, server, tab } = await startApp(t, {
    ...APP,
    'main.js': `${MAIN}import './other.js'; import.meta.hot.accept('./other.js', () => { globalThis.other = true; });`,
    'other.js': '1;',
  });
  await tab.until(value, 1);
  await project.write('dep.js', dep(1));
  await project.writeAtomically('dep.js', dep(1));
  await project.write('index.html', PAGE);
  await project.write('dep.js', dep(1));
  await project.write('other.js', '2;');
  await tab.until(() => globalThis.other);
  t.deepEqual(
    updates(server).map(({ files }) => files),
    [[project.path('other.js')]],
  );
  t.deepEqual(await tab.evaluate(values), [1]);
  wasHot(t, tab);
});

test('a new file that is renamed over the old one is one update', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(value, 1);
  for (const number of [2, 3, 4, 5]) {
    await project.writeAtomically('dep.js', dep(number));
    await tab.until(value, number);
  }
  t.deepEqual(await tab.evaluate(values), [1, 2, 3, 4, 5]);
  wasHot(t, tab);
});

test('saves in place and by renaming, in turn, all arrive', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(value, 1);
  for (const number of [2, 4, 6]) {
    await project.writeAtomically('dep.js', dep(number));
    await tab.until(value, number);
    await project.write('dep.js', dep(number + 1));
    await tab.until(value, number + 1);
  }
  t.deepEqual(await tab.evaluate(values), [1, 2, 3, 4, 5, 6, 7]);
  wasHot(t, tab);
});

test('a save in three parts never runs a part', async (t) => {
  const parts = (number) =>
    ['one', 'two', 'three'].map(
      (part) => `globalThis.seen.push('${number} ${part}');\nimport.meta.hot.accept();\n`,
    );
  const { project, server, tab } = await startApp(t, {
    'main.js': `globalThis.seen = []; await import('./dep.js');`,
    'dep.js': parts(1).join(''),
  });
  const seen = () => globalThis.seen;
  const expected = ['1 one', '1 two', '1 three'];
  await tab.until(seen, expected);
  for (const number of [2, 3, 4]) {
    const file = await openFile(project.path('dep.js'), 'w');
    for (const part of parts(number)) {
      await file.write(part);
      // Time is the subject: long enough for a look at what is there so far.
      await pause(40);
    }
    await file.close();
    expected.push(`${number} one`, `${number} two`, `${number} three`);
    await tab.until(seen, expected);
  }
  t.is(updates(server).length, 3);
  wasHot(t, tab);
});

test('a save in parts, each of which is not valid code, is no error', async (t) => {
  const { project, server, tab } = await startApp(t, APP);
  await tab.until(value, 1);
  const file = await openFile(project.path('dep.js'), 'w');
  for (const part of ['export const val', 'ue = (', '2);']) {
    await file.write(part);
    await pause(40);
  }
  await file.close();
  await tab.until(value, 2);
  t.deepEqual(
    server.events.filter(({ type }) => type === 'diagnostics' || type === 'failed'),
    [],
  );
  wasHot(t, tab);
});

for (const [kind, method] of [
  ['in place', 'write'],
  ['by renaming', 'writeAtomically'],
]) {
  test(`ten saves ${kind} at once: the last one wins, and no older one comes after it`, async (t) => {
    const { project, tab } = await startApp(t, APP);
    await tab.until(value, 1);
    for (const round of [10, 20, 30]) {
      for (let number = round; number < round + 10; number += 1) {
        await project[method]('dep.js', dep(number));
      }
      await tab.until(value, round + 9);
    }
    neverWentBack(t, await tab.evaluate(values), 39);
    wasHot(t, tab);
  });

  test(`ten saves ${kind} with 5 ms between: the last one wins, and no older one comes after it`, async (t) => {
    const { project, tab } = await startApp(t, APP);
    await tab.until(value, 1);
    for (const round of [10, 20, 30]) {
      for (let number = round; number < round + 10; number += 1) {
        await project[method]('dep.js', dep(number));
        await pause(5);
      }
      await tab.until(value, round + 9);
    }
    neverWentBack(t, await tab.evaluate(values), 39);
    wasHot(t, tab);
  });
}

test('saves of a module and of its import, at once, show the newest of both', async (t) => {
  const top = (number) =>
    `import { value as below } from './dep.js'; export const value = [${number}, below];`;
  const { project, tab } = await startApp(t, {
    'main.js': MAIN.replaceAll('./dep.js', './top.js'),
    'top.js': top(1),
    'dep.js': dep(1),
  });
  await tab.until(value, [1, 1]);
  for (let number = 2; number < 12; number += 1) {
    await Promise.all([project.write('dep.js', dep(number)), project.write('top.js', top(number))]);
  }
  await tab.until(value, [11, 11]);
  wasHot(t, tab);
});

test('modules that import each other and are saved at once each accept their own update, once', async (t) => {
  const module = (own, other, number) => `import { value as ${other} } from './${other}.js';
export const value = '${own}${number}';
(globalThis.seen ??= []).push('run ' + value);
export const both = () => [value, ${other}];
import.meta.hot.dispose(() => globalThis.seen.push('dispose ' + value));
import.meta.hot.accept((next) => {
  globalThis.seen.push('accept ' + next.value);
  if ('${own}' === 'a') globalThis.both = next.both;
});
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { both } from './a.js'; globalThis.both = both;`,
    'a.js': module('a', 'b', 1),
    'b.js': module('b', 'a', 1),
  });
  await tab.until(() => globalThis.both(), ['a1', 'b1']);
  for (let number = 2; number < 12; number += 1) {
    await tab.evaluate(() => {
      globalThis.seen = [];
    });
    await Promise.all([
      project.write('a.js', module('a', 'b', number)),
      project.write('b.js', module('b', 'a', number)),
    ]);
    await tab.until(
      (last) => ['accept a', 'accept b'].every((one) => globalThis.seen.includes(one + last)),
      true,
      number,
    );
    const seen = await tab.evaluate(() => globalThis.seen);
    for (const own of ['a', 'b']) {
      t.deepEqual(
        seen.filter((line) => line.includes(` ${own}`)),
        [`dispose ${own}${number - 1}`, `run ${own}${number}`, `accept ${own}${number}`],
      );
    }
  }
  wasHot(t, tab);
});

test('two hundred files at once are one update', async (t) => {
  const numbers = Array.from({ length: 200 }, (_, index) => index);
  const all = numbers.map((index) => `import { value as v${index} } from './many/${index}.js';`);
  const { project, server, tab } = await startApp(t, {
    'main.js': MAIN.replaceAll('./dep.js', './all.js'),
    'all.js': `${all.join('\n')}\nexport const value = ${numbers.map((index) => `v${index}`).join('+')};`,
    ...Object.fromEntries(numbers.map((index) => [`many/${index}.js`, dep(1)])),
  });
  await tab.until(value, 200);
  await Promise.all(numbers.map((index) => project.write(`many/${index}.js`, dep(2))));
  await tab.until(value, 400);
  await waitFor(
    () => server.events.some(({ type }) => type === 'applied'),
    () => 'the update was not applied',
  );
  const batches = updates(server);
  t.true(batches.length <= 2, `${batches.length} updates`);
  t.is(new Set(batches.flatMap(({ files }) => files)).size, 200);
  const seen = await tab.evaluate(values);
  t.true(seen.length - 1 <= batches.length, `${seen}`);
  wasHot(t, tab);
});
