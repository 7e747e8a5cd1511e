/**
 * Servers of @web/test-runner. Each test has a page of its own, which the runner loads anew when a file changes. There
 * is nothing to keep in it, and our code in it would be tested, logged and covered too.
 */
import type { Plugin } from '@web/dev-server-core';

/** The runner's own plugin, which serves the pages of tests. */
const PAGES = 'wtr-test-runner-html';

/** Whether the pages of a server with these plugins are tests. */
export function isTestRunner(plugins: readonly Plugin[] = []): boolean {
  return plugins.some(({ name }) => name === PAGES);
}
