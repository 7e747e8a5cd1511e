/**
 * Files that are being saved. Most editors empty a file before they write it, so that a request may find half
 * of it, or nothing.
 */

import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Nobody is taken to be writing a file that did not change for so many milliseconds. */
const QUIET = 100;
/** But a request does not wait longer than this. */
const LONGEST_WAIT = 1000;
/** Milliseconds from one look to the next. */
const STEP = 5;

/** Whether somebody may be writing the file at this moment. */
export function isBeingWritten(file: string): boolean {
  try {
    const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    return modified !== undefined && Math.abs(Date.now() - modified) < QUIET;
  } catch {
    return false;
  }
}

/** Waits until nobody is writing the file, or its save is known to be complete. */
export async function whenWritten(file: string, isComplete: () => boolean): Promise<void> {
  const end = Date.now() + LONGEST_WAIT;
  while (!isComplete() && isBeingWritten(file) && Date.now() < end) await pause(STEP);
}
