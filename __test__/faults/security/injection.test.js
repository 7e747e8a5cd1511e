/**
 * Text from pages and requests stays text: in objects, in the terminal and in pages.
 */

import ava from 'ava';
import { clientFolder, get, open, socketPath } from '../../helpers/attack.js';
import { closeBrowser, openTab, waitFor } from '../../helpers/browser.js';
import { startOurs } from '../../helpers/careless.js';
import { terminal } from '../../helpers/server.js';

// One after the other: some measure what the process does with a flood.
const test = ava.serial;

ava.after.always(closeBrowser);

test('custom events cannot reach the prototypes of objects', async (t) => {
  const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const { server, origin } = await startOurs(t, {
    files: {
      'app/main.js': `import.meta.hot.on('mine', (data) => {
  globalThis.seen = [{}.polluted ?? null, Object.keys(data), Object.hasOwn(data, '__proto__')];
});`,
    },
  });
  const got = [];
  for (const name of ['__proto__', 'constructor', 'mine']) {
    server.hmr.hot.on(name, (data) => got.push([name, JSON.stringify(data)]));
  }
  const { socket } = await open(origin, await socketPath(origin));
  t.teardown(() => socket.terminate());
  for (const name of ['__proto__', 'constructor', 'toString', 'mine']) {
    socket.send(`{"type":"custom","event":"${name}","data":${evil}}`);
  }
  await waitFor(
    () => got.length >= 3,
    () => JSON.stringify(got),
  );
  t.deepEqual(
    got.map(([name]) => name),
    ['__proto__', 'constructor', 'mine'],
  );
  t.true(got.every(([, text]) => text.includes('__proto__')));
  t.is({}.polluted, undefined);

  const tab = await openTab(origin);
  t.teardown(() => tab.close());
  await tab.connected();
  for (const name of ['__proto__', 'constructor', 'mine']) {
    server.hmr.hot.send(name, JSON.parse(evil));
  }
  await tab.until(() => globalThis.seen, [null, ['__proto__', 'constructor'], true]);
  t.deepEqual(tab.errors, []);
  // A merge of the kind that these frames are made for.
  const merge = (into, from) => {
    for (const key of Object.keys(from)) {
      if (typeof from[key] === 'object') into[key] = merge(into[key] ?? {}, from[key]);
      else into[key] = from[key];
    }
    return into;
  };
  try {
    merge({}, JSON.parse('{"__proto__":{"polluted":1}}'));
    t.is({}.polluted, 1);
  } finally {
    delete Object.prototype.polluted;
  }
});

test('text from pages and headers cannot command the terminal', async (t) => {
  const lines = [];
  const { origin } = await startOurs(t, { hmr: { logLevel: 'info' }, before: [terminal(lines)] });
  const url = await socketPath(origin);
  const { socket } = await open(origin, url);
  t.teardown(() => socket.terminate());
  const command = '\u001b]0;title\u0007\u009b2J';
  socket.send(JSON.stringify({ type: 'failed', version: 1, message: `of a page ${command}` }));
  for (let round = 0; round < 100; round += 1) {
    await get(origin, `${await clientFolder(origin)}env.js`, {
      origin: `http://${round}.example/\u009b`,
    });
  }
  await waitFor(
    () => lines.some((line) => line.includes('of a page')),
    () => lines.join('\n'),
  );
  const shown = lines.filter((line) => /of a page|refused/.test(line));
  for (const character of ['\u001b]', '\u0007', '\u009b']) {
    t.false(shown.join('').includes(character), JSON.stringify(character));
  }
  t.is(shown.filter((line) => line.includes('refused')).length, 50);
});

test('a page that floods the terminal is no longer shown, and others are', async (t) => {
  const lines = [];
  const { origin, server, project } = await startOurs(t, {
    hmr: { logLevel: 'info' },
    before: [terminal(lines)],
  });
  const { socket } = await open(origin, await socketPath(origin));
  t.teardown(() => socket.terminate());
  for (let round = 0; round < 3000; round += 1) {
    const failed = { type: 'failed', version: 1, message: `of a page\n${round}` };
    socket.send(JSON.stringify(round % 2 === 0 ? failed : { type: 'nonsense' }));
  }
  await waitFor(
    () => server.events.length >= 3000,
    () => `${server.events.length} events`,
  );
  const ofPages = lines.filter((line) => /of a page|a page sent/.test(line));
  t.true(ofPages.length >= 100, `${ofPages.length}`);
  t.true(ofPages.length <= 1000, `${ofPages.length}`);
  t.is(lines.filter((line) => line.includes('pages send too many messages')).length, 1);
  const tab = await openTab(origin);
  t.teardown(() => tab.close());
  await tab.connected();
  await project.write('app/main.js', 'import.meta.hot.accept(;');
  await waitFor(
    () => lines.some((line) => line.includes('main.js:1')),
    () => lines.slice(-3).join('\n'),
  );
});

test('a request cannot put markup into inline scripts', async (t) => {
  const anywhere = {
    name: 'page-anywhere',
    serve({ path }) {
      if (!path.startsWith('/route')) return undefined;
      const script = '<script type="module">import.meta.hot.accept();</script>';
      return { body: `<!doctype html><head></head>${script}`, type: 'html' };
    },
  };
  const { origin } = await startOurs(t, { before: [anywhere] });
  const { status, body } = await get(origin, '/route/</script><script>evil()</script>/');
  t.is(status, 200);
  t.regex(body, /__hot/);
  t.notRegex(body.replace(/content=".*?"/, ''), /<script>evil/);
});
