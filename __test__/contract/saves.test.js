/**
 * After the last save every tab shows the last bytes on disk, whatever happened in between.
 */

import { open as openFile } from 'node:fs/promises';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import ava from 'ava';
import { PAGE, startApp } from '../helpers/app.js';
import { closeBrowser, openTab, waitFor } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';

// One after the other: what is tested here is the order of things.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const values = () => globalThis.values;

/** Lets `milliseconds` pass between two saves of a writer. No test waits for its result in this way. */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A dependency that passes its value on, accepted by a page that keeps all it ever got. */
const dep = (number) => `export const value = ${number};`;
const MAIN = `import { value } from './dep.js';
globalThis.value = value;
globalThis.values = [value];
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; globalThis.values.push(dep.value); });
`;
const APP = { 'main.js': MAIN, 'dep.js': dep(1) };

const updates = (server) => server.events.filter(({ type }) => type === 'updated');

/**
 * The last value is `last`, and none that was replaced ever came back. The same one may come twice: what a
 * request gets may be newer than the update that it is made for.
 */
function neverWentBack(t, seen, last) {
  t.is(seen.at(-1), last);
  t.deepEqual(
    seen,
    [...seen].sort((a, b) => a - b),
  );
}

// -- one save -----------------------------------------------------------------------------------------

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

test('atomic saves: a new file renamed over the old one', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(value, 1);
  for (const number of [2, 3, 4, 5]) {
    await project.writeAtomically('dep.js', dep(number));
    await tab.until(value, number);
  }
  t.deepEqual(await tab.evaluate(values), [1, 2, 3, 4, 5]);
  wasHot(t, tab);
});

test('saves of both kinds in turn', async (t) => {
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
      await pause(40);
    }
    await file.close();
    expected.push(`${number} one`, `${number} two`, `${number} three`);
    await tab.until(seen, expected);
  }
  t.is(updates(server).length, 3);
  wasHot(t, tab);
});

test('a save in parts that are no code by themselves is no error', async (t) => {
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

// -- many saves ---------------------------------------------------------------------------------------

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

test('saves of a module and of what it imports, at once, show the newest of both', async (t) => {
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

test('modules that import each other and are saved at once: each accepts its own update, once', async (t) => {
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

test('a save during an update waits for it and is applied after it', async (t) => {
  const slow = (number) => `export const value = ${number};
globalThis.log ??= [];
globalThis.log.push('run ${number}');
import.meta.hot.dispose(async () => {
  globalThis.log.push('dispose ${number}');
  await new Promise((resolve) => { globalThis.release = resolve; });
  globalThis.log.push('disposed ${number}');
});
`;
  const { project, server, tab } = await startApp(t, { 'main.js': MAIN, 'dep.js': slow(1) });
  const log = () => globalThis.log;
  await tab.until(log, ['run 1']);
  await project.write('dep.js', slow(2));
  await tab.until(log, ['run 1', 'dispose 1']);
  await project.write('dep.js', slow(3));
  await waitFor(
    () => updates(server).length === 2,
    () => JSON.stringify(server.events),
  );
  t.deepEqual(await tab.evaluate(log), ['run 1', 'dispose 1']);
  await tab.evaluate(() => {
    const { release } = globalThis;
    globalThis.release = undefined;
    release();
  });
  await tab.until(() => globalThis.log.at(-1), 'dispose 2');
  await tab.evaluate(() => globalThis.release());
  await tab.until(value, 3);
  t.is((await tab.evaluate(log)).at(-1), 'run 3');
  neverWentBack(t, await tab.evaluate(values), 3);
  wasHot(t, tab);
});

test('ten saves within 50 ms while an update is in flight become few, and the last bytes win', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.values = [value];
import.meta.hot.accept('./dep.js', async (dep) => {
  globalThis.values.push(dep.value);
  if (dep.value === 2) await new Promise((resolve) => { globalThis.release = resolve; });
});
`,
    'dep.js': dep(1),
  });
  await project.write('dep.js', dep(2));
  await tab.until(values, [1, 2]);
  for (let number = 3; number < 13; number += 1) {
    await Promise.all([project.write('dep.js', dep(number)), pause(5)]);
  }
  const served = async () => (await fetch(server.url('/dep.js'))).text();
  await waitFor(
    async () => (await served()).includes('12') && updates(server).length > 1,
    () => JSON.stringify(server.events),
  );
  t.deepEqual(await tab.evaluate(values), [1, 2]);
  await tab.evaluate(() => globalThis.release());
  await tab.until(() => globalThis.values.at(-1), 12);
  const seen = await tab.evaluate(values);
  neverWentBack(t, seen, 12);
  t.true(seen.length < 8, `${seen}`);
  wasHot(t, tab);
});

test('saves during the accept callback of an update are applied after it', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.value = value;
globalThis.log = [];
import.meta.hot.accept('./dep.js', async (dep) => {
  globalThis.log.push('start ' + dep.value);
  if (dep.value === 2) await new Promise((resolve) => { globalThis.release = resolve; });
  globalThis.log.push('end ' + dep.value);
  globalThis.value = dep.value;
});
`,
    'dep.js': dep(1),
  });
  const log = () => globalThis.log;
  await project.write('dep.js', dep(2));
  await tab.until(log, ['start 2']);
  await project.write('dep.js', dep(3));
  await project.write('dep.js', dep(4));
  await tab.evaluate(() => globalThis.release());
  await tab.until(value, 4);
  const seen = await tab.evaluate(log);
  t.deepEqual(seen.slice(0, 2), ['start 2', 'end 2']);
  t.deepEqual(seen.slice(-2), ['start 4', 'end 4']);
  wasHot(t, tab);
});

// -- files that come and go ---------------------------------------------------------------------------

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

test('a file that was imported before it was there is hot when it is made', async (t) => {
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

test('a folder that is replaced, as by a checkout, is followed', async (t) => {
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

// -- saves round a page load --------------------------------------------------------------------------

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
 * Handles the first request for `what` only: all tabs of the context make requests, and those that are on their
 * way when the test ends have nobody who could answer them.
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
