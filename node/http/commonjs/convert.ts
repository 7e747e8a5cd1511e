/** One file of a package, ready to be written into a module. */

import path from 'node:path';
import type { Contents, Hashes } from './contents.js';
import { CommonJsError } from './error.js';
import { type Target, targetOf } from './link.js';
import { isName, lex, namesOfJson } from './names.js';
import { kindOf, type Package, packageOf } from './packages.js';
import { checkStrict } from './strict.js';
import type { Input, Printed, Tool } from './tool.js';

/** A file that a page can define. */
export interface Converted extends Printed {
  file: string;
  /** Its url. */
  id: string;
  package: Package;
  /** What it requires. */
  targets: Target[];
  /** The names that it exports itself. */
  names: string[];
  /** Files whose exports it passes on, all of them. */
  from: Target[];
  /** Files that decided what became of it, itself included. */
  decided: Hashes;
}

/** What converting needs. */
export interface Means {
  contents: Contents;
  tool: Tool;
  urlOf(file: string): string;
  /** How messages call a file. */
  label(file: string): string;
}

/**
 * Converts a file.
 *
 * @throws {CommonJsError} for what cannot be parsed, is not there, or is no CommonJS.
 */
export async function convert(file: string, means: Means): Promise<Converted> {
  const { contents, tool, urlOf, label } = means;
  const content = await contents.read(file);
  if (!content) throw new CommonJsError(`${label(file)} is not a file that can be read`, file);
  const { text, hash } = content;
  const owner = await packageOf(file, contents);
  const kind = await kindOf(file, text, owner.type);
  const decided = new Map([[file, hash], ...owner.manifests]);
  const common = { file, id: urlOf(file), package: owner, decided };
  if (kind === 'json') return { ...common, ...convertJson(file, text, label) };
  if (kind !== 'commonjs') {
    const what = kind === 'module' ? 'an ES module' : 'no JavaScript';
    throw new CommonJsError(`${label(file)} is ${what}: import it as it is`, file);
  }

  const targets = new Map<string, Target>();
  const link: Input['link'] = async (mention) => {
    const target = await targetOf(mention, {
      file,
      package: owner,
      urlOf,
      awaits: (missing) => decided.set(missing, ''),
      look: async (other) => {
        const neighbour = await contents.read(other);
        decided.set(other, neighbour?.hash ?? '');
        const of = await packageOf(other, contents);
        for (const [manifest, itsHash] of of.manifests) decided.set(manifest, itsHash);
        return { kind: await kindOf(other, neighbour?.text ?? '', of.type), package: of };
      },
    });
    if (!mention.isImport) targets.set(mention.specifier, target);
    return target.id;
  };
  const printed = await tool.print({ file, text, link }).catch((error) => {
    throw located(error, file, owner, label);
  });
  try {
    checkStrict(file, printed);
  } catch (error) {
    throw located(error, file, owner, label);
  }

  // Names are found in the text as it was written. The exports that are passed on depend on the code that was left out.
  const [written, left] = [await lex(text), await lex(printed.code)];
  const live = [...targets.values()].filter(({ id }) => printed.code.includes(JSON.stringify(id)));
  const from = [
    ...written.from.map((specifier) => targets.get(specifier)),
    ...left.from.map((id) => live.find((target) => target.id === id)),
    // The lexer forgets this one where the branch of production follows.
    ...live.filter(({ id }) => printed.code.includes(passesOn(id))),
  ].filter((target) => target !== undefined);
  return {
    ...common,
    ...printed,
    targets: live,
    names: [...new Set([...written.names, ...left.names])].filter(isName),
    from,
  };
}

/** How bundlers print that all of a file is passed on. */
function passesOn(id: string): string {
  return `module.exports = require(${JSON.stringify(id)})`;
}

function convertJson(file: string, text: string, label: Means['label']) {
  try {
    return {
      // As text: `__proto__` is a name like any other in JSON.
      code: `module.exports = JSON.parse(${JSON.stringify(text)});`,
      map: { sources: [], mappings: '' },
      targets: [],
      names: namesOfJson(text).filter(isName),
      from: [],
    };
  } catch (error) {
    throw new CommonJsError(`${label(file)} is not JSON: ${(error as Error).message}`, file);
  }
}

/** An error with its place and what to do. */
function located(error: unknown, file: string, owner: Package, label: Means['label']): unknown {
  if (!(error instanceof CommonJsError)) return error;
  const { line, column } = error;
  const place = [label(file), line, column].filter((part) => part !== 0).join(':');
  const remedy = /[\\/]node_modules[\\/]/.test(file)
    ? `Install another version of ${owner.name}, or install it again if its files were changed.`
    : `Correct ${path.basename(file)}.`;
  return new CommonJsError(`${place}: ${error.message}. ${remedy}`, file, line, column);
}
