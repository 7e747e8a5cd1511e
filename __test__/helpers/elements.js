/**
 * Pages of custom elements, served with `hotgraph/web-components`.
 */

import { webComponents } from 'hotgraph/web-components';
import { startPreset } from './preset.js';

const PACKAGES = [
  'lit',
  '@lit/context',
  '@lit-labs/ssr-client',
  '@microsoft/fast-element',
  'haunted',
];

/** A page with this body, which loads `main.js` last. */
export const pageOf = (body, head = '') =>
  `<!doctype html><head>${head}</head><body>${body}<script type="module" src="main.js"></script></body>`;

/** Serves an app whose page has this body. */
export const startElements = (t, body, files, options) =>
  startPreset(
    t,
    { 'index.html': pageOf(body), ...files },
    { plugins: [webComponents(options)], packages: PACKAGES },
  );

/** In the page: what an element shows, in its shadow root or else itself. */
export const shows = (selector) => {
  const element = document.querySelector(selector);
  return (element.shadowRoot ?? element).textContent.trim();
};

/** Keeps an element of the page as `globalThis.element`. */
export const keep = (tab, selector) =>
  tab.evaluate((name) => {
    globalThis.element = document.querySelector(name);
  }, selector);

/** In the page: whether an element is the one that was kept. */
export const isKept = (selector) => document.querySelector(selector) === globalThis.element;
