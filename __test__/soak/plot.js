/**
 * Draws what a soak measured: `node __test__/soak/plot.js summary.json plot.svg`. Each line is a share of its own
 * largest value, which stands next to it.
 */

import { readFileSync, writeFileSync } from 'node:fs';

const [summaryFile, plotFile] = process.argv.slice(2);
const { samples } = JSON.parse(readFileSync(summaryFile, 'utf8'));
const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const mean = (pages, key) => pages.reduce((sum, page) => sum + page[key], 0) / pages.length;

const LINES = [
  ['server: heap', ({ heap }) => heap, mebibytes, '#1f77b4'],
  ['server: inotify watches', ({ watches }) => watches, String, '#2ca02c'],
  ['server: threads', ({ threads }) => threads, String, '#9467bd'],
  ['server: descriptors', ({ descriptors }) => descriptors, String, '#8c564b'],
  ['page: heap', ({ pages }) => mean(pages, 'heap'), mebibytes, '#d62728'],
  ['page: listeners', ({ pages }) => mean(pages, 'listeners'), String, '#ff7f0e'],
];
const [WIDTH, HEIGHT, ROW] = [560, 36, 52];
const last = samples.at(-1)?.step ?? 1;

const rows = LINES.map(([name, read, show, color], index) => {
  const values = samples.map(read);
  const most = Math.max(...values);
  const points = values.map((value, at) => {
    const x = (samples[at].step / last) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - (value / most) * HEIGHT).toFixed(1)}`;
  });
  const range = `${show(values[0])} → ${show(values.at(-1))}, at most ${show(most)}`;
  return `<g transform="translate(10 ${20 + index * ROW})">
<text y="-4" font-size="11">${name}: ${range}</text>
<line x1="0" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}" stroke="#ccc"/>
<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="1.5"/>
</g>`;
});
const height = LINES.length * ROW + 30;
const axis = `<text x="10" y="${height - 6}" font-size="11">0 to ${last} steps</text>`;
writeFileSync(
  plotFile,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH + 20} ${height}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#fff"/>
${rows.join('\n')}
${axis}
</svg>
`,
);
