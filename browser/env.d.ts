/**
 * `env.js` beside the compiled client is made by the dev server: what a page has to know of the server
 * that served it.
 */

/** What the server tells a page. */
export interface Environment {
  /** Names the server's run. */
  readonly session: string;
  /** Opens the socket. */
  readonly token: string;
  /** The newest version when the page asked. */
  readonly version: number;
  /** Where the socket is: a path of the page's origin, or a whole `ws:` address. */
  readonly socketPath: string;
  /** Whether problems are shown over the page. */
  readonly overlay: boolean;
}

export declare const env: Environment;
