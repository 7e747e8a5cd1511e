/**
 * What people read in the console: short lines with one prefix.
 */
import type { ErrorPayload } from '../../client.js';
import type { Diagnostic, ReloadReport } from '../protocol.js';
import { pageOfInline, withPlaces } from '../url.js';

/** Where lines go, by how much they matter. `detail` is shown as the console shows values. */
export interface Log {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string, detail?: unknown): void;
  error(text: string, detail?: unknown): void;
}

/** What a log writes to: a console. */
export type Printer = Record<'debug' | 'info' | 'warn' | 'error', (...values: unknown[]) => void>;

/** A log that writes to a console. */
export function createLog(console: Printer): Log {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (text: string, ...detail: unknown[]) =>
      console[level](
        `[hotgraph] ${withPlaces(text)}`,
        ...detail.filter((value) => value !== undefined),
      );
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

/** A diagnostic with file, line, code frame and remedy. */
export function describeDiagnostic(diagnostic: Diagnostic): string {
  const { file, url, line, column, message, frame, remedy } = diagnostic;
  const place = line === null ? '' : `:${line}${column === null ? '' : `:${column}`}`;
  return [`${file ?? pageOfInline(url) ?? url}${place} ${message}`, frame, remedy]
    .filter(Boolean)
    .join('\n');
}

/** A reload's reason and what would have avoided it. */
export function describeReload(report: ReloadReport): string {
  return [report.message, report.remedy].filter(Boolean).join('\n');
}

/** The payload of an `error` event for a diagnostic. */
export function diagnosticPayload(diagnostic: Diagnostic): ErrorPayload {
  const { url, file, line, column, frame, message } = diagnostic;
  return {
    type: 'error',
    err: {
      message,
      stack: '',
      id: url,
      ...(frame === null ? {} : { frame }),
      ...(line === null ? {} : { loc: { file: file ?? url, line, column: column ?? 1 } }),
    },
  };
}

/** The payload of an `error` event for something that was thrown. */
export function thrownPayload(thrown: unknown, url?: string): ErrorPayload {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const err = { message: textOf(thrown), stack };
  return { type: 'error', err: url === undefined ? err : { ...err, id: url } };
}

/** The text of something that was thrown. */
export function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  try {
    return String(thrown);
  } catch {
    return 'a value without text was thrown';
  }
}
