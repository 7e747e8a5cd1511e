/** ES modules for browsers, made of CommonJS files. */

import { readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, findPackages, hashOf, INSTALLED } from '../server/cache.js';
import { Contents } from './commonjs/contents.js';
import { type Converted, convert } from './commonjs/convert.js';
import { isName } from './commonjs/names.js';
import { type Made, Store } from './commonjs/store.js';
import { findTool, type Tool } from './commonjs/tool.js';
import { definingModule, exportingModule } from './commonjs/write.js';

export { CommonJsError } from './commonjs/error.js';

/** An ES module made of a CommonJS file. */
export interface Bundled {
  code: string;
  /** Absolute paths of the files that it is made of, with the `package.json` files that were read. */
  inputs: string[];
}

/** Which of the modules that a CommonJS file becomes. */
export interface CommonJsRequest {
  /** `exports` is what other code imports. `define` is for other CommonJS. */
  part: 'exports' | 'define';
  /** Names that the importer asks for, which the file may export without its text telling. */
  names: readonly string[];
}

export interface CommonJsOptions {
  /** The project's folder, absolute. Bundlers are found from there. */
  root: string;
  /** The folder to keep results in. Default: `node_modules/.cache/hotgraph`. `false` keeps nothing. */
  cacheDir?: string | false | undefined;
  /** The url of a file. */
  urlOf(file: string): string;
  /** Prints a line. */
  say(line: string): void;
}

/** How often something is made again when its files change meanwhile. */
const MOST_ATTEMPTS = 5;

const VERSION: string = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
).version;

/**
 * What a url asks for: `?__commonjs`, with `&names=a,b` where importers want names, or `?__commonjs=define`.
 * `undefined` when it is for no module of ours.
 */
export function commonJsRequest(query: URLSearchParams): CommonJsRequest | undefined {
  const part = query.get('__commonjs');
  if (part === null) return undefined;
  const names = query.get('names')?.split(',').filter(isName) ?? [];
  return { part: part === 'define' ? 'define' : 'exports', names: [...new Set(names)] };
}

/** Makes ES modules of CommonJS files, each once, until a file that it is made of changes. */
export class CommonJs {
  readonly #root: string;
  readonly #packages: string | undefined;
  readonly #urlOf: (file: string) => string;
  readonly #say: (line: string) => void;
  readonly #contents = new Contents();
  readonly #store: Store;
  readonly #made = new Map<string, Made>();
  readonly #making = new Map<string, Promise<Made>>();
  readonly #converted = new Map<string, Promise<Converted>>();
  /** The folders of packages that were spoken of. */
  readonly #said = new Set<string>();
  #tool: Promise<Tool> | undefined;

  constructor({ root, cacheDir, urlOf, say }: CommonJsOptions) {
    this.#root = root;
    this.#packages = findPackages(root);
    this.#urlOf = urlOf;
    this.#say = say;
    const folder = cacheFolder(this.#packages, cacheDir);
    this.#store = new Store(folder && path.join(path.resolve(folder), 'commonjs'));
  }

  /**
   * A module that a CommonJS file becomes.
   *
   * @param file Absolute path.
   * @throws {CommonJsError} that names file, line and what to do.
   */
  async bundle(
    file: string,
    request: CommonJsRequest = { part: 'exports', names: [] },
  ): Promise<Bundled> {
    const real = await realpath(file).catch(() => file);
    const { code, names, inputs } = await this.#current(real);
    return {
      code:
        request.part === 'define' ? code : exportingModule(this.#urlOf(real), names, request.names),
      inputs,
    };
  }

  /** The module of a file as it is now. */
  async #current(file: string): Promise<Made> {
    for (let attempt = 1; ; attempt += 1) {
      let making = this.#making.get(file);
      if (!making) {
        making = this.#find(file).finally(() => this.#making.delete(file));
        this.#making.set(file, making);
      }
      const made = await making;
      // It may have begun for another request, before the last save.
      if (attempt === MOST_ATTEMPTS || (await this.#contents.areAs(made.decided))) return made;
    }
  }

  async #find(file: string): Promise<Made> {
    const known = this.#made.get(file);
    if (known && (await this.#contents.areAs(known.decided))) return known;
    const tool = await this.#findTool(file);
    const key = hashOf(VERSION, tool.name, tool.version, this.#root, file, this.#urlOf(file));
    const stored = known ? undefined : await this.#store.read(key);
    const isStored = stored !== undefined && (await this.#contents.areAs(stored.decided));
    const made = isStored ? stored : await this.#make(file, tool);
    // Pages may ask for the files whose urls were asked for, in this run.
    for (const other of made.others) this.#urlOf(other);
    this.#made.set(file, made);
    if (!isStored) await this.#store.write(key, made);
    return made;
  }

  #findTool(file: string): Promise<Tool> {
    this.#tool ??= findTool(this.#root, file, this.#label(file));
    return this.#tool;
  }

  async #make(file: string, tool: Tool): Promise<Made> {
    const start = performance.now();
    const entry = await this.#convert(file, tool);
    const files = await this.#insides(entry, tool);
    const passedOn = new Map<string, Converted>();
    await this.#collect(entry, tool, passedOn);
    const all = [...new Set([...files, ...passedOn.values()])];
    const made: Made = {
      inputs: [
        ...new Set(all.flatMap((one) => [one.file, ...one.package.manifests.keys()])),
      ].sort(),
      decided: [
        ...new Map([
          ...all.flatMap((one) => [...one.decided]),
          // Installed packages decide which file a name leads to.
          ...(await this.#installed()),
        ]),
      ],
      others: [
        ...new Set(
          files.flatMap(({ targets }) =>
            targets.flatMap((one) => (one.how === 'none' || one.how === 'inside' ? [] : one.file)),
          ),
        ),
      ].sort(),
      names: [...new Set([...passedOn.values()].flatMap(({ names }) => names))].sort(),
      code: definingModule(entry, files, (one) => this.#label(one)),
    };
    this.#tell(entry, tool, performance.now() - start);
    return made;
  }

  #tell({ package: { name, folder } }: Converted, tool: Tool, tookMs: number): void {
    if (this.#said.has(folder)) return;
    this.#said.add(folder);
    this.#say(`${name}: CommonJS, made an ES module with ${tool.name} in ${Math.round(tookMs)} ms`);
  }

  /** A file and all that it requires of its package, itself first. */
  async #insides(entry: Converted, tool: Tool): Promise<Converted[]> {
    const found = new Map([[entry.file, entry]]);
    const visit = async ({ targets }: Converted): Promise<void> => {
      const next = targets.filter((one) => one.how === 'inside' && !found.has(one.file));
      await Promise.all(
        next.map(async (target) => {
          if (target.how === 'none') return;
          const file = await this.#convert(target.file, tool);
          if (found.has(file.file)) return;
          found.set(file.file, file);
          await visit(file);
        }),
      );
    };
    await visit(entry);
    return [...found.values()];
  }

  /** A file and all whose exports it passes on. */
  async #collect(file: Converted, tool: Tool, found: Map<string, Converted>): Promise<void> {
    if (found.has(file.file)) return;
    found.set(file.file, file);
    for (const target of file.from) {
      // The names of ES modules are not looked for: hardly any CommonJS passes one on.
      if (target.how === 'none' || target.how === 'module') continue;
      await this.#collect(await this.#convert(target.file, tool), tool, found);
    }
  }

  async #convert(file: string, tool: Tool): Promise<Converted> {
    const known = this.#converted.get(file);
    if (known) {
      const before = await known.catch(() => undefined);
      if (before && (await this.#contents.areAs(before.decided))) return before;
      // Somebody else may have begun again meanwhile.
      const now = this.#converted.get(file);
      if (now && now !== known) return now;
    }
    const converting = convert(file, {
      contents: this.#contents,
      tool,
      urlOf: this.#urlOf,
      label: (one) => this.#label(one),
    });
    this.#converted.set(file, converting);
    converting.catch(() => {
      if (this.#converted.get(file) === converting) this.#converted.delete(file);
    });
    return converting;
  }

  async #installed(): Promise<[string, string][]> {
    if (this.#packages === undefined) return [];
    const files = INSTALLED.map((name) => path.join(this.#packages ?? '', name));
    return Promise.all(
      files.map(async (file): Promise<[string, string]> => [file, await this.#contents.hash(file)]),
    );
  }

  /** How messages call a file: by its path in the project, or in the packages that it is one of. */
  #label(file: string): string {
    const own = path.relative(this.#root, file).replaceAll(path.sep, '/');
    if (!own.startsWith('..') && !path.isAbsolute(own)) return own;
    const packages = file.replaceAll(path.sep, '/').lastIndexOf('/node_modules/');
    return packages < 0 ? file : file.slice(packages + 1);
  }
}
