/** The module that Preact components register at, as text: code of the page. */

import { BOUNDARY } from '../boundary.js';

/** Its text. One instance a page. */
export const RUNTIME = `
import '@prefresh/core';
import { options } from 'preact';

const prefresh = globalThis.__PREFRESH__;

/** Registers a component, and the one that a \`memo()\` is of. */
function register(type, id) {
  prefresh.register(type, id);
  if (typeof type?.type === 'function') register(type.type, id + ' memo');
}

function isComponent(value) {
  if (typeof value !== 'function') return false;
  return value.prototype?.render !== undefined || /^[A-Z]/.test(value.displayName ?? value.name);
}

/** Each signature is told in two steps: what hooks a component has, and then what hooks those of its own have. */
function sign() {
  let status = 'begin';
  let known;
  return (type, key, forceReset, customHooks) => {
    known ??= type;
    status = prefresh.sign(type ?? known, key, forceReset, customHooks, status);
    return type;
  };
}

/** Whether the hooks of a component are others now. Then its state is of no use. */
function isReset(before, after) {
  const [first, second] = [before, after].map((type) => prefresh.getSignature(type) ?? {});
  const keys = [first, second].map((one) => (one.getCustomHooks ? prefresh.computeKey(one) : undefined));
  return keys[0] !== keys[1] || second.forceReset === true;
}

function apply() {
  const pending = prefresh.getPendingUpdates();
  prefresh.flush();
  // Preact would render a moment later, and it would be unknown what had thrown.
  const renders = [];
  const { debounceRendering } = options;
  options.debounceRendering = (render) => renders.push(render);
  try {
    for (const [before, after] of pending) {
      prefresh.replaceComponent(before, after, isReset(before, after));
    }
  } finally {
    options.debounceRendering = debounceRendering;
  }
  for (const render of renders) render();
}
${BOUNDARY}`;
