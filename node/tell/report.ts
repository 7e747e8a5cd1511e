/**
 * What the terminal says: one line an event, and for errors the place and the code.
 *
 * Pure text; the caller prints.
 */

import { relative } from 'node:path';
import { styleText } from 'node:util';
import type { Diagnostic, HostEvent } from '../../runtime/protocol.js';

/** How loud a line is. */
export type Level = 'info' | 'warn' | 'error' | 'debug';

/** A line, or several, for the terminal. */
export interface Line {
  level: Level;
  text: string;
}

const TAG = styleText('cyan', '[hotgraph]');

/**
 * The lines for an event; none for events that only code is interested in.
 *
 * @param rootDir Files are named relative to it.
 */
export function describeEvent(event: HostEvent, rootDir: string): Line[] {
  return event.type === 'custom' ? [] : describe(withPlainText(event), rootDir);
}

/** Text without the control characters by which a terminal is commanded: it may come from anybody's page. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');
}

function withPlainText<Event extends HostEvent>(event: Event): Event {
  const plain = (_: string, value: unknown) =>
    typeof value === 'string' ? plainText(value) : value;
  return JSON.parse(JSON.stringify(event), plain);
}

function describe(event: Exclude<HostEvent, { type: 'custom' }>, rootDir: string): Line[] {
  switch (event.type) {
    case 'updated': {
      const files = event.files.map((file) => relative(rootDir, file)).join(', ');
      const stale = `${event.stale} stale, sent to ${plural(event.pages, 'page')}`;
      return files ? [{ level: 'debug', text: `${TAG} ${files} changed (${stale})` }] : [];
    }
    case 'applied': {
      if (event.boundaries.length === 0) return [];
      const [first, ...others] = event.boundaries;
      const more = others.length > 0 ? ` and ${others.length} more` : '';
      const text = `updated, accepted by ${first}${more} in ${event.ms.toFixed(1)} ms`;
      return [{ level: 'info', text: `${TAG} ${styleText('green', text)}` }];
    }
    case 'acknowledged':
    case 'pull':
      return [];
    case 'refused': {
      const text = `${event.url} is served as it is, and an update of it reloads the page: ${event.reason}`;
      return [{ level: 'debug', text: `${TAG} ${text}` }];
    }
    case 'failed':
      return [{ level: 'error', text: `${TAG} update: ${event.message}` }];
    case 'reloaded': {
      const { message, chain, remedy } = event.report;
      const lines = [`${TAG} ${styleText('yellow', `page reload: ${message}`)}`];
      if (chain.length > 1) lines.push(`  ${chain.join(' <- ')}`);
      if (remedy !== null) lines.push(`  to keep the page: ${remedy}`);
      return [{ level: 'warn', text: lines.join('\n') }];
    }
    case 'invalidated': {
      const why = event.message ? `: ${event.message}` : '';
      return [{ level: 'info', text: `${TAG} ${event.url} gave up an update${why}` }];
    }
    case 'diagnostics':
      return event.diagnostics.map((diagnostic) => ({
        level: diagnostic.severity === 'error' ? 'error' : 'warn',
        text: describeDiagnostic(diagnostic, rootDir),
      }));
    case 'recovered':
      return [{ level: 'info', text: `${TAG} ${event.urls.join(', ')} can be served again` }];
    case 'badFrame':
      return [{ level: 'warn', text: `${TAG} a page sent an unknown message: ${event.message}` }];
    case 'watcher':
      return [{ level: 'warn', text: `${TAG} ${event.message}` }];
  }
}

function describeDiagnostic(diagnostic: Diagnostic, rootDir: string): string {
  const { severity, message, file, url, line, column, frame, remedy } = diagnostic;
  const name = file === null ? url : relative(rootDir, file);
  const place = line === null ? name : `${name}:${line}:${column}`;
  const color = severity === 'error' ? 'red' : 'yellow';
  const lines = [`${TAG} ${styleText(color, severity)} ${place}: ${message}`];
  if (frame !== null) lines.push(frame);
  if (remedy !== null) lines.push(`  ${remedy}`);
  return lines.join('\n');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
