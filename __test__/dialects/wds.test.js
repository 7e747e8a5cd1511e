/**
 * Every example of @web/dev-server-hmr's documentation, written as that page writes it, over several edits.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

/** Remembers in the page that it is still the same document. */
const markDocument = () => {
  globalThis.sameDocument = true;
};
const isSameDocument = () => globalThis.sameDocument === true;

test('without the API a change reloads the page', async (t) => {
  const add = (sign) => `/** Adds two numbers */
export let add = (a, b) => {
  return a ${sign} b;
};
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { add } from './add.js'; globalThis.result = add(5, 3);`,
    'add.js': add('+'),
  });
  await tab.until(() => globalThis.result, 8);
  await project.write('add.js', add('-'));
  await tab.until(() => globalThis.result, 2);
  await project.write('add.js', add('*'));
  await tab.until(() => globalThis.result, 15);
  t.is(tab.loads, 3);
});

test('accept(({ module }) => { add = module.add })', async (t) => {
  const add = (sign) => `/** Adds two numbers */
export let add = (a, b) => {
  return a ${sign} b;
};

if (import.meta.hot) {
  import.meta.hot.accept(({ module }) => {
    add = module.add;
  });
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { add } from './add.js'; globalThis.calculate = () => add(5, 3);`,
    'add.js': add('+'),
  });
  await tab.until(() => globalThis.calculate(), 8);
  for (const [sign, result] of [
    ['-', 2],
    ['*', 15],
    ['%', 2],
    ['+', 8],
  ]) {
    await project.write('add.js', add(sign));
    await tab.until(() => globalThis.calculate(), result);
  }
  t.is(tab.loads, 1);
});

test('accept() without a callback evaluates the module again', async (t) => {
  const source = (value) => `// will be set each time the module updates as a side-effect
window.someGlobal = ${value};
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './global.js';`,
    'global.js': source(303),
  });
  await tab.until(() => globalThis.someGlobal, 303);
  for (const value of [404, 505, 606]) {
    await project.write('global.js', source(value));
    await tab.until(() => globalThis.someGlobal, value);
  }
  t.is(tab.loads, 1);
});

test('accept(({ module }) => { foo = module.foo })', async (t) => {
  const source = (value) => `export let foo = ${value};
import.meta.hot.accept(({ module }) => {
  foo = module.foo;
});
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { foo } from './foo.js'; globalThis.foo = () => foo;`,
    'foo.js': source(808),
  });
  await tab.until(() => globalThis.foo(), 808);
  for (const value of [909, 1010, 1111]) {
    await project.write('foo.js', source(value));
    await tab.until(() => globalThis.foo(), value);
  }
  t.is(tab.loads, 1);
});

test('accept(deps, ({ deps, module }) => …)', async (t) => {
  const add = (sign) => `export const add = (a, b) => a ${sign} b;`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { foo } from './foo.js'; globalThis.foo = () => foo;`,
    'foo.js': `import { add } from './add.js';

export let foo = add(10, 10);

import.meta.hot.accept(['./add.js'], ({ deps, module }) => {
  foo = deps[0].add(10, 10);
});
`,
    'add.js': add('+'),
  });
  await tab.until(() => globalThis.foo(), 20);
  for (const [sign, result] of [
    ['*', 100],
    ['-', 0],
    ['/', 1],
  ]) {
    await project.write('add.js', add(sign));
    await tab.until(() => globalThis.foo(), result);
  }
  t.is(tab.loads, 1);
});

test('accept(deps, …) is given every dependency when one changes', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { one } from './one.js';
import { two } from './two.js';
globalThis.sum = one + two;
import.meta.hot.accept(['./one.js', './two.js'], ({ deps }) => {
  globalThis.sum = deps[0].one + deps[1].two;
});
`,
    'one.js': 'export const one = 1;',
    'two.js': 'export const two = 2;',
  });
  await tab.until(() => globalThis.sum, 3);
  await project.write('one.js', 'export const one = 10;');
  await tab.until(() => globalThis.sum, 12);
  await project.write('two.js', 'export const two = 20;');
  await tab.until(() => globalThis.sum, 30);
  t.is(tab.loads, 1);
});

test('invalidate() reloads the page when nothing above accepts', async (t) => {
  const source = (value) => `export let foo = ${value};

import.meta.hot.accept(({ module }) => {
  if (!module.foo) {
    import.meta.hot.invalidate();
  } else {
    foo = module.foo;
  }
});
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { foo } from './foo.js'; globalThis.foo = () => foo;`,
    'foo.js': source(303),
  });
  await tab.until(() => globalThis.foo(), 303);
  await project.write('foo.js', source(304));
  await tab.until(() => globalThis.foo(), 304);
  await tab.evaluate(markDocument);
  await project.write('foo.js', source(0));
  await tab.until(() => globalThis.foo?.(), 0);
  await tab.loaded(2);
  t.false(await tab.evaluate(isSameDocument));
  await tab.connected();
  await project.write('foo.js', source(305));
  await tab.until(() => globalThis.foo(), 305);
  t.is(tab.loads, 2);
});

test('decline() reloads the page, once an edit', async (t) => {
  const source = (value) => `const doSomethingGlobal = () => { globalThis.done = ${value}; };
doSomethingGlobal();

import.meta.hot.decline();
`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `import './global.js'; import.meta.hot.accept();`,
    'global.js': source(1),
  });
  await tab.until(() => globalThis.done, 1);
  for (const [edit, value] of [2, 3].entries()) {
    await project.write('global.js', source(value));
    await tab.until(() => globalThis.done, value);
    await tab.connected();
    t.is(tab.loads, edit + 2);
  }
  const { report } = await server.event((event) => event.type === 'reloaded');
  t.is(report.cause, 'declined');
});

test('import.meta.dispose(() => …) runs before the new module', async (t) => {
  const source = (name) => `class Server {
  start() { globalThis.log.push('start ${name}'); }
  stop() { globalThis.log.push('stop ${name}'); }
}
globalThis.log ??= [];
globalThis.log.push('evaluate ${name}');
export let foo = new Server();

foo.start();

import.meta.hot.accept(({ module }) => {
  foo = module.foo;
  foo.start();
});

import.meta.dispose(() => {
  foo.stop();
});
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { foo } from './foo.js'; globalThis.foo = () => foo;`,
    'foo.js': source('a'),
  });
  const log = () => globalThis.log.join(', ');
  await tab.until(log, 'evaluate a, start a');
  await project.write('foo.js', source('b'));
  await tab.until(log, 'evaluate a, start a, stop a, evaluate b, start b, start b');
  await tab.evaluate(() => {
    globalThis.log = [];
  });
  await project.write('foo.js', source('c'));
  await tab.until(log, 'stop b, evaluate c, start c, start c');
  t.is(tab.loads, 1);
});

test('a module that does not mention the API is served byte for byte', async (t) => {
  const plain = `// import.meta.hot.accept() in a comment\nconst text = 'import.meta.hot.accept()';\nexport { text };\n`;
  const { server } = await startApp(t, { 'main.js': `import './plain.js';`, 'plain.js': plain });
  const response = await fetch(server.url('/plain.js'));
  t.is(await response.text(), plain);
});
