/**
 * CSS and JSON modules: sheets are replaced in place, JSON bubbles like JavaScript.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { onlyReload, page, seenInFrames, wasKept, watchFrames } from '../helpers/beyond-js.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';

// One after the other: frames are watched and pictures taken, and tabs in the background have few.
const test = ava.serial;

ava.after.always(closeBrowser);

const MAIN = `globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.testHot = import.meta.hot;
`;

const value = () => globalThis.value;
const rgb = (number) => `rgb(${number}, 0, 0)`;

/** A component of its own module, which adopts `shared.css` and renews itself. */
const component = (name, text) => `import shared from './shared.css' with { type: 'css' };
(globalThis.sheets ??= new Set()).add(shared);
globalThis.runsOf ??= {};
globalThis.runsOf['${name}'] = (globalThis.runsOf['${name}'] ?? 0) + 1;
const render = (element) => {
  element.shadowRoot.innerHTML = '<p>${text}</p>';
};
if (!customElements.get('${name}')) {
  customElements.define('${name}', class extends HTMLElement {
    constructor() {
      super();
      this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [shared];
      render(this);
    }
  });
}
for (const element of document.querySelectorAll('${name}')) {
  element.shadowRoot.adoptedStyleSheets = [shared];
  render(element);
}
import.meta.hot.accept();
`;

const COMPONENTS = {
  'index.html': page(
    '',
    '<x-one></x-one><x-two></x-two><x-three></x-three><x-one></x-one><p>page</p>',
  ),
  'main.js': `import './x-one.js'; import './x-two.js'; import './x-three.js';
import shared from './shared.css' with { type: 'css' };
document.adoptedStyleSheets = [shared];
${MAIN}`,
  'x-one.js': component('x-one', 'one'),
  'x-two.js': component('x-two', 'two'),
  'x-three.js': component('x-three', 'three'),
  'shared.css': `p { color: ${rgb(1)} }`,
};

/** The texts and the only color of all paragraphs, how many sheets there are, and how often modules ran. */
const lookAtComponents = () => {
  const elements = [...document.querySelectorAll('x-one, x-two, x-three')];
  const paragraphs = elements.map((element) => element.shadowRoot.querySelector('p'));
  const all = [...paragraphs, document.querySelector('p')];
  return [
    paragraphs.map((paragraph) => paragraph.textContent).join(' '),
    [...new Set(all.map((paragraph) => getComputedStyle(paragraph).color))],
    globalThis.sheets.size,
    Object.values(globalThis.runsOf),
  ];
};

test('the same CSSStyleSheet object gets the new text in all shadow roots; no JavaScript re-runs', async (t) => {
  const { project, tab } = await startApp(t, COMPONENTS);
  await tab.until(lookAtComponents, ['one two three one', [rgb(1)], 1, [1, 1, 1]]);
  const colors = `[...document.querySelectorAll('x-one, x-two, x-three')].map((element) =>
    getComputedStyle(element.shadowRoot.querySelector('p')).color).join()`;
  await watchFrames(tab, colors);
  for (let number = 2; number < 8; number += 1) {
    await project.write('shared.css', `p { color: ${rgb(number)} }`);
    await tab.until(lookAtComponents, ['one two three one', [rgb(number)], 1, [1, 1, 1]]);
  }
  const seen = await seenInFrames(tab);
  t.true(seen.length > 1);
  // In each frame all have the same color, and one of the sheet's.
  t.true(
    seen.every((one) => /^(rgb\([1-7], 0, 0\))(,\1){3}$/.test(one)),
    seen.join('\n'),
  );
  await wasKept(t, tab);
});

test('the sheet stays the same object after edits of modules that import it', async (t) => {
  const { project, tab } = await startApp(t, COMPONENTS);
  await tab.until(lookAtComponents, ['one two three one', [rgb(1)], 1, [1, 1, 1]]);
  await project.write('x-one.js', component('x-one', 'uno'));
  await tab.until(lookAtComponents, ['uno two three uno', [rgb(1)], 1, [2, 1, 1]]);
  await project.write('shared.css', `p { color: ${rgb(2)} }`);
  await tab.until(lookAtComponents, ['uno two three uno', [rgb(2)], 1, [2, 1, 1]]);
  await project.write('x-two.js', component('x-two', 'due'));
  await tab.until(lookAtComponents, ['uno due three uno', [rgb(2)], 1, [2, 2, 1]]);
  // Both in one save.
  await Promise.all([
    project.write('x-three.js', component('x-three', 'tre')),
    project.write('shared.css', `p { color: ${rgb(3)} }`),
  ]);
  await tab.until(lookAtComponents, ['uno due tre uno', [rgb(3)], 1, [2, 2, 2]]);
  await wasKept(t, tab);
  await tab.page.reload();
  await tab.connected();
  await tab.until(lookAtComponents, ['uno due tre uno', [rgb(3)], 1, [1, 1, 1]]);
  await project.write('shared.css', `p { color: ${rgb(4)} }`);
  await tab.until(lookAtComponents, ['uno due tre uno', [rgb(4)], 1, [1, 1, 1]]);
});

test('a CSS module that is imported on demand, by query too, gets the new text', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page('', '<p>text</p>'),
    'main.js': `${MAIN}
const load = async (name) => (await import(name, { with: { type: 'css' } })).default;
globalThis.load = async () => {
  const sheets = [
    (await import('./lazy.css', { with: { type: 'css' } })).default,
    await load('./lazy.css'),
    await load(new URL('./lazy.css', import.meta.url).href),
  ];
  const other = await load('./lazy.css?other');
  document.adoptedStyleSheets = [sheets[0], other];
  return [new Set(sheets).size, other === sheets[0]];
};
globalThis.texts = () => document.adoptedStyleSheets.map((sheet) => sheet.cssRules[0]?.style.color);`,
    'lazy.css': `p { color: ${rgb(1)} }`,
  });
  const texts = () => globalThis.texts();
  t.deepEqual(await tab.evaluate(() => globalThis.load()), [1, false]);
  for (const number of [2, 3]) {
    await project.write('lazy.css', `p { color: ${rgb(number)} }`);
    await tab.until(texts, [rgb(number), rgb(number)]);
    t.deepEqual(await tab.evaluate(() => globalThis.load()), [1, false]);
    t.deepEqual(await tab.evaluate(texts), [rgb(number), rgb(number)]);
  }
  await wasKept(t, tab);
});

const json = (number) => `{ "number": ${number} }`;

test('JSON modules bubble like JavaScript, through modules that accept nothing', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `${MAIN}import { number } from './top.js';
globalThis.value = number;
import.meta.hot.accept('./top.js', (top) => { globalThis.value = top.number; });`,
    'top.js': `export { number } from './below.js';`,
    'below.js': `import data from './data.json' with { type: 'json' }; export const { number } = data;`,
    'data.json': json(1),
  });
  await tab.until(value, 1);
  for (const number of [2, 3]) {
    await project.write('data.json', json(number));
    await tab.until(value, number);
  }
  await wasKept(t, tab);
  await tab.page.reload();
  await tab.connected();
  await tab.until(value, 3);
});

test('JSON modules are acceptable dependencies: one view, a list, and later imports agree', async (t) => {
  const { project, tab } = await startApp(t, {
    'main.js': `${MAIN}import data from './data.json' with { type: 'json' };
import other from './other.json' with { type: 'json' };
globalThis.value = data.number;
let current = data;
globalThis.same = async () => (await import('./data.json', { with: { type: 'json' } })).default === current;
import.meta.hot.accept('./data.json', (next) => {
  current = next.default;
  globalThis.value = next.default.number;
});
import.meta.hot.accept(['./data.json', './other.json'], ([one, two]) => {
  globalThis.list = [one?.default.number ?? null, two?.default.number ?? null];
});
import.meta.hot.accept(['./data.json', './other.json'], ({ deps }) => {
  globalThis.deps = deps.map((dep) => dep.default.number);
});`,
    'data.json': json(1),
    'other.json': json(10),
  });
  const look = () => [globalThis.value, globalThis.list, globalThis.deps];
  await tab.until(value, 1);
  await project.write('data.json', json(2));
  await tab.until(look, [2, [2, null], [2, 10]]);
  t.true(await tab.evaluate(() => globalThis.same()));
  await project.write('other.json', json(20));
  await tab.until(look, [2, [null, 20], [2, 20]]);
  await project.write('data.json', json(3));
  await tab.until(look, [3, [3, null], [3, 20]]);
  t.true(await tab.evaluate(() => globalThis.same()));
  await wasKept(t, tab);
});

test('JSON that does not parse changes nothing; the next good save applies', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `${MAIN}import data from './data.json' with { type: 'json' };
globalThis.value = data.number;
import.meta.hot.accept('./data.json', (next) => { globalThis.value = next.default.number; });`,
    'data.json': json(1),
  });
  await tab.until(value, 1);
  await project.write('data.json', '{ "number": 2');
  await server.event(({ type }) => type === 'diagnostics' || type === 'failed');
  t.is(await tab.evaluate(value), 1);
  await project.write('data.json', json(3));
  await tab.until(value, 3);
  await wasKept(t, tab);
});

test('a JSON module that no module accepts reloads the page and says why', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `${MAIN}import data from './data.json' with { type: 'json' }; globalThis.value = data.number;`,
    'data.json': json(1),
  });
  await tab.until(value, 1);
  await project.write('data.json', json(2));
  await tab.until(value, 2);
  const report = await onlyReload(t, tab, server);
  t.is(report.cause, 'deadEnd');
  t.deepEqual(report.chain, ['/data.json', '/main.js', '/index.html']);
});

for (const { what, file, text, type, read: readDep } of [
  {
    what: 'a CSS module',
    file: 'dep.css',
    text: (number) => `p { color: ${rgb(number)} }`,
    type: 'css',
    read: `dep.default.cssRules[0].style.color`,
  },
  { what: 'a JSON module', file: 'dep.json', text: json, type: 'json', read: 'dep.default.number' },
  {
    what: 'a script without hot code',
    file: 'dep.js',
    text: (number) => `export const number = ${number}; export default {};`,
    read: 'dep.number',
  },
]) {
  const shown = (number) => (type === 'css' ? rgb(number) : number);
  const attributes = type ? `with { type: '${type}' }` : '';
  const later = `import(name${type ? `, { ${attributes.replace('with', 'with:')} }` : ''})`;
  const main = (
    turn,
    isImported,
  ) => `${isImported ? `import * as dep from './${file}' ${attributes};` : ''}
const name = './${file}';
globalThis.turn = ${turn};
globalThis.dep = ${isImported ? 'dep' : 'null'};
globalThis.look = () => ${isImported ? readDep : 'null'};
globalThis.later = async () => { const dep = await ${later}; globalThis.first ??= dep.default; return ${readDep}; };
globalThis.isSame = async () => [globalThis.first ?? globalThis.dep.default, (await ${later}).default].every((one) => one === globalThis.dep.default);
import.meta.hot.accept();`;
  const look = () => [globalThis.turn, globalThis.look()];

  for (const isFirstLater of [false, true]) {
    const how = isFirstLater ? 'by import() first' : 'statically first';
    test(`${what} that left the page and changed comes back with its last bytes, one instance, ${how}`, async (t) => {
      const { project, server, tab } = await startApp(t, {
        'main.js': main(1, true),
        [file]: text(1),
      });
      await tab.until(look, [1, shown(1)]);
      // Twice: what came back can leave again.
      for (const [turn, number] of [
        [2, 2],
        [4, 3],
      ]) {
        await project.write('main.js', main(turn, false));
        await tab.until(look, [turn, null]);
        const edit = server.events.findLast(({ type }) => type === 'updated').version;
        await server.event(({ type, version }) => type === 'applied' && version === edit);
        await project.write(file, text(number));
        const isSave = ({ type, files }) =>
          type === 'updated' && files.includes(project.path(file));
        await waitFor(
          () => server.events.filter(isSave).length === number - 1,
          () => JSON.stringify(server.events),
        );
        const { version } = server.events.findLast(isSave);
        await tab.until((wanted) => globalThis.__hotgraph__.version >= wanted, true, version);
        if (isFirstLater) {
          await tab.evaluate(() => delete globalThis.first);
          t.is(await tab.evaluate(() => globalThis.later()), shown(number));
        }
        await project.write('main.js', main(turn + 1, true));
        await tab.until(look, [turn + 1, shown(number)]);
        t.true(await tab.evaluate(() => globalThis.isSame()));
      }
      await project.write(file, text(4));
      await tab.until(look, [5, shown(4)]);
      t.is(tab.loads, 1);
      t.deepEqual(tab.errors, []);
    });
  }
}
