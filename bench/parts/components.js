/**
 * From the save of one component to its new text in the page, in an app of many. It compares hotgraph's presets with
 * Vite and the official plugins, each with its framework's own compiler.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { portOf } from '../../__test__/helpers/port.js';
import { findBrowser } from '../../scripts/browser.js';
import { ComponentApp, frameworks } from '../components.js';
import { brief, median, now, pause, quantile, rounded, table } from '../statistics.js';

/** What can be chosen on the command line. */
export const defaults = {
  frameworks: Object.keys(frameworks),
  components: 1000,
  componentEdits: 30,
};

/** Edits that do not count: code is compiled, and caches fill. */
const WARM_UP = 5;

/** Milliseconds between an edit's effect and the next edit. */
const REST_MS = 60;

/** Milliseconds that a page and an edit may take. */
const PATIENCE_MS = 120_000;

/** Starts a server for an app: `{ url, stop }`. */
const SYSTEMS = {
  async hotgraph(app) {
    const { createHmr } = await import('../../index.js');
    const plugins = [await app.framework.preset()];
    const hmr = createHmr({ root: app.folder, logLevel: 'silent', cacheDir: false, plugins });
    const server = createServer((request, response) =>
      hmr.middleware(request, response, () => response.writeHead(404).end()),
    );
    hmr.attach(server);
    await once(server.listen(0, 'localhost'), 'listening');
    const stop = async () => {
      await hmr.close();
      server.closeAllConnections();
      server.close();
    };
    return { url: `http://localhost:${portOf(server)}/`, stop };
  },

  async vite(app) {
    const vite = await import('vite');
    const server = await vite.createServer({
      root: app.folder,
      plugins: [await app.framework.vite()],
      logLevel: 'silent',
      clearScreen: false,
      server: { port: 0, host: 'localhost' },
    });
    await server.listen();
    return { url: server.resolvedUrls.local[0], stop: () => server.close() };
  },
};

/** Notes in the page when each text was first seen, also after a reload. */
function watchTexts() {
  globalThis.seen = {};
  const note = (root) => {
    for (const title of root.querySelectorAll('h2')) {
      globalThis.seen[title.textContent] ??= performance.timeOrigin + performance.now();
    }
  };
  const observer = new MutationObserver((records) => {
    for (const { target } of records) {
      const root = target.getRootNode();
      const element = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
      note(root instanceof ShadowRoot ? root : (element?.parentElement ?? document));
    }
  });
  const changes = { subtree: true, childList: true, characterData: true };
  observer.observe(document, changes);
  // Nothing that happens in them shows in the document.
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init);
    observer.observe(root, changes);
    return root;
  };
}

/** How many components the page shows. */
const countOf = () => Object.keys(globalThis.seen ?? {}).length;

/** Measures. */
export async function measure(
  { frameworks: names, components, componentEdits },
  { progress, browser },
) {
  void browser;
  const chrome = await chromium.launch({
    executablePath: findBrowser(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const runs = [];
  try {
    for (const name of names) {
      const framework = frameworks[name];
      const folder = fileURLToPath(new URL(`../.components/${name}`, import.meta.url));
      const taken = {};
      for (const id of ['hotgraph', 'vite', 'vite', 'hotgraph']) {
        const app = new ComponentApp(folder, framework, components);
        try {
          const ms = await measureOne(await SYSTEMS[id](app), app, chrome, id, componentEdits);
          taken[id] = [...(taken[id] ?? []), ...ms];
        } finally {
          app.dispose();
        }
      }
      runs.push({ name: framework.name, components, taken });
      const { hotgraph, vite } = taken;
      progress(`${name}: hotgraph ${brief(median(hotgraph))}, vite ${brief(median(vite))} ms`);
    }
  } finally {
    await chrome.close();
  }
  return { runs };
}

async function measureOne({ url, stop }, app, chrome, id, edits) {
  const context = await chrome.newContext();
  const page = await context.newPage();
  const taken = [];
  try {
    await page.addInitScript(watchTexts);
    await page.goto(url, { timeout: PATIENCE_MS });
    // Vite loads the page again when it has found what to bundle.
    await page.waitForFunction(`(${countOf})() >= ${app.count}`, null, { timeout: PATIENCE_MS });
    await pause(3000);
    for (let edit = 0; edit < edits + WARM_UP; edit++) {
      const text = `${id} ${edit} ${Math.random()}`;
      const at = now();
      await app.edit((edit * 37) % app.count, text);
      const seen = await page.waitForFunction((one) => globalThis.seen?.[one], text, {
        timeout: PATIENCE_MS,
        polling: 20,
      });
      if (edit >= WARM_UP) taken.push(rounded((await seen.jsonValue()) - at));
      await pause(REST_MS);
    }
  } finally {
    await context.close();
    await stop();
  }
  return taken;
}

/** The table. */
export function report({ runs }) {
  const cell = (list) => `${brief(median(list))} ms (${brief(quantile(list, 0.95))})`;
  return table([
    ['framework', 'components', 'hotgraph', 'Vite', 'ratio'],
    ...runs.map(({ name, components, taken: { hotgraph, vite } }) => [
      name,
      components.toLocaleString('en'),
      cell(hotgraph),
      cell(vite),
      brief(median(hotgraph) / median(vite)),
    ]),
  ]);
}
