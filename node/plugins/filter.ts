/**
 * Which calls hooks are for.
 */

import type { Hook, HookFilter, Pattern, PatternFilter } from './plugin.js';

/** A hook, ready to be asked whether it is called. */
export interface Filtered<Handler> {
  handler: Handler;
  /** Whether it may be for this id: of a filter for code as well, the code decides then. */
  takesId(id: string): boolean;
  /** Whether it is for a module with this code. */
  takesCode(code: string): boolean;
}

/** A hook with its filter; `undefined` where there is no hook. */
export function filtered<Handler extends (...args: never[]) => unknown>(
  hook: Hook<Handler> | undefined,
): Filtered<Handler> | undefined {
  if (hook === undefined) return undefined;
  const handler = typeof hook === 'function' ? hook : hook.handler;
  const { id, code }: HookFilter = (typeof hook === 'function' ? undefined : hook.filter) ?? {};
  return {
    handler,
    takesId: (text) => takes(id, text.replaceAll('\\', '/')),
    takesCode: (text) => takes(code, text),
  };
}

function takes(filter: PatternFilter | undefined, text: string): boolean {
  if (filter === undefined) return true;
  const isPattern = typeof filter === 'string' || filter instanceof RegExp || Array.isArray(filter);
  const { include, exclude } = isPattern
    ? { include: filter as Pattern, exclude: undefined }
    : (filter as { include?: Pattern; exclude?: Pattern });
  if (exclude !== undefined && matches(exclude, text)) return false;
  return include === undefined || matches(include, text);
}

function matches(pattern: Pattern, text: string): boolean {
  const all = Array.isArray(pattern) ? pattern : [pattern as string | RegExp];
  return all.some((one) => {
    if (typeof one === 'string') return text.includes(one);
    // Expressions that remember their place do not mean to.
    one.lastIndex = 0;
    return one.test(text);
  });
}
