/**
 * What the code of a generation is given: the functions that the server's rewriting calls.
 */
import type { BodyContext, Generation } from '../model/generation.js';

/** Imports a module for a generation. Rejects with what the import fails with. */
export type ImportFor = (
  importer: Generation,
  specifier: unknown,
  options: unknown,
) => Promise<unknown>;

/** Makes the context of a generation. */
export function makeContext(generation: Generation, importFor: ImportFor): BodyContext {
  const ns = (index: number) => generation.sources[index]?.namespace() ?? Object.create(null);
  return {
    link: (read) => generation.link(read),
    ns,
    constant: (index) => Object.freeze({ ns: ns(index) }),
    import: (specifier, options) => importFor(generation, specifier, options),
    name: (run) =>
      void Object.defineProperty(run, 'name', { value: 'default', configurable: true }),
    wrote(value, ...names) {
      const { module, deciding } = generation;
      if (deciding > 0) module.decide(generation, names);
      for (const shell of module.shells) shell.wrote(generation, names);
      return value;
    },
  };
}
