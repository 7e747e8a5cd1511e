/**
 * The developer's editor: the one that runs, or that `LAUNCH_EDITOR` names.
 */

import launchEditor from 'launch-editor';
import type { HostEvent } from '../../runtime/protocol.js';

/** Someone clicked on a place in a served file. */
export type OpenEvent = Extract<HostEvent, { type: 'open' }>;

/**
 * Milliseconds from one opening to the next: people do not click faster, and each opening looks through all processes.
 */
const PAUSE = 500;

let openedAt = Number.NEGATIVE_INFINITY;

/**
 * Opens a place in the editor that runs, or that the environment variable `LAUNCH_EDITOR` names. Prints what goes wrong.
 *
 * @param event The engine's event. It names served files only.
 */
export function openInEditor({ file, line, column }: OpenEvent): void {
  const now = performance.now();
  if (now - openedAt < PAUSE) return;
  openedAt = now;
  const place = [file, line ?? 1, column ?? 1].join(':');
  launchEditor(place);
}
