/** Files printed by esbuild. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import type { BuildFailure, ImportKind, Plugin, PluginBuild } from 'esbuild';
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

type Esbuild = typeof import('esbuild');

/** Marks what we ask esbuild ourselves. */
const OURS = 'hotgraph';

/** @param api The module `esbuild`. */
export function esbuildTool(api: unknown): Tool {
  const esbuild = api as Esbuild;
  return {
    name: 'esbuild',
    version: esbuild.version,
    print: (input) => print(esbuild, input),
  };
}

async function print(esbuild: Esbuild, input: Input): Promise<Printed> {
  const folder = path.dirname(input.file);
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [input.file],
      // Only `bundle` resolves names. Nothing is bundled: all names lead outside.
      bundle: true,
      plugins: [linking(input)],
      // For a lone CommonJS file, this is the file itself.
      format: 'cjs',
      platform: 'browser',
      conditions: CONDITIONS,
      mainFields: MAIN_FIELDS,
      define: REPLACED,
      target: 'esnext',
      treeShaking: false,
      legalComments: 'none',
      charset: 'utf8',
      tsconfigRaw: {},
      // Next to the file: the map names it.
      outfile: path.join(folder, 'hotgraph.js'),
      sourcemap: 'external',
      sourcesContent: false,
      absWorkingDir: folder,
      write: false,
      logLevel: 'silent',
    });
    const text = (end: string) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? '';
    return { code: text('.js'), map: JSON.parse(text('.map')) };
  } catch (error) {
    throw explain(error, input.file);
  }
}

function linking({ file, text, link }: Input): Plugin {
  return {
    name: OURS,
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.kind === 'entry-point') return { path: file };
        if (args.pluginData === OURS) return null;
        const target = await link({
          specifier: args.path,
          isImport: args.kind === 'dynamic-import' || args.kind === 'import-statement',
          resolve: (specifier) => find(build, specifier, args.kind, args.resolveDir),
        });
        return { path: target, external: true };
      });
      build.onLoad({ filter: /.*/ }, (args) => {
        const resolveDir = path.dirname(args.path);
        if (args.path !== file) {
          // One of the files that `require('./' + name)` may mean. It is required like any other.
          return {
            contents: `module.exports = require(${JSON.stringify(args.path)});`,
            resolveDir,
            loader: 'js',
          };
        }
        return { contents: text, resolveDir, loader: languageOf(file) };
      });
    },
  };
}

async function find(
  build: PluginBuild,
  specifier: string,
  kind: ImportKind,
  resolveDir: string,
): Promise<Found> {
  const found = await build.resolve(specifier, { kind, resolveDir, pluginData: OURS });
  if (found.errors.length > 0 || found.external) return undefined;
  // A file that the field `browser` turns off gets a path that leads nowhere.
  const isFile =
    found.namespace === 'file' && path.isAbsolute(found.path) && existsSync(found.path);
  return isFile ? { file: found.path } : 'empty';
}

function explain(error: unknown, file: string): unknown {
  const first = (error as Partial<BuildFailure>).errors?.[0];
  if (!first) return error;
  const { line = 0, column = -1 } = first.location ?? {};
  return new CommonJsError(first.text, file, line, column + 1);
}
