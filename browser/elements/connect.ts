/**
 * What elements without a library put among their children when they are connected. It goes when they are connected
 * again by new code, unless that puts nothing there.
 */
import type { Live } from './types.js';

/** Nodes that elements added to themselves. */
const added = new WeakMap<Live, Node[]>();

/** Runs an element's `connectedCallback`, and notes the children that it adds. */
export function connect(element: Live, run: () => void): void {
  if ('requestUpdate' in element || element.$fastController || element._scheduler) {
    run();
    return;
  }
  const observer = new MutationObserver(() => {});
  observer.observe(element, { childList: true });
  try {
    run();
  } finally {
    const nodes = observer.takeRecords().flatMap((record) => [...record.addedNodes]);
    observer.disconnect();
    if (nodes.length > 0) added.set(element, nodes);
  }
}

/** Takes out what an element added when it was connected. Returns what puts it back if nothing else came. */
export function clear(element: Live): () => void {
  const nodes = (added.get(element) ?? []).filter((node) => node.parentNode === element);
  added.delete(element);
  for (const node of nodes) (node as ChildNode).remove();
  return () => {
    if (added.has(element) || nodes.length === 0) return;
    element.append(...nodes);
    added.set(element, nodes);
  };
}

/** Empties a shadow root. Returns what puts everything back if nothing else came. */
export function empty(root: ShadowRoot): () => void {
  const nodes = [...root.childNodes];
  const sheets = [...root.adoptedStyleSheets];
  root.replaceChildren();
  root.adoptedStyleSheets = [];
  return () => {
    if (root.childNodes.length === 0) root.append(...nodes);
    if (root.adoptedStyleSheets.length === 0) root.adoptedStyleSheets = sheets;
  };
}
