/**
 * The dev server's own command with a config file, as people start it, on every version that is supported.
 */

import { join } from 'node:path';
import test from 'ava';
import { findNode } from '../../scripts/nodes.js';
import { PAGE } from '../helpers/app.js';
import { closeBrowser, openTab } from '../helpers/browser.js';
import { install, repository, start } from '../helpers/command.js';
import { getFreePort } from '../helpers/port.js';
import { Project } from '../helpers/project.js';

test.after.always(closeBrowser);

const value = () => globalThis.value;
const dep = (number) => `export const value = ${number};\n`;
const plain = (number) => `globalThis.plain = ${number};\n`;
const APP = {
  'index.html': PAGE,
  'main.js': `import './plain.js';
import { value } from './dep.js';
globalThis.value = value;
import.meta.hot?.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
`,
  'dep.js': dep(1),
  'plain.js': plain(1),
};

const MODULE = `import { hmrPlugin } from 'hotgraph';
export default { plugins: [hmrPlugin()] };
`;
const COMMON_JS = `const { hmrPlugin } = require('hotgraph');
module.exports = { plugins: [hmrPlugin()] };
`;

/** Two hot edits, a reload, an error and its repair: in the page and in the terminal. Then Ctrl+C. */
async function developInIt(t, project, program, port) {
  const tab = await openTab(`http://localhost:${port}/`);
  t.teardown(() => tab.close());
  await tab.connected();
  await tab.until(value, 1);

  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number));
    await tab.until(value, number);
  }
  t.is(tab.loads, 1);
  await program.said('[hotgraph] updated ');

  await project.write('plain.js', plain(2));
  await tab.until(() => globalThis.plain, 2);
  await tab.connected();
  t.is(tab.loads, 2);
  await program.said('[hotgraph] page reload: ');
  await program.said('(/plain.js → /main.js → /index.html)');
  await program.said('\n  to keep the page: ');

  await project.write('dep.js', 'export const value = 4;\nexport const more = ;\n');
  await program.said('[hotgraph] error dep.js:2:21: ');
  await program.said('export const more = ;\n');
  t.is(await tab.evaluate(value), 3);
  await project.write('dep.js', dep(5));
  await tab.until(value, 5);
  await program.said('[hotgraph] /dep.js can be served again');
  t.is(tab.loads, 2);
  t.deepEqual(tab.errors, []);

  await program.interrupt();
  await t.throwsAsync(fetch(`http://localhost:${port}/`));
  t.notRegex(program.output, /Warning|Error:/);
}

/** Runs a server's command in a project whose config file has the given name and text. */
async function testCommand(t, { server, node, name, config, package: type }) {
  const project = new Project({
    ...APP,
    [name]: config,
    'package.json': JSON.stringify({ private: true, type }),
  });
  t.teardown(() => project.dispose());
  install(project);
  const port = await getFreePort();
  const command = join(repository, 'node_modules', server, 'dist/bin.js');
  const program = start(t, [command, '--port', String(port)], { cwd: project.folder, node });
  await program.said(`http://localhost:${port}`);
  await developInIt(t, project, program, port);
}

/** Servers by the name under which they are installed, and the Node that they run on. */
const servers = [{ title: '@web/dev-server 0.4', server: '@web/dev-server' }];
const node22 = findNode('22');
if (node22 || (process.platform === 'linux' && process.arch === 'x64')) {
  servers.push({ title: '@web/dev-server 1 on Node 22', server: 'wds-1', node: node22 });
  test('Node 22 is there to test with', (t) => t.truthy(node22));
}

for (const { title, ...server } of servers) {
  for (const config of [
    { name: 'web-dev-server.config.mjs', config: MODULE },
    { name: 'web-dev-server.config.cjs', config: COMMON_JS },
    { name: 'web-dev-server.config.js', config: MODULE, package: 'module' },
    { name: 'web-dev-server.config.js', config: COMMON_JS, package: 'commonjs' },
  ]) {
    const { name, package: type } = config;
    test.serial(`${title}: ${name}${type ? ` in a ${type} package` : ''}`, (t) =>
      testCommand(t, { ...server, ...config }),
    );
  }

  test.serial(`${title}: startDevServer()`, async (t) => {
    const port = await getFreePort();
    const project = new Project({
      ...APP,
      'serve.mjs': `import { startDevServer } from '${server.server}';
import { hmrPlugin } from 'hotgraph';
await startDevServer({
  config: { port: ${port}, plugins: [hmrPlugin()] },
  readCliArgs: false,
  readFileConfig: false,
});
`,
    });
    t.teardown(() => project.dispose());
    install(project, [server.server]);
    const program = start(t, ['serve.mjs'], { cwd: project.folder, node: server.node });
    await program.said(`http://localhost:${port}`);
    await developInIt(t, project, program, port);
  });
}
