/**
 * A class takes over from another: the elements that are there become its instances, in place.
 */
import { clear, connect, empty } from './connect.js';
import { constructOn, type Definition, nativeBase } from './definition.js';
import { FixedRoot, noting, rerun, undo } from './effects.js';
import { libraryOf } from './libraries.js';
import type { Replacement } from './registry.js';
import { ownData, reactiveKeys } from './slots.js';
import { capture, carry, madeOf, note, noteAgain, wasMade } from './state.js';
import { type ElementClass, type Live, method } from './types.js';
import { captureView, restoreView, type View } from './view-state.js';

/** Why elements cannot become instances of a class, in no way but by a reload: the end of a sentence. */
export function refusal({ definition, of, options }: Replacement): string | undefined {
  const old = definition.current;
  const [before, after] = [old, of].map((one) => nativeBase(one)?.name);
  if (before !== after) return `it extends ${after} now, and ${before} before`;
  if (definition.options?.extends !== options?.extends) return 'the option `extends` changed';
  if (Boolean(old.formAssociated) !== Boolean(of.formAssociated)) {
    return '`formAssociated` changed, which browsers read once';
  }
  const [had, has] = [old, of].map((one) => [...(one.disabledFeatures ?? [])].join());
  if (had !== has) return '`disabledFeatures` changed, which browsers read once';
  return undefined;
}

/**
 * Has a class take over.
 *
 * @throws What its constructor throws for the first element: then everything is as it was.
 */
export function takeOver({ definition, of }: Replacement): void {
  const old = definition.current;
  // A class of a module that did not run again.
  if (of === old) return;
  const { instances: elements, observed } = definition;
  definition.replace(of);
  const newlyObserved = [...definition.observed].filter((name) => !observed.has(name));
  const refused = libraryOf(of).refuses?.(old, of);
  libraryOf(of).watch?.(of);
  method(of, 'hotReplacedCallback')?.call(of);
  // All before any: what they show is measured.
  const views = elements.map(captureView);
  const shownAgain: [Live, View][] = [];
  for (const [at, element] of elements.entries()) {
    if (refused) {
      remake(element, definition, refused);
      continue;
    }
    try {
      renew(element, definition, old, newlyObserved);
      shownAgain.push([element, views[at] as View]);
    } catch (error) {
      const reason = whyFixed(error);
      if (reason !== undefined) remake(element, definition, reason);
      else if (at === 0) {
        definition.replace(old);
        throw error;
      } else {
        reportError(error);
      }
    }
  }
  for (const [element, view] of shownAgain) void restoreView(element, view);
}

/** What engines say when a class whose private fields an object has is to make them again: there is no other way to know. */
const HAS_FIELDS = /twice on the same object|an object twice|redefine existing private/i;

/** Why an element cannot be made again, and another one can: the end of a sentence. */
function whyFixed(error: unknown): string | undefined {
  if (error instanceof FixedRoot) return error.message;
  const hasFields = error instanceof TypeError && HAS_FIELDS.test(error.message);
  return hasFields ? 'a base class, which stays, has private fields' : undefined;
}

/** Makes one element an instance of the class in force. */
function renew(
  element: Live,
  definition: Definition,
  old: ElementClass,
  newlyObserved: readonly string[],
): void {
  const of = definition.current;
  const library = libraryOf(of, element);
  const { isConnected } = element;
  if (isConnected) method(old.prototype, 'disconnectedCallback')?.call(element);
  const before = capture(element, reactiveKeys(old));
  const initial = madeOf(element);
  const taken = ownData(element).filter(
    (key) =>
      (wasMade(element, key) && !library.keeps.includes(key)) || library.leaves?.(key) === true,
  );
  const values = new Map(taken.map((key) => [key, Reflect.getOwnPropertyDescriptor(element, key)]));
  for (const key of taken) delete element[key];
  const redo = undo(element);
  Object.setPrototypeOf(element, of.prototype);
  const putBack: (() => void)[] = [];
  const finish = library.construct?.(element, before);
  try {
    rerun(
      element,
      (root) => putBack.push(empty(root)),
      () => {
        noting(() => constructOn(element, of));
        note(element, reactiveKeys(of));
        carry(element, before, initial, reactiveKeys(of));
        finish?.();
        if (!isConnected) return;
        putBack.push(clear(element));
        const connected = method(of.prototype, 'connectedCallback');
        if (connected) connect(element, () => connected.call(element));
      },
    );
  } catch (error) {
    Object.setPrototypeOf(element, old.prototype);
    library.abandon?.(element);
    noteAgain(element, initial);
    for (const key of ownData(element)) if (!before.has(key)) delete element[key];
    for (const [key, value] of values) if (value) Object.defineProperty(element, key, value);
    undo(element);
    redo();
    for (const back of putBack) back();
    if (isConnected) method(old.prototype, 'connectedCallback')?.call(element);
    throw error;
  }
  for (const back of putBack) back();
  definition.tell(element, newlyObserved);
  library.update?.(element, old, of);
  method(element, 'hotReplacedCallback')?.call(element);
}

/** Puts a new element in the place of one that cannot change. */
function remake(element: Live, definition: Definition, reason: string): void {
  const next = new definition.current() as Live;
  for (const { name, value } of element.attributes) next.setAttribute(name, value);
  const before = capture(element, reactiveKeys(definition.current));
  const made = madeOf(element);
  const library = libraryOf(definition.current, element);
  const open = [...before].filter(
    ([key, value]) =>
      typeof key === 'string' && typeof value !== 'function' && library.isState(element, key),
  );
  carry(next, new Map(open), made, reactiveKeys(definition.current));
  next.append(...element.childNodes);
  element.replaceWith(next);
  console.info(`[hotgraph] <${definition.name}> was made anew: ${reason}`);
}
