/**
 * The code of what a page may import later comes while the page is idle.
 */

/** Milliseconds that a busy page has to become idle, where it can say that it is. */
const BUSY = 10_000;

/** Milliseconds from a page's load on, where it cannot. */
const PAUSE = 1000;

/**
 * Has the server make the packs of what a pack may import later, and the browser fetch them. None of it runs, and what
 * does not come is loaded when it is imported.
 *
 * @param root The url of the module that the pack belongs to.
 */
export async function fetchAhead(root: string): Promise<void> {
  await loaded();
  await idle();
  try {
    const address = new URL(`./ahead.js?of=${encodeURIComponent(root)}`, import.meta.url);
    const { chunks }: { chunks: string[] } = await import(address.href);
    for (const chunk of chunks) preload(chunk);
  } catch {
    // The server is gone, or is another one by now.
  }
}

function loaded(): Promise<void> {
  if (document.readyState === 'complete') return Promise.resolve();
  return new Promise((resolve) => addEventListener('load', () => resolve(), { once: true }));
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    // Safari has no such callback.
    if (typeof requestIdleCallback === 'undefined') setTimeout(resolve, PAUSE);
    else requestIdleCallback(() => resolve(), { timeout: BUSY });
  });
}

/** Chunks are named by their content, so what the browser has once fetched is never stale. */
function preload(chunk: string): void {
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.href = chunk;
  const allowed = document.querySelector<HTMLElement>('script[nonce]');
  if (allowed) link.nonce = allowed.nonce;
  const remove = () => link.remove();
  link.addEventListener('load', remove);
  link.addEventListener('error', remove);
  document.head.append(link);
}
