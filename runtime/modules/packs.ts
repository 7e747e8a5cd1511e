/**
 * Packs: what a page loads at once. The bodies come first, and none runs; then a module that they belong to enters: it and
 * all that it imports become records, as their shells would have made them.
 */
import type { ModuleNamespace } from '../../client.js';
import { type BodyFunction, Code } from '../model/generation.js';
import type { Definition, ImportLink } from '../protocol.js';

/** A module of a pack. */
export type Packed = readonly [definition: Definition, run: BodyFunction];

/** A module that a pack leaves to the browser, by what {@link nativeKey} makes of its imports. */
export type PackedNative = readonly [key: string, namespace: ModuleNamespace];

/** A module of a pack that has not entered, by what its imports lead to. */
export interface Entering {
  readonly code: Code;
  /** By import, the browser's namespace of it; `undefined` for scripts. */
  readonly natives: readonly (ModuleNamespace | undefined)[];
}

/** What entering takes to know of the page. */
export interface PackPorts {
  /** Whether the page has a record of a module that runs, ran or is about to. */
  has(url: string): boolean;
  /** The url of the module that an import leads to. */
  urlOf(link: ImportLink, importer: string): string | undefined;
  /** The function to run for a body: under the module's own url, where the page's policy allows that. */
  compile(definition: Definition, run: BodyFunction): BodyFunction;
}

/** The bodies that packs brought and that nothing has imported yet. */
export class Packs {
  readonly #bodies = new Map<string, Packed>();

  /** Bodies have come. */
  provide(bodies: readonly Packed[]): void {
    for (const body of bodies) {
      const { url, version } = body[0];
      const known = this.#bodies.get(url);
      if (!known || known[0].version <= version) this.#bodies.set(url, body);
    }
  }

  /**
   * Takes a module out with all that it imports and that the page has no record of.
   *
   * @throws {Error} When the pack does not hold all of that. Nothing is taken then.
   */
  take(root: string, natives: readonly PackedNative[], ports: PackPorts): Map<string, Entering> {
    const namespaces = new Map(natives);
    const entering = new Map<string, Entering>();
    const queue = [root];
    const reached = new Set(queue);
    for (let url = queue.pop(); url !== undefined; url = queue.pop()) {
      if (ports.has(url)) continue;
      const body = this.#bodies.get(url);
      if (!body) throw missing(url, root);
      const [definition, run] = body;
      const found = definition.imports.map((link) => {
        const imported = ports.urlOf(link, definition.url);
        if (link.kind !== 'script') return namespaces.get(nativeKey(link));
        if (imported === undefined) throw missing(link.specifier, root);
        if (!reached.has(imported)) queue.push(imported);
        reached.add(imported);
        return undefined;
      });
      const code = new Code(definition, ports.compile(definition, run));
      entering.set(url, { code, natives: found });
    }
    for (const url of entering.keys()) this.#bodies.delete(url);
    return entering;
  }
}

/** What names a module that is no script, as the server names it: its type and its url. */
function nativeKey({ kind, url, attributes }: ImportLink): string {
  return `${attributes?.type ?? kind}:${url}`;
}

function missing(what: string, root: string): Error {
  return new Error(
    `the pack of ${root} does not hold ${what}: an import map that the server does not know of may lead there. ` +
      'Set the option "pack" of the dev server to false',
  );
}
