/**
 * Imports with attributes. Loaded when an update needs one: browsers without import attributes cannot
 * parse this file, and have no such modules.
 */
import type { ModuleNamespace } from '../client.js';

/** Imports a JSON module. */
export function importJson(address: string): Promise<ModuleNamespace> {
  return import(address, { with: { type: 'json' } });
}

/** Imports a CSS module. */
export function importCss(address: string): Promise<ModuleNamespace> {
  return import(address, { with: { type: 'css' } });
}

/**
 * Gives a CSS module new text. The sheet stays the same object, wherever it is adopted.
 *
 * @param addresses Under which the page imported it; each has its own sheet.
 */
export async function replaceSheet(addresses: readonly string[], text: string): Promise<void> {
  await Promise.all(
    addresses.map(async (address) => {
      const module = await import(address, { with: { type: 'css' } });
      await (module.default as CSSStyleSheet).replace(text);
    }),
  );
}
