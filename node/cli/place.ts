/**
 * Where in somebody's code an error is: what Node says of it, and where, and what stands there.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { codeFrame } from '#native';

/** A place in a file: line and column from 1. */
export interface Place {
  /** Absolute path. */
  file: string;
  line: number;
  /** Default: where the line's text begins. */
  column?: number | undefined;
}

/** The address of a file at the end of a line, with a line and perhaps a column. */
const ADDRESS = /(?:\(|at |async |^)((?:file:|\/|[A-Za-z]:[\\/])[^()]*?):(\d+)(?::(\d+))?\)?$/;

/** What Node writes below a line of code: where in it. */
const MARK = /^(\s*)\^+\s*$/;

/**
 * The place of an error that the import of a file ended with; `undefined` where nobody knows.
 *
 * @param file Absolute path.
 * @param own Files of which nobody wants to hear: what has imported it.
 */
export function placeOf(error: unknown, file: string, own: readonly string[]): Place | undefined {
  if (!(error instanceof Error)) return undefined;
  const found = placeIn(error.stack ?? '', own);
  if (found) return found;
  const [, name, importer] =
    /^Cannot find (?:package|module) '([^']*)' imported from (.*)$/m.exec(error.message) ?? [];
  if (name !== undefined && importer !== undefined) return placeOfName(importer, name);
  return error.name === 'SyntaxError' ? placeOfSyntax(file) : undefined;
}

/** The place of the only text in a file that is a name, as the key of an object is one; `undefined` of none, and several. */
export function placeOfKey(file: string, key: string): Place | undefined {
  const escaped = key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return only(file, new RegExp(`(?<![\\w$.])(["']?)${escaped}\\1\\s*[:,}(]`, 'g'));
}

/** What stands at a place, with a mark; nothing where the file cannot be read. */
export function frameOf({ file, line, column }: Place): string | undefined {
  const text = read(file);
  if (text === undefined) return undefined;
  const start = (text.split('\n', line)[line - 1] ?? '').search(/\S/) + 1;
  return codeFrame(text, line, column ?? Math.max(1, start));
}

/** The first place of a stack that is no part of Node, nor of ours. */
function placeIn(stack: string, own: readonly string[]): Place | undefined {
  const lines = stack.split('\n');
  for (const [index, line] of lines.entries()) {
    const [, address = '', at = '', column] = ADDRESS.exec(line) ?? [];
    if (address === '' || own.includes(address)) continue;
    const file = address.startsWith('file:') ? fileURLToPath(address) : address;
    return { file, line: Number(at), column: column ? Number(column) : marked(lines, index) };
  }
  return undefined;
}

/** The column that a mark below an address shows; there may be lines of code around the one that is meant. */
function marked(lines: readonly string[], index: number): number | undefined {
  const marks = lines.slice(index + 1, index + 5).map((line) => MARK.exec(line)?.[1]?.length);
  const found = marks.find((column) => column !== undefined);
  return found === undefined ? undefined : found + 1;
}

/** Where a module cannot be parsed. The error of an import does not tell; Node that ends with it does. */
function placeOfSyntax(file: string): Place | undefined {
  const program = ['--input-type=module', '--eval', 'await import(process.argv[1])'];
  const args = ['--no-warnings', ...program, pathToFileURL(file).href];
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return placeIn(stderr, []);
}

/** Where a file imports what is not there. */
function placeOfName(importer: string, name: string): Place | undefined {
  const file = importer.startsWith('file:') ? fileURLToPath(importer) : importer;
  const last = path.basename(name).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return only(file, new RegExp(`["'](?:[^"'\\n]*/)?${last}(?:/[^"'\\n]*)?["']`, 'g'));
}

function only(file: string, pattern: RegExp): Place | undefined {
  const text = read(file) ?? '';
  const [found, ...others] = text.matchAll(pattern);
  if (!found || others.length > 0) return undefined;
  const before = text.slice(0, found.index).split('\n');
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
