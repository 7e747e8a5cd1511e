/** Files printed by rolldown. */

import path from 'node:path';
import type { Plugin, PluginContext } from 'rolldown';
import { CommonJsError } from './error.js';
import {
  CONDITIONS,
  type Found,
  type Input,
  languageOf,
  MAIN_FIELDS,
  type Printed,
  REPLACED,
  type Tool,
} from './tool.js';

type Rolldown = typeof import('rolldown');

/** What rolldown calls a file that the field `browser` turns off. */
const EMPTY = '\0rolldown/';

/** @param api The module `rolldown`. */
export function rolldownTool(api: unknown): Tool {
  const rolldown = api as Rolldown;
  return {
    name: 'rolldown',
    version: rolldown.VERSION,
    print: (input) => print(rolldown, input),
  };
}

async function print({ rolldown }: Rolldown, input: Input): Promise<Printed> {
  const folder = path.dirname(input.file);
  try {
    const build = await rolldown({
      input: input.file,
      cwd: folder,
      platform: 'browser',
      treeshake: false,
      // Ids that are urls stay as they are.
      makeAbsoluteExternalsRelative: false,
      tsconfig: false,
      resolve: { conditionNames: CONDITIONS, mainFields: MAIN_FIELDS, aliasFields: [['browser']] },
      transform: { define: { ...REPLACED }, target: 'esnext' },
      plugins: [linking(input)],
      logLevel: 'silent',
    });
    try {
      const { output } = await build.generate({
        format: 'cjs',
        // Next to the file: the map names it.
        dir: folder,
        sourcemap: true,
        // Takes out what is for production only.
        minify: 'dce-only',
      });
      const [{ code, map }] = output;
      return { code, map: { sources: map?.sources ?? [], mappings: map?.mappings ?? '' } };
    } finally {
      await build.close();
    }
  } catch (error) {
    throw explain(error, input.file);
  }
}

function linking({ file, text, link }: Input): Plugin {
  return {
    name: 'hotgraph',
    async resolveId(specifier, importer, { kind }) {
      if (importer === undefined) return file;
      const id = await link({
        specifier,
        isImport: kind !== 'require-call',
        resolve: (one) => find(this, one, importer, kind),
      });
      return { id, external: true };
    },
    load: () => ({ code: text, moduleType: languageOf(file) }),
  };
}

async function find(
  context: PluginContext,
  specifier: string,
  importer: string,
  kind: NonNullable<Parameters<PluginContext['resolve']>[2]>['kind'],
): Promise<Found> {
  const found = await context.resolve(specifier, importer, { kind, skipSelf: true });
  if (!found || found.external) return undefined;
  return found.id.startsWith(EMPTY) ? 'empty' : { file: found.id };
}

/** What rolldown says of errors in a file. */
interface Failure {
  errors?: { message: string; loc?: { line: number; column: number } }[];
}

function explain(error: unknown, file: string): unknown {
  const first = (error as Failure).errors?.[0];
  if (!first) return error;
  const { line = 0, column = -1 } = first.loc ?? {};
  // A drawing of the place follows, and a code stands before it.
  const [text = ''] = first.message.replace(/^\[\w+\] /, '').split('\n');
  return new CommonJsError(text, file, line, column + 1);
}
