/**
 * Errors that the host's plugins find in files. The host prints them, and the page gets an answer that says nothing.
 */

import { stripVTControlCharacters } from 'node:util';
import type { Logger, PluginSyntaxError } from '@web/dev-server-core';
import type { HmrEngine } from '#native';

/** An error as the engine takes it in. */
type HostFailure = Parameters<HmrEngine['hostFailed']>[0];

/** A resolver's words for an import that leads nowhere. */
const LEADS_NOWHERE = /Could not resolve import "([^"]+)"/;

/**
 * Hears of the errors.
 *
 * @param heard Takes one in.
 * @param isPrinted Whether the terminal hears of them otherwise, so that the host need not print them too.
 * @returns Leaves them to the host again.
 */
export function hearToolErrors(
  logger: Pick<Logger, 'logSyntaxError'>,
  heard: (failure: HostFailure) => void,
  isPrinted: boolean,
): () => void {
  const print = logger.logSyntaxError;
  logger.logSyntaxError = (error) => {
    if (!isPrinted) print.call(logger, error);
    heard(failureOf(error));
  };
  return () => {
    logger.logSyntaxError = print;
  };
}

function failureOf({ message, filePath, code, line, column }: PluginSyntaxError): HostFailure {
  const text = stripVTControlCharacters(message).trim();
  const missing = LEADS_NOWHERE.exec(text)?.[1];
  const place = { file: filePath, source: code, line, column: Math.max(column, 1) };
  return { ...place, message: text, ...(missing !== undefined && { missing }) };
}
