/**
 * What the command says of itself: where it is, what its keys do, and what went wrong.
 */

import { styleText } from 'node:util';
import type { Urls } from './listen.js';

/** The lines that the command starts with. */
export interface Start {
  version: string;
  /** From the start of the process, in milliseconds. */
  readyMs: number;
  urls: Urls;
  /** The address of the backend, where there is one. */
  target?: string;
  /** Whether keys are listened to. */
  hasKeys: boolean;
}

/** What the terminal says when the server runs. */
export function startLines({ version, readyMs, urls, target, hasKeys }: Start): string {
  const name = styleText('cyan', styleText('bold', `hotgraph ${version}`));
  const lines = [
    `  ${name}  ${styleText('dim', `ready in ${Math.round(readyMs)} ms`)}`,
    '',
    ...urlLines(urls),
  ];
  if (target !== undefined) lines.push(labelled('Backend', target));
  if (hasKeys) lines.push(styleText('dim', '  Press h + Enter for the shortcuts.'));
  return `\n${lines.join('\n')}\n`;
}

/** The urls of the page, a line each. */
export function urlLines({ local, network }: Urls): string[] {
  const lines = [
    ...local.map((url) => labelled('Local', styleText('cyan', url))),
    ...network.map((url) => labelled('Network', styleText('cyan', url))),
  ];
  if (network.length === 0) lines.push(labelled('Network', 'add --host to be reached by others'));
  return lines;
}

function labelled(label: string, text: string): string {
  return `  ${styleText('green', '➜')} ${styleText('bold', `${label}:`.padEnd(9))} ${text}`;
}

/** What is said of a mistake, and the code that it is in. */
export function failureLine(message: string, frame?: string): string {
  return [`${styleText('red', '[hotgraph]')} ${message}`, frame].filter(Boolean).join('\n');
}
