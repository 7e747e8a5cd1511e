/**
 * hotgraph: hot module replacement for Node dev servers.
 *
 * - {@link hmrPlugin} for @web/dev-server: `plugins: [hmrPlugin()]`.
 * - {@link HmrEngine} for any other server: docs/engine.md and examples/http-server.js.
 * - Types of `import.meta.hot`: `"types": ["hotgraph/client"]` in tsconfig.json.
 */

export { type EngineOptions, HmrEngine, type ServedScript } from '#native';
export type {
  ClientMessage,
  Diagnostic,
  HostEvent,
  ReloadReport,
  ServerMessage,
} from './dist/client/protocol.js';
export type { HotChannel, HotClient, HotListener } from './dist/node/events.js';
export { type HmrPlugin, type HmrPluginOptions, hmrPlugin } from './dist/node/plugin.js';
