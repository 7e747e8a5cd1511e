/**
 * Templates by their text: code that runs again has new template objects, which Lit would take for other templates, and make
 * their DOM anew.
 */

/** A tag of a template. */
export type Tag = (strings: TemplateStringsArray, ...values: unknown[]) => unknown;

/** The templates that a module has shown since it ran, and in the time before. */
interface Shown {
  now: Map<string, TemplateStringsArray>;
  before: ReadonlyMap<string, TemplateStringsArray>;
}

const known = new Map<string, Shown>();
/** What stands for a template, and its text. Code that runs twice as it is has one template twice. */
const same = new WeakMap<TemplateStringsArray, { text: string; first: TemplateStringsArray }>();

/**
 * A tag that gives the same text the same template, whichever generation of a module it is in.
 *
 * @param at Which one it is of those with this text in the module.
 */
export function tag(of: Tag, url: string, at: number): Tag {
  return (strings, ...values) => of(stringsOf(strings, url, at), ...values);
}

/** A module runs: what it does not show until it runs again is forgotten. */
export function templates(url: string): void {
  const { now: before } = shownBy(url);
  known.set(url, { now: new Map(), before });
}

function shownBy(url: string): Shown {
  const found = known.get(url) ?? { now: new Map(), before: new Map() };
  known.set(url, found);
  return found;
}

function stringsOf(strings: TemplateStringsArray, url: string, at: number): TemplateStringsArray {
  const { now, before } = shownBy(url);
  let found = same.get(strings);
  if (!found) {
    const text = `${at}\0${strings.raw.join('\0')}`;
    found = { text, first: now.get(text) ?? before.get(text) ?? strings };
    same.set(strings, found);
  }
  if (!now.has(found.text)) now.set(found.text, found.first);
  return found.first;
}
