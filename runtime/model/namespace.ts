/**
 * Module namespace objects (ECMA-262, 10.4.6) over exports that updates replace.
 */
import type { ModuleNamespace } from '../../client.js';

/**
 * Makes a namespace.
 *
 * @param names What it has, now and for ever.
 * @param read Reads an export. Throws a `ReferenceError` where there is no value yet.
 */
export function makeNamespace(
  names: Iterable<string>,
  read: (name: string) => unknown,
): ModuleNamespace {
  const target: Record<PropertyKey, unknown> = Object.create(null);
  // By code units, as the language says.
  const sorted = [...names].sort();
  for (const name of sorted) {
    Object.defineProperty(target, name, { writable: true, enumerable: true, configurable: false });
  }
  Object.defineProperty(target, Symbol.toStringTag, { value: 'Module' });
  Object.preventExtensions(target);
  const known = new Set<PropertyKey>(sorted);
  const isExport = (key: PropertyKey): key is string => known.has(key);
  const describe = (key: PropertyKey): PropertyDescriptor | undefined => {
    if (!isExport(key)) return Reflect.getOwnPropertyDescriptor(target, key);
    return { value: read(key), writable: true, enumerable: true, configurable: false };
  };
  return new Proxy(target, {
    get: (_, key) => (isExport(key) ? read(key) : target[key]),
    set: () => false,
    has: (_, key) => key in target,
    ownKeys: () => [...sorted, Symbol.toStringTag],
    getOwnPropertyDescriptor: (_, key) => describe(key),
    defineProperty: (_, key, wanted) => {
      const present = describe(key);
      return present !== undefined && isCompatible(wanted, present);
    },
    deleteProperty: (_, key) => !(key in target),
    getPrototypeOf: () => null,
    setPrototypeOf: (_, prototype) => prototype === null,
    isExtensible: () => false,
    preventExtensions: () => true,
  }) as ModuleNamespace;
}

/** Whether defining a property anew would leave it as it is. */
function isCompatible(wanted: PropertyDescriptor, present: PropertyDescriptor): boolean {
  if ('get' in wanted || 'set' in wanted || wanted.configurable === true) return false;
  const { enumerable = present.enumerable, writable = present.writable } = wanted;
  if (enumerable !== present.enumerable || writable !== present.writable) return false;
  return !('value' in wanted) || Object.is(wanted.value, present.value);
}
