/**
 * Errors of plugins, as the engine takes them in: bundlers and compilers spell the place of a mistake in several ways.
 */

import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** A mistake that a plugin found. */
export interface PluginFailure {
  message: string;
  /** Absolute path of the file that it is in, where it says so. */
  file: string | undefined;
  /** From 1; 0 where it does not say. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
  /** A place in the text, in UTF-16 units, where there is no line. */
  pos: number | undefined;
}

/** A place, in one of the spellings. */
interface Spelled {
  file?: unknown;
  line?: unknown;
  column?: unknown;
  offset?: unknown;
  start?: Spelled;
}

type Fields = Record<string, unknown>;

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** Reads what was thrown. */
export function failureOf(thrown: unknown): PluginFailure {
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Fields;
  // esbuild throws one error with a list of messages.
  const [first] = Array.isArray(error.errors) ? (error.errors as Fields[]) : [];
  const said = first ?? error;
  const text = said.reason ?? said.text ?? said.sassMessage ?? error.message ?? thrown;
  const place = placeOf(said) ?? placeOf(error);
  return {
    message: messageOf(String(text)),
    file: fileOf(place?.file ?? said.id ?? said.filename ?? said.fileName ?? said.file ?? error.id),
    line: place?.line ?? 0,
    column: place?.column ?? 1,
    pos: isNumber(said.pos) ? said.pos : undefined,
  };
}

/** The place in the ways in which it is spelled. */
function placeOf(error: Fields): { file?: unknown; line: number; column: number } | undefined {
  const { loc, location, start, span, place } = error as Record<string, Spelled | undefined>;
  // esbuild: a column from 0.
  if (isNumber(location?.line)) return { file: location.file, ...counted(location, 1, 0) };
  // Sass: both from 0.
  if (isNumber(span?.start?.line)) {
    return { file: (span as { url?: unknown }).url, ...counted(span.start, 0, 0) };
  }
  // Compilers of Vue say a range, with columns from 1.
  if (isNumber(loc?.start?.line)) {
    const isVues = isNumber(loc.start.offset);
    return { file: loc.file, ...counted(loc.start, 1, isVues ? 1 : 0) };
  }
  // Rollup and Babel.
  if (isNumber(loc?.line)) return { file: loc.file, ...counted(loc, 1, 0) };
  // Svelte.
  if (isNumber(start?.line)) return { ...counted(start, 1, 0) };
  // unified: MDX.
  const point = place?.start ?? place;
  if (isNumber(point?.line)) return { ...counted(point, 1, 1) };
  // PostCSS and others: both from 1.
  if (isNumber(error.line)) return { ...counted(error as Spelled, 1, 1) };
  return undefined;
}

function counted(place: Spelled, line: 0 | 1, column: 0 | 1): { line: number; column: number } {
  const at = isNumber(place.column) ? place.column : column;
  return { line: Number(place.line) + 1 - line, column: Math.max(1, at + 1 - column) };
}

/** The words alone: tools add the place and the lines around it, which are shown in any case. */
function messageOf(text: string): string {
  const [paragraph = ''] = stripVTControlCharacters(text)
    .trim()
    .split(/\n\s*\n|\n(?=\s*(?:\d+\s*[|│]|[╭┌]))/, 1);
  return paragraph
    .replace(/^(?:[A-Za-z]:)?[\\/][^\s:]+:(?:\d+:\d+:?)?\s*/, '')
    .replace(/\s*\(\d+:\d+\)$/, '')
    .trim();
}

function fileOf(value: unknown): string | undefined {
  if (value instanceof URL || (typeof value === 'string' && value.startsWith('file:'))) {
    return fileURLToPath(value);
  }
  return typeof value === 'string' && value !== '' ? value.split('?', 1)[0] : undefined;
}
