/**
 * The `<style>` blocks of a component.
 */

import type { SFCStyleBlock } from 'vue/compiler-sfc';
import type { TransformResult } from '../../plugins/plugin.js';
import { requirePackages } from '../requirements.js';
import { compileSass, type Find, isSass, type SassOptions } from '../sass/compile.js';
import { type Component, misplaced, textOf } from './descriptor.js';

/**
 * The sheet of a block: compiled where it is of Sass, and with the attribute of the component where it is `scoped`.
 * Other plugins do the later steps (PostCSS, CSS modules).
 *
 * @throws {Error} with the place of the mistake.
 */
export async function compileBlock(
  block: SFCStyleBlock,
  component: Component,
  find: Find,
  options: SassOptions = {},
): Promise<TransformResult> {
  const { compiler, id, root } = component;
  const { text, file, start } = textOf(block, component);
  // At the place where it stands in the file: what is wrong is said of that.
  const padding = '\n'.repeat(start.line) + (block.lang === 'sass' ? '' : ' '.repeat(start.column));
  let code = padding + text;
  let map: TransformResult['map'];
  const dependencies = file === component.file ? [] : [file];
  const { lang = 'css' } = block;
  if (isSass(lang)) {
    requirePackages(`<style lang="${lang}">`, root, ['sass']);
    const result = await compileSass(code, { file, lang, root, find }, options);
    ({ code, map } = result);
    dependencies.push(...(result.dependencies ?? []));
  } else if (lang !== 'css' && lang !== 'postcss') {
    const message = `<style lang="${lang}">: there is CSS, PostCSS, SCSS and Sass`;
    throw Object.assign(new Error(message), { loc: { file, line: start.line + 1, column: 0 } });
  }
  const result = await compiler.compileStyleAsync({
    source: code,
    filename: file,
    id: `data-v-${id}`,
    scoped: block.scoped ?? false,
    isProd: false,
    ...(map && { inMap: map as never }),
    postcssOptions: { map: { inline: false, annotation: false, prev: map ?? false } },
  });
  const [error] = result.errors as (Error & Partial<Record<'line' | 'column', number>>)[];
  if (error) {
    const { line = 1, column = 1 } = error;
    throw misplaced(error, (error as { reason?: string }).reason ?? error.message, {
      file,
      line,
      column,
    });
  }
  return { code: result.code, map: result.map ?? null, dependencies, type: 'css' };
}
