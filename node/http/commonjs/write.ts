/**
 * The text of the two modules that a CommonJS file becomes.
 *
 * One defines the file, with those of its package that it requires, and runs nothing. It imports the definitions of
 * other packages. So everything is defined, whatever the cycles, before the first `require()`, and files run when they
 * are required, in Node's order. The other module runs the file and exports what it exports. Only code that
 * imports the file loads that one.
 */

import path from 'node:path';
import { decode, encode, type SourceMapMappings } from '@jridgewell/sourcemap-codec';
import type { Converted } from './convert.js';
import { DEFINE, type Target, withQuery } from './link.js';
import { commonJsOfPage } from './page.js';
import { ENV } from './tool.js';

// The code of packages sees the variables of the module around it: none may have a name that it could use.
const REQUIRER = 'hotgraph$commonjs';
const OPEN = 'hotgraph$open';
const EXPORTED = 'hotgraph$exports';

const PARAMETERS = `module,exports,require,__filename,__dirname,${ENV}`;

/**
 * The module that defines files.
 *
 * @param entry One of them, that others may ask for.
 * @param label How messages call a file.
 */
export function definingModule(
  entry: Converted,
  files: readonly Converted[],
  label: (file: string) => string,
): string {
  const text = new MappedText(entry.file);
  const needed = new Map(files.flatMap(({ targets }) => targets.map((one) => [one.id, one])));
  const inside = new Set(files.map(({ id }) => id));
  const others = [...needed.values()].filter(({ id }) => !inside.has(id)).sort(byId);
  const of = (how: Target['how']) => others.filter((one) => one.how === how).map(({ id }) => id);
  for (const id of of('defined')) text.add(`import ${JSON.stringify(withQuery(id, DEFINE))};`);
  const modules = of('module');
  for (const [index, id] of modules.entries()) {
    text.add(`import * as hotgraph$${index} from ${JSON.stringify(id)};`);
  }
  text.add(
    `const ${REQUIRER} = globalThis[Symbol.for("hotgraph.commonjs")] ??= (${commonJsOfPage})();`,
  );
  for (const [index, id] of modules.entries()) {
    text.add(`${REQUIRER}.provide(${JSON.stringify(id)}, hotgraph$${index});`);
  }
  for (const file of [...files].sort(byId)) {
    const names = [file.id, label(file.file), file.package.name].map((one) => JSON.stringify(one));
    text.add(`${REQUIRER}.define(${names.join(', ')}, function (${PARAMETERS}) {`);
    text.addFile(file);
    text.add('});');
  }
  const wanted = [entry.id, label(entry.file)].map((one) => JSON.stringify(one));
  text.add(`const ${OPEN} = () => ${REQUIRER}.open(${wanted.join(', ')});`);
  text.add(`export { ${OPEN} as open };`);
  return text.end();
}

/**
 * The module that exports what a file exports.
 *
 * @param id The file's url.
 * @param names What the file is known to export.
 * @param wanted What importers ask for besides.
 */
export function exportingModule(
  id: string,
  names: readonly string[],
  wanted: readonly string[],
): string {
  const lines = [
    `import { open as ${OPEN} } from ${JSON.stringify(withQuery(id, DEFINE))};`,
    `const ${EXPORTED} = ${OPEN}();`,
    `export default ${EXPORTED}.default;`,
  ];
  const known = new Set(names);
  const read = [
    ...names.map((name) => [name, 'get']),
    ...wanted.filter((name) => !known.has(name)).map((name) => [name, 'demand']),
  ];
  for (const [index, [name, how]] of read.entries()) {
    lines.push(
      `const hotgraph$${index} = ${EXPORTED}.${how}(${JSON.stringify(name)});`,
      `export { hotgraph$${index} as ${name} };`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : Number(one.id > other.id);
}

/** Text that files are added to, with the map that leads back to them. */
class MappedText {
  readonly #folder: string;
  readonly #parts: string[] = [];
  readonly #sources: string[] = [];
  readonly #mappings: SourceMapMappings = [];

  /** @param file Sources are named relative to its folder, as their urls are. */
  constructor(file: string) {
    this.#folder = path.dirname(file);
  }

  /** Adds lines of ours. */
  add(text: string): void {
    this.#parts.push(text);
    for (const _ of text.split('\n')) this.#mappings.push([]);
  }

  /** Adds the lines of a file. */
  addFile({ file, code, map }: Converted): void {
    const text = code.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '').replace(/\n$/, '');
    const own = map.sources.findIndex(
      (source) => source !== null && path.resolve(path.dirname(file), source) === file,
    );
    const lines = own < 0 ? [] : decode(map.mappings);
    this.#parts.push(text);
    for (let line = 0, count = text.split('\n').length; line < count; line += 1) {
      const segments: SourceMapMappings[number] = [];
      for (const [column, source, sourceLine, sourceColumn] of lines[line] ?? []) {
        if (source !== own) continue;
        segments.push([column, this.#sources.length, sourceLine ?? 0, sourceColumn ?? 0]);
      }
      this.#mappings.push(segments);
    }
    this.#sources.push(path.relative(this.#folder, file).replaceAll(path.sep, '/'));
  }

  /** The text, with its map. */
  end(): string {
    const map = {
      version: 3,
      sources: this.#sources,
      names: [],
      mappings: encode(this.#mappings),
    };
    const base64 = Buffer.from(JSON.stringify(map)).toString('base64');
    const address = `data:application/json;charset=utf-8;base64,${base64}`;
    return `${this.#parts.join('\n')}\n//# sourceMappingURL=${address}\n`;
  }
}
