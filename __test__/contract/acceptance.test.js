/**
 * Which module accepts: found by parsing, reported by the page, decided on the code that runs.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { hasLoaded, settled, wasHot } from '../helpers/expect.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

// -- who accepts is decided on the code that runs ------------------------------------------------------

test('removing accept() in a save still applies that save; the next one reloads', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js';`,
    'dep.js': `globalThis.value = 1; import.meta.hot.accept();`,
  });
  await tab.until(value, 1);
  await project.write('dep.js', 'globalThis.value = 2;');
  await tab.until(value, 2);
  t.is(tab.loads, 1);
  await project.write('dep.js', 'globalThis.value = 3;');
  await tab.until(value, 3);
  await hasLoaded(t, tab, 2);
});

for (const [how, broken] of Object.entries({
  'above its accept()': (code) => `throw new Error('no'); ${code}`,
  'and accepts nothing': () => `import './b.js'; JSON.parse('no');`,
  'when it is linked': () => `import { missing } from './b.js';`,
})) {
  test(`the code before accepts a save that fixes a module that threw ${how}: a cycle runs once`, async (t) => {
    const a = (number) => `import './b.js';
(globalThis.ran ??= []).push('a');
globalThis.value = ${number};
import.meta.hot.accept();`;
    const { project, server, tab } = await startApp(t, {
      'main.js': `import './a.js'; globalThis.ran.push('main');`,
      'a.js': a(1),
      'b.js': `import './a.js'; (globalThis.ran ??= []).push('b');`,
    });
    await tab.until(value, 1);
    for (const number of [2, 3]) {
      server.events.length = 0;
      await project.write('a.js', broken(a(number)));
      await server.event(({ type }) => type === 'failed');
      await project.write('a.js', a(number));
      await tab.until(value, number);
    }
    t.deepEqual(await tab.evaluate(() => globalThis.ran), ['b', 'a', 'main', 'a', 'a']);
    wasHot(t, tab);
  });
}

test('removing accept() and accept of a dependency still applies that save; edits of the dependency reload', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
import.meta.hot.accept();
`,
    'dep.js': 'export const value = 1;',
  });
  await tab.until(value, 1);
  await project.write(
    'main.js',
    `import { value } from './dep.js'; globalThis.value = value + 10;`,
  );
  await tab.until(value, 11);
  t.is(tab.loads, 1);
  await project.write('dep.js', 'export const value = 2;');
  await tab.until(value, 12);
  await hasLoaded(t, tab, 2);
});

test('adding accept() reloads for that save; the next one is hot', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js';`,
    'dep.js': 'globalThis.value = 1;',
  });
  await tab.until(value, 1);
  await project.write('dep.js', 'globalThis.value = 2; import.meta.hot.accept();');
  await tab.until(value, 2);
  await hasLoaded(t, tab, 2);
  for (const number of [3, 4]) {
    await project.write('dep.js', `globalThis.value = ${number}; import.meta.hot.accept();`);
    await tab.until(value, number);
  }
  await hasLoaded(t, tab, 2);
});

test('adding an import of a new file below a boundary is hot, and so is that file', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': 'globalThis.value = 1; import.meta.hot.accept();',
  });
  await tab.until(value, 1);
  await project.write('new.js', 'export const value = 2;');
  await project.write(
    'main.js',
    `import { value } from './new.js'; globalThis.value = value; import.meta.hot.accept();`,
  );
  await tab.until(value, 2);
  for (const number of [3, 4]) {
    await project.write('new.js', `export const value = ${number};`);
    await tab.until(value, number);
  }
  wasHot(t, tab);
});

// -- how hot code is found ----------------------------------------------------------------------------

const SPELLINGS = {
  'an alias': 'const hot = import.meta.hot; hot.accept();',
  'a destructured alias': 'const { hot } = import.meta; hot.accept();',
  'a renamed destructured alias': 'const { hot: h } = import.meta; h.accept();',
  'an alias of import.meta': 'const meta = import.meta; meta.hot.accept();',
  'optional chaining': 'import.meta.hot?.accept?.();',
  parentheses: '((import.meta).hot).accept();',
  'a computed property': `import.meta['hot']['accept']();`,
  'a detached function': 'const { accept } = import.meta.hot; accept();',
  'a guard': 'if (import.meta.hot) { import.meta.hot.accept(); }',
  'a line break and a comment': 'import.meta\n  // why not\n  .hot /* here */ .accept();',
  webpackHot: 'import.meta.webpackHot.accept();',
  'a helper': `import { acceptAll } from './helper.js'; acceptAll(import.meta.hot);`,
  'a helper that is handed import.meta': `import { acceptMeta } from './helper.js'; acceptMeta(import.meta);`,
  'a call in a later microtask':
    'await null; Promise.resolve().then(() => import.meta.hot.accept());',
};

for (const [spelling, code] of Object.entries(SPELLINGS)) {
  test(`accept is found through ${spelling}`, async (t) => {
    const dep = (number) => `${code}\nglobalThis.value = ${number};\n`;
    const { project, tab } = await startApp(t, {
      'main.js': `import './dep.js';`,
      'helper.js': `export const acceptAll = (hot) => hot.accept();
export const acceptMeta = (meta) => meta.hot.accept();
`,
      'dep.js': dep(1),
    });
    await tab.until(value, 1);
    for (const number of [2, 3]) {
      await project.write('dep.js', dep(number));
      await tab.until(value, number);
    }
    wasHot(t, tab);
  });
}

test('the page reports registrations that the parser cannot see, and the graph takes them in', async (t) => {
  const dep = (number) => `import { acceptAll } from './helper.js';
acceptAll(import.meta.hot);
globalThis.value = ${number};
`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `globalThis.testHot = import.meta.hot; import './dep.js';`,
    'helper.js': 'export const acceptAll = (hot) => hot.accept();',
    'dep.js': dep(1),
  });
  await tab.until(value, 1);
  await settled(tab, server);
  await project.write('dep.js', dep(2));
  const { stale } = await server.event((event) => event.type === 'updated');
  t.is(stale, 1, 'the importers of a module that accepts are not stale');
  await tab.until(value, 2);
  wasHot(t, tab);
});

const NO_ACCEPTS = {
  'a comment': '// import.meta.hot.accept();\n/* import.meta.hot.accept() */',
  'a string': `'import.meta.hot.accept()';`,
  'a template': '`import.meta.hot.accept()`;',
  'a regular expression': '/import.meta.hot.accept()/;',
  'code that does not run': 'if (globalThis.never) import.meta.hot.accept();',
};

for (const [where, code] of Object.entries(NO_ACCEPTS)) {
  test(`accept in ${where} does not count`, async (t) => {
    const dep = (number) => `${code}\nglobalThis.value = ${number};\n`;
    const { project, server, tab } = await startApp(t, {
      'main.js': `import './dep.js';`,
      'dep.js': dep(1),
    });
    await tab.until(value, 1);
    await project.write('dep.js', dep(2));
    await tab.until(value, 2);
    await hasLoaded(t, tab, 2);
    const { report } = await server.event((event) => event.type === 'reloaded');
    t.is(report.changed, '/dep.js');
  });
}

test('import.meta.dispose is import.meta.hot.dispose, and webpackHot is a separate object', async (t) => {
  const { tab } = await startApp(t, {
    'main.js': `globalThis.value = [
  import.meta.hot !== import.meta.webpackHot,
  import.meta.dispose === import.meta.hot.dispose,
];`,
  });
  t.deepEqual(await tab.evaluate(value), [true, true]);
});

test('a module that did not change still accepts after its import throws', async (t) => {
  const dep = (number, rest = '') => `globalThis.value = ${number};\n${rest}`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `import './middle.js';`,
    'middle.js': `import './dep.js';\nimport.meta.hot.data.value = 1;`,
    'dep.js': dep(1),
  });
  await project.write('dep.js', dep(2, `throw new Error('no');`));
  await server.event(({ type }) => type === 'failed');
  await project.write('dep.js', dep(3));
  await tab.until(() => globalThis.value, 3);
  await server.event(({ type }) => type === 'applied');
  t.is(tab.loads, 1);
});
