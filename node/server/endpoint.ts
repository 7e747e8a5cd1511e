/**
 * What a dev server has of hotgraph's own: the browser client's files, its place in a page, and the socket.
 *
 * Knows nothing of modules: what pages say goes to the listener, which is the engine.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { HmrEngine } from '#native';
import { checkOptions } from '../options.js';
import { Access } from './access.js';
import { type Asset, clientPath, ENDPOINT, findAsset } from './assets.js';
import { Channel, type PageListener, type UpgradeServer } from './channel.js';
import { escapeAttribute } from './page.js';

/** Options of {@link HmrEndpoint}. The listeners get the number that a page got when it connected. */
export interface HmrEndpointOptions extends PageListener {
  /** The server whose port the pages are on; the endpoint answers its `upgrade` events for the socket. */
  server: UpgradeServer;
  /** The path that all of the server's urls are below, without a slash at the end. Default: none. */
  basePath?: string;
  /**
   * Host names under which pages may connect, in addition to `localhost`, `*.localhost` and IP addresses.
   * `.example.com` allows all names below it. Default: none.
   */
  allowedHosts?: readonly string[];
  /**
   * Origins under which pages may connect, in addition to the server's own: `https://dev.example.com`. You need it only
   * for a proxy that hides both the page's address and its own. Default: none.
   */
  allowedOrigins?: readonly string[];
  /** Whether pages show their problems in an overlay. Default: true. */
  overlay?: boolean;
  /** Called with each new reason for refusing a request or a socket, a sentence for the terminal. */
  onRefused?: (reason: string) => void;
}

/** How many reasons for refusals are told. */
const MOST_REFUSALS = 50;

/** What is said where a page's policy forbids the socket. */
const FORBIDDEN =
  "a page's Content-Security-Policy forbids the connection to the dev server, so that it gets no updates: " +
  "allow 'self' in its connect-src";

/** Serves the browser client and speaks to it. Make one for each server: it has a secret of its own. */
export class HmrEndpoint {
  /** The url that modules import the browser client from: the engine's option `clientUrl`. */
  readonly clientUrl: string;
  readonly #access: Access;
  readonly #socketPath: string;
  readonly #overlay: boolean;
  readonly #channel: Channel;
  readonly #refusals = new Set<string>();
  readonly #onRefused: ((reason: string) => void) | undefined;

  /**
   * @throws {TypeError} for unknown options and wrong values.
   * @throws {Error} when the package has no compiled client.
   */
  constructor(options: HmrEndpointOptions) {
    checkOptions('new HmrEndpoint()', options);
    const { basePath = '', allowedHosts = [], allowedOrigins = [], overlay = true } = options;
    this.clientUrl = `${basePath}${clientPath()}`;
    this.#socketPath = `${basePath}${ENDPOINT}socket`;
    this.#overlay = overlay;
    this.#access = new Access({ allowedHosts, allowedOrigins });
    this.#onRefused = options.onRefused;
    this.#channel = new Channel({
      ...options,
      path: this.#socketPath,
      access: this.#access,
      onRefused: (reason) => this.#refused(reason),
    });
  }

  /**
   * Returns the response to a request for the client's files, and `null` for any other request.
   *
   * @param url Path below the base path, and query.
   * @param headers The request's headers. Only pages of this server may read the client.
   * @param engine The engine whose session, version and bodies pages get.
   */
  find(
    url: string,
    headers: IncomingHttpHeaders,
    engine: Pick<HmrEngine, 'session' | 'version' | 'bodies' | 'chunk'>,
  ): Asset | null {
    const [path = '', query = ''] = url.split('?');
    const env = () => {
      const admitted = this.#access.admit(headers);
      if ('refusal' in admitted) {
        this.#refused(admitted.refusal);
        return admitted.refusal;
      }
      const { session, version } = engine;
      const [socketPath, overlay] = [this.#socketPath, this.#overlay];
      return { session, token: admitted.token, version, socketPath, overlay };
    };
    const bodies = (urls: string[]) => engine.bodies(urls);
    const forbidden = () => {
      this.#refused(FORBIDDEN);
      return FORBIDDEN;
    };
    const chunk = (name: string) => engine.chunk(name);
    return findAsset(path, query, env, bodies, chunk, forbidden);
  }

  /**
   * Whether a page of another site asks for a file. It may not load the client, which hot modules need. Serve it the file
   * as it is, and do not tell the engine.
   */
  isForeign(headers: IncomingHttpHeaders): boolean {
    return this.#access.isForeign(headers);
  }

  /** The host, with port, that a request names; `undefined` when pages may not be at it. */
  hostOf(headers: IncomingHttpHeaders): string | undefined {
    const host = this.#access.hostOf(headers);
    return typeof host === 'string' ? host : undefined;
  }

  /**
   * The reason for refusing a request that names a host where pages may not be; `null` when they may. `onRefused` hears of
   * each reason once.
   */
  refusalOf(headers: IncomingHttpHeaders): string | null {
    const host = this.#access.hostOf(headers);
    if (typeof host === 'string') return null;
    this.#refused(host.refusal);
    return host.refusal;
  }

  /**
   * Returns the markup that loads the client. Put it in front of everything that the page loads.
   *
   * @param page The page's url, as the engine knows it.
   * @param version The engine's version when the page is served. The page gets what changes from then on.
   * @param session The engine's session. Without it, the page asks for it later, and takes a server that was restarted in
   *   between for the one that served it.
   * @param nonce The nonce of the page's own scripts, if its policy asks for one.
   * @param packs Whether what the page loads may come in packs.
   */
  head(page: string, version: number, session?: string, nonce?: string, packs?: boolean): string {
    const about = escapeAttribute(
      JSON.stringify({ page, version, session, overlay: this.#overlay, packs }),
    );
    const allowed = nonce === undefined ? '' : ` nonce="${escapeAttribute(nonce)}"`;
    return (
      `<meta name="hotgraph" content="${about}">` +
      `<script type="module"${allowed} src="${this.clientUrl}"></script>`
    );
  }

  /** Sends a message, as JSON text, to one page, or to all pages without `client`. */
  send(text: string, client?: number): void {
    this.#channel.send(text, client);
  }

  /** Closes all sockets and accepts no new ones. Leaves the server open. */
  close(): void {
    this.#channel.close();
  }

  /** Other sites can repeat a refused request as often as they like, so each reason is told once. */
  #refused(reason: string): void {
    if (this.#refusals.has(reason) || this.#refusals.size >= MOST_REFUSALS) return;
    this.#refusals.add(reason);
    this.#onRefused?.(reason);
  }
}
