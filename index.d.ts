/// <reference types="node" />

/**
 * Hot module replacement for Node dev servers.
 *
 * - {@link createHmr} is for node:http and the frameworks on it: docs/servers.md.
 * - {@link hmrPlugin} is for @web/dev-server: `plugins: [hmrPlugin()]`.
 * - {@link HmrEngine} is for servers that neither fits, with {@link HmrEndpoint} and {@link HmrFiles}: docs/engine.md
 *   and examples/http-server.js.
 *
 * The types of `import.meta.hot` are in `hotgraph/client`: `"types": ["hotgraph/client"]` in tsconfig.json.
 *
 * @module hotgraph
 */

export {
  type EngineOptions,
  type HostFailure,
  type HostText,
  type MadeModule,
  type PageStatus,
  type PullFailure,
  type ServedScript,
  type SnapshotOptions,
} from '#native';
export * from './dist/node/index.js';
