/** What stands for `solid-refresh` in components, as text: code of the page. */

/**
 * All of it, by itself. Only, Solid renders nothing again that threw while an update rendered it: a component that does is
 * nothing until the next update, and what it threw is thrown once all of the update is rendered.
 */
export const RUNTIME = `
import { $$component as component, $$refresh as refresh } from 'solid-refresh';
export * from 'solid-refresh';

/** What components threw in the update under way. */
let thrown;

export function $$component(registry, id, code, options) {
  const guarded = new Proxy(code, {
    apply(render, self, args) {
      try {
        return Reflect.apply(render, self, args);
      } catch (error) {
        if (!thrown) throw error;
        thrown.push(error);
      }
    },
  });
  return component(registry, id, guarded, options);
}

export function $$refresh(type, hot, registry) {
  const wrapped = Object.create(hot);
  wrapped.accept = (callback) =>
    hot.accept((next) => {
      thrown = [];
      const errors = thrown;
      try {
        callback?.(next);
      } finally {
        thrown = undefined;
      }
      if (errors.length > 0) throw errors[0];
    });
  wrapped.invalidate = (message) => hot.invalidate(message);
  return refresh(type, wrapped, registry);
}
`;
