/**
 * Single-file components as Vue's compiler reads them, with the files that their blocks name by `src`.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SFCBlock, SFCDescriptor } from 'vue/compiler-sfc';
import { lazily } from '../requirements.js';

/** Vue's compiler, as the project has it. */
export const compilerOf = lazily<typeof import('vue/compiler-sfc')>('vue/compiler-sfc');

/** A component's source. */
export interface Component {
  descriptor: SFCDescriptor;
  /** Absolute path. */
  file: string;
  /**
   * The name that scoped styles and Vue's HMR runtime have for it. It is made of the path below the root, and stays the
   * same.
   */
  id: string;
  /** Absolute path of the project's folder. */
  root: string;
  compiler: ReturnType<typeof compilerOf>;
}

/** A mistake, and the file that it is in. */
interface Place {
  file: string;
  line: number;
  column: number;
}

/**
 * Reads a component. The compiler remembers what it parsed.
 *
 * @throws {Error} with the place of the mistake.
 */
export function readComponent(code: string, file: string, root: string): Component {
  const compiler = compilerOf(root);
  const name = path.relative(root, file).replaceAll('\\', '/');
  const { descriptor, errors } = compiler.parse(code, { filename: file, sourceMap: true });
  const [first] = errors;
  if (first) throw first;
  const id = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return { descriptor, file, id, root, compiler };
}

/** The text of a block, the file that it is in, and where in that it begins. */
export interface BlockText {
  text: string;
  file: string;
  /** Lines and columns before it. */
  start: { line: number; column: number; offset: number };
}

const START = { line: 0, column: 0, offset: 0 };

/**
 * The text of a block, which may be in a file of its own.
 *
 * @throws {Error} when that cannot be read.
 */
export function textOf(block: SFCBlock, { file, descriptor }: Component): BlockText {
  const { start } = block.loc;
  if (!block.src) {
    const { line, column, offset } = start;
    return {
      text: block.content,
      file,
      start: { line: line - 1, column: column - 1, offset },
    };
  }
  const source = path.resolve(path.dirname(file), block.src);
  try {
    return { text: readFileSync(source, 'utf8'), file: source, start: START };
  } catch {
    const at = Math.max(0, descriptor.source.lastIndexOf(block.src, start.offset));
    const message = `<${block.type} src="${block.src}"> names no file that can be read`;
    throw Object.assign(new Error(message), { pos: at, file });
  }
}

/** An error with its place in a file. */
export function misplaced(error: unknown, message: string, { file, line, column }: Place): Error {
  const loc = { file, line, column: column - 1 };
  return Object.assign(new Error(message, { cause: error }), { loc });
}
