/**
 * The script and the template of a component, as one text with one source map.
 */

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { BindingMetadata, SFCScriptBlock, SFCTemplateCompileOptions } from 'vue/compiler-sfc';
import { readNow } from '../../plugins/container.js';
import type { ModuleType } from '../../plugins/plugin.js';
import { requirePackages } from '../requirements.js';
import { type Component, misplaced, textOf } from './descriptor.js';
import { joinSections, type Section } from './sections.js';

/** Options of Vue's compiler for templates. */
export type TemplateOptions = Pick<
  SFCTemplateCompileOptions,
  'compilerOptions' | 'transformAssetUrls' | 'preprocessOptions'
>;

/** Options of Vue's compiler for scripts. */
export interface ScriptOptions {
  /** Types that macros may use though no file imports them: absolute paths. */
  globalTypeFiles?: string[];
  /** Whether destructured props stay reactive. Default: what the version of Vue does. */
  propsDestructure?: boolean | 'error';
}

/** What they become. */
export interface Compiled {
  /** Declares `_sfc_main`, and `_sfc_render` where there is a template. */
  code: string;
  map: object | undefined;
  type: ModuleType;
  /** Absolute paths of the files that it is made of besides. */
  dependencies: string[];
  /** Those of them that types of props are in. */
  types: readonly string[];
  hasRender: boolean;
  /** The parts of the script that an instance depends on. Another text means a new instance. */
  state: string;
  tips: string[];
}

/** The name of the component in the text. */
const MAIN = '_sfc_main';

/** Fields of syntax trees that say nothing of what the code does. */
const PLACES = /^(?:start|end|loc|range|extra|\w*[cC]omments|_\w+)$/;

/**
 * Compiles both.
 *
 * @throws {Error} with the place of the mistake.
 */
export function compileCode(
  component: Component,
  scriptOptions: ScriptOptions,
  templateOptions: TemplateOptions,
): Compiled {
  const { descriptor } = component;
  const { script, scriptSetup, template } = descriptor;
  const lang = (scriptSetup ?? script)?.lang ?? 'js';
  if (!/^[jt]sx?$/.test(lang)) {
    const block = (scriptSetup ?? script) as SFCScriptBlock;
    const { line } = block.loc.start;
    const message = `<script lang="${lang}">: there is JavaScript and TypeScript`;
    throw misplaced(undefined, message, { file: component.file, line, column: 1 });
  }
  const dependencies: string[] = [];
  const sections: Section[] = [];
  let compiled: SFCScriptBlock | undefined;
  let state = '';
  if (script?.src && !scriptSetup) {
    const from = JSON.stringify(script.src);
    sections.push({ code: `import ${MAIN} from ${from};\nexport * from ${from};` });
  } else if (script || scriptSetup) {
    compiled = compileScript(component, scriptOptions);
    sections.push({ code: compiled.content, map: compiled.map as never });
    dependencies.push(...(compiled.deps ?? []));
    state = stateOf(compiled);
  } else {
    sections.push({ code: `const ${MAIN} = {};` });
  }
  const tips: string[] = [];
  if (template) {
    const { file, ...section } = compileTemplate(component, compiled?.bindings, templateOptions);
    if (file !== component.file) dependencies.push(file);
    sections.push(section);
    tips.push(...section.tips);
  }
  const type = lang as ModuleType;
  const hasRender = template !== null;
  const types = compiled?.deps ?? [];
  return { ...joinSections(sections), type, dependencies, types, hasRender, state, tips };
}

function compileScript(component: Component, options: ScriptOptions): SFCScriptBlock {
  const { compiler, descriptor, id, root } = component;
  // Types of packages are found by TypeScript; those of files next to the component need none.
  const require = createRequire(path.join(root, 'package.json'));
  if (isThere(require, 'typescript')) compiler.registerTS?.(() => require('typescript'));
  try {
    return compiler.compileScript(descriptor, {
      ...options,
      id,
      isProd: false,
      inlineTemplate: false,
      genDefaultAs: MAIN,
      sourceMap: true,
      fs: {
        fileExists: existsSync,
        readFile: (file) => readFileSync(file, 'utf8'),
        realpath: realpathSync,
      },
    });
  } catch (error) {
    throw placed(error, component);
  }
}

function isThere(require: NodeJS.Require, name: string): boolean {
  try {
    return require.resolve(name) !== '';
  } catch {
    return false;
  }
}

/** Gives an error of the compiler for scripts its place: that is in its text, or of a block alone. */
function placed(error: unknown, { descriptor, file }: Component): unknown {
  if (!(error instanceof Error)) return error;
  const [message = ''] = error.message.replace(/^\[[^\]]*\]\s*/, '').split('\n\n', 1);
  const frame = /^(\d+) {2}\| {2}.*\n {3}\| {2}( *)\^/m.exec(error.message);
  if (!frame) return error;
  const [, line, blanks = ''] = frame;
  const [, other] = /\n\n(\S+\.\w+)\n\d+ {2}\|/.exec(error.message) ?? [];
  const where = other && other !== descriptor.filename && existsSync(other) ? other : file;
  return misplaced(error, message, {
    file: where,
    line: Number(line),
    column: blanks.length + 1,
  });
}

/** What an instance depends on, without places and comments. */
function stateOf({ scriptAst, scriptSetupAst, imports, deps }: SFCScriptBlock): string {
  const used = Object.entries(imports ?? {}).map(([name, one]) => [name, one.isUsedInTemplate]);
  const trees = JSON.stringify([scriptAst, scriptSetupAst, used], (key, value) =>
    PLACES.test(key) ? undefined : value,
  );
  return trees + (deps ?? []).map((file) => readNow(file)).join('');
}

function compileTemplate(
  component: Component,
  bindingMetadata: BindingMetadata | undefined,
  options: TemplateOptions,
): Section & { file: string; tips: string[] } {
  const { compiler, descriptor, id, root } = component;
  const template = descriptor.template as NonNullable<typeof descriptor.template>;
  const { text, file, start } = textOf(template, component);
  if (template.lang && template.lang !== 'html') {
    requirePackages(`<template lang="${template.lang}">`, root, [template.lang]);
  }
  const hasScoped = descriptor.styles.some(({ scoped }) => scoped);
  const isPlain = !template.src && (!template.lang || template.lang === 'html');
  const lang = (descriptor.scriptSetup ?? descriptor.script)?.lang;
  const { compilerOptions = {}, transformAssetUrls, preprocessOptions } = options;
  const expressionPlugins = [...(compilerOptions.expressionPlugins ?? [])];
  if (lang?.startsWith('ts')) expressionPlugins.push('typescript');
  const result = compiler.compileTemplate({
    source: text,
    filename: file,
    id,
    scoped: hasScoped,
    slotted: descriptor.slotted,
    isProd: false,
    ssrCssVars: descriptor.cssVars,
    transformAssetUrls: transformAssetUrls ?? { includeAbsolute: false },
    ...(isPlain && Object.keys(compilerOptions).length === 0 && { ast: template.ast }),
    ...(isPlain && template.map && { inMap: template.map }),
    ...(template.lang && template.lang !== 'html' && { preprocessLang: template.lang }),
    ...(preprocessOptions && { preprocessOptions }),
    preprocessCustomRequire: createRequire(path.join(root, 'package.json')),
    compilerOptions: {
      ...compilerOptions,
      ...(hasScoped && { scopeId: `data-v-${id}` }),
      ...(bindingMetadata && { bindingMetadata }),
      expressionPlugins,
      sourceMap: true,
    },
  });
  const [error] = result.errors;
  if (error) {
    if (typeof error === 'string') throw new Error(error);
    const loc = (error as { loc?: { start: { line: number; column: number } } }).loc;
    if (!loc) throw error;
    // With the map of the block, places are those of the file; else they count from the block.
    const isOfBlock = !(isPlain && template.map);
    const { line, column } = loc.start;
    throw misplaced(error, error.message, {
      file,
      line: isOfBlock ? line + start.line : line,
      column: isOfBlock && line === 1 ? column + start.column : column,
    });
  }
  const code = result.code.replace(/(^|\n)export (function|const) render\b/, '$1$2 _sfc_render');
  return { code, map: result.map as never, file, tips: result.tips };
}
