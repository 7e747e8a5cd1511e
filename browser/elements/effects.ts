/**
 * What constructors do besides making their object: listeners, intervals, shadow roots and internals. It is undone, or
 * given to them again, when they run again.
 */
import type { Live } from './types.js';

/** Something that a constructor did. */
interface Effect {
  undo(): void;
  redo?(): void;
}

const effects = new WeakMap<Element, Effect[]>();
const roots = new WeakMap<Element, { root: ShadowRoot; init: ShadowRootInit }>();
const internals = new WeakMap<Element, ElementInternals>();

/** The objects whose constructors run, the innermost last; `undefined` for one whose object does not exist yet. */
const running: (Element | undefined)[] = [];

/** Elements that are made again, with what is to happen to their shadow roots. */
const again = new Map<Element, (root: ShadowRoot) => void>();

/** Runs a constructor, and notes what it does from when {@link made} is called. */
export function noting<T>(run: () => T): T {
  running.push(undefined);
  try {
    return run();
  } finally {
    running.pop();
  }
}

/** The object is there that the innermost constructor makes. */
export function began(element: Element): void {
  if (running.length > 0) running[running.length - 1] = element;
}

/**
 * Undoes what the constructor of an element did.
 *
 * @returns Does it again, as far as possible.
 */
export function undo(element: Element): () => void {
  const some = effects.get(element) ?? [];
  effects.delete(element);
  for (const effect of some) effect.undo();
  return () => {
    effects.set(element, some);
    for (const effect of some) effect.redo?.();
  };
}

/** Whether the constructor of an element runs, and no other within it. */
export function isConstructing(element: Element): boolean {
  return running.at(-1) === element;
}

/** The element's shadow root, closed ones included, if there is one. */
export function rootOf(element: Element): ShadowRoot | null {
  return element.shadowRoot ?? roots.get(element)?.root ?? null;
}

/** The options of shadow roots do not change. */
export class FixedRoot extends Error {}

/**
 * Runs code of an element that ran before: it may attach a shadow root, and gets the one that is there.
 *
 * @param empty Is called with it.
 */
export function rerun<T>(element: Live, empty: (root: ShadowRoot) => void, run: () => T): T {
  again.set(element, empty);
  try {
    return run();
  } finally {
    again.delete(element);
  }
}

const OPTIONS = ['mode', 'delegatesFocus', 'slotAssignment', 'clonable', 'serializable'] as const;

/** Puts our functions in place of the browser's. Once a page. */
export function install(): void {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const { setInterval } = globalThis;
  const { attachShadow } = Element.prototype;
  const { attachInternals } = HTMLElement.prototype;
  Object.assign(EventTarget.prototype, {
    addEventListener(
      this: EventTarget | undefined,
      ...values: Parameters<typeof addEventListener>
    ) {
      const target = this ?? window;
      addEventListener.apply(target, values);
      const [type, listener, options] = values;
      note({
        undo: () => removeEventListener.call(target, type, listener, options),
        redo: () => addEventListener.apply(target, values),
      });
    },
  });
  Object.assign(globalThis, {
    setInterval(...values: Parameters<typeof setInterval>) {
      const timer = setInterval(...values);
      note({ undo: () => clearInterval(timer) });
      return timer;
    },
  });
  Object.assign(Element.prototype, {
    attachShadow(this: Element, init: ShadowRootInit): ShadowRoot {
      const known = roots.get(this);
      const empty = again.get(this);
      if (!known || !empty) {
        const root = attachShadow.call(this, init);
        roots.set(this, { root, init });
        return root;
      }
      if (OPTIONS.some((name) => (init[name] ?? false) !== (known.init[name] ?? false))) {
        throw new FixedRoot('the options of its shadow root changed');
      }
      empty(known.root);
      return known.root;
    },
  });
  Object.assign(HTMLElement.prototype, {
    attachInternals(this: HTMLElement): ElementInternals {
      const known = again.has(this) ? internals.get(this) : undefined;
      if (known) return known;
      const found = attachInternals.call(this);
      internals.set(this, found);
      return found;
    },
  });
}

function note(effect: Effect): void {
  const element = running.at(-1);
  if (!element) return;
  effects.set(element, [...(effects.get(element) ?? []), effect]);
}
