/** Ports that nobody listens on. */

import { createServer } from 'node:net';

/** @returns {Promise<number>} A port that was free a moment ago. */
export async function getFreePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
