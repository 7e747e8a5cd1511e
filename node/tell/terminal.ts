/**
 * The terminal of a dev server: what is loud enough to be printed, and how much of it pages can cause.
 */

import type { HostEvent } from '../../runtime/protocol.js';
import { Budget } from '../budget.js';
import { isOfPage, type Level, terminalLines } from './report.js';

/** What prints. */
export type Logger = Record<'log' | 'warn' | 'error', (text: string) => void>;

/** How important a line has to be to be printed: `debug` prints everything, `silent` nothing. */
export type LogLevel = Level | 'silent';

const LOUDNESS: Record<LogLevel, number> = { silent: 0, error: 1, warn: 2, info: 3, debug: 4 };

/** Lines that pages may cause at once, and those a second that they may after that. */
const MOST_LINES = 500;
const LINES_PER_SECOND = 5;

/** Prints events. */
export class Terminal {
  /** Where to print. */
  logger: Logger = console;
  readonly #level: LogLevel;
  readonly #budget = new Budget(LINES_PER_SECOND, MOST_LINES);
  #isOverrun = false;

  constructor(level: LogLevel) {
    this.#level = level;
  }

  /**
   * Prints what is to be said of an event.
   *
   * @param rootDir Files are named relative to it.
   */
  tell(event: HostEvent, rootDir: string): void {
    if (this.#level === 'silent') return;
    const print = isOfPage(event) ? this.printOfPage : this.print;
    for (const { level, text } of terminalLines(event, rootDir)) print.call(this, level, text);
  }

  /** Prints a text that is caused by what a page sent: so much of it that others are still seen. */
  printOfPage(level: Level, text: string): void {
    if (!this.#isPrinted(level)) return;
    // Once it was too much, there is some quiet, and not a line now and then.
    if (this.#isOverrun && this.#budget.spent() > MOST_LINES / 2) return;
    this.#isOverrun = this.#budget.debt() > 0;
    if (this.#isOverrun) {
      this.print('warn', '[hotgraph] pages send too many messages: the rest are not shown here');
      return;
    }
    this.#budget.spend(text.split('\n').length);
    this.print(level, text);
  }

  /** Prints a text. */
  print(level: Level, text: string): void {
    if (!this.#isPrinted(level)) return;
    if (level === 'error') this.logger.error(text);
    else if (level === 'warn') this.logger.warn(text);
    else this.logger.log(text);
  }

  #isPrinted(level: Level): boolean {
    return LOUDNESS[level] <= LOUDNESS[this.#level];
  }
}
