/**
 * What tests of style sheets, images, JSON and workers have in common.
 */

import { waitFor } from './wait.js';

/** A page with `head`, `body` and a script. */
export const page = (head, body = '', script = '<script type="module" src="./main.js"></script>') =>
  `<!doctype html>
<html><head><link rel="icon" href="data:,">${head}</head>
<body>${body}${script}</body></html>`;

/** The tab was never reloaded, `main.js` ran once, and nothing went wrong. */
export async function wasKept(t, tab) {
  t.is(tab.loads, 1);
  t.is(await tab.evaluate(() => globalThis.runs), 1);
  t.deepEqual(tab.errors, []);
}

/** The only reload so far, as the server heard of it. */
export async function onlyReload(t, tab, server) {
  await tab.loaded(2);
  await tab.connected();
  t.is(tab.loads, 2);
  const reloads = server.events.filter((event) => event.type === 'reloaded');
  t.is(reloads.length, 1);
  await tab.logged(`reloaded: ${reloads[0].report.message}`);
  return reloads[0].report;
}

/** Keeps, for each frame from now on, what `look` (the text of an expression) gives. */
export async function watchFrames(tab, look) {
  await tab.evaluate((expression) => {
    const see = new Function(`return ${expression}`);
    globalThis.seen = new Set();
    const frame = () => {
      globalThis.seen.add(see());
      requestAnimationFrame(frame);
    };
    return new Promise((resolve) => requestAnimationFrame(() => resolve(frame())));
  }, look);
}

/** What frames have shown since {@link watchFrames}. */
export const seenInFrames = (tab) => tab.evaluate(() => [...globalThis.seen]);

/** An image of one color. */
export const picture = (color) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="20" height="20" fill="${color}"/></svg>`;

/** Boxes of one size, so that their pixels can be compared. */
export const BOX = `<style>
  body { margin: 0 }
  img, .box, #wanted { display: block; width: 20px; height: 20px; margin: 10px }
</style>`;

/** Waits until an element is painted in one color, as the screen shows it. */
export async function paints(tab, selector, color) {
  await tab.evaluate((wanted) => {
    const known = /** @type {HTMLElement | null} */ (document.querySelector('#wanted'));
    const element = known ?? document.createElement('div');
    element.id = 'wanted';
    element.style.background = wanted;
    if (!known) document.body.append(element);
  }, color);
  const look = async (which) => (await tab.page.locator(which).screenshot()).toString('base64');
  await waitFor(
    async () => (await look(selector)) === (await look('#wanted')),
    () => `${selector} is not ${color}: ${JSON.stringify(tab.console)}`,
  );
}
