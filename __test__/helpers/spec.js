/**
 * Long values that tests expect are in files, a folder `specs` next to the tests. `UPDATE=1 npx ava <file>` writes them
 * anew: review the difference before you keep it.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Compares a value, as JSON, with its file.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {string} name Of the file, without its extension, e.g. `engine/chain`: `__test__/engine/specs/chain.json`.
 * @param {unknown} value
 */
export function isAsSpecified(t, name, value) {
  const file = join(
    import.meta.dirname,
    '..',
    dirname(name),
    'specs',
    `${name.split('/').pop()}.json`,
  );
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (process.env.UPDATE === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (!existsSync(file)) {
    t.fail(`${file} is missing: UPDATE=1 writes it`);
    return;
  }
  t.deepEqual(JSON.parse(text), JSON.parse(readFileSync(file, 'utf8')));
}
