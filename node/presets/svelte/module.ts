/**
 * Modules with runes: `.svelte.js` and `.svelte.ts`.
 */

import * as nodeModule from 'node:module';
import type * as Esbuild from 'esbuild';
import type { PluginContext, TransformResult } from '../../plugins/plugin.js';
import { lazily, requirePackages } from '../requirements.js';
import { type Components, compilerOf } from './components.js';

const esbuildOf = lazily<typeof Esbuild>('esbuild');

/**
 * Compiles a module with runes.
 *
 * @throws what the compiler throws.
 */
export async function compileModule(
  code: string,
  file: string,
  components: Components,
  context: PluginContext,
): Promise<TransformResult> {
  const { compilerOptions } = await components.settings();
  const script = file.endsWith('.ts') ? await withoutTypes(code, file, components.root) : { code };
  const options = {
    dev: compilerOptions?.dev ?? true,
    filename: file,
    generate: 'client' as const,
  };
  const { js, warnings } = compilerOf(components.root).compileModule(script.code, options);
  for (const warning of warnings) components.warn(warning, (text) => context.warn(text));
  const { config } = components;
  return {
    code: js.code,
    map: js.map as object,
    type: 'js',
    ...(config && { dependencies: [config] }),
  };
}

/** Takes the types out, lines and columns as they were where Node does it. Svelte's compiler wants JavaScript. */
async function withoutTypes(code: string, file: string, root: string): Promise<{ code: string }> {
  const { stripTypeScriptTypes } = nodeModule as {
    stripTypeScriptTypes?: (code: string) => string;
  };
  if (stripTypeScriptTypes) return { code: stripTypeScriptTypes(code) };
  requirePackages(`${file.split(/[\\/]/).at(-1)} with Node ${process.versions.node}`, root, [
    'esbuild',
  ]);
  const { transform } = esbuildOf(root);
  return transform(code, { loader: 'ts', sourcefile: file, target: 'esnext' });
}
