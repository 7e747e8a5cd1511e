/**
 * hotgraph: hot module replacement for Node dev servers.
 *
 * - {@link hmrPlugin} for @web/dev-server: `plugins: [hmrPlugin()]`.
 * - {@link HmrEngine} for any other server, with {@link HmrEndpoint} and {@link HmrFiles}, or
 *   {@link transformPage} and {@link destinationOf}: docs/engine.md and examples/http-server.js.
 * - Types of `import.meta.hot`: `"types": ["hotgraph/client"]` in tsconfig.json.
 */

export {
  type EngineOptions,
  HmrEngine,
  type PageStatus,
  type ServedScript,
  type SnapshotOptions,
} from '#native';
export type { Asset } from './dist/node/assets.js';
export type { PageListener, UpgradeServer } from './dist/node/channel.js';
export { HmrEndpoint, type HmrEndpointOptions } from './dist/node/endpoint.js';
export type { HotChannel, HotClient, HotListener } from './dist/node/events.js';
export { type FileKind, type FileRequest, HmrFiles } from './dist/node/files.js';
export { type PageHooks, type TransformedPage, transformPage } from './dist/node/page.js';
export { type HmrPlugin, type HmrPluginOptions, hmrPlugin } from './dist/node/plugin.js';
export { type Destination, destinationOf } from './dist/node/request.js';
export type {
  ClientMessage,
  Diagnostic,
  HostEvent,
  ReloadReport,
  ServerMessage,
} from './dist/runtime/protocol.js';
