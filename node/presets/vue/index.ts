/**
 * Hot single-file components of Vue 3, by Vue's own compiler and its runtime for hot updates.
 *
 * @module hotgraph/vue
 */

import { createHash } from 'node:crypto';
import path from 'node:path';
import type { SFCBlock, SFCDescriptor } from 'vue/compiler-sfc';
import type { Plugin, PluginContext, TransformResult } from '../../plugins/plugin.js';
import { requireKnown, requirePackages } from '../requirements.js';
import type { SassOptions } from '../sass/compile.js';
import { isUrlOf } from '../urls.js';
import { type Component, compilerOf, readComponent } from './descriptor.js';
import { FLAGS, HMR } from './runtime.js';
import { compileCode, type ScriptOptions, type TemplateOptions } from './script.js';
import { compileBlock } from './style.js';

/** Options of {@link vue}; none is needed. */
export interface VueOptions {
  /** For Vue's compiler: `compilerOptions: { isCustomElement: (tag) => … }`, `transformAssetUrls`, `preprocessOptions`. */
  template?: TemplateOptions;
  /** For Vue's compiler: `globalTypeFiles`, `propsDestructure`. */
  script?: ScriptOptions;
  /** For Sass, where a `<style lang="scss">` uses it: `loadPaths` and others. */
  sass?: SassOptions;
}

/** The names of the modules of the page. */
const FLAGS_ID = 'hotgraph:vue-flags';
const HMR_ID = 'hotgraph:vue-hmr';

const STYLE = /[?&]vue&type=style&index=(\d+)/;

/**
 * Hot single-file components for Vue 3: `plugins: [vue()]`. An edit of a template or a style keeps the state of the
 * component; an edit of its script creates its instances anew.
 *
 * @throws {TypeError} for options that there are not.
 */
export function vue(options: VueOptions = {}): Plugin {
  requireKnown('vue()', options, ['template', 'script', 'sass'], {
    style: 'Options of Sass are in "sass"; PostCSS is hotgraph/postcss.',
    include: 'All .vue files are compiled.',
  });
  let root = '';
  /** The source that each module and sheet was made of, by its file and the number of the style. */
  const made = new Map<string, string>();
  /** Files that types of props are in. */
  const types = new Set<string>();
  return {
    name: 'hotgraph/vue',
    options,
    single: ['vue'],
    start(server) {
      root = server.root;
      requirePackages('hotgraph/vue', root, ['vue']);
    },
    // Modules in TypeScript next to components are compiled too.
    compile: { jsxImportSource: 'vue' },
    resolve: { filter: { id: /^hotgraph:vue-/ }, handler: (id) => id },
    load: {
      filter: { id: /^hotgraph:vue-/ },
      handler: (id) => ({ code: id === FLAGS_ID ? FLAGS : HMR, type: 'js' }),
    },
    transform: {
      filter: { id: /\.vue(?:$|\?vue&)/ },
      async handler(code, id) {
        const [file = id] = id.split('?', 1);
        const index = STYLE.exec(id)?.[1] ?? '';
        const key = `${file}?${index}`;
        made.delete(key);
        const component = readComponent(code, file, root);
        const { descriptor } = component;
        let result: TransformResult;
        if (index === '') result = mainOf(component, options, this, types);
        else {
          const block = descriptor.styles[Number(index)];
          // The component no longer has it: what imports it has been told.
          if (!block) return { code: '', type: 'css' };
          const find = (one: string, by: string) => this.resolve(one, by);
          result = await compileBlock(block, component, find, options.sass);
        }
        made.set(key, sourceOf(descriptor, index));
        return result;
      },
    },
    hotUpdate({ file, modules, read }) {
      // The compiler remembers what it read of them.
      if (types.has(file)) for (const one of types) compilerOf(root).invalidateTypeCache(one);
      if (!file.endsWith('.vue')) return null;
      const parsed = compilerOf(root).parse(read(), { filename: file, sourceMap: true });
      if (parsed.errors.length > 0) return null;
      const { descriptor } = parsed;
      return modules.filter((url) => {
        const index = STYLE.exec(url)?.[1] ?? '';
        return !isUrlOf(url, file) || made.get(`${file}?${index}`) !== sourceOf(descriptor, index);
      });
    },
    // Vue reads them when it is evaluated.
    head: ({ urlOf }) => `<script type="module" src="${urlOf(FLAGS_ID)}"></script>`,
  };
}

/** The module of a component: its script, its template and its imports of its styles. */
function mainOf(
  component: Component,
  options: VueOptions,
  context: PluginContext,
  types: Set<string>,
): TransformResult {
  const { descriptor, file, id } = component;
  const compiled = compileCode(component, options.script ?? {}, options.template ?? {});
  for (const one of compiled.types) types.add(one);
  for (const tip of compiled.tips) context.warn(tip);
  const attached = [`__hmrId: ${JSON.stringify(id)}`, `__file: ${JSON.stringify(file)}`];
  if (compiled.hasRender) attached.push('render: _sfc_render');
  if (descriptor.styles.some(({ scoped }) => scoped)) attached.push(`__scopeId: "data-v-${id}"`);
  const lines: string[] = [];
  const accepts: string[] = [];
  const modules: string[] = [];
  const isElement = file.endsWith('.ce.vue');
  if (isElement) {
    const names = descriptor.styles.map((_, index) => `_sfc_style${index}`);
    attached.push(`styles: [${names.join(', ')}]`);
  }
  for (const [index, { module }] of descriptor.styles.entries()) {
    const end = isElement ? 'css&inline' : module ? 'module.css' : 'css';
    const from = `./${path.basename(file)}?vue&type=style&index=${index}&lang.${end}`;
    const specifier = JSON.stringify(from);
    if (isElement) {
      // In its shadow root, where Vue puts it.
      lines.push(`import _sfc_style${index} from ${specifier};`);
      continue;
    }
    if (!module) {
      lines.push(`import ${specifier};`);
      continue;
    }
    const name = JSON.stringify(module === true ? '$style' : module);
    lines.push(`import _sfc_style${index} from ${specifier};`);
    modules.push(`_sfc_modules[${name}] = _sfc_style${index};`);
    accepts.push(
      `import.meta.hot?.accept(${specifier}, (next) => { _sfc_modules[${name}] = next.default; _sfc_hmr.renamed(${JSON.stringify(id)}); });`,
    );
  }
  if (modules.length > 0) {
    // One object for all generations: instances keep the first.
    lines.push(
      'const _sfc_modules = import.meta.hot ? (import.meta.hot.data.modules ??= {}) : {};',
    );
    lines.push(...modules);
    attached.push('__cssModules: _sfc_modules');
  }
  const styles = descriptor.styles.map(({ attrs }) => attrs);
  const state = JSON.stringify([compiled.state, compiled.hasRender, styles, descriptor.cssVars]);
  attached.push(`__hmrState: "${hashOf(state)}"`);
  lines.push(
    `import * as _sfc_hmr from ${JSON.stringify(HMR_ID)};`,
    `Object.assign(_sfc_main.__vccOpts ?? _sfc_main, { ${attached.join(', ')} });`,
    '_sfc_hmr.create(_sfc_main);',
    ...accepts,
    'import.meta.hot?.accept((next, previous, dependencies) => _sfc_hmr.update(next.default, previous.default, dependencies));',
    'export default _sfc_main;',
  );
  const { code, map, type, dependencies } = compiled;
  return { code: [code, ...lines].join('\n'), map: map ?? null, type, dependencies };
}

/** All of a component that the sheet of a style depends on; without a number, that its module does. */
function sourceOf(descriptor: SFCDescriptor, index: string): string {
  const { script, scriptSetup, template, styles, cssVars, slotted } = descriptor;
  const sourceOfBlock = (block: SFCBlock | null | undefined) =>
    block && [block.content, block.attrs, block.loc.start.line];
  if (index !== '') return JSON.stringify(sourceOfBlock(styles[Number(index)])?.slice(0, 2));
  const blocks = [script, scriptSetup, template].map(sourceOfBlock);
  return JSON.stringify([blocks, styles.map(({ attrs }) => attrs), cssVars, slotted]);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

export default vue;
