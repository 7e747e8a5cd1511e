/**
 * The port of the command, and the urls under which it is found.
 */

import type { AddressInfo, Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Failure } from './failure.js';

/** Where to listen. */
export interface Place {
  port: number;
  /** Whether it is that port or none. */
  isPortGiven: boolean;
  /** Nothing for all addresses. */
  host: string | undefined;
}

/** Ports that are tried, one after the other. */
const MOST_TRIED = 100;

/**
 * Listens on the port, or on the next free one where none was given.
 *
 * @returns The port.
 * @throws {Failure} when there is none to have.
 */
export async function listen(server: Server, place: Place): Promise<number> {
  const { port, isPortGiven, host } = place;
  const last = isPortGiven ? port : Math.min(port + MOST_TRIED, 65535);
  for (let candidate = port; ; candidate += 1) {
    try {
      await listenOn(server, candidate, host);
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' || candidate >= last) throw new Failure(reason(code, place));
    }
  }
}

function listenOn(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function reason(code: string | undefined, { port, isPortGiven, host }: Place): string {
  switch (code) {
    case 'EADDRINUSE':
      return isPortGiven
        ? `Port ${port} is taken. Choose another by --port, or name none to get the next free one.`
        : `The ports from ${port} on are taken. Choose another by --port.`;
    case 'EACCES':
      return `Port ${port} may not be listened on by this user. Choose one above 1023 by --port.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EADDRNOTAVAIL':
      return `The host ${host} is no address of this machine. Choose another by --host.`;
    default:
      return `Port ${port} of ${host ?? 'all addresses'} cannot be listened on: ${code}.`;
  }
}

/** The addresses under which others in the network reach this machine. */
export function networkAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

/** The urls of a page: for this machine, and for others. */
export interface Urls {
  local: string[];
  network: string[];
}

/**
 * @param at What is listened on.
 * @param base What urls begin with, without a slash at its end.
 */
export function urlsOf(
  at: { host: string | undefined; port: number; https: boolean },
  base: string,
): Urls {
  const { host, port, https } = at;
  const url = (name: string) => {
    const written = name.includes(':') ? `[${name}]` : name;
    // Without the port where that is the scheme's.
    return `${new URL(`http${https ? 's' : ''}://${written}:${port}`).origin}${base}/`;
  };
  const isAll = host === undefined || host === '0.0.0.0' || host === '::';
  if (isAll) return { local: [url('localhost')], network: networkAddresses().map(url) };
  const isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.');
  return isLocal ? { local: [url(host)], network: [] } : { local: [], network: [url(host)] };
}
