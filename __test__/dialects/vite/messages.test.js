/**
 * `send` and `on` of vite.dev/guide/api-hmr: custom messages between pages and server.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { settled, wasHot } from '../../helpers/expect.js';
import { HOT, logs } from '../../helpers/vite.js';

// One after the other: dozens of tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const log = () => globalThis.log?.join(', ');

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

test('client.send reaches the page that sent, and hmr.hot.send reaches all pages', async (t) => {
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

test('hmr.hot.off removes a listener of the server, and others stay', async (t) => {
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

test('messages that are sent while the socket is not open are not lost', async (t) => {
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
