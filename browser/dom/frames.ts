/**
 * Frames without an address on a server: `srcdoc`, `blob:`, and what code writes into an empty frame. No server writes
 * their HTML, so they have no client, unless a hot module brings it along.
 */
import { parseAddress } from '../../runtime/url.js';

/** What such addresses begin with. */
const LOCAL = /^(?:about|blob):/;

type Scope = Window & typeof globalThis;

/** Whether a frame without a client, and without an address, has fetched a module. */
export function isInFrame(scope: Scope, url: string): boolean {
  for (let index = 0; index < scope.length; index++) {
    const frame = scope[index] as unknown as Scope;
    if (!hasNoAddress(frame)) continue;
    const hasClient = '__hotgraph__' in frame;
    if ((!hasClient && hasFetched(frame, url)) || isInFrame(frame, url)) return true;
  }
  return false;
}

/** The window whose reload brings back what a frame shows: its own, or the one that made it. */
export function madeBy(frame: Scope): Window {
  const { parent } = frame;
  return parent !== frame && hasNoAddress(frame) ? madeBy(parent as Scope) : frame;
}

/** `document.open()` gives a frame the address of who calls it, and no entry of its own. */
function hasNoAddress(frame: Scope): boolean {
  try {
    const [entry] = frame.performance.getEntriesByType('navigation');
    return LOCAL.test(frame.location.protocol) || LOCAL.test(entry?.name ?? 'about:');
  } catch {
    // It is of another origin.
    return false;
  }
}

function hasFetched(frame: Scope, url: string): boolean {
  return frame.performance.getEntriesByType('resource').some(({ name }) => {
    const address = parseAddress(name);
    return address?.origin === frame.origin && address.url === url;
  });
}
