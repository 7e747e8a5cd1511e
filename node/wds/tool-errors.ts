/**
 * Mistakes that the host's plugins find in files, and errors that they throw. The host prints it, and the page gets an
 * answer that says nothing.
 */

import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Logger, PluginSyntaxError, ServerStartParams } from '@web/dev-server-core';
import type { Context } from 'koa';
import type { HmrEngine } from '#native';
import { failureOf } from '../plugins/failure.js';

/** An error as the engine takes it in. */
type HostFailure = Parameters<HmrEngine['hostFailed']>[0];

/** A resolver's words for an import that leads nowhere. */
const LEADS_NOWHERE = /Could not resolve import "([^"]+)"/;

/** Where to hear of errors, and what to do with them. */
interface Hearing {
  logger: Pick<Logger, 'logSyntaxError'>;
  app: ServerStartParams['app'];
  /** Takes one in. */
  heard(failure: HostFailure): void;
  /** The file of a request, if it has one. */
  fileOf(url: string): string | null;
  /** The text of a file, as far as it can be had. */
  textOf(file: string): string | undefined;
  /** Whether the terminal prints mistakes in another way. Then the host need not print them too. */
  isPrinted: boolean;
}

/** Hears of the errors. Returns what leaves them to the host again. */
export function hearToolErrors(hearing: Hearing): () => void {
  const { logger, app, heard, fileOf, textOf, isPrinted } = hearing;
  const print = logger.logSyntaxError;
  logger.logSyntaxError = (error) => {
    if (!isPrinted) print.call(logger, error);
    heard(mistakeOf(error));
  };
  const onError = (error: unknown, context?: Context) => {
    const file = context && !isOfRequest(error) && fileOf(context.url);
    if (file) heard(thrownAt(file, error, textOf));
  };
  app.on('error', onError);
  return () => {
    logger.logSyntaxError = print;
    app.off('error', onError);
  };
}

/** What streams say when a page leaves before it has the answer. */
const LEFT = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Whether an error is about who asked, and nothing is wrong with the file: the page left, or the request is refused. */
function isOfRequest(error: unknown): boolean {
  const { code = '', status = 500 } = (error ?? {}) as { code?: string; status?: number };
  return LEFT.has(code) || status < 500;
}

/** What a plugin threw while a file was asked for. */
function thrownAt(file: string, error: unknown, textOf: Hearing['textOf']): HostFailure {
  const { message, line, column, file: named } = failureOf(error);
  const isHere = line > 0 && (named === undefined || path.resolve(named) === file);
  const source = isHere ? textOf(file) : undefined;
  return { file, message, source: source ?? '', line: source === undefined ? 0 : line, column };
}

/** A mistake in a file. */
function mistakeOf({ message, filePath, code, line, column }: PluginSyntaxError): HostFailure {
  const text = stripVTControlCharacters(message).trim();
  const missing = LEADS_NOWHERE.exec(text)?.[1];
  const place = { file: filePath, source: code, line, column: Math.max(column, 1) };
  return { ...place, message: text, ...(missing !== undefined && { missing }) };
}
