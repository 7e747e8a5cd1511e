/**
 * Errors that the host's plugins find in files. The host prints them, and the page gets an answer that says nothing.
 */

import { stripVTControlCharacters } from 'node:util';
import type { Logger, PluginSyntaxError } from '@web/dev-server-core';
import type { HmrEngine } from '#native';

/** An error as the engine takes it in. */
type HostFailure = Parameters<HmrEngine['hostFailed']>[0];

/** A resolver's words for a package that is not there. */
const NO_PACKAGE = /Could not resolve import "([^"]+)"/;

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
  const specifier = NO_PACKAGE.exec(text)?.[1];
  const isBare = specifier !== undefined && !/^(\.{0,2}\/|[a-z][a-z\d+.-]*:)/i.test(specifier);
  const place = { file: filePath, source: code, line, column: Math.max(column, 1) };
  if (!isBare) return { ...place, message: text };
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  return {
    ...place,
    message: `imports "${specifier}", and no package of that name was found`,
    remedy: `install it (npm install ${name}), or correct the name`,
  };
}
