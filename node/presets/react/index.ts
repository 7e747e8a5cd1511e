/**
 * Hot React components: an edit keeps their state, by React's own runtime (`react-refresh`). The compiler in the addon
 * registers the components.
 *
 * @module hotgraph/react
 */

import type { CompileOptions, Plugin } from '../../plugins/plugin.js';
import { requireKnown, requirePackages } from '../requirements.js';
import { RUNTIME } from './runtime.js';

/** Options of {@link react}; none is needed. */
export interface ReactOptions {
  /** The package whose `jsx-runtime` JSX uses. Default: that of tsconfig.json, else `react`. */
  jsxImportSource?: string;
  /** `classic` for calls of `React.createElement`. Default: what tsconfig.json says, else `automatic`. */
  jsxRuntime?: 'automatic' | 'classic';
}

/** The name of the module that components register at. */
const ID = 'hotgraph:react-refresh';

/** What other plugins for React have, and what to do here. */
const REMOVED = {
  babel:
    'Code is compiled by swc: put what Babel is needed for into a plugin of its own, with a transform hook.',
  include: 'All .jsx and .tsx files outside of node_modules are compiled.',
  exclude: 'All .jsx and .tsx files outside of node_modules are compiled.',
};

/**
 * Hot components for React 18 and 19: `plugins: [react()]`. Needs the package `react-refresh`.
 *
 * @throws {TypeError} for an unknown option. Starting the server throws when `react-refresh` is not installed.
 */
export function react(options: ReactOptions = {}): Plugin {
  requireKnown('react()', options, ['jsxImportSource', 'jsxRuntime'], REMOVED);
  const compile: CompileOptions = { ...options, refresh: ID };
  return {
    name: 'hotgraph/react',
    options,
    compile,
    single: ['react', 'react-dom'],
    start({ root }) {
      requirePackages('hotgraph/react', root, ['react-refresh']);
    },
    load: {
      filter: { id: /^hotgraph:react-refresh$/ },
      handler: () => ({ code: RUNTIME, type: 'js' }),
    },
    // React takes what is injected when it is evaluated: before any script of the page.
    head: ({ urlOf }) => `<script type="module" src="${urlOf(ID)}"></script>`,
  };
}

export default react;
