/**
 * Sass, by its own package.
 */

import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FileImporter, StringOptions } from 'sass';
import type { TransformResult } from '../../plugins/plugin.js';
import { lazily } from '../requirements.js';

/** Options of Sass that a project may set: `loadPaths`, `functions`, `importers`, `silenceDeprecations` and others. */
export type SassOptions = Omit<StringOptions<'async'>, 'syntax' | 'url' | 'importer' | 'sourceMap'>;

/** What finds packages and aliases: `this.resolve` of a plugin. */
export type Find = (specifier: string, importer: string) => Promise<{ id: string } | null>;

const sass = lazily<typeof import('sass')>('sass');

/** Whether a language is one of Sass. */
export function isSass(lang: string | undefined): lang is 'scss' | 'sass' {
  return lang === 'scss' || lang === 'sass';
}

/**
 * Compiles a text.
 *
 * @param file Absolute path of the file that it stands in.
 * @param root Absolute path of the project's folder.
 * @param find Asked for what Sass does not find next to the importing file or in `loadPaths`.
 * @returns CSS, its source map and the partials that it is made of.
 * @throws what Sass throws: with the file, line and column.
 */
export async function compileSass(
  code: string,
  { file, lang, root, find }: { file: string; lang: 'scss' | 'sass'; root: string; find: Find },
  options: SassOptions = {},
): Promise<TransformResult> {
  const { compileStringAsync, NodePackageImporter } = sass(root);
  const url = pathToFileURL(file);
  const finder: FileImporter<'async'> = {
    async findFileUrl(specifier, { containingUrl }) {
      if (/^[a-z]+:/.test(specifier)) return null;
      const importer = containingUrl ? fileURLToPath(containingUrl) : file;
      const found = await find(specifier, importer);
      return found && /\.(?:s[ac]ss|css)$/.test(found.id) ? pathToFileURL(found.id) : null;
    },
  };
  const { css, loadedUrls, sourceMap } = await compileStringAsync(code, {
    ...options,
    syntax: lang === 'sass' ? 'indented' : 'scss',
    url,
    // With its own url, what it imports is looked up next to it.
    importer: { findFileUrl: (specifier) => new URL(specifier, url) },
    importers: [...(options.importers ?? []), finder, new NodePackageImporter(root)],
    sourceMap: true,
    sourceMapIncludeSources: true,
  });
  const files = loadedUrls
    .filter(({ protocol }) => protocol === 'file:')
    .map((one) => fileURLToPath(one));
  return {
    code: css,
    map: sourceMap ?? null,
    dependencies: files.filter((one) => one !== file),
    type: 'css',
  };
}
