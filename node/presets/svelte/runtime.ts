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

/**
 * A component has new code, and renders. Importers deal with its other exports: they run again when the code of those
 * changes. \`shared\` stands for the old one.
 */
export async function settled(next, hot, shared) {
  if (hot.data.shared !== shared && Object.keys(next).some((name) => name !== 'default')) {
    hot.invalidate('what its <script module> exports may be something else now');
    return;
  }
  await new Promise((resolve) => setTimeout(resolve));
  if (errors.length > 0) throw errors.shift();
}
`;
