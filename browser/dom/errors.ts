/**
 * Errors that keep the page's modules from loading, or from starting what they are there for, which otherwise only the
 * browser's console has. What code throws once somebody uses the page is the page's own affair.
 */
import {
  callsOf,
  isOfLoading,
  isOurs,
  notLoaded,
  type Trouble,
  troubleOf,
} from '../../runtime/tell/trouble.js';
import { parseAddress } from '../../runtime/url.js';

type Scope = Window & typeof globalThis;

/** What is done with errors, and what has to be known of them. */
export interface ErrorPorts {
  /** Why the server cannot serve a module as a script; `undefined` when it can. */
  answerOf(url: string): Promise<string | undefined>;
  /** The module that threw this error when it ran. */
  whoThrew(error: unknown): string | undefined;
  /** Whether an update is being applied, or was just now. */
  isUpdating(): boolean;
  /** Something did not load, or threw when it was loaded. */
  unloaded(trouble: Trouble): void;
  /** Code threw that the page's own scripts called, and nobody caught it. */
  uncaught(error: unknown, trouble: Trouble, isUnused: boolean): void;
}

/** Watches a window for errors of its scripts. */
export function watchErrors(window: Scope, ports: ErrorPorts): void {
  const { document } = window;
  const { origin } = window;
  /** Whether all that runs was started by the page's load: apps render when they like. */
  const isUnused = () =>
    document.readyState !== 'complete' || window.navigator.userActivation?.hasBeenActive === false;
  const isTold = () => isUnused() || ports.isUpdating();
  const onError = (event: Event) => {
    const { target } = event;
    if (target instanceof window.HTMLScriptElement) void tellMissing(target, window, ports);
    if (target instanceof window.HTMLLinkElement) tellMissingStyles(window, ports);
    if (!(event instanceof window.ErrorEvent)) return;
    const { error, filename: address, lineno: line, colno: column, message } = event;
    if (parseAddress(address)?.origin !== origin) return;
    const module = ports.whoThrew(error) ?? null;
    // Firefox names who has evaluated the module.
    const isNamed = !isOurs(address);
    const isKnown = module !== null || isOfLoading(error);
    if (!isKnown && (!isNamed || !isTold())) return;
    const place = isNamed ? { address, line, column } : undefined;
    ports.uncaught(error, troubleOf(error ?? message, module, origin, place), isUnused());
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    const { reason } = event;
    const isKnown = isOfLoading(reason) || ports.whoThrew(reason) !== undefined;
    const isOfPage = callsOf(reason, origin).some(({ url }) => url.startsWith('/'));
    if (!isKnown && !(isOfPage && isTold())) return;
    const isEarly = isUnused();
    // The page's own listeners may take care of it.
    setTimeout(() => {
      if (!event.defaultPrevented) void tellRejected(reason, window, ports, isEarly);
    });
  };
  // Errors of loading do not bubble.
  window.addEventListener('error', onError, true);
  // Style sheets in the page's HTML may have failed before this runs. The ports can be called only after this returns.
  queueMicrotask(() => tellMissingStyles(window, ports));
  window.addEventListener('unhandledrejection', onRejection);
}

/** A promise was rejected that nobody takes care of, most often that of an `import()`. */
async function tellRejected(
  reason: unknown,
  window: Scope,
  ports: ErrorPorts,
  isUnused: boolean,
): Promise<void> {
  const trouble = troubleOf(reason, null, window.origin);
  const { failure, url } = trouble;
  if (failure !== 'load' || url === null) return ports.uncaught(reason, trouble, isUnused);
  const answer = await ports.answerOf(url);
  if (answer !== undefined) return ports.unloaded(notLoaded(url, answer));
  // The module is there: something that it imports is not.
  const missing = failedScripts(window);
  if (missing.length === 0) ports.unloaded(trouble);
  for (const one of missing) ports.unloaded(notLoaded(one.url, one.why));
}

/** Scripts that @web/dev-server adds to pages. No page needs them. */
const OF_HOST = /^\/__web-dev-server__/;

/** A script did not load, or something that it imports. */
async function tellMissing(
  script: HTMLScriptElement,
  window: Scope,
  ports: ErrorPorts,
): Promise<void> {
  const missing = failedScripts(window);
  const own = script.src ? parseAddress(script.src) : undefined;
  if (own && (own.origin !== window.origin || OF_HOST.test(own.url))) return;
  const isKnown = own && missing.some(({ url }) => url === own.url);
  if (isKnown || (missing.length > 0 && script.type === 'module')) {
    const shown = isKnown ? missing.filter(({ url }) => url === own.url) : missing;
    for (const { url, why } of shown) ports.unloaded(notLoaded(url, why));
    return;
  }
  if (!own) return;
  // Before it is asked for once more.
  const refusal = refusalOf(script, own.url, window);
  const why = await ports.answerOf(own.url);
  ports.unloaded(why === undefined ? refusal : notLoaded(own.url, why));
}

/** Why a browser does not run a script that the server has. */
function refusalOf({ src, integrity }: HTMLScriptElement, url: string, window: Scope): Trouble {
  const entries = window.performance.getEntriesByName(src) as PerformanceResourceTiming[];
  if (entries.every(({ responseStatus }) => responseStatus === 0)) {
    const remedy = "give it the page's nonce, or allow it in script-src";
    return { ...notLoaded(url, 'the Content-Security-Policy of the page forbids it'), remedy };
  }
  if (integrity) {
    const remedy = 'leave the attribute out where files change';
    return { ...notLoaded(url, 'it has other bytes than its attribute "integrity" says'), remedy };
  }
  return notLoaded(url, 'something that it imports is no script');
}

/** Style sheets that links and other style sheets asked for and did not get. */
function tellMissingStyles(window: Scope, ports: ErrorPorts): void {
  const links = [...window.document.querySelectorAll<HTMLLinkElement>('link[rel~="stylesheet" i]')];
  const linked = new Set(links.map(({ href }) => parseAddress(href)?.url));
  for (const { url, why } of failed(window, ['link', 'css'])) {
    if (linked.has(url) || /\.css(?:\?|$)/.test(url)) ports.unloaded(notLoaded(url, why));
  }
}

/** The modules that imports and elements asked for and did not get. */
function failedScripts(window: Scope): { url: string; why: string }[] {
  return failed(window, ['script']);
}

/** What the browser asked for and did not get. `initiators` are those who did, in the browser's words. */
function failed(window: Scope, initiators: readonly string[]): { url: string; why: string }[] {
  const entries = window.performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  return entries.flatMap(({ name, initiatorType, responseStatus }) => {
    const address = parseAddress(name);
    if (address?.origin !== window.origin || !initiators.includes(initiatorType)) return [];
    // Updates report their own requests.
    if (isOurs(address.url) || address.version > 0 || !(responseStatus >= 400)) return [];
    return [{ url: address.url, why: `HTTP status ${responseStatus}` }];
  });
}
