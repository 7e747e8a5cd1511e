/**
 * Whether plugins are plugins: a mistake is said where it was made.
 */

import { closestMatch } from 'leven';
import type { Plugin, PluginOption } from './plugin.js';

/** The hooks, and the fields, of plugins. */
const HOOKS = ['start', 'resolve', 'resolveId', 'load', 'transform', 'hotUpdate', 'head'];
const FIELDS = ['name', 'enforce', 'compile', ...HOOKS];

/** Hooks that are functions with a filter, or functions. */
const FILTERED = new Set(['resolve', 'resolveId', 'load', 'transform']);

/** Hooks of Vite that have no meaning here, and what to do. */
const VITES = [
  'config',
  'configResolved',
  'configureServer',
  'handleHotUpdate',
  'transformIndexHtml',
];

/** Fields that plugins of Rollup, Vite and unplugin have besides, and that say nothing of what they do to a module. */
const OTHERS =
  /^(?:vite|rollup|rolldown|webpack|rspack|esbuild|farm|unloader|bun|apply|version|api|cacheKey|meta|options|buildStart|buildEnd|closeBundle|closeWatcher|watchChange|moduleParsed|resolveDynamicImport|shouldTransformCachedModule|augmentChunkHash|banner|footer|intro|outro|generateBundle|onLog|outputOptions|render\w+|resolveFileUrl|resolveImportMeta|writeBundle|perEnvironment\w*|sharedDuringBuild|applyToEnvironment|configEnvironment|configurePreviewServer|config|configResolved|configureServer|handleHotUpdate|transformIndexHtml|transformInclude|loadInclude|_\w*|\$\w*)$/;

/** Plugins out of lists in lists, without what a condition left out, in the order in which they run. */
export function inOrder(option: PluginOption | undefined): Plugin[] {
  const rank = ({ enforce }: Plugin) => (enforce === 'pre' ? 0 : enforce === 'post' ? 2 : 1);
  return flatten(option).sort((a, b) => rank(a) - rank(b));
}

function flatten(option: PluginOption | undefined): Plugin[] {
  if (Array.isArray(option)) return option.flatMap((one) => flatten(one as PluginOption));
  return option ? [option as Plugin] : [];
}

/**
 * What is wrong with the option `plugins`, as the end of a sentence; nothing when all is well.
 *
 * @returns Of the first that is wrong.
 */
export function problemOf(option: unknown): string | undefined {
  if (option !== undefined && !Array.isArray(option)) {
    const isCall = typeof option === 'function' ? ', and called' : '';
    return `has to be a list of plugins: plugins: [react()]${isCall}`;
  }
  const names = new Set<string>();
  const found = option as unknown[] | undefined;
  for (const plugin of (found ?? []).flat(Number.POSITIVE_INFINITY)) {
    if (!plugin) continue;
    const problem = problemOfOne(plugin);
    if (problem !== undefined) return problem;
    names.add((plugin as Plugin).name);
  }
  return undefined;
}

function problemOfOne(plugin: unknown): string | undefined {
  if (typeof plugin === 'function') {
    const name = plugin.name || 'the function';
    return `has a function in it: call it, ${name}()`;
  }
  if (typeof plugin !== 'object') return `has ${JSON.stringify(plugin)} in it, which is no plugin`;
  if (plugin instanceof Promise) return 'has a promise in it: await it';
  const { name } = plugin as { name?: unknown };
  const keys = Object.keys(plugin as object);
  if (typeof name !== 'string' || name === '') {
    return `has a plugin without a name in it (with ${keys.join(', ') || 'nothing'}): give it a name`;
  }
  const has = (hook: string) => (plugin as Record<string, unknown>)[hook] !== undefined;
  for (const key of keys) {
    const value = (plugin as Record<string, unknown>)[key];
    if (value === undefined || key === 'name' || key === 'enforce') continue;
    if (key === 'compile') {
      if (typeof value !== 'object' || value === null) {
        return `has the plugin "${name}", whose "compile" has to be an object of options`;
      }
    } else if (HOOKS.includes(key)) {
      const isHook = typeof value === 'function' || (FILTERED.has(key) && isFiltered(value));
      if (!isHook) {
        const what = FILTERED.has(key) ? 'a function, or { filter, handler }' : 'a function';
        return `has the plugin "${name}", whose hook "${key}" has to be ${what}`;
      }
    } else if (!OTHERS.test(key)) {
      const nearest = closestMatch(key, FIELDS, { maxDistance: 3 });
      if (nearest)
        return `has the plugin "${name}", whose hook "${key}" is unknown. Did you mean "${nearest}"?`;
      if (typeof value === 'function') {
        return `has the plugin "${name}", whose hook "${key}" is unknown. There are: ${HOOKS.join(', ')}`;
      }
    }
  }
  if (has('compile') || HOOKS.some(has)) return undefined;
  const vites = VITES.filter(has);
  const reason =
    vites.length > 0
      ? `which has only hooks of Vite (${vites.join(', ')}), and hotgraph calls none of them`
      : 'which has no hook';
  return `has the plugin "${name}", ${reason}. There are: ${HOOKS.join(', ')}`;
}

function isFiltered(value: unknown): boolean {
  const { handler } = (value ?? {}) as { handler?: unknown };
  return typeof handler === 'function';
}
