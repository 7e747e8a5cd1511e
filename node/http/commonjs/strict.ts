/** ES modules are strict, and CommonJS is not. This finds code that is no strict syntax, with its place. */

import { SourceMap } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';
import { CommonJsError } from './error.js';
import type { Printed } from './tool.js';

/**
 * Refuses what can be parsed, but not as strict code.
 *
 * @throws {CommonJsError}
 */
export function checkStrict(file: string, printed: Printed): void {
  const strict = syntaxError(file, `"use strict";${wrapped(printed.code)}`);
  // Newer syntax than this Node's is the browser's to judge.
  if (!strict || syntaxError(file, wrapped(printed.code))) return;
  const { line, column } = placeOf(strict, file, printed);
  throw new CommonJsError(
    `${strict.message.replace(/\.$/, '')}. Browsers run it as an ES module, and those are strict code`,
    file,
    line,
    column,
  );
}

function wrapped(code: string): string {
  // All on the first line, as the code's first one.
  return `(function(module,exports,require,__filename,__dirname){${code}\n})`;
}

function syntaxError(filename: string, code: string): SyntaxError | undefined {
  try {
    // Compiles, and does not run.
    new Script(code, { filename });
    return undefined;
  } catch (error) {
    return error instanceof SyntaxError ? error : undefined;
  }
}

/** The place in the file. V8 says the line of what it was given, as the first thing in the stack. */
function placeOf(error: SyntaxError, file: string, { map }: Printed) {
  const nowhere = { line: 0, column: 0 };
  const [first = '', , marks = ''] = error.stack?.split('\n') ?? [];
  const line = Number(/:(\d+)$/.exec(first)?.[1] ?? 0);
  if (line === 0) return nowhere;
  const full = {
    version: 3,
    file: '',
    names: [],
    sourceRoot: '',
    sourcesContent: [],
    sources: map.sources.map(String),
    mappings: map.mappings,
  };
  const found = new SourceMap(full).findEntry(line - 1, Math.max(marks.indexOf('^'), 0));
  if (!('originalSource' in found)) return nowhere;
  const source = path.resolve(path.dirname(file), found.originalSource);
  return source === file
    ? { line: found.originalLine + 1, column: found.originalColumn + 1 }
    : nowhere;
}
