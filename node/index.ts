/** The package's public modules. */

export type { HostEvent, ReloadReport } from '../runtime/protocol.js';
export type { Asset } from './assets.js';
export type { PageListener, UpgradeServer } from './channel.js';
export { HmrEndpoint, type HmrEndpointOptions } from './endpoint.js';
export type { HotChannel, HotClient, HotListener } from './events.js';
export { type FileKind, type FileRequest, HmrFiles } from './files.js';
export { type PageHooks, type TransformedPage, transformPage } from './page.js';
export { type HmrPlugin, type HmrPluginOptions, hmrPlugin } from './plugin.js';
export { type Destination, destinationOf } from './request.js';
