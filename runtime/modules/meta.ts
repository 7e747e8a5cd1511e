/**
 * The `import.meta` of a module that is run by the client.
 */
import { isAddress } from '../url.js';

/**
 * The specifier by which a dynamic import reaches the generation that the page runs: a whole address, or a bare
 * name.
 *
 * @param specifier What the code imports.
 * @param base The address of the importing module.
 * @param hasOptions Whether the import has a second argument.
 */
export type Dynamic = (specifier: unknown, base: string, hasOptions?: 1) => string;

/**
 * Makes the `import.meta` of a module. Beside what browsers put there it has, out of sight, what the module's
 * own dynamic imports call: `current(specifier, hasOptions)`.
 *
 * @param url The module's address.
 */
export function makeMeta(url: string, dynamic: Dynamic): object {
  const resolve = (specifier: unknown): string => {
    const text = String(specifier);
    return isAddress(text) ? new URL(text, url).href : import.meta.resolve(text);
  };
  const current = (specifier: unknown, hasOptions?: 1) => dynamic(specifier, url, hasOptions);
  const meta = Object.assign(Object.create(null), { url, resolve });
  return Object.defineProperty(meta, 'current', { value: current });
}
