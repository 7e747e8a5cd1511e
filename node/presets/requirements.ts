/**
 * What presets need of the project: packages that are installed there, and options that they know.
 */

import { createRequire } from 'node:module';
import path from 'node:path';
import { closestMatch } from 'leven';

/**
 * Makes sure that packages are installed.
 *
 * @param preset The name of the preset, `hotgraph/react`.
 * @param root Absolute path of the project's folder.
 * @throws {Error} that says what to install.
 */
export function requirePackages(preset: string, root: string, names: readonly string[]): void {
  const { resolve } = createRequire(path.join(root, 'package.json'));
  const missing = names.filter((name) => {
    try {
      resolve(`${name}/package.json`);
      return false;
    } catch (error) {
      return (error as { code?: string }).code === 'MODULE_NOT_FOUND';
    }
  });
  if (missing.length === 0) return;
  const [verb, them] = missing.length > 1 ? ['are', 'them'] : ['is', 'it'];
  throw new Error(
    `[hotgraph] ${preset} needs ${missing.join(' and ')}, which ${verb} not installed in ${root}. ` +
      `Install ${them}: npm install -D ${missing.join(' ')}`,
  );
}

/**
 * Loads a module of a package as the project has it, when it is used first.
 *
 * @param specifier For example `vue/compiler-sfc`.
 */
export function lazily<Module>(specifier: string): (root: string) => Module {
  let known: { root: string; module: Module } | undefined;
  return (root) => {
    if (known?.root !== root) {
      const module = createRequire(path.join(root, 'package.json'))(specifier) as Module;
      known = { root, module };
    }
    return known.module;
  };
}

/**
 * Makes sure that options are known.
 *
 * @param call What is called, `react()`.
 * @param known The names of the options.
 * @param removed What to do about options that plugins of others have.
 * @throws {TypeError} for others.
 */
export function requireKnown(
  call: string,
  options: object,
  known: readonly string[],
  removed: Readonly<Record<string, string>> = {},
): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`[hotgraph] ${call} takes an object of options, not ${String(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = closestMatch(name, [...known], { maxDistance: 3 });
    const hint = nearest ? `Did you mean "${nearest}"?` : `There are: ${known.join(', ')}.`;
    throw new TypeError(`[hotgraph] ${call} has no option "${name}". ${removed[name] ?? hint}`);
  }
}
