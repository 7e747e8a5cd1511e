/**
 * A thread that sends long reports on many sockets, as fast as it can: `{ url, sockets }`. Posts a message when the
 * flood has begun.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';

/** Bytes that a socket may have waiting. More could fill the memory of this process. */
const MOST_BUFFERED = 4_000_000;

/** Reports of one socket in a turn: others, and answers to pings, have theirs. */
const MOST_AT_ONCE = 20;

/** How many reports make a flood. */
const BEGUN = 200;

const { url, sockets } = workerData;
let reports = 0;

/** A report of 110 kB, each another. */
function report() {
  reports += 1;
  if (reports === BEGUN) parentPort?.postMessage('begun');
  const deps = Array.from({ length: 4500 }, (_, index) => `./made-up-${reports}-${index}.js`);
  return JSON.stringify({
    type: 'accepts',
    url: '/main.js',
    version: Number.MAX_SAFE_INTEGER,
    self: true,
    deps,
    declined: false,
    exports: null,
  });
}

function flood(socket) {
  if (socket.readyState !== socket.OPEN) return;
  for (let count = 0; count < MOST_AT_ONCE && socket.bufferedAmount < MOST_BUFFERED; count += 1) {
    socket.send(report());
  }
  setTimeout(flood, 1, socket);
}

for (let count = 0; count < sockets; count += 1) {
  const socket = new WebSocket(url);
  socket.on('error', () => {});
  socket.on('open', () => flood(socket));
}
