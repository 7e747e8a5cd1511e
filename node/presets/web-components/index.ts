/**
 * Hot custom elements: a new class takes over the elements in the page, whichever library they are written with.
 *
 * The addon finds the modules that define elements. The page's part is in `browser/elements.ts`.
 *
 * @module hotgraph/web-components
 */

import picomatch from 'picomatch';
import { makeElementsHot } from '#native';
import type { Plugin } from '../../plugins/plugin.js';
import { clientPath } from '../../server/assets.js';
import {
  type HmrPlugin,
  type HmrPluginOptions,
  hmrPlugin as hostPlugin,
} from '../../wds/plugin.js';
import { requireKnown } from '../requirements.js';
import { type Definer, definersFor } from './definers.js';

export type { Definer };

/** What a library adds: the names by which it defines elements, and code for the page. */
export interface Preset {
  /** Base classes whose subclasses are elements. */
  baseClasses?: readonly Definer[];
  /** Decorators that define an element. */
  decorators?: readonly Definer[];
  /** Functions that return the class of an element. */
  functions?: readonly Definer[];
  /** The code of a module that runs before the first module that defines elements. */
  patch?: string;
}

/** Options of {@link webComponents}; none is needed. Those of `@open-wc/dev-server-hmr` mean what they mean there. */
export interface WebComponentsOptions {
  /** Globs of the files in which elements are looked for, relative to the root. Default: all outside of `node_modules`. */
  include?: readonly string[];
  /** Globs of files that are left alone. */
  exclude?: readonly string[];
  /** What libraries add. Lit, LitElement, FAST and haunted need none. */
  presets?: readonly Preset[];
  /** Base classes whose subclasses are elements, defined in ways that cannot be seen in the module. */
  baseClasses?: readonly Definer[];
  /** Decorators that define elements, besides `customElement`. */
  decorators?: readonly Definer[];
  /** Functions that return classes of elements. */
  functions?: readonly Definer[];
  /** Code of modules that run before the first one that defines elements. */
  patches?: readonly string[];
}

/** The presets of `@open-wc/dev-server-hmr`. They add nothing: hotgraph knows these libraries. */
export const presets: Record<'lit' | 'litElement' | 'fastElement' | 'haunted', Preset> = {
  lit: {},
  litElement: {},
  fastElement: {},
  haunted: {},
};

const NAMES = [
  'include',
  'exclude',
  'presets',
  'baseClasses',
  'decorators',
  'functions',
  'patches',
] as const;

/** The names of the modules that code imports: the page's side, and the patches. */
const RUNTIME = 'hotgraph:web-components';
const PATCHES = 'hotgraph:web-components/patches';
const MADE_UP = /^hotgraph:web-components(?:\/patches)?$/;

/**
 * Hot custom elements: `plugins: [webComponents()]`.
 *
 * @throws {TypeError} for an unknown option, or one that is not a list.
 */
export function webComponents(options: WebComponentsOptions = {}): Plugin {
  requireKnown('webComponents()', options, NAMES);
  for (const name of NAMES) {
    if (options[name] === undefined || Array.isArray(options[name])) continue;
    throw new TypeError(`[hotgraph] The option "${name}" of webComponents() has to be a list.`);
  }
  const { include, exclude = [] } = options;
  const all = [options, ...(options.presets ?? [])];
  const patches = [
    ...(options.patches ?? []),
    ...(options.presets ?? []).flatMap(({ patch }) => patch ?? []),
  ];
  let root = '';
  let isIncluded: (file: string) => boolean = () => true;
  return {
    name: 'hotgraph/web-components',
    options,
    single: ['lit', 'lit-html', '@lit/reactive-element', '@microsoft/fast-element', 'haunted'],

    start(server) {
      root = server.root.replaceAll('\\', '/');
      const below = (glob: string) =>
        /^[*/]|^[a-z]:/i.test(glob) ? glob : `${root}/${glob.replace(/^\.\//, '')}`;
      const [wanted, unwanted] = [include ?? ['**'], exclude].map((globs) =>
        globs.map((glob) => picomatch(below(glob), { dot: true })),
      ) as [picomatch.Matcher[], picomatch.Matcher[]];
      isIncluded = (file) =>
        wanted.some((matches) => matches(file)) && !unwanted.some((matches) => matches(file));
    },

    resolve: { filter: { id: MADE_UP }, handler: (specifier) => specifier },

    load: {
      filter: { id: MADE_UP },
      handler: (id) => ({
        code:
          id === PATCHES ? patches.join('\n') : `export * from ${JSON.stringify(clientFile())};`,
        type: 'js',
      }),
    },

    transform: {
      filter: {
        id: { include: /\.[cm]?[jt]sx?(?:\?|$)/, exclude: /[\\/]node_modules[\\/]/ },
        code: /\bdefine\b|html|svg|class\b/,
      },
      handler(code, id) {
        const file = (id.split('?', 1)[0] ?? '').replaceAll('\\', '/');
        if (!isIncluded(file)) return null;
        const definers = definersFor(all, root, file);
        const made = attempt(() => makeElementsHot(code, file, RUNTIME, definers));
        if (!made) return null;
        const isPatched = made.defines && patches.length > 0;
        const patch = isPatched ? `import ${JSON.stringify(PATCHES)};` : '';
        return { code: made.code + patch, map: made.map };
      },
    },
  };
}

/**
 * `hmrPlugin()` as `@open-wc/dev-server-hmr` has it, for @web/dev-server. Takes its options and hotgraph's own.
 *
 * @throws {TypeError} for an unknown option.
 */
export function hmrPlugin(options: WebComponentsOptions & HmrPluginOptions = {}): HmrPlugin {
  const own: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    const isOwn = (NAMES as readonly string[]).includes(name);
    (isOwn ? own : others)[name] = value;
  }
  const plugins = [...(options.plugins ?? []), webComponents(own)];
  return hostPlugin({ ...others, plugins });
}

export default webComponents;

/** The page's side, from the place that made-up modules have. */
function clientFile(): string {
  return `..${clientPath().replace('main.js', 'elements.js')}`;
}

/** The code that makes a module reports what is wrong with it. */
function attempt<Value>(make: () => Value): Value | null {
  try {
    return make();
  } catch {
    return null;
  }
}
