/**
 * What elements and their classes are to the code here: anything may be on them.
 */

/** A class of custom elements. */
export interface ElementClass {
  new (): HTMLElement;
  readonly name: string;
  readonly prototype: HTMLElement;
  readonly observedAttributes?: Iterable<string>;
  readonly disabledFeatures?: Iterable<string>;
  readonly formAssociated?: unknown;
  readonly hotReplacedCallback?: () => unknown;
  readonly [name: string]: unknown;
}

/** An instance, with whatever its class and others have put on it. */
export type Live = HTMLElement & Record<PropertyKey, unknown>;

/** Anything callable on an instance. */
export type Callback = (...values: unknown[]) => unknown;

/** A function of an instance or a class, if it is there. */
export function method(of: object, name: string): Callback | undefined {
  const found = (of as Record<string, unknown>)[name];
  return typeof found === 'function' ? (found as Callback) : undefined;
}

/** A class and all that it extends, the class first. */
export function* chainOf(of: object): Generator<ElementClass> {
  for (let at: unknown = of; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    if (at === Function.prototype) return;
    yield at as ElementClass;
  }
}
