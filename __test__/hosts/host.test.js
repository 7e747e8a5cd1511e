/**
 * hmrPlugin() in @web/dev-server as people set it up: other plugins, other paths, other protocols.
 */

import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import ava from 'ava';
import { hmrPlugin } from 'hotgraph';
import { PAGE, startApp } from '../helpers/app.js';
import { closeBrowser, openTab } from '../helpers/browser.js';
import { DevServer } from '../helpers/host.js';
import { portOf } from '../helpers/port.js';
import { Project } from '../helpers/project.js';
import { serve } from '../helpers/server.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

/** A dependency that passes its value on, accepted by its importer. */
const dep = (number) => `export const value = ${number};`;
const main = `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
`;

/** Two edits of `file` are hot and reach the page. */
async function editsAreHot(t, { project, tab }, file = 'dep.js', source = dep) {
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write(file, source(number));
    await tab.until(value, number);
  }
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
}

test('default options give hot updates', async (t) => {
  await editsAreHot(t, await startApp(t, { 'main.js': main, 'dep.js': dep(1) }));
});

test('nodeResolve: bare specifiers work in imports and in accept', async (t) => {
  const app = await startApp(
    t,
    {
      'main.js': `import { value } from 'some-package';
globalThis.value = value;
import.meta.hot.accept('some-package', (dep) => { globalThis.value = dep.value; });
`,
      'node_modules/some-package/package.json': '{"name":"some-package","main":"index.js"}',
      'node_modules/some-package/index.js': dep(1),
    },
    { config: { nodeResolve: true } },
  );
  await editsAreHot(t, app, 'node_modules/some-package/index.js');
});

test('an accepted specifier may take long to be resolved', async (t) => {
  const slow = {
    name: 'slow',
    async resolveImport({ source }) {
      if (source !== 'dep') return undefined;
      // Time is the subject: the page connects before this ends.
      await setTimeout(300);
      return './dep.js';
    },
  };
  const app = await startApp(
    t,
    { 'main.js': main.replaceAll('./dep.js', 'dep'), 'dep.js': dep(1) },
    { before: [slow] },
  );
  await editsAreHot(t, app);
});

test('nodeResolve: specifiers may lack an extension', async (t) => {
  const app = await startApp(
    t,
    { 'main.js': main.replaceAll('./dep.js', './dep'), 'dep.js': dep(1) },
    { config: { nodeResolve: true } },
  );
  await editsAreHot(t, app);
});

for (const order of ['before', 'after']) {
  test(`TypeScript by an esbuild plugin ${order} ours is hot`, async (t) => {
    const typed = (number) => `export const value: number = ${number};`;
    const app = await startApp(
      t,
      {
        'index.html': PAGE.replace('main.js', 'main.ts'),
        'main.ts': main.replaceAll('./dep.js', './dep.ts').replace('(dep)', '(dep: any)'),
        'dep.ts': typed(1),
      },
      { [order]: [esbuildPlugin({ ts: true })] },
    );
    await editsAreHot(t, app, 'dep.ts', typed);
  });
}

/** Counts the requests by which the server is asked what it makes of modules. */
function countPreviews({ server }) {
  const counted = { previews: 0 };
  server.server.server.on('request', ({ headers }) => {
    if ('x-hotgraph-preview' in headers) counted.previews += 1;
  });
  return counted;
}

test('nodeResolve: the host does not see a save again', async (t) => {
  const app = await startApp(
    t,
    {
      'main.js': main,
      'dep.js': `import { base } from 'some-package'; export const value = base;`,
      'node_modules/some-package/package.json': '{"name":"some-package","main":"index.js"}',
      'node_modules/some-package/index.js': 'export const base = 1;',
    },
    { config: { nodeResolve: true } },
  );
  const counted = countPreviews(app);
  const plus = (number) =>
    `import { base } from 'some-package'; export const value = base + ${number - 1};`;
  await editsAreHot(t, app, 'dep.js', plus);
  t.is(counted.previews, 1, 'it resolves what is new');
});

test('TypeScript is made for the browser that asked for it', async (t) => {
  const agents = new Set();
  const spy = {
    name: 'spy',
    transform: ({ path, headers }) =>
      void (path === '/dep.ts' && agents.add(headers['user-agent'])),
  };
  const waiting = (number) => `export const value: number = await Promise.resolve(${number});`;
  const app = await startApp(
    t,
    { 'main.js': main.replaceAll('./dep.js', './dep.ts'), 'dep.ts': waiting(1) },
    { before: [esbuildPlugin({ ts: true, target: 'esnext' }), spy] },
  );
  await editsAreHot(t, app, 'dep.ts', waiting);
  t.deepEqual([...agents], [await app.tab.evaluate(() => navigator.userAgent)]);
});

test('TypeScript may be imported by the name of its output', async (t) => {
  const typed = (number) =>
    `enum Value { it = ${number} }\nexport const value = Value.it as number;`;
  const app = await startApp(
    t,
    {
      'index.html': PAGE.replace('main.js', 'main.ts'),
      'main.ts': main,
      'dep.ts': typed(1),
    },
    { before: [esbuildPlugin({ ts: true })] },
  );
  await editsAreHot(t, app, 'dep.ts', typed);
});

test('a page below basePath is hot', async (t) => {
  const app = await startApp(
    t,
    { 'main.js': main, 'dep.js': dep(1) },
    { config: { basePath: '/base/' }, path: '/base/' },
  );
  await editsAreHot(t, app);
});

test('a page by HTTP/2 is hot', async (t) => {
  const app = await startApp(t, { 'main.js': main, 'dep.js': dep(1) }, { config: { http2: true } });
  await editsAreHot(t, app);
});

test('appIndex: a page below a route of the app is hot', async (t) => {
  const project = new Project({
    'index.html': PAGE.replace('./main.js', '/main.js'),
    'main.js': main,
    'dep.js': dep(1),
  });
  t.teardown(() => project.dispose());
  const server = await serve(project.folder, { config: { appIndex: project.path('index.html') } });
  t.teardown(() => server.stop());
  const tab = await openTab(server.url('/some/route'));
  t.teardown(() => tab.close());
  await tab.connected();
  await editsAreHot(t, { project, tab });
  await project.write('index.html', `${PAGE.replace('./main.js', '/main.js')}<p>new</p>`);
  await tab.until(() => document.querySelector('p')?.textContent, 'new');
});

test('files outside the root are hot', async (t) => {
  const app = await startApp(
    t,
    {
      'app/index.html': PAGE,
      'app/main.js': main.replaceAll('./dep.js', '/__wds-outside-root__/1/shared/dep.js'),
      'shared/dep.js': dep(1),
    },
    { root: 'app' },
  );
  await editsAreHot(t, app, 'shared/dep.js');
});

test('symbolic links: files of a linked folder are hot', async (t) => {
  const project = new Project({
    'app/index.html': PAGE,
    'app/main.js': main.replaceAll('./dep.js', './linked/dep.js'),
    'elsewhere/dep.js': dep(1),
  });
  t.teardown(() => project.dispose());
  mkdirSync(project.path('other'));
  symlinkSync(project.path('elsewhere'), project.path('app/linked'));
  const server = await serve(project.path('app'));
  t.teardown(() => server.stop());
  const tab = await openTab(server.url());
  t.teardown(() => tab.close());
  await tab.connected();
  await editsAreHot(t, { project, tab }, 'elsewhere/dep.js');
});

/** Ways to reach one file by two paths of a page. */
const ALIASES = {
  'a folder and a link to it': ['pkg/dep.js', { link: 'pkg' }, ['/pkg/dep.js', '/link/dep.js']],
  'two links to a folder': [
    'pkg/dep.js',
    { one: 'pkg', two: 'pkg' },
    ['/one/dep.js', '/two/dep.js'],
  ],
  'two links to a file': [
    'dep.js',
    { 'one.js': 'dep.js', 'two.js': 'dep.js' },
    ['/one.js', '/two.js'],
  ],
  'a file and a link to it': ['dep.js', { 'one.js': 'dep.js' }, ['/one.js', '/dep.js']],
};

for (const [what, [file, links, urls]] of Object.entries(ALIASES)) {
  for (const accepting of ['themselves', 'by their importer']) {
    test(`symbolic links: ${what} are two modules, and both are updated, accepted ${accepting}`, async (t) => {
      const source = (number) =>
        accepting === 'themselves' ? `${dep(number)}\nimport.meta.hot.accept();` : dep(number);
      const [one, two] = urls;
      const accepted = urls.map((url, at) => {
        const call = `(dep) => { globalThis.values[${at}] = dep.value; }`;
        return `import.meta.hot.accept('${url}', ${call});`;
      });
      const project = new Project({
        'index.html': PAGE,
        'main.js': `import { value as one } from '${one}'; import { value as two } from '${two}';
globalThis.values = [one, two];
globalThis.live = () => [one, two];
${accepting === 'themselves' ? '' : accepted.join('\n')}`,
        [file]: source(1),
      });
      t.teardown(() => project.dispose());
      for (const [link, target] of Object.entries(links)) symlinkSync(target, project.path(link));
      const server = await serve(project.folder);
      t.teardown(() => server.stop());
      const tab = await openTab(server.url());
      t.teardown(() => tab.close());
      await tab.connected();
      const live = () => globalThis.live?.();
      await tab.until(live, [1, 1]);
      for (const number of [2, 3]) {
        await project.write(file, source(number));
        await tab.until(live, [number, number]);
        if (accepting !== 'themselves') await tab.until(() => globalThis.values, [number, number]);
      }
      t.is(tab.loads, 1);
      t.deepEqual(tab.errors, []);
    });
  }
}

test('virtual modules of other plugins are hot', async (t) => {
  let number = 1;
  const virtual = {
    name: 'virtual',
    serve: (context) =>
      context.path === '/dep.js' ? { body: dep(number), type: 'js' } : undefined,
  };
  const { project, server, tab } = await startApp(t, { 'main.js': main }, { before: [virtual] });
  await tab.until(value, 1);
  for (number of [2, 3]) {
    server.server.fileWatcher.emit('change', project.path('dep.js'));
    await tab.until(value, number);
  }
  t.is(tab.loads, 1);
});

for (const watch of [true, false]) {
  test(`watch: ${watch} gives hot updates, and one reload where there is no boundary`, async (t) => {
    const { project, server, tab } = await startApp(
      t,
      {
        'main.js': `${main}import './plain.js';`,
        'dep.js': dep(1),
        'plain.js': 'globalThis.plain = 1;',
      },
      { config: { watch } },
    );
    await editsAreHot(t, { project, tab });
    await project.write('plain.js', 'globalThis.plain = 2;');
    await tab.until(() => globalThis.plain, 2);
    await tab.connected();
    // The host's own watcher has seen the same save by now: its event reaches every listener.
    const seen = new Promise((resolve) => server.server.fileWatcher.once('change', resolve));
    await project.write('dep.js', dep(4));
    await seen;
    await tab.until(value, 4);
    t.is(tab.loads, 2);
  });
}

test('middlewareMode with a server gives hot updates', async (t) => {
  const project = new Project({ 'index.html': PAGE, 'main.js': main, 'dep.js': dep(1) });
  t.teardown(() => project.dispose());
  const parent = createServer();
  await once(parent.listen(0), 'listening');
  t.teardown(() => parent.close());
  const { dev } = await startMiddleware(t, project, { server: parent });
  parent.on('request', dev.koaApp.callback());
  const tab = await openTab(`http://localhost:${portOf(parent)}/`);
  t.teardown(() => tab.close());
  await tab.connected();
  await editsAreHot(t, { project, tab });
});

test('middlewareMode without a server says so once and serves plainly', async (t) => {
  const project = new Project({ 'index.html': PAGE, 'main.js': 'globalThis.value = 1;' });
  t.teardown(() => project.dispose());
  const { dev, warnings } = await startMiddleware(t, project, true);
  const parent = createServer(dev.koaApp.callback());
  await once(parent.listen(0), 'listening');
  t.teardown(() => parent.close());
  const tab = await openTab(`http://localhost:${portOf(parent)}/`);
  t.teardown(() => tab.close());
  await tab.until(value, 1);
  t.is(warnings.length, 1);
  t.regex(warnings[0], /middlewareMode/);
  const response = await fetch(`http://localhost:${portOf(parent)}/`);
  t.is(await response.text(), PAGE);
});

async function startMiddleware(t, project, middlewareMode) {
  const warnings = [];
  const logger = {
    log() {},
    debug() {},
    error() {},
    group() {},
    groupEnd() {},
    logSyntaxError() {},
    warn: (text) => warnings.push(text),
  };
  const config = { rootDir: project.folder, middlewareMode, plugins: [hmrPlugin()] };
  const dev = new DevServer(config, logger);
  await dev.start();
  t.teardown(() => dev.stop());
  return { dev, warnings };
}

test('several servers in one process keep to themselves', async (t) => {
  const files = { 'main.js': main, 'dep.js': dep(1) };
  const [one, two] = await Promise.all([startApp(t, files), startApp(t, files)]);
  await editsAreHot(t, one);
  await two.tab.until(value, 1);
  await editsAreHot(t, two);
});

test('a stopped server leaves the port and the process free', async (t) => {
  const project = new Project({ 'index.html': PAGE, 'main.js': main, 'dep.js': dep(1) });
  t.teardown(() => project.dispose());
  for (let round = 0; round < 3; round += 1) {
    const server = await serve(project.folder);
    await (await fetch(server.url('/main.js'))).text();
    await server.stop();
    await t.throwsAsync(fetch(server.url('/main.js')));
  }
});

test('inline module scripts are importers and accept dependencies', async (t) => {
  const page = `<!doctype html><html><head></head><body><script type="module">
import { value } from './dep.js';
globalThis.value = value;
import.meta.hot?.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
</script></body></html>`;
  await editsAreHot(t, await startApp(t, { 'index.html': page, 'dep.js': dep(1) }));
});

test('queries make modules of their own', async (t) => {
  const app = await startApp(t, {
    'main.js': `import { value as a } from './dep.js?a';
import { value as b } from './dep.js?b&c=1';
globalThis.value = (a + b) / 2;
let [one, two] = [a, b];
const sum = () => { globalThis.value = (one + two) / 2; };
import.meta.hot.accept('./dep.js?a', (dep) => { one = dep.value; sum(); });
import.meta.hot.accept('./dep.js?b&c=1', (dep) => { two = dep.value; sum(); });
`,
    'dep.js': dep(1),
  });
  await editsAreHot(t, app);
});

test('percent-encoded and Unicode paths are hot', async (t) => {
  const app = await startApp(t, {
    'main.js': main.replaceAll('./dep.js', './ünï cöde/d%C3%A9p @1.js'),
    'ünï cöde/dép @1.js': dep(1),
  });
  await editsAreHot(t, app, 'ünï cöde/dép @1.js');
});
