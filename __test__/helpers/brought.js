/**
 * An app whose updates bring code, and the requests that it makes.
 */

/** `main.js` that accepts `./top.js` and calls `globalThis.show(namespace)`. */
export const MAIN = `import * as top from './top.js';
globalThis.show = (top) => { globalThis.value = top.value; };
globalThis.show(top);
import.meta.hot.accept('./top.js', (top) => globalThis.show(top));
`;

/** So many updates were applied. */
export const applied = (server, count) =>
  server.event(() => server.events.filter(({ type }) => type === 'applied').length >= count);

/** The scripts that the tab has requested. */
export const requests = () =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name).pathname)
    .filter((path) => /\.(js|ts|json)$/.test(path) && !path.startsWith('/__hotgraph/'));
