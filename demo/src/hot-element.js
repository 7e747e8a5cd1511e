/**
 * Custom elements and hot updates: the browser defines a name once and for good. So a new generation
 * of a class lends its members to the class that is already defined, and live elements render again.
 *
 * This cannot renew constructors and lifecycle callbacks (the browser keeps those of the first definition), observed
 * attributes, and anything with a `#private` name. Reload for these.
 */
import { adoptStyles } from 'lit';

/** The connected elements of each defined class. */
const live = new WeakMap();

// Elements that are running were defined by this module: no update of it can reach them.
import.meta.hot?.decline();

/**
 * Defines a LitElement, or brings the one of that name up to date.
 *
 * @param {string} name
 * @param {typeof import('lit').LitElement} Next
 */
export function define(name, Next) {
  const Defined = customElements.get(name);
  if (!Defined) {
    track(Next);
    customElements.define(name, Next);
    return;
  }
  const { observedAttributes: _finalizes, elementProperties, elementStyles } = Next;
  for (const key of Reflect.ownKeys(Defined.prototype)) {
    if (key !== 'constructor' && !Object.hasOwn(Next.prototype, key)) delete Defined.prototype[key];
  }
  for (const key of Reflect.ownKeys(Next.prototype)) {
    // Lit's accessor of a property keeps its value: a new accessor would be empty.
    const holdsValue = Defined.elementProperties.has(key) && elementProperties.has(key);
    if (key === 'constructor' || holdsValue) continue;
    Object.defineProperty(
      Defined.prototype,
      key,
      Object.getOwnPropertyDescriptor(Next.prototype, key),
    );
  }
  Defined.elementProperties = elementProperties;
  Defined.elementStyles = elementStyles;
  for (const element of live.get(Defined) ?? []) {
    adoptStyles(element.renderRoot, elementStyles);
    element.requestUpdate();
    flash(element);
  }
}

/** Keeps the connected elements of a class. */
function track(Class) {
  const elements = new Set();
  live.set(Class, elements);
  Class.addInitializer((element) =>
    element.addController({
      hostConnected: () => elements.add(element),
      hostDisconnected: () => elements.delete(element),
    }),
  );
}

/** Shows for a moment which element is new. */
function flash(element) {
  const ring = { outline: '2px solid var(--accent)', outlineOffset: '6px' };
  element.animate([ring, { ...ring, outlineColor: 'transparent' }], 900);
}
