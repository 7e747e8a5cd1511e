/**
 * The bundler that the project has. It parses one file at a time, resolves what the file requires and prints it.
 * hotgraph itself puts the files together, since no bundler can share files between bundles that it makes at different
 * times.
 */

import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommonJsError } from './error.js';

/** What a name means to a bundler: a file, nothing on purpose (`"browser": { "fs": false }`), or nothing known. */
export type Found = { file: string } | 'empty' | undefined;

/** A place where a file names another. */
export interface Mention {
  specifier: string;
  /** `import()` or `require()`. */
  isImport: boolean;
  /** What the bundler makes of the name, or of another one in its place. */
  resolve(specifier: string): Promise<Found>;
}

/** A file to print. */
export interface Input {
  file: string;
  text: string;
  /** What is written in place of a name. */
  link(mention: Mention): Promise<string>;
}

/** A file as a bundler prints it: the inside of a CommonJS function. */
export interface Printed {
  code: string;
  /** A source map. Sources are relative to the file's folder. */
  map: { sources: readonly (string | null)[]; mappings: string };
}

/** What a file is written in, by its name. */
export function languageOf(file: string): 'js' | 'jsx' | 'ts' | 'tsx' {
  switch (path.extname(file)) {
    case '.jsx':
      return 'jsx';
    case '.ts':
    case '.cts':
      return 'ts';
    case '.tsx':
      return 'tsx';
    default:
      return 'js';
  }
}

/** A bundler. */
export interface Tool {
  /** As npm calls it. */
  name: string;
  version: string;
  /** @throws {CommonJsError} when the text cannot be parsed. */
  print(input: Input): Promise<Printed>;
}

/** The variable that `process.env` is replaced with. */
export const ENV = 'hotgraph$env';

/** What is replaced in code. */
export const REPLACED: Readonly<Record<string, string>> = {
  'process.env.NODE_ENV': '"development"',
  'process.env': ENV,
  global: 'globalThis',
};

/** The conditions of `exports` in addition to `require` or `import`, `browser` and `default`. */
export const CONDITIONS = ['development'];

/** The fields of a `package.json` that name its main file. Not `module`: `require()` has to get CommonJS. */
export const MAIN_FIELDS = ['browser', 'main'];

/** How each bundler is loaded, in the order of preference. */
const ADAPTERS: readonly [string, (api: unknown) => Promise<Tool>][] = [
  ['esbuild', async (api) => (await import('./esbuild.js')).esbuildTool(api)],
  ['rolldown', async (api) => (await import('./rolldown.js')).rolldownTool(api)],
];

/**
 * Loads the project's bundler, or else one that is installed next to hotgraph.
 *
 * @param root The project's folder.
 * @param file The CommonJS file that needs it, for the error.
 * @param label How the error calls that file.
 * @throws {CommonJsError} when there is none.
 */
export async function findTool(root: string, file: string, label: string): Promise<Tool> {
  for (const from of [pathToFileURL(path.join(root, 'package.json')), import.meta.url]) {
    for (const [name, adapt] of ADAPTERS) {
      const api = await load(name, from);
      if (api !== undefined) return adapt(api);
    }
  }
  throw new CommonJsError(
    `${label} is CommonJS, which browsers cannot run, and there is no bundler that makes an ES module of it. ` +
      'Install one and start again: npm install --save-dev esbuild',
    file,
  );
}

async function load(name: string, from: string | URL): Promise<unknown> {
  let found: string;
  try {
    found = createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
  return import(pathToFileURL(found).href);
}
