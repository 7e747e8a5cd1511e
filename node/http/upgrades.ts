/**
 * The `upgrade` events of all servers that an app is reached by.
 */

import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { UpgradeServer } from '../server/channel.js';

/** Passes upgrades on to its listeners. */
export class Upgrades extends EventEmitter {
  readonly #servers = new Set<UpgradeServer>();

  /** Whether there is a server. */
  get isAttached(): boolean {
    return this.#servers.size > 0;
  }

  /** The port that one of the servers listens on, where it has one. */
  get port(): number | undefined {
    const addresses = [...this.#servers].map((server) => (server as Partial<Server>).address?.());
    return addresses.map((one) => (typeof one === 'object' ? one?.port : undefined)).find(Boolean);
  }

  /** Listens to a server. @throws {TypeError} for what is none. */
  attach(server: UpgradeServer): void {
    const { on, off, close } = (server ?? {}) as Partial<UpgradeServer & Server>;
    if ([on, off, close].some((method) => typeof method !== 'function')) {
      throw new TypeError(
        '[hotgraph] hmr.attach() takes the server that listens to the port, of node:http, node:https or node:http2: ' +
          'what app.listen() returns in Express, app.server in Fastify, serve() in Hono.',
      );
    }
    if (this.#servers.has(server)) return;
    this.#servers.add(server);
    server.on('upgrade', this.#onUpgrade);
  }

  /** Leaves all servers. */
  detach(): void {
    for (const server of this.#servers) server.off('upgrade', this.#onUpgrade);
    this.#servers.clear();
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.emit('upgrade', request, socket, head);
  };
}
