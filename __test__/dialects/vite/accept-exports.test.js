/**
 * `acceptExports`, as people use it with Vite: importers decide whether the module takes its update.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { settled, wasHot } from '../../helpers/expect.js';
import { HOT, hasLoaded } from '../../helpers/vite.js';

// One after the other: dozens of tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const log = () => globalThis.log?.join(', ');

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
  test(`acceptExports(names, cb) passes the update on where an importer uses another export: ${form}`, async (t) => {
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

test('acceptExports(names) reloads the page where another export is used and no module accepts', async (t) => {
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

test('acceptExports(names) follows edits of the importers, and of the names', async (t) => {
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

test('acceptExports(names) ignores importers that the page has not loaded', async (t) => {
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

test('acceptExports(names) takes names that only the running code knows', async (t) => {
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
