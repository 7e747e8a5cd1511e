/**
 * What accept callbacks are handed. One shape serves every dialect: the *view* for callbacks of one
 * module, the *list* for callbacks of several.
 */
import type { ModuleList, ModuleNamespace, ModuleView } from '../../client.js';

/**
 * The view of a module. Each export is an enumerable live property, as in a namespace (Vite, Bun, Pinia). `module` and
 * `deps` (@web/dev-server-hmr) are not enumerable, and give way to exports of these names.
 *
 * @param module The new generation's namespace.
 * @param deps The namespaces of the accepted dependencies; none for a module that accepts itself.
 */
export function createView(
  module: ModuleNamespace,
  deps: readonly ModuleNamespace[] = [],
): ModuleView {
  const view = Object.create(null);
  for (const name of Object.getOwnPropertyNames(module)) {
    Object.defineProperty(view, name, { enumerable: true, get: () => module[name] });
  }
  addHidden(view, { module, deps });
  return Object.defineProperty(view, Symbol.toStringTag, { value: 'Module' });
}

/**
 * The list for a callback of several dependencies: at each one's place its view when this update
 * renewed it, else `undefined` (Vite, Bun). `deps` and `module` are not enumerable
 * (@web/dev-server-hmr).
 *
 * @param renewed At each dependency's place its new namespace, if it has one.
 * @param deps At each dependency's place its up-to-date namespace, `undefined` when that is unknown.
 * @param module The namespace of the module that registered the callback, if it has one.
 */
export function createList(
  renewed: readonly (ModuleNamespace | undefined)[],
  deps: readonly (ModuleNamespace | undefined)[],
  module: ModuleNamespace | undefined,
): ModuleList {
  const list = renewed.map((namespace) => namespace && createView(namespace, [namespace]));
  return addHidden(list, { module, deps }) as ModuleList;
}

function addHidden(target: object, values: Record<string, unknown>): object {
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(target, name)) Object.defineProperty(target, name, { value });
  }
  return target;
}
