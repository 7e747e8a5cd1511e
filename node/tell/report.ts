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
  /** How much it matters. */
  level: Level;
  /** The text, without a line break at its end. */
  text: string;
}

const TAG = styleText('cyan', '[hotgraph]');

/** Writes the time of day. Made once: that takes longer than an update. */
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** Characters that command a terminal, and those that turn the direction of writing. */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The url of a page's inline script, which people know by its page and line. */
const INLINE = /[^\s"'()]*\?__inline=([^\s"'()#]*:\d+):\d+/g;

/** Characters of a text from a page that are shown. */
const LONGEST = 1000;

/**
 * What a terminal says of an event; nothing of events that only code is interested in.
 *
 * @param rootDir Files are named relative to it.
 * @param now The time of day to name.
 */
export function terminalLines(event: HostEvent, rootDir: string, now = new Date()): Line[] {
  if (event.type === 'custom') return [];
  const lines = describe(withPlainText(event), rootDir);
  const time = styleText('dim', CLOCK.format(now));
  return lines.map(({ level, text }) => ({
    level,
    text: `${time} ${TAG} ${text.replace(INLINE, '$1')}`,
  }));
}

/**
 * Text without the characters that command a terminal, and those that turn the direction of writing: any page may have
 * sent it.
 */
export function plainText(text: string): string {
  return text.replace(CONTROLS, '\ufffd');
}

/** Events that say what a page said: a line each. */
const LINES_OF_PAGES = new Set<HostEvent['type']>([
  'applied',
  'reloaded',
  'invalidated',
  'badFrame',
]);

/** Whether an event says what a page said, which may be anything, as often as it likes. */
export function isOfPage({ type }: HostEvent): boolean {
  return LINES_OF_PAGES.has(type) || type === 'failed';
}

/** An event with no other text than a terminal can take: of a page's, a line each. */
function withPlainText<Event extends HostEvent>(event: Event): Event {
  const plain = LINES_OF_PAGES.has(event.type) ? plainLine : plainText;
  const replace = (_: string, value: unknown) => (typeof value === 'string' ? plain(value) : value);
  return JSON.parse(JSON.stringify(event), replace);
}

/** The same in one line, and not too long to be read. */
export function plainLine(text: string): string {
  const line = plainText(text.replace(/\s*\n\s*/g, ' ⏎ '));
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function describe(event: Exclude<HostEvent, { type: 'custom' }>, rootDir: string): Line[] {
  switch (event.type) {
    case 'updated': {
      const files = event.files.map((file) => relative(rootDir, file)).join(', ');
      const stale = `${event.stale} stale, sent to ${plural(event.pages, 'page')}`;
      return files ? [{ level: 'debug', text: `${files} changed (${stale})` }] : [];
    }
    case 'applied': {
      if (event.boundaries.length === 0) return [];
      const files = event.files.map((file) => relative(rootDir, file));
      const text = `updated ${some(files)}, accepted by ${some(event.boundaries)}, in ${event.ms.toFixed(1)} ms`;
      return [{ level: 'info', text: `${styleText('green', text)}` }];
    }
    case 'acknowledged':
    case 'pull':
    case 'hotUpdate':
      return [];
    case 'refused': {
      const text = `${event.url} is served as it is, and an update of it reloads the page: ${event.reason}`;
      return [{ level: 'debug', text: `${text}` }];
    }
    case 'failed': {
      const message = styleText('red', plainLine(event.message));
      const places = event.diagnostics.flatMap((diagnostic) => placeOf(diagnostic, rootDir));
      return [{ level: 'error', text: [message, ...places].join('\n') }];
    }
    case 'open':
      return [];
    case 'reloaded': {
      const { message, remedy } = event.report;
      const lines = [styleText('yellow', `page reload: ${message}`)];
      if (remedy !== null) lines.push(`  to keep the page: ${remedy}`);
      return [{ level: 'warn', text: lines.join('\n') }];
    }
    case 'invalidated': {
      const why = event.message ? `: ${event.message}` : '';
      return [{ level: 'info', text: `${event.url} gave up an update${why}` }];
    }
    case 'diagnostics':
      return event.diagnostics.map((diagnostic) => ({
        level: diagnostic.severity === 'error' ? 'error' : 'warn',
        text: describeDiagnostic(diagnostic, rootDir),
      }));
    case 'recovered':
      return [{ level: 'info', text: `${event.urls.join(', ')} can be served again` }];
    case 'badFrame':
      return [{ level: 'warn', text: `a page sent an unknown message: ${event.message}` }];
    case 'watcher':
      return [{ level: 'warn', text: event.message }];
    case 'fault': {
      const text = `an error of hotgraph itself, please report it: ${event.message}`;
      return [{ level: 'error', text: styleText('red', text) }];
    }
  }
}

/** Where a part of an update failed, and what to do; nothing where that is not known. */
function placeOf(diagnostic: Diagnostic, rootDir: string): string[] {
  const { line, frame, remedy } = diagnostic;
  if (line === null && remedy === null) return [];
  const shown = [`  at ${nameOf(diagnostic, rootDir)}`, frame, remedy && `  ${plainLine(remedy)}`];
  return shown.filter((text) => text !== null);
}

/** File, line and column, as far as they are known. */
function nameOf({ file, url, line, column }: Diagnostic, rootDir: string): string {
  const name =
    file === null ? url.replace(INLINE, (_, place) => pageOf(place)) : relative(rootDir, file);
  return [plainLine(name), line, column].filter((part) => part !== null).join(':');
}

function describeDiagnostic(diagnostic: Diagnostic, rootDir: string): string {
  const { severity, message, frame, remedy } = diagnostic;
  const color = severity === 'error' ? 'red' : 'yellow';
  const lines = [
    `${styleText(color, severity)} ${nameOf(diagnostic, rootDir)}: ${plainLine(message)}`,
  ];
  if (frame !== null) lines.push(frame);
  if (remedy !== null) lines.push(`  ${plainLine(remedy)}`);
  return lines.join('\n');
}

/** The page in which a place is. */
function pageOf(place: string): string {
  return place.replace(/:\d+$/, '');
}

/** The first of several names, and how many more there are. */
function some([first = 'modules without a file', ...others]: readonly string[]): string {
  return others.length > 0 ? `${first} and ${others.length} more` : first;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
