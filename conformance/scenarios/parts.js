/** Pieces of which scenarios are made. */

/** A page with this body. */
export const html = (body, head = '') =>
  `<!doctype html><html><head><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;

/** What a page has that loads `main.js`. */
export const main = '<script type="module" src="./main.js"></script>';

/** The page of a scenario that brings none. */
export const PAGE = html(main);

/** A module that exports a number. */
export const value = (number) => `export const value = ${number};\n`;

/** A module that keeps what its first generation was and counts evaluations. */
export const counted = 'globalThis.runs = (globalThis.runs ?? 0) + 1;\n';

/** A module that accepts itself. */
export const accepting = (code) => `${code}\nimport.meta.hot.accept();\n`;

/** Begins code that writes into the log of the page. */
export const log = 'globalThis.log ??= [];\n';

/** Accepts `dep.js`, and shows its value. */
export const takeDep =
  "import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });\n";

/** A dependency that `main.js` accepts in some way of writing it. */
export function acceptedBy(code, steps = [2, 3]) {
  return {
    files: {
      'main.js': `import { value } from './dep.js'; globalThis.value = value;\n${code}`,
      'dep.js': value(1),
    },
    steps: [
      { shows: ['value', 1] },
      ...steps.map((number) => ({ edit: { 'dep.js': value(number) }, shows: ['value', number] })),
    ],
  };
}
