/**
 * The scripts that the page started elsewhere: as workers, worklets and service workers. The browser's records do not
 * tell them from other resources, and nothing in them can be renewed from here.
 */
import { parseAddress } from '../../runtime/url.js';

/** The scripts that a page started elsewhere. */
export class Workers {
  readonly #scope: Window & typeof globalThis;
  readonly #urls = new Set<string>();

  /** Starts to take note of them. */
  constructor(scope: Window & typeof globalThis) {
    this.#scope = scope;
    for (const name of ['Worker', 'SharedWorker'] as const) {
      const original = scope[name];
      if (!original) continue;
      scope[name] = new Proxy(original, {
        construct: (target, parameters, newTarget) => {
          const worker = Reflect.construct(target, parameters, newTarget);
          this.#note(parameters[0]);
          return worker;
        },
      }) as never;
    }
    this.#follow(scope.Worklet?.prototype, 'addModule');
    this.#follow(scope.ServiceWorkerContainer?.prototype, 'register');
  }

  /** Whether the page started this script, or is controlled by it. */
  has(url: string): boolean {
    const { navigator } = this.#scope;
    const controller = 'serviceWorker' in navigator && navigator.serviceWorker?.controller;
    if (controller) this.#note(controller.scriptURL);
    return this.#urls.has(url);
  }

  /** Takes note of the first argument of a method. */
  #follow<Name extends string>(
    prototype: Record<Name, (address: string | URL, ...rest: never[]) => unknown> | undefined,
    name: Name,
  ): void {
    if (!prototype) return;
    const note = (address: unknown) => this.#note(address);
    prototype[name] = new Proxy(prototype[name], {
      apply(target, receiver, parameters) {
        note(parameters[0]);
        return Reflect.apply(target, receiver, parameters);
      },
    });
  }

  #note(address: unknown): void {
    const { document, origin } = this.#scope;
    const parsed = parseAddress(String(address), document.baseURI);
    if (parsed?.origin === origin) this.#urls.add(parsed.url);
  }
}
