/**
 * The Vite dialect (vite.dev/guide/api-hmr), written as that page writes it, over several edits.
 *
 * What other files show: the view, the list, several accept calls, `bubbles` and accept() without a
 * callback (contract/updates.test.js); data, dispose in parallel, invalidate() from accept callbacks, through several
 * modules and in cycles (contract/updates.test.js); the payloads of beforeUpdate, afterUpdate (contract/updates.test.js) and
 * beforeFullReload (contract/reloads.test.js) under every prefix; all ways in which code can fail to load
 * (faults/bad-input.test.js); style sheets (contract/styles.test.js).
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: dozens of tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const log = () => globalThis.log?.join(', ');
const PREFIXES = ['vite:', 'bun:', 'hotgraph:'];

/** What a page says when there was no reload and nothing threw. */
function wasHot(t, tab) {
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
}

/** The tab has loaded this many documents, not more, and has nothing left to do. */
async function hasLoaded(t, { server }, tab, count) {
  await tab.loaded(count);
  await tab.connected();
  await settled(tab, server);
  t.is(tab.loads, count);
}

/** Everything the page sent so far has reached the server, and what that sent in answer the page. */
async function settled(tab, server) {
  const answer = (_, client) => client.send('test:settled', null);
  server.hmr.hot.on('test:settled', answer);
  await tab.evaluate(
    () =>
      new Promise((resolve) => {
        setTimeout(() => {
          globalThis.testHot.on('test:settled', resolve);
          globalThis.testHot.send('test:settled');
        });
      }),
  );
  server.hmr.hot.off('test:settled', answer);
}

const HOT = 'globalThis.testHot = import.meta.hot;\n';

// -- accept -------------------------------------------------------------------------------------------

test('import.meta.hot.accept((newModule) => …) behind a guard gets the new module', async (t) => {
  const counter = (number) => `export const count = ${number}

if (import.meta.hot) {
  import.meta.hot.accept((newModule) => {
    if (newModule) {
      console.log('updated: count is now', newModule.count)
    }
  })
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './counter.js';`,
    'counter.js': counter(1),
  });
  for (const number of [2, 3]) {
    await project.write('counter.js', counter(number));
    await tab.logged(`updated: count is now ${number}`);
  }
  wasHot(t, tab);
});

test('import.meta.hot?.accept(…) is the same', async (t) => {
  const counter = (number) => `export const count = ${number}
import.meta.hot?.accept((newModule) => { globalThis.value = newModule?.count })
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './counter.js';`,
    'counter.js': counter(1),
  });
  for (const number of [2, 3]) {
    await project.write('counter.js', counter(number));
    await tab.until(value, number);
  }
  wasHot(t, tab);
});

test('a module that accepts and is imported by nobody is hot', async (t) => {
  const lone = (name, number) => `globalThis.${name} = ${number}
if (import.meta.hot) {
  import.meta.hot.accept()
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': lone('main', 1),
    'lazy.js': lone('lazy', 1),
  });
  await tab.evaluate(() => import(String('/lazy.js')));
  const values = () => [globalThis.main, globalThis.lazy];
  await tab.until(values, [1, 1]);
  await project.write('lazy.js', lone('lazy', 2));
  await tab.until(values, [1, 2]);
  await project.write('main.js', lone('main', 2));
  await tab.until(values, [2, 2]);
  await project.write('lazy.js', lone('lazy', 3));
  await tab.until(values, [2, 3]);
  wasHot(t, tab);
});

test('import.meta.hot.accept(dep, (newFoo) => …): the importer does not run again', async (t) => {
  const foo = (number) => `export const foo = () => { globalThis.value = ${number} }`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { foo } from './foo.js'

foo()
globalThis.runs = (globalThis.runs ?? 0) + 1

if (import.meta.hot) {
  import.meta.hot.accept('./foo.js', (newFoo) => {
    // the callback receives the updated './foo.js' module
    newFoo?.foo()
  })
}
`,
    'foo.js': foo(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('foo.js', foo(number));
    await tab.until(value, number);
  }
  t.is(await tab.evaluate(() => globalThis.runs), 1);
  wasHot(t, tab);
});

test('import.meta.hot.accept(dep, cb) of a dependency that is imported dynamically', async (t) => {
  const foo = (number) => `export const foo = ${number}`;
  const { project, tab } = await startApp(t, {
    'main.js': `globalThis.load = async () => (await import('./foo.js')).foo

if (import.meta.hot) {
  import.meta.hot.accept('./foo.js', (newFoo) => { globalThis.value = newFoo?.foo })
}
`,
    'foo.js': foo(1),
  });
  t.is(await tab.evaluate(() => globalThis.load()), 1);
  for (const number of [2, 3]) {
    await project.write('foo.js', foo(number));
    await tab.until(value, number);
    t.is(await tab.evaluate(() => globalThis.load()), number);
  }
  wasHot(t, tab);
});

test('import.meta.hot.accept([deps], ([newFoo, newBar]) => …): undefined for the one that failed', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './foo.js'
import './bar.js'

globalThis.value = []
if (import.meta.hot) {
  import.meta.hot.accept(
    ['./foo.js', './bar.js'],
    ([newFooModule, newBarModule]) => {
      // The callback receives an array where only the updated module is non null. If the update of a
      // module was not successful, the array holds undefined for it.
      globalThis.value.push([newFooModule?.foo ?? null, newBarModule?.bar ?? null])
    },
  )
}
`,
    'foo.js': `import { number } from './number.js'
if (number === 3) throw new Error('no foo of 3')
export const foo = number
`,
    'bar.js': `import { number } from './number.js'
export const bar = number
`,
    'number.js': 'export const number = 1',
  });
  const expected = [];
  for (const [number, foo] of [
    [2, 2],
    [3, null],
    [4, 4],
  ]) {
    await project.write('number.js', `export const number = ${number}`);
    expected.push([foo, number]);
    await tab.until(value, expected);
  }
  await tab.logged('no foo of 3');
  wasHot(t, tab);
});

test('if the new code fails to load nothing is disposed, no callback runs, and the next good save applies', async (t) => {
  const foo = (number, code = '') => `${code}
export const foo = ${number}
globalThis.log ??= []
if (import.meta.hot) {
  import.meta.hot.dispose(() => globalThis.log.push('dispose ${number}'))
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './foo.js'
import './bar.js'

globalThis.failures = []
if (import.meta.hot) {
  import.meta.hot.accept('./foo.js', (newFoo) => globalThis.log.push('foo ' + newFoo.foo))
  import.meta.hot.accept(['./foo.js', './bar.js'], ([foo, bar]) => globalThis.log.push('list ' + foo.foo))
  import.meta.hot.on('vite:error', ({ err }) => globalThis.failures.push(err.message))
}
`,
    'foo.js': foo(1),
    'bar.js': 'export const bar = 1',
  });
  const broken = [
    `import './missing.js'`,
    `import { nothing } from './bar.js'`,
    'export const bad = ;',
  ];
  const failures = () => globalThis.failures.length;
  const expected = [];
  let good = 1;
  for (const [index, code] of broken.entries()) {
    await project.write('foo.js', foo(100 + index, code));
    await tab.until(failures, index + 1);
    t.is(await tab.evaluate(log), expected.join(', '), code);
    await project.write('foo.js', foo(good + 1));
    expected.push(`dispose ${good}`, `foo ${good + 1}`, `list ${good + 1}`);
    await tab.until(log, expected.join(', '));
    good += 1;
  }
  t.regex(
    (await tab.evaluate(() => globalThis.failures)).join('\n'),
    /missing\.js.*\n.*nothing.*\n/,
  );
  wasHot(t, tab);
});

// -- acceptExports ------------------------------------------------------------------------------------

/** A module with exports a, b and default, that accepts some. */
const exporting = (number, names) => `export const a = 'a${number}'
export const b = 'b${number}'
export default 'default${number}'
if (import.meta.hot) {
  import.meta.hot.acceptExports(${JSON.stringify(names)}, (newModule) => {
    globalThis.log.push('self ' + newModule.a)
  })
}
`;

/** Which import uses nothing but the accepted exports. */
const USES = {
  'a named import': [`import { a } from './dep.js'`, ['a']],
  'one name, as a string': [`import { a } from './dep.js'`, 'a'],
  'a renamed import': [`import { a as b } from './dep.js'`, ['a']],
  'several names': [`import { a, b } from './dep.js'`, ['b', 'a']],
  'a default import': [`import other from './dep.js'`, ['default']],
  'an import for the side effects': [`import './dep.js'`, ['a']],
  'a re-export': [`export { a as c } from './dep.js'`, ['a']],
  'a namespace, where everything is accepted': [
    `import * as dep from './dep.js'`,
    ['a', 'b', 'default'],
  ],
};

for (const [form, [imported, names]] of Object.entries(USES)) {
  test(`acceptExports(names, cb) accepts when importers use no other exports: ${form}`, async (t) => {
    const { project, tab } = await startApp(t, {
      'main.js': `globalThis.log = ['main']; import('./importer.js')`,
      'importer.js': `globalThis.log.push('importer'); ${imported}`,
      'dep.js': exporting(1, names),
    });
    await tab.until(log, 'main, importer');
    await project.write('dep.js', exporting(2, names));
    await tab.until(log, 'main, importer, self a2');
    await project.write('dep.js', exporting(3, names));
    await tab.until(log, 'main, importer, self a2, self a3');
    wasHot(t, tab);
  });
}

/** Which import uses more than the accepted export `a`. */
const EXCESSES = {
  'another name': `import { b } from './dep.js'`,
  'another name beside the accepted one': `import { a, b } from './dep.js'`,
  'a second import': `import { a } from './dep.js'; import { b } from './dep.js'`,
  'the default export': `import other from './dep.js'`,
  'a namespace': `import * as dep from './dep.js'`,
  'a re-export of another name': `export { b } from './dep.js'`,
  'a re-export of everything': `export * from './dep.js'`,
  'a dynamic import': `await import('./dep.js')`,
};

for (const [form, imported] of Object.entries(EXCESSES)) {
  test(`acceptExports(names, cb) passes on what an importer uses otherwise: ${form}`, async (t) => {
    const { project, tab } = await startApp(t, {
      'main.js': `import './importer.js'
globalThis.log.push('main')
import.meta.hot.accept('./importer.js', () => globalThis.log.push('accepted'))
`,
      'importer.js': `globalThis.log ??= []; globalThis.log.push('importer'); ${imported}`,
      'dep.js': exporting(1, ['a']),
    });
    await tab.until(log, 'importer, main');
    await project.write('dep.js', exporting(2, ['a']));
    await tab.until(log, 'importer, main, importer, accepted');
    await project.write('dep.js', exporting(3, ['a']));
    await tab.until(log, 'importer, main, importer, accepted, importer, accepted');
    wasHot(t, tab);
  });
}

test('acceptExports(names) where another export is used and nobody accepts reloads the page', async (t) => {
  const app = await startApp(t, {
    'main.js': `${HOT}globalThis.log = []; import { b } from './dep.js'; globalThis.value = b;`,
    'other.js': `import { a } from './dep.js';`,
    'dep.js': exporting(1, ['a']),
  });
  for (const [edit, number] of [2, 3].entries()) {
    await app.project.write('dep.js', exporting(number, ['a']));
    await app.tab.until(value, `b${number}`);
    await hasLoaded(t, app, app.tab, edit + 2);
  }
});

test('acceptExports(names): what importers use changes with edits of theirs, and of the names', async (t) => {
  const importer = (names) => `import { ${names} } from './dep.js'
globalThis.log.push('importer ' + ${names})
if (import.meta.hot) {
  import.meta.hot.accept()
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `globalThis.log = []; import('./importer.js')`,
    'importer.js': importer('a'),
    'dep.js': exporting(1, ['a']),
  });
  await tab.until(log, 'importer a1');
  const steps = [
    ['dep.js', exporting(2, ['a']), 'self a2'],
    ['importer.js', importer('b'), 'importer b2'],
    ['dep.js', exporting(3, ['a']), 'importer b3'],
    ['dep.js', exporting(4, ['a', 'b']), 'importer b4'],
    ['dep.js', exporting(5, ['b']), 'self a5'],
    ['importer.js', importer('a'), 'importer a5'],
    ['dep.js', exporting(6, ['b']), 'importer a6'],
  ];
  const expected = ['importer a1'];
  for (const [file, code, line] of steps) {
    await project.write(file, code);
    expected.push(line);
    await tab.until(log, expected.join(', '));
  }
  wasHot(t, tab);
});

test('acceptExports(names): importers that a page has not loaded do not matter in it', async (t) => {
  const app = await startApp(t, {
    'main.js': `${HOT}globalThis.log = []; import { a } from './dep.js';`,
    'second.html': '<!doctype html><script type="module" src="./second.js"></script>',
    'second.js': `globalThis.log = []; import { b } from './dep.js'; globalThis.value = b;`,
    'dep.js': exporting(1, ['a']),
  });
  const { project, tab } = app;
  const second = await app.open('/second.html');
  await second.until(value, 'b1');
  await project.write('dep.js', exporting(2, ['a']));
  await tab.until(log, 'self a2');
  await second.until(value, 'b2');
  await second.connected();
  await project.write('dep.js', exporting(3, ['a']));
  await tab.until(log, 'self a2, self a3');
  await second.until(value, 'b3');
  wasHot(t, tab);
  t.is(second.loads, 3);
});

test('acceptExports(names) with names that only running the code tells', async (t) => {
  const dep = (number) => `${exporting(number, ['b'])}
const names = ['a'].filter(Boolean)
import.meta.hot.acceptExports(names)
`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `${HOT}globalThis.log = ['main']; import { a, b } from './dep.js'`,
    'dep.js': dep(1),
  });
  const expected = ['main'];
  for (const number of [2, 3]) {
    await settled(tab, server);
    await project.write('dep.js', dep(number));
    expected.push(`self a${number}`);
    await tab.until(log, expected.join(', '));
  }
  const updates = server.events.filter(({ type }) => type === 'updated');
  t.deepEqual(
    updates.map(({ stale }) => stale),
    [1, 1],
    'the server has heard of the names, and asks no importers',
  );
  wasHot(t, tab);
});

test('acceptExports(names) without a callback gives importers the new exports', async (t) => {
  const dep = (number) => `export const a = ${number}
if (import.meta.hot) {
  import.meta.hot.acceptExports('a')
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { a } from './dep.js'; globalThis.read = () => a;`,
    'dep.js': dep(1),
  });
  await tab.until(() => globalThis.read(), 1);
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    await tab.until(() => globalThis.read(), number);
  }
  wasHot(t, tab);
});

// -- dispose, prune, data -----------------------------------------------------------------------------

test('import.meta.hot.dispose((data) => …) clears what the old module left running', async (t) => {
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

/** A module that says when it runs and when it goes. */
const leaving = (name, more = '') => `${more}
globalThis.log.push('run ${name}')
if (import.meta.hot) {
  import.meta.hot.data.runs = (import.meta.hot.data.runs || 0) + 1
  globalThis.runs = import.meta.hot.data.runs
  import.meta.hot.dispose((data) => globalThis.log.push('dispose ${name} ' + data.runs))
  import.meta.hot.prune((data) => globalThis.log.push('prune ${name} ' + data.runs))
  import.meta.hot.accept()
}
`;

/** A module that accepts itself and imports what it is told. */
const importing = (...imports) =>
  `${imports.map((name) => `import './${name}'\n`).join('')}import.meta.hot.accept()`;

/** An app whose `root.js`, which changes, is imported by a module that does not. */
const startPruning = (t, files) =>
  startApp(t, { 'main.js': `${HOT}globalThis.log = []; import('./root.js')`, ...files });

/** Waits for what is new in the log, and clears it. */
async function logs(tab, ...lines) {
  await tab.until(() => globalThis.log, lines);
  await tab.evaluate(() => {
    globalThis.log.length = 0;
  });
}

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

test('a module that was pruned and is imported again is hot again, and so is what it imports', async (t) => {
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

// -- invalidate ---------------------------------------------------------------------------------------

/** How a callback gives up: at once, after something, much later. */
const MOMENTS = {
  'in the callback': '() => import.meta.hot.invalidate()',
  'after an await': 'async () => { await null; import.meta.hot.invalidate() }',
  later: '() => { setTimeout(() => import.meta.hot.invalidate()) }',
};

for (const [moment, giveUp] of Object.entries(MOMENTS)) {
  test(`invalidate() within a dependency acceptance goes on to importers, with the new code: ${moment}`, async (t) => {
    const app = await startApp(t, {
      'main.js': `${HOT}import { value } from './middle.js'
globalThis.value = value
globalThis.log = []
if (import.meta.hot) {
  import.meta.hot.accept('./middle.js', (middle) => {
    globalThis.value = middle.value
    globalThis.log.push('main ' + middle.value)
  })
}
`,
      'middle.js': `import { value as below } from './dep.js'
export const value = below * 10
if (import.meta.hot) {
  import.meta.hot.dispose(() => globalThis.log.push('dispose ' + value))
  import.meta.hot.accept('./dep.js', ${giveUp})
}
`,
      'dep.js': 'export const value = 1',
    });
    const { project, server, tab } = app;
    const other = await app.open();
    const expected = [];
    for (const number of [2, 3, 4]) {
      await project.write('dep.js', `export const value = ${number}`);
      expected.push(`dispose ${(number - 1) * 10}`, `main ${number * 10}`);
      for (const one of [tab, other]) {
        await one.until(value, number * 10);
        await settled(one, server);
        t.deepEqual(await one.evaluate(() => globalThis.log), expected);
      }
    }
    wasHot(t, tab);
    wasHot(t, other);
  });

  test(`invalidate() of a self-accepting module does not evaluate it twice: ${moment}`, async (t) => {
    const dep = (number) => `globalThis.runs = (globalThis.runs ?? 0) + 1
export const value = ${number}
if (import.meta.hot) {
  import.meta.hot.accept(${giveUp})
}
`;
    const { project, server, tab } = await startApp(t, {
      'main.js': `${HOT}import { value } from './dep.js'
globalThis.value = value
globalThis.log = []
if (import.meta.hot) {
  import.meta.hot.accept('./dep.js', (dep) => {
    globalThis.value = dep.value
    globalThis.log.push(dep.value)
  })
}
`,
      'dep.js': dep(1),
    });
    for (const number of [2, 3, 4]) {
      await project.write('dep.js', dep(number));
      await tab.until(value, number);
      await settled(tab, server);
      t.is(await tab.evaluate(() => globalThis.runs), number);
      t.is(await tab.evaluate(() => globalThis.log.length), number - 1);
    }
    wasHot(t, tab);
  });

  test(`invalidate() within dependency acceptances in a cycle ends, with one reload at most: ${moment}`, async (t) => {
    const module = (other, number) => `import './${other}.js'
import './leaf.js'
globalThis.value = ${number}
if (import.meta.hot) {
  import.meta.hot.accept(['./${other}.js', './leaf.js'], ${giveUp})
}
`;
    const app = await startApp(t, {
      'main.js': `${HOT}import './a.js'`,
      'a.js': module('b', 1),
      'b.js': module('a', 2),
      'leaf.js': 'globalThis.leaf = 1',
    });
    for (const [edit, number] of [2, 3].entries()) {
      await app.project.write('leaf.js', `globalThis.leaf = ${number}`);
      await hasLoaded(t, app, app.tab, edit + 2);
      t.is(await app.tab.evaluate(() => globalThis.leaf), number);
    }
    const causes = app.server.events.filter(({ type }) => type === 'reloaded');
    t.deepEqual(
      causes.map(({ report }) => report.cause),
      ['invalidated', 'invalidated'],
    );
  });
}

test('invalidate() within dependency acceptances in a cycle stops at a boundary above it', async (t) => {
  const module = (other) => `import './${other}.js'
import { leaf } from './leaf.js'
export const value = leaf
if (import.meta.hot) {
  import.meta.hot.accept(['./${other}.js', './leaf.js'], () => import.meta.hot.invalidate())
}
`;
  const leaf = (number) => `export const leaf = ${number}`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `${HOT}import { value } from './a.js'
globalThis.value = value
if (import.meta.hot) {
  import.meta.hot.accept('./a.js', (a) => { globalThis.value = a.value })
}
`,
    'a.js': module('b'),
    'b.js': module('a'),
    'leaf.js': leaf(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('leaf.js', leaf(number));
    await tab.until(value, number);
    await settled(tab, server);
  }
  wasHot(t, tab);
});

test('invalidate(message) reloads once where nothing above accepts, in every tab', async (t) => {
  const app = await startApp(t, {
    'main.js': `${HOT}import { value } from './dep.js'
globalThis.value = value
if (import.meta.hot) {
  import.meta.hot.accept('./dep.js', () => import.meta.hot.invalidate('cannot handle it'))
}
`,
    'dep.js': 'export const value = 1',
  });
  const other = await app.open();
  for (const [edit, number] of [2, 3].entries()) {
    await app.project.write('dep.js', `export const value = ${number}`);
    for (const tab of [app.tab, other]) {
      await tab.until(value, number);
      await hasLoaded(t, app, tab, edit + 2);
      await tab.logged('cannot handle it');
    }
  }
});

test('a module that gives up an update is asked about the next one', async (t) => {
  const dep = (number) => `export const value = ${number}
if (import.meta.hot) {
  import.meta.hot.accept((newModule) => {
    if (newModule.value % 2) import.meta.hot.invalidate()
    else globalThis.log.push('self ' + newModule.value)
  })
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js'
globalThis.log = []
if (import.meta.hot) {
  import.meta.hot.accept('./dep.js', (dep) => globalThis.log.push('main ' + dep.value))
}
`,
    'dep.js': dep(1),
  });
  const expected = [];
  for (const [number, who] of [
    [2, 'self'],
    [3, 'main'],
    [4, 'self'],
    [5, 'main'],
  ]) {
    await project.write('dep.js', dep(number));
    expected.push(`${who} ${number}`);
    await tab.until(log, expected.join(', '));
  }
  wasHot(t, tab);
});

// -- decline ------------------------------------------------------------------------------------------

test('decline(): an update through the module reloads once, its data is new, and nothing is disposed', async (t) => {
  const app = await startApp(t, {
    'main.js': `${HOT}import './declines.js'; import.meta.hot.accept()`,
    'declines.js': `import { number } from './dep.js'
globalThis.value = [number, import.meta.hot.data.runs ?? 0]
if (import.meta.hot) {
  import.meta.hot.data.runs = 1
  import.meta.hot.dispose(() => console.log('disposed'))
  import.meta.hot.decline()
}
`,
    'dep.js': 'export const number = 1',
  });
  const { project, server, tab } = app;
  await tab.until(value, [1, 0]);
  for (const [edit, number] of [2, 3].entries()) {
    await project.write('dep.js', `export const number = ${number}`);
    await tab.until(value, [number, 0]);
    await hasLoaded(t, app, tab, edit + 2);
  }
  const reloads = server.events.filter(({ type }) => type === 'reloaded');
  t.deepEqual(
    reloads.map(({ report }) => report.cause),
    ['declined', 'declined'],
  );
  t.false(tab.console.some(({ text }) => text.includes('disposed')));
});

// -- events -------------------------------------------------------------------------------------------

/** Listens under every prefix and keeps what comes. */
const listening = (event) => `globalThis.heard = []
for (const prefix of ['vite:', 'bun:', 'hotgraph:']) {
  import.meta.hot.on(prefix + '${event}', (payload) => {
    globalThis.heard.push([prefix, payload])
  })
}
`;

/** The payloads since the last call, one of each prefix; they are the same. */
async function heard(t, tab, count = 1) {
  await tab.until(() => globalThis.heard.length, count * 3);
  const found = await tab.evaluate(() => globalThis.heard.splice(0));
  const payloads = found.filter(([prefix]) => prefix === 'vite:').map(([, payload]) => payload);
  for (const prefix of PREFIXES) {
    const own = found.filter(([one]) => one === prefix).map(([, payload]) => payload);
    t.deepEqual(own, payloads, prefix);
  }
  return payloads;
}

test('vite:invalidate says who gave up, why, and who did so first, under every prefix', async (t) => {
  const giveUp = (message) => `if (import.meta.hot) {
  import.meta.hot.accept(() => { import.meta.hot.invalidate(${message}) })
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './middle.js'
${listening('invalidate')}
if (import.meta.hot) {
  import.meta.hot.accept('./middle.js', () => {})
}
`,
    'middle.js': `import './dep.js'\n${giveUp('')}`,
    'dep.js': giveUp(`'my message'`),
  });
  for (const number of [2, 3]) {
    await project.write('dep.js', `${giveUp(`'my message'`)}// ${number}`);
    t.deepEqual(await heard(t, tab, 2), [
      { path: '/dep.js', message: 'my message', firstInvalidatedBy: '/dep.js' },
      { path: '/middle.js', message: undefined, firstInvalidatedBy: '/dep.js' },
    ]);
  }
  wasHot(t, tab);
});

test('vite:beforePrune comes before the callbacks, with paths, under every prefix', async (t) => {
  const { project, tab } = await startPruning(t, {
    'main.js': `${HOT}globalThis.log = []
${listening('beforePrune')}
import.meta.hot.on('vite:beforePrune', () => globalThis.log.push('beforePrune'))
import('./root.js')
`,
    'root.js': importing('widget.js'),
    'widget.js': leaving('widget', `import './plain.js'`),
    'plain.js': 'globalThis.plain = true',
  });
  await logs(tab, 'run widget');
  for (const _ of [1, 2]) {
    await project.write('root.js', importing());
    await logs(tab, 'beforePrune', 'dispose widget 1', 'prune widget 1');
    t.deepEqual(await heard(t, tab), [{ type: 'prune', paths: ['/widget.js', '/plain.js'] }]);
    await project.write('root.js', importing('widget.js'));
    await logs(tab, 'run widget');
  }
  wasHot(t, tab);
});

test('vite:error has err with message, stack and place, under every prefix', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js'
${listening('error')}
if (import.meta.hot) {
  import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value })
}
`,
    'dep.js': 'export const value = 1',
  });
  // A file that is saved while the page still loads may be found broken by the page as well.
  await project.write('dep.js', 'export const value = 2');
  await tab.until(value, 2);

  await project.write('dep.js', 'export const value =\n  ;');
  const [syntax] = await heard(t, tab);
  t.is(syntax.type, 'error');
  t.is(typeof syntax.err.message, 'string');
  t.is(typeof syntax.err.stack, 'string');
  t.is(syntax.err.id, '/dep.js');
  t.is(syntax.err.loc.line, 2);
  t.true(syntax.err.loc.file.endsWith('dep.js'));
  t.true(syntax.err.frame.includes('> 2'), syntax.err.frame);

  await project.write('dep.js', `throw new Error('on purpose')`);
  const [thrown] = await heard(t, tab);
  t.is(thrown.type, 'error');
  t.is(thrown.err.message, 'on purpose');
  t.true(thrown.err.stack.includes('dep.js'), thrown.err.stack);

  await project.write('dep.js', 'export const value = 3');
  await tab.until(value, 3);
  wasHot(t, tab);
});

test('vite:beforeUpdate and vite:afterUpdate name every accepted module', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './a.js'
import './b.js'
globalThis.log = []
if (import.meta.hot) {
  for (const event of ['vite:beforeUpdate', 'vite:afterUpdate']) {
    import.meta.hot.on(event, ({ type, updates }) => {
      for (const { type: of, path, acceptedPath, timestamp } of updates) {
        globalThis.log.push([event, type, of, path, acceptedPath, timestamp > 0].join(' '))
      }
    })
  }
  import.meta.hot.accept('./b.js', () => {})
}
`,
    'a.js': `import './shared.js'; import.meta.hot.accept()`,
    'b.js': `import './shared.js'`,
    'shared.js': '',
  });
  for (const number of [2, 3]) {
    await project.write('shared.js', `// ${number}`);
    const lines = ['vite:beforeUpdate', 'vite:afterUpdate'].flatMap((event) => [
      `${event} update js-update /a.js /a.js true`,
      `${event} update js-update /main.js /b.js true`,
    ]);
    await tab.until(() => globalThis.log.length, 4);
    t.deepEqual((await tab.evaluate(() => globalThis.log.splice(0))).sort(), lines.sort());
  }
  wasHot(t, tab);
});

test('vite:ws:connect and vite:ws:disconnect have the socket, under every prefix', async (t) => {
  const { server, tab } = await startApp(t, {
    'main.js': `globalThis.log = []
for (const prefix of ['vite:', 'bun:', 'hotgraph:']) {
  for (const event of ['ws:connect', 'ws:disconnect']) {
    import.meta.hot.on(prefix + event, ({ webSocket }) => {
      globalThis.log.push([prefix + event, webSocket instanceof WebSocket, webSocket.readyState].join(' '))
    })
  }
}
`,
  });
  const lines = (event, state) => PREFIXES.map((prefix) => `${prefix}ws:${event} true ${state}`);
  await logs(tab, ...lines('connect', 1));
  for (const _ of [1, 2]) {
    for (const connection of server.server.connections) connection.destroy();
    await logs(tab, ...lines('disconnect', 3), ...lines('connect', 1));
    await tab.connected();
  }
  t.is(tab.loads, 1);
});

test('off(event, cb) takes a listener away, on() of an older generation is gone with it', async (t) => {
  const dep = (number) => `if (import.meta.hot) {
  const taken = () => globalThis.log.push('taken ${number}')
  import.meta.hot.on('vite:afterUpdate', taken)
  import.meta.hot.on('my:event', taken)
  import.meta.hot.on('my:event', (data) => globalThis.log.push('${number} got ' + data))
  import.meta.hot.on('vite:afterUpdate', () => globalThis.log.push('after ${number}'))
  import.meta.hot.off('vite:afterUpdate', taken)
  import.meta.hot.off('my:event', taken)
  import.meta.hot.accept()
}
`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `globalThis.log = []; import './dep.js'`,
    'dep.js': dep(1),
  });
  server.hmr.hot.send('my:event', 'a');
  await logs(tab, '1 got a');
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    await logs(tab, `after ${number}`);
    server.hmr.hot.send('my:event', 'b');
    await logs(tab, `${number} got b`);
  }
  wasHot(t, tab);
});

// -- custom events ------------------------------------------------------------------------------------

const JSON_VALUES = [
  { msg: 'Hello', nested: { list: [1, [2]] } },
  ['a', 1, null, true],
  'text ☃',
  '',
  42,
  -0.5,
  0,
  true,
  false,
  null,
];

test('import.meta.hot.send and hmr.hot.on, client.send and import.meta.hot.on carry any JSON value', async (t) => {
  const { server, tab } = await startApp(t, {
    'main.js': `globalThis.log = []
if (import.meta.hot) {
  import.meta.hot.on('my:response', (data) => { globalThis.log.push(data) })
  globalThis.testHot = import.meta.hot
}
`,
  });
  const received = [];
  server.hmr.hot.on('my:event', (data, client) => {
    received.push(data);
    client.send('my:response', data);
  });
  await tab.evaluate((values) => {
    for (const one of values) globalThis.testHot.send('my:event', one);
  }, JSON_VALUES);
  await logs(tab, ...JSON_VALUES);
  t.deepEqual(received, JSON_VALUES);
  for (const one of JSON_VALUES) server.hmr.hot.send('my:response', one);
  await logs(tab, ...JSON_VALUES);
});

test('client.send reaches the page that sent, hmr.hot.send all of them', async (t) => {
  const { server, tab, open } = await startApp(t, {
    'main.js': `${HOT}globalThis.log = []
if (import.meta.hot) {
  import.meta.hot.on('my:response', (data) => globalThis.log.push(data.msg))
}
`,
  });
  const other = await open();
  server.hmr.hot.on('my:event', ({ msg }, client) => client.send('my:response', { msg }));
  await tab.evaluate(() => globalThis.testHot.send('my:event', { msg: 'from one' }));
  await tab.until(log, 'from one');
  await other.evaluate(() => globalThis.testHot.send('my:event', { msg: 'from two' }));
  await other.until(log, 'from two');
  server.hmr.hot.send('my:response', { msg: 'to all' });
  await tab.until(log, 'from one, to all');
  await other.until(log, 'from two, to all');
  wasHot(t, tab);
  wasHot(t, other);
});

test('hmr.hot.off takes a listener of the server away, others stay', async (t) => {
  const { server, tab } = await startApp(t, { 'main.js': HOT });
  const received = [];
  const taken = (data) => received.push(`taken ${data}`);
  server.hmr.hot.on('my:event', taken);
  server.hmr.hot.on('my:event', (data) => received.push(`kept ${data}`));
  const say = async (data) => {
    await tab.evaluate((what) => globalThis.testHot.send('my:event', what), data);
    await settled(tab, server);
  };
  await say(1);
  server.hmr.hot.off('my:event', taken);
  await say(2);
  t.deepEqual(received, ['taken 1', 'kept 1', 'kept 2']);
});

test('messages that are sent before the socket is open, or while it is not, are not lost', async (t) => {
  const { server, tab } = await startApp(t, {
    'main.js': `${HOT}if (import.meta.hot) {
  import.meta.hot.send('my:event', 'early 1')
  import.meta.hot.send('my:event', 'early 2')
  import.meta.hot.on('vite:ws:disconnect', () => import.meta.hot.send('my:event', 'offline'))
  import.meta.hot.on('my:response', (data) => { globalThis.value = data })
}
`,
  });
  const received = [];
  server.hmr.hot.on('my:event', (data, client) => {
    received.push(data);
    client.send('my:response', [...received]);
  });
  await tab.page.reload();
  await tab.until(value, ['early 1', 'early 2']);
  for (const connection of server.server.connections) connection.destroy();
  await tab.until(value, ['early 1', 'early 2', 'offline']);
  t.deepEqual(received, ['early 1', 'early 2', 'offline']);
});
