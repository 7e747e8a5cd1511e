/**
 * Which scripts the page started as workers. The browser's records do not tell them from other
 * resources, and nothing in a worker can be renewed from here.
 */
import { parseAddress } from '../../runtime/url.js';

/** Starts to take note of workers. Returns the urls of their scripts, which grow. */
export function watchWorkers(scope: Window & typeof globalThis): ReadonlySet<string> {
  const urls = new Set<string>();
  for (const name of ['Worker', 'SharedWorker'] as const) {
    const original = scope[name];
    if (!original) continue;
    scope[name] = new Proxy(original, {
      construct(target, parameters, newTarget) {
        const worker = Reflect.construct(target, parameters, newTarget);
        const address = parseAddress(String(parameters[0]), scope.document.baseURI);
        if (address?.origin === scope.location.origin) urls.add(address.url);
        return worker;
      },
    }) as never;
  }
  return urls;
}
