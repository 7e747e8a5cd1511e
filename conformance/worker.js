/**
 * Runs scenarios on one server and sends how they went: `node worker.js <server> <scenario>…`.
 */
import { browserVersion, closeBrowser } from '../__test__/helpers/browser.js';
import { judge } from './judge.js';
import { scenarios } from './scenarios.js';
import { Packages, serversOf } from './servers.js';

/** A browser that ends in between is no finding about a server. */
const ATTEMPTS = 3;

const [name, ...ids] = process.argv.slice(2);
const server = serversOf(new Packages(import.meta.dirname)).find(
  (candidate) => candidate.name === name,
);
if (!server) throw new Error(`there is no server called ${name}`);

/** @type {Record<string, string>} */
const outcomes = {};
for (const id of ids) {
  for (let attempt = 1; outcomes[id] === undefined; attempt++) {
    try {
      outcomes[id] = await judge(scenarios[id], server);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await closeBrowser().catch(() => {});
    }
  }
  console.log(`${name}: ${id}: ${outcomes[id]}`);
}
const browser = await browserVersion();
await closeBrowser();
// Some servers leave something that would keep the process alive.
process.send?.({ browser, outcomes }, () => process.exit());
