/**
 * The second argument of `import()` (ECMA-262, 13.3.10.1).
 */

/** The attributes of an import, by name. */
export type ImportAttributes = Readonly<Record<string, string>>;

/**
 * Reads the options of an import, once.
 *
 * @throws {TypeError} What the language does not allow there, or what the options throw themselves.
 */
export function readOptions(options: unknown): ImportAttributes | undefined {
  if (options === undefined) return undefined;
  if (!isObject(options)) throw new TypeError('The second argument of import() must be an object');
  const attributes = (options as { with?: unknown }).with;
  if (attributes === undefined) return undefined;
  if (!isObject(attributes)) throw new TypeError('The "with" option must be an object');
  const read = Object.entries(attributes);
  for (const [name, value] of read) {
    if (typeof value === 'string') continue;
    throw new TypeError(`The value of the import attribute "${name}" must be a string`);
  }
  return Object.fromEntries(read) as ImportAttributes;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
