/**
 * What an update is called: in events, and in the console.
 */
import type { UpdatePayload } from '../../client.js';
import type { Update } from '../protocol.js';
import type { Failure } from '../update/apply.js';
import type { Application } from '../update/plan.js';
import { Unsettled } from '../wait.js';
import { textOf } from './log.js';

/** The payload of `beforeUpdate` and `afterUpdate`. */
export function updatePayload(application: Application, version: number): UpdatePayload {
  const entry = (type: 'js-update' | 'css-update', path: string, acceptedPath: string) => ({
    type,
    path,
    acceptedPath,
    timestamp: version,
  });
  const styles = [...application.styles, ...application.sheets];
  return {
    type: 'update',
    updates: [
      ...application.boundaries.map(({ module, accepted }) => entry('js-update', module, accepted)),
      ...styles.map(({ url }) => entry('css-update', url, url)),
    ],
  };
}

/** What the console says after an update. */
export function summary({ boundaries }: Application, { changed }: Update, ms: number): string {
  const accepting = [...new Set(boundaries.map(({ module }) => module))];
  const others = accepting.filter((module) => !changed.includes(module));
  const by = others.length > 0 ? ` (accepted by ${others.join(', ')})` : '';
  return `updated ${changed.join(', ')}${by} in ${ms.toFixed(1)} ms`;
}

/** What a callback did, ahead of the error: one that does not settle has not thrown. */
export function verbOf(error: unknown): string {
  return error instanceof Unsettled ? '' : 'threw: ';
}

/** What the console says of something that went wrong in an update. */
export function describeFailure({ stage, url, error }: Failure): string {
  const text = textOf(error);
  switch (stage) {
    case 'load':
      return `not applied: ${url === undefined ? '' : `${url}: `}${text}`;
    case 'evaluate':
      if (error instanceof Unsettled) return `${url} was not updated: ${text}`;
      return `the new code of ${url}, or of what it imports, threw: ${text}`;
    case 'style':
      return `a style sheet was not updated: ${text}`;
    case 'dispose':
    case 'callback':
      return `${stage === 'dispose' ? 'a dispose' : 'an accept'} callback of ${url} ${verbOf(error)}${text}`;
  }
}
