/**
 * Lit, FAST and haunted: what to tell them after a change, by their public interfaces.
 */
import { isConstructing } from './effects.js';
import { reactiveKeys } from './slots.js';
import { adopt, type State } from './state.js';
import { chainOf, type ElementClass, type Live, method } from './types.js';

/** How elements of a library are renewed. */
export interface Library {
  /** Properties of instances that the library keeps for itself. */
  readonly keeps: readonly PropertyKey[];
  /** Whether a property is state, and none of the library's own. */
  isState(element: Live, key: PropertyKey): boolean;
  /** Sets state, where that takes more than writing it. */
  give?(element: Live, key: PropertyKey, value: unknown): void;
  /** Whether a property is only the place where the old class kept a value. */
  leaves?(key: PropertyKey): boolean;
  /** Before the first instance. */
  watch?(of: ElementClass): void;
  /** Why the class cannot take over from the old one in elements that are there. */
  refuses?(old: ElementClass, of: ElementClass): string | undefined;
  /** Just before the new constructor runs. Returns what to do after it, and after the state came back. */
  construct?(element: Live, before: State): () => void;
  /** The new constructor threw: the element has its old class again. */
  abandon?(element: Live): void;
  /** The element is connected again, and is to show what its new class says. */
  update?(element: Live, old: ElementClass, of: ElementClass): void;
}

/** A controller of Lit. */
interface Controller {
  hostConnected?(): void;
  hostDisconnected?(): void;
}

type AddController = (this: Live, controller: Controller) => void;

/** The controllers that constructors added, by element. */
const controllers = new WeakMap<Live, Controller[]>();
/** Elements that are made again, with the controllers that come. */
const coming = new WeakMap<Live, Controller[]>();
const watched = new WeakMap<object, AddController>();

/** Elements with controllers that were renewed in this task. */
const renewed = new Set<Live>();

const ROOT_OPTIONS = ['mode', 'delegatesFocus', 'slotAssignment', 'clonable', 'serializable'];

/** What Lit keeps on elements. */
const LIT_OWN =
  /^(?:_\$|__|(?:isUpdatePending|hasUpdated|enableUpdating|renderRoot|renderOptions)$)/;

const lit: Library = {
  keeps: [],

  // Accessors keep their values by symbols, in the production build by such that each class makes.
  leaves: (key) =>
    typeof key === 'symbol' && /^$|@property\(\) cache\)$/.test(key.description ?? ''),

  isState: (_, key) => typeof key === 'string' && !LIT_OWN.test(key),

  watch(of) {
    const owner = [...chainOf(of)].find((one) => Object.hasOwn(one.prototype, 'addController'));
    const prototype = owner?.prototype as
      | (HTMLElement & { addController: AddController })
      | undefined;
    if (!prototype || watched.has(prototype)) return;
    const { addController } = prototype;
    watched.set(prototype, addController);
    prototype.addController = function (controller) {
      const list = coming.get(this);
      if (list) {
        list.push(controller);
        return;
      }
      if (isConstructing(this)) {
        controllers.set(this, [...(controllers.get(this) ?? []), controller]);
      }
      addController.call(this, controller);
    };
  },

  refuses(old, of) {
    const [before, after] = [old, of].map(
      (one) => (one.shadowRootOptions ?? {}) as Record<string, unknown>,
    );
    const isChanged = ROOT_OPTIONS.some((name) => before?.[name] !== after?.[name]);
    return isChanged ? 'the options of its shadow root changed' : undefined;
  },

  construct(element) {
    const fresh: Controller[] = [];
    coming.set(element, fresh);
    return () => {
      coming.delete(element);
      const old = controllers.get(element) ?? [];
      // Being connected connects them. Until then there must be nothing to render into.
      const { renderRoot } = element;
      const isOwn = Object.hasOwn(element, 'renderRoot');
      if (isOwn) element.renderRoot = undefined;
      for (const [at, one] of old.entries()) {
        const next = fresh[at];
        if (next && next.constructor.name === one.constructor.name) adopt(next, one);
        method(element, 'removeController')?.call(element, one);
      }
      for (const one of fresh) method(element, 'addController')?.call(element, one);
      if (isOwn) element.renderRoot = renderRoot;
      controllers.set(element, fresh);
    };
  },

  abandon: (element) => void coming.delete(element),

  update(element, old, of) {
    const root = element.renderRoot;
    if (root instanceof ShadowRoot) {
      const before = new Set(sheetsOf(old));
      const others = root.adoptedStyleSheets.filter((sheet) => !before.has(sheet));
      root.adoptedStyleSheets = [...sheetsOf(of), ...others];
    }
    const request = method(element, 'requestUpdate');
    const known = new Set(reactiveKeys(old));
    for (const key of reactiveKeys(of)) if (!known.has(key)) request?.call(element, key, undefined);
    request?.call(element);
    askAgain(element);
  },
};

/**
 * An element may have asked for a context before its provider was renewed: the module of an inner element runs first.
 * It asks again.
 */
function askAgain(element: Live): void {
  const own = controllers.get(element) ?? [];
  if (own.length === 0) return;
  if (own.some((one) => 'setValue' in one)) {
    for (const inner of renewed) {
      if (!inner.isConnected || !isWithin(inner, element)) continue;
      for (const one of controllers.get(inner) ?? []) {
        one.hostDisconnected?.();
        one.hostConnected?.();
      }
    }
  }
  if (renewed.size === 0) setTimeout(() => renewed.clear());
  renewed.add(element);
}

/** Whether a node is within an element, shadow roots included. */
function isWithin(node: Node, element: Element): boolean {
  for (let at: Node | null = node; at; ) {
    at = at.parentNode ?? (at instanceof ShadowRoot ? at.host : null);
    if (at === element) return true;
  }
  return false;
}

/** The style sheets of a class of Lit. */
function sheetsOf({ elementStyles }: ElementClass): CSSStyleSheet[] {
  if (!Array.isArray(elementStyles)) return [];
  const styles = elementStyles as (CSSStyleSheet | { styleSheet?: CSSStyleSheet })[];
  return styles.flatMap((one) => (one instanceof CSSStyleSheet ? one : (one.styleSheet ?? [])));
}

function accessorOf(key: PropertyKey): string {
  return String(key).replace(/^_/, '');
}

interface FastDefinition {
  readonly template?: unknown;
  readonly styles?: unknown;
  readonly shadowOptions?: Record<string, unknown>;
  readonly constructor: FastDefinitions;
}

type FindDefinition = (of: ElementClass) => FastDefinition | undefined;

/** The class of definitions. Its function was `forType` once. */
interface FastDefinitions {
  getByType?: FindDefinition;
  forType?: FindDefinition;
}

interface FastController {
  readonly view?: { sourceLifetime?: unknown } | null;
  definition: FastDefinition;
  template: unknown;
  mainStyles?: unknown;
  styles?: unknown;
}

/** Has a controller go by the definition of the class that its element has. */
function takeDefinition(element: Live): void {
  const controller = element.$fastController as FastController;
  const definitions = controller.definition.constructor;
  const find = definitions.getByType ?? definitions.forType;
  const definition = find?.call(definitions, element.constructor as ElementClass);
  if (definition) controller.definition = definition;
}

const fast: Library = {
  keeps: ['$fastController'],

  // An accessor of an observable or attribute keeps its value in a field of the same name with an underscore.
  isState: (element, key) =>
    key !== '$fastController' && (String(key).includes(' ') || accessorOf(key) in element),

  give(element, key, value) {
    if (accessorOf(key) in element) element[accessorOf(key)] = value;
  },

  construct(element) {
    takeDefinition(element);
    const { view } = element.$fastController as FastController;
    // Bound again as what lives as long as the element, it would go on to hear of that once another view is in its place.
    if (view) view.sourceLifetime = undefined;
    return () => {};
  },

  abandon: takeDefinition,

  update(element) {
    const controller = element.$fastController as FastController;
    const { template = null, styles = null } = controller.definition;
    controller.template = template;
    if ('mainStyles' in controller) controller.mainStyles = styles;
    else controller.styles = styles;
  },
};

/** A component of haunted: its scheduler has the state of its hooks. */
interface Scheduler {
  renderer: unknown;
}

const haunted: Library = {
  keeps: [],

  isState: () => false,

  construct(element, before) {
    return () => {
      const scheduler = before.get('_scheduler') as Scheduler;
      scheduler.renderer = (element._scheduler as Scheduler).renderer;
      element._scheduler = scheduler;
    };
  },
};

const none: Library = {
  keeps: [],
  isState: () => true,
  // LitElement 2, and others that took the name over.
  update: (element) => void method(element, 'requestUpdate')?.call(element),
};

/** The library that a class is made with. */
export function libraryOf(of: ElementClass, element?: Live): Library {
  if (of.elementProperties instanceof Map && method(of.prototype, 'requestUpdate')) return lit;
  if (element?.$fastController) return fast;
  const scheduler = element?._scheduler;
  if (typeof scheduler === 'object' && scheduler && 'renderer' in scheduler) return haunted;
  return none;
}

/** Resolves when an element shows what it is. */
export async function shown(element: Live): Promise<void> {
  const { updateComplete } = element;
  if (updateComplete instanceof Promise) await updateComplete.catch(() => {});
  else await new Promise((resolve) => setTimeout(resolve));
}
