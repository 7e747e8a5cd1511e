/**
 * A real browser with pages that no debugger is attached to: its messages about each request would slow down systems
 * that make many. Only pages whose memory is measured have one. Pages report on a socket of their own (`reporter.js` of
 * the app).
 */
import { chromium } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { findBrowser, LAUNCH_FLAGS } from '../scripts/browser.js';
import { now } from './statistics.js';

/** Milliseconds that a page has to load. */
const LOAD_PATIENCE = 300_000;

/** How often a page is asked for the time. */
const PINGS = 200;

/** The browser and the port on which its pages report. One page is open at a time. */
export class Browser {
  #browser;
  #session;
  #server;
  #page;

  /** Launches it. */
  static async launch() {
    const browser = new Browser();
    browser.#browser = await chromium.launch({
      executablePath: findBrowser(),
      args: LAUNCH_FLAGS,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    browser.#browser.on('disconnected', () => browser.#page?.gone());
    browser.#session = await browser.#browser.newBrowserCDPSession();
    browser.#server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    browser.#server.on('connection', (socket) => browser.#page?.connected(socket));
    await new Promise((resolve) => browser.#server.once('listening', resolve));
    return browser;
  }

  /** The port on which pages report. */
  get port() {
    return this.#server.address().port;
  }

  /** Its name and version. */
  get version() {
    return `Chromium ${this.#browser.version()}`;
  }

  /** Opens a page in a profile of its own, with a debugger that can be asked. */
  async inspect(url) {
    const context = await this.#browser.newContext();
    this.#page = new Page(() => context.close());
    const tab = await context.newPage();
    this.#page.debugger = await context.newCDPSession(tab);
    await tab.goto(url);
    return this.#page;
  }

  /** Opens a page in a profile of its own. */
  async open(url) {
    const { browserContextId } = await this.#session.send('Target.createBrowserContext');
    this.#page = new Page(() =>
      this.#session.send('Target.disposeBrowserContext', { browserContextId }),
    );
    await this.#session.send('Target.createTarget', { url, browserContextId });
    return this.#page;
  }

  /** Ends it. */
  async close() {
    this.#server.close();
    await this.#browser.close();
  }
}

/** A page, by what it reports. */
export class Page {
  /** How many documents it has loaded: 1 when it was never reloaded. */
  loads = 0;
  /** What went wrong in it. */
  errors = [];
  /** Everything it reported, in order. */
  messages = [];
  /** What speaks the browser's protocol with it, where it was opened for that. */
  debugger;
  /** The smallest and the largest possible difference between its clock and ours, in milliseconds. */
  skew = [-Infinity, Infinity];
  #socket;
  /** Those that wait for messages: each looks at every message, and ends when there is none. */
  #waiting = new Set();
  #isGone = false;

  /** @param {() => Promise<unknown>} close Closes the page. */
  constructor(close) {
    this.close = close;
  }

  /** A document has opened its socket. */
  connected(socket) {
    this.loads += 1;
    this.#socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.type === 'error') this.errors.push(message.message);
      this.messages.push(message);
      for (const look of this.#waiting) look(message);
    });
  }

  /**
   * Waits for a message.
   *
   * @param {(message: any) => boolean} matches
   * @param {number} patience In milliseconds.
   * @returns {Promise<any>} The message, `undefined` when it did not come.
   */
  next(matches, patience) {
    if (this.#isGone) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const end = (message) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(message);
      };
      const look = (message) => {
        if (message === undefined || matches(message)) end(message);
      };
      const timer = setTimeout(end, patience);
      this.#waiting.add(look);
    });
  }

  /** The browser has ended. */
  gone() {
    this.#isGone = true;
    for (const look of this.#waiting) look(undefined);
  }

  /** Waits until the page has run all its modules; returns what it says. */
  async loaded() {
    const isLoaded = ({ type }) => type === 'loaded';
    const message = this.messages.find(isLoaded) ?? (await this.next(isLoaded, LOAD_PATIENCE));
    if (message) return message;
    throw new Error(`the page did not load: ${this.errors.join(', ') || 'it says nothing'}`);
  }

  /** Reloads it. Returns what it says when it has run all its modules again. */
  async reload() {
    const loaded = this.next(({ type }) => type === 'loaded', LOAD_PATIENCE);
    this.#socket.send('reload');
    const message = await loaded;
    if (message) return message;
    throw new Error(`the page did not load again: ${this.errors.join(', ') || 'it says nothing'}`);
  }

  /**
   * Finds out how the page's clock differs from ours. Both tick alike and only started from different times, so that
   * each answer to a question, which was given between asking and getting it, leaves less that is possible.
   */
  async synchronise() {
    for (let ping = 0; ping < PINGS; ping++) {
      const answer = this.next(({ type }) => type === 'pong', LOAD_PATIENCE);
      const asked = now();
      this.#socket.send('ping');
      const { at } = await answer;
      this.skew = [Math.max(this.skew[0], at - now()), Math.min(this.skew[1], at - asked)];
    }
  }

  /** A time of the page's, by our clock. */
  here(at) {
    return at - (this.skew[0] + this.skew[1]) / 2;
  }
}
