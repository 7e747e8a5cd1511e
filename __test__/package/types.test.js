/**
 * The types of the installed package, checked to the last declaration (`skipLibCheck: false`). They have to fit the
 * types of Vite and Bun, which declare `import.meta.hot` too, and users of the engine, who have no dev server
 * installed.
 */

import { spawn } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { root, tool } from '../../scripts/run.js';
import { Installation } from '../helpers/managers.js';
import { startRegistry } from '../helpers/registry.js';

const RESOLUTIONS = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};
const PAGE = `import.meta.hot?.accept((newModule) => newModule);
import.meta.hot?.accept(['./a.js'], (newModules) => newModules);
import.meta.hot?.dispose((data) => data);
// @ts-expect-error: it is no number, no matter which package declares it.
const wrong: number = import.meta.hot;
`;
const OWN = "import.meta.hot?.acceptExports(['a'], () => {});\nimport.meta.webpackHot?.status();\n";
const COMMONJS = "import { createHmr } from 'hotgraph';\ncreateHmr({ root: 'app' }).close();\n";

let installation;
let registry;

test.before(async () => {
  registry = await startRegistry();
  installation = new Installation('npm', registry, {
    'package.json': '{ "private": true, "type": "module" }',
    'page.ts': PAGE,
    'own.ts': OWN,
    'commonjs.cts': COMMONJS,
  });
  const { project } = installation;
  cpSync(join(root, '__test__/types/server'), project.path('server'), { recursive: true });
  cpSync(join(root, '__test__/types/events.d.ts'), project.path('server/events.d.ts'));
  await installation.add('@types/node@26.6.7', '@types/bun@1.4.5', 'vite@8.3.8');
});

test.after.always(() => {
  registry?.close();
  installation?.dispose();
});

/** What the compiler has to say; nothing when all is well. */
async function check(types, files, resolution) {
  const { project } = installation;
  const name = `tsconfig.${[...types, resolution, files.length].join('-').replaceAll('/', '-')}.json`;
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    ...RESOLUTIONS[resolution],
    types,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
  };
  await project.write(name, JSON.stringify({ compilerOptions, files }));
  const args = [tool('typescript', 'tsc'), '-p', name];
  const compiler = spawn(process.execPath, args, { cwd: project.folder });
  let output = '';
  compiler.stdout.on('data', (text) => {
    output += text;
  });
  await new Promise((resolve) => compiler.once('close', resolve));
  return output;
}

for (const resolution of Object.keys(RESOLUTIONS)) {
  test(`together with Vite's types: ${resolution}`, async (t) => {
    t.is(await check(['vite/client', 'hotgraph/client'], ['page.ts'], resolution), '');
  });

  test(`together with Bun's types: ${resolution}`, async (t) => {
    t.is(await check(['hotgraph/client', 'bun'], ['page.ts'], resolution), '');
  });

  test(`alone, without Node's types: ${resolution}`, async (t) => {
    t.is(await check(['hotgraph/client'], ['page.ts', 'own.ts'], resolution), '');
  });

  test(`the servers' side, without @web/dev-server: ${resolution}`, async (t) => {
    const names = ['engine', 'create-hmr', 'command', 'plugin'];
    const files = [...names.map((name) => `server/${name}.ts`), 'server/events.d.ts'];
    if (resolution === 'nodenext') files.push('commonjs.cts', 'server/config.cts');
    t.is(await check(['node'], files, resolution), '');
    const lock = readFileSync(installation.project.path('package-lock.json'), 'utf8');
    t.false(lock.includes('node_modules/@web/dev-server'));
  });
}
