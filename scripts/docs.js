/**
 * `npm run docs`: the documentation as a site, on a dev server; `npm run docs:build` writes it to site/dist/. Arguments go
 * to VitePress. The API reference is generated from the docstrings of the public types, hence the setup.
 */
import { join } from 'node:path';
import { heading, main, root, run } from './run.js';
import { installIn, setup } from './setup.js';

const site = join(root, 'site');
const tool = (/** @type {string} */ path) => join(site, 'node_modules', path);

await main(import.meta, async () => {
  const [command = 'dev', ...args] = process.argv.slice(2);
  await setup();
  await installIn('packages of the site', 'site');
  heading('API reference');
  await run(process.execPath, [tool('typedoc/bin/typedoc')], { cwd: site });
  heading('site');
  await run(process.execPath, [tool('vitepress/bin/vitepress.js'), command, site, ...args]);
});
