/**
 * A page without a browser: the runtime with modules that are shells around bodies, written to a folder and imported by
 * Node. Bodies are as the server makes them, by hand: `$hot_0.name` reads what the first import exports.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Runtime } from '../../dist/runtime/update/runtime.js';

/**
 * @typedef {object} Source What a module's text comes to.
 * @property {any[][]} [imports] `[specifier, names?, more?]` of each.
 * @property {string[]} [locals]
 * @property {any[][]} [indirect] `[exported, index, name]` of each; a name of `null` is the namespace.
 * @property {number[]} [stars]
 * @property {string[]} [functions] Those of `locals` that are hoisted functions.
 * @property {string[]} [vars] Those that are declared by `var`.
 * @property {boolean} [isAsync]
 * @property {boolean} [reports]
 * @property {string} [code]
 */

/** The definition of a module. */
export function definitionOf(url, source, version = 0) {
  const { imports = [], locals = [], indirect = [], stars = [], isAsync = false, code } = source;
  const base = `http://page.invalid${url}`;
  return {
    url,
    version,
    hash: JSON.stringify(source),
    imports: imports.map(([specifier, names = [], more = {}]) => {
      const parsed = new URL(specifier, base);
      return {
        specifier,
        url: parsed.pathname + parsed.search,
        kind: 'script',
        names,
        plain: false,
        ...more,
      };
    }),
    locals,
    indirect: indirect.map(([exported, index, name]) => ({ exported, import: index, name })),
    stars,
    hot: /\$hot_m\.(hot|webpackHot)/.test(code ?? ''),
    reports: source.reports ?? false,
    isAsync,
  };
}

/** A variable's name for an export's. */
const variable = (name) => (name === 'default' ? '$hot_default' : name);

/** The text of a body. `name` makes it a declaration. */
export function codeOf({ imports = [], locals = [], isAsync = false, code = '' }, name = '') {
  const parameters = ['$hot_m', '$hot_x', ...imports.map((_, index) => `$hot_${index}`)];
  const cases = locals.map((one) => `case ${JSON.stringify(one)}:return ${variable(one)};`);
  const link = `$hot_x.link($hot_n=>{switch($hot_n){${cases.join('')}}})`;
  const start = isAsync ? `const $hot_w=${link};if($hot_w)await $hot_w;` : `${link};yield;`;
  const keyword = isAsync ? 'async function' : 'function*';
  return `${keyword} ${name}(${parameters}){"use strict";${start}\n${code}\n}`;
}

/** A module as an update carries it. */
export function bodyOf(url, source, version) {
  if (typeof source === 'string') {
    const definition = { ...definitionOf(url, { code: source }, version), locals: ['default'] };
    return { definition, code: null, value: source };
  }
  return { definition: definitionOf(url, source, version), code: codeOf(source), value: null };
}

/** A module as a browser loads it. */
function shellOf(url, source, client) {
  const {
    imports = [],
    locals = [],
    indirect = [],
    stars = [],
    functions = [],
    vars = [],
  } = source;
  const definition = definitionOf(url, source);
  const lines = [`import{define as $hot}from ${JSON.stringify(client)};`];
  for (const [index, [specifier, names = [], more = {}]] of imports.entries()) {
    const from = `from ${JSON.stringify(specifier)}${more.kind === 'json' ? 'with{type:"json"}' : ''};`;
    lines.push(`import*as $hot_${index} ${from}`);
    if (names.length > 0) {
      lines.push(`import{${names.map((name, at) => `${name} as $hot_${index}_${at}`)}}${from}`);
    }
    if (stars.includes(index)) lines.push(`export*${from}`);
    for (const [exported, of, name] of indirect) {
      if (of !== index) continue;
      lines.push(
        name === null ? `export*as ${exported} ${from}` : `export{${name} as ${exported}}${from}`,
      );
    }
  }
  lines.push(`export{${locals.map((name, index) => `$hot_e${index} as ${name}`)}};`);
  const lets = [];
  for (const [index, name] of locals.entries()) {
    if (functions.includes(name)) lines.push(`function $hot_e${index}(){return $hot_d()}`);
    else if (vars.includes(name)) lines.push(`var $hot_e${index};`);
    else lets.push(`$hot_e${index}`);
  }
  const natives = imports.map((_, index) => `$hot_${index}`);
  lines.push(
    `function $hot_d(){return $hot(import.meta,${JSON.stringify(definition)},[${natives}],$hot_b)}`,
    codeOf(source, '$hot_b'),
    `const $hot_g=$hot_d();${source.isAsync ? 'await ' : ''}$hot_g.run();`,
    lets.length > 0 ? `let ${lets};` : '',
    `$hot_g.attach(($hot_n,$hot_v)=>{switch($hot_n){`,
    ...locals.map((name, index) => `case ${JSON.stringify(name)}:$hot_e${index}=$hot_v;break;`),
    '}});',
  );
  return lines.join('\n');
}

// biome-ignore lint/security/noGlobalEval: as pages do
const globalEval = eval;

let pages = 0;

/**
 * Opens a page. Modules note what they do by `note(text)`. The runtime adds lines to the same list.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {Record<string, Source | string>} modules By url; a text is served as it is.
 */
export function openPage(
  t,
  modules,
  { version = 100, page = '/index.html', evaluate = true } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'hotgraph-page-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const origin = pathToFileURL(folder).href;
  const id = `page${++pages}`;
  /** @type {string[]} */
  const events = [];
  /** @type {any[]} */
  const sent = [];
  /** @type {any[]} */
  const shown = [];
  const note = (text) => void events.push(text);
  /** @type {string[]} */
  const compiled = [];
  /** @type {(urls: string[]) => object[]} */
  let asked = () => [];

  const newerBodies = { current: false };

  const ports = {
    evaluate,
    origin,
    hasImportMaps: () => false,
    resolveMapped: () => {
      throw new TypeError('no import map');
    },
    compile: (text) => {
      if (!ports.evaluate) throw new EvalError('forbidden');
      compiled.push(text.slice(text.indexOf('sourceURL=') + 10).replace(origin, ''));
      return globalEval(text);
    },
    importBodies: async (urls) => {
      events.push(`import bodies ${urls.join(' ')}`);
      return Object.fromEntries(
        urls.map((url) => {
          const { definition, code } = runtime.modules.bodies.known(url);
          const hash = definition.hash + (newerBodies.current ? ' newer' : '');
          return [url, [hash, globalEval(`(${code})`)]];
        }),
      );
    },
    importNative: async (address) => ({ namespace: await import(address) }),
    importDynamically: (address) => import(address),
    urlAt: (address) => (address.startsWith(origin) ? address.slice(origin.length) : address),
    isImported: (url) => loaded.has(url),
    isPreloaded: () => false,
    isComing: () => false,
    namespaceOf: async () => undefined,
    answerOf: async () => 'HTTP status 404',
    swapStyles: async (styles) => {
      if (styles.length > 0) note(`swap ${styles.map(({ url }) => url).join(' ')}`);
    },
    replaceSheets: async () => {},
    swapImages: () => {},
    isLoaded: (url) => loaded.has(url) || url.endsWith('.css'),
    loadedVersion: () => 0,
    showsStyle: (url) => url.endsWith('.css'),
    loadedBy: () => new Set(),
    showsImage: () => false,
    isElsewhere: () => false,
    lastVersion: () => undefined,
    isUsedOtherwise: () => false,
    forget: (url) => {
      loaded.delete(url);
      note(`forget ${url}`);
    },
    reload: (report) => note(`reload ${report.cause}: ${report.chain.join(' ')}`),
    send: (message) => {
      sent.push(message);
      if (message.type === 'want') {
        const bodies = asked(message.urls);
        queueMicrotask(() => {
          runtime.receive({ type: 'bodies', question: message.question, bodies });
        });
      } else if (message.type !== 'applied') note(`send ${message.type}`);
    },
    now: () => 0,
    showProblems: (problems) => shown.push(problems),
  };
  const log = {
    debug() {},
    info() {},
    warn: (text) => note(`warn ${text}`),
    error: (text) => note(`error ${text}`),
  };
  const loaded = new Set();
  const runtime = new Runtime({ page, session: 's', version }, ports, log);
  globalThis[id] = { note, define: runtime.modules.define.bind(runtime.modules) };
  t.teardown(() => delete globalThis[id]);
  const client = './client.js';
  writeFileSync(
    join(folder, 'client.js'),
    `export const { define } = globalThis.${id}; export const { note } = globalThis.${id};`,
  );
  /** In every module there is `note`. */
  const withNote = (source) => ({
    ...source,
    code: `const note = globalThis.${id}.note;${source.code ?? ''}`,
  });
  const serve = (url, source) => {
    const text = typeof source === 'string' ? source : shellOf(url, withNote(source), client);
    writeFileSync(join(folder, url.split('?', 1)[0]), text);
  };
  for (const [url, source] of Object.entries(modules)) serve(url, source);
  let newest = version;

  return {
    runtime,
    modules: runtime.modules,
    events,
    sent,
    shown,
    compiled,
    newerBodies,
    loaded,
    ports,
    note,
    serve,
    /** Takes the events so far. */
    take: () => events.splice(0),
    /** The newest version that the server has. */
    get newest() {
      return newest;
    },
    /** Imports a module natively. */
    async import(url) {
      for (const one of Object.keys(modules)) loaded.add(one);
      return import(origin + url);
    },
    /** Imports modules natively and starts; forgets what happened so far. */
    async load(...urls) {
      for (const url of urls) await this.import(url);
      runtime.start();
      events.length = 0;
    },
    /** The server answers questions with these modules. */
    answer(sources) {
      asked = (urls) =>
        urls.flatMap((url) =>
          url in sources ? [bodyOf(url, withNote(sources[url]), newest)] : [],
        );
    },
    /**
     * Sends an update.
     *
     * @param {Record<string, Source | string>} changed New code, by url.
     * @param {any[][]} stale `[url, importers?, more?]`: each stale module with
     *   its importers and the specifiers by which these accept it. What is stale and not changed has a body too.
     */
    update(changed, stale, more = {}) {
      newest += 1;
      for (const [url, source] of Object.entries(changed)) modules[url] = source;
      const versions = runtime.modules.graph;
      const body = (url) => {
        const source = modules[url];
        if (source === undefined || url.endsWith('.css')) return null;
        const at = url in changed ? newest : (versions.current(url)?.version ?? 0);
        return bodyOf(url, typeof source === 'string' ? source : withNote(source), at);
      };
      runtime.receive({
        type: 'update',
        version: newest,
        changed: Object.keys(changed),
        stale: stale.map(([url, importers = {}, rest = {}]) => ({
          url,
          version: newest,
          kind: url.endsWith('.css') ? 'style' : url.endsWith('.json') ? 'asset' : 'script',
          acceptance: 'none',
          body: body(url),
          kept: false,
          importers: Object.entries(importers).map(([importer, accepts]) => ({
            url: importer,
            accepts,
            uses: [],
          })),
          ...rest,
        })),
        added: [],
        departures: [],
        invalidated: null,
        ...more,
      });
      return runtime.idle;
    },
    /** The value of an export as modules see it that are linked now. */
    read: (url, name) => runtime.modules.graph.get(url)?.view.read(name),
  };
}
