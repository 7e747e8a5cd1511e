/**
 * Updates that bring modules that the page does not have yet, and code that cannot link, run or compile.
 */

import ava from 'ava';
import { PAGE, startApp } from '../../helpers/app.js';
import { applied, requests } from '../../helpers/brought.js';
import { closeBrowser } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';

const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

/** `main.js` that accepts `./top.js` and calls `globalThis.show(namespace)`. */
const MAIN = `import * as top from './top.js';
globalThis.show = (top) => { globalThis.value = top.value; };
globalThis.show(top);
import.meta.hot.accept('./top.js', (top) => globalThis.show(top));
`;

/** Code that is linked in a way of its own, and what it changes from. */
const FORMS = {
  'code that waits at its top level': {
    files: { 'leaf.js': 'export const leaf = 1;' },
    saved: { 'leaf.js': 'export const leaf = await Promise.resolve(2);' },
  },
  'a cycle': {
    files: {
      'leaf.js': `import './other.js'; export const leaf = 1;`,
      'other.js': `import { leaf } from './leaf.js'; export const other = () => leaf;`,
    },
    saved: { 'leaf.js': `import { other } from './other.js'; export const leaf = 2; other();` },
  },
  'an import of a module that was never loaded': {
    files: { 'leaf.js': 'export const leaf = 1;', 'new.js': 'export const two = 2;' },
    saved: { 'leaf.js': `export { two as leaf } from './new.js';` },
  },
  'an import of a variable that changes': {
    files: {
      'leaf.js': 'export const leaf = 1;',
      'state.js': 'export let state = 1; globalThis.set = (to) => { state = to; };',
      'load.js': `import './state.js';`,
    },
    saved: { 'leaf.js': `export { state as leaf } from './state.js'; globalThis.set(2);` },
  },
};

for (const [name, { files, saved }] of Object.entries(FORMS)) {
  test(`an update brings ${name}`, async (t) => {
    const { project, tab } = await startApp(t, {
      'main.js': `${MAIN}${files['load.js'] ? `import './load.js';` : ''}`,
      'top.js': `import { leaf } from './leaf.js'; export const value = leaf;`,
      ...files,
    });
    await tab.until(value, 1);
    for (const [file, text] of Object.entries(saved)) await project.write(file, text);
    await tab.until(value, 2);
    await project.write('leaf.js', 'export const leaf = 3;');
    await tab.until(value, 3);
    wasHot(t, tab);
  });
}

test('a missing export is found before anything is disposed', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': MAIN,
    'top.js': `import { leaf } from './leaf.js'; export const value = leaf;
import.meta.hot.dispose(() => { globalThis.disposed = true; });`,
    'leaf.js': 'export const leaf = 1;',
  });
  await project.write('leaf.js', 'export const other = 2;');
  const failed = await server.event(({ type }) => type === 'failed');
  t.regex(failed.message, /leaf/);
  t.is(await tab.evaluate(() => globalThis.disposed), undefined);
  await project.write('leaf.js', 'export const leaf = 3;');
  await tab.until(value, 3);
  await applied(server, 1);
  wasHot(t, tab);
});

for (const [how, hint] of [
  ['', ''],
  [', which the page preloads,', '<link rel="modulepreload" href="./new.js">'],
]) {
  const main = (imports) => `${imports}
(globalThis.log ??= []).push('main');
import.meta.hot.dispose(() => { globalThis.log.push('dispose'); });
import.meta.hot.accept();`;
  const files = {
    'index.html': PAGE.replace('</head>', `${hint}</head>`),
    'main.js': main(''),
    'new.js': `(globalThis.log ??= []).push('new'); export const value = 1;`,
  };
  const log = () => globalThis.log;

  /** Saves what is refused: nothing runs. */
  async function isRefused(t, { project, server, tab }, imports, what) {
    const failures = () => server.events.filter(({ type }) => type === 'failed');
    const before = failures().length;
    await project.write('main.js', main(imports));
    await server.event(() => failures().length > before);
    t.true(failures().at(-1).message.includes(what));
    t.deepEqual(await tab.evaluate(log), ['main'], imports);
  }

  /** Saves what is applied: the new module runs after the dispose callbacks. */
  async function isApplied(t, { project, tab }) {
    await project.write('main.js', main(`import './new.js';`));
    await tab.until(log, ['main', 'dispose', 'new', 'main']);
    wasHot(t, tab);
  }

  test(`a new module${how} runs after the dispose callbacks, also when an update with it failed before`, async (t) => {
    const app = await startApp(t, files);
    await app.tab.until(log, ['main']);
    await isRefused(t, app, `import './new.js'; import './missing.js';`, 'missing.js');
    await isApplied(t, app);
  });

  test(`a new module${how} does not run when a name that is imported from it is missing`, async (t) => {
    const app = await startApp(t, files);
    await app.tab.until(log, ['main']);
    await isRefused(t, app, `import { nope } from './new.js';`, 'nope');
    await isRefused(t, app, `import './new.js'; import './missing.js';`, 'missing.js');
    await isRefused(t, app, `import { nope } from './new.js';`, 'nope');
    await isApplied(t, app);
  });

  test(`a new module${how} runs after the dispose callbacks of the update that brings it`, async (t) => {
    const app = await startApp(t, files);
    await app.tab.until(log, ['main']);
    await isApplied(t, app);
  });
}

test('code that throws leaves the old code in force, and the next save recovers', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': MAIN,
    'top.js': `import { leaf } from './leaf.js'; export const value = leaf;`,
    'leaf.js': 'export const leaf = 1;',
  });
  await project.write('leaf.js', `export const leaf = 2; throw new Error('on purpose');`);
  const failed = await server.event(({ type }) => type === 'failed');
  t.regex(failed.message, /on purpose/);
  t.is(await tab.evaluate(value), 1);
  await project.write('leaf.js', 'export const leaf = 3;');
  await tab.until(value, 3);
  await applied(server, 1);
  wasHot(t, tab);
});

test('a content security policy that forbids eval is kept', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': `<!doctype html><html><head>
<meta http-equiv="content-security-policy" content="script-src 'self' 'unsafe-inline'">
</head><body><script type="module" src="./main.js"></script></body></html>`,
    'main.js': MAIN,
    'top.js': 'export const value = 1;',
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('top.js', `export const value = ${number};`);
    await tab.until(value, number);
  }
  t.is(tab.loads, 1);
  // Firefox reports what it refused, once.
  t.true(tab.errors.length <= 1 && tab.errors.every((error) => error.includes('eval')));
});

test('code that only the host can make comes with the update', async (t) => {
  const upper = {
    name: 'upper',
    transform: (context) =>
      context.path === '/leaf.js'
        ? context.body.replace('ONE', '1').replace('TWO', '2')
        : undefined,
  };
  const { project, server, tab } = await startApp(
    t,
    {
      'main.js': MAIN,
      'top.js': `import { leaf } from './leaf.js'; export const value = leaf;`,
      'leaf.js': 'export const leaf = ONE;',
    },
    { before: [upper] },
  );
  await tab.until(value, 1);
  const before = await tab.evaluate(requests);
  await project.write('leaf.js', 'export const leaf = TWO;');
  await tab.until(value, 2);
  await applied(server, 1);
  t.deepEqual(await tab.evaluate(requests), before);
  wasHot(t, tab);
});
