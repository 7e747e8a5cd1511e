/**
 * `dispose`, `data` and `prune` of vite.dev/guide/api-hmr, written as that page writes them.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';
import { importing, leaving, logs, startPruning } from '../../helpers/vite.js';

// One after the other: dozens of tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

test('import.meta.hot.dispose((data) => …) clears side effects of the old module', async (t) => {
  const effect = (number) => `function setupSideEffect() {
  globalThis.running ??= new Set()
  const interval = setInterval(() => {}, 1000)
  globalThis.running.add('${number}')
  return interval
}

const interval = setupSideEffect()

if (import.meta.hot) {
  import.meta.hot.dispose((data) => {
    clearInterval(interval)
    globalThis.running.delete('${number}')
    data.last = ${number}
  })
  globalThis.value = [[...globalThis.running], import.meta.hot.data.last ?? null]
  import.meta.hot.accept()
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './effect.js'`,
    'effect.js': effect(1),
  });
  await tab.until(value, [['1'], null]);
  await project.write('effect.js', effect(2));
  await tab.until(value, [['2'], 1]);
  await project.write('effect.js', effect(3));
  await tab.until(value, [['3'], 2]);
  wasHot(t, tab);
});

test('import.meta.hot.data passes information from one instance of a module to the next', async (t) => {
  const counter = (step) => `if (import.meta.hot) {
  import.meta.hot.data.count = (import.meta.hot.data.count || 0) + ${step}
  globalThis.value = import.meta.hot.data.count
  import.meta.hot.accept()
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './counter.js'`,
    'counter.js': counter(1),
  });
  await tab.until(value, 1);
  await project.write('counter.js', counter(10));
  await tab.until(value, 11);
  await project.write('counter.js', counter(100));
  await tab.until(value, 111);
  wasHot(t, tab);
});

test('prune callbacks run after the dispose callbacks, with data, which is gone when the module comes back', async (t) => {
  const { project, tab } = await startPruning(t, {
    'root.js': importing('widget.js'),
    'widget.js': leaving('widget', `import './part.js'`),
    'part.js': leaving('part'),
  });
  await logs(tab, 'run part', 'run widget');
  await project.write('widget.js', leaving('widget', `import './part.js' // again`));
  await logs(tab, 'dispose widget 1', 'run widget');
  for (const runs of [2, 1]) {
    await project.write('root.js', importing());
    await logs(
      tab,
      `dispose widget ${runs}`,
      'dispose part 1',
      `prune widget ${runs}`,
      'prune part 1',
    );
    await project.write('root.js', importing('widget.js'));
    await logs(tab, 'run part', 'run widget');
    t.is(await tab.evaluate(() => globalThis.runs), 1, 'data is new');
  }
  wasHot(t, tab);
});

test('a module that was pruned and is imported again is hot again, and so are its imports', async (t) => {
  const { project, tab } = await startPruning(t, {
    'root.js': importing('widget.js'),
    'widget.js': `import { number } from './part.js'; globalThis.value = number; import.meta.hot.accept();
import.meta.hot.prune(() => { globalThis.value = 'pruned'; });`,
    'part.js': 'export const number = 1',
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('root.js', importing());
    await tab.until(value, 'pruned');
    await project.write('root.js', importing('widget.js'));
    await tab.until(value, number - 1);
    await project.write('part.js', `export const number = ${number}`);
    await tab.until(value, number);
  }
  wasHot(t, tab);
});

test('a dynamic import evaluates a pruned module again, once', async (t) => {
  const { project, tab } = await startPruning(t, {
    'root.js': importing('widget.js', 'load.js'),
    'load.js': 'globalThis.load = (name) => import(name)',
    'widget.js': leaving('widget'),
  });
  /** Saves the root with a mark that shows when it runs. */
  const saveRoot = async (mark, ...imports) => {
    const code = `${importing('load.js', ...imports)}\nglobalThis.root = '${mark}'`;
    await project.write('root.js', code);
    await tab.until(() => globalThis.root, mark);
  };
  await logs(tab, 'run widget');
  for (const round of [1, 2]) {
    await saveRoot(`${round}: without`);
    await logs(tab, 'dispose widget 1', 'prune widget 1');
    const isOne = await tab.evaluate(async () => {
      const first = await globalThis.load('./widget.js');
      return first === (await globalThis.load('./widget.js'));
    });
    t.true(isOne);
    await logs(tab, 'run widget');
    await saveRoot(`${round}: with`, 'widget.js');
    await project.write('widget.js', leaving('widget', `// ${round}`));
    await logs(tab, 'dispose widget 1', 'run widget');
    await saveRoot(`${round}: without it again`);
    await logs(tab, 'dispose widget 2', 'prune widget 2');
    await saveRoot(`${round}: with it again`, 'widget.js');
    await logs(tab, 'run widget');
  }
  wasHot(t, tab);
});
