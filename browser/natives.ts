/**
 * Globals as they are before any code of the page runs, which may replace them: polyfills, and the timers of tests. In
 * the bundled client these names stand for what is here.
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: that is what it is for
const { Promise, setTimeout, clearTimeout } = globalThis;

export { clearTimeout, Promise, setTimeout };
