/**
 * What a request to the dev server asks for, before and after the host has looked at it.
 */

import type { Context } from 'koa';

/** The query parameter of version stamps; the engine writes it. */
const STAMP = /[?&]__hot=\d+/;

/** How @web/dev-server names files outside its root. The number of levels up and the path follow this. */
export const OUTSIDE_ROOT = '/__wds-outside-root__/';

/** A request as the browser made it. */
export interface HotRequest {
  /** Path and query as the browser wrote them, version stamp included. */
  url: string;
  /** When it came in, in milliseconds since 1970. */
  at: number;
  /** The engine's version at that time. */
  since: number;
}

/**
 * Takes the version stamp of a style sheet or image off the url that the host and its other plugins see, and returns
 * the request as it was. Idempotent.
 */
export function takeStamp(context: Context, engine: { readonly version: number }): HotRequest {
  const state = context.state as { hotgraph?: HotRequest };
  if (!state.hotgraph) {
    state.hotgraph = { url: context.originalUrl, at: Date.now(), since: engine.version };
    if (STAMP.test(context.url)) context.url = withoutStamp(context.url);
  }
  return state.hotgraph;
}

function withoutStamp(url: string): string {
  return url.replace(STAMP, '').replace(/^([^?]*)&/, '$1?');
}
