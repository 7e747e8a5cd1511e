/** A dev server in a process of its own: folder, with plugin or not, with nodeResolve or not. */

import { startDevServer } from '@web/dev-server';
import { hmrPlugin } from 'hotgraph';

const [folder, withPlugin, nodeResolve] = process.argv.slice(2);
const server = await startDevServer({
  config: {
    rootDir: folder,
    nodeResolve: nodeResolve === 'true',
    plugins: withPlugin === 'true' ? [hmrPlugin({ logLevel: 'silent' })] : [],
  },
  readCliArgs: false,
  readFileConfig: false,
  logStartMessage: false,
});
process.send(server.config.port);
