/**
 * Which accept callbacks an update calls, and with what. They are those of the generations that are
 * current before the update, each once.
 */
import type { ModuleNamespace } from '../../client.js';
import type { DependencyAcceptance, Generation } from '../model/generation.js';
import type { Boundary } from '../update/plan.js';
import { createList, createView } from './view.js';

/** Finds namespaces of modules that an update did not renew. */
export interface Namespaces {
  /** The up-to-date namespace of a module in this page, `undefined` when there is none. */
  of(url: string): Promise<ModuleNamespace | undefined>;
  /** The url of the module that `importer` names by a specifier, as far as the page can tell. */
  resolve(importer: string, specifier: string): string | undefined;
}

/** One call that an update owes. */
export interface Call {
  /** The module that registered the callback. */
  readonly module: string;
  /** The accepted modules; it is called when at least one of them was renewed. */
  readonly accepted: readonly string[];
  /** Makes the call. `renewed` has the new namespaces by url; failed modules are missing. */
  run(renewed: ReadonlyMap<string, ModuleNamespace>): unknown;
}

/** Captures the calls for these boundaries, in their order and then in the order of registration. */
export function captureCalls(
  boundaries: readonly Boundary[],
  current: (url: string) => Generation | undefined,
  namespaces: Namespaces,
): Call[] {
  const calls: Call[] = [];
  const updated = new Map<DependencyAcceptance, Map<string, string>>();
  for (const { module, accepted, specifiers } of boundaries) {
    const generation = current(module);
    if (!generation) continue;
    if (module === accepted) calls.push(...selfCalls(generation));
    for (const dependency of generation.dependencies) {
      const named = dependency.specifiers.filter((specifier) => specifiers.includes(specifier));
      if (named.length === 0) continue;
      const known = updated.get(dependency);
      const urls = known ?? new Map<string, string>();
      for (const specifier of named) urls.set(specifier, accepted);
      if (known) continue;
      updated.set(dependency, urls);
      calls.push(dependencyCall(module, dependency, urls, namespaces));
    }
  }
  return calls;
}

function selfCalls({ url, selfCallbacks }: Generation): Call[] {
  return selfCallbacks.map((callback) => ({
    module: url,
    accepted: [url],
    run(renewed) {
      const namespace = renewed.get(url);
      return namespace && callback(createView(namespace));
    },
  }));
}

/** @param urls The updated modules by specifier; grows while calls are captured. */
function dependencyCall(
  module: string,
  { specifiers, callback }: DependencyAcceptance,
  urls: ReadonlyMap<string, string>,
  namespaces: Namespaces,
): Call {
  return {
    module,
    get accepted() {
      return [...urls.values()];
    },
    async run(renewed) {
      const news = specifiers.map((specifier) => renewed.get(urls.get(specifier) ?? ''));
      if (callback?.takes === 'view') {
        const [namespace] = news;
        return namespace && callback.run(createView(namespace, [namespace]));
      }
      const deps = specifiers.map(async (specifier, index) => {
        const url = urls.get(specifier) ?? namespaces.resolve(module, specifier);
        return news[index] ?? (url === undefined ? undefined : namespaces.of(url));
      });
      const list = createList(news, await Promise.all(deps), await namespaces.of(module));
      return callback?.run(list);
    },
  };
}
