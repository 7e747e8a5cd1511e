/**
 * HTML pages: what they load, and the places where hotgraph adds to them.
 *
 * Edits by source offsets; every byte that is not hotgraph's stays as it was, and no line moves.
 */

import { type DefaultTreeAdapterMap, parse } from 'parse5';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

/** A page with hotgraph in it, and what it loads. */
export interface TransformedPage {
  /** The HTML to serve. */
  html: string;
  /** What the page's references are relative to: its location, or what `<base href>` makes of it. */
  base: string;
  /** The page's import map, without other origins; `undefined` when it has none. */
  importMap: ImportMap | undefined;
  /** References to all it loads: scripts, styles, images, and the urls of its inline modules. */
  loads: string[];
}

/** An import map. */
export interface ImportMap {
  /** Urls by the specifiers, or prefixes of specifiers, that stand for them. */
  imports: Record<string, string>;
  /** The same, by the url or prefix of urls of the modules where they count. */
  scopes: Record<string, Record<string, string>>;
}

type UrlOf = (address: string) => string | undefined;

/** What the transformation asks for. */
export interface PageHooks {
  /**
   * Says which code of a page runs, before any of it is served.
   *
   * @param base What its references are relative to.
   * @param scripts References to its module scripts.
   * @param inline The code of those that stand in it.
   */
  begin?(base: string, scripts: string[], inline: string[]): void;
  /** Returns a reference with its current version stamp, or `null` when it needs none. */
  stamped(base: string, reference: string): string | null;
  /** Returns the code to serve of an inline module script, or `null` when it stays as it is. */
  inlineModule(url: string, source: string): string | null;
  /** Is told of an import map that cannot be read. Its place counts from 1. */
  unreadable?(message: string, line: number, column: number): void;
  /** Markup for the start of the head, or a function that gets the nonce of the page's own scripts and returns it. */
  head: string | ((nonce: string | undefined) => string);
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * Puts hotgraph into a page: the client in front of everything that it loads, and hot inline modules. No line moves.
 *
 * @param html The page.
 * @param identity The page's url in the graph, such as `/index.html`.
 * @param location The address where the browser sees it, `http://localhost:8000/`, or its path when the host is not
 *   known.
 */
export function transformPage(
  html: string,
  identity: string,
  location: string,
  hooks: PageHooks,
): TransformedPage {
  const document = parse(html, { sourceCodeLocationInfo: true });
  const elements = [...walk(document)];
  const site = new Site(location);
  const base = site.baseOf(elements);
  const modules = elements.filter((element) => element.tagName === 'script' && isModule(element));
  hooks.begin?.(
    site.said(base),
    modules.flatMap((element) => attribute(element, 'src') ?? []),
    modules.filter(isInlineModule).map(textOf),
  );
  const nonce = elements.map((element) => attribute(element, 'nonce')).find(Boolean);
  const head = typeof hooks.head === 'string' ? hooks.head : hooks.head(nonce);
  const edits: Edit[] = [{ ...insertionPoint(document, elements), text: head }];
  const loads: string[] = [];

  for (const element of elements) {
    const reference = referenceOf(element);
    if (reference) {
      if (!reference.isHint) loads.push(reference.value);
      const stamped = reference.stampable ? hooks.stamped(site.said(base), reference.value) : null;
      const place = element.sourceCodeLocation?.attrs?.[reference.attribute];
      if (stamped !== null && place) {
        const text = `${reference.attribute}="${escapeAttribute(stamped)}"`;
        edits.push({ start: place.startOffset, end: place.endOffset, text });
      }
    } else if (isInlineModule(element)) {
      const [source] = element.childNodes;
      const place = source?.sourceCodeLocation;
      // Where it stands names it: people are told the page and the line.
      const { startLine = 1, startCol = 1 } = place ?? element.sourceCodeLocation ?? {};
      const url = `${base.pathname}?__inline=${identity}:${startLine}:${startCol}`;
      loads.push(url);
      if (place && 'value' in source) {
        const code = hooks.inlineModule(url, source.value);
        if (code !== null) {
          edits.push({ start: place.startOffset, end: place.endOffset, text: code });
        }
      }
    }
  }
  const importMap = importMapOf(elements, (address) => site.urlOf(address, base), hooks);
  return { html: apply(html, edits), base: site.said(base), importMap, loads };
}

/** Stands for the origin that all of a page's own modules share, where it is not known. */
const ORIGIN = 'http://page.invalid';

/** Where a page is. Its scheme does not count: a proxy may have changed it. */
class Site {
  readonly #location: URL;

  constructor(location: string) {
    const address = location.startsWith('/') ? ORIGIN + location : location;
    this.#location = new URL(URL.canParse(address) ? address : ORIGIN);
  }

  /** What references are relative to. */
  baseOf(elements: Element[]): URL {
    const href = elements.find((found) => found.tagName === 'base' && attribute(found, 'href'));
    const base = this.#parse((href && attribute(href, 'href')) ?? '', this.#location);
    return base && this.#isOwn(base) ? base : this.#location;
  }

  /** The url on this server that an address is; `undefined` when it is elsewhere. */
  urlOf(address: string, base: URL): string | undefined {
    const url = this.#parse(address, base);
    return url && this.#isOwn(url) ? url.pathname + url.search : undefined;
  }

  /** An address as the location was given: whole, or its path only. */
  said(address: URL): string {
    return address.origin === ORIGIN ? address.pathname : address.origin + address.pathname;
  }

  #isOwn(url: URL): boolean {
    return /^https?:$/.test(url.protocol) && url.host === this.#location.host;
  }

  #parse(address: string, base: URL): URL | undefined {
    return URL.canParse(address, base.href) ? new URL(address, base.href) : undefined;
  }
}

function* walk(node: Node): Generator<Element> {
  if ('tagName' in node) yield node;
  if ('childNodes' in node) for (const child of node.childNodes) yield* walk(child);
}

function textOf(element: Element): string {
  const [text] = element.childNodes;
  return text && 'value' in text ? text.value : '';
}

function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((found) => found.name === name)?.value;
}

/** @param urlOf The url on this server that an address is. */
function importMapOf(
  elements: Element[],
  urlOf: UrlOf,
  { unreadable }: Pick<PageHooks, 'unreadable'>,
): ImportMap | undefined {
  const maps = elements.filter((found) => attribute(found, 'type')?.toLowerCase() === 'importmap');
  if (maps.length === 0) return undefined;
  const map: ImportMap = { imports: {}, scopes: {} };
  for (const element of maps) {
    try {
      const { imports = {}, scopes = {} } = JSON.parse(textOf(element));
      Object.assign(map.imports, resolved(imports, urlOf));
      for (const [scope, specifiers] of Object.entries<object>(scopes)) {
        const prefix = urlOf(scope);
        if (prefix !== undefined) map.scopes[prefix] = resolved(specifiers, urlOf);
      }
    } catch (error) {
      const { startLine = 1, startCol = 1 } = element.sourceCodeLocation ?? {};
      unreadable?.(`the import map cannot be read: ${reasonOf(error)}`, startLine, startCol);
    }
  }
  return map;
}

/** What is wrong with JSON, without the place, which counts from the beginning of the map. */
function reasonOf(error: unknown): string {
  return String((error as Error)?.message ?? error).replace(
    / (?:in JSON )?at position \d+.*$/s,
    '',
  );
}

/** The entries of a map with their addresses as urls of this server. */
function resolved(specifiers: object, urlOf: UrlOf): Record<string, string> {
  const entries = Object.entries<unknown>({ ...specifiers }).flatMap(([specifier, address]) => {
    const url = urlOf(String(address));
    const isAddress = /^(\.{0,2}\/|[a-z][a-z\d+.-]*:)/i.test(specifier);
    const name = isAddress ? (urlOf(specifier) ?? specifier) : specifier;
    return url === undefined ? [] : [[name, url] as const];
  });
  return Object.fromEntries(entries);
}

interface Reference {
  attribute: 'src' | 'href';
  value: string;
  /** Whether it is stamped. A stamped style sheet is the one that later updates replace. */
  stampable: boolean;
  /** Whether nothing uses it yet: what a page merely preloads is not imported by it. */
  isHint: boolean;
}

function referenceOf(element: Element): Reference | null {
  const src = attribute(element, 'src');
  const href = attribute(element, 'href');
  if (element.tagName === 'script' && src) {
    return { attribute: 'src', value: src, stampable: false, isHint: false };
  }
  if (element.tagName === 'img' && src) {
    return { attribute: 'src', value: src, stampable: false, isHint: false };
  }
  if (element.tagName === 'link' && href) {
    const rel = attribute(element, 'rel')?.toLowerCase().split(/\s+/) ?? [];
    const stampable = rel.includes('stylesheet');
    const isHint = rel.includes('modulepreload');
    if (stampable || isHint) return { attribute: 'href', value: href, stampable, isHint };
  }
  return null;
}

function isModule(element: Element): boolean {
  return attribute(element, 'type')?.toLowerCase() === 'module';
}

function isInlineModule(element: Element): boolean {
  return (
    element.tagName === 'script' && isModule(element) && attribute(element, 'src') === undefined
  );
}

/**
 * Where our client goes: first in the head, or after an import map, which has to stand in front of every module script,
 * and after a policy, which says what scripts may do. Never before the doctype, without which a page is another one.
 */
function insertionPoint(document: Node, elements: Element[]): { start: number; end: number } {
  const isImportMap = (one: Element) => attribute(one, 'type')?.toLowerCase() === 'importmap';
  const isPolicy = (one: Element) =>
    attribute(one, 'http-equiv')?.toLowerCase() === 'content-security-policy';
  const last = elements.findLast((one) => isImportMap(one) || isPolicy(one));
  const doctype = 'childNodes' in document ? document.childNodes.find(isDoctype) : undefined;
  const places = [
    last?.sourceCodeLocation?.endOffset,
    startTagEnd(elements, 'head'),
    startTagEnd(elements, 'html'),
    doctype?.sourceCodeLocation?.endOffset,
  ];
  const at = places.find((place) => place !== undefined) ?? 0;
  return { start: at, end: at };
}

function isDoctype(node: Node): boolean {
  return node.nodeName === '#documentType';
}

function startTagEnd(elements: Element[], tagName: string): number | undefined {
  const element = elements.find((found) => found.tagName === tagName);
  return element?.sourceCodeLocation?.startTag?.endOffset;
}

function apply(html: string, edits: Edit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits.sort((a, b) => a.start - b.start)) {
    result += html.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + html.slice(at);
}

/** Text for a double-quoted attribute. */
export function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}
