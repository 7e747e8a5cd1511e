/**
 * Hot Solid components, by Solid's own compiler and its runtime for hot updates (`solid-refresh`).
 *
 * @module hotgraph/solid
 */

import type { PluginItem } from '@babel/core';
import type { Plugin } from '../../plugins/plugin.js';
import { lazily, requireKnown, requirePackages } from '../requirements.js';
import { RUNTIME } from './runtime.js';

/** Options of {@link solid}; none is needed. */
export interface SolidOptions {
  /** For `babel-preset-solid`, such as `moduleName` or `delegateEvents`. */
  solid?: Readonly<Record<string, unknown>>;
  /** More for Babel: `plugins`, `presets`. */
  babel?: { plugins?: readonly unknown[]; presets?: readonly unknown[] };
}

/** The name of the module of the page. */
const ID = 'hotgraph:solid';

const babelOf = lazily<typeof import('@babel/core')>('@babel/core');
const presetOf = lazily<PluginItem>('babel-preset-solid');
const refreshOf = lazily<PluginItem & { default?: PluginItem }>('solid-refresh/babel');

/**
 * Hot components for Solid: `plugins: [solid()]`. Needs the packages `solid-refresh`, `babel-preset-solid` and `@babel/core`.
 * An edit creates the instances of the edited component anew; others, and what is in signals of modules, stay.
 *
 * @throws {TypeError} for options that there are not.
 */
export function solid(options: SolidOptions = {}): Plugin {
  requireKnown('solid()', options, ['solid', 'babel'], {
    ssr: 'Pages are rendered in the browser.',
    hot: 'Leave the preset out instead.',
    dev: "Solid's development build is used in any case.",
    include: 'All .jsx and .tsx files outside of node_modules are compiled.',
    extensions: 'All .jsx and .tsx files outside of node_modules are compiled.',
  });
  let root = '';
  return {
    name: 'hotgraph/solid',
    options,
    single: ['solid-js'],
    // Modules in TypeScript next to components are compiled too.
    compile: {},
    start(server) {
      root = server.root;
      const packages = ['solid-refresh', 'babel-preset-solid', '@babel/core'];
      requirePackages('hotgraph/solid', root, ['solid-js', ...packages]);
    },
    resolve: {
      filter: { id: /^solid-refresh$/ },
      handler: (_, importer) => (importer === ID ? null : ID),
    },
    load: { filter: { id: /^hotgraph:solid$/ }, handler: () => ({ code: RUNTIME, type: 'js' }) },
    transform: {
      filter: { id: { include: /\.[cm]?[jt]sx(?:$|\?)/, exclude: /[\\/]node_modules[\\/]/ } },
      async handler(code, id) {
        const [file = id] = id.split('?', 1);
        const isTypeScript = /\.[cm]?tsx$/.test(file);
        const { babel, solid: forPreset } = options;
        const result = await babelOf(root).transformAsync(code, {
          root,
          filename: file,
          sourceFileName: file,
          presets: [
            ...((babel?.presets ?? []) as PluginItem[]),
            [presetOf(root), { generate: 'dom', ...forPreset }],
          ],
          plugins: [
            ...((babel?.plugins ?? []) as PluginItem[]),
            [refreshOf(root).default ?? refreshOf(root), { bundler: 'vite' }],
          ],
          ast: false,
          sourceMaps: true,
          configFile: false,
          babelrc: false,
          parserOpts: { plugins: isTypeScript ? ['jsx', 'typescript'] : ['jsx'] },
        });
        if (!result?.code) return null;
        return { code: result.code, map: result.map ?? null, type: isTypeScript ? 'ts' : 'js' };
      },
    },
  };
}

export default solid;
