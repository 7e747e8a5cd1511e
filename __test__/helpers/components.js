/**
 * What the tests of frameworks have in common: an app of components is edited, edit by edit, and broken, mistake by
 * mistake. Each framework has tables of its own.
 */

import { event, startPreset, startPresetInHost } from './preset.js';

/** How an app is served, by the name of the function that people call. */
export const HOSTS = { 'createHmr()': startPreset, 'hmrPlugin()': startPresetInHost };

/** A page whose script is `main.js`. */
export const PAGE =
  '<!doctype html><div id="root"></div><script type="module" src="main.js"></script>';

/** The text of each element of the app, a line each. */
export const text = () =>
  [...(document.getElementById('root')?.children ?? [])]
    .map(({ textContent }) => textContent)
    .join('\n');

/** A style of an element. */
export const style = ([selector, name]) => getComputedStyle(document.querySelector(selector))[name];

/** Whether the overlay is shown. */
export const isShown = () => document.querySelector('hotgraph-overlay') !== null;

/**
 * @typedef {object} Edit
 * @property {string} name
 * @property {Record<string, any[][]>} edit What is replaced, by file: `[from, to]` of each.
 * @property {string} shows What the app shows then.
 * @property {string} [back] What it shows when the edit is taken back; as `shows` by default.
 * @property {string[][]} [styles] `[selector, name, value, back]` of each style that it has then, and when taken back.
 */

/**
 * Makes each edit of a table and takes it back.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {{ project: import('./project.js').Project, tab: import('./browser.js').Tab }} app
 * @param {{ files: Record<string, string>, edits: Edit[], act: () => Promise<void> }} table `act` brings the app into the
 *   state that edits are to keep or to lose.
 */
export async function makeEdits(t, { project, tab }, { files, edits, act }) {
  const looks = async (shown, styles, at) => {
    await tab.until(text, shown);
    for (const [selector, name, ...values] of styles) {
      await tab.until(style, values[at], [selector, name]);
    }
  };
  for (const { name, edit, shows, back = shows, styles = [] } of edits) {
    await act();
    for (const [file, replacements] of Object.entries(edit)) {
      let content = files[file];
      for (const [from, to] of replacements) content = content.replace(from, to);
      project.writeNow(file, content);
    }
    await looks(shows, styles, 0);
    for (const file of Object.keys(edit)) project.writeNow(file, files[file]);
    await looks(back, styles, 1);
    t.log(name);
  }
}

/**
 * @typedef {object} Mistake
 * @property {string} name
 * @property {string} [file] By default the first one.
 * @property {string} from What it stands in the place of.
 * @property {string} to
 * @property {any[]} at `[line, words]`: where it is reported, and with which words.
 */

/**
 * Makes each mistake of a table and takes it back. The overlay shows it in the source as written; the page stays as it is.
 *
 * @param {import('ava').ExecutionContext} t
 * @param {{ project: import('./project.js').Project, tab: import('./browser.js').Tab, events: any[] }} app
 * @param {{ files: Record<string, string>, mistakes: Mistake[], shows: string }} table `shows` is what the app shows all
 *   the time.
 */
export async function makeMistakes(t, { project, tab, events }, { files, mistakes, shows }) {
  const [first] = Object.keys(files);
  for (const { name, file = first, from, to, at } of mistakes) {
    const before = events.length;
    project.writeNow(file, files[file].replace(from, to));
    await tab.until(isShown);
    const { diagnostics } = await event(
      events,
      (one, index) => one.type === 'diagnostics' && index >= before && one.diagnostics.length > 0,
    );
    const [found] = diagnostics;
    const [line, words] = at;
    t.deepEqual([found.file, found.line], [project.path(file), line], `${name}: ${found.message}`);
    t.true(found.message.includes(words), `${name}: ${found.message}`);
    t.true(found.frame.includes('> '), name);
    project.writeNow(file, files[file]);
    await tab.until(isShown, false);
    t.is(await tab.evaluate(text), shows, name);
  }
}
