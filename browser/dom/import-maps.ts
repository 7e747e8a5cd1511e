/**
 * The import maps of a page (HTML, 8.1.6.2). The browser applies them itself, and tells what it makes of the specifiers
 * of its own modules; this is for modules that it does not know.
 */

/** What import maps say, with whole addresses. */
interface Rules {
  readonly imports: ReadonlyMap<string, string | null>;
  /** The longest prefix first. */
  readonly scopes: readonly (readonly [
    prefix: string,
    imports: ReadonlyMap<string, string | null>,
  ])[];
}

/** The import maps of a document. */
export class ImportMaps {
  readonly #document: Document;
  #scripts = -1;
  #texts: string[] = [];
  #rules: Rules | undefined;

  constructor(document: Document) {
    this.#document = document;
  }

  /** Whether there are any. */
  get exist(): boolean {
    return this.#read().length > 0;
  }

  /**
   * What a specifier stands for.
   *
   * @param base The address of the importing module.
   * @throws {TypeError} When it stands for nothing.
   */
  resolve(specifier: string, base: string): string {
    const texts = this.#read();
    this.#rules ??= rulesOf(texts, this.#document.baseURI);
    const { imports, scopes } = this.#rules;
    const address = addressOf(specifier, base);
    const name = address ?? specifier;
    for (const [prefix, scoped] of scopes) {
      if (prefix !== base && !(prefix.endsWith('/') && base.startsWith(prefix))) continue;
      const found = match(name, scoped);
      if (found !== undefined) return found;
    }
    const found = match(name, imports) ?? address;
    if (found !== undefined) return found;
    throw new TypeError(`Failed to resolve module specifier "${specifier}"`);
  }

  /** The texts of all maps. They may come at any time, and go when they have been read. */
  #read(): readonly string[] {
    const { scripts } = this.#document;
    if (scripts.length === this.#scripts) return this.#texts;
    this.#scripts = scripts.length;
    for (const script of scripts) {
      if (script.type.toLowerCase() !== 'importmap' || this.#texts.includes(script.text)) continue;
      this.#texts.push(script.text);
      this.#rules = undefined;
    }
    return this.#texts;
  }
}

function rulesOf(texts: readonly string[], base: string): Rules {
  const imports = new Map<string, string | null>();
  const scopes = new Map<string, Map<string, string | null>>();
  for (const text of texts) {
    const map = parse(text);
    // A later map does not change what an earlier one says.
    add(map.imports, imports, base);
    for (const [prefix, rules] of Object.entries(map.scopes ?? {})) {
      const address = addressOf(prefix, base) ?? new URL(prefix, base).href;
      const scope = scopes.get(address) ?? new Map<string, string | null>();
      scopes.set(address, scope);
      add(rules, scope, base);
    }
  }
  return { imports, scopes: [...scopes].sort(([a], [b]) => (a < b ? 1 : -1)) };
}

/** The text of an import map. */
interface MapText {
  readonly imports?: unknown;
  readonly scopes?: Readonly<Record<string, unknown>>;
}

function parse(text: string): MapText {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    // The browser has said so.
    return {};
  }
}

function add(rules: unknown, to: Map<string, string | null>, base: string): void {
  for (const [name, target] of Object.entries(rules ?? {})) {
    const key = addressOf(name, base) ?? name;
    const address = typeof target === 'string' ? addressOf(target, base) : undefined;
    if (!to.has(key)) to.set(key, address ?? null);
  }
}

/** The address of a specifier that is one, relative or whole. */
function addressOf(specifier: string, base: string): string | undefined {
  try {
    return /^\.{0,2}\//.test(specifier) ? new URL(specifier, base).href : new URL(specifier).href;
  } catch {
    return undefined;
  }
}

function match(name: string, rules: ReadonlyMap<string, string | null>): string | undefined {
  const whole = rules.get(name);
  if (whole === null) throw new TypeError(`The import map blocks "${name}"`);
  if (whole !== undefined) return whole;
  const prefixes = [...rules.keys()].filter((key) => key.endsWith('/') && name.startsWith(key));
  const [longest] = prefixes.sort((a, b) => b.length - a.length);
  const target = longest === undefined ? undefined : rules.get(longest);
  if (longest === undefined || target === undefined) return undefined;
  if (target === null) throw new TypeError(`The import map blocks "${name}"`);
  return new URL(name.slice(longest.length), target).href;
}
