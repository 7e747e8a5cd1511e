/**
 * Where an object's state is: in its own properties, in private fields, and in what accessors keep.
 */
import { chainOf, type ElementClass } from './types.js';

/** One place. */
export interface Slot {
  read(): unknown;
  write(value: unknown): void;
}

/** How to reach a field: two functions of the class for a private one, `null` for a public accessor. */
export type Access =
  | null
  | readonly [read: (of: object) => unknown, write: (of: object, value: unknown) => void];

/** The fields of classes, as the classes told. */
const told = new WeakMap<object, Readonly<Record<string, Access>>>();

/** A class tells of its fields. */
export function fields(of: object, some: Readonly<Record<string, Access>>): void {
  told.set(of, some);
}

/** The names of properties that are not to be touched. */
export type Keeps = (key: PropertyKey) => boolean;

/** The keys of an object's own data that can be written. */
export function ownData(object: object): PropertyKey[] {
  return Reflect.ownKeys(object).filter((key) => {
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
    return descriptor?.writable === true && descriptor.configurable === true;
  });
}

/**
 * The places of an object's state, by keys that stay the same when its class is replaced.
 *
 * @param reactive Names of accessors that stand for state, besides what classes told.
 */
export function slotsOf(
  object: object,
  reactive: Iterable<PropertyKey> = [],
): Map<PropertyKey, Slot> {
  const slots = new Map<PropertyKey, Slot>();
  const of = object as Record<PropertyKey, unknown>;
  const add = (key: PropertyKey) => {
    slots.set(key, {
      read: () => of[key],
      write: (value) => {
        of[key] = value;
      },
    });
  };
  for (const key of reactive) if (!Object.hasOwn(object, key)) add(key);
  const seen = new Map<string, number>();
  for (const one of chainOf(object.constructor)) {
    for (const [name, access] of Object.entries(told.get(one) ?? {})) {
      if (access === null) {
        add(name);
        continue;
      }
      // Mixins may make several classes of one name.
      const called = `${one.name} ${name}`;
      const count = seen.get(called) ?? 0;
      seen.set(called, count + 1);
      const [read, write] = access;
      slots.set(`${called} ${count}`, {
        read: () => read(object),
        write: (value) => write(object, value),
      });
    }
  }
  for (const key of ownData(object)) {
    slots.set(key, {
      read: () => of[key],
      write: (value) => {
        if (Object.hasOwn(object, key)) {
          Object.defineProperty(object, key, { value });
          return;
        }
        const isInherited = key in object;
        if (isInherited) of[key] = value;
        else Object.defineProperty(object, key, { value, ...OPEN });
      },
    });
  }
  return slots;
}

const OPEN = { writable: true, enumerable: true, configurable: true };

/** The accessors that Lit or FAST have made of properties of a class. */
export function reactiveKeys(of: ElementClass): PropertyKey[] {
  const { elementProperties } = of;
  return elementProperties instanceof Map ? [...elementProperties.keys()] : [];
}
