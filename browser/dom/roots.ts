/**
 * The trees of a page: its document and the shadow roots in it.
 */

/** The closed shadow roots that scripts attached, by host. Their elements do not give them away. */
const closedRoots = new WeakMap<Element, ShadowRoot>();

/** Starts to take note of closed shadow roots. */
export function watchRoots(scope: Window & typeof globalThis): void {
  const { prototype } = scope.Element;
  const original = prototype.attachShadow;
  prototype.attachShadow = function attachShadow(init) {
    const root = original.call(this, init);
    if (root.mode === 'closed') closedRoots.set(this, root);
    return root;
  };
}

/** A document or shadow root, and all shadow roots in it. */
export function rootsOf(root: Document | ShadowRoot): (Document | ShadowRoot)[] {
  const shadows = [...root.querySelectorAll('*')].flatMap(
    (element) => element.shadowRoot ?? closedRoots.get(element) ?? [],
  );
  return [root, ...shadows.flatMap(rootsOf)];
}
