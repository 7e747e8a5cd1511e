/**
 * The client in a page: wires the runtime to the browser. Every module that uses `import.meta.hot`
 * imports this file; it is the only one that touches globals when it is imported.
 */

import type { ModuleNamespace } from '../client.js';
import { createHotContext, type HotServices } from '../runtime/hot/hot.js';
import type { Generation } from '../runtime/model/generation.js';
import { CarriedModules } from '../runtime/modules/carried.js';
import { DynamicImports } from '../runtime/modules/dynamic-imports.js';
import type { Accessors } from '../runtime/modules/exports.js';
import { Facades } from '../runtime/modules/facades.js';
import type { CarriedFunction, Setter } from '../runtime/modules/instance.js';
import { type LoadPorts, load } from '../runtime/modules/load.js';
import { createProbe } from '../runtime/modules/probe.js';
import type { AskedFor, ImportKind, ModuleKind } from '../runtime/protocol.js';
import { createLog } from '../runtime/tell/log.js';
import { type Ports, Runtime } from '../runtime/update/runtime.js';
import { type Address, isAddress, parseAddress, stamp } from '../runtime/url.js';
import { LinkedStyles } from './dom/css.js';
import { ShownImages } from './dom/images.js';
import { Loaded } from './dom/loaded.js';
import { watchRoots } from './dom/roots.js';
import { watchWorkers } from './dom/workers.js';
import { type Environment, env } from './env.js';
import { Overlay } from './show/overlay.js';
import { Panel } from './show/panel.js';
import { createReload, type ReloadPorts, takeLastReload } from './wire/reload.js';
import { Socket } from './wire/socket.js';

/** Flag of {@link createHot}: the server could not find out what the module accepts, and asks. */
const REPORT = 1;

interface Client {
  readonly runtime: Runtime;
  readonly imports: DynamicImports;
  /** The version at which the page runs a module, or would when it imported it now. */
  versionOf(url: string): number;
  /** Whether the page has any generation of a module. */
  isRunning(url: string): boolean;
  readonly carried: CarriedModules;
  readonly facades: Facades;
  readonly send: Ports['send'];
}

const log = createLog(console);
/** There is none in a worker, where modules may share code with a page: nothing is updated there. */
const client = typeof document === 'undefined' ? undefined : startClient();
const reports = new WeakMap<Generation, { text: string; isScheduled: boolean }>();

const services: HotServices = {
  getData: (url) => runtime().registry.data(url),
  setData: (url, data) => runtime().registry.setData(url, data),
  changed: (generation) => scheduleReport(generation),
  invalidate: (generation, message) => runtime().invalidate(generation, message),
  on: (event, listener, owner) => runtime().events.on(event, listener, owner),
  off: (event, listener, owner) => runtime().events.off(event, listener, owner),
  send: (event, data = null) => client?.send({ type: 'custom', event, data }),
};

/**
 * Gives a module its `import.meta.hot`. The dev server puts the call on the first line of each module
 * that uses it.
 *
 * @param meta The module's `import.meta`.
 * @param flags 1 when the page is to report what the module registers, else 0.
 * @param name The module's url, when that is not its address: an inline script's. Else empty.
 */
export function createHot(meta: ImportMeta, flags: number, name: string): void {
  const { url, version } = identify(meta, name);
  const generation = runtime().create(url, version);
  const hot = createHotContext(generation, services);
  Object.assign(meta, { hot, webpackHot: hot, dispose: hot.dispose });
  if (flags & REPORT) {
    reports.set(generation, { text: '', isScheduled: false });
    scheduleReport(generation);
  }
}

/**
 * Keeps the exports of a module up to date for importers that do not run again. On the first line of modules
 * that have such.
 *
 * @param meta The module's `import.meta`.
 * @param name As in {@link createHot}.
 * @param native The modules whose own variables it exports.
 */
export function trackExports(
  meta: ImportMeta,
  name: string,
  accessors: Accessors,
  native?: readonly string[],
): void {
  const { url, version } = identify(meta, name);
  runtime().exports.track(meta, url, version, accessors, native);
}

/**
 * Is told of each write to an exported variable.
 *
 * @param value What the assignment evaluates to.
 * @param names The names that importers use for the variable.
 * @returns The value.
 */
export function exportsWritten<T>(meta: ImportMeta, value: T, names: readonly string[]): T {
  runtime().exports.written(meta, names);
  client?.carried.written(meta);
  return value;
}

function identify(meta: ImportMeta, name: string): { url: string; version: number } {
  const address = parseAddress(meta.url);
  return { url: name || (address?.url ?? meta.url), version: address?.version ?? 0 };
}

/**
 * The specifier by which a dynamic import reaches the generation that the page runs. The dev server
 * wraps the argument of each `import()` in a call of it.
 *
 * @param specifier What the code imports.
 * @param base The address of the importing module.
 * @param hasOptions Whether the import has a second argument, which may say that it is of no script.
 */
function dynamic(specifier: unknown, base: string, hasOptions?: 1): string {
  const text = String(specifier);
  const address = isAddress(text) ? parseAddress(text, base) : mapped(text);
  if (!client || address?.origin !== location.origin) return text;
  client.facades.flush();
  const importer = parseAddress(base);
  client.imports.note(address.url, importer);
  const current = client.versionOf(address.url);
  // Code is stamped where it is served, which may be ahead of what the page has applied, and of the code itself.
  const isOfLater = address.version > (importer?.version ?? 0);
  const isAhead = current < address.version && isOfLater && client.isRunning(address.url);
  const hashAt = text.indexOf('#');
  const hash = hashAt < 0 ? '' : text.slice(hashAt);
  const version = current <= address.version && !isAhead ? address.version : current;
  const wanted = location.origin + stamp(address.url + hash, version);
  if (!hasOptions) client.imports.begin(wanted);
  return version === address.version ? text : wanted;
}

/** What the page's import map names so. Scopes may name something else elsewhere, and are left to the browser. */
function mapped(name: string): Address | undefined {
  const maps = client ? [...document.querySelectorAll('script[type="importmap" i]')] : [];
  if (maps.length === 0 || maps.some((map) => map.textContent.includes('"scopes"')))
    return undefined;
  try {
    return parseAddress(import.meta.resolve(name));
  } catch {
    return undefined;
  }
}

Object.defineProperty(globalThis, '__hotgraph__', {
  value: {
    dynamic,
    /** What a module's import stands for now, in a module that accepts the other. Without a name, all of it. */
    imported(url: string, imported: ModuleNamespace, name?: string): unknown {
      const namespace = client?.runtime.exports.current(url, imported) ?? imported;
      return name === undefined ? namespace : namespace[name];
    },
    /** Lets a facade follow the exports of a module that the client runs. */
    join(address: string, set: Setter): void {
      const { url, version } = parseAddress(address) ?? { url: address, version: 0 };
      client?.carried.join(url, version, set);
    },
    /** Lets a module that the browser loaded be the same as the client's. */
    share(
      address: string,
      imported: readonly (readonly [string, ModuleNamespace])[],
      exports: readonly string[],
      set: Setter,
      make: CarriedFunction,
    ): void {
      const name = parseAddress(address);
      if (name) client?.carried?.share(name, imported, exports, set, make);
    },
    /** Whether the dev server has answered on the socket that is open now. */
    get connected() {
      return client?.runtime.greeted ?? false;
    },
    /** The version that the page is at. */
    get version() {
      return client?.runtime.version;
    },
  },
});

let unconnected: Runtime | undefined;

/** The page's runtime; in a worker one that nothing ever reaches. */
function runtime(): Runtime {
  if (client) return client.runtime;
  unconnected ??= new Runtime({ page: null, session: '', version: 0 }, {} as Ports, log);
  return unconnected;
}

/** When the module has run; a later registration brings another report. */
function scheduleReport(generation: Generation): void {
  const report = reports.get(generation);
  if (!report || report.isScheduled) return;
  report.isScheduled = true;
  setTimeout(() => {
    report.isScheduled = false;
    if (generation.replaced) return;
    const { url, acceptsItself, declined, specifiers, acceptedExports } = generation;
    const message = {
      type: 'accepts',
      url,
      self: acceptsItself,
      deps: specifiers,
      declined,
      exports: acceptedExports ? [...acceptedExports] : null,
    } as const;
    const text = JSON.stringify(message);
    if (text === report.text) return;
    report.text = text;
    client?.send(message);
  });
}

function startClient(): Client {
  const reloadPorts: ReloadPorts = {
    storage: () => sessionStorage,
    reload: () => location.reload(),
  };
  const { origin } = location;
  const loaded = new Loaded(origin, () => runtime.fetched());
  const versionOf = (url: string) =>
    runtime.registry.version(url) ?? Math.max(runtime.registry.leftAt(url), loaded.version(url));
  const isRunning = (url: string) =>
    runtime.registry.version(url) !== undefined || loaded.versions(url).length > 0;
  const imports = new DynamicImports(versionOf, (address) => import(address));
  const workers = watchWorkers(window);
  watchRoots(window);
  const styles = new LinkedStyles(document);
  const images = new ShownImages(document, (url) => loaded.initiators(url));
  const overlay = env.overlay ? createOverlay() : undefined;
  const served = servedPage();
  let reloaded = takeLastReload(reloadPorts, log);
  let isFirst = true;
  let ready = () => {};
  const started = new Promise<void>((resolve) => {
    ready = resolve;
  });

  let shares = false;
  const takesImportMaps = env.carry ? areMapsTaken() : undefined;
  const carried = new CarriedModules({
    origin,
    trackExports: (meta: ImportMeta, name: string, accessors: Accessors, native?: string[]) => {
      const { url, version } = identify(meta, name);
      runtime.exports.track(meta, url, version, accessors, native, true);
    },
    exportsWritten,
    createHot,
    compile: (expression) => globalEval(expression),
    importModule: importAs,
    ask: askFor,
    versionOf: (url) => (isRunning(url) ? versionOf(url) : undefined),
    isFetched: (url, version) =>
      loaded.versions(url).includes(version) || imports.isComing(origin + stamp(url, version)),
    dynamic: (specifier, base, hasOptions) => whole(dynamic(specifier, base, hasOptions), base),
  });
  const facades = new Facades({
    takeFresh: () => carried.takeFresh(),
    addMap: addImportMap,
    takesMaps: () => !shares,
  });
  const loadPorts: LoadPorts = {
    importModule: (address, kind) => importModule(origin + address, kind),
    probe: createProbe({
      importModule: (address) => import(address),
      failuresSince: (time) => loaded.failuresSince(time),
      fetch: (address) => fetch(address),
      now: () => performance.now(),
      origin,
    }),
    leaveToBrowser: async (modules) => {
      if (!shares) return;
      const headers = { [ASKING]: 'fetched' };
      await Promise.all(modules.map(({ url, version }) => fetch(stamp(url, version), { headers })));
    },
  };
  const ports: Ports = {
    importModule: async (address, kind) => {
      const { url, version } = parseAddress(address, origin) ?? { url: address, version: 0 };
      return carried.namespace(url, version) ?? loadPorts.importModule(address, kind);
    },
    load: async (modules, roots) => {
      facades.flush();
      return load(modules, roots, carried, loadPorts);
    },
    ran: () => facades.flush(),
    exportsChanged: (url) => carried.changed(url),
    swapStyles: (renewals, version) => styles.swap(renewals, version),
    replaceSheets: async (sheets) => {
      for (const sheet of sheets) await replaceSheet(sheet.url, sheet.version, loaded);
    },
    swapImages: (renewals) => images.swap(renewals),
    isLoaded: (url) => loaded.has(url),
    loadedVersion: (url) => loaded.version(url),
    oldestLoaded: (url) => loaded.oldest(url),
    newestLoaded: () => Math.max(loaded.newest, carried.newest),
    showsStyle: (url) => styles.shows(url),
    loadedBy: (url) => loaded.initiators(url),
    showsImage: (url) => images.shows(url),
    isWorker: (url) => workers.has(url),
    isSettled: () => imports.isSettled,
    settled: () => imports.settled(),
    isUsedUnseen: (url, departed) =>
      isNamedByElement(url) || loaded.isAskedForOtherwise(url) || imports.isInForce(url, departed),
    keep: (url, running, version) => {
      if (shares) {
        // What failed to run before is none to follow.
        if (loaded.isImported(url)) void carried.keep(url, running, version).catch(() => {});
        return;
      }
      facades.keep(
        origin + stamp(url, version),
        origin + stamp(url, running),
        carried.find(url, running)?.names,
      );
    },
    forget: (url) => {
      loaded.forget(url);
      carried.forget(url);
    },
    reload: createReload(reloadPorts, log),
    send: (message) => socket.send(message),
    now: () => performance.now(),
    showProblems: (problems) => overlay?.update(problems),
  };
  const identity = {
    page: served?.page ?? null,
    // The server may have been restarted in between.
    session: served?.session ?? env.session,
    version: served?.version ?? env.version,
  };
  const runtime = new Runtime(identity, ports, log);
  const socket = new Socket({
    open: async (isFirst) => {
      shares = env.carry && !(await takesImportMaps);
      return new WebSocket(socketAddress(isFirst ? env : await currentEnv()));
    },
    hello: () => {
      const report = reloaded;
      reloaded = null;
      const { session, version: since } = runtime;
      const { page } = identity;
      const again = !isFirst;
      return { type: 'hello', session, since, page, reloaded: report, shares, again };
    },
    receive: (message) => runtime.receive(message),
    connected: (webSocket) => {
      if (isFirst) log.debug('connected');
      else log.info('connected again');
      isFirst = false;
      // Modules that are still to run have listeners to add.
      void started.then(() => runtime.events.emitBuiltIn('ws:connect', { webSocket }));
    },
    disconnected: (webSocket) => {
      runtime.greeted = false;
      log.info('the connection to the dev server is lost; trying again');
      void started.then(() => runtime.events.emitBuiltIn('ws:disconnect', { webSocket }));
    },
    garbage: (start, error) => log.warn(`the dev server sent something odd: ${start}`, error),
  });

  const hurry = () => socket.hurry();
  for (const event of ['online', 'pageshow', 'focus']) addEventListener(event, hurry);
  document.addEventListener('visibilitychange', hurry);
  const start = () => {
    runtime.start();
    ready();
  };
  if (document.readyState === 'complete') start();
  document.addEventListener('DOMContentLoaded', start);
  addEventListener('load', start);
  return { runtime, versionOf, isRunning, imports, carried, facades, send: ports.send };
}

function createOverlay(): Overlay {
  const panel = new Panel(document, () => overlay.dismiss());
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
function isNamedByElement(url: string): boolean {
  const elements = document.querySelectorAll<HTMLElement>('script[src], link[href]');
  return [...elements].some((element) => {
    const address = element.getAttribute('src') ?? element.getAttribute('href') ?? '';
    return parseAddress(address, document.baseURI)?.url === url;
  });
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

/**
 * What the server says of itself now. After a restart another process may be listening, which lets in only
 * who asked it.
 */
async function currentEnv(): Promise<Environment> {
  const { env: current } = await import(new URL(`./env.js?${Date.now()}`, import.meta.url).href);
  return current;
}

function socketAddress(env: Environment): URL {
  const address = new URL(env.socketPath, location.href);
  address.protocol = address.protocol.replace('http', 'ws');
  address.searchParams.set('token', env.token);
  return address;
}

/** The code that updates bring. Called indirectly, so that it sees no variable of ours. */
// biome-ignore lint/security/noGlobalEval: an import needs milliseconds, and names the code by something else than its file
const globalEval = eval;

/** A specifier as code can use it that is not where its module is. */
function whole(specifier: string, base: string): string {
  return isAddress(specifier) ? new URL(specifier, base).href : specifier;
}

function addImportMap(imports: Record<string, string>): void {
  const script = document.createElement('script');
  script.type = 'importmap';
  script.textContent = JSON.stringify({ imports });
  document.head.append(script);
  script.remove();
}

/**
 * Whether the browser takes import maps when modules have run: Chromium 133, Safari 18.4, where the page's policies
 * let it. A whole address is asked for in neither case.
 */
async function areMapsTaken(): Promise<boolean> {
  const name = '#hotgraph';
  try {
    addImportMap({ [name]: 'data:text/javascript,' });
    await import(name);
    return true;
  } catch {
    return false;
  }
}

/** Asks the server for the code of a module, which only the host can make. */
async function askFor(address: string): Promise<AskedFor | undefined> {
  const response = await fetch(address, {
    headers: { [ASKING]: 'carried' },
    cache: 'no-store',
  });
  const text = await response.text();
  if (!response.ok || !text.startsWith(ANSWER)) return undefined;
  return JSON.parse(text.slice(ANSWER.length)) ?? undefined;
}

/** The header by which a page says what it is going to do with a script. */
const ASKING = 'x-hotgraph';

/** In front of the answer: whoever takes it for a script finds a comment. */
const ANSWER = '//hotgraph ';

async function importAs(address: string, kind: ImportKind): Promise<ModuleNamespace> {
  if (kind === 'script') return import(address);
  const { importCss, importJson } = await import('./attributes.js');
  return kind === 'json' ? importJson(address) : importCss(address);
}

async function importModule(address: string, kind: ModuleKind): Promise<ModuleNamespace> {
  if (kind !== 'asset') return import(address);
  const { importJson } = await import('./attributes.js');
  return importJson(address);
}

async function replaceSheet(url: string, version: number, loaded: Loaded): Promise<void> {
  const addresses = loaded.versions(url).map((one) => location.origin + stamp(url, one));
  const response = await fetch(stamp(url, version));
  if (!response.ok) throw new Error(`${url} could not be loaded: HTTP status ${response.status}`);
  const { replaceSheet: replace } = await import('./attributes.js');
  await replace(addresses, await response.text());
}
