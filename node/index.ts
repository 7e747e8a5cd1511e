/** The package's public modules. */

export type {
  ClientMessage,
  Diagnostic,
  HostEvent,
  ReloadCause,
  ReloadReport,
  ServerMessage,
  Severity,
} from '../runtime/protocol.js';
export { defineConfig, type HotgraphConfig, type ProxyConfig } from './cli/config.js';
export {
  createHmr,
  type Hmr,
  type HmrOptions,
  type Next,
  type PageRequest,
} from './http/create.js';
export type { MountedRequest } from './http/mount.js';
export type {
  CompileOptions,
  Hook,
  HookFilter,
  HotUpdate,
  ModuleType,
  Pattern,
  PatternFilter,
  Plugin,
  PluginContext,
  PluginError,
  PluginOption,
  PluginUrls,
  ResolveHandler,
  TransformResult,
} from './plugins/plugin.js';
export type { Asset } from './server/assets.js';
export type { PageListener, UpgradeServer } from './server/channel.js';
export { type Destination, destinationOf } from './server/destination.js';
export { type OpenEvent, openInEditor } from './server/editor.js';
export { HmrEndpoint, type HmrEndpointOptions } from './server/endpoint.js';
export { HmrEngine } from './server/engine.js';
export type { HotChannel, HotClient, HotListener } from './server/events.js';
export { type FileKind, type FileRequest, HmrFiles } from './server/files.js';
export type { HotOptions } from './server/hot-server.js';
export {
  type ImportMap,
  type PageHooks,
  type TransformedPage,
  transformPage,
} from './server/page.js';
export { type Dispatch, type PullEvent, pull } from './server/pull.js';
export { type Level, type Line, terminalLines } from './tell/report.js';
export type { LogLevel } from './tell/terminal.js';
export { type HmrPlugin, type HmrPluginOptions, hmrPlugin } from './wds/plugin.js';
