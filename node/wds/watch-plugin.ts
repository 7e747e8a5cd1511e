/**
 * `watch: true` makes @web/dev-server reload every page on any change. With hotgraph each page decides for itself. So
 * this suppresses that message, and lets all others pass. For what is held back the engine answers (`answersForHost`).
 */

import type { Plugin, WebSocketsManager } from '@web/dev-server-core';

/** Whether it is that plugin. */
export function isWatchPlugin({ name }: Plugin): boolean {
  return name === 'watch';
}

/** What the host's watch plugin tells pages to import. */
const RELOAD = 'data:text/javascript,window.location.reload()';

/** Holds back the host's reload message on this server's socket. */
export function silenceWatchPlugin(webSockets: WebSocketsManager): void {
  const sendImport = webSockets.sendImport.bind(webSockets);
  webSockets.sendImport = (importPath, args) => {
    if (importPath !== RELOAD) sendImport(importPath, args);
  };
}
