/**
 * Who may speak to our endpoints: pages that this server served, and nobody else.
 *
 * Pure functions of headers. The rules answer published attacks on dev servers: sockets that check no Origin,
 * `Origin: null`, hosts that another name was rebound to.
 */

import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** What the rules need to know of the server. */
export interface AccessRules {
  /** The session's secret, which only our own client module holds. */
  token: string;
  /** Host names that are allowed beside `localhost`, `*.localhost` and IP addresses. */
  allowedHosts: readonly string[];
}

/** Why a request is refused, or `null` when it is welcome. The text is for the developer's terminal. */
export type Refusal = string | null;

/**
 * Whether a request's Host is one this server goes by. A foreign name that was made to point here (DNS
 * rebinding) is not.
 */
export function refuseHost(headers: IncomingHttpHeaders, rules: AccessRules): Refusal {
  const host = hostName(headers[':authority'] ?? headers.host);
  if (host === null) return 'the request names no host';
  const isLocal = host === 'localhost' || host.endsWith('.localhost') || isIP(host) !== 0;
  if (isLocal || rules.allowedHosts.some((allowed) => matches(host, allowed))) return null;
  return `host "${host}" is not allowed; add it to the option allowedHosts`;
}

/**
 * Whether a WebSocket may be opened: right host, an Origin that is this server itself, and the token.
 *
 * @param query The query of the socket's url.
 */
export function refuseSocket(
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
  rules: AccessRules,
): Refusal {
  const refusal = refuseHost(headers, rules);
  if (refusal !== null) return refusal;
  if (!sameText(query.get('token') ?? '', rules.token)) return 'the token is missing or wrong';
  const { origin } = headers;
  // Programs that are no browsers send no Origin; they had to read the token first.
  if (origin === undefined) return null;
  return originHost(origin) === (headers[':authority'] ?? headers.host)
    ? null
    : `origin "${origin}" is not this server`;
}

/** Whether a browser asks on behalf of another site's page, which may not read our generated modules. */
export function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

function matches(host: string, allowed: string): boolean {
  return allowed.startsWith('.')
    ? host === allowed.slice(1) || host.endsWith(allowed)
    : host === allowed.toLowerCase();
}

function hostName(authority: string | string[] | undefined): string | null {
  if (typeof authority !== 'string') return null;
  try {
    return new URL(`http://${authority}`).hostname.replace(/^\[|\]$/g, '');
  } catch {
    return null;
  }
}

function originHost(origin: string): string | null {
  try {
    return new URL(origin).host || null;
  } catch {
    return null;
  }
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
