/**
 * An app that imports one module in several ways.
 */

/** A module with an identity of its own for each time it is evaluated. */
export const state = (number) => `export const state = { number: ${number} };
globalThis.evaluations = (globalThis.evaluations ?? 0) + 1;
`;

/** How often the module was evaluated. */
export const evaluations = () => globalThis.evaluations;
