/**
 * The components of a project, compiled: what a module and its style sheet are made of at once.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CompileOptions, PreprocessorGroup, Warning } from 'svelte/compiler';
import { lazily, requirePackages } from '../requirements.js';
import { compileSass, type Find, isSass, type SassOptions } from '../sass/compile.js';

/** What `svelte.config.js` and the options of the preset may say. */
export interface Settings {
  /** For Svelte's compiler. */
  compilerOptions?: Omit<CompileOptions, 'filename' | 'generate' | 'css' | 'hmr' | 'sourcemap'>;
  /** What runs over components before the compiler. */
  preprocess?: PreprocessorGroup | PreprocessorGroup[];
  /** Called for each warning of the compiler in place of printing it, with a function that prints it. */
  onwarn?: (warning: Warning, print: (warning: Warning) => void) => void;
  /** For Sass, where a `<style lang="scss">` uses it: `loadPaths` and others. */
  sass?: SassOptions;
}

/** A text with its source map. */
interface Text {
  code: string;
  map: object | null;
}

/** A component, compiled. */
export interface Compiled {
  js: Text;
  css: Text;
  warnings: readonly Warning[];
  /** Absolute paths of the files that it is made of besides its own. */
  dependencies: string[];
}

/** Svelte's compiler, as the project has it. */
export const compilerOf = lazily<typeof import('svelte/compiler')>('svelte/compiler');

/** Names of configuration files that Svelte's tools read. */
const CONFIGS = ['svelte.config.js', 'svelte.config.mjs', 'svelte.config.ts'];

/**
 * After the compiler's own code for hot updates.
 *
 * @param shared The code of the component's module, which its importers may use.
 */
function settled(shared: string): string {
  const hash = createHash('sha256').update(shared).digest('hex').slice(0, 16);
  return `import { settled as $hotSettled } from 'hotgraph:svelte';
if (import.meta.hot) {
  import.meta.hot.data.shared = '${hash}';
  import.meta.hot.accept((next) => $hotSettled(next, import.meta.hot, '${hash}'));
}
`;
}

/** Compiles components, each source once. */
export class Components {
  /** Absolute path of the project's folder. */
  readonly root: string;
  readonly #options: Settings;
  #settings: Promise<Settings> | undefined;
  #loads = 0;
  readonly #known = new Map<string, { source: string; compiled: Promise<Compiled> }>();
  readonly #read = new WeakMap<object, string[]>();

  constructor(root: string, options: Settings) {
    this.root = root;
    this.#options = options;
  }

  /** Absolute path of the project's `svelte.config.js`, if it has one. */
  get config(): string | undefined {
    const name = CONFIGS.find((one) => existsSync(path.join(this.root, one)));
    return name && path.join(this.root, name);
  }

  /** The options, over those of `svelte.config.js`. @throws {Error} when that cannot be loaded. */
  settings(): Promise<Settings> {
    this.#settings ??= this.#load();
    return this.#settings;
  }

  /**
   * Compiles a component.
   *
   * @param find Finds packages and aliases that styles name.
   * @throws what a preprocessor or the compiler throws, with the place of the mistake.
   */
  compile(source: string, file: string, find: Find): Promise<Compiled> {
    const known = this.#known.get(file);
    if (known?.source === source) return known.compiled;
    const compiled = this.#compile(source, file, find);
    this.#known.set(file, { source, compiled });
    compiled.catch(() => this.#known.delete(file));
    return compiled;
  }

  /** Something that components are made of besides their sources has changed. */
  forget(): void {
    this.#known.clear();
  }

  /** The configuration has changed. */
  reconfigure(): void {
    this.#settings = undefined;
    this.forget();
  }

  /** The files that were read before something was thrown. */
  dependenciesOf(error: unknown): readonly string[] {
    return (typeof error === 'object' && error !== null && this.#read.get(error)) || [];
  }

  /** Says a warning of the compiler, as the project wants it. */
  warn(warning: Warning, print: (text: string) => void): void {
    const say = ({ code, message, filename, start }: Warning) =>
      print(`${message} (${code}) ${filename}:${start?.line ?? 1}:${(start?.column ?? 0) + 1}`);
    const onwarn = this.#options.onwarn;
    if (onwarn) onwarn(warning, say);
    else say(warning);
  }

  async #load(): Promise<Settings> {
    const file = this.config;
    if (file === undefined) return this.#options;
    // Node keeps what it has loaded.
    const query = this.#loads++ > 0 ? `?${Date.now()}` : '';
    const { default: said } = (await import(pathToFileURL(file).href + query)) as {
      default?: Settings;
    };
    const compilerOptions = { ...said?.compilerOptions, ...this.#options.compilerOptions };
    return { ...said, ...this.#options, compilerOptions };
  }

  async #compile(source: string, file: string, find: Find): Promise<Compiled> {
    const svelte = compilerOf(this.root);
    const { compilerOptions, preprocess = [] } = await this.settings();
    const read: string[] = [];
    try {
      const groups = [preprocess, this.#sass(source, file, find, read)].flat();
      const before = await svelte.preprocess(source, groups, { filename: file });
      const dependencies = [
        ...read,
        ...(before.dependencies ?? []),
        ...(this.config ? [this.config] : []),
      ];
      const isAsItWas = before.code === source;
      const { js, css, warnings } = svelte.compile(withScope(before.code), {
        dev: true,
        ...compilerOptions,
        filename: file,
        generate: 'client',
        css: 'external',
        hmr: true,
        ...(!isAsItWas && before.map && { sourcemap: before.map }),
      });
      const from = `./${path.basename(file)}?svelte&type=style&lang.css`;
      const style = css?.code.trim() ? `import ${JSON.stringify(from)};\n` : '';
      const code = `${js.code}\n${style}${settled(moduleOf(before.code))}`;
      return {
        js: { code, map: js.map },
        css: { code: css?.code ?? '', map: css?.map ?? null },
        warnings,
        dependencies: dependencies.filter((one) => one !== file),
      };
    } catch (error) {
      if (typeof error === 'object' && error !== null) this.#read.set(error, read);
      throw error;
    }
  }

  /** Compiles styles in Sass that no preprocessor of the project has compiled. */
  #sass(source: string, file: string, find: Find, read: string[]): PreprocessorGroup {
    return {
      style: async ({ content, attributes }) => {
        const { lang } = attributes;
        if (typeof lang !== 'string' || !isSass(lang)) return undefined;
        requirePackages(`<style lang="${lang}">`, this.root, ['sass']);
        // In the line where it stands in the file: what is wrong is said of that.
        const start = Math.max(0, source.indexOf(content));
        const padding = '\n'.repeat(source.slice(0, start).split('\n').length - 1);
        const { root } = this;
        const place = { file, lang, root, find };
        const { code, dependencies = [] } = await compileSass(
          padding + content,
          place,
          this.#options.sass,
        ).catch((error: unknown) => {
          const url = (error as { span?: { url?: URL } }).span?.url;
          if (url && url.protocol === 'file:') read.push(decodeURIComponent(url.pathname));
          throw error;
        });
        read.push(...dependencies);
        return {
          code,
          dependencies: [...dependencies],
          attributes: { ...attributes, lang: 'css' },
        };
      },
    };
  }
}

/** The code that all instances of a component share: that of `<script module>`. */
function moduleOf(code: string): string {
  const [, found = ''] =
    /<script[^>]*\s(?:module|context=["']?module["']?)[^>]*>([\s\S]*?)<\/script>/.exec(code) ?? [];
  return found;
}

/**
 * A rule for all elements: they get the class of the component whether or not a style is for them. So an edit of a
 * style changes no code.
 */
function withScope(code: string): string {
  const end = code.lastIndexOf('</style>');
  return end < 0 ? code : `${code.slice(0, end)} *{}${code.slice(end)}`;
}
