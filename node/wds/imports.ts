/**
 * What the host makes of a specifier in an import.
 */

import type { Plugin } from '@web/dev-server-core';
import type { Context } from 'koa';

/** What a plugin answers with. */
type Found = Awaited<ReturnType<NonNullable<Plugin['resolveImport'] | Plugin['transformImport']>>>;

/**
 * Asks the plugins what they make of a specifier in the served code, in the order of the host. The first that resolves
 * it counts. Then each may turn the result into something else.
 */
export async function importOf(
  context: Context,
  specifier: string,
  plugins: readonly Plugin[],
): Promise<string> {
  let source = specifier;
  for (const plugin of plugins) {
    const found = idOf(await plugin.resolveImport?.({ source, context }));
    if (found === undefined) continue;
    source = found;
    break;
  }
  for (const plugin of plugins) {
    source = idOf(await plugin.transformImport?.({ source, context })) ?? source;
  }
  return source;
}

function idOf(found: Found): string | undefined {
  const id = typeof found === 'object' ? found?.id : found;
  return typeof id === 'string' ? id : undefined;
}
