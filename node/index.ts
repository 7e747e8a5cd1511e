/** The package's public modules. */

export type { HostEvent, ReloadReport } from '../client/protocol.js';
export type { HotChannel, HotClient, HotListener } from './events.js';
export { type HmrPlugin, type HmrPluginOptions, hmrPlugin } from './plugin.js';
