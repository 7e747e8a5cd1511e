/**
 * Names that define elements, as code of one file may import them.
 */

import path from 'node:path';
import type { ElementDefiners } from '#native';

/** A name that defines elements. */
export interface Definer {
  /** What it is called; `default` for a default import. */
  name: string;
  /** The package that it is imported from, or a file relative to the root. Left out: any variable of this name. */
  import?: string;
}

/** Lists of names. */
interface Lists {
  baseClasses?: readonly Definer[];
  decorators?: readonly Definer[];
  functions?: readonly Definer[];
}

/** The names, with the specifiers by which a file may import them. */
export function definersFor(all: readonly Lists[], root: string, file: string): ElementDefiners {
  const list = (name: keyof Lists) =>
    all.flatMap((one) =>
      (one[name] ?? []).map((definer) => ({
        name: definer.name,
        ...(definer.import !== undefined && { from: specifiers(definer.import, root, file) }),
      })),
    );
  return {
    baseClasses: list('baseClasses'),
    decorators: list('decorators'),
    functions: list('functions'),
  };
}

function specifiers(imported: string, root: string, file: string): string[] {
  const withoutEnd = (one: string) => one.replace(/\.[cm]?[jt]sx?$/, '');
  const isFile = /^\.{1,2}\//.test(imported) || path.isAbsolute(imported);
  if (!isFile) return [imported, withoutEnd(imported)];
  const target = path.posix.resolve(root, imported);
  const relative = path.posix.relative(path.posix.dirname(file), target);
  const near = relative.startsWith('.') ? relative : `./${relative}`;
  const fromRoot = `/${path.posix.relative(root, target)}`;
  // TypeScript names what it becomes.
  const compiled = (one: string) => one.replace(/\.([cm]?)ts$/, '.$1js');
  return [near, fromRoot].flatMap((one) => [one, withoutEnd(one), compiled(one)]);
}
