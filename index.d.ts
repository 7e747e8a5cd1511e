/// <reference types="node" />

/**
 * hotgraph: hot module replacement for Node dev servers.
 *
 * - {@link hmrPlugin} for @web/dev-server: `plugins: [hmrPlugin()]`.
 * - {@link createHmr} for servers of node:http, and the frameworks on it: docs/servers.md.
 * - {@link HmrEngine} for what these do not fit, with {@link HmrEndpoint} and {@link HmrFiles}, or
 *   {@link transformPage} and {@link destinationOf}: docs/engine.md and examples/http-server.js.
 * - Types of `import.meta.hot`: `"types": ["hotgraph/client"]` in tsconfig.json.
 */

export {
  type EngineOptions,
  type PageStatus,
  type PullFailure,
  type ServedScript,
  type SnapshotOptions,
} from '#native';
export * from './dist/node/index.js';
