/**
 * `npm run conformance`: installs the peers, runs every scenario on every server and writes the table.
 *
 * `--table` writes the table again, of what was found last. A server's name and a scenario's run only that and
 * print how it went.
 */
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from '../scripts/browser.js';
import { heading, main, root } from '../scripts/run.js';
import { installIn, setup } from '../scripts/setup.js';
import { scenarios } from './scenarios.js';
import { table } from './table.js';

const folder = join(root, 'conformance');
const RESULTS = join(folder, 'results.json');
const TABLE = join(root, 'docs', 'conformance.md');

/** Runs scenarios on a server in a process of its own, with a browser of its own. */
async function runOn(name, ids) {
  const child = fork(join(folder, 'worker.js'), [name, ...ids]);
  const result = new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('close', (code) => reject(new Error(`${name}: ended with exit code ${code}`)));
  });
  return await result;
}

await main(import.meta, async () => {
  const [name, ...ids] = process.argv.slice(2);
  if (name !== '--table') {
    await ensureBrowser();
    await setup();
    await installIn('peers', 'conformance');
    const { Packages, serversOf } = await import('./servers.js');
    const servers = serversOf(new Packages(folder));
    heading('conformance');
    if (name) return console.log(await runOn(name, ids));
    const outcomes = await Promise.all(
      servers.map((server) => runOn(server.name, Object.keys(scenarios))),
    );
    const results = {
      date: new Date().toISOString().slice(0, 10),
      platform: `Node ${process.version.slice(1)} on ${process.platform}`,
      browser: outcomes[0].browser,
      servers: servers.map((server, at) => ({
        name: server.name,
        version: server.version,
        outcomes: outcomes[at].outcomes,
      })),
    };
    writeFileSync(RESULTS, `${JSON.stringify(results, null, 1)}\n`);
  }
  writeFileSync(TABLE, table(JSON.parse(readFileSync(RESULTS, 'utf8'))));
});
