/**
 * Modules that are linked and run in memory, without a page, a browser or a disk. Each is a line of statements:
 * `import x y from a`, `import * from a`, `export x`, `export x from a`, `export x as y from a`, `export * from a`,
 * `export * as x from a`, and code between braces. Exports of a module have their names as values, in the module's words.
 */

import { evaluate } from '../../dist/runtime/modules/evaluate.js';
import { Modules } from '../../dist/runtime/modules/modules.js';
import { bodyOf } from './page.js';

const url = (/** @type {string} */ name) => `/${name}.js`;

/**
 * @param {string} name
 * @param {string} line
 * @returns {import('./page.js').Source}
 */
function sourceOf(name, line) {
  /** @type {any[]} */
  const imports = [];
  /** @type {Required<Pick<import('./page.js').Source, 'imports' | 'locals' | 'indirect' | 'stars' | 'isAsync' | 'code'>>} */
  const source = { imports, locals: [], indirect: [], stars: [], isAsync: false, code: '' };
  const from = (/** @type {string} */ module, /** @type {string[]} */ names = []) =>
    imports.push([`./${module}.js`, names]) - 1;
  for (const statement of line.match(/\{.*?\}|[^;{}]+/g) ?? []) {
    const words = statement.trim().split(/\s+/);
    const [verb, ...rest] = words;
    const at = rest.indexOf('from');
    const names = at === -1 ? rest : rest.slice(0, at);
    if (statement.startsWith('{')) {
      source.code += `${statement.slice(1, -1)};`;
      source.isAsync ||= statement.includes('await');
    } else if (verb === 'import') {
      from(rest[at + 1], names[0] === '*' ? [] : names);
    } else if (verb === 'export' && at === -1) {
      source.locals.push(...names);
      source.code += names.map((one) => `const ${one} = '${one} of ${name}';`).join('');
    } else if (verb === 'export') {
      const index = from(rest[at + 1]);
      const [exported, as, alias] = names;
      if (exported === '*' && !as) source.stars.push(index);
      else source.indirect.push([alias ?? exported, index, exported === '*' ? null : exported]);
    }
  }
  return { ...source, code: `note('${name}');${source.code}` };
}

/**
 * Links modules and runs them, `main` first.
 *
 * @param {Record<string, string>} lines By name.
 * @returns {Promise<{ ran: string[], error?: Error }>} What ran, in order, and what linking or running threw.
 */
export async function linkAndRun(lines) {
  /** @type {string[]} */
  const ran = [];
  const unused = () => {
    throw new Error('no module of the browser is there');
  };
  const modules = new Modules({
    origin: 'http://page.invalid',
    version: () => 1,
    compile: (/** @type {string} */ text) => new Function('note', `return ${text}`)(noteOf(ran)),
    equip() {},
    committed() {},
    retired() {},
    dispose: async () => {},
    send: unused,
    importBodies: unused,
    importNative: unused,
    importDynamically: unused,
    hasImportMaps: () => false,
    resolveMapped: unused,
    isImported: () => false,
    isPreloaded: () => false,
    urlAt: unused,
  });
  const added = Object.entries(lines).map(([name, line]) =>
    bodyOf(url(name), sourceOf(name, line), 1),
  );
  modules.learn({ stale: [], added, departures: [] });
  try {
    const { generations } = await modules.link([url('main')], 1);
    await evaluate(generations.get(url('main')));
    return { ran };
  } catch (error) {
    return { ran, error: /** @type {Error} */ (error) };
  }
}

/** @param {string[]} ran */
const noteOf = (ran) => (/** @type {string} */ text) => void ran.push(`${text}`);
