/**
 * What updates ask of a page: its style sheets, images and workers, what it has loaded, and what is wrong with it.
 */
import type { ModuleNamespace } from '../client.js';
import type { ClientMessage } from '../runtime/protocol.js';
import type { Log } from '../runtime/tell/log.js';
import type { Ports } from '../runtime/update/ports.js';
import type { Runtime } from '../runtime/update/runtime.js';
import { parseAddress, stamp } from '../runtime/url.js';
import { ShownStyles } from './dom/css.js';
import { watchErrors } from './dom/errors.js';
import { isInFrame } from './dom/frames.js';
import { ShownImages } from './dom/images.js';
import { Loaded } from './dom/loaded.js';
import { watchRoots } from './dom/roots.js';
import { Workers } from './dom/workers.js';
import { modulePorts } from './modules.js';
import { Overlay } from './show/overlay.js';
import { Panel } from './show/panel.js';
import { createReload, type ReloadPorts } from './wire/reload.js';

/** What a page has of its runtime, which is made with its ports. */
export interface PageOptions {
  readonly log: Log;
  readonly reload: ReloadPorts;
  /** Whether problems are shown over the page. */
  overlay(): boolean;
  runtime(): Runtime;
  send(message: ClientMessage): void;
}

/** The ports of a page. */
export function pagePorts({ log, reload, overlay, runtime, send }: PageOptions): Ports {
  const loaded = new Loaded(
    origin,
    () => runtime().servedVersion,
    () => runtime().fetched(),
  );
  const workers = new Workers(window);
  watchRoots(window);
  const styles = new ShownStyles(document);
  const images = new ShownImages(document, (url) => loaded.initiators(url));
  let shown: Overlay | undefined;
  const modules = modulePorts(document);
  watchErrors(window, {
    answerOf,
    whoThrew: (error) => runtime().whoThrew(error),
    isUpdating: () => runtime().isUpdating,
    uncaught: (error, trouble, isUnused) => runtime().uncaught(error, trouble, isUnused),
    unloaded: (trouble) => runtime().unloaded(trouble),
  });
  return {
    ...modules,
    isImported: (url) => loaded.isImported(url),
    isPreloaded: (url) => isPreloaded(url, modules.urlAt),
    namespaceOf: (url) => (loaded.has(url) ? namespaceOf(url) : Promise.resolve(undefined)),
    answerOf,
    swapStyles: (renewals, at) => styles.swap(renewals, at),
    replaceSheets: async (sheets) => {
      for (const sheet of sheets) await replaceSheet(sheet.url, sheet.version);
    },
    swapImages: (renewals) => images.swap(renewals),
    isLoaded: (url) => loaded.has(url),
    isComing: (url) => loaded.isComing(url),
    loadedVersion: (url) => loaded.version(url),
    lastVersion: (url) => loaded.lastVersion(url),
    showsStyle: (url) => styles.shows(url),
    loadedBy: (url) => loaded.initiators(url),
    showsImage: (url) => images.shows(url),
    isElsewhere: (url) => workers.has(url) || isInFrame(window, url),
    isUsedOtherwise: (url) => isNamedByElement(url) || loaded.isAskedForOtherwise(url),
    forget: (url) => loaded.forget(url),
    reload: createReload(reload, log),
    send,
    now: () => performance.now(),
    showProblems: (problems) => {
      if (overlay()) shown ??= createOverlay(send);
      shown?.update(problems);
    },
  };
}

/** The ports of a worker: its modules run, and nothing ever reaches them. */
export function workerPorts(): Ports {
  const none = () => false;
  const nothing = () => {};
  const later = async () => undefined;
  return {
    ...modulePorts(undefined),
    isImported: none,
    isPreloaded: none,
    namespaceOf: later,
    answerOf: later,
    swapStyles: later,
    replaceSheets: later,
    swapImages: nothing,
    isLoaded: none,
    loadedVersion: () => undefined,
    lastVersion: () => undefined,
    showsStyle: none,
    loadedBy: () => new Set(),
    showsImage: none,
    isElsewhere: none,
    isUsedOtherwise: none,
    isComing: none,
    forget: nothing,
    reload: nothing,
    send: nothing,
    now: () => 0,
    showProblems: nothing,
  };
}

function isPreloaded(url: string, urlAt: (address: string) => string | undefined): boolean {
  const links = document.querySelectorAll<HTMLLinkElement>('link[rel~="modulepreload" i]');
  return [...links].some(({ href }) => urlAt(href) === url);
}

function createOverlay(send: PageOptions['send']): Overlay {
  const panel = new Panel(document, {
    dismiss: () => overlay.dismiss(),
    open: ({ file, line, column }) => send({ type: 'open', file, line, column }),
  });
  const overlay = new Overlay({
    after(milliseconds, run) {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    show: (problems) => panel.show(problems),
    hide: () => panel.hide(),
  });
  return overlay;
}

/** Whether a script or a link of the page names the module. */
/** Whether an element uses it. No code uses a module that is only preloaded. */
function isNamedByElement(url: string): boolean {
  const elements = document.querySelectorAll<HTMLElement>(
    'script[src], link[href]:not([rel~="modulepreload" i])',
  );
  return [...elements].some((element) => {
    const address = element.getAttribute('src') ?? element.getAttribute('href') ?? '';
    return parseAddress(address, document.baseURI)?.url === url;
  });
}

async function namespaceOf(
  url: string,
): Promise<{ readonly namespace: ModuleNamespace } | undefined> {
  try {
    if (!/\.json(\?|$)/.test(url)) return { namespace: await import(origin + url) };
    const { importWith } = await import('./attributes.js');
    return { namespace: await importWith(origin + url, { type: 'json' }) };
  } catch {
    return undefined;
  }
}

/** Why the server cannot serve a module as a script, if it cannot. */
async function answerOf(url: string): Promise<string | undefined> {
  try {
    const { ok, status, headers } = await fetch(url, { cache: 'no-store' });
    if (!ok) return `it could not be loaded: HTTP status ${status}`;
    const type = headers.get('content-type') ?? 'no content type';
    return /javascript|json/.test(type) ? undefined : `it was served as ${type}`;
  } catch {
    return 'the dev server does not answer';
  }
}

async function replaceSheet(url: string, version: number): Promise<void> {
  const response = await fetch(stamp(url, version));
  if (!response.ok) throw new Error(`${url} could not be loaded: HTTP status ${response.status}`);
  const { replaceSheet: replace } = await import('./attributes.js');
  await replace(origin + url, await response.text());
}
