/**
 * Style sheets through PostCSS, by the package `postcss` and the plugins of the project, such as Tailwind.
 *
 * @module hotgraph/postcss
 */

import { readdirSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import type { AcceptedPlugin, Message, Result } from 'postcss';
import type { Plugin, TransformResult } from '../../plugins/plugin.js';
import { lazily, requireKnown, requirePackages } from '../requirements.js';
import { isUrlOf } from '../urls.js';
import { type Config, readConfig } from './config.js';

/** Options of {@link postcss}; none is needed where there is a `postcss.config.*`. */
export interface PostcssOptions {
  /** Plugins, in place of those of the configuration file. */
  plugins?: AcceptedPlugin[];
}

/** A sheet that was made. */
interface Sheet {
  id: string;
  source: string;
  code: string;
  dependencies: ReadonlySet<string>;
}

const postcssOf = lazily<typeof import('postcss')>('postcss');

/** Style sheets, those of languages that other plugins compile, and those of components. */
const SHEETS = /\.(?:css|s[ac]ss|less|styl|pcss|postcss)(?:$|\?)|[?&]lang\.(?:module\.)?css(?:$|&)/;

/**
 * PostCSS: `plugins: [postcss()]`. Needs the package `postcss`. It runs after all plugins that make style sheets. The
 * files that its plugins depend on are dependencies: a sheet that Tailwind generates changes with the files that use
 * its classes.
 *
 * @throws {TypeError} for options that there are not.
 */
export function postcss(options: PostcssOptions = {}): Plugin {
  requireKnown('postcss()', options, ['plugins']);
  let root = '';
  let config: Promise<Config> | undefined;
  const sheets = new Map<string, Sheet>();

  async function process(source: string, id: string): Promise<Result> {
    config ??= configOf(root, options);
    const { plugins, options: more } = await config;
    const { default: processor } = postcssOf(root);
    return processor(plugins).process(source, {
      ...more,
      from: id,
      to: id,
      map: { inline: false, annotation: false, prev: false },
    });
  }

  return {
    name: 'hotgraph/postcss',
    options,
    enforce: 'post',
    start(server) {
      root = server.root;
      requirePackages('hotgraph/postcss', root, ['postcss']);
    },
    transform: {
      filter: { id: SHEETS },
      async handler(source, id): Promise<TransformResult> {
        sheets.delete(id);
        const result = await process(source, id);
        for (const warning of result.warnings()) this.warn(warning.toString());
        const dependencies = new Set(result.messages.flatMap(filesOf));
        const { file } = await (config as Promise<Config>);
        if (file !== undefined) dependencies.add(file);
        sheets.set(id, { id, source, code: result.css, dependencies });
        return {
          code: result.css,
          map: result.map?.toJSON() ?? null,
          dependencies: [...dependencies],
          type: 'css',
        };
      },
    },
    async hotUpdate({ file, modules }) {
      if (file === (await config?.catch(() => undefined))?.file) config = undefined;
      // The sources of a generated sheet are edited all the time, and the sheet mostly stays as it is.
      const same = new Set<Sheet>();
      for (const sheet of sheets.values()) {
        if (!sheet.dependencies.has(file) || sheet.id.split('?', 1)[0] === file) continue;
        const result = await process(sheet.source, sheet.id).catch(() => undefined);
        if (result?.css === sheet.code) same.add(sheet);
      }
      return modules.filter((url) => ![...same].some(({ id }) => isUrlOfId(url, id)));
    },
  };
}

/** What the preset is to do: what its options say, else the configuration. */
async function configOf(root: string, { plugins }: PostcssOptions): Promise<Config> {
  return plugins ? { plugins, options: {}, file: undefined } : readConfig(root);
}

/** The files that a message of a plugin names as dependencies: those that are in a folder now, of one with a pattern. */
function filesOf(message: Message): string[] {
  if (message.type === 'dependency' && typeof message.file === 'string') return [message.file];
  if (message.type !== 'dir-dependency' || typeof message.dir !== 'string') return [];
  const { dir, glob = '**/*' } = message as unknown as { dir: string; glob?: string };
  const matches = picomatch(glob.replace(/^\.?\//, ''));
  try {
    const names = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)));
    return names
      .filter((name) => !/(?:^|[\\/])(?:node_modules|\.git)[\\/]/.test(name))
      .filter((name) => matches(name.replaceAll('\\', '/')))
      .map((name) => path.join(dir, name));
  } catch {
    return [];
  }
}

/** Whether a url asks for the sheet with this id. */
function isUrlOfId(url: string, id: string): boolean {
  const [file = '', query = ''] = id.split('?');
  const parameters = (url.split('?')[1] ?? '').split('&');
  const rest = parameters.filter((one) => one !== 'import' && one !== 'scoped').join('&');
  return rest === query && isUrlOf(url, file);
}

export default postcss;
