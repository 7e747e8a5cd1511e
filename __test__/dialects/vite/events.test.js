/**
 * Built-in events of vite.dev/guide/api-hmr, and their payloads, under every prefix.
 */

import ava from 'ava';
import { startApp } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { wasHot } from '../../helpers/expect.js';
import { HOT, importing, leaving, logs, startPruning } from '../../helpers/vite.js';

// One after the other: dozens of tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const PREFIXES = ['vite:', 'bun:', 'hotgraph:'];

/** Listens under every prefix and keeps what comes. */
const listening = (event) => `globalThis.heard = []
for (const prefix of ['vite:', 'bun:', 'hotgraph:']) {
  import.meta.hot.on(prefix + '${event}', (payload) => {
    globalThis.heard.push([prefix, payload])
  })
}
`;

/** The payloads since the last call, one of each prefix; they are the same. */
async function heard(t, tab, count = 1) {
  await tab.until(() => globalThis.heard.length, count * 3);
  const found = await tab.evaluate(() => globalThis.heard.splice(0));
  const payloads = found.filter(([prefix]) => prefix === 'vite:').map(([, payload]) => payload);
  for (const prefix of PREFIXES) {
    const own = found.filter(([one]) => one === prefix).map(([, payload]) => payload);
    t.deepEqual(own, payloads, prefix);
  }
  return payloads;
}

test('vite:invalidate names the module that gave up, why, and the first one that did, under every prefix', async (t) => {
  const giveUp = (message) => `if (import.meta.hot) {
  import.meta.hot.accept(() => { import.meta.hot.invalidate(${message}) })
}
`;
  const { project, tab } = await startApp(t, {
    'main.js': `import './middle.js'
${listening('invalidate')}
if (import.meta.hot) {
  import.meta.hot.accept('./middle.js', () => {})
}
`,
    'middle.js': `import './dep.js'\n${giveUp('')}`,
    'dep.js': giveUp(`'my message'`),
  });
  for (const number of [2, 3]) {
    await project.write('dep.js', `${giveUp(`'my message'`)}// ${number}`);
    t.deepEqual(await heard(t, tab, 2), [
      { path: '/dep.js', message: 'my message', firstInvalidatedBy: '/dep.js' },
      { path: '/middle.js', message: undefined, firstInvalidatedBy: '/dep.js' },
    ]);
  }
  wasHot(t, tab);
});

test('vite:beforePrune comes before the callbacks, with paths, under every prefix', async (t) => {
  const { project, tab } = await startPruning(t, {
    'main.js': `${HOT}globalThis.log = []
${listening('beforePrune')}
import.meta.hot.on('vite:beforePrune', () => globalThis.log.push('beforePrune'))
import('./root.js')
`,
    'root.js': importing('widget.js'),
    'widget.js': leaving('widget', `import './plain.js'`),
    'plain.js': 'globalThis.plain = true',
  });
  await logs(tab, 'run widget');
  for (const _ of [1, 2]) {
    await project.write('root.js', importing());
    await logs(tab, 'beforePrune', 'dispose widget 1', 'prune widget 1');
    t.deepEqual(await heard(t, tab), [{ type: 'prune', paths: ['/widget.js', '/plain.js'] }]);
    await project.write('root.js', importing('widget.js'));
    await logs(tab, 'run widget');
  }
  wasHot(t, tab);
});

test('vite:error has err with message, stack and place, under every prefix', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './dep.js'
${listening('error')}
if (import.meta.hot) {
  import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value })
}
`,
    'dep.js': 'export const value = 1',
  });
  // A file that is saved while the page still loads may be found broken by the page as well.
  await project.write('dep.js', 'export const value = 2');
  await tab.until(value, 2);

  await project.write('dep.js', 'export const value =\n  ;');
  const [syntax] = await heard(t, tab);
  t.is(syntax.type, 'error');
  t.is(typeof syntax.err.message, 'string');
  t.is(typeof syntax.err.stack, 'string');
  t.is(syntax.err.id, '/dep.js');
  t.is(syntax.err.loc.line, 2);
  t.true(syntax.err.loc.file.endsWith('dep.js'));
  t.true(syntax.err.frame.includes('> 2'), syntax.err.frame);

  await project.write('dep.js', `throw new Error('on purpose')`);
  const [thrown] = await heard(t, tab);
  t.is(thrown.type, 'error');
  t.is(thrown.err.message, 'on purpose');
  t.true(thrown.err.stack.includes('dep.js'), thrown.err.stack);

  await project.write('dep.js', 'export const value = 3');
  await tab.until(value, 3);
  wasHot(t, tab);
});

test('vite:beforeUpdate and vite:afterUpdate name every accepted module', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `import './a.js'
import './b.js'
globalThis.log = []
if (import.meta.hot) {
  for (const event of ['vite:beforeUpdate', 'vite:afterUpdate']) {
    import.meta.hot.on(event, ({ type, updates }) => {
      for (const { type: of, path, acceptedPath, timestamp } of updates) {
        globalThis.log.push([event, type, of, path, acceptedPath, timestamp > 0].join(' '))
      }
    })
  }
  import.meta.hot.accept('./b.js', () => {})
}
`,
    'a.js': `import './shared.js'; import.meta.hot.accept()`,
    'b.js': `import './shared.js'`,
    'shared.js': '',
  });
  for (const number of [2, 3]) {
    await project.write('shared.js', `// ${number}`);
    const lines = ['vite:beforeUpdate', 'vite:afterUpdate'].flatMap((event) => [
      `${event} update js-update /a.js /a.js true`,
      `${event} update js-update /main.js /b.js true`,
    ]);
    await tab.until(() => globalThis.log.length, 4);
    t.deepEqual((await tab.evaluate(() => globalThis.log.splice(0))).sort(), lines.sort());
  }
  wasHot(t, tab);
});

test('vite:ws:connect and vite:ws:disconnect have the socket, under every prefix', async (t) => {
  const { server, tab } = await startApp(t, {
    'main.js': `globalThis.log = []
for (const prefix of ['vite:', 'bun:', 'hotgraph:']) {
  for (const event of ['ws:connect', 'ws:disconnect']) {
    import.meta.hot.on(prefix + event, ({ webSocket }) => {
      globalThis.log.push([prefix + event, webSocket instanceof WebSocket, webSocket.readyState].join(' '))
    })
  }
}
`,
  });
  const lines = (event, state) => PREFIXES.map((prefix) => `${prefix}ws:${event} true ${state}`);
  await logs(tab, ...lines('connect', 1));
  for (const _ of [1, 2]) {
    for (const connection of server.server.connections) connection.destroy();
    await logs(tab, ...lines('disconnect', 3), ...lines('connect', 1));
    await tab.connected();
  }
  t.is(tab.loads, 1);
});

test('off(event, cb) removes a listener, and listeners of an older generation go with it', async (t) => {
  const dep = (number) => `if (import.meta.hot) {
  const taken = () => globalThis.log.push('taken ${number}')
  import.meta.hot.on('vite:afterUpdate', taken)
  import.meta.hot.on('my:event', taken)
  import.meta.hot.on('my:event', (data) => globalThis.log.push('${number} got ' + data))
  import.meta.hot.on('vite:afterUpdate', () => globalThis.log.push('after ${number}'))
  import.meta.hot.off('vite:afterUpdate', taken)
  import.meta.hot.off('my:event', taken)
  import.meta.hot.accept()
}
`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `globalThis.log = []; import './dep.js'`,
    'dep.js': dep(1),
  });
  server.hmr.hot.send('my:event', 'a');
  await logs(tab, '1 got a');
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    await logs(tab, `after ${number}`);
    server.hmr.hot.send('my:event', 'b');
    await logs(tab, `${number} got b`);
  }
  wasHot(t, tab);
});
