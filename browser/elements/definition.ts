/**
 * One custom element: what the browser has of it for good, and the class that is in force.
 *
 * The browser takes a constructor once, and its callbacks with it. It gets a stand-in, which calls the callbacks of the
 * class in force. Instances have that class's prototype, and the stand-in does not show.
 */
import { connect } from './connect.js';
import { began, noting } from './effects.js';
import { reactiveKeys } from './slots.js';
import { hold, note } from './state.js';
import { type Callback, chainOf, type ElementClass, type Live, method } from './types.js';

/** The classes of elements, old ones included. */
const byClass = new WeakMap<object, Definition>();

/** Instances that are alive. */
class Instances {
  readonly #all = new Set<WeakRef<Live>>();
  readonly #gone = new FinalizationRegistry<WeakRef<Live>>((one) => this.#all.delete(one));

  add(element: Live): void {
    const reference = new WeakRef(element);
    this.#all.add(reference);
    this.#gone.register(element, reference);
  }

  get all(): Live[] {
    return [...this.#all].flatMap((reference) => reference.deref() ?? []);
  }
}

/** The definitions whose stand-ins are constructing: the browser says which registry it is for. */
const constructing: Definition[] = [];

/** An element that its class is to make again. */
let remade: Live | undefined;

/** Runs a class's constructor on an element that is there. */
export function constructOn(element: Live, of: ElementClass): void {
  remade = element;
  try {
    Reflect.construct(of, [], of);
  } finally {
    remade = undefined;
  }
}

/** A custom element. */
export class Definition {
  readonly name: string;
  readonly options: ElementDefinitionOptions | undefined;
  /** What the browser has. */
  readonly standIn: ElementClass;
  /** The class in force. */
  current: ElementClass;
  /** The attributes that the browser tells of. */
  readonly native: ReadonlySet<string>;
  /** Those that the class in force observes. */
  observed: ReadonlySet<string>;
  readonly #instances = new Instances();
  /** Tells of attributes that the browser does not tell of. */
  #observer: MutationObserver | undefined;

  readonly #isGlobal: boolean;

  /** @param isGlobal Whether it is in the page's own registry, which constructors are for that code calls. */
  constructor(
    name: string,
    of: ElementClass,
    options: ElementDefinitionOptions | undefined,
    isGlobal: boolean,
  ) {
    this.#isGlobal = isGlobal;
    this.name = name;
    this.options = options;
    this.current = of;
    this.observed = observedBy(of);
    this.native = this.observed;
    insertHotBase(of);
    if (this.#isGlobal || !byClass.has(of)) byClass.set(of, this);
    this.standIn = this.#standIn(of);
  }

  /** The definition of a class, in the page's own registry or in another. */
  static of(some: object): Definition | undefined {
    return byClass.get(some);
  }

  /** The elements of this name. */
  get instances(): Live[] {
    return this.#instances.all;
  }

  /** Instances get the class's own prototype. */
  #show(): void {
    Object.defineProperty(this.standIn, 'prototype', { value: this.current.prototype });
  }

  /** Another class takes over. Instances are the caller's to renew. */
  replace(of: ElementClass): void {
    this.current = of;
    insertHotBase(of);
    if (this.#isGlobal || !byClass.has(of)) byClass.set(of, this);
    this.#show();
    Object.setPrototypeOf(this.standIn, of);
    this.observed = observedBy(of);
    this.#observer?.disconnect();
    this.#observer =
      this.added.length > 0 ? new MutationObserver((some) => this.#changed(some)) : undefined;
    for (const element of this.instances) this.#observe(element);
  }

  /** The attributes that the class in force observes and the browser does not tell of. */
  get added(): string[] {
    return [...this.observed].filter((name) => !this.native.has(name));
  }

  /** Begins to tell an instance of attributes that the browser does not tell of. */
  #observe(element: Live): void {
    this.#observer?.observe(element, { attributeFilter: this.added, attributeOldValue: true });
  }

  /** Tells an instance of the attributes among these that it has. */
  tell(element: Live, names: Iterable<string>): void {
    for (const name of names) {
      const value = element.getAttribute(name);
      if (value !== null)
        this.#call(element, 'attributeChangedCallback', [name, null, value, null]);
    }
  }

  /** An instance was made. */
  made(element: Live): void {
    this.#instances.add(element);
    this.#observe(element);
  }

  #changed(records: readonly MutationRecord[]): void {
    for (const { target, attributeName, oldValue } of records) {
      const element = target as Live;
      if (attributeName === null || !this.observed.has(attributeName)) continue;
      const value = element.getAttribute(attributeName);
      this.#call(element, 'attributeChangedCallback', [attributeName, oldValue, value, null]);
    }
  }

  #call(element: Live, name: string, values: readonly unknown[]): void {
    const run = method(this.current.prototype, name);
    if (!run) return;
    if (name === 'connectedCallback') connect(element, () => run.apply(element, [...values]));
    else run.apply(element, [...values]);
  }

  #construct(): Live {
    const of = this.current;
    constructing.push(this);
    try {
      const element = noting(() => Reflect.construct(of, [], of) as Live);
      note(element, reactiveKeys(of));
      if (this.#observer) this.tell(element, this.added);
      return element;
    } finally {
      constructing.pop();
    }
  }

  #standIn(of: ElementClass): ElementClass {
    const construct = () => this.#construct();
    const standIn = function StandIn() {
      return construct();
    } as unknown as ElementClass;
    const call = (name: string): Callback => {
      const run = (element: Live, values: readonly unknown[]) => this.#call(element, name, values);
      return function (this: Live, ...values: unknown[]) {
        run(this, values);
      };
    };
    const reactions: Record<string, Callback> = {};
    for (const name of REACTIONS) reactions[name] = call(name);
    const [connect, disconnect] = [reactions.connectedCallback, reactions.disconnectedCallback];
    const moves = () => method(this.current.prototype, 'connectedMoveCallback');
    reactions.connectedMoveCallback = function (this: Live) {
      const move = moves();
      if (move) return move.call(this);
      disconnect?.call(this);
      return connect?.call(this);
    };
    const isObserved = (name: unknown) => this.observed.has(String(name));
    const changed = reactions.attributeChangedCallback;
    reactions.attributeChangedCallback = function (this: Live, name, ...values) {
      if (isObserved(name)) changed?.call(this, name, ...values);
    };
    Object.setPrototypeOf(standIn, of);
    const { disabledFeatures, formAssociated } = of;
    Object.defineProperties(standIn, {
      name: { value: of.name },
      prototype: { value: reactions, writable: true },
      observedAttributes: {
        get: () => {
          // The browser has read the prototype by now, and upgrades elements next.
          this.#show();
          return [...this.native];
        },
      },
      disabledFeatures: { value: disabledFeatures && [...disabledFeatures] },
      formAssociated: { value: formAssociated },
    });
    return standIn;
  }
}

const REACTIONS = [
  'connectedCallback',
  'disconnectedCallback',
  'adoptedCallback',
  'attributeChangedCallback',
  'formAssociatedCallback',
  'formResetCallback',
  'formDisabledCallback',
  'formStateRestoreCallback',
];

/** As the browser reads it: only of classes that are told. */
function observedBy(of: ElementClass): Set<string> {
  if (!method(of.prototype, 'attributeChangedCallback')) return new Set();
  return new Set([...(of.observedAttributes ?? [])].map(String));
}

/** The browser's own classes of elements, by what stands for them. */
const hotBases = new Map<ElementClass, ElementClass>();

/** The browser's class that a class extends in the end: `HTMLElement`, `HTMLButtonElement`. */
export function nativeBase(of: ElementClass): ElementClass | undefined {
  for (const one of chainOf(of)) if (isNative(one)) return one;
  return undefined;
}

/**
 * Whether a class and all that it extends are written as classes, down to the browser's: what is a function names its own
 * class when it constructs.
 */
export function isPlain(of: ElementClass): boolean {
  for (const one of chainOf(of)) {
    if (isNative(one) || isHotBase(one)) return true;
    if (!/^class\b/.test(Function.prototype.toString.call(one)) || !Object.isExtensible(one))
      return false;
  }
  return false;
}

function isHotBase(of: ElementClass): boolean {
  return [...hotBases.values()].includes(of);
}

function isNative(of: ElementClass): boolean {
  return of.name.startsWith('HTML') && (globalThis as Record<string, unknown>)[of.name] === of;
}

/** Has a class call the browser's class through one of ours, which knows stand-ins. */
function insertHotBase(of: ElementClass): void {
  for (const one of chainOf(of)) {
    const base = Object.getPrototypeOf(one) as ElementClass;
    if (isHotBase(one) || isHotBase(base)) return;
    if (isNative(base)) Object.setPrototypeOf(one, hotBase(base));
  }
}

function hotBase(native: ElementClass): ElementClass {
  const known = hotBases.get(native);
  if (known) return known;
  const base = function construct() {
    const target = new.target as unknown as ElementClass;
    const element = remade;
    if (element) {
      remade = undefined;
      hold(element);
      began(element);
      return element;
    }
    const asked = constructing.at(-1);
    const definition = asked?.current === target ? asked : byClass.get(target);
    if (!definition) return Reflect.construct(native, [], target);
    const made = Reflect.construct(native, [], definition.standIn) as Live;
    if (target !== definition.current) Object.setPrototypeOf(made, target.prototype);
    definition.made(made);
    hold(made);
    began(made);
    return made;
  } as unknown as ElementClass;
  Object.defineProperties(base, {
    name: { value: native.name },
    prototype: { value: native.prototype },
  });
  Object.setPrototypeOf(base, native);
  hotBases.set(native, base);
  return base;
}
