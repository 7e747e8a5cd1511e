/**
 * Built-in events of an update.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const log = () => globalThis.log?.join(', ');

test('beforeUpdate and afterUpdate go round an update, under every prefix', async (t) => {
  const dep = (number) => `globalThis.log ??= [];
globalThis.log.push('run');
import.meta.hot.dispose(() => globalThis.log.push('dispose'));
export const value = ${number};
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js';
globalThis.log = [];
globalThis.payloads = [];
for (const prefix of ['vite:', 'bun:', 'hotgraph:']) {
  for (const event of ['beforeUpdate', 'afterUpdate']) {
    import.meta.hot.on(prefix + event, (payload) => {
      globalThis.log.push(prefix + event);
      globalThis.payloads.push(payload);
    });
  }
}
const off = () => globalThis.log.push('off');
import.meta.hot.on('vite:afterUpdate', off);
import.meta.hot.off('vite:afterUpdate', off);
import.meta.hot.accept('./dep.js', () => globalThis.log.push('accept'));
`,
    'dep.js': dep(1),
  });
  await project.write('dep.js', dep(2));
  await tab.until(
    log,
    'vite:beforeUpdate, bun:beforeUpdate, hotgraph:beforeUpdate, dispose, run, accept, ' +
      'vite:afterUpdate, bun:afterUpdate, hotgraph:afterUpdate',
  );
  const payloads = await tab.evaluate(() => globalThis.payloads);
  t.is(payloads.length, 6);
  for (const { type, updates } of payloads) {
    t.is(type, 'update');
    t.is(updates.length, 1);
    const [{ timestamp, ...rest }] = updates;
    t.deepEqual(rest, { type: 'js-update', path: '/main.js', acceptedPath: '/dep.js' });
    t.true(Number.isInteger(timestamp));
  }
  wasHot(t, tab);
});

test('a style update is announced as css-update', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': `<!doctype html><html><head><link rel="stylesheet" href="./main.css"></head>
<body><script type="module" src="./main.js"></script></body></html>`,
    'main.css': 'p { color: red }',
    'main.js': `import.meta.hot.on('vite:afterUpdate', ({ updates }) => {
  globalThis.value = updates.map(({ type, path, acceptedPath }) => [type, path, acceptedPath]);
});`,
  });
  await project.write('main.css', 'p { color: blue }');
  await tab.until(value, [['css-update', '/main.css', '/main.css']]);
  wasHot(t, tab);
});
