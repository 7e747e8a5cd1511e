/**
 * What the project's configuration of PostCSS says.
 */

import type { AcceptedPlugin, ProcessOptions } from 'postcss';
import loadConfig from 'postcss-load-config';

/** Plugins and options for PostCSS. */
export interface Config {
  plugins: AcceptedPlugin[];
  options: ProcessOptions;
  /** Absolute path of the configuration; nothing where the options of the preset say all. */
  file: string | undefined;
}

/**
 * Reads `postcss.config.*`, `.postcssrc*` or package.json, in the folder or above it.
 *
 * @param root Absolute path of the project's folder.
 * @throws {Error} when there is none, or it is wrong: with what to do.
 */
export async function readConfig(root: string): Promise<Config> {
  try {
    const { plugins, options, file } = await loadConfig({ cwd: root }, root);
    return { plugins, options, file };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!message.startsWith('No PostCSS Config found')) {
      throw new Error(`the configuration of PostCSS could not be loaded: ${message}`, {
        cause: error,
      });
    }
    throw new Error(
      `there is no configuration of PostCSS in ${root} or above it. Write a postcss.config.mjs, or name the plugins: ` +
        'postcss({ plugins: [tailwindcss()] })',
    );
  }
}
