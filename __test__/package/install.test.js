/**
 * The package as people get it: its tarballs, installed from a registry into empty projects, by each package manager and
 * on each version of Node, without Rust.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import ava from 'ava';
import { findNode, NODES } from '../../scripts/nodes.js';
import { version } from '../../scripts/platforms.js';
import { closeBrowser, openTab } from '../helpers/browser.js';
import { start } from '../helpers/command.js';
import { Installation, managerNames } from '../helpers/managers.js';
import { startRegistry } from '../helpers/registry.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

const dep = (number) => `export const value = ${number};\n`;
const FILES = {
  'app/index.html': '<!doctype html><script type="module" src="/main.js"></script>\n',
  'app/main.js': `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot?.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
`,
  'app/dep.js': dep(1),
  'app/late.js': `import leven from 'leven';\nexport const distance = leven('hot', 'hop');\n`,
  'server.mjs': `import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createHmr } from 'hotgraph';

if (createRequire(import.meta.url)('hotgraph').createHmr !== createHmr) throw new Error('two of it');
const hmr = createHmr({ root: 'app' });
const server = createServer((request, response) => {
  hmr.middleware(request, response, (error) => {
    response.writeHead(error ? 500 : 404).end(String(error));
  });
});
hmr.attach(server);
server.listen(0, '127.0.0.1', () => console.log(\`at \${server.address().port}.\`));
`,
};

let registry;
const installations = {};

ava.before(async () => {
  registry = await startRegistry();
  await Promise.all(
    managerNames.map((name) => {
      installations[name] = new Installation(name, registry, FILES);
      return installations[name].add('leven@4.1.0');
    }),
  );
});

ava.after.always(async () => {
  await closeBrowser();
  registry?.close();
  for (const installation of Object.values(installations)) installation.dispose();
});

/** Serves the project's page with createHmr(), and edits it once. */
async function develop(t, { project, nodeArgs, env }, node) {
  await project.write('app/dep.js', dep(1));
  const program = start(t, [...nodeArgs, 'server.mjs'], { cwd: project.folder, env, node });
  await program.said('.\n');
  const [, port] = /at (\d+)\.\n/.exec(program.output);
  const tab = await openTab(`http://127.0.0.1:${port}/`);
  t.teardown(() => tab.close());
  await tab.connected();
  await tab.until(() => globalThis.value, 1);
  await project.write('app/dep.js', dep(2));
  await tab.until(() => globalThis.value, 2);
  t.is(tab.loads, 1);
  return { tab, program };
}

/** The platform packages that are installed in a project. */
function addonsIn({ project }) {
  const names = readdirSync(project.path('node_modules'));
  return names.filter((name) => name.startsWith('hotgraph-'));
}

test('the addon of this system is installed, and no other is fetched', (t) => {
  const addons = addonsIn(installations.npm);
  t.is(addons.length, 1);
  t.true(addons[0].startsWith(`hotgraph-${process.platform}-${process.arch}`), addons[0]);
  const fetched = registry.asked.filter((path) => path.includes('/-/'));
  const wanted = ['hotgraph', ...addons].map((name) => `${name}/-/${name}-${version}.tgz`);
  t.deepEqual([...new Set(fetched)].sort(), wanted.sort());
});

for (const name of managerNames) {
  test(`${name}: ES modules and CommonJS have one package, and its pages are hot`, async (t) => {
    const { tab, program } = await develop(t, installations[name]);
    // Packages of the project, which are in archives here.
    const isPlugAndPlay = name.includes("Plug'n'Play");
    t.is(program.output.includes('nodeLinker: node-modules'), isPlugAndPlay);
    if (isPlugAndPlay) return;
    t.is(
      await tab.evaluate(async () => (await import(/** @type {string} */ ('/late.js'))).distance),
      1,
    );
  });

  test(`${name}: the command runs`, async (t) => {
    const output = await installations[name].exec('hotgraph', '--version');
    t.is(output.trim().split('\n').at(-1), version);
  });
}

for (const major of NODES) {
  const node = findNode(major);
  (node ? test : test.skip)(`Node ${major}`, async (t) => {
    await develop(t, installations.npm, node);
  });
}

test('two copies run in one process, each with its own addon', async (t) => {
  const [one, other] = ['npm', 'Yarn with node_modules'].map((name) =>
    pathToFileURL(installations[name].project.path('node_modules/hotgraph/index.js')),
  );
  const code = `
const copies = await Promise.all(${JSON.stringify([one, other])}.map((url) => import(url)));
const hmrs = copies.map(({ createHmr }) => createHmr({ root: 'app', cacheDir: false }));
console.log(copies[0].HmrEngine === copies[1].HmrEngine);
for (const hmr of hmrs) hmr.close();
const addons = process.report.getReport().sharedObjects.filter((path) => /hotgraph\\..*\\.node$/.test(path));
console.log(addons.length + ' addons.');
`;
  const cwd = installations.npm.project.folder;
  const program = start(t, ['--input-type=module', '--eval', code], { cwd });
  await program.end();
  t.is(program.output, 'false\n2 addons.\n');
});

test('without optional dependencies, the command says what to install', async (t) => {
  const broken = new Installation('npm', registry, FILES);
  t.teardown(() => broken.dispose());
  broken.env.npm_config_cache = installations.npm.env.npm_config_cache;
  await broken.add('--omit=optional');
  t.deepEqual(addonsIn(broken), []);
  const { message } = await t.throwsAsync(broken.exec('hotgraph', 'app'));
  const [addon] = addonsIn(installations.npm);
  t.true(message.includes(`npm install --save-optional ${addon}@${version}`), message);
  t.false(message.includes('cli/issues'), message);
});

test('installing brings few packages', (t) => {
  const lock = installations.npm.project.path('node_modules/.package-lock.json');
  const { packages } = JSON.parse(readFileSync(lock, 'utf8'));
  // docs/install.md names the number. The project's own dependency is one of hotgraph's too.
  const { length } = Object.keys(packages);
  t.true(length <= 80, `${length} packages`);
  t.deepEqual(
    Object.keys(packages).filter((name) => packages[name].hasInstallScript),
    [],
  );
});
