/**
 * The client in a page: wires the runtime to the browser. The shell of every module imports this file; it is the only
 * one that touches globals when it is imported.
 */

import type { ModuleNamespace } from '../client.js';
import type { BodyFunction } from '../runtime/model/generation.js';
import type { Handle } from '../runtime/modules/modules.js';
import type { Packed, PackedNative } from '../runtime/modules/packs.js';
import type { Definition } from '../runtime/protocol.js';
import { createLog } from '../runtime/tell/log.js';
import type { Identity } from '../runtime/update/ports.js';
import { rehearse } from '../runtime/update/rehearsal.js';
import { Runtime } from '../runtime/update/runtime.js';
import { connect, type Environment } from './connect.js';
import { madeBy } from './dom/frames.js';
import { pagePorts, workerPorts } from './page.js';
import { fetchAhead } from './wire/ahead.js';
import { idle } from './wire/idle.js';
import { type ReloadPorts, takeLastReload } from './wire/reload.js';

/** Calls of a stack. Of ten, which is what Chromium keeps, a framework makes so many that the page's own are not there. */
const CALLS = 50;

const log = createLog(console);
/** There is no document in a worker, where modules may share code with a page: nothing is updated there. */
const isPage = typeof document !== 'undefined';
const runtime = isPage ? startPage() : new Runtime({ page: null }, workerPorts(), log);

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

/**
 * Has modules run again whose code did not change, once all that came before is applied.
 *
 * @param due Says which are to run then, by their urls.
 */
export function rerun(due: () => readonly string[]): void {
  runtime.rerun(due);
}

/** Reloads the page, since what changed cannot be replaced in it. `message` is a sentence without its end. */
export function reload(url: string, message: string): void {
  const report = { cause: 'notReplaceable', changed: url, chain: [url], remedy: null } as const;
  runtime.receive({
    type: 'reload',
    report: { ...report, chain: [url], message: `${url} changed, and ${message}.` },
  });
}

/** Brings bodies of a pack. */
export function provide(bodies: readonly Packed[]): void {
  runtime.modules.provide(bodies);
}

/**
 * A module of a pack enters, with all that it imports.
 *
 * @param meta The `import.meta` of what the browser loads of it.
 * @param definition What the server says of the module.
 * @param natives What the pack leaves to the browser.
 */
export function enter(
  meta: ImportMeta,
  definition: Definition,
  natives: readonly PackedNative[],
): Handle {
  // It may have modules as the browser's own that are in the pack.
  if (isPage && servedPage().packs === false) {
    giveUp('the server has begun to serve packs, and this page was loaded before');
  }
  if (isPage) void fetchAhead(definition.url);
  return runtime.modules.enter(meta, definition, natives);
}

/** The server does not have a part of what the page loads: another run served the rest, or the browser kept it. */
export function lost(): never {
  return giveUp(
    'the server no longer has all that belongs to the modules that the browser has kept',
  );
}

/** The page cannot go on as it is: a reload gets all of it anew. `why` is a sentence without its end. */
function giveUp(why: string): never {
  const report = { cause: 'server', changed: null, chain: [], remedy: null } as const;
  runtime.receive({ type: 'reload', report: { ...report, chain: [], message: `${why}.` } });
  throw new Error(`[hotgraph] ${why}; the page is reloaded`);
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
  const errors = Error as { stackTraceLimit?: number };
  if (errors.stackTraceLimit === 10) errors.stackTraceLimit = CALLS;
  const reload: ReloadPorts = {
    storage: () => sessionStorage,
    reload: () => madeBy(window).location.reload(),
  };
  const served = servedPage();
  let { overlay = true } = served;
  const reloaded = takeLastReload(reload, log);
  const ports = pagePorts({
    log,
    reload,
    overlay: () => overlay,
    runtime: () => page,
    send: (message) => socket.send(message),
  });
  const page = new Runtime(served, ports, log);
  const started = new Promise<void>((resolve) => {
    const start = () => {
      page.start();
      resolve();
    };
    if (document.readyState === 'complete') start();
    document.addEventListener('DOMContentLoaded', start);
    addEventListener('load', start);
  });
  const identified = (env: Environment) => {
    page.identify(env);
    overlay = served.overlay ?? env.overlay;
  };
  const slow = (why: unknown) => log.debug(`the first update will take longer than others: ${why}`);
  void idle()
    .then(() => rehearse(ports))
    .then((isApplied) => isApplied || slow('the rehearsal was not applied'))
    .catch(slow);
  const socket = connect({ runtime: page, log, page: served.page, reloaded, started, identified });
  return page;
}

/** What the server wrote into the page's HTML when it served it. */
function servedPage(): Identity & { overlay?: boolean; packs?: boolean } {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="hotgraph"]');
  const unknown = { page: null };
  try {
    return meta ? { ...unknown, ...JSON.parse(meta.content) } : unknown;
  } catch {
    return unknown;
  }
}
