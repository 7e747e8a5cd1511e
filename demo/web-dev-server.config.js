/** The demo's server: `npx web-dev-server --config demo/web-dev-server.config.js`, or `npm start`. */
import { fileURLToPath } from 'node:url';
import { hmrPlugin } from 'hotgraph';

export default {
  // The repository: the demo finds lit in its node_modules.
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  nodeResolve: true,
  plugins: [hmrPlugin()],
};
