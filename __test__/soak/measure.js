/** What must not grow: memory and handles of the server's process and of the pages. */

import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** @param {import('playwright-core').Page[]} pages */
export async function measure(pages) {
  return { ...measureServer(), pages: await Promise.all(pages.map(measurePage)) };
}

function measureServer() {
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  const isLinux = process.platform === 'linux';
  return {
    heap: heapUsed,
    rss,
    handles: process.getActiveResourcesInfo().length,
    watches: isLinux ? countWatches() : null,
    threads: isLinux ? readdirSync('/proc/self/task').length : null,
    descriptors: isLinux ? readdirSync('/proc/self/fd').length : null,
  };
}

function countWatches() {
  let count = 0;
  for (const descriptor of readdirSync('/proc/self/fdinfo')) {
    try {
      count +=
        readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8').split('inotify wd:').length - 1;
    } catch {
      // Closed meanwhile: the one that lists the folder.
    }
  }
  return count;
}

async function measurePage(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const value = (wanted) => metrics.find(({ name }) => name === wanted)?.value;
  return {
    heap: value('JSHeapUsedSize'),
    listeners: value('JSEventListeners'),
    nodes: value('Nodes'),
    documents: value('Documents'),
  };
}
