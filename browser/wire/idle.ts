/** When a page has nothing to do. */

/** Milliseconds that a busy page has to become idle, where it can say that it is. */
const BUSY = 10_000;

/** Milliseconds from a page's load on, where it cannot. */
const PAUSE = 1000;

/** Settles when the page has loaded and is idle. */
export async function idle(): Promise<void> {
  if (document.readyState !== 'complete') {
    await new Promise((resolve) => addEventListener('load', resolve, { once: true }));
  }
  await new Promise<void>((resolve) => {
    // Safari has no such callback.
    if (typeof requestIdleCallback === 'undefined') setTimeout(resolve, PAUSE);
    else requestIdleCallback(() => resolve(), { timeout: BUSY });
  });
}
