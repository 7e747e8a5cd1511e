/**
 * Files that are being saved. Most editors empty a file before they write it: a request may find half of it, or
 * nothing. A written file may also be newer than what the engine knows of it.
 */

import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { HmrEngine } from '#native';

/** A file that did not change for so many milliseconds is not being written. */
const QUIET_MS = 100;
/** But a request does not wait longer than this. */
const LONGEST_WAIT_MS = 1000;
/** From one look to the next. */
const STEP_MS = 5;

/** Whether a program may be writing the file at this moment. */
function isBeingWritten(file: string): boolean {
  try {
    const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    return modified !== undefined && Math.abs(Date.now() - modified) < QUIET_MS;
  } catch {
    return false;
  }
}

/**
 * Reads a file when it has all of a save. It does so at once if no program writes it, or if the engine has taken in the
 * last save. Otherwise it waits until one of these holds, for a second at most.
 *
 * @param file Absolute path.
 * @param read Reads it. `isSaveLast` says to answer with the last complete save that the engine knows, if it has its
 * text: the disk has the same, or the beginning of the next.
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
    // The second look makes sure that no save began in between.
    if (isSettled()) return content;
  }
  const endsAt = Date.now() + LONGEST_WAIT_MS;
  while (!isSettled() && Date.now() < endsAt) await pause(STEP_MS);
  return read(engine.isTakenIn(file) || isBeingWritten(file));
}
