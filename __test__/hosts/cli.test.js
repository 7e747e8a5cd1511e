/**
 * `npx hotgraph [folder]`, as people start it.
 */

import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import ava from 'ava';
import { findNode } from '../../scripts/nodes.js';
import { get } from '../helpers/attack.js';
import { closeBrowser, openTab, waitFor } from '../helpers/browser.js';
import { install, repository, start } from '../helpers/command.js';
import { getFreePort, portOf } from '../helpers/port.js';
import { Project } from '../helpers/project.js';
import { startInTerminal } from '../helpers/terminal.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const COMMAND = join(repository, 'dist/node/cli/main.js');

const heading = () => document.querySelector('h1').textContent;
const color = () => getComputedStyle(document.body).color;
const greeting = (text) => `export const greeting = '${text}';`;

/** A project with a copy of examples/static in `app`, and other files. */
function projectOf(t, files = {}) {
  const project = new Project(files);
  t.teardown(() => project.dispose());
  cpSync(join(repository, 'examples/static'), project.path('app'), { recursive: true });
  return project;
}

/** Starts the command in a project, without a keyboard. */
function run(t, project, args, options = {}) {
  return start(t, [COMMAND, ...args], { cwd: project.folder, ...options });
}

/** The local url that it says it is at. */
async function urlOf(program) {
  await program.said('Local:');
  await waitFor(
    () => /Local: +\S+\/\r?\n/.test(program.output),
    () => program.output,
  );
  return /Local: +(\S+)/.exec(program.output)[1];
}

async function open(t, url, options) {
  const tab = await openTab(url, options);
  t.teardown(() => tab.close());
  await tab.connected();
  return tab;
}

test('a folder is served hot: modules, styles, and pages', async (t) => {
  const project = projectOf(t);
  const program = run(t, project, ['app', '--port', String(await getFreePort())]);
  const tab = await open(t, await urlOf(program));
  await tab.until(heading, 'Hello');
  await project.write('app/greeting.js', greeting('Good morning'));
  await tab.until(heading, 'Good morning');
  await project.write('app/style.css', 'body { color: rgb(1, 2, 3) }');
  await tab.until(color, 'rgb(1, 2, 3)');
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
  await program.said('updated app/greeting.js'.replace('app/', ''));
  const page = readFileSync(project.path('app/index.html'), 'utf8');
  await project.write('app/index.html', page.replace('<h1>', '<h1 id="new">'));
  await tab.until(() => document.querySelector('#new') !== null);
  await program.said('page reload: /index.html changed');
});

test('without a folder, the command serves the working directory, and says how long it took to start', async (t) => {
  const project = projectOf(t);
  const port = await getFreePort();
  const args = [COMMAND, '--port', String(port)];
  const program = start(t, args, { cwd: project.path('app') });
  t.is(await urlOf(program), `http://localhost:${port}/`);
  t.regex(program.output, /hotgraph \d+\.\d+\.\d+ {2}ready in \d+ ms/);
  t.regex(program.output, /Network: +add --host/);
  t.false(program.output.includes('shortcuts'), 'nobody can type');
  t.is((await fetch(`http://localhost:${port}/main.js`)).status, 200);
  t.is((await fetch(`http://localhost:${port}/none.js`)).status, 404);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`${signal} ends the command with 0 and leaves the port free, though a page is connected`, async (t) => {
    const project = projectOf(t);
    const port = await getFreePort();
    const program = run(t, project, ['app', '--port', String(port)]);
    await open(t, await urlOf(program));
    program.child.kill(signal);
    t.deepEqual(await program.end(), { code: 0, signal: null });
    const next = createServer();
    await new Promise((resolve, reject) => {
      next.once('error', reject).listen(port, 'localhost', resolve);
    });
    next.close();
  });
}

test('Ctrl+C in a terminal ends the command with 0', async (t) => {
  const project = projectOf(t);
  const port = String(await getFreePort());
  const program = startInTerminal(t, [COMMAND, 'app', '--port', port], { cwd: project.folder });
  await program.said('Press h + Enter');
  t.is((await program.interrupt()).code, 0);
});

test('keys are shortcuts', async (t) => {
  const project = projectOf(t);
  // What the browser of this machine is, which is asked to open a page.
  project.writeNow('browser', '#!/bin/sh\necho "$1" >> "$OPENED"\n');
  chmodSync(project.path('browser'), 0o755);
  const port = String(await getFreePort());
  const program = startInTerminal(t, [COMMAND, 'app', '--port', port], {
    cwd: project.folder,
    env: { BROWSER: project.path('browser'), OPENED: project.path('opened') },
  });
  const url = await urlOf(program);
  await program.saidNext('Press h + Enter for the shortcuts.');
  const tab = await open(t, url);

  program.type('h');
  for (const [key, does] of [
    ['r', 'reload all pages'],
    ['o', 'open the page in a browser'],
    ['u', 'show the urls'],
    ['c', 'clear the terminal'],
    ['q', 'quit'],
    ['h', 'show this help'],
  ]) {
    await program.saidNext(`${key} + Enter  ${does}`);
  }
  program.type('u');
  await program.saidNext(url);
  program.type('r');
  await tab.loaded(2);
  await tab.connected();
  await program.saidNext('page reload: The key r was pressed in the terminal of the dev server.');
  t.truthy(await tab.logged('reloaded: The key r was pressed'));
  program.type('x');
  await program.saidNext('There is no shortcut x.');
  program.type('c');
  await waitFor(
    () => program.raw.includes('\x1b[0J') || program.raw.includes('\x1b[2J'),
    () => JSON.stringify(program.raw),
  );
  if (process.platform === 'linux') {
    program.type('o');
    const opened = () => readFileSync(project.path('opened'), 'utf8').trim();
    await waitFor(
      () => {
        try {
          return opened() === url;
        } catch {
          return false;
        }
      },
      () => `it did not open ${url}`,
    );
  }
  program.type('q');
  t.is((await program.end()).code, 0);
});

test('in continuous integration there are no shortcuts', async (t) => {
  const project = projectOf(t);
  const port = String(await getFreePort());
  const program = startInTerminal(t, [COMMAND, 'app', '--port', port], {
    cwd: project.folder,
    env: { CI: 'true' },
  });
  await urlOf(program);
  await program.said('Network:');
  program.type('q');
  t.is((await fetch(`http://localhost:${port}/`)).status, 200);
  t.is(program.ended, undefined);
  t.false(program.output.includes('shortcuts'));
});

test('NO_COLOR turns colors off', async (t) => {
  const project = projectOf(t);
  const inColor = async (env) => {
    const port = String(await getFreePort());
    const args = [COMMAND, 'app', '--port', port];
    const program = startInTerminal(t, args, { cwd: project.folder, env });
    await program.said('Press h + Enter');
    return program.raw.includes('\x1b[36m');
  };
  t.true(await inColor({}));
  t.false(await inColor({ NO_COLOR: '1' }));
});

test('without a port, the command takes the next free one', async (t) => {
  const project = projectOf(t);
  const other = createServer();
  // Taken in any case, by this or by another.
  await new Promise((resolve) => other.once('error', resolve).listen(8000, 'localhost', resolve));
  t.teardown(() => other.close());
  const program = run(t, project, ['app']);
  const url = await urlOf(program);
  t.true(Number(new URL(url).port) > 8000, url);
  t.is((await fetch(url)).status, 200);
});

test('--open opens the page that it names', async (t) => {
  if (process.platform !== 'linux') return t.pass('browsers are found in another way here');
  const project = projectOf(t);
  project.writeNow(
    'browser',
    '#!/bin/sh\necho "$1" > "$OPENED.part" && mv "$OPENED.part" "$OPENED"\n',
  );
  chmodSync(project.path('browser'), 0o755);
  const port = String(await getFreePort());
  run(t, project, ['app', '--port', port, '--open', 'index.html?from=open'], {
    env: { BROWSER: project.path('browser'), OPENED: project.path('opened') },
  });
  const opened = () => {
    try {
      return readFileSync(project.path('opened'), 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  await waitFor(
    () => opened() !== undefined,
    () => 'nothing was opened',
  );
  t.is(opened(), `http://localhost:${port}/index.html?from=open`);
});

test('--base and --spa change which urls are answered', async (t) => {
  const project = projectOf(t);
  project.writeNow(
    'app/index.html',
    '<!doctype html><base href="/shop/"><h1></h1><script type="module" src="main.js"></script>',
  );
  const port = String(await getFreePort());
  const program = run(t, project, ['app', '--port', port, '--base', '/shop/', '--spa']);
  t.is(await urlOf(program), `http://localhost:${port}/shop/`);
  const tab = await open(t, `http://localhost:${port}/shop/cart/1`);
  await tab.until(heading, 'Hello');
  await project.write('app/greeting.js', greeting('Two items'));
  await tab.until(heading, 'Two items');
  t.is(tab.loads, 1);
  const outside = await fetch(`http://localhost:${port}/main.js`);
  t.is(outside.status, 404);
  t.is(await outside.text(), 'Not found. All urls begin with /shop/ here.\n');
});

test('--https makes a certificate, which later runs keep', async (t) => {
  const project = projectOf(t);
  install(project);
  const seen = [];
  for (const text of ['one', 'two']) {
    const port = String(await getFreePort());
    const program = run(t, project, ['app', '--port', port, '--https']);
    const url = await urlOf(program);
    t.is(url, `https://localhost:${port}/`);
    const tab = await open(t, url, { ignoreHTTPSErrors: true });
    const protocol = () => performance.getEntriesByType('navigation')[0].nextHopProtocol;
    await tab.until(protocol, 'h2');
    await project.write('app/greeting.js', greeting(text));
    await tab.until(heading, text);
    t.is(tab.loads, 1);
    seen.push(readFileSync(project.path('node_modules/.cache/hotgraph/certificate.pem'), 'utf8'));
    await program.interrupt();
  }
  t.is(seen[0], seen[1]);
  // It is good for others to use, too.
  const pem = project.path('node_modules/.cache/hotgraph/certificate.pem');
  const port = String(await getFreePort());
  const program = run(t, project, ['app', '--port', port, '--cert', pem, '--key', pem]);
  t.is(await urlOf(program), `https://localhost:${port}/`);
  t.is((await get(`https://localhost:${port}`)).status, 200);
});

test('a configuration says the same as flags, which win', async (t) => {
  const [port, other] = [await getFreePort(), await getFreePort()];
  for (const [name, text] of [
    ['hotgraph.config.js', `export default { root: 'app', port: ${port}, spa: true };`],
    ['hotgraph.config.mjs', `export default { root: 'app', port: ${port}, spa: true };`],
    ['hotgraph.config.cjs', `module.exports = { root: 'app', port: ${port}, spa: true };`],
  ]) {
    const project = projectOf(t, { [name]: text, 'package.json': '{ "type": "module" }' });
    const program = run(t, project, []);
    t.is(await urlOf(program), `http://localhost:${port}/`, name);
    const { status } = await get(`http://localhost:${port}`, '/any', {
      accept: 'text/html',
      'sec-fetch-dest': 'document',
    });
    t.is(status, 200, name);
    await program.interrupt();
    const second = run(t, project, ['--port', String(other)]);
    t.is(await urlOf(second), `http://localhost:${other}/`, name);
    await second.interrupt();
  }
});

test('a configuration has the options of createHmr() too', async (t) => {
  const config = `import { writeFileSync } from 'node:fs';
export default {
  root: 'app', port: 0, pack: true, overlay: false, watch: 'poll', cacheDir: 'kept', logLevel: 'debug',
  allowedHosts: ['dev.example'], allowedOrigins: ['https://dev.example'], plugins: [],
  onEvent: ({ type }) => writeFileSync('events.txt', type + '\\n', { flag: 'a' }),
};`;
  const project = projectOf(t, { 'hotgraph.config.mjs': config });
  const program = run(t, project, []);
  const url = await urlOf(program);
  t.is((await get(url, '/main.js', { host: 'dev.example' })).status, 200);
  const tab = await open(t, url);
  const loaded = () => performance.getEntriesByType('resource').map(({ name }) => name);
  const names = await tab.evaluate(loaded);
  t.true(
    names.some((name) => name.includes('/pack-')),
    names.join(' '),
  );
  await project.write('app/greeting.js', greeting('Polled'));
  await tab.until(heading, 'Polled');
  const events = () =>
    existsSync(project.path('events.txt')) ? readFileSync(project.path('events.txt'), 'utf8') : '';
  await waitFor(() => events().includes('applied'), events);
  await program.said('greeting.js changed');
});

/** Versions of Node, and whether each runs TypeScript. */
const nodes = [{ node: process.execPath, runs: Boolean(process.features.typescript) }];
const node22 = findNode('22');
if (node22) nodes.push({ node: node22, runs: true });

for (const { node, runs } of nodes) {
  const version = node === node22 ? 'Node 22' : 'this Node';
  test(`a configuration in TypeScript, which ${version} ${runs ? 'runs' : 'cannot run'}`, async (t) => {
    const port = await getFreePort();
    const config = (name) => `import { defineConfig } from '${name}';
export default defineConfig({ root: 'app' as string, port: ${port} });`;
    const project = projectOf(t, {
      'hotgraph.config.ts': config('hotgraph'),
      'broken.ts': config('hotgraph').replace('});', ',,});'),
      'package.json': '{ "type": "module" }',
    });
    install(project);
    const program = run(t, project, [], { node });
    if (runs) {
      t.is(await urlOf(program), `http://localhost:${port}/`);
      const broken = run(t, project, ['--config', 'broken.ts'], { node });
      t.deepEqual(await broken.end(), { code: 1, signal: null });
      t.regex(broken.output, /broken\.ts:2 does not load: SyntaxError.*\n {2}1 \| .*\n> 2 \| /);
    } else {
      t.deepEqual(await program.end(), { code: 1, signal: null });
      t.true(program.output.includes('needs Node 22.18 or newer'), program.output);
    }
  });
}

const broken = 'export default {\n  port: 8000,,\n};\n';

for (const [name, type, node] of [
  ['hotgraph.config.js'],
  ['hotgraph.config.js', 'module'],
  ['hotgraph.config.js', 'commonjs'],
  ['hotgraph.config.mjs'],
  ['hotgraph.config.cjs'],
  ['hotgraph.config.ts', 'module', node22],
  ['hotgraph.config.ts', undefined, node22],
  ['hotgraph.config.mts', undefined, node22],
]) {
  const isTypeScript = name.endsWith('ts');
  if (isTypeScript && !node) continue;
  test(`a mistake in ${name} of type ${type} is shown where it is`, async (t) => {
    const isCommonJs = name.endsWith('cjs') || type === 'commonjs';
    const begin = isCommonJs ? 'module.exports =' : 'export default';
    const typed = isTypeScript ? 'const first: number = 1;' : 'const first = 1;';
    for (const [text, line, says] of [
      [`${typed}\n${begin} {\n  port: 80 80,\n};\n`, 3, 'does not load: SyntaxError'],
      [
        `${typed}\nthrow new Error('no database');\n${begin} {};`,
        2,
        'does not load: Error: no database',
      ],
      [`${typed}\n${begin} {\n  port: 'all' };`, 3, `: The option "port" of ${name} is "all"`],
      [`${typed}\n${begin} {\n  https: true,\n  prot: 1 };`, 4, `: ${name} has no option "prot"`],
    ]) {
      const project = projectOf(t, {
        [name]: text,
        'package.json': JSON.stringify({ ...(type && { type }) }),
      });
      const program = run(t, project, [], { ...(node && { node }) });
      t.deepEqual(await program.end(), { code: 1, signal: null });
      // Node says of TypeScript that it is an experiment.
      const output = program.output.replace(/^\(.*\n/gm, '');
      const [first, ...frame] = output.trimEnd().split('\n');
      t.true(first.startsWith(`[hotgraph] ${name}:${line}`), program.output);
      t.true(first.includes(says), program.output);
      t.true(frame.includes(`> ${line} | ${text.split('\n')[line - 1]}`), program.output);
    }
  });
}

for (const [what, { args = [], files = {}, says, frame }] of Object.entries({
  'a folder that is missing': {
    args: ['none'],
    says: ['The folder none is not there', 'Name one that is there'],
  },
  'a file in place of a folder': {
    args: ['app/main.js'],
    says: ['The folder app/main.js is a file, and not a folder'],
  },
  'two folders': { args: ['app', 'other'], says: ['Expected 1 argument but got 2'] },
  'a folder that is named twice': {
    args: ['app', '--root', 'other'],
    says: ['The folder is named twice: app and --root other'],
  },
  'an unknown flag': {
    args: ['--prot', '8000'],
    says: ["Unknown option '--prot'.", 'Did you mean --port?', 'See `npx hotgraph --help`'],
  },
  'a port that is none': {
    args: ['--port', '99999'],
    says: ["'99999' is invalid. It has to be a whole number from 0 to 65535."],
  },
  'a port in words': { args: ['--port', 'many'], says: ['It has to be a whole number'] },
  'a flag without its value': {
    args: ['--port'],
    says: ["'-p, --port <number>' argument missing"],
  },
  'an unknown level': { args: ['--log-level', 'loud'], says: ['Allowed choices are debug, info'] },
  'a base without a slash': {
    args: ['--base', 'app'],
    says: ['It has to be a path that begins with a slash'],
  },
  'a backend without a scheme': {
    args: ['--proxy', 'localhost:3000'],
    says: ['It has to be the address of the backend, such as "http://localhost:3000".'],
  },
  'a backend with a path': {
    args: ['--proxy', 'http://localhost:3000/app'],
    says: ['It has to be scheme, host and port alone'],
  },
  'a map without a folder': { args: ['--map', '/assets/'], says: ['/assets/=app/assets/'] },
  'a map to a folder that is missing': {
    args: ['--proxy', 'http://localhost:3000', '--map', '/assets/=none'],
    says: ['The folder none is not there'],
  },
  'a map without a backend': { args: ['--map', '/a/=app'], says: ['need a backend: add --proxy'] },
  'plugins in front of a backend without maps': {
    args: ['--proxy', 'http://localhost:3000'],
    files: {
      'hotgraph.config.mjs': "export default { plugins: [[{ name: 'a', load: () => null }]] };",
    },
    says: ['plugins have to know the urls of files', 'add --map /assets/=app/assets/'],
  },
  'a page for all paths in front of a backend': {
    args: ['--proxy', 'http://localhost:3000', '--spa'],
    says: ['pages are those of the backend: leave --spa out'],
  },
  'a base of a backend': {
    args: ['--proxy', 'http://localhost:3000', '--base', '/app/'],
    says: ['--base', '--map'],
  },
  'a certificate that is missing': {
    args: ['app', '--cert', 'none.pem', '--key', 'none.pem'],
    says: ['--cert names', 'none.pem: there is no such file'],
  },
  'a certificate that is none': {
    args: ['app', '--cert', 'app/main.js', '--key', 'app/main.js'],
    says: ['cannot be used', 'Both have to be PEM files'],
  },
  'a certificate without a key': {
    args: ['app', '--cert', 'app/main.js'],
    says: ['needs its key', 'There is no --key'],
  },
  'a host that is not ours': {
    args: ['app', '--host', '192.0.2.1'],
    says: ['The host 192.0.2.1 is no address of this machine'],
  },
  'a configuration that imports what throws': {
    files: {
      'hotgraph.config.mjs': "import './lib/settings.mjs';",
      'lib/settings.mjs': '\nnothing.here();',
    },
    says: ['lib/settings.mjs:2 does not load: ReferenceError: nothing is not defined'],
    frame: '> 2 | nothing.here();',
  },
  'a configuration that imports what does not parse': {
    files: {
      'hotgraph.config.mjs': "import './lib/settings.mjs';",
      'lib/settings.mjs': broken,
    },
    says: ['lib/settings.mjs:2 does not load: SyntaxError'],
    frame: '> 2 |   port: 8000,,',
  },
  'a configuration that imports a missing export': {
    files: {
      'hotgraph.config.mjs': "\nimport { port } from './settings.mjs';",
      'settings.mjs': 'export const prt = 1;',
    },
    says: ['hotgraph.config.mjs:2 does not load: SyntaxError', "named 'port'"],
    frame: "> 2 | import { port } from './settings.mjs';",
  },
  'a configuration that imports what is missing': {
    files: { 'hotgraph.config.mjs': "\nimport 'no-such-package/part.js';" },
    says: ['hotgraph.config.mjs:2 does not load', "Cannot find package 'no-such-package'"],
    frame: "> 2 | import 'no-such-package/part.js';",
  },
  'a configuration that imports a file that is missing': {
    files: { 'hotgraph.config.mjs': "import './lib/none.mjs';" },
    says: ['hotgraph.config.mjs:1 does not load', 'Cannot find module'],
    frame: "> 1 | import './lib/none.mjs';",
  },
  'a configuration that throws no error': {
    files: { 'hotgraph.config.mjs': 'throw null;' },
    says: ['hotgraph.config.mjs does not load: it threw null'],
  },
  'a configuration without a default export': {
    files: { 'hotgraph.config.mjs': 'export const port = 8000;' },
    says: ['hotgraph.config.mjs has no default export'],
  },
  'a configuration with an unknown option': {
    files: { 'hotgraph.config.mjs': 'export default { prt: 8000 };' },
    says: ['hotgraph.config.mjs:1: hotgraph.config.mjs has no option "prt". Did you mean "port"?'],
    frame: '> 1 | export default { prt: 8000 };',
  },
  'a configuration with a wrong value': {
    files: { 'hotgraph.config.mjs': "export default {\n  port: '8000',\n};" },
    says: [
      'hotgraph.config.mjs:2: The option "port" of hotgraph.config.mjs is "8000"',
      'a whole number from 0 to 65535',
    ],
    frame: "> 2 |   port: '8000',",
  },
  'a configuration with a wrong value that is made elsewhere': {
    files: { 'hotgraph.config.mjs': "export default Object.fromEntries([['po' + 'rt', '8000']]);" },
    says: ['[hotgraph] The option "port" of hotgraph.config.mjs is "8000"'],
  },
  'a configuration that is a list': {
    files: { 'hotgraph.config.mjs': 'export default [];' },
    says: ['hotgraph.config.mjs takes an object of options, not a list'],
  },
  'a configuration that a promise rejects': {
    files: {
      'hotgraph.config.mjs':
        "const load = async () => {\n  throw new Error('no database');\n};\nexport default load();",
    },
    says: ['hotgraph.config.mjs:2 does not load: Error: no database'],
    frame: "> 2 |   throw new Error('no database');",
  },
  'a configuration that is a function': {
    files: { 'hotgraph.config.mjs': 'export default () => ({});' },
    says: ['hotgraph.config.mjs takes an object of options'],
  },
  'a configuration with an unknown option of the proxy': {
    files: { 'hotgraph.config.mjs': "export default { proxy: { taget: 'http://localhost' } };" },
    says: ['"proxy"', 'has no option "taget". Did you mean "target"?'],
    frame: "> 1 | export default { proxy: { taget: 'http://localhost' } };",
  },
  'two configurations': {
    files: { 'hotgraph.config.mjs': 'export default {};', 'hotgraph.config.js': '' },
    says: ['There are several configurations: hotgraph.config.js, hotgraph.config.mjs. Keep one'],
  },
  'a configuration that is named and missing': {
    args: ['--config', 'other.js'],
    says: ['--config names other.js, and there is no such file'],
  },
})) {
  test(`one line and exit code 1: ${what}`, async (t) => {
    const project = projectOf(t, files);
    const program = run(t, project, args);
    t.deepEqual(await program.end(), { code: 1, signal: null });
    const lines = program.output.trim().split('\n');
    if (frame === undefined) t.is(lines.length, 1, program.output);
    else t.true(lines.slice(1).includes(frame), program.output);
    t.true(lines[0].startsWith('[hotgraph] '), program.output);
    for (const text of says) t.true(program.output.includes(text), program.output);
  });
}

test('one line and exit code 1: a port that is taken', async (t) => {
  const project = projectOf(t);
  const other = createServer();
  await once(other.listen(0, 'localhost'), 'listening');
  t.teardown(() => other.close());
  const port = portOf(other);
  for (const [args, config] of [
    [['app', '--port', String(port)], undefined],
    [[], `export default { root: 'app', port: ${port} };`],
  ]) {
    if (config) project.writeNow('hotgraph.config.mjs', config);
    const program = run(t, project, args);
    t.deepEqual(await program.end(), { code: 1, signal: null });
    t.is(
      program.output.trim(),
      `[hotgraph] Port ${port} is taken. Choose another by --port, or name none to get the next free one.`,
    );
  }
});

test('--help and --version print and end', async (t) => {
  const project = projectOf(t);
  const help = run(t, project, ['--help']);
  t.deepEqual(await help.end(), { code: 0, signal: null });
  for (const flag of ['--port', '--host', '--https', '--proxy', '--map', '--reload-on', '--spa']) {
    t.true(help.output.includes(flag), help.output);
  }
  const version = run(t, project, ['--version']);
  t.deepEqual(await version.end(), { code: 0, signal: null });
  t.is(version.output.trim(), JSON.parse(readFileSync(join(repository, 'package.json'))).version);
});

test('a page at another host name gets no files of this machine', async (t) => {
  const project = projectOf(t);
  const port = String(await getFreePort());
  const program = run(t, project, ['app', '--port', port]);
  const url = await urlOf(program);
  const { status, body } = await get(url, '/main.js', { host: 'evil.example' });
  t.is(status, 403);
  t.false(body.includes('greeting'));
});
