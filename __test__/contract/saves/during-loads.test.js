/**
 * Saves while a page, a module or a body is on its way: none is lost.
 */

import { esbuildPlugin } from '@web/dev-server-esbuild';
import ava from 'ava';
import { PAGE, startApp } from '../../helpers/app.js';
import { closeBrowser, openTab } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';
import { APP, dep, MAIN, neverWentBack, updates } from '../../helpers/saves.js';

// One after the other: what is tested here is the order of things.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const values = () => globalThis.values;

test('a save directly after the page has loaded is not lost', async (t) => {
  const { project, server, tab } = await startApp(t, APP, { connect: false });
  const context = tab.page.context();
  for (const number of [2, 3, 4, 5, 6]) {
    const other = await openTab(server.url(), { context });
    await project.write('dep.js', dep(number));
    await other.until(value, number);
    t.is(other.loads, 1);
    await other.page.close();
  }
  await tab.until(value, 6);
  wasHot(t, tab);
});

/** Opens the app in a tab, and saves `dep.js` when the browser asks for `what`, before it gets an answer. */
async function saveWhenAsked(t, { project, server, tab }, what, number) {
  const context = tab.page.context();
  let saved = false;
  const save = async () => {
    saved = true;
    await project.write('dep.js', dep(number));
  };
  if (what === 'socket') {
    await context.routeWebSocket(/__hotgraph\/socket/, async (socket) => {
      await save();
      socket.connectToServer();
    });
  } else {
    await onFirstRequest(context, what, async (route) => {
      await save();
      await route.continue();
    });
  }
  const opened = await openTab(server.url(), { context });
  await opened.until(value, number);
  t.true(saved);
  await opened.connected();
  await project.write('dep.js', dep(number + 1));
  await opened.until(value, number + 1);
  neverWentBack(t, await opened.evaluate(values), number + 1);
  wasHot(t, opened);
}

/**
 * Handles the first request for `what` only. All tabs of the context make requests, and nothing could answer those that
 * are on their way when the test ends.
 */
const onFirstRequest = (context, what, handle) => context.route(what, handle, { times: 1 });

for (const [when, what] of [
  ['the page asks for the client', /__hotgraph\/[0-9a-f]+\/main\.js/],
  ['the client asks for its environment', /__hotgraph\/[0-9a-f]+\/env\.js/],
  ['the page asks for its first module', /\/main\.js(\?__hot=\d+)?$/],
  ['the socket opens', 'socket'],
]) {
  test(`a save while ${when} is not lost`, async (t) => {
    const app = await startApp(t, APP);
    await saveWhenAsked(t, app, what, 2);
  });
}

test('a save while the body of its own module is on its way is not lost', async (t) => {
  const { project, server, tab } = await startApp(t, APP);
  const context = tab.page.context();
  await onFirstRequest(context, /\/dep\.js/, async (route) => {
    const response = await route.fetch();
    await project.write('dep.js', dep(2));
    await server.event(({ type }) => type === 'updated');
    await route.fulfill({ response });
  });
  const opened = await openTab(server.url(), { context });
  await opened.until(value, 2);
  wasHot(t, opened);
});

/** Middleware that calls `run` when the first answer for a path is there, and sends that answer then. */
const onFirstAnswer = (path, run) => {
  let isDone = false;
  return async (context, next) => {
    await next();
    if (isDone || context.path !== path) return;
    isDone = true;
    await run();
  };
};

for (const [who, hot] of [
  ['that is hot', 'import.meta.hot.accept();'],
  ['that is not hot', ''],
]) {
  test(`a save while code ${who} imports its module dynamically is not lost`, async (t) => {
    const own = (number) => `globalThis.value = ${number};\nimport.meta.hot.accept();`;
    const save = async () => {
      await project.write('own.js', own(2));
      await server.event(({ type }) => type === 'updated');
    };
    const { project, server, tab } = await startApp(
      t,
      {
        'main.js': `globalThis.load = () => import('./own.js');\n${hot}`,
        'own.js': own(1),
      },
      { config: { middleware: [onFirstAnswer('/own.js', save)] } },
    );
    await tab.evaluate(() => globalThis.load());
    await tab.until(value, 2);
    wasHot(t, tab);
  });
}

test('a page that asks for a file at the beginning of its first save gets the whole save', async (t) => {
  let saving = false;
  // Runs directly before the file is read: it is empty then, as in the middle of every save.
  const writer = {
    name: 'writer',
    serve(context) {
      if (!saving || context.path !== '/dep.js') return;
      saving = false;
      project.writeNow('dep.js', '');
      setImmediate(() => project.writeNow('dep.js', dep(2)));
    },
  };
  const { project, server, tab } = await startApp(t, APP, { before: [writer] });
  await tab.until(value, 1);
  saving = true;
  const opened = await openTab(server.url(), { context: tab.page.context() });
  t.false(saving);
  await opened.until(value, 2);
  await opened.connected();
  wasHot(t, opened);
});

test('a module that a plugin is slow to transform is not lost when it is saved meanwhile', async (t) => {
  let hold;
  let asked;
  const held = new Promise((resolve) => {
    asked = resolve;
  });
  const slow = {
    name: 'slow',
    async transform(context) {
      if (context.path !== '/dep.js' || !hold) return;
      asked();
      await hold;
    },
  };
  const { project, tab } = await startApp(t, { ...APP, 'index.html': PAGE }, { before: [slow] });
  let release;
  hold = new Promise((resolve) => {
    release = resolve;
  });
  // The host answers from its cache what did not change.
  await project.write('dep.js', dep(2));
  await held;
  await project.write('dep.js', dep(3));
  hold = undefined;
  release();
  await tab.until(value, 3);
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(values), [3]);
});

/** TypeScript that tells when it runs. */
const telling = (name, number) => `const own: string = '${name} ${number}';
(globalThis.ran ??= []).push(own);
import.meta.hot.accept();
`;

const ran = () => globalThis.ran;

test('TypeScript that is saved right after it was first served runs once', async (t) => {
  const names = Array.from({ length: 8 }, (_, at) => `dep${at}.ts`);
  // Half of them are saved before the page has what it asked for.
  const early = names.filter((_, at) => at % 2 > 0);
  const save = (name) => project.write(name, telling(name, 2));
  const { project, server, tab } = await startApp(
    t,
    {
      'main.js': `globalThis.load = (name) => import('./' + name); import.meta.hot.accept();`,
      ...Object.fromEntries(names.map((name) => [name, telling(name, 1)])),
    },
    {
      before: [esbuildPlugin({ ts: true })],
      config: { middleware: early.map((name) => onFirstAnswer(`/${name}`, () => save(name))) },
    },
  );
  const expected = [];
  for (const name of names) {
    await tab.evaluate((name) => globalThis.load(name), name);
    if (!early.includes(name)) await save(name);
    expected.push(`${name} 1`, `${name} 2`);
    await tab.until(ran, expected);
  }
  // Nothing else is on its way.
  for (const name of names) {
    await project.write(name, telling(name, 3));
    expected.push(`${name} 3`);
    await tab.until(ran, expected);
  }
  t.is(updates(server).length, names.length * 2);
  wasHot(t, tab);
});

test('TypeScript that is saved while a page is the first to load it runs once', async (t) => {
  for (const isEarly of [true, false]) {
    const save = () => project.write('dep.ts', telling('dep', 2));
    const middleware = isEarly ? [onFirstAnswer('/dep.ts', save)] : [];
    const { project, server, tab } = await startApp(
      t,
      {
        'index.html': '<!doctype html><html><head></head><body></body></html>',
        'app.html': PAGE,
        'main.js': `import './dep.ts';`,
        'dep.ts': telling('dep', 1),
      },
      { before: [esbuildPlugin({ ts: true })], config: { middleware } },
    );
    const opened = await openTab(server.url('/app.html'), { context: tab.page.context() });
    if (!isEarly) await save();
    await opened.until(ran, ['dep 1', 'dep 2']);
    await opened.connected();
    await project.write('dep.ts', telling('dep', 3));
    await opened.until(ran, ['dep 1', 'dep 2', 'dep 3']);
    t.is(updates(server).length, 2);
    wasHot(t, opened);
  }
});

test('reloading by hand right after edits never shows stale code, whatever the host caches', async (t) => {
  const typed = (number) =>
    `const inner: number = ${number};\nexport const value = inner as number;`;
  const { project, tab } = await startApp(
    t,
    {
      'index.html': PAGE.replace('main.js', 'main.ts'),
      'main.ts': MAIN.replaceAll('./dep.js', './middle.ts').replace('(dep)', '(dep: any)'),
      'middle.ts': `export { value } from './dep.ts';`,
      'dep.ts': typed(1),
    },
    { before: [esbuildPlugin({ ts: true })] },
  );
  await tab.until(value, 1);
  for (let number = 2; number < 22; number += 2) {
    await project.write('dep.ts', typed(number));
    await project.write('dep.ts', typed(number + 1));
    await tab.page.reload();
    t.is((await tab.evaluate(values))[0], number + 1);
  }
});

test('reloading by hand right after edits never shows stale plain code', async (t) => {
  const { project, tab } = await startApp(t, APP);
  for (let number = 2; number < 22; number += 2) {
    await project.writeAtomically('dep.js', dep(number));
    await project.write('dep.js', dep(number + 1));
    await tab.page.reload();
    t.is((await tab.evaluate(values))[0], number + 1);
  }
});

test('two tabs that load and update at different times end up the same', async (t) => {
  const { project, tab, open } = await startApp(t, APP);
  const tabs = [tab];
  for (let number = 2; number < 8; number += 1) {
    const [opened] = await Promise.all([open(), project.write('dep.js', dep(number))]);
    tabs.push(opened);
  }
  for (const one of tabs) {
    await one.until(value, 7);
    neverWentBack(t, await one.evaluate(values), 7);
    wasHot(t, one);
  }
});
