/**
 * One server in a process of its own: `node server.js <id> <folder> <options as JSON>`. It says when it listens,
 * passes on what the server reports when `events` asks for that, and ends with its parent.
 */
import { servers } from './servers.js';
import { now } from './statistics.js';

/** Milliseconds that the server has to end. */
const PATIENCE = 5000;

const [id, folder, json] = process.argv.slice(2);
const { events, ...options } = JSON.parse(json);
const system = servers.find((candidate) => candidate.id === id);
if (!system) throw new Error(`There is no server ${id}.`);
const onEvent = events ? ({ type }) => process.send?.({ event: type, at: now() }) : undefined;
const server = await system.start(folder, { port: 0, ...options, onEvent });

/** Some servers leave something that would keep the process alive, or do not come to an end. */
async function stop() {
  setTimeout(() => process.exit(), PATIENCE);
  await server.stop();
  process.exit();
}
process.once('message', stop);
process.once('disconnect', stop);
process.send?.({ url: server.url });
