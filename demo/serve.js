/**
 * Serves the demo. `npm start -- --help` prints the options.
 */
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { startDevServer } from '@web/dev-server';
import config from './web-dev-server.config.js';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8000' } } });

const wanted = Number(values.port);
if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65535) {
  console.error(`--port has to be a number from 1 to 65535, not "${values.port}".`);
  process.exit(1);
}

const port = await freePort(wanted);
await startDevServer({
  config: { ...config, port },
  readCliArgs: false,
  readFileConfig: false,
  logStartMessage: false,
});
console.log(`Open http://localhost:${port}/demo/ and edit demo/src/greeting.js. Ctrl+C ends it.`);

/**
 * The first free port from `port` on.
 *
 * @param {number} port
 * @returns {Promise<number>}
 */
async function freePort(port) {
  for (let candidate = port; candidate < 65535; candidate += 1) {
    if (await isFree(candidate)) return candidate;
  }
  return port;
}

/** @param {number} port */
function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .once('listening', () => probe.close(() => resolve(true)))
      .listen(port);
  });
}
