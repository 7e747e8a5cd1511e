/** Texts one below the other, with one source map. */

import {
  decode,
  encode,
  type SourceMapMappings,
  type SourceMapSegment,
} from '@jridgewell/sourcemap-codec';

/** A text, and the source map of it where it has one. */
export interface Section {
  code: string;
  map?: { mappings: string; sources: string[]; sourcesContent?: (string | null)[] } | undefined;
}

/** Joins texts. All maps are of one source. */
export function joinSections(sections: readonly Section[]): {
  code: string;
  map: object | undefined;
} {
  const mappings: SourceMapMappings = [];
  for (const { code, map } of sections) {
    const lines = code.split('\n').length;
    const known = map ? decode(map.mappings) : [];
    for (let line = 0; line < lines; line += 1) {
      const segments = known[line] ?? [];
      // Names are of no use here.
      mappings.push(segments.map((one) => one.slice(0, 4) as SourceMapSegment));
    }
  }
  const first = sections.find(({ map }) => map)?.map;
  const code = sections.map((section) => section.code).join('\n');
  if (!first) return { code, map: undefined };
  const { sources, sourcesContent } = first;
  return {
    code,
    map: { version: 3, names: [], sources, sourcesContent, mappings: encode(mappings) },
  };
}
