/**
 * A real browser for tests: one browser a test file, and a tab with its own context a page. Chromium, or with
 * HOTGRAPH_BROWSER=firefox the Firefox that is installed. A new tab is a new process, which takes most of a second of
 * processor time. So a tab that is closed is emptied, and the next page opens in it. Each test has a server with a port
 * of its own, and so an origin of its own.
 */

import { chromium, firefox } from 'playwright-core';
import { browserName, findBrowser, LAUNCH_FLAGS } from '../../scripts/browser.js';
import { waitFor } from './wait.js';

export { waitFor };

/** How Firefox says that it could not load a module. */
const LOAD_FAILURE = /^Loading (?:\w+ )?module from .* was blocked/;

/** How long a tab is waited for when it closes, in milliseconds. */
const LONGEST_CLOSING = 5_000;

/** Methods of a page, its context and its clock that change more than a document: no other page opens in the tab. */
const LASTING = /** @type {const} */ ({
  page: [
    'addInitScript',
    'close',
    'emulateMedia',
    'exposeFunction',
    'on',
    'once',
    'route',
    'setViewportSize',
  ],
  context: [
    'addCookies',
    'addInitScript',
    'close',
    'grantPermissions',
    'newCDPSession',
    'newPage',
    'route',
    'setOffline',
  ],
  clock: ['install', 'pauseAt', 'setFixedTime', 'setSystemTime'],
});

/** @type {Promise<import('playwright-core').Browser> | undefined} */
let browser;

/**
 * Empty tabs, by whether they ignore errors of certificates.
 *
 * @type {Map<boolean, import('playwright-core').Page[]>}
 */
const empty = new Map([
  [true, []],
  [false, []],
]);

/** The pages that a test has changed for good. */
const changed = new WeakSet();

/** Launches the browser of this process, once. */
async function launch() {
  const executablePath = findBrowser();
  browser ??=
    browserName === 'firefox'
      ? // The channel makes it speak WebDriver BiDi, as an unpatched Firefox does. playwright-core 1.65
        // sends commands that Firefox 153 does not know, hence the version in package.json.
        firefox.launch({ executablePath, channel: 'moz-firefox' })
      : chromium.launch({ executablePath, args: LAUNCH_FLAGS });
  return browser;
}

/** Closes the browser. To be called in `test.after.always`. */
export async function closeBrowser() {
  const closing = browser;
  browser = undefined;
  for (const tabs of empty.values()) tabs.length = 0;
  await (await closing)?.close();
}

/** The browser's name and version. */
export async function browserVersion() {
  return `${browserName} ${(await launch()).version()}`;
}

/**
 * Opens a tab that records what happens in it.
 *
 * @param {string} url
 * @param {{ context?: import('playwright-core').BrowserContext, ignoreHTTPSErrors?: boolean }} [options]
 */
export async function openTab(url, { context, ignoreHTTPSErrors = false } = {}) {
  const tabs = context ? undefined : empty.get(ignoreHTTPSErrors);
  const page = tabs?.pop() ?? (await newPage(context, ignoreHTTPSErrors));
  const tab = new Tab(page, tabs);
  await page.goto(url);
  return tab;
}

/**
 * @param {import('playwright-core').BrowserContext | undefined} context
 * @param {boolean} ignoreHTTPSErrors
 */
async function newPage(context, ignoreHTTPSErrors) {
  const own = async () => (await launch()).newContext({ ignoreHTTPSErrors });
  const page = await (context ?? (await own())).newPage();
  watchOver(page);
  return page;
}

/**
 * Notes when a test changes a page for good.
 *
 * @param {import('playwright-core').Page} page
 */
function watchOver(page) {
  const note = (/** @type {any} */ object, /** @type {string} */ name) => {
    const method = object[name];
    object[name] = (/** @type {any[]} */ ...args) => {
      changed.add(page);
      return Reflect.apply(method, object, args);
    };
  };
  for (const name of LASTING.page) note(page, name);
  const context = page.context();
  for (const name of LASTING.context) note(context, name);
  for (const name of LASTING.clock) note(page.clock, name);
}

/** A tab with its console, its errors and its loads. */
export class Tab {
  /**
   * Console messages in order, over reloads.
   *
   * @type {{ type: string, text: string }[]}
   */
  console = [];
  /**
   * Uncaught errors' messages.
   *
   * @type {string[]}
   */
  errors = [];
  /** How many documents the tab has loaded: 1 after opening, 2 after one reload. */
  loads = 0;

  /**
   * @param {import('playwright-core').Page} page
   * @param {import('playwright-core').Page[]} [empty] Gets the page when the tab is closed, emptied.
   */
  constructor(page, empty) {
    this.page = page;
    this.#empty = empty;
    page.on('console', this.#onConsole);
    page.on('pageerror', this.#onError);
    page.on('domcontentloaded', this.#onLoad);
    // These listeners leave with the tab.
    changed.delete(page);
  }

  #empty;
  #isClosed = false;

  #onConsole = (/** @type {import('playwright-core').ConsoleMessage} */ message) => {
    this.console.push({ type: message.type(), text: message.text() });
  };

  #onError = (/** @type {Error} */ { message }) => {
    // Firefox reports what did not load as an error, Chromium as a line in the console.
    if (LOAD_FAILURE.test(message)) this.console.push({ type: 'error', text: message });
    else this.errors.push(message);
  };

  #onLoad = () => {
    this.loads += 1;
  };

  /**
   * Evaluates in the page.
   *
   * @param {string | ((argument: any) => any)} run
   * @param {any} [argument]
   * @returns {Promise<any>}
   */
  evaluate(run, argument) {
    return this.page.evaluate(run, argument);
  }

  /**
   * Waits until a function in the page returns `expected` (deep equality by JSON). On failure says what it
   * returned last.
   *
   * @param {string | ((argument: any) => any)} run
   * @param {any} [expected] Deep equality by JSON.
   * @param {any} [argument] What `run` is called with.
   */
  async until(run, expected = true, argument = undefined) {
    const wanted = JSON.stringify(expected);
    let last;
    await waitFor(
      async () => {
        // A page that is just reloading has no context to evaluate in.
        last = JSON.stringify(await this.page.evaluate(run, argument).catch(() => undefined));
        return last === wanted;
      },
      () =>
        `expected ${run} to return ${wanted}, last was ${last}\n` +
        this.console.map(({ type, text }) => `  [${type}] ${text}`).join('\n') +
        this.errors.map((error) => `\n  uncaught: ${error}`).join(''),
    );
  }

  /** Waits until the client has a connection and has been answered. */
  async connected() {
    await this.until(() => globalThis.__hotgraph__?.connected === true);
  }

  /**
   * Waits until a console message contains `text`; returns it.
   *
   * @param {string} text
   * @returns {Promise<{ type: string, text: string }>}
   */
  async logged(text) {
    let found;
    await waitFor(
      () => {
        found = this.console.find((message) => message.text.includes(text));
        return found !== undefined;
      },
      () => `no console message contains ${JSON.stringify(text)}:\n${JSON.stringify(this.console)}`,
    );
    return found;
  }

  /**
   * Waits until the tab has loaded `count` documents.
   *
   * @param {number} count
   */
  async loaded(count) {
    await waitFor(
      () => this.loads >= count,
      () => `${this.loads} loads, expected ${count}\n${JSON.stringify(this.console)}`,
    );
  }

  /** Closes the tab, or leaves it empty for the next page. A second call changes nothing. */
  async close() {
    const { page } = this;
    if (this.#isClosed) return;
    this.#isClosed = true;
    page.removeListener('console', this.#onConsole);
    page.removeListener('pageerror', this.#onError);
    page.removeListener('domcontentloaded', this.#onLoad);
    if (this.#empty && !changed.has(page) && (await emptied(page))) this.#empty.push(page);
    else await closed(page);
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @returns {Promise<boolean>} Whether the tab is empty now.
 */
function emptied(page) {
  const leaving = page.goto('about:blank', { timeout: LONGEST_CLOSING });
  return leaving.then(
    () => true,
    () => false,
  );
}

/**
 * Settles when the tab is closed. Chromium never says that it is when the page reloaded just then: the browser's end
 * closes it.
 *
 * @param {import('playwright-core').Page} page
 */
async function closed(page) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, LONGEST_CLOSING);
  });
  await Promise.race([page.context().close(), late]);
  clearTimeout(timer);
}
