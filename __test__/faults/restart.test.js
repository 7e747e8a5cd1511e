/**
 * A server that is restarted: pages keep what they have, and get what changed meanwhile; where that cannot be known,
 * they reload once and say why.
 */

import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import ava from 'ava';
import { snapshotOptions } from '../../dist/node/wds/snapshot.js';
import { PAGE } from '../helpers/app.js';
import { closeBrowser, openTab, waitFor } from '../helpers/browser.js';
import { install, start } from '../helpers/command.js';
import { hasLoaded, wasHot } from '../helpers/expect.js';
import { getFreePort } from '../helpers/port.js';
import { Project } from '../helpers/project.js';
import { serve } from '../helpers/server.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const state = () => [globalThis.value, globalThis.clicks];
const dep = (number) => `export const value = ${number};`;
const MAIN = `import { value } from './dep.js';
globalThis.value = value;
globalThis.values = [value];
globalThis.clicks = 0;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; globalThis.values.push(dep.value); });
`;
const APP = { 'main.js': MAIN, 'dep.js': dep(1) };

/** A project whose server can be stopped and started again on the same port. */
class Site {
  constructor(t, files, options = {}) {
    this.t = t;
    this.options = options;
    this.project = new Project({ 'index.html': PAGE, ...files });
    t.teardown(() => this.project.dispose());
    t.teardown(() => this.server?.stop());
  }

  async start(options = {}) {
    const { hmr, config, ...rest } = { ...this.options, ...options };
    this.server = await serve(this.project.folder, {
      ...rest,
      hmr: { cacheDir: this.project.path('cache'), ...hmr },
      config: { ...(this.port && { port: this.port }), ...config },
    });
    this.port = this.server.port;
  }

  async stop() {
    await this.server.stop();
    this.server = undefined;
  }

  /** Stops the server, lets something happen, and starts it again. */
  async restart(meanwhile = () => {}, options = {}) {
    await this.stop();
    await meanwhile();
    await this.start(options);
  }

  async open(path = '/') {
    const tab = await openTab(this.server.url(path));
    this.t.teardown(() => tab.close());
    await tab.connected();
    return tab;
  }

  /** The file that the engine keeps for its next run. */
  get snapshot() {
    const folder = this.project.path('cache');
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const name = names.find((one) => one.endsWith('.snapshot'));
    return name && join(folder, name);
  }
}

/** The content of a file that may go away at any moment; empty when there is none. */
function contentOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function startSite(t, files = APP, options = {}) {
  const site = new Site(t, files, options);
  await site.start();
  return site;
}

/** Something only this document has. */
const click = (tab) =>
  tab.evaluate(() => {
    globalThis.clicks += 1;
  });

/** Waits until the page has lost the server. */
const disconnected = (tab) => tab.until(() => globalThis.__hotgraph__.connected, false);

const updates = (site) => site.server.events.filter(({ type }) => type === 'updated');

/** The page was reloaded once, because of the restart, for a reason that contains `why`. */
async function wasReloaded(t, site, tab, why) {
  await hasLoaded(t, tab, 2);
  const { report } = await site.server.event(({ type }) => type === 'reloaded');
  t.is(report.cause, 'session');
  t.true(report.message.includes(why), report.message);
}

// -- pages keep what they have ------------------------------------------------------------------------

test('a restart without edits keeps the page as it is, and updates go on', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  await click(tab);
  await site.restart();
  await tab.connected();
  t.deepEqual(updates(site), []);
  t.deepEqual(await tab.evaluate(state), [1, 1]);
  await site.project.write('dep.js', dep(2));
  await tab.until(state, [2, 1]);
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1, 2]);
  wasHot(t, tab);
});

test('edits while no server runs are applied when it is back, as one update', async (t) => {
  const site = await startSite(t, {
    ...APP,
    'main.js': `${MAIN}import { other } from './other.js';
globalThis.other = other;
import.meta.hot.accept('./other.js', (other) => { globalThis.other = other.other; });
`,
    'other.js': 'export const other = 1;',
    'third.js': 'export {};',
  });
  const tab = await site.open();
  await click(tab);
  await site.project.write('dep.js', dep(2));
  await tab.until(state, [2, 1]);
  await site.restart(async () => {
    await site.project.write('dep.js', dep(3));
    await site.project.write('other.js', 'export const other = 3;');
    await site.project.write('third.js', 'export const nobody = 1;');
  });
  await tab.until(state, [3, 1]);
  await tab.until(() => globalThis.other, 3);
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1, 2, 3]);
  t.deepEqual(
    updates(site).map(({ files }) => files.length),
    [2],
  );
  wasHot(t, tab);
});

test('an edit that is taken back before the server is back is none', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  await site.restart(async () => {
    await site.project.write('dep.js', dep(2));
    await site.project.writeAtomically('dep.js', dep(1));
  });
  await tab.connected();
  t.deepEqual(updates(site), []);
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1]);
  wasHot(t, tab);
});

test('a file that was away when the server ended and is back as it was is no edit, but for who missed it', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  await site.project.write('dep.js', dep(2));
  await tab.until(value, 2);
  const isGone = ({ type, diagnostics }) =>
    type === 'diagnostics' && /deleted/.test(diagnostics[0].message);
  const away = async () => {
    site.project.remove('dep.js');
    await site.server.event(isGone);
  };
  const back = () => site.project.writeNow('dep.js', dep(2));
  await away();
  await site.restart(back);
  await tab.connected();
  t.deepEqual(updates(site), []);

  await away();
  const second = await openTab(site.server.url());
  t.teardown(() => second.close());
  await second.connected();
  await site.restart(back);
  await second.until(value, 2);
  t.is(updates(site).length, 1);
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1, 2]);
  wasHot(t, tab);
});

test('over several restarts, with and without edits, modules stay one instance', async (t) => {
  const site = await startSite(t, {
    ...APP,
    'shared.js': 'globalThis.shared = (globalThis.shared ?? 0) + 1; export const own = {};',
    'main.js': `${MAIN}import { own } from './shared.js'; globalThis.own = own;`,
    'lazy.js': `import { own } from './shared.js'; import { value } from './dep.js';
export const seen = [own === globalThis.own, value];`,
  });
  const tab = await site.open();
  await click(tab);
  for (let number = 2; number < 8; number += 2) {
    await site.restart();
    await tab.connected();
    await site.project.write('dep.js', dep(number));
    await tab.until(state, [number, 1]);
    await site.restart(() => site.project.write('dep.js', dep(number + 1)));
    await tab.until(state, [number + 1, 1]);
  }
  await site.restart();
  await tab.connected();
  t.deepEqual(await tab.evaluate(async () => (await import('/lazy.js')).seen), [true, 7]);
  t.is(await tab.evaluate(() => globalThis.shared), 1);
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1, 2, 3, 4, 5, 6, 7]);
  wasHot(t, tab);
});

test('a page that slept through several runs gets all that changed in them, merged', async (t) => {
  const site = await startSite(t);
  const sleeper = await site.open();
  await click(sleeper);
  const context = sleeper.page.context();
  await context.setOffline(true);
  for (const connection of site.server.server.connections) connection.destroy();
  await disconnected(sleeper);
  await site.project.write('dep.js', dep(2));
  await site.server.event(({ type }) => type === 'updated');
  for (const number of [3, 4]) {
    await site.restart(() => site.project.write('dep.js', dep(number)));
    await site.server.event(({ type }) => type === 'updated');
  }
  await context.setOffline(false);
  await sleeper.until(state, [4, 1]);
  t.deepEqual(await sleeper.evaluate(() => globalThis.values), [1, 4]);
  wasHot(t, sleeper);
});

test('tabs that were opened at different times end up the same after a restart', async (t) => {
  const site = await startSite(t);
  const first = await site.open();
  await site.project.write('dep.js', dep(2));
  await first.until(value, 2);
  const second = await site.open();
  await site.restart(() => site.project.write('dep.js', dep(3)));
  const third = await site.open();
  for (const tab of [first, second, third]) await tab.until(value, 3);
  await site.project.write('dep.js', dep(4));
  for (const tab of [first, second, third]) {
    await tab.until(value, 4);
    wasHot(t, tab);
  }
});

test('style sheets that were edited meanwhile are swapped', async (t) => {
  const color = () => getComputedStyle(document.body).color;
  const site = await startSite(t, {
    ...APP,
    'index.html': PAGE.replace('</head>', '<link rel="stylesheet" href="./page.css"></head>'),
    'page.css': 'body { color: rgb(1, 1, 1) }',
  });
  const tab = await site.open();
  await site.restart(() => site.project.write('page.css', 'body { color: rgb(2, 2, 2) }'));
  await tab.until(color, 'rgb(2, 2, 2)');
  wasHot(t, tab);
});

test('code that became broken meanwhile is shown, and the next good save recovers', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  await click(tab);
  await site.restart(() => site.project.write('dep.js', 'export const value = ;'));
  await tab.logged('dep.js');
  t.deepEqual(await tab.evaluate(state), [1, 1]);
  await site.project.write('dep.js', dep(2));
  await tab.until(state, [2, 1]);
  wasHot(t, tab);
});

test('an edit of the page itself meanwhile reloads it for that reason', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  await site.restart(() => site.project.write('index.html', PAGE.replace('<body>', '<body id=a>')));
  await hasLoaded(t, tab, 2);
  const { report } = await site.server.event(({ type }) => type === 'reloaded');
  t.is(report.cause, 'page');
});

test('what a page registered that the parser cannot see is known after a restart', async (t) => {
  const site = await startSite(t, {
    'main.js': `import './self.js'; globalThis.clicks = 0;`,
    'self.js': `globalThis.value = 1;
const helper = (hot) => hot['acc' + 'ept']();
helper(import.meta.hot);`,
  });
  const tab = await site.open();
  await click(tab);
  await site.restart();
  await tab.connected();
  await site.project.write(
    'self.js',
    `globalThis.value = 2;
const helper = (hot) => hot['acc' + 'ept']();
helper(import.meta.hot);`,
  );
  await tab.until(state, [2, 1]);
  const { stale } = await site.server.event(({ type }) => type === 'updated');
  t.is(stale, 1);
  wasHot(t, tab);
});

test('importers that do not run again get the new exports of a module that was edited meanwhile', async (t) => {
  const module = (number) => `export let value = ${number};
export const set = (next) => { value = next; };
import.meta.hot.accept();`;
  const site = await startSite(t, {
    'main.js': `import { value, set } from './self.js';
globalThis.clicks = 0;
globalThis.read = () => value;
globalThis.set = (next) => set(next);`,
    'self.js': `export * from './inner.js'; import.meta.hot.accept();`,
    'inner.js': module(1),
  });
  const read = () => [globalThis.read(), globalThis.clicks];
  const tab = await site.open();
  await click(tab);
  await site.restart(() => site.project.write('inner.js', module(2)));
  await tab.until(read, [2, 1]);
  await site.restart();
  await tab.connected();
  await site.project.write('inner.js', module(3));
  await tab.until(read, [3, 1]);
  await tab.evaluate(() => globalThis.set('set'));
  await tab.until(read, ['set', 1]);
  wasHot(t, tab);
});

test('which exports importers use is known after a restart', async (t) => {
  const module = (number) => `export const color = ${number};
export const other = ${number};
globalThis.value = color;
import.meta.hot.acceptExports(['color'], () => {});`;
  const site = await startSite(t, {
    'index.html': PAGE,
    'main.js': `import { color } from './dep.js'; globalThis.clicks = 0; globalThis.color = color;`,
    'dep.js': module(1),
  });
  const tab = await site.open();
  await click(tab);
  for (const [number, meanwhile] of [
    [2, () => site.project.write('dep.js', module(2))],
    [3, () => {}],
  ]) {
    await site.restart(meanwhile);
    await tab.connected();
    await site.project.write('dep.js', module(number));
    await tab.until(state, [number, 1]);
  }
  wasHot(t, tab);
});

test('transformed modules and bare specifiers are what they were', async (t) => {
  const typed = (number) => `export const value: number = ${number};`;
  const files = {
    'index.html': PAGE.replace('main.js', 'main.ts'),
    'main.ts': MAIN.replaceAll('./dep.js', 'dep').replace('(dep)', '(dep: any)'),
    'node_modules/dep/package.json': '{ "name": "dep", "type": "module", "main": "index.ts" }',
    'node_modules/dep/index.ts': typed(1),
  };
  const site = await startSite(t, files, {
    before: [esbuildPlugin({ ts: true })],
    config: { nodeResolve: { extensions: ['.ts', '.js'] } },
  });
  const tab = await site.open();
  await click(tab);
  // The host takes its time to resolve what is accepted.
  const kept = () => contentOf(site.snapshot);
  await waitFor(() => kept().includes('"resolutions":{"dep"'), kept);
  await site.restart();
  await tab.connected();
  t.deepEqual(updates(site), []);
  await site.project.write('node_modules/dep/index.ts', typed(2));
  await tab.until(state, [2, 1]);
  await site.restart(() => site.project.write('node_modules/dep/index.ts', typed(3)));
  await tab.until(state, [3, 1]);
  wasHot(t, tab);
});

test('a file that was imported in vain and is made meanwhile is an edit, one that was there is none', async (t) => {
  const site = await startSite(t, {
    'main.js': `globalThis.clicks = 0;
globalThis.load = () => import('./lazy.js');
const tried = import('./late.js').catch(() => ({ value: 0 }));
globalThis.value = (await tried).value;
import.meta.hot.accept('./late.js', (late) => { globalThis.value = late.value; });`,
    'lazy.js': 'export {};',
  });
  const tab = await site.open();
  await tab.until(value, 0);
  await click(tab);
  await site.restart();
  await tab.connected();
  t.deepEqual(updates(site), []);
  await site.restart(() => site.project.write('late.js', 'export const value = 1;'));
  await tab.until(state, [1, 1]);
  t.is(updates(site).length, 1);
  wasHot(t, tab);
});

test('a page whose server is restarted before its socket opens is gone on with', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  const context = tab.page.context();
  let restart;
  // The HTML is of the first run, all else of the second.
  await context.route(/\.js/, async (route) => {
    restart ??= site.restart(() => site.project.write('dep.js', dep(2)));
    await restart;
    await route.continue();
  });
  const other = await openTab(site.server.url(), { context });
  await other.until(value, 2);
  await other.connected();
  await context.unrouteAll({ behavior: 'wait' });
  await tab.until(value, 2);
  await site.project.write('dep.js', dep(3));
  for (const one of [tab, other]) {
    await one.until(value, 3);
    wasHot(t, one);
  }
});

// -- a server that was killed -------------------------------------------------------------------------

const SERVER = `
import { hmrPlugin } from 'hotgraph';
import { startDevServer } from '${new URL('../helpers/host.js', import.meta.url)}';
await startDevServer({
  config: {
    rootDir: import.meta.dirname, port: Number(process.argv[2]), clearTerminalOnReload: false,
    plugins: [hmrPlugin({ onEvent: (event) => console.log(JSON.stringify(event)) })],
  },
  readCliArgs: false, readFileConfig: false, logStartMessage: false,
});
console.log('started');
`;

/** A project with a server in a process of its own, that can be killed. */
async function startProcess(t) {
  const project = new Project({
    'index.html': PAGE,
    ...APP,
    'lazy1.js': 'export {};',
    'lazy2.js': 'export {};',
    'server.mjs': SERVER,
  });
  t.teardown(() => project.dispose());
  install(project);
  const port = await getFreePort();
  const run = async () => {
    const program = start(t, [project.path('server.mjs'), String(port)], { cwd: project.folder });
    await program.said('started');
    return program;
  };
  const cache = project.path('node_modules/.cache/hotgraph');
  const kept = () => {
    const [name] = existsSync(cache)
      ? readdirSync(cache).filter((one) => !one.endsWith('.tmp'))
      : [];
    return name ? contentOf(join(cache, name)) : '';
  };
  return { project, run, kept, url: `http://localhost:${port}/` };
}

const kill = async (program) => {
  program.child.kill('SIGKILL');
  await program.end();
};

test('a page outlives a server that is killed, and gets what was edited until the next one runs', async (t) => {
  const { project, run, kept, url } = await startProcess(t);
  let program = await run();
  const tab = await openTab(url);
  t.teardown(() => tab.close());
  await tab.connected();
  await click(tab);
  await project.write('dep.js', dep(2));
  await tab.until(state, [2, 1]);
  for (const number of [3, 4]) {
    // It gets round to that when it is quiet for a moment.
    await waitFor(() => kept() !== '', kept);
    await kill(program);
    await disconnected(tab);
    await project.write('dep.js', dep(number));
    program = await run();
    await tab.until(state, [number, 1]);
  }
  t.deepEqual(await tab.evaluate(() => globalThis.values), [1, 2, 3, 4]);
  wasHot(t, tab);
});

test('what a server was doing when it was killed is not guessed: pages reload', async (t) => {
  const { project, run, kept, url } = await startProcess(t);
  let program = await run();
  const tab = await openTab(url);
  t.teardown(() => tab.close());
  await tab.connected();
  for (const [number, happens] of [
    [1, () => tab.evaluate(() => import('/lazy1.js'))],
    [2, () => project.write('dep.js', dep(2)).then(() => tab.until(value, 2))],
    [3, () => tab.evaluate(() => import('/lazy2.js'))],
  ]) {
    await waitFor(() => kept() !== '', kept);
    // Before it gets round to write that down: it has done so when it is quiet for a moment.
    await happens();
    t.is(kept(), '');
    await kill(program);
    await disconnected(tab);
    program = await run();
    await hasLoaded(t, tab, number + 1);
    await program.said('it has no record of earlier runs');
  }
});

// -- what cannot be known -----------------------------------------------------------------------------

for (const [what, spoil, why] of [
  ['is empty', () => '', 'is damaged'],
  ['is cut off', (bytes) => bytes.subarray(0, bytes.length / 2), 'is damaged'],
  [
    'has one bit flipped',
    (bytes) => bytes.map((byte, at) => (at === bytes.length - 9 ? byte ^ 1 : byte)),
    'is damaged',
  ],
  ['is something else', () => '{"not": "ours"}', 'is damaged'],
]) {
  test(`a snapshot that ${what} reloads the page once, and nothing else`, async (t) => {
    const site = await startSite(t);
    const tab = await site.open();
    await site.restart(() => writeFileSync(site.snapshot, spoil(readFileSync(site.snapshot))));
    await wasReloaded(t, site, tab, why);
    await site.project.write('dep.js', dep(2));
    await tab.until(value, 2);
    await site.restart();
    await tab.connected();
    t.is(tab.loads, 2);
  });
}

test('another project on the port reloads the page once', async (t) => {
  const site = await startSite(t);
  const other = await startSite(t, { ...APP, 'dep.js': dep('"other"') });
  await other.stop();
  const tab = await site.open();
  await site.stop();
  await other.start({ config: { port: site.port } });
  await tab.until(value, 'other');
  await wasReloaded(t, other, tab, 'no record');
});

test('a server with another version of the client lets the page know that it has to reload', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  // To that server the page's client is in a folder of another name.
  const elsewhere = (url) => url.replace(/__hotgraph\/[0-9a-f]+/, '__hotgraph/0123456789ab');
  await tab.page
    .context()
    .route(/__hotgraph\/.*env\.js/, (route) =>
      route.continue({ url: elsewhere(route.request().url()) }),
    );
  await site.restart(() => rmSync(site.snapshot));
  await wasReloaded(t, site, tab, 'no record');
  await tab.page.context().unrouteAll({ behavior: 'wait' });
  const other = elsewhere(site.server.url('/__hotgraph/0/main.js'));
  t.is((await fetch(other)).status, 404);
});

test('a snapshot of another project in the place of ours reloads the page', async (t) => {
  const site = await startSite(t);
  const other = await startSite(t);
  const otherTab = await other.open();
  await otherTab.close();
  await other.stop();
  const tab = await site.open();
  await site.restart(() => writeFileSync(site.snapshot, readFileSync(other.snapshot)));
  await wasReloaded(t, site, tab, 'settings');
});

test('other plugins than before the restart reload the page', async (t) => {
  const site = await startSite(t);
  const tab = await site.open();
  const plugin = {
    name: 'more',
    transform: ({ path, body }) => (path === '/dep.js' ? body.replace('1', '"more"') : undefined),
  };
  await site.restart(() => {}, { before: [plugin] });
  await tab.until(value, 'more');
  await wasReloaded(t, site, tab, 'settings');
});

test('a module that a plugin makes up reloads the pages that have it, and no others', async (t) => {
  let made = 1;
  const maker = {
    name: 'maker',
    serve: ({ path }) => (path === '/made.js' ? `export const made = ${made};` : undefined),
  };
  const site = await startSite(
    t,
    {
      ...APP,
      'made.html': PAGE.replace('main.js', 'uses.js'),
      'uses.js': `import { made } from './made.js'; globalThis.value = made;`,
    },
    { before: [maker] },
  );
  const tab = await site.open();
  const other = await site.open('/made.html');
  await site.restart(() => {
    made = 2;
  });
  await other.until(value, 2);
  await wasReloaded(t, site, other, '/made.js');
  await tab.connected();
  wasHot(t, tab);
});

test('without a place for it nothing is written, and a restart reloads', async (t) => {
  const site = await startSite(t, APP, { hmr: { cacheDir: false } });
  const tab = await site.open();
  await site.restart();
  await wasReloaded(t, site, tab, 'keeps no record');
  t.deepEqual(readdirSync(site.project.folder).sort(), ['dep.js', 'index.html', 'main.js']);
});

test('two servers of one project keep their pages apart', async (t) => {
  const site = await startSite(t);
  const twin = new Site(t, {});
  twin.project = site.project;
  await twin.start();
  const [tab, other] = [await site.open(), await twin.open()];
  await site.restart();
  await tab.connected();
  await site.project.write('dep.js', dep(2));
  await twin.restart(() => site.project.write('dep.js', dep(3)));
  for (const one of [tab, other]) {
    await one.until(value, 3);
    wasHot(t, one);
  }
  await site.stop();
  await twin.stop();
  t.is(readdirSync(site.project.path('cache')).length, 2);
});

test('of the folder of snapshots nothing is removed but old ones of ours', async (t) => {
  const site = new Site(t, APP);
  const long = new Date(Date.now() - 30 * 24 * 3600 * 1000);
  const files = {
    'my-heap.snapshot': true,
    'notes.tmp': true,
    '0123456789abcdef-8000.snapshot.txt': true,
    '0123456789abcdef-8000.snapshot': false,
    '0123456789abcdef-server.snapshot': false,
    '0123456789abcdef-8000.snapshot.123-4.tmp': false,
  };
  for (const name of Object.keys(files)) {
    await site.project.write(`cache/${name}`, '');
    utimesSync(site.project.path(`cache/${name}`), long, long);
  }
  await site.project.write('cache/0123456789abcdef-8001.snapshot', '');
  await site.start();
  const left = readdirSync(site.project.path('cache'));
  for (const [name, isKept] of Object.entries(files)) t.is(left.includes(name), isKept, name);
  t.true(left.includes('0123456789abcdef-8001.snapshot'), 'it is not old');
});

for (const argument of ['--config', '-c', '--config=']) {
  test(`the config file of ${argument} decides whether a snapshot counts`, async (t) => {
    const project = new Project({ 'my.config.mjs': '1', 'node_modules/x.js': '' });
    t.teardown(() => project.dispose());
    const file = project.path('my.config.mjs');
    const { argv } = process;
    t.teardown(() => {
      process.argv = argv;
    });
    process.argv = [
      ...argv.slice(0, 2),
      ...(argument.endsWith('=') ? [argument + file] : [argument, file]),
    ];
    const settings = () => snapshotOptions({ rootDir: project.folder, plugins: [] }, 1).settings;
    const before = settings();
    t.is(settings(), before);
    await project.write('my.config.mjs', '2');
    t.not(settings(), before);
  });
}

(process.platform === 'win32' ? test.skip : test)(
  'a snapshot is readable by its owner only',
  async (t) => {
    const site = new Site(t, APP);
    await site.start();
    await (await fetch(site.server.url('/main.js'))).text();
    await site.stop();
    const [name] = readdirSync(site.project.path('cache'));
    t.is(statSync(site.project.path('cache')).mode & 0o777, 0o700);
    t.is(statSync(join(site.project.path('cache'), name)).mode & 0o777, 0o600);
  },
);
