/**
 * New text for the style sheets that a page shows. For a link, the new sheet loads next to the old one and takes its
 * place when it has loaded. It stays until the link itself, which code may hold, has loaded it too. So the page is
 * never without styles, and never has both. In a `<style>`, a new `@import` takes the place of the old one when it has
 * loaded.
 */

import type { StyleRenewal } from '../../runtime/update/plan.js';
import { parseAddress, stamp } from '../../runtime/url.js';
import { patient, pause } from '../../runtime/wait.js';
import { rootsOf } from './roots.js';

/** A media query that applies nowhere: the browser loads the sheet and does not use it yet. */
const NOT_YET = 'not all';
/** Milliseconds until an update goes on without a sheet that does not come. */
const PATIENCE = 5000;
/** Milliseconds between two looks whether an import has loaded: nothing tells. */
const STEP = 10;

/** The style sheets of a document and of its shadow roots. */
export class ShownStyles {
  readonly #document: Document;
  /** Links that load the new text, by the link that they stand in for. */
  readonly #coming = new Map<HTMLLinkElement, HTMLLinkElement>();

  constructor(document: Document) {
    this.#document = document;
  }

  /** Whether a link or a `<style>` shows the style sheet, directly or by `@import`. */
  shows(url: string): boolean {
    return (
      this.#links().some((link) => this.#urlOf(link) === url || this.#imports(link.sheet, url)) ||
      this.#written().some((sheet) => this.#imports(sheet, url))
    );
  }

  /**
   * Shows style sheets with their new text.
   *
   * @param version The stamp of sheets that are not renewed themselves, but import one that is.
   * @returns When all are shown. Rejects when one could not be loaded; the old one stays.
   */
  async swap(styles: readonly StyleRenewal[], version: number): Promise<void> {
    if (styles.length === 0) return;
    const versions = new Map(styles.map((style) => [style.url, style.version]));
    const swaps: Promise<void>[] = [];
    for (const link of this.#links()) {
      const own = versions.get(this.#urlOf(link) ?? '');
      const imports = () => styles.some(({ url }) => this.#imports(link.sheet, url));
      const target = own ?? (imports() ? version : undefined);
      if (target !== undefined) swaps.push(this.#swap(link, target));
    }
    for (const sheet of this.#written()) {
      for (const rule of importRules(sheet)) {
        const own = versions.get(this.#urlOfRule(rule, sheet) ?? '');
        const imports = () => styles.some(({ url }) => this.#imports(rule.styleSheet, url));
        const target = own ?? (imports() ? version : undefined);
        if (target !== undefined) swaps.push(this.#swapImport(sheet, rule, target));
      }
    }
    const failed = (await Promise.allSettled(swaps)).find((swap) => swap.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #swap(old: HTMLLinkElement, version: number): Promise<void> {
    this.#drop(old);
    const address = stamp(old.getAttribute('href') ?? '', version);
    if (old.disabled) {
      // Nothing loads, nothing shows.
      old.setAttribute('href', address);
      return;
    }
    const link = old.cloneNode() as HTMLLinkElement;
    link.setAttribute('href', address);
    link.media = NOT_YET;
    this.#coming.set(old, link);
    const loaded = new Promise<void>((resolve, reject) => {
      link.addEventListener('load', () => resolve(this.#replace(old, link, address)), {
        once: true,
      });
      const failed = () => {
        if (this.#isWhole(link.sheet)) return resolve(this.#replace(old, link, address));
        if (this.#coming.get(old) === link) this.#drop(old);
        reject(new Error(`${this.#urlOf(link)} could not be loaded`));
      };
      link.addEventListener('error', failed, { once: true });
    });
    old.after(link);
    await patient(loaded, PATIENCE);
  }

  /** The new text is there: it is shown, as the old one is by now, and becomes the text of the old link. */
  async #replace(old: HTMLLinkElement, link: HTMLLinkElement, address: string): Promise<void> {
    if (this.#coming.get(old) !== link) return;
    if (!old.isConnected) return this.#drop(old);
    // Code may switch it until the end.
    const sheet = old.sheet;
    const media = old.getAttribute('media');
    setMedia(link, media);
    if (link.sheet) link.sheet.disabled = sheet?.disabled ?? old.disabled;
    old.media = NOT_YET;
    const isThere = await new Promise<boolean>((resolve) => {
      old.addEventListener('load', () => resolve(true), { once: true });
      old.addEventListener('error', () => resolve(this.#isWhole(old.sheet)), { once: true });
      old.setAttribute('href', address);
      // Switched off meanwhile: it loads when it is switched on.
      if (old.disabled) resolve(true);
    });
    // At once: no frame has both or none. The file may be another one by now.
    if (old.getAttribute('media') === NOT_YET) setMedia(old, media);
    // Without it the other one goes on to stand in.
    if (!isThere || this.#coming.get(old) !== link) return;
    if (old.sheet && sheet) old.sheet.disabled = sheet.disabled;
    this.#drop(old);
  }

  async #swapImport(sheet: CSSStyleSheet, old: CSSImportRule, version: number): Promise<void> {
    // Code may have written another text meanwhile.
    const remove = (rule: CSSRule) => {
      const index = [...sheet.cssRules].indexOf(rule);
      if (index >= 0) sheet.deleteRule(index);
    };
    const text = old.cssText.replace(JSON.stringify(old.href), (quoted) =>
      JSON.stringify(stamp(JSON.parse(quoted), version)),
    );
    const index = sheet.insertRule(text, [...sheet.cssRules].indexOf(old) + 1);
    const rule = sheet.cssRules[index] as CSSImportRule;
    for (let waited = 0; !isThere(rule) && waited < PATIENCE; waited += STEP) await pause(STEP);
    if (isThere(rule)) return remove(old);
    remove(rule);
    throw new Error(`${old.href} could not be loaded`);
  }

  /** Whether a sheet has loaded though its link fails: what it imports from elsewhere may be missing, as in any page. */
  #isWhole(sheet: CSSStyleSheet | null): boolean {
    const lacks = (one: CSSStyleSheet | null): boolean =>
      importRules(one).some((rule) => {
        const isOwn = this.#urlAt(rule.href, one?.href ?? undefined) !== undefined;
        // One that is not found is empty.
        return isOwn && (!rule.styleSheet?.cssRules.length || lacks(rule.styleSheet));
      });
    return importRules(sheet).length > 0 && !lacks(sheet);
  }

  #drop(old: HTMLLinkElement): void {
    this.#coming.get(old)?.remove();
    this.#coming.delete(old);
  }

  /** The links that show a style sheet now, those still loading left out. */
  #links(): HTMLLinkElement[] {
    const coming = new Set(this.#coming.values());
    return rootsOf(this.#document)
      .flatMap((root) => [
        ...root.querySelectorAll<HTMLLinkElement>('link[rel~="stylesheet" i][href]'),
      ])
      .filter((link) => !coming.has(link));
  }

  /** The sheets that `<style>` elements hold. */
  #written(): CSSStyleSheet[] {
    return rootsOf(this.#document)
      .flatMap((root) => [...root.querySelectorAll('style')])
      .flatMap(({ sheet }) => sheet ?? []);
  }

  #imports(sheet: CSSStyleSheet | null, url: string): boolean {
    return importRules(sheet).some(
      (rule) => this.#urlOfRule(rule, sheet) === url || this.#imports(rule.styleSheet, url),
    );
  }

  #urlOfRule(rule: CSSImportRule, sheet: CSSStyleSheet | null): string | undefined {
    return this.#urlAt(rule.styleSheet?.href ?? rule.href, sheet?.href ?? undefined);
  }

  #urlOf(link: HTMLLinkElement): string | undefined {
    return this.#urlAt(link.href);
  }

  #urlAt(address: string, base: string = this.#document.baseURI): string | undefined {
    const parsed = parseAddress(address, base);
    return parsed?.origin === this.#document.defaultView?.origin ? parsed?.url : undefined;
  }
}

function setMedia(link: HTMLLinkElement, media: string | null): void {
  if (media === null) link.removeAttribute('media');
  else link.setAttribute('media', media);
}

/** Whether what a rule imports has loaded. */
function isThere({ styleSheet }: CSSImportRule): boolean {
  try {
    return styleSheet !== null && styleSheet.cssRules.length >= 0;
  } catch {
    return false;
  }
}

function importRules(sheet: CSSStyleSheet | null): CSSImportRule[] {
  try {
    return [...(sheet?.cssRules ?? [])].filter((rule) => rule instanceof CSSImportRule);
  } catch {
    // The rules of other origins' sheets are not to be read.
    return [];
  }
}
