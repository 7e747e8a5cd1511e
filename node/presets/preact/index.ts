/**
 * Hot Preact components: an edit keeps their state, by Prefresh. The compiler in the addon registers the components.
 *
 * @module hotgraph/preact
 */

import type { Plugin } from '../../plugins/plugin.js';
import { requireKnown, requirePackages } from '../requirements.js';
import { RUNTIME } from './runtime.js';

/** Options of {@link preact}; none is needed. */
export interface PreactOptions {
  /** The package whose `jsx-runtime` JSX uses. Default: `preact`. */
  jsxImportSource?: string;
  /** Whether imports of React get `preact/compat`. Default: true. */
  reactAliases?: boolean;
}

/** The name of the module that components register at. */
const ID = 'hotgraph:prefresh';

/** What stands for React's own modules. */
const ALIASES: Readonly<Record<string, string>> = {
  react: 'preact/compat',
  'react-dom': 'preact/compat',
  'react-dom/client': 'preact/compat/client',
  'react-dom/test-utils': 'preact/test-utils',
  'react/jsx-runtime': 'preact/jsx-runtime',
  'react/jsx-dev-runtime': 'preact/jsx-runtime',
};

/**
 * Hot components for Preact: `plugins: [preact()]`. Needs the package `@prefresh/core`.
 *
 * @throws {TypeError} for options that there are not.
 */
export function preact(options: PreactOptions = {}): Plugin {
  requireKnown('preact()', options, ['jsxImportSource', 'reactAliases']);
  const { jsxImportSource = 'preact', reactAliases = true } = options;
  const plugin: Plugin = {
    name: 'hotgraph/preact',
    options,
    single: ['preact'],
    compile: { jsxImportSource, jsxRuntime: 'automatic', refresh: ID },
    start({ root }) {
      requirePackages('hotgraph/preact', root, ['@prefresh/core']);
    },
    load: { filter: { id: /^hotgraph:prefresh$/ }, handler: () => ({ code: RUNTIME, type: 'js' }) },
    // Preact asks its options at each render: they are set before the first.
    head: ({ urlOf }) => `<script type="module" src="${urlOf(ID)}"></script>`,
  };
  if (!reactAliases) return plugin;
  return {
    ...plugin,
    resolve: {
      filter: { id: /^react(?:-dom)?(?:\/|$)/ },
      handler(specifier, importer) {
        const alias = ALIASES[specifier];
        return alias === undefined ? null : this.resolve(alias, importer);
      },
    },
  };
}

export default preact;
