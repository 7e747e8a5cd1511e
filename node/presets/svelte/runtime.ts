/** The module that Svelte's components use, as text: code of the page. */

/** Throws what a render throws in an update: the browser says it a moment later, and the page is to show it. */
export const RUNTIME = `
const errors = [];
const hear = (event) => errors.push(event.error ?? event.reason);

import.meta.hot?.on('hotgraph:beforeUpdate', () => {
  errors.length = 0;
  addEventListener('error', hear);
  addEventListener('unhandledrejection', hear);
});
import.meta.hot?.on('hotgraph:afterUpdate', () => {
  removeEventListener('error', hear);
  removeEventListener('unhandledrejection', hear);
});

/** A component has new code, and renders. */
export async function settled() {
  await new Promise((resolve) => setTimeout(resolve));
  if (errors.length > 0) throw errors.shift();
}
`;
