/** Ports of servers, and free ports. */

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Above the ports that browsers refuse, and below those that systems give to connections. */
const [FIRST, LAST] = [20_000, 32_000];

/**
 * The port that a server listens on.
 *
 * @param {import('node:net').Server} server
 */
export function portOf(server) {
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

/**
 * A port that was free a moment ago. Other tests look for one at the same time: it is a random one.
 *
 * @returns {Promise<number>}
 */
export async function getFreePort() {
  for (;;) {
    const server = createServer();
    const port = randomInt(FIRST, LAST);
    try {
      await once(server.listen(port), 'listening');
    } catch {
      continue;
    }
    await once(server.close(), 'close');
    return port;
  }
}
