/**
 * Who may speak to our endpoints: only pages that this server served.
 *
 * Decides by headers that browsers set and pages cannot forge: `Host`, `Origin`, `Referer`, `Sec-Fetch-Site`. Headers
 * that proxies add (`X-Forwarded-*`) do not count: anyone can send them. The rules answer published attacks on dev
 * servers; SECURITY.md lists them.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Who may come, in addition to `localhost`, `*.localhost` and IP addresses. */
export interface AccessOptions {
  /** Host names; `.example.com` stands for all names below it too. */
  allowedHosts: readonly string[];
  /** Origins of pages, `https://dev.example.com`. Their hosts are allowed as well. */
  allowedOrigins: readonly string[];
}

/** Why a request is refused. The text is for the developer. */
export interface Refused {
  refusal: string;
}

const NO_HOST: Refused = { refusal: 'a request names no host' };

/** The rules of one server, and its secret. */
export class Access {
  readonly #secret = randomBytes(32);
  readonly #hosts: readonly string[];
  readonly #origins: ReadonlySet<string>;
  /** What the last request named, and what came of it: the next one names it again. */
  #last: { authority: unknown; host: string | Refused } = { authority: undefined, host: NO_HOST };

  constructor({ allowedHosts, allowedOrigins }: AccessOptions) {
    this.#origins = new Set(allowedOrigins.flatMap((text) => originOf(text) ?? []));
    const originHosts = [...this.#origins].map((origin) => new URL(origin).hostname);
    this.#hosts = [...allowedHosts.map((host) => host.toLowerCase()), ...originHosts];
  }

  /**
   * Whether what asks may read our modules, and the token that opens the socket to it.
   *
   * A token is good for pages of one host only: the one in the address bar. Browsers tell it by the `Referer`
   * of a request that they call `same-origin`, whatever a proxy made of `Host`; without that it is `Host`.
   */
  admit(headers: IncomingHttpHeaders): { token: string } | Refused {
    const host = this.hostOf(headers);
    if (typeof host !== 'string') return host;
    const { origin, referer } = headers;
    if (origin !== undefined && this.#origins.has(origin)) {
      return { token: this.#tokenFor(new URL(origin).host) };
    }
    const site = headers['sec-fetch-site'];
    if (isOfOtherSite(site)) {
      const who = origin ?? referer ?? 'it does not say which';
      const remedy =
        origin === 'null'
          ? 'a sandboxed page can have updates with allow-same-origin'
          : 'if it is yours, add its origin to the option allowedOrigins';
      return { refusal: `a page of another site asked (${who}); ${remedy}` };
    }
    if (site !== 'same-origin') {
      if (origin !== undefined && hostOfOrigin(origin) !== host) return foreign(origin);
      return { token: this.#tokenFor(host) };
    }
    const page = parse(referer);
    if (page === null) return { token: this.#tokenFor(host) };
    if (!this.#isAllowed(page.hostname)) return unknownHost(page.hostname);
    return { token: this.#tokenFor(page.host) };
  }

  /**
   * Whether a page of another site asks, as its browser says: what it gets is none of our modules, since it may not
   * load the client that they need.
   */
  isForeign(headers: IncomingHttpHeaders): boolean {
    if (!isOfOtherSite(headers['sec-fetch-site'])) return false;
    const from = headers.origin ?? parse(headers.referer)?.origin ?? '';
    return !this.#origins.has(from);
  }

  /**
   * Why a WebSocket may not be opened; `null` when it may: right host, and a token that was given to pages of its
   * Origin.
   *
   * @param query The query of the socket's url.
   */
  refuseSocket(headers: IncomingHttpHeaders, query: URLSearchParams): string | null {
    const host = this.hostOf(headers);
    if (typeof host !== 'string') return host.refusal;
    const { origin } = headers;
    // Programs that are no browsers send no Origin; they had to read the token first.
    const page = origin === undefined ? host : hostOfOrigin(origin);
    const hosts = origin !== undefined && this.#origins.has(origin) ? [page, host] : [page];
    const token = query.get('token') ?? '';
    if (hosts.some((name) => name !== null && sameText(token, this.#tokenFor(name)))) return null;
    if (sameText(token, this.#tokenFor(host))) return foreign(String(origin)).refusal;
    return 'the token of a socket is missing or wrong';
  }

  /** The host, with port, that a request names; a foreign name that was made to point here (DNS rebinding) is refused. */
  hostOf(headers: IncomingHttpHeaders): string | Refused {
    const authority = headers[':authority'] ?? headers.host;
    if (this.#last.authority !== authority) {
      this.#last = { authority, host: this.#hostAt(authority) };
    }
    return this.#last.host;
  }

  #hostAt(authority: unknown): string | Refused {
    // Else the url parser would find a host elsewhere in it, or none.
    const isPlain = typeof authority === 'string' && /^[^\s/?#@\\]+$/.test(authority);
    const url = isPlain ? parse(`http://${authority}`) : null;
    if (url === null) return NO_HOST;
    return this.#isAllowed(url.hostname) ? url.host : unknownHost(url.hostname);
  }

  #isAllowed(hostname: string): boolean {
    const name = hostname.replace(/^\[|\]$/g, '');
    if (name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0) return true;
    return this.#hosts.some((allowed) =>
      allowed.startsWith('.') ? `.${name}`.endsWith(allowed) : name === allowed,
    );
  }

  #tokenFor(host: string): string {
    return createHmac('sha256', this.#secret).update(host).digest('base64url');
  }
}

/** Whether a browser says so of the page that asks. Another port is another site here. */
function isOfOtherSite(site: string | string[] | undefined): boolean {
  return site === 'cross-site' || site === 'same-site';
}

function unknownHost(hostname: string): Refused {
  return { refusal: `host "${hostname}" is not allowed; add it to the option allowedHosts` };
}

function foreign(origin: string): Refused {
  return {
    refusal: `origin "${origin}" is not this server; if it is a proxy of yours, add it to the option allowedOrigins`,
  };
}

/** The host of an `Origin`, with port; `null` for `null` and for what is no origin. */
function hostOfOrigin(origin: string): string | null {
  const url = parse(origin);
  return url !== null && url.origin === origin ? url.host : null;
}

/** The origin that a text is, as browsers write it; nothing when it is none. */
export function originOf(text: string): string | undefined {
  const url = parse(text);
  if (url === null || !url.host || url.pathname.length > 1 || url.search || url.hash) {
    return undefined;
  }
  return `${url.protocol}//${url.host}`;
}

function parse(url: string | undefined): URL | null {
  return URL.canParse(url ?? '') ? new URL(url ?? '') : null;
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
