/**
 * Which parts of an object are state, and stay, and which are code, and are renewed.
 *
 * An object is made again by its new class, and looks as one that was just made. Then what was data comes back. Code
 * that the object holds as its constructor left it (functions, nodes, observers, objects of classes) comes from the new
 * constructor. A value that did not change becomes the new default.
 */
import { ownData, type Slot, slotsOf } from './slots.js';

/** What a constructor left in an object. */
interface Made {
  readonly value: unknown;
  /** The values in a list or in a plain object, where none of them is data that may change by itself. */
  readonly flat: readonly unknown[] | undefined;
}

/** What constructors left, by object. */
const made = new WeakMap<object, ReadonlyMap<PropertyKey, Made>>();

/** An object's state at one time. */
export type State = ReadonlyMap<PropertyKey, unknown>;

/** What objects held when their constructors began. */
const held = new WeakMap<object, ReadonlySet<PropertyKey>>();

/** A constructor begins. An element that is upgraded or made again already holds values that others gave it. */
export function hold(object: object): void {
  held.set(object, new Set(ownData(object)));
}

/** Notes what a constructor left in an object, and in those that it made for it. */
export function note(object: object, reactive: Iterable<PropertyKey>): void {
  const values = new Map<PropertyKey, Made>();
  for (const [key, value] of capture(object, reactive)) {
    if (held.get(object)?.has(key)) continue;
    values.set(key, { value, flat: flatOf(value) });
    if (isInstance(value) && !made.has(value)) {
      const inner = [...capture(value, [])].map(([name, of]) => [
        name,
        { value: of, flat: flatOf(of) },
      ]);
      made.set(value, new Map(inner as [PropertyKey, Made][]));
    }
  }
  made.set(object, values);
}

/** The notes on an object count again, since its new constructor failed. */
export function noteAgain(
  object: object,
  initial: ReadonlyMap<PropertyKey, Made> | undefined,
): void {
  if (initial) made.set(object, initial);
}

/** Whether an object's constructor set the property. */
export function wasMade(object: object, key: PropertyKey): boolean {
  return made.get(object)?.has(key) === true;
}

/** What is in an object now. Fields that it does not have yet are left out. */
export function capture(object: object, reactive: Iterable<PropertyKey>): State {
  const state = new Map<PropertyKey, unknown>();
  for (const [key, slot] of slotsOf(object, reactive)) {
    try {
      state.set(key, slot.read());
    } catch {
      // A private field of a class whose constructor did not run, or an accessor that throws.
    }
  }
  return state;
}

/**
 * Brings state back into an object that was made again.
 *
 * @param before What it held.
 * @param reactive Names of accessors that stand for state.
 * @returns The keys of what came back.
 */
export function carry(
  object: object,
  before: State,
  initial: ReadonlyMap<PropertyKey, Made> | undefined,
  reactive: Iterable<PropertyKey>,
): PropertyKey[] {
  const slots = slotsOf(object, reactive);
  const carried: PropertyKey[] = [];
  for (const [key, value] of before) {
    const slot = slots.get(key) ?? lostSlot(object, key);
    if (!slot) continue;
    const isKnown = slots.has(key);
    const decision = decide(value, initial?.get(key), isKnown, slot);
    if (decision === 'renew') continue;
    try {
      slot.write(value);
      carried.push(key);
    } catch {
      // It is read-only now.
    }
  }
  return carried;
}

/** What constructors left in an object before it is made again. */
export function madeOf(object: object): ReadonlyMap<PropertyKey, Made> | undefined {
  return made.get(object);
}

/** Where a value goes that the new class has no place for: strings may have become accessors, or stay as they are. */
function lostSlot(object: object, key: PropertyKey): Slot | undefined {
  if (typeof key === 'symbol' || String(key).includes(' ')) return undefined;
  const of = object as Record<PropertyKey, unknown>;
  return {
    read: () => of[key],
    write: (value) => {
      of[key] = value;
    },
  };
}

function decide(
  value: unknown,
  initial: Made | undefined,
  isKnown: boolean,
  slot: Slot,
): 'keep' | 'renew' {
  // Nobody saw it made: what is no code, it keeps.
  if (!initial) return isKnown && isCode(value) && isCode(slot.read()) ? 'renew' : 'keep';
  if (isChanged(value, initial)) return 'keep';
  if (isKnown && isInstance(value)) adopt(slot.read(), value);
  return 'renew';
}

/** Whether a value is another than the one that the constructor left, or may be: what holds data changes in place. */
function isChanged(value: unknown, { value: first, flat }: Made): boolean {
  return !Object.is(value, first) || (isData(value) && !isFlat(value, flat));
}

/** Whether a property of an object that was made here is what its constructor left; `undefined` for others. */
export function isAsMade(object: object, key: PropertyKey, value: unknown): boolean | undefined {
  const initial = made.get(object)?.get(key);
  return initial && !isChanged(value, initial);
}

/** Objects that got the state of others already. */
const adopted = new WeakSet<object>();

/** An object that was made again, as part of another, gets the state of the old one. */
export function adopt(fresh: unknown, old: object): void {
  if (!isInstance(fresh) || fresh === old || adopted.has(fresh) || isOtherTask(fresh, old)) return;
  adopted.add(fresh);
  const initial = made.get(old);
  const left = [...capture(fresh, [])].map(
    ([key, value]) => [key, { value, flat: flatOf(value) }] as const,
  );
  carry(fresh, capture(old, []), initial, []);
  // The values that it was made with. The next update compares with them.
  made.set(fresh, new Map(left));
}

/** Whether an object is a `Task` of Lit whose function is another than the old one's: what that found out is of no use. */
function isOtherTask(next: object, old: object): boolean {
  if (!('taskComplete' in next) || !('taskComplete' in old)) return false;
  const functionsOf = (of: object) =>
    Object.values(of)
      .filter((value) => typeof value === 'function')
      .join();
  return functionsOf(next) !== functionsOf(old);
}

/** Something to run, or made by code: its new version counts. */
function isCode(value: unknown): boolean {
  return typeof value === 'function' || isInstance(value);
}

/** What holds data, and may be changed in place. */
function isData(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return true;
  if (DATA.some((one) => value instanceof one)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const DATA = [Map, Set, WeakMap, WeakSet, Date, ArrayBuffer, Blob, FormData];

/** An object of a class of the page's own code. */
function isInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || isData(value)) return false;
  return Object.prototype.toString.call(value) === '[object Object]';
}

function flatOf(value: unknown): readonly unknown[] | undefined {
  if (!isData(value)) return undefined;
  if (!Array.isArray(value) && Object.prototype.toString.call(value) !== '[object Object]') {
    return undefined;
  }
  const values = Array.isArray(value) ? [...value] : Object.entries(value).flat();
  return values.some(isData) ? undefined : values;
}

function isFlat(value: unknown, flat: readonly unknown[] | undefined): boolean {
  const now = flat && flatOf(value);
  return (
    now !== undefined &&
    now.length === flat?.length &&
    now.every((one, at) => Object.is(one, flat[at]))
  );
}
