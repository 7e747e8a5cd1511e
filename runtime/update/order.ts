/**
 * In which order accepted modules are evaluated: the page's own, as it was when they ran first.
 */
import type { Generation } from '../model/generation.js';
import { View } from '../model/view.js';

/**
 * Sorts generations that are linked, to be evaluated one after the other with what they import.
 *
 * Modules ran in the order in which imports are followed, deepest first. So modules come in the order in which they
 * ran. A circle is the exception: the one that ran last was imported first, and leads to the others again.
 *
 * @param linked All that is linked with them.
 */
export function inPageOrder(
  roots: readonly Generation[],
  linked: ReadonlySet<Generation>,
): Generation[] {
  const rankOf = ({ module }: Generation) => module.rank ?? Number.POSITIVE_INFINITY;
  const sorted = [...roots].sort((a, b) => rankOf(a) - rankOf(b) || 0);
  if (sorted.length < 2) return sorted;
  const left = new Set(sorted);
  const known = new Map<Generation, ReadonlySet<Generation>>();
  const reachedFrom = (root: Generation) => {
    const reached = known.get(root) ?? reach(root, linked);
    known.set(root, reached);
    return reached;
  };
  const ordered: Generation[] = [];
  for (const root of sorted) {
    if (!left.has(root)) continue;
    const reached = reachedFrom(root);
    const circle = [...left].filter((one) => reached.has(one) && reachedFrom(one).has(root));
    ordered.push(...circle.reverse());
    for (const one of [root, ...circle]) left.delete(one);
    if (circle.length === 0) ordered.push(root);
  }
  return ordered;
}

/** What a generation imports, directly or not; itself only in a circle. */
function reach(root: Generation, linked: ReadonlySet<Generation>): ReadonlySet<Generation> {
  const reached = new Set<Generation>();
  const ways = [root];
  for (let one = ways.pop(); one; one = ways.pop()) {
    for (const source of one.sources) {
      const imported = source instanceof View ? source.generation : undefined;
      if (!imported || !linked.has(imported) || reached.has(imported)) continue;
      reached.add(imported);
      ways.push(imported);
    }
  }
  return reached;
}
