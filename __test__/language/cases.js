/**
 * What code means, by the clauses of the ECMAScript specification for modules. What a case has to log is what it logs
 * in the browser alone.
 */

import { bindings } from './bindings.js';
import { dynamic } from './dynamic.js';
import { early } from './early.js';
import { exporting } from './exporting.js';
import { namespaces } from './namespaces.js';
import { order } from './order.js';
import { syntax } from './syntax.js';
import { waiting } from './waiting.js';
import { writing } from './writing.js';

const TOPICS = { order, bindings, writing, namespaces, exporting, syntax, waiting, dynamic, early };

/** A case from how it is written: a {@link import('./run.js').Case}, its files, or the text of `case.js`. */
function caseOf(written) {
  if (typeof written === 'string') return { files: { 'case.js': written } };
  return 'files' in written ? written : { files: written };
}

/** @type {Record<string, import('./run.js').Case>} By title. */
export const cases = Object.fromEntries(
  Object.entries(TOPICS).flatMap(([topic, written]) =>
    Object.entries(written).map(([title, one]) => [`${topic}: ${title}`, caseOf(one)]),
  ),
);
