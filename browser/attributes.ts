/**
 * Imports with attributes. Loaded when code needs one: browsers without import attributes cannot
 * parse this file, and have no such modules.
 */
import type { ModuleNamespace } from '../client.js';

/** Imports a module with these attributes. */
export function importWith(
  address: string,
  attributes: Readonly<Record<string, string>>,
): Promise<ModuleNamespace> {
  return import(address, { with: attributes as ImportAttributes });
}

/** Gives a CSS module new text. The sheet stays the same object, wherever it is adopted. */
export async function replaceSheet(address: string, text: string): Promise<void> {
  const module = await import(address, { with: { type: 'css' } });
  await (module.default as CSSStyleSheet).replace(text);
}
