/**
 * What pages and people do, and what must come of it, as data. A scenario starts with its files being served and
 * its pages opened; then its steps follow.
 *
 * @typedef {object} Step
 * @property {Record<string, string | null>} [edit] Saves files; `null` deletes one.
 * @property {Record<string, string | null>[]} [edits] Several saves, one directly after the other.
 * @property {string} [run] Code for the first page.
 * @property {true} [reload] The first page is reloaded by hand.
 * @property {string} [open] Opens one more page.
 * @property {[string, unknown]} [send] The server sends an event to all pages.
 * @property {true} [restart] The server is stopped, files are saved, and it is started again.
 * @property {unknown[]} [shows] Expression and value in turn: what every page must show.
 * @property {string[]} [says] Words that a line of the first page's console must have.
 * @property {number | null | (number | null)[]} [loads] How often each page has been loaded from now on; `null` when it
 *   does not matter. At first 1.
 *
 * @typedef {object} Scenario
 * @property {Record<string, string>} files A page that loads `main.js` is there, unless there is an `index.html`.
 * @property {string[]} [pages] The pages that are opened, `/` by default.
 * @property {Record<string, string>} [replies] With which event the server answers an event, with the same data.
 * @property {Step[]} steps
 */
import { accept } from './scenarios/accept.js';
import { hot } from './scenarios/hot.js';
import { importers } from './scenarios/importers.js';
import { pages } from './scenarios/pages.js';
import { resources } from './scenarios/resources.js';

/** @type {Record<string, Scenario>} All scenarios by name, in the order of docs/conformance.md. */
export const scenarios = { ...accept, ...importers, ...hot, ...resources, ...pages };
