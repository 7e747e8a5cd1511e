/**
 * `hotgraph/svelte`: components of Svelte 5, by Svelte's own compiler, which makes them hot.
 */

import type { Plugin } from '../../plugins/plugin.js';
import { requireKnown, requirePackages } from '../requirements.js';
import { isUrlOf } from '../urls.js';
import { type Compiled, Components, type Settings } from './components.js';
import { compileModule } from './module.js';
import { RUNTIME } from './runtime.js';

/** Options of {@link svelte}; none is needed. They come before what `svelte.config.js` says. */
export type SvelteOptions = Settings;

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
  /** What pages have of each component. */
  const made = new Map<string, { js?: string; css?: string }>();
  const note = (file: string, what: { js?: string; css?: string }) =>
    made.set(file, { ...made.get(file), ...what });
  return {
    name: 'hotgraph/svelte',
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
          note(file, { css: css.code });
          return { ...css, dependencies, type: 'css' };
        }
        note(file, { js: withoutPlaces(js.code) });
        for (const warning of compiled.warnings)
          components.warn(warning, (text) => this.warn(text));
        return { ...js, dependencies, type: 'js' };
      },
    },
    async hotUpdate({ file, modules, read }) {
      const before = made.get(file);
      if (!before) {
        // Perhaps something that a preprocessor has read.
        components.forget();
        return null;
      }
      try {
        const { js, css } = await components.compile(read(), file, async () => null);
        const isSame = { js: before.js === withoutPlaces(js.code), css: before.css === css.code };
        return modules.filter(
          (url) => !isUrlOf(url, file) || !(STYLE.test(url) ? isSame.css : isSame.js),
        );
      } catch {
        return null;
      }
    },
  };
}

/** Code without what says only in which lines elements stand. */
function withoutPlaces(code: string): string {
  return code.replace(/(\$\.add_locations\(.*), \[\[[\d, [\]]+\]\]/g, '$1, []');
}

export default svelte;
