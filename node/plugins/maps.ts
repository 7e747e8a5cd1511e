/**
 * Source maps of what several plugins made of one text, one after the other.
 */

import remapping, { type SourceMapInput } from '@jridgewell/remapping';

/** A source map as plugins return it. */
export type SourceMap = Exclude<SourceMapInput, string>;

/**
 * One map of several, as JSON; `undefined` where there is none.
 *
 * @param maps The last first.
 * @param name What the source is called.
 * @param source Its text, where the maps do not have it.
 */
export function joinMaps(
  maps: readonly SourceMap[],
  name: string,
  source: string,
): string | undefined {
  if (maps.length === 0) return undefined;
  // If a map has several sources, it is unknown to which of them the earlier maps belong.
  const isChain = maps.slice(0, -1).every((map) => (map.sources?.length ?? 0) <= 1);
  const joined = isChain
    ? remapping([...maps], () => null)
    : remapping(maps[0] as SourceMap, () => null);
  const contents = joined.sources.map((_, index) => joined.sourcesContent?.[index] ?? null);
  const [first = null] = contents;
  const sources = joined.sources.length <= 1 ? [name] : joined.sources.map((one) => one ?? name);
  return JSON.stringify({
    version: 3,
    names: joined.names,
    mappings: joined.mappings,
    sources,
    sourcesContent: contents.length <= 1 ? [first ?? source] : contents,
  });
}
