/**
 * Names with a digest, which let browsers keep a file: a backend may call `app.js` `app-3f2a1c9b.js`.
 */

/** What digests are made of, and how long they are. */
const DIGEST = /^[\w-]{6,64}$/;

/** Digests that are told from words: hexadecimal, with a digit. */
const HEXADECIMAL = /^(?=[a-f]*\d)[0-9a-f]{6,64}$/;

/**
 * The names that a file may have whose url ends with `name`: that name, and those without what may be a digest. The longest
 * comes first.
 */
export function namesOf(name: string): string[] {
  return [name, ...digested(name).map(([plain]) => plain)];
}

/** The name without its digest, where there surely is one. */
export function withoutDigest(name: string): string | undefined {
  return digested(name).find(([, digest]) => HEXADECIMAL.test(digest))?.[0];
}

/** All ways to read a name as one with a digest: the name without, and the digest. */
function digested(name: string): [plain: string, digest: string][] {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = [name.slice(0, dot), name.slice(dot)];
  const found: [string, string][] = [];
  for (let at = stem.length - 1; at > 0; at -= 1) {
    if (stem[at] !== '-' && stem[at] !== '.') continue;
    const digest = stem.slice(at + 1);
    if (DIGEST.test(digest)) found.push([stem.slice(0, at) + extension, digest]);
  }
  return dot > 0 ? found : [];
}
