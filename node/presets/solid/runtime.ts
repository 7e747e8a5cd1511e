/** What stands for `solid-refresh` in components, as text: code of the page. */

/**
 * All of it, by itself. Only, Solid runs nothing again that threw while an update rendered it: what comes after that needs a
 * new page.
 */
export const RUNTIME = `
import { $$refresh as refresh } from 'solid-refresh';
export * from 'solid-refresh';

let hasThrown = false;

export function $$refresh(type, hot, registry) {
  const wrapped = Object.create(hot);
  wrapped.accept = (callback) =>
    hot.accept((next) => {
      if (hasThrown) {
        console.warn('[hotgraph] Solid renders nothing again that threw: the page is loaded again');
        return location.reload();
      }
      try {
        return callback?.(next);
      } catch (error) {
        hasThrown = true;
        throw error;
      }
    });
  wrapped.invalidate = (message) => hot.invalidate(message);
  return refresh(type, wrapped, registry);
}
`;
