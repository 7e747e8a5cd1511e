/**
 * Edits of the apps, and what each leaves. All begin with the page as it was loaded, each counter at 1.
 */
import { EDITS } from './apps.js';

const CHANGED = { markup: 'kid ', parent: 'top ', code: 'child ', module: 'other' };

/** By their keys: what is edited, and whether the page shows it. */
export const scenarios = {
  markup: { name: 'markup of a component', run: (app) => edit(app, app.child, 'markup') },
  parent: { name: 'markup of its parent', run: (app) => edit(app, app.parent, 'parent') },
  code: { name: 'the initial state of a component', run: (app) => edit(app, app.child, 'code') },
  style: { name: 'a style', run: editStyle },
  module: {
    name: 'a module that a component imports',
    run: (app) => edit(app, 'src/label.js', 'module'),
  },
  syntax: {
    name: 'broken code, and then good code',
    run: (app) => breakAndMend(app, (text) => `${text}\n<<`),
  },
  throws: {
    name: 'a render that throws, and then one that does not',
    run: (app) => breakAndMend(app, (text) => text.replace(...app.throws)),
  },
  start: {
    name: 'a render that throws when the page is loaded, and then one that does not',
    run: start,
  },
};

/** What the page shows, shadow roots included. */
const shown = () => {
  const textOf = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE)
      return '';
    // Compilers leave out blanks between elements.
    return ` ${[...(node.shadowRoot?.childNodes ?? []), ...node.childNodes].map(textOf).join('')}`;
  };
  return textOf(document.getElementById('root')).replace(/\s+/g, ' ').trim();
};

/** The color of the child. */
const color = () => {
  const search = (root) => {
    for (const node of root.querySelectorAll('*')) {
      if (node.id === 'child') return getComputedStyle(node).color;
      const found = node.shadowRoot && search(node.shadowRoot);
      if (found) return found;
    }
    return '';
  };
  return search(document);
};

/** Loads the page and counts both. */
async function open(app) {
  await app.load();
  await app.expect(shown, 'app 0 child 0 label;');
  await app.click('app');
  await app.click('child');
  await app.expect(shown, 'app 1 child 1 label;');
}

async function edit(app, file, what) {
  await open(app);
  app.replace(file, EDITS[what]);
  const isThere = (text) => (what === 'code' ? / 5 | 1 /.test(text) : text.includes(CHANGED[what]));
  // State that is kept looks like an edit that did not arrive.
  if (what === 'code') await app.until(shown, (text) => / 5 label/.test(text), app.brief);
  else if (!(await app.until(shown, isThere, app.patience))) return 'the page does not change';
  return outcome(app, await app.evaluate(shown));
}

async function editStyle(app) {
  await open(app);
  app.replace(app.style, EDITS.style);
  if (!(await app.until(color, (now) => now === 'rgb(2, 2, 2)', app.patience))) {
    return 'the page does not change';
  }
  return outcome(app, await app.evaluate(shown));
}

async function breakAndMend(app, breaking) {
  await open(app);
  app.write(app.child, breaking(app.read(app.child)));
  await app.pause();
  app.reset(app.child);
  app.replace(app.child, EDITS.markup);
  if (!(await app.until(shown, (text) => text.includes('kid '), app.patience))) {
    return 'the page stays broken';
  }
  return outcome(app, await app.evaluate(shown));
}

async function start(app) {
  app.replace(app.child, app.throws);
  await app.load();
  await app.pause();
  const { loads } = app;
  app.reset(app.child);
  if (!(await app.until(shown, (text) => text === 'app 0 child 0 label;', app.patience))) {
    return 'the page stays broken';
  }
  return app.loads > loads ? 'loads the page' : 'renders';
}

/** What counters say. */
function outcome(app, text) {
  if (app.loads > 1) return 'loads the page';
  const [, parent, child] = /^\w+ (\d) \w+ (\d) /.exec(text) ?? [];
  if (parent !== '1') return 'creates both anew';
  return child === '1' ? 'keeps all state' : 'creates the component anew';
}
