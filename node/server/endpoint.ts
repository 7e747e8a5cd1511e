/**
 * What a dev server has of hotgraph's own: the browser client's files, its place in a page, and the socket.
 *
 * Knows nothing of modules: what pages say goes to whoever listens, which is the engine.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { HmrEngine } from '#native';
import { checkOptions } from '../options.js';
import { Access } from './access.js';
import { type Asset, clientPath, ENDPOINT, findAsset } from './assets.js';
import { Channel, type PageListener, type UpgradeServer } from './channel.js';
import { escapeAttribute } from './page.js';

/** How an endpoint is set up. The listeners are called with the number that a page got when it connected. */
export interface HmrEndpointOptions extends PageListener {
  /** The server whose port the pages are on; the endpoint answers its `upgrade` events for the socket. */
  server: UpgradeServer;
  /** Path that all of the server's urls are below, without a slash at its end. Default: none. */
  basePath?: string;
  /**
   * Host names under which pages may connect, beside `localhost`, `*.localhost` and IP addresses.
   * `.example.com` allows all names below it. Default: none.
   */
  allowedHosts?: readonly string[];
  /**
   * Origins under which pages may connect, beside the server's own: that of a proxy which hides the page's own
   * address from the server, `https://dev.example.com`. Default: none.
   */
  allowedOrigins?: readonly string[];
  /** Whether pages show their problems in an overlay. Default: true. */
  overlay?: boolean;
  /** Gets each new reason why a request or a socket was refused, a sentence for the terminal. */
  onRefused?: (reason: string) => void;
}

/** Reasons of refusals that are told. Whoever makes up more has the terminal's attention already. */
const MOST_REFUSALS = 50;

/** What is said where a page's policy forbids the socket. */
const FORBIDDEN =
  "a page's Content-Security-Policy forbids the connection to the dev server, so that it gets no updates: " +
  "allow 'self' in its connect-src";

/** Serves the browser client and speaks to it. One a server; it has a secret of its own. */
export class HmrEndpoint {
  /** The url that modules import the browser client from: the engine's option `clientUrl`. */
  readonly clientUrl: string;
  readonly #access: Access;
  readonly #socketPath: string;
  readonly #overlay: boolean;
  readonly #channel: Channel;
  readonly #refusals = new Set<string>();
  readonly #onRefused: ((reason: string) => void) | undefined;

  /** @throws when the package has no compiled client, and {TypeError} for unknown options and wrong values. */
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
   * The response to a request for the client's files; `null` when it asks for something else.
   *
   * @param url Path below the base path, and query.
   * @param headers The request's. They decide who may read it: pages of this server.
   * @param engine Whose session and version pages get to know, and whose bodies: an `HmrEngine`.
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
    const parameters = new URLSearchParams(query);
    const bodies = () => engine.bodies(parameters.getAll('u'));
    const forbidden = () => {
      this.#refused(FORBIDDEN);
      return FORBIDDEN;
    };
    const chunk = (name: string) => engine.chunk(name);
    return findAsset(path, parameters, env, bodies, chunk, forbidden);
  }

  /**
   * Whether a page of another site asks for a file. It may not load the client, which hot modules need, so that it
   * gets the file as it is and the engine never hears of it.
   */
  isForeign(headers: IncomingHttpHeaders): boolean {
    return this.#access.isForeign(headers);
  }

  /** The host, with port, that a request names, if pages may be at it. */
  hostOf(headers: IncomingHttpHeaders): string | undefined {
    const host = this.#access.hostOf(headers);
    return typeof host === 'string' ? host : undefined;
  }

  /**
   * Why a request is refused that names a host which pages may not be at; `null` when it names one of ours. Each reason
   * is told once.
   */
  refusalOf(headers: IncomingHttpHeaders): string | null {
    const host = this.#access.hostOf(headers);
    if (typeof host === 'string') return null;
    this.#refused(host.refusal);
    return host.refusal;
  }

  /**
   * The markup that loads the client, to stand in front of everything that a page loads.
   *
   * @param page The page's url, as the engine is told of it.
   * @param version The engine's version when the page is served: what changes from then on is sent to it.
   * @param session The engine's session. The page asks for it otherwise, and a server that was restarted in between
   *   is taken for the one that served the page.
   * @param nonce Of the page's own scripts, where its policy asks for one.
   */
  head(page: string, version: number, session?: string, nonce?: string): string {
    const about = escapeAttribute(
      JSON.stringify({ page, version, session, overlay: this.#overlay }),
    );
    const allowed = nonce === undefined ? '' : ` nonce="${escapeAttribute(nonce)}"`;
    return (
      `<meta name="hotgraph" content="${about}">` +
      `<script type="module"${allowed} src="${this.clientUrl}"></script>`
    );
  }

  /** Sends a message, JSON text, to one page, or to all when `client` is undefined. */
  send(text: string, client?: number): void {
    this.#channel.send(text, client);
  }

  /** Closes all sockets and lets no more in. The server is its owner's to close. */
  close(): void {
    this.#channel.close();
  }

  /** Other sites can repeat what is refused as often as they like; each reason is told once. */
  #refused(reason: string): void {
    if (this.#refusals.has(reason) || this.#refusals.size >= MOST_REFUSALS) return;
    this.#refusals.add(reason);
    this.#onRefused?.(reason);
  }
}
