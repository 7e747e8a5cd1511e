/** The names that a CommonJS file exports, as far as its text tells: by the lexer that Node has. */

import { init, parse } from 'cjs-module-lexer';

/** What a text says of its exports. */
export interface Lexed {
  names: string[];
  /** What is required and passed on whole. */
  from: string[];
}

/** Reads a text; what cannot be read exports nothing that is known. */
export async function lex(text: string): Promise<Lexed> {
  await init();
  try {
    const { exports, reexports } = parse(text);
    return { names: exports, from: reexports };
  } catch {
    return { names: [], from: [] };
  }
}

/** Whether an ES module can export, and be asked for, such a name. `default` is another matter. */
export function isName(name: string): boolean {
  return name !== 'default' && /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name);
}

/** The names of the values in JSON. */
export function namesOfJson(text: string): string[] {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.keys(value)
    : [];
}
