/**
 * The model: what must come of a change, by the contract's words and nothing else. It is slow, and simple enough to be
 * right.
 */

import { PAGES } from './app.js';

/** The page's description. */
const pageOf = (file) => PAGES.find((page) => page.file === file);

/** The names of all that a page reaches. */
export function reached(app, file) {
  return closure(app, [pageOf(file).entry]);
}

/** Modules and all that they import, directly or not. */
export function closure(app, names) {
  const found = new Set(names);
  for (const name of found) for (const { to } of app.get(name).imports) found.add(to);
  return found;
}

/**
 * What stays imported all the time after a change. What only a dynamic import leads to whose module is new to the page
 * is not, until that has come: "prune(cb): runs when nothing on the page imports the module any more … importing the
 * module again evaluates it again".
 *
 * @param {Set<string>} before What the page reached before the change.
 */
export function kept(app, file, before) {
  const found = new Set([pageOf(file).entry]);
  for (const name of found) {
    for (const { to, dynamic } of app.get(name).imports) {
      if (!dynamic || before.has(to)) found.add(to);
    }
  }
  return found;
}

/** What a tab with the page has to show: the edit of everything that it reaches or links to. */
export function expected(app, file) {
  const names = [...reached(app, file), ...pageOf(file).links];
  return Object.fromEntries(names.sort().map((name) => [name, app.get(name).edit]));
}

/**
 * What changes of some modules mean for a page that runs the app.
 *
 * @param {Set<string>} [live] What the page runs.
 * @returns {{ reloads: boolean, evaluated: Set<string> }} Whether it has to reload, and if not, what it evaluates.
 */
export function effect(app, file, changed, live = reached(app, file)) {
  const page = pageOf(file);
  const evaluated = new Set();
  const queue = changed.filter((name) => live.has(name));
  let reloads = changed.includes(file);
  for (const name of queue) {
    const { kind, acceptance } = app.get(name);
    if (kind === 'style' || evaluated.has(name)) continue;
    evaluated.add(name);
    if (acceptance === 'declines') reloads = true;
    if (acceptance !== 'none') continue;
    if (name === page.entry) reloads = true;
    for (const importer of live) {
      const { imports, accepts } = app.get(importer);
      const isImporter = imports.some(({ to }) => to === name);
      if (isImporter && !(name in accepts)) queue.push(importer);
    }
  }
  return { reloads, evaluated };
}
