/**
 * Snapshots of a server: one that cannot be trusted reloads the page once, and says why.
 */

import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ava from 'ava';
import { snapshotOptions } from '../../../dist/node/wds/snapshot.js';
import { PAGE } from '../../helpers/app.js';
import { closeBrowser } from '../../helpers/browser.js';
import { hasLoaded, wasHot } from '../../helpers/expect.js';
import { Project } from '../../helpers/project.js';
import { APP, dep, Site, startSite } from '../../helpers/site.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

/** The page was reloaded once, because of the restart, for a reason that contains `why`. */
async function wasReloaded(t, site, tab, why) {
  await hasLoaded(t, tab, 2);
  const { report } = await site.server.event(({ type }) => type === 'reloaded');
  t.is(report.cause, 'session');
  t.true(report.message.includes(why), report.message);
}

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

test('without a place for a snapshot nothing is written, and a restart reloads', async (t) => {
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

test('only our own old snapshots are removed from the folder', async (t) => {
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
