/**
 * Style sheets in Sass, by the package `sass`. Partials are dependencies: an edit of one renews the sheets that use it.
 *
 * @module hotgraph/sass
 */

import type { Plugin } from '../../plugins/plugin.js';
import { requireKnown, requirePackages } from '../requirements.js';
import { compileSass, isSass, type SassOptions } from './compile.js';

export type { SassOptions } from './compile.js';

/** Names of the options that are passed on. */
const KNOWN = [
  'loadPaths',
  'functions',
  'importers',
  'style',
  'alertAscii',
  'alertColor',
  'charset',
  'logger',
  'quietDeps',
  'verbose',
  'fatalDeprecations',
  'futureDeprecations',
  'silenceDeprecations',
];

/**
 * `.scss` and `.sass`, and `.module.scss` as CSS modules: `plugins: [sass()]`. Needs the package `sass`. The options are
 * those of Sass's `compileString`.
 *
 * @throws {TypeError} for options that there are not.
 */
export function sass(options: SassOptions = {}): Plugin {
  requireKnown('sass()', options, KNOWN, {
    includePaths: 'Sass calls it "loadPaths".',
    api: 'There is one: that of the package "sass".',
  });
  let root = '';
  return {
    name: 'hotgraph/sass',
    options,
    start(server) {
      root = server.root;
      requirePackages('hotgraph/sass', root, ['sass']);
    },
    transform: {
      filter: { id: /\.s[ac]ss(?:$|\?)/ },
      handler(code, id) {
        const [file = id] = id.split('?', 1);
        const lang = file.split('.').at(-1);
        if (!isSass(lang)) return null;
        const find = (specifier: string, importer: string) => this.resolve(specifier, importer);
        return compileSass(code, { file, lang, root, find }, options);
      },
    },
  };
}

export default sass;
