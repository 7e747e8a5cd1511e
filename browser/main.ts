/**
 * The client in a page: wires the runtime to the browser. The shell of every module imports this file; it is the only
 * one that touches globals when it is imported.
 */

import type { ModuleNamespace } from '../client.js';
import type { BodyFunction } from '../runtime/model/generation.js';
import type { Handle } from '../runtime/modules/modules.js';
import type { Definition } from '../runtime/protocol.js';
import { createLog } from '../runtime/tell/log.js';
import { Runtime } from '../runtime/update/runtime.js';
import { connect } from './connect.js';
import { env } from './env.js';
import { pagePorts, workerPorts } from './page.js';
import { type ReloadPorts, takeLastReload } from './wire/reload.js';

const log = createLog(console);
/** There is no document in a worker, where modules may share code with a page: nothing is updated there. */
const isPage = typeof document !== 'undefined';
const runtime = isPage
  ? startPage()
  : new Runtime({ page: null, session: '', version: 0 }, workerPorts(), log);

/**
 * Defines a module of the page, whose shell calls it.
 *
 * @param meta The shell's `import.meta`.
 * @param definition What the server says of the module.
 * @param natives The namespaces of what the shell imports, in the order of the definition.
 * @param body The module's own text.
 */
export function define(
  meta: ImportMeta,
  definition: Definition,
  natives: readonly ModuleNamespace[],
  body: BodyFunction,
): Handle {
  return runtime.modules.define(meta, definition, natives, body);
}

Object.defineProperty(globalThis, '__hotgraph__', {
  value: {
    /** Whether the dev server has answered on the socket that is open now. */
    get connected() {
      return runtime.greeted;
    },
    /** The version that the page is at. */
    get version() {
      return isPage ? runtime.version : undefined;
    },
  },
});

function startPage(): Runtime {
  const reload: ReloadPorts = {
    storage: () => sessionStorage,
    reload: () => location.reload(),
  };
  const served = servedPage();
  const identity = {
    page: served?.page ?? null,
    // The server may have been restarted in between.
    session: served?.session ?? env.session,
    version: served?.version ?? env.version,
  };
  const reloaded = takeLastReload(reload, log);
  const { version } = identity;
  const ports = pagePorts({
    log,
    reload,
    version,
    overlay: env.overlay,
    runtime: () => page,
    send: (message) => socket.send(message),
  });
  const page = new Runtime(identity, ports, log);
  const started = new Promise<void>((resolve) => {
    const start = () => {
      page.start();
      resolve();
    };
    if (document.readyState === 'complete') start();
    document.addEventListener('DOMContentLoaded', start);
    addEventListener('load', start);
  });
  const socket = connect({ runtime: page, log, page: identity.page, reloaded, started });
  return page;
}

/** What the server wrote into the page's HTML when it served it. */
function servedPage(): { page: string; version: number; session?: string } | undefined {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="hotgraph"]');
  try {
    return meta ? JSON.parse(meta.content) : undefined;
  } catch {
    return undefined;
  }
}
