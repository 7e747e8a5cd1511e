/**
 * Errors that keep the page's modules from loading, which otherwise only the browser's console has. Errors that code
 * throws later, when it is called, are the page's own affair.
 */
import {
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
  /** Something did not load, or threw when it was loaded. */
  unloaded(trouble: Trouble): void;
}

/** Watches a window for errors of its scripts. */
export function watchErrors(window: Scope, ports: ErrorPorts): void {
  const { document } = window;
  const { origin } = window;
  const isLoading = () => document.readyState !== 'complete';
  const onError = (event: Event) => {
    const { target } = event;
    if (target instanceof window.HTMLScriptElement) void tellMissing(target, window, ports);
    if (!(event instanceof window.ErrorEvent)) return;
    const { error, filename: address, lineno: line, colno: column, message } = event;
    if (parseAddress(address)?.origin !== origin) return;
    const module = ports.whoThrew(error) ?? null;
    // Firefox names who has evaluated the module.
    const isNamed = !isOurs(address);
    if (module === null && (!isNamed || (!isLoading() && !isOfLoading(error)))) return;
    const place = isNamed ? { address, line, column } : undefined;
    ports.unloaded(troubleOf(error ?? message, module, origin, place));
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    const { reason } = event;
    if (!isOfLoading(reason) && ports.whoThrew(reason) === undefined) return;
    // The page's own listeners may take care of it.
    setTimeout(() => {
      if (!event.defaultPrevented) void tellRejected(reason, window, ports);
    });
  };
  // Errors of loading do not bubble.
  window.addEventListener('error', onError, true);
  window.addEventListener('unhandledrejection', onRejection);
}

/** An `import()` failed, and no code handles it. */
async function tellRejected(reason: unknown, window: Scope, ports: ErrorPorts): Promise<void> {
  const trouble = troubleOf(reason, null, window.origin);
  const { failure, url } = trouble;
  if (failure !== 'load' || url === null) return ports.unloaded(trouble);
  const answer = await ports.answerOf(url);
  if (answer !== undefined) return ports.unloaded(notLoaded(url, answer));
  // The module is there: something that it imports is not.
  const missing = failedScripts(window);
  if (missing.length === 0) ports.unloaded(trouble);
  for (const one of missing) ports.unloaded(notLoaded(one.url, one.why));
}

/** A script did not load, or something that it imports. */
async function tellMissing(
  script: HTMLScriptElement,
  window: Scope,
  ports: ErrorPorts,
): Promise<void> {
  const missing = failedScripts(window);
  const own = script.src ? parseAddress(script.src) : undefined;
  if (own && own.origin !== window.origin) return;
  const isKnown = own && missing.some(({ url }) => url === own.url);
  if (isKnown || (missing.length > 0 && script.type === 'module')) {
    const shown = isKnown ? missing.filter(({ url }) => url === own.url) : missing;
    for (const { url, why } of shown) ports.unloaded(notLoaded(url, why));
    return;
  }
  if (!own) return;
  const why = (await ports.answerOf(own.url)) ?? 'something that it imports is no script';
  ports.unloaded(notLoaded(own.url, why));
}

/** The modules that imports and elements asked for and did not get. */
function failedScripts(window: Scope): { url: string; why: string }[] {
  const entries = window.performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  return entries.flatMap(({ name, initiatorType, responseStatus }) => {
    const address = parseAddress(name);
    if (address?.origin !== window.origin || initiatorType !== 'script') return [];
    if (isOurs(address.url) || !(responseStatus >= 400)) return [];
    return [{ url: address.url, why: `HTTP status ${responseStatus}` }];
  });
}
