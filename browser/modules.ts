/**
 * How modules get into a page: the browser's own imports, `eval`, and bodies by import where that is forbidden.
 */
import type { ModuleNamespace } from '../client.js';
import type { BodyFunction } from '../runtime/model/generation.js';
import type { ModulePorts } from '../runtime/modules/modules.js';
import { parseAddress } from '../runtime/url.js';
import { ImportMaps } from './dom/import-maps.js';

/** Bytes of the longest address by which bodies are imported: servers refuse longer ones. */
const LONGEST = 6000;

/** The ports that need no connection. */
type Ports = Pick<
  ModulePorts,
  | 'origin'
  | 'compile'
  | 'importBodies'
  | 'hasImportMaps'
  | 'resolveMapped'
  | 'importNative'
  | 'importDynamically'
  | 'urlAt'
>;

/** The code that updates bring. Called indirectly: it sees no variable of ours. */
// biome-ignore lint/security/noGlobalEval: an import needs milliseconds, and names the code by something else than its file
const globalEval = eval;

/** Makes texts that a page with Trusted Types evaluates. */
interface TrustedPolicy {
  createScript(text: string): string;
}

let policy: TrustedPolicy | null | undefined;

/** Our policy of Trusted Types; `null` where the browser or the page has none. Bodies are imported then. */
function trusted(): TrustedPolicy | null {
  if (policy !== undefined) return policy;
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: TrustedPolicy): TrustedPolicy };
  };
  try {
    policy = trustedTypes?.createPolicy('hotgraph', { createScript: (text) => text }) ?? null;
  } catch {
    policy = null;
  }
  return policy;
}

/**
 * The browser's side of modules.
 *
 * @param page The document; a worker has none, and no import maps.
 */
export function modulePorts(page: Document | undefined): Ports {
  const { origin } = globalThis;
  const maps = page && new ImportMaps(page);
  return {
    origin,
    compile: (expression) => globalEval(trusted()?.createScript(expression) ?? expression),
    importBodies,
    hasImportMaps: () => maps?.exist ?? false,
    resolveMapped: (specifier, base) =>
      maps ? maps.resolve(specifier, base) : import.meta.resolve(specifier),
    importNative: async (address, attributes) =>
      attributes ? { namespace: await importAny(address, attributes) } : importNamespace(address),
    importDynamically: importAny,
    urlAt: (address) => {
      const parsed = parseAddress(address);
      if (!parsed) return undefined;
      return parsed.origin === origin ? parsed.url : address;
    },
  };
}

/**
 * Imports a module through one of the server's, which passes its namespace on. The promise of a direct `import()` would
 * take a namespace that has a `then` for another promise, and never settle.
 */
async function importNamespace(address: string): Promise<{ readonly namespace: ModuleNamespace }> {
  const by = new URL('./namespace.js', import.meta.url);
  by.searchParams.set('of', address);
  try {
    return await import(by.href);
  } catch {
    // Where something is wrong the module's own name is to be in the message.
    return { namespace: await import(address) };
  }
}

async function importAny(
  address: string,
  attributes: Readonly<Record<string, string>> | undefined,
): Promise<ModuleNamespace> {
  if (!attributes) return import(address);
  const { importWith } = await import('./attributes.js');
  return importWith(address, attributes);
}

async function importBodies(
  urls: readonly string[],
  version: number,
): Promise<Record<string, readonly [hash: string, run: BodyFunction]>> {
  const addresses: string[] = [];
  const start = `${new URL('./bodies.js', import.meta.url).href}?v=${version}`;
  let address = start;
  for (const url of urls) {
    const parameter = `&u=${encodeURIComponent(url)}`;
    if (address !== start && address.length + parameter.length > LONGEST) {
      addresses.push(address);
      address = start;
    }
    address += parameter;
  }
  addresses.push(address);
  const modules = await Promise.all(addresses.map((one) => import(one)));
  return Object.assign({}, ...modules.map((module) => module.default));
}
