/** Ports of servers, and ports that nobody listens on. */

import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The port that a server listens on.
 *
 * @param {import('node:net').Server} server
 */
export function portOf(server) {
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

/** @returns {Promise<number>} A port that was free a moment ago. */
export async function getFreePort() {
  const server = createServer();
  await once(server.listen(0), 'listening');
  const port = portOf(server);
  await once(server.close(), 'close');
  return port;
}
