/**
 * The file of results, and the pages that are written of it: in docs/benchmarks.md what is between
 * `<!-- bench: part -->` and `<!-- end -->`, and the plots.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root } from '../scripts/run.js';
import { describe } from './machine.js';
import { plot as plotLatency } from './plots/latency.js';
import { plot as plotLoads } from './plots/loads.js';

const RESULTS = join(root, 'bench', 'results.json');
const PAGE = join(root, 'docs', 'benchmarks.md');
/** By part, the plot of it. */
const PLOTS = {
  latency: { file: join(root, 'docs', 'benchmarks.svg'), plot: plotLatency },
  reload: { file: join(root, 'docs', 'page-loads.svg'), plot: plotLoads },
};

/** What was measured last, by part: `{ conditions, result }`. */
export const read = () => (existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {});

/** Keeps what was measured of a part. */
export function keep(part, measured) {
  const text = JSON.stringify({ ...read(), [part]: measured }, null, 1);
  // A list of numbers is one line.
  const lines = text.replace(/\[[\s\d.,-]+\]/g, (list) => list.replace(/\s+/g, ' '));
  writeFileSync(RESULTS, `${lines}\n`);
}

/**
 * Writes the pages.
 *
 * @param {Record<string, { report(result: object): string }>} parts
 */
export function publish(parts) {
  const results = read();
  let page = readFileSync(PAGE, 'utf8');
  for (const [part, { conditions, result }] of Object.entries(results)) {
    const place = new RegExp(`(<!-- bench: ${part} -->\n).*?(?=<!-- end -->)`, 's');
    if (!place.test(page)) throw new Failure(`docs/benchmarks.md has no place for ${part}.`);
    const text = `\n${parts[part].report(result)}\n\n${describe(conditions)}\n\n`;
    page = page.replace(place, (_, start) => start + text);
  }
  writeFileSync(PAGE, page);
  for (const [part, { file, plot }] of Object.entries(PLOTS)) {
    if (results[part]) writeFileSync(file, plot(results[part]));
  }
}
