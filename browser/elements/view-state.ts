/**
 * What people did to what an element shows: what they typed and chose, where the focus is, how far they scrolled, and the
 * state of the elements in it. It stays where the new template makes other nodes of the same kind.
 */
import { Definition } from './definition.js';
import { rootOf } from './effects.js';
import { libraryOf, shown } from './libraries.js';
import { reactiveKeys, slotsOf } from './slots.js';
import { capture, isAsMade } from './state.js';
import type { ElementClass, Live } from './types.js';

/** Something to bring back to a node that took another's place. */
interface Mark {
  readonly node: Element;
  readonly key: string;
  restore(node: Element): void;
}

/** An element inside, and what it shows. */
interface Inner {
  readonly element: Live;
  readonly key: string;
  readonly changed: ReadonlyMap<PropertyKey, unknown>;
  readonly view: View;
}

/** What is noted of what an element shows. */
export interface View {
  readonly root: ParentNode;
  readonly marks: readonly Mark[];
  readonly inner: readonly Inner[];
}

/** Notes it. */
export function captureView(element: Live): View {
  return captureIn(rootOf(element) ?? element);
}

function captureIn(root: ParentNode): View {
  const marks: Mark[] = [];
  const inner: Inner[] = [];
  const counts = new Map<string, number>();
  for (const node of root.querySelectorAll('*')) {
    const key = keyOf(node, counts);
    for (const restore of restorersOf(node)) marks.push({ node, key, restore });
    if (!Definition.of(node.constructor)) continue;
    const live = node as Live;
    inner.push({ element: live, key, changed: changesOf(live), view: captureView(live) });
  }
  return { root, marks, inner };
}

/** Brings it back, now and when the element has rendered. */
export async function restoreView(element: Live, view: View): Promise<void> {
  restoreMarks(view);
  await shown(element);
  restoreMarks(view);
  const nodes = nodesOf(view.root);
  for (const { element: old, key, changed, view: within } of view.inner) {
    const node = nodes.get(key) as Live | undefined;
    if (!node || node === old || old.isConnected || node.constructor !== old.constructor) continue;
    giveChanges(node, changed);
    await shown(node);
    const root = rootOf(node) ?? node;
    await restoreView(node, { ...within, root });
  }
}

function restoreMarks({ root, marks }: View): void {
  if (marks.length === 0) return;
  const nodes = nodesOf(root);
  for (const { node, key, restore } of marks) {
    const next = nodes.get(key);
    if (next && (next !== node || !isFocused(node))) restore(next);
  }
}

function isFocused(node: Element): boolean {
  return (node.getRootNode() as Document | ShadowRoot).activeElement === node;
}

function nodesOf(root: ParentNode): Map<string, Element> {
  const counts = new Map<string, number>();
  return new Map([...root.querySelectorAll('*')].map((node) => [keyOf(node, counts), node]));
}

/** The identity of a node: its id or name, else its place among those of its kind. */
function keyOf(node: Element, counts: Map<string, number>): string {
  const name = node.id ? `#${node.id}` : node.getAttribute('name');
  const kind = `${node.localName} ${name ?? ''}`;
  const count = counts.get(kind) ?? 0;
  counts.set(kind, count + 1);
  return `${kind} ${count}`;
}

/** State of an element that was changed since it was made. */
function changesOf(element: Live): Map<PropertyKey, unknown> {
  const changed = new Map<PropertyKey, unknown>();
  const of = element.constructor as ElementClass;
  const library = libraryOf(of, element);
  for (const [key, value] of capture(element, reactiveKeys(of))) {
    if (isHeld(value) || isAsMade(element, key, value) !== false) continue;
    if (library.isState(element, key)) changed.set(key, value);
  }
  return changed;
}

/** Gives an element that took another's place what was changed there. A value that the template has set counts more. */
function giveChanges(element: Live, changed: ReadonlyMap<PropertyKey, unknown>): void {
  const of = element.constructor as ElementClass;
  const slots = slotsOf(element, reactiveKeys(of));
  const library = libraryOf(of, element);
  for (const [key, value] of changed) {
    const slot = slots.get(key);
    if (!slot || !isAsMade(element, key, slot.read())) continue;
    if (library.give) library.give(element, key, value);
    else slot.write(value);
  }
}

/** What belongs to one element alone. */
function isHeld(value: unknown): boolean {
  return typeof value === 'function' || value instanceof Node;
}

function* restorersOf(node: Element): Generator<(next: Element) => void> {
  const { scrollTop, scrollLeft } = node;
  if (scrollTop !== 0 || scrollLeft !== 0) {
    yield (next) => {
      if (next !== node) next.scrollTo({ top: scrollTop, left: scrollLeft, behavior: 'instant' });
    };
  }
  const isText = node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement;
  if (isText && node.value !== node.defaultValue && !isFile(node)) {
    const { value } = node;
    yield (next) => {
      if (next !== node && 'value' in next) next.value = value;
    };
  }
  if (node instanceof HTMLInputElement && node.checked !== node.defaultChecked) {
    const { checked } = node;
    yield (next) => {
      if (next !== node && 'checked' in next) next.checked = checked;
    };
  }
  if (node instanceof HTMLSelectElement) {
    const { selectedIndex } = node;
    yield (next) => {
      if (next !== node && 'selectedIndex' in next) next.selectedIndex = selectedIndex;
    };
  }
  if (node instanceof HTMLDetailsElement && node.open) {
    yield (next) => {
      if (next !== node && 'open' in next) next.open = true;
    };
  }
  if (!isFocused(node)) return;
  const [start, end] = isText ? [node.selectionStart, node.selectionEnd] : [null, null];
  yield (next) => {
    if (isFocused(next) || !(next instanceof HTMLElement)) return;
    next.focus({ preventScroll: true });
    if (start !== null && 'setSelectionRange' in next) {
      (next as HTMLInputElement).setSelectionRange(start, end);
    }
  };
}

function isFile(node: HTMLInputElement | HTMLTextAreaElement): boolean {
  return node.type === 'file';
}
