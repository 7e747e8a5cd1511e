/**
 * Files and folders that come, go and come back stay hot.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';
import { APP, dep, MAIN } from '../../helpers/saves.js';

// One after the other: what is tested here is the order of things.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const values = () => globalThis.values;

test('a file that is deleted and restored at once is an update like any other', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(value, 1);
  for (const number of [2, 3, 4]) {
    await project.remove('dep.js');
    await project.write('dep.js', dep(number));
    await tab.until(value, number);
  }
  t.deepEqual(await tab.evaluate(values), [1, 2, 3, 4]);
  wasHot(t, tab);
});

test('a file that is deleted leaves the page as it is, and is hot when it comes back', async (t) => {
  const { project, server, tab } = await startApp(t, {
    ...APP,
    'main.js': `${MAIN}import './other.js'; import.meta.hot.accept('./other.js', () => { globalThis.others = (globalThis.others ?? 0) + 1; });`,
    'other.js': '1;',
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.remove('dep.js');
    await server.event(
      ({ type, diagnostics }) =>
        type === 'diagnostics' && diagnostics.some(({ url }) => url === '/dep.js'),
    );
    await project.write('other.js', `${number};`);
    await tab.until(() => globalThis.others, number - 1);
    t.is(await tab.evaluate(value), number - 1);
    await project.write('dep.js', dep(number));
    await tab.until(value, number);
  }
  wasHot(t, tab);
});

test('a file that was imported before it existed is hot when it is created', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `globalThis.value = (await import('./late.js').catch(() => ({ value: 0 }))).value;
import.meta.hot.accept('./late.js', (late) => { globalThis.value = late.value; });`,
  });
  await tab.until(value, 0);
  for (const number of [1, 2]) {
    await project.write('late.js', dep(number));
    await tab.until(value, number);
  }
  wasHot(t, tab);
});

test('edits in a folder that was replaced, as by a checkout, are hot', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': MAIN.replaceAll('./dep.js', './lib/inner/dep.js'),
    'lib/inner/dep.js': dep(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 4]) {
    await project.remove('lib');
    await project.write('lib/inner/dep.js', dep(number));
    await tab.until(value, number);
    await project.write('lib/inner/dep.js', dep(number + 1));
    await tab.until(value, number + 1);
  }
  wasHot(t, tab);
});

for (const first of ['the folder', 'the import']) {
  test(`a new file in a new folder, ${first} first, is imported and then hot`, async (t) => {
    const { project, tab } = await startApp(t, {
      'main.js': `import './user.js';`,
      'user.js': 'globalThis.value = 1; import.meta.hot.accept();',
    });
    await tab.until(value, 1);
    const user = () =>
      project.write(
        'user.js',
        `import { value } from './new/deep/dep.js'; globalThis.value = value; import.meta.hot.accept();`,
      );
    if (first === 'the import') {
      await user();
      await tab.logged('/new/deep/dep.js');
      t.is(await tab.evaluate(value), 1);
    }
    await project.write('new/deep/dep.js', dep(2));
    if (first === 'the folder') await user();
    for (const number of [2, 3, 4]) {
      await project.write('new/deep/dep.js', dep(number));
      await tab.until(value, number);
    }
    wasHot(t, tab);
  });
}
