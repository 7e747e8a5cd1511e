/**
 * Hot Svelte 5 components, by Svelte's own compiler.
 *
 * @module hotgraph/svelte
 */

import type { Plugin } from '../../plugins/plugin.js';
import { requireKnown, requirePackages } from '../requirements.js';
import { isUrlOf } from '../urls.js';
import { type Compiled, Components, type Settings } from './components.js';
import { compileModule } from './module.js';
import { RUNTIME } from './runtime.js';

/** Options of {@link svelte}; none is needed. They come before what `svelte.config.js` says. */
export type SvelteOptions = Settings;

/** A component as it was made last. */
interface Made {
  source: string;
  js: string;
  css: string;
  dependencies: readonly string[];
}

const STYLE = /[?&]svelte&type=style/;

/**
 * Hot components for Svelte 5: `plugins: [svelte()]`. An edit creates the instances of the edited component anew and leaves
 * all others; an edit of a style alone leaves that too.
 *
 * @throws {TypeError} for options that there are not.
 */
export function svelte(options: SvelteOptions = {}): Plugin {
  requireKnown('svelte()', options, ['compilerOptions', 'preprocess', 'onwarn', 'sass'], {
    emitCss: 'Styles are always sheets of their own.',
    include: 'All .svelte files are compiled.',
    extensions: 'All .svelte files are compiled.',
  });
  let components: Components;
  /** What pages have of each component, by its file. */
  const made = new Map<string, Made>();
  const note = (file: string, source: string, what: Partial<Made>) =>
    made.set(file, { js: '', css: '', dependencies: [], ...made.get(file), ...what, source });
  return {
    name: 'hotgraph/svelte',
    options,
    single: ['svelte'],
    compile: {},
    start({ root }) {
      requirePackages('hotgraph/svelte', root, ['svelte']);
      components = new Components(root, options);
    },
    resolve: { filter: { id: /^hotgraph:svelte$/ }, handler: (id) => id },
    load: {
      filter: { id: /^hotgraph:svelte$/ },
      handler: () => ({ code: RUNTIME, type: 'js' }),
    },
    transform: {
      filter: { id: /\.svelte(?:\.[jt]s)?(?:$|\?svelte&)/ },
      async handler(code, id) {
        const [file = id] = id.split('?', 1);
        if (!file.endsWith('.svelte')) return compileModule(code, file, components, this);
        let compiled: Compiled;
        try {
          const find = (one: string, by: string) => this.resolve(one, by);
          compiled = await components.compile(code, file, find);
        } catch (error) {
          made.delete(file);
          for (const one of components.dependenciesOf(error)) this.addWatchFile(one);
          throw error;
        }
        const { js, css, dependencies } = compiled;
        if (STYLE.test(id)) {
          note(file, code, { css: css.code, dependencies });
          return { ...css, dependencies, type: 'css' };
        }
        note(file, code, { js: withoutPlaces(js.code), dependencies });
        for (const warning of compiled.warnings)
          components.warn(warning, (text) => this.warn(text));
        return { ...js, dependencies, type: 'js' };
      },
    },
    async hotUpdate({ file, modules, read }) {
      if (file === components.config) components.reconfigure();
      // A file that a preprocessor has read is another text now.
      else if (!made.has(file)) components.forget();
      let stale = modules;
      for (const [component, before] of made) {
        const isOwn = component === file;
        if (!isOwn && !before.dependencies.includes(file)) continue;
        const source = isOwn ? read() : before.source;
        const compiled = await components
          .compile(source, component, async () => null)
          .catch(() => {});
        if (!compiled) continue;
        const js = before.js === withoutPlaces(compiled.js.code);
        const css = before.css === compiled.css.code;
        stale = stale.filter((url) => !isUrlOf(url, component) || !(STYLE.test(url) ? css : js));
      }
      return stale;
    },
  };
}

/** Code without what says only in which lines elements stand. */
function withoutPlaces(code: string): string {
  return code.replace(/(\$\.add_locations\(.*), \[\[[\d, [\]]+\]\]/g, '$1, []');
}

export default svelte;
