/**
 * Which accept callbacks an update calls, and with what. They are those of the generations that are
 * current before the update, each once.
 */
import type { ModuleNamespace } from '../../client.js';
import type { Generation } from '../model/generation.js';
import type { DependencyAcceptance } from '../model/registrations.js';
import type { Boundary, Renewal } from '../update/plan.js';
import { createList, createView } from './view.js';

/** Finds namespaces of modules that an update did not renew. */
export interface Namespaces {
  /** The up-to-date namespace of a module in this page; nothing when there is none. Wrapped: it may have a `then`. */
  of(url: string): Promise<{ readonly namespace: ModuleNamespace } | undefined>;
  /** The url of the module that `importer` names by a specifier, as far as the page can tell. */
  resolve(importer: Generation, specifier: string): string | undefined;
}

/** One call that an update owes. */
export interface Call {
  /** The generation that registered the callback. */
  readonly owner: Generation;
  /** The accepted modules; it is called when at least one of them was renewed. */
  readonly accepted: readonly string[];
  /** Makes the call. `renewed` has the new namespaces by url; failed modules are missing. */
  run(renewed: ReadonlyMap<string, ModuleNamespace>): unknown;
  /** Is told of what the callback throws, in place of the page. */
  readonly failed: ((error: unknown) => unknown) | undefined;
}

/**
 * Captures the calls for these boundaries, in their order and then in the order of registration.
 *
 * @param renewals What is evaluated anew.
 */
export function captureCalls(
  boundaries: readonly Boundary[],
  renewals: readonly Renewal[],
  current: (url: string) => Generation | undefined,
  namespaces: Namespaces,
): Call[] {
  const calls: Call[] = [];
  const updated = new Map<DependencyAcceptance, Map<string, string>>();
  for (const { module, accepted, specifiers } of boundaries) {
    const generation = current(module);
    if (!generation) continue;
    if (module === accepted) {
      const imported = renewals.filter(({ importers }) => importers.includes(module));
      calls.push(
        ...selfCalls(
          generation,
          imported.map(({ url }) => url),
        ),
      );
    }
    for (const dependency of generation.registered.dependencies) {
      const named = dependency.specifiers.filter((specifier) => specifiers.includes(specifier));
      if (named.length === 0) continue;
      const known = updated.get(dependency);
      const urls = known ?? new Map<string, string>();
      for (const specifier of named) urls.set(specifier, accepted);
      if (known) continue;
      updated.set(dependency, urls);
      calls.push(dependencyCall(generation, dependency, urls, namespaces));
    }
  }
  return calls;
}

/** @param dependencies Urls of its imports that are evaluated anew too. */
function selfCalls(owner: Generation, dependencies: readonly string[]): Call[] {
  const { url } = owner;
  return owner.registered.selfCallbacks.map((callback) => {
    // Collected only for callbacks that take it, and now: the view may show the new code by then.
    const previous = callback.length > 1 ? Object.fromEntries(owner.view.values()) : {};
    return {
      owner,
      accepted: [url],
      failed: undefined,
      run(renewed) {
        const namespace = renewed.get(url);
        return namespace && callback(createView(namespace), previous, dependencies);
      },
    };
  });
}

/** @param urls The updated modules by specifier; grows while calls are captured. */
function dependencyCall(
  owner: Generation,
  { specifiers, callback, failed }: DependencyAcceptance,
  urls: ReadonlyMap<string, string>,
  namespaces: Namespaces,
): Call {
  const find = async (specifier: string) => {
    const url = urls.get(specifier) ?? namespaces.resolve(owner, specifier);
    return url === undefined ? undefined : namespaces.of(url);
  };
  return {
    owner,
    failed: failed && ((error) => failed(error, [...urls.keys()][0] ?? '')),
    get accepted() {
      return [...urls.values()];
    },
    async run(renewed) {
      const news = specifiers.map((specifier) => renewed.get(urls.get(specifier) ?? ''));
      if (callback?.takes === 'view') {
        const [namespace] = news;
        return namespace && callback.run(createView(namespace, [namespace]));
      }
      const found = await Promise.all(specifiers.map(find));
      const deps = found.map((one, index) => news[index] ?? one?.namespace);
      const own = await namespaces.of(owner.url);
      return callback?.run(createList(news, deps, own?.namespace));
    },
  };
}
