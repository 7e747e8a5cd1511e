/**
 * A soak by hand: `node __test__/soak/run.js [--seed 1] [--steps 500] [--minutes 10] [--calm] [--acyclic]
 * [--sample-every 250] [--json file]`.
 *
 * The summary goes to stdout, or to the file. A failure is printed with what led to it and how to make it happen again.
 */

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { closeBrowser } from '../helpers/browser.js';
import { Soak } from './soak.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '500' },
    minutes: { type: 'string', default: 'Infinity' },
    calm: { type: 'boolean', default: false },
    acyclic: { type: 'boolean', default: false },
    'sample-every': { type: 'string', default: 'Infinity' },
    json: { type: 'string' },
  },
});

const soak = new Soak({
  seed: Number(values.seed),
  steps: Number(values.steps),
  sampleEvery: Number(values['sample-every']),
  calm: values.calm,
  cycles: !values.acyclic,
  minutes: Number(values.minutes),
  progress: (text) => console.error(text),
});
try {
  await soak.run();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await closeBrowser();
}
const summary = JSON.stringify(soak.summary, null, 1);
if (values.json) writeFileSync(values.json, `${summary}\n`);
else console.log(summary);
