/**
 * Exports that come from elsewhere, through `export … from`, `export *` and barrels: importers see edits below.
 */

import ava from 'ava';
import { PAGE, startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

test('accept() without a callback: importers see new exports through a module that re-exports', async (t) => {
  const dep = (number) => `export const value = ${number};
export default ${number * 10};
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { number, ten, value, all } from './between.js';
globalThis.value = () => [number, ten, value, all.value];
`,
    'between.js': `export { value as number, default as ten } from './dep.js';
export * from './dep.js';
export * as all from './dep.js';
`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, [1, 10, 1, 1]);
  for (const number of [2, 3, 4]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, [number, number * 10, number, number]);
  }
  wasHot(t, tab);
});

const FORWARDS = {
  'a named re-export': [
    `import { value } from './between.js';`,
    `export { value } from './dep.js';`,
  ],
  'a renamed re-export': [
    `import { number as value } from './between.js';`,
    `export { value as number } from './dep.js';`,
  ],
  'a re-exported default': [
    `import value from './between.js';`,
    `export { default } from './dep.js';`,
  ],
  'a re-export as default': [
    `import value from './between.js';`,
    `export { value as default } from './dep.js';`,
  ],
  'a re-export by a string name': [
    `import { 'a name' as value } from './between.js';`,
    `export { value as 'a name' } from './dep.js';`,
  ],
  'an import that is exported': [
    `import { number as value } from './between.js';`,
    `import { value } from './dep.js'; export { value as number };`,
  ],
  'a re-exported namespace': [
    `import { all } from './between.js'; const value = { valueOf: () => all.value };`,
    `export * as all from './dep.js';`,
  ],
  'an imported namespace that is exported': [
    `import { all } from './between.js'; const value = { valueOf: () => all.value };`,
    `import * as all from './dep.js'; export { all };`,
  ],
  'export *': [`import { value } from './between.js';`, `export * from './dep.js';`],
  'a namespace of export *': [
    `import * as all from './between.js'; const value = { valueOf: () => all.value };`,
    `export * from './dep.js';`,
  ],
};

for (const [form, [imported, forward]] of Object.entries(FORWARDS)) {
  test(`accept() in a module with ${form}: importers see edits below it, and what changes later`, async (t) => {
    const dep = (number) => `export let value = ${number};
export { value as default };
globalThis.raise = () => { value += 1; };
`;
    const between = `${forward}\nimport.meta.hot.accept();\n`;
    const { project, tab } = await startApp(t, {
      'main.js': `${imported}
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.value = () => Number(value);
`,
      'between.js': between,
      'dep.js': dep(1),
    });
    const values = () => globalThis.value();
    await tab.until(values, 1);
    await tab.evaluate(() => globalThis.raise());
    t.is(await tab.evaluate(values), 2);
    for (const number of [20, 30, 40]) {
      await project.write('dep.js', dep(number));
      await tab.until(values, number);
      await tab.evaluate(() => globalThis.raise());
      t.is(await tab.evaluate(values), number + 1);
      await project.write('between.js', `${between}globalThis.between = ${number};\n`);
      await tab.until(() => globalThis.between, number);
      t.is(await tab.evaluate(values), number + 1);
    }
    t.is(await tab.evaluate(() => globalThis.runs), 1);
    wasHot(t, tab);
  });
}

// Such a module was served as it is: nothing tells when it assigns an export.
const FORWARDS_OF_FORWARDS = {
  'a re-export of a re-export': [
    `import { value } from './between.js';`,
    `export { value } from './inner.js';`,
  ],
  'export * of export *': [`import { value } from './between.js';`, `export * from './inner.js';`],
};

const LOADED_BEFORE = [
  ...Object.entries({ ...FORWARDS, ...FORWARDS_OF_FORWARDS }).map(([form, code]) => {
    return { form, code, of: 'a module', loaded: 'inner.js' };
  }),
  ...Object.entries(FORWARDS_OF_FORWARDS).map(([form, code]) => {
    return { form, code, of: 'a new module of one', loaded: 'dep.js' };
  }),
];

for (const { form, code, of, loaded } of LOADED_BEFORE) {
  const [imported, forward] = code;
  for (const when of ['just before', 'long before']) {
    test(`accept() in a module with ${form} of ${of} that was loaded ${when}: importers see edits below it, and what changes later`, async (t) => {
      const dep = (number) => `export let value = ${number};
export { value as default };
globalThis.raise = () => { value += 1; };
`;
      const between = `${forward}\nimport.meta.hot.accept();\n`;
      const { project, tab } = await startApp(t, {
        'main.js': `import './first.js'; import './other.js'; globalThis.load = () => import('./late.js');`,
        'first.js': `import './${loaded}'; import.meta.hot.accept();`,
        'other.js': `import.meta.hot.accept();`,
        'inner.js': `export * from './dep.js';`,
        'late.js': `${imported}
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.value = () => Number(value);
import.meta.hot.accept();
`,
        'between.js': between,
        'dep.js': dep(1),
      });
      if (when === 'long before') {
        await project.write('other.js', 'globalThis.other = true; import.meta.hot.accept();');
        await tab.until(() => globalThis.other, true);
      }
      await tab.evaluate(() => void globalThis.load());
      const values = () => globalThis.value?.();
      await tab.until(values, 1);
      await tab.evaluate(() => globalThis.raise());
      t.is(await tab.evaluate(values), 2);
      await project.write('dep.js', dep(10));
      await tab.until(values, 10);
      const runs = await tab.evaluate(() => globalThis.runs);
      for (const number of [20, 30, 40]) {
        await tab.evaluate(() => globalThis.raise());
        t.is(await tab.evaluate(values), number - 9);
        await project.write('between.js', `${between}globalThis.between = ${number};\n`);
        await tab.until(() => globalThis.between, number);
        t.is(await tab.evaluate(values), number - 9);
        await project.write('dep.js', dep(number));
        await tab.until(values, number);
      }
      t.is(await tab.evaluate(() => globalThis.runs), runs);
      wasHot(t, tab);
    });
  }
}

/** An app in which one module accepts, and passes on what a new one passes on of one that was loaded long before. */
const passingOn = (between) => ({
  'app/index.html': PAGE,
  'app/main.js': `import './dep.js'; globalThis.load = () => import('./late.js');`,
  'app/late.js': `import { value } from './first.js'; globalThis.value = () => value;`,
  'app/first.js': `export { value } from '${between}';\nimport.meta.hot.accept();\n`,
  'app/dep.js': 'export let value = 1;\nglobalThis.raise = () => { value += 1; };\n',
});

test('accept() in a module with exports of a new module outside of the root, of one that was loaded before: importers see what changes later', async (t) => {
  for (const base of ['', '/base']) {
    const outside = `${base}/__wds-outside-root__/1/linked/between.js`;
    const { project, tab } = await startApp(
      t,
      { ...passingOn(outside), 'linked/between.js': `export { value } from '${base}/dep.js';` },
      { root: 'app', path: `${base}/`, config: base ? { basePath: base } : {} },
    );
    await tab.until(() => typeof globalThis.raise, 'function');
    await tab.evaluate(() => globalThis.load());
    await tab.evaluate(() => globalThis.raise());
    t.is(await tab.evaluate(() => globalThis.value()), 2, base);
    await project.write(
      'app/first.js',
      `export { value } from '${outside}';\nglobalThis.first = 2;\nimport.meta.hot.accept();\n`,
    );
    await tab.until(() => globalThis.first, 2);
    await tab.evaluate(() => globalThis.raise());
    t.is(await tab.evaluate(() => globalThis.value()), 3, base);
    wasHot(t, tab);
  }
});

test('accept() in a module that exports constants of one that was loaded before: importers do not run again', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './first.js'; import('./late.js');`,
    'first.js': `import './dep.js'; import.meta.hot.accept();`,
    'late.js': `import { value } from './between.js';
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.value = () => value;
`,
    'between.js': `export { value } from './dep.js'; import.meta.hot.accept();`,
    'dep.js': 'export const value = 1;',
  });
  await tab.until(() => globalThis.value?.(), 1);
  await project.write('dep.js', 'export const value = 2;');
  await tab.until(() => globalThis.value(), 2);
  t.is(await tab.evaluate(() => globalThis.runs), 1);
  wasHot(t, tab);
});

test('accept() in a module whose exports come from elsewhere after an edit: importers see them', async (t) => {
  const forms = [
    `export { one as value } from './dep.js';`,
    `export { two as value } from './dep.js';`,
    `export const value = 3;`,
    `import { one } from './dep.js'; export { one as value };`,
    `import all from './other.js'; export let value = all;`,
    `export * from './other.js';`,
    `export { default as value } from './other.js';`,
  ];
  const between = (index) => `${forms[index]}\nimport.meta.hot.accept();\n`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './between.js'; globalThis.value = () => value;
import.meta.hot.dispose(() => {});`,
    'between.js': between(0),
    'dep.js': 'export const one = 1; export const two = 2;',
    'other.js': 'export default 5; export const value = 6;',
  });
  const values = () => globalThis.value();
  await tab.until(values, 1);
  for (const [index, expected] of [2, 3, 1, 5, 6, 5].entries()) {
    await project.write('between.js', between(index + 1));
    await tab.until(values, expected);
  }
  wasHot(t, tab);
});

test('accept() in a module that lost its export *: a warning names the exports that importers keep', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './between.js'; globalThis.value = () => value;`,
    'between.js': `export * from './dep.js';\nimport.meta.hot.accept();\n`,
    'dep.js': 'export const value = 1;',
  });
  await tab.until(() => globalThis.value(), 1);
  await project.write('between.js', `export const value = 2;\nimport.meta.hot.accept();\n`);
  const { type, text } = await tab.logged('keeps the last value of: value');
  t.is(type, 'warning');
  t.true(text.includes('/between.js') && text.includes('/main.js'), text);
  wasHot(t, tab);
});

test('barrels of barrels: importers see edits at the bottom', async (t) => {
  const dep = (number) => `export let value = ${number}; export const raise = () => { value++; };`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { value, raise } from './barrel.js';
globalThis.value = () => value;
globalThis.raise = () => raise();
`,
    'barrel.js': `export * from './inner.js';\nimport.meta.hot.accept();\n`,
    'inner.js': `export * from './innermost.js';`,
    'innermost.js': `export { value, raise } from './dep.js';`,
    'dep.js': dep(1),
  });
  const values = () => globalThis.value();
  await tab.until(values, 1);
  for (const number of [10, 20, 30]) {
    await project.write('dep.js', dep(number));
    await tab.until(values, number);
    await tab.evaluate(() => globalThis.raise());
    t.is(await tab.evaluate(values), number + 1);
  }
  wasHot(t, tab);
});

test('accept() in a module that imports and exports: importers see what changed below it', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { number } from './between.js'; globalThis.value = () => number;`,
    'between.js': `import { value } from './dep.js';
export { value as number };
import.meta.hot.accept();
`,
    'dep.js': 'export const value = 1;',
  });
  const values = () => globalThis.value();
  await tab.until(values, 1);
  for (const number of [2, 3, 4]) {
    await project.write('dep.js', `export const value = ${number};`);
    await tab.until(values, number);
  }
  wasHot(t, tab);
});

for (const [what, main, first] of [
  ['that is new', `import './view.js'; import './lib.js';`, ''],
  ['that hot modules import', `import './view.js';`, `import { a } from './barrel.js'; a;`],
  ['that only others import', `import { a } from './barrel.js'; import './view.js'; a;`, ''],
]) {
  test(`a name that is new in a module comes through export * of one ${what}`, async (t) => {
    const view = (imports, shown) => `${imports}
globalThis.value = () => ${shown};
import.meta.hot.accept();`;
    const lib = (names, number) => {
      const exported = names.map((name) => `export const ${name} = '${name}${number}';`);
      return `${exported.join('\n')}
globalThis.lib = ${number};
import.meta.hot.accept();`;
    };
    const { project, tab } = await startApp(t, {
      'main.js': main,
      'view.js': view(first, '0'),
      'barrel.js': `export * from './lib.js';`,
      'lib.js': lib(['a'], 1),
    });
    const values = () => globalThis.value?.();
    await tab.until(values, 0);
    await project.write('lib.js', lib(['b', 'a'], 2));
    await tab.until(() => globalThis.lib, 2);
    await project.write('view.js', view(`import { b } from './barrel.js';`, 'b'));
    await tab.until(values, 'b2');
    const all = '[Object.keys(ns), typeof ns.c, ns.a, ns.b]';
    await project.write('view.js', view(`import * as ns from './barrel.js';`, all));
    await tab.until(values, [['a', 'b'], 'undefined', 'a2', 'b2']);
    await project.write('lib.js', lib(['a', 'b', 'c'], 3));
    await tab.until(values, [['a', 'b', 'c'], 'string', 'a3', 'b3']);
    wasHot(t, tab);
  });
}

for (const between of [
  `export { foo } from './foo.js';`,
  `import { foo } from './foo.js'; export { foo };`,
]) {
  test(`a star export next to one of a hot module that passes the same export on is not ambiguous: ${between}`, async (t) => {
    const foo = (number) => `export const foo = ${number};`;
    const { project, tab } = await startApp(t, {
      'main.js': `import { foo } from './index.js'; globalThis.value = () => foo;`,
      'index.js': `export * from './a.js'; export * from './foo.js';`,
      'a.js': `${between}\nimport.meta.hot.accept();`,
      'foo.js': foo(1),
    });
    const values = () => globalThis.value?.();
    await tab.until(values, 1);
    await project.write('a.js', `${between}\nglobalThis.a = 2; import.meta.hot.accept();`);
    await tab.until(() => globalThis.a, 2);
    t.is(await tab.evaluate(values), 1);
    wasHot(t, tab);
    // The other star lets the update go on to the page.
    await project.write('foo.js', foo(2));
    await tab.until(values, 2);
    t.deepEqual(tab.errors, []);
  });
}

test('a hot barrel in a cycle gives its modules what they need at first load', async (t) => {
  const base = (number) => `import { helper } from './index.js';
export class Base { static made = helper(${number}); }`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { Base } from './index.js'; globalThis.value = () => Base.made;`,
    'index.js': `export { helper } from './helper.js'; export { Base } from './base.js';
import.meta.hot.accept();`,
    'helper.js': `export const helper = (number) => 'made ' + number;`,
    'base.js': base(1),
  });
  const values = () => globalThis.value?.();
  for (const number of [1, 2, 3]) {
    if (number > 1) await project.write('base.js', base(number));
    await tab.until(values, `made ${number}`);
  }
  wasHot(t, tab);
});
