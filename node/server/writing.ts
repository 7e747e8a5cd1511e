/**
 * Files that are being saved. Most editors empty a file before they write it, so that a request may find half of it, or
 * nothing. And a file that was written may be newer than what the engine knows of it.
 */

import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { HmrEngine } from '#native';

/** Nobody is taken to be writing a file that did not change for so many milliseconds. */
const QUIET_MS = 100;
/** But a request does not wait longer than this. */
const LONGEST_WAIT_MS = 1000;
/** From one look to the next. */
const STEP_MS = 5;

/** Whether somebody may be writing the file at this moment. */
function isBeingWritten(file: string): boolean {
  try {
    const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    return modified !== undefined && Math.abs(Date.now() - modified) < QUIET_MS;
  } catch {
    return false;
  }
}

/**
 * Reads a file when it has all of a save: at once where nobody writes it or the engine has taken in the last save, else as
 * soon as one of these holds, at the latest after a second.
 *
 * @param file Absolute path.
 * @param read Reads it. `isSaveLast` says that the last complete save that the engine knows is what to answer with, if
 *   it has its text: the disk has the same, or the beginning of the next.
 */
export async function readSettled<Content>(
  engine: Pick<HmrEngine, 'isTakenIn'>,
  file: string,
  read: (isSaveLast: boolean) => Content | Promise<Content>,
): Promise<Content> {
  const isSettled = () => engine.isTakenIn(file) || !isBeingWritten(file);
  const isTakenIn = engine.isTakenIn(file);
  if (isTakenIn || !isBeingWritten(file)) {
    const content = await read(isTakenIn);
    // Looked at again after it was read, so that no save began in between.
    if (isSettled()) return content;
  }
  const endsAt = Date.now() + LONGEST_WAIT_MS;
  while (!isSettled() && Date.now() < endsAt) await pause(STEP_MS);
  return read(engine.isTakenIn(file) || isBeingWritten(file));
}
