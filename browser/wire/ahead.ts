/**
 * The code of what a page may import later comes while the page is idle.
 */

import { idle } from './idle.js';

/**
 * Has the server make the packs of what a pack may import later, and the browser fetch them. None of it runs, and what
 * does not come is loaded when it is imported.
 *
 * @param root The url of the module that the pack belongs to.
 */
export async function fetchAhead(root: string): Promise<void> {
  await idle();
  try {
    const address = new URL(`./ahead.js?of=${encodeURIComponent(root)}`, import.meta.url);
    const { chunks }: { chunks: string[] } = await import(address.href);
    for (const chunk of chunks) preload(chunk);
  } catch {
    // The server is gone, or is another one by now.
  }
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
