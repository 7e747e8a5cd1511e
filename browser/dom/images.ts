/**
 * New bytes for the images that a page shows: their addresses get the new stamp where they stand, in
 * elements and in style sheets.
 */

import type { StyleRenewal } from '../../runtime/update/plan.js';
import { parseAddress, stamp } from '../../runtime/url.js';
import { rootsOf } from './roots.js';

/** The browser's names for initiators: those whose images can be found, and those that only load ahead. */
const INITIATORS = new Set(['img', 'image', 'input', 'css', 'link']);

/** The elements that show images, and the attributes that name these. */
const ELEMENTS = 'img, source, input[type="image" i], image';
const ATTRIBUTES = ['src', 'srcset', 'href', 'xlink:href'];

/** Addresses in an attribute: one, or several with descriptors. */
const IN_ATTRIBUTE = /[^\s,](?:\S*[^\s,])?/g;
/** Addresses in styles, with the quotes that browsers and authors write. */
const IN_STYLE = /(?<=\burl\(\s*)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^"'()\s\\]+)/g;

/** A text that may name images. */
interface Place {
  readonly text: string;
  readonly addresses: RegExp;
  /** What they are relative to; `undefined` where the browser does not tell. */
  readonly base: string | undefined;
  write(text: string): void;
}

/** The images of a document and of its shadow roots. */
export class ShownImages {
  readonly #document: Document;
  readonly #initiators: (url: string) => Iterable<string>;

  /** @param initiators What loaded a url, in the browser's words. */
  constructor(document: Document, initiators: (url: string) => Iterable<string>) {
    this.#document = document;
    this.#initiators = initiators;
  }

  /** Whether the page shows the image, and uses it nowhere else. */
  shows(url: string): boolean {
    if (![...this.#initiators(url)].every((one) => INITIATORS.has(one))) return false;
    // Drawn pixels stay as they are.
    if (rootsOf(this.#document).some((root) => root.querySelector('canvas'))) return false;
    return [...placesIn(this.#document)].some(
      (place) => this.#stamped(place, url, 0) !== undefined,
    );
  }

  /** Shows images with their new bytes. */
  swap(images: readonly StyleRenewal[]): void {
    for (const { url, version } of images) {
      for (const place of placesIn(this.#document)) {
        const text = this.#stamped(place, url, version);
        if (text !== undefined) place.write(text);
      }
    }
  }

  /** The text with a stamp on each address of `url`; `undefined` when it has none. */
  #stamped({ text, addresses, base }: Place, url: string, version: number): string | undefined {
    let isFound = false;
    const stamped = text.replace(addresses, (found) => {
      const quote = /^["']/.exec(found)?.[0] ?? '';
      const address = quote ? found.slice(1, -1) : found;
      if (!this.#names(address, base, url)) return found;
      isFound = true;
      return quote + stamp(address, version) + quote;
    });
    return isFound ? stamped : undefined;
  }

  #names(address: string, base: string | undefined, url: string): boolean {
    const { baseURI, defaultView } = this.#document;
    const parsed = parseAddress(address, base ?? baseURI);
    if (parsed?.origin !== defaultView?.origin) return false;
    // One image too many does no harm.
    return parsed?.url === url || (base === undefined && url.endsWith(endOf(address)));
  }
}

/** A relative address without its way up and its stamp, as far as it has to be the end of a url. */
function endOf(address: string): string {
  const path = stamp(address, 0).replace(/^(\.{0,2}\/)*/, '');
  return `/${path.split('#', 1)[0]}`;
}

function* placesIn(document: Document): Generator<Place> {
  const base = document.baseURI;
  for (const root of rootsOf(document)) {
    for (const element of root.querySelectorAll(ELEMENTS)) {
      for (const name of ATTRIBUTES) {
        const text = element.getAttribute(name);
        const write = (to: string) => element.setAttribute(name, to);
        if (text !== null) yield { text, addresses: IN_ATTRIBUTE, base, write };
      }
    }
    for (const { style } of root.querySelectorAll<HTMLElement>('[style*="url("]')) {
      yield placeIn(style, base);
    }
    for (const sheet of [...root.styleSheets, ...root.adoptedStyleSheets]) yield* inSheet(sheet);
  }
}

function* inSheet(sheet: CSSStyleSheet): Generator<Place> {
  try {
    yield* inRules(sheet.cssRules, sheet.href ?? undefined);
  } catch {
    // The rules of other origins' sheets are not to be read.
  }
}

function* inRules(rules: CSSRuleList, base: string | undefined): Generator<Place> {
  for (const rule of rules) {
    if (rule instanceof CSSImportRule) {
      if (rule.styleSheet) yield* inSheet(rule.styleSheet);
      continue;
    }
    // A font does not change with its rule.
    if (rule instanceof CSSFontFaceRule) continue;
    if ('style' in rule) yield placeIn(rule.style as CSSStyleDeclaration, base);
    if ('cssRules' in rule) yield* inRules(rule.cssRules as CSSRuleList, base);
  }
}

function placeIn(style: CSSStyleDeclaration, base: string | undefined): Place {
  const write = (text: string) => {
    style.cssText = text;
  };
  return { text: style.cssText, addresses: IN_STYLE, base, write };
}
