/**
 * Plugins that would do the same as ours to the same modules.
 */
import type { Plugin } from '@web/dev-server-core';

/** What is to be removed from `plugins`, by the name of the plugin. */
const RIVALS: Readonly<Record<string, string>> = {
  hmr: 'the `hmrPlugin()` of @web/dev-server-hmr',
  'wc-hmr': 'the `hmrPlugin()` of @open-wc/dev-server-hmr',
};

/**
 * Makes sure that a server has one plugin for hot modules, ours.
 *
 * @throws when there is another one. The message says what to remove.
 */
export function requireAlone(own: Plugin, plugins: readonly Plugin[] = []): void {
  for (const plugin of plugins) {
    if (plugin === own) continue;
    const rival = plugin.name === own.name ? 'one of the two `hmrPlugin()`' : RIVALS[plugin.name];
    if (rival === undefined) continue;
    throw new Error(
      `[hotgraph] a server can have only one plugin for hot module replacement, and this one has two: ` +
        `remove ${rival} from \`plugins\` in its configuration.`,
    );
  }
}
