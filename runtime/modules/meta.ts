/**
 * The `import.meta` of generations.
 */
import type { Module } from '../model/module.js';
import type { Definition } from '../protocol.js';
import { isAddress, pageOfInline } from '../url.js';

/** What `import.meta` needs from the page. */
export interface MetaPorts {
  /** The page's origin. */
  readonly origin: string;
  /** Whether the page has import maps. */
  hasImportMaps(): boolean;
  /** What the page's import maps make of a specifier, for modules that the browser does not know. */
  resolveMapped(specifier: string, base: string): string;
}

/** A module's address. */
export function addressOf(url: string, origin: string): string {
  const page = pageOfInline(url);
  return url.startsWith('/') ? origin + (page ?? url) : url;
}

/** What the browser makes of a module's specifiers: exactly, where it has the module. */
export function resolverOf(
  module: Module | undefined,
  url: string,
  ports: MetaPorts,
): (specifier: string) => string {
  const [shell] = module?.shells ?? [];
  const base = shell?.address ?? addressOf(url, ports.origin);
  return (specifier) => {
    if (isAddress(specifier) && !ports.hasImportMaps()) return new URL(specifier, base).href;
    return shell ? shell.resolve(specifier) : ports.resolveMapped(specifier, base);
  };
}

/** Makes the `import.meta` of a generation that has no shell of its own. */
export function makeMeta(definition: Definition, module: Module, ports: MetaPorts): object {
  const [shell] = module.shells;
  const resolve = resolverOf(module, definition.url, ports);
  return Object.assign(Object.create(null), {
    url: shell?.address ?? addressOf(definition.url, ports.origin),
    resolve: (specifier: unknown) => resolve(String(specifier)),
  });
}
