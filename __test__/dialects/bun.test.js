/**
 * Every example of Bun's documentation of `import.meta.hot`, written as that page writes it, over several
 * edits. What importers see after `accept()`, in all forms of exports, is in `contract/exports/`.
 */

import ava from 'ava';
import { WebSocketServer } from 'ws';
import { startApp } from '../helpers/app.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';
import { portOf } from '../helpers/port.js';

const test = ava.serial;

test.after.always(closeBrowser);

const value = () => globalThis.value?.();
const log = () => globalThis.log;

test('if (import.meta.hot) { … }: HMR APIs are available', async (t) => {
  const main = (number) => `if (import.meta.hot) {
  // HMR APIs are available.
  globalThis.value = () => ${number};
  import.meta.hot.accept();
}
`;
  const { project, tab } = await startApp(t, { 'main.js': main(1) });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('main.js', main(number));
    await tab.until(value, number);
  }
  wasHot(t, tab);
});

const FOO = (number) => `let count = ${number};
export function getCount() { return count; }
export const raise = () => { count += 1; };
globalThis.raise = raise;
`;

const INDEX = (rest = '') => `import { getCount } from "./foo.js";

console.log("count is ", getCount());

import.meta.hot.accept();

export function getNegativeCount() {
  return -getCount()${rest};
}
`;

test('accept(): files that import the module are patched to import the new version, and its own imports are reused', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { getNegativeCount } from './index.js';
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.value = () => getNegativeCount();
`,
    'index.js': INDEX(),
    'foo.js': FOO(10),
  });
  await tab.until(value, -10);
  await tab.evaluate(() => globalThis.raise());
  t.is(await tab.evaluate(value), -11);
  await project.write('index.js', INDEX(' - 100'));
  await tab.until(value, -111);
  await project.write('index.js', INDEX(' - 200'));
  await tab.until(value, -211);
  t.is(await tab.evaluate(() => globalThis.runs), 1);
  wasHot(t, tab);
});

test('accept(): the module is a boundary for all the files that it imports', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { getNegativeCount } from './index.js';
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.value = () => getNegativeCount();
`,
    'index.js': INDEX(),
    'foo.js': `export { getCount } from './deeper.js';`,
    'deeper.js': FOO(1),
  });
  await tab.until(value, -1);
  for (const number of [2, 3, 4]) {
    await project.write('deeper.js', FOO(number));
    await tab.until(value, -number);
    await tab.logged(`count is  ${number}`);
  }
  t.is(await tab.evaluate(() => globalThis.runs), 1);
  wasHot(t, tab);
});

test('without an accept() the page reloads, and a console warning shows which files were invalidated', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './between.js';`,
    'between.js': `import { number } from './dep.js'; globalThis.value = () => number;`,
    'dep.js': 'export const number = 1;',
  });
  await tab.until(value, 1);
  await project.write('dep.js', 'export const number = 2;');
  await tab.until(value, 2);
  await tab.loaded(2);
  const { type, text } = await tab.logged('/dep.js changed');
  t.is(tab.loads, 2);
  t.is(type, 'warning');
  for (const file of ['/dep.js', '/between.js', '/main.js']) t.true(text.includes(file), text);
});

test('accept(callback): the callback is called with the new module', async (t) => {
  const module = (number) => `export const count = ${number};

import.meta.hot.accept(newModule => {
  if (newModule) {
    // newModule is undefined when SyntaxError happened
    console.log("updated: count is now ", newModule.count);
  }
});
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { count } from './module.js'; globalThis.value = () => count;`,
    'module.js': module(0),
  });
  await tab.until(value, 0);
  for (const number of [1, 2]) {
    await project.write('module.js', module(number));
    await tab.logged(`updated: count is now  ${number}`);
    // "Instead of patching the importers of this module, it will call the callback with the new module."
    t.is(await tab.evaluate(value), 0);
  }
  wasHot(t, tab);
});

test('accept("./foo", callback): the import shows the new module', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { count } from "./foo.js";

import.meta.hot.accept("./foo.js", (newModule) => {
  if (!newModule) return;

  console.log("updated: count is now ", count);
});
`,
    'foo.js': 'export const count = 0;',
  });
  await tab.connected();
  for (const number of [1, 2, 3]) {
    await project.write('foo.js', `export const count = ${number};`);
    await tab.logged(`updated: count is now  ${number}`);
  }
  wasHot(t, tab);
});

test('accept("./foo", callback) without a parameter: functions that the callback calls see the new module too', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import { count } from './foo.js';
const render = () => { globalThis.value = () => count; };
render();
import.meta.hot.accept('./foo.js', () => { render(); globalThis.seen = globalThis.value(); });
`,
    'foo.js': 'export let count = 0;',
  });
  await tab.until(value, 0);
  for (const number of [1, 2]) {
    await project.write('foo.js', `export let count = ${number};`);
    await tab.until(() => globalThis.seen, number);
  }
  wasHot(t, tab);
});

test('accept(["./foo", "./bar"], callback): each item is the updated module, or undefined', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './foo.js';
import './bar.js';
globalThis.value = () => [];
import.meta.hot.accept(["./foo.js", "./bar.js"], newModules => {
  // newModules is an array where each item corresponds to the updated module
  // or undefined if that module had a syntax error
  globalThis.value = () => newModules.map((one) => one?.number ?? null);
});
`,
    'foo.js': 'export const number = 1;',
    'bar.js': 'export const number = 1;',
  });
  await tab.until(value, []);
  await project.write('foo.js', 'export const number = 2;');
  await tab.until(value, [2, null]);
  await project.write('bar.js', 'export const number = 3;');
  await tab.until(value, [null, 3]);
  await project.write('bar.js', 'export const number = ;');
  await tab.logged('/bar.js');
  t.deepEqual(await tab.evaluate(value), [null, 3]);
  await project.write('bar.js', 'export const number = 4;');
  await tab.until(value, [null, 4]);
  wasHot(t, tab);
});

test('data: its values outlive the module, and writing it makes the module accept itself', async (t) => {
  const main = (text) => `import { createRoot } from "./react-dom-client.js";
import { App } from "./app.js";

const elem = document.body;
const root = import.meta.hot.data.root ??= createRoot(elem);
root.render(App() + '${text}'); // re-use an existing root
`;
  const { project, tab } = await startApp(t, {
    'main.js': main('!'),
    'react-dom-client.js': `globalThis.roots = 0;
export const createRoot = (element) => {
  globalThis.roots += 1;
  return { render: (text) => { element.textContent = text; } };
};
`,
    'app.js': `export const App = () => 'one';`,
  });
  const text = () => document.body.textContent;
  await tab.until(text, 'one!');
  await project.write('app.js', `export const App = () => 'two';`);
  await tab.until(text, 'two!');
  await project.write('main.js', main('?'));
  await tab.until(text, 'two?');
  await project.write('app.js', `export const App = () => 'three';`);
  await tab.until(text, 'three?');
  t.is(await tab.evaluate(() => globalThis.roots), 1);
  wasHot(t, tab);
});

test('data can be passed to functions', async (t) => {
  const main = (
    number,
  ) => `const doSomething = (data) => { data.runs = (data.runs ?? 0) + 1; return data.runs; };
const runs = doSomething(import.meta.hot.data);
globalThis.value = () => [runs, ${number}];
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, { 'main.js': main(1) });
  await tab.until(value, [1, 1]);
  await project.write('main.js', main(2));
  await tab.until(value, [2, 2]);
  await project.write('main.js', main(3));
  await tab.until(value, [3, 3]);
  wasHot(t, tab);
});

test('dispose(): runs just before the module is replaced', async (t) => {
  const main = (number) => `globalThis.log ??= [];
const setupSideEffect = () => {
  globalThis.log.push('set up ${number}');
  return { cleanup: () => globalThis.log.push('clean up ${number}') };
};
const sideEffect = setupSideEffect();

import.meta.hot.dispose(() => {
  sideEffect.cleanup();
});
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, { 'main.js': main(1) });
  await tab.until(log, ['set up 1']);
  await project.write('main.js', main(2));
  await tab.until(log, ['set up 1', 'clean up 1', 'set up 2']);
  await project.write('main.js', main(3));
  await tab.until(log, ['set up 1', 'clean up 1', 'set up 2', 'clean up 2', 'set up 3']);
  wasHot(t, tab);
});

test('dispose(): a promise delays the replacement; all callbacks are called in parallel', async (t) => {
  const dep = (name, number) => `globalThis.log.push('${name} ${number}');
export const text = '${name} ${number}';
import.meta.hot.dispose(async () => {
  globalThis.log.push('${name} begins');
  globalThis.waiting = (globalThis.waiting ?? 0) + 1;
  while (globalThis.waiting < 2) await new Promise((resolve) => setTimeout(resolve));
  globalThis.log.push('${name} ends');
});
`;
  const { project, tab } = await startApp(t, {
    'main.js': `globalThis.log ??= [];
import('./boundary.js');
`,
    'boundary.js': `import './above.js'; import.meta.hot.accept(() => {});`,
    'above.js': `import './below.js';
${dep('above', 1)}`,
    'below.js': dep('below', 1),
  });
  await tab.until(log, ['below 1', 'above 1']);
  await tab.evaluate(() => {
    globalThis.log = [];
  });
  await project.write('below.js', dep('below', 2));
  await tab.until(() => globalThis.log.slice(4), ['below 2', 'above 1']);
  const begun = (await tab.evaluate(log)).slice(0, 4).sort();
  t.deepEqual(begun, ['above begins', 'above ends', 'below begins', 'below ends']);
  t.true((await tab.evaluate(log)).slice(0, 2).every((entry) => entry.endsWith('begins')));
  wasHot(t, tab);
});

test('prune(): a WebSocket stays open over edits and closes when no module imports its module', async (t) => {
  const sockets = new WebSocketServer({ port: 0 });
  t.teardown(() => sockets.close());
  const counts = { opened: 0, closed: 0 };
  sockets.on('connection', (socket) => {
    counts.opened += 1;
    socket.on('close', () => {
      counts.closed += 1;
    });
  });
  const address = `ws://localhost:${portOf(sockets)}`;
  const module = (number) => `import { something } from "./something.js";

// Initialize or re-use a WebSocket connection
export const ws = (import.meta.hot.data.ws ??= new WebSocket("${address}"));
globalThis.value = () => something + ${number};

// If the module's import is removed, clean up the WebSocket connection.
import.meta.hot.prune(() => {
  ws.close();
});
`;
  const main = (imports) => `${imports}\nimport.meta.hot.accept();\n`;
  const { project, tab } = await startApp(t, {
    'main.js': main(`import { ws } from './socket.js'; globalThis.ws = () => ws.readyState;`),
    'socket.js': module(1),
    'something.js': 'export const something = 100;',
  });
  await tab.until(() => globalThis.ws(), 1);
  await tab.until(value, 101);
  await project.write('socket.js', module(2));
  await tab.until(value, 102);
  await project.write('something.js', 'export const something = 200;');
  await tab.until(value, 202);
  t.deepEqual(counts, { opened: 1, closed: 0 });
  t.is(await tab.evaluate(() => globalThis.ws()), 1);

  await project.write('main.js', main(''));
  await waitFor(
    () => counts.closed === 1,
    () => JSON.stringify(counts),
  );

  await project.write(
    'main.js',
    main(`import { ws } from './socket.js'; globalThis.ws = () => ws.readyState;`),
  );
  await waitFor(
    () => counts.opened === 2,
    () => JSON.stringify(counts),
  );
  await tab.until(() => globalThis.ws(), 1);
  wasHot(t, tab);
});

test('on(): events have the prefix bun:, and a replaced file has no listeners', async (t) => {
  const main = (number) => `globalThis.log ??= [];
import.meta.hot.on("bun:beforeUpdate", () => {
  globalThis.log.push("before a hot update of ${number}");
});
globalThis.value = () => ${number};
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, { 'main.js': main(1) });
  await tab.until(value, 1);
  await project.write('main.js', main(2));
  await tab.until(value, 2);
  await project.write('main.js', main(3));
  await tab.until(value, 3);
  t.deepEqual(await tab.evaluate(log), ['before a hot update of 1', 'before a hot update of 2']);
  wasHot(t, tab);
});

test('off(): removes a listener', async (t) => {
  const main = (number) => `globalThis.log ??= [];
const listener = () => globalThis.log.push("never");
import.meta.hot.on("bun:beforeUpdate", listener);
import.meta.hot.off("bun:beforeUpdate", listener);
globalThis.value = () => ${number};
import.meta.hot.accept();
`;
  const { project, tab } = await startApp(t, { 'main.js': main(1) });
  await project.write('main.js', main(2));
  await tab.until(value, 2);
  await project.write('main.js', main(3));
  await tab.until(value, 3);
  t.deepEqual(await tab.evaluate(log), []);
  wasHot(t, tab);
});

for (const [form, code] of Object.entries({
  'assigning hot to a variable': 'const hot = import.meta.hot;\nhot.accept();',
  'assigning import.meta to a variable':
    'const meta = import.meta;\nmeta.hot.accept();\nconsole.log(meta.hot.data);',
  'passing a function of it to a function':
    'const doSomething = (accept) => accept();\ndoSomething(import.meta.hot.accept);',
})) {
  test(`a form that does not work in Bun works: ${form}`, async (t) => {
    const main = (number) => `${code}\nglobalThis.value = () => ${number};\n`;
    const { project, tab } = await startApp(t, { 'main.js': main(1) });
    await tab.until(value, 1);
    for (const number of [2, 3]) {
      await project.write('main.js', main(number));
      await tab.until(value, number);
    }
    wasHot(t, tab);
  });
}
