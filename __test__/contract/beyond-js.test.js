/**
 * What a page loads besides JavaScript: style sheets below links, CSS and JSON modules, images, workers,
 * pages and their inline scripts.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';

// One after the other: frames are watched and pictures taken, and tabs in the background have few.
const test = ava.serial;

ava.after.always(closeBrowser);

const page = (head, body = '', script = '<script type="module" src="./main.js"></script>') =>
  `<!doctype html>
<html><head><link rel="icon" href="data:,">${head}</head>
<body>${body}${script}</body></html>`;
const MAIN = `globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.testHot = import.meta.hot;
`;
const value = () => globalThis.value;

/** The tab was never reloaded, `main.js` ran once, and nothing went wrong. */
async function wasKept(t, tab) {
  t.is(tab.loads, 1);
  t.is(await tab.evaluate(() => globalThis.runs), 1);
  t.deepEqual(tab.errors, []);
}

/** The only reload so far, as the server heard of it. */
async function onlyReload(t, tab, server) {
  await tab.loaded(2);
  await tab.connected();
  t.is(tab.loads, 2);
  const reloads = server.events.filter((event) => event.type === 'reloaded');
  t.is(reloads.length, 1);
  await tab.logged(`reloaded: ${reloads[0].report.message}`);
  return reloads[0].report;
}

/** Keeps, for each frame from now on, what `look` (the text of an expression) gives. */
async function watchFrames(tab, look) {
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

const seenInFrames = (tab) => tab.evaluate(() => [...globalThis.seen]);

const rgb = (number) => `rgb(${number}, 0, 0)`;
const colorOf = (selector) => getComputedStyle(document.querySelector(selector)).color;

const picture = (color) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="20" height="20" fill="${color}"/></svg>`;
const BOX = `<style>
  body { margin: 0 }
  img, .box, #wanted { display: block; width: 20px; height: 20px; margin: 10px }
</style>`;

/** Waits until an element is painted in one color, as the screen shows it. */
async function paints(tab, selector, color) {
  await tab.evaluate((wanted) => {
    const known = document.querySelector('#wanted');
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

// -- what linked style sheets import ----------------------------------------------------------------------

/** A chain of style sheets that import each other, in folders of their own; the last colors `p`. */
const chain = (depth) =>
  Object.fromEntries(
    Array.from({ length: depth }, (_, level) => [
      `${'sub/'.repeat(level)}level-${level}.css`,
      `@import url("./sub/level-${level + 1}.css?level=${level}") all;\n.none { color: blue }`,
    ]),
  );

test('<link rel="stylesheet"> and what it @imports, five levels down, is swapped without a flash', async (t) => {
  const last = `${'sub/'.repeat(5)}level-5.css`;
  const { project, tab } = await startApp(t, {
    ...chain(5),
    'index.html': page('<link rel="stylesheet" href="./level-0.css?theme=1">', '<p>text</p>'),
    'main.js': MAIN,
    [last]: `p { color: ${rgb(1)} }`,
  });
  await tab.until(colorOf, rgb(1), 'p');
  await watchFrames(tab, `getComputedStyle(document.querySelector('p')).color`);
  for (let number = 2; number < 8; number += 1) {
    await project.write(last, `p { color: ${rgb(number)} }`);
    await tab.until(colorOf, rgb(number), 'p');
  }
  const seen = await seenInFrames(tab);
  t.true(seen.length > 1);
  t.true(
    seen.every((one) => /^rgb\([1-7], 0, 0\)$/.test(one)),
    `${seen}`,
  );
  const count = () => document.querySelectorAll('link[rel=stylesheet]').length;
  await tab.until(count, 1);
  const hrefs = await tab.evaluate(() =>
    [...document.querySelectorAll('link[rel=stylesheet]')].map((link) => new URL(link.href).search),
  );
  t.true(hrefs[0].startsWith('?theme=1&__hot='), hrefs[0]);
  await wasKept(t, tab);
});

test('a style sheet that two links @import changes below both, in their media and layers', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(
      `<link rel="stylesheet" href="./a.css"><link rel="stylesheet" href="./b.css" media="all">`,
      '<p id="a">a</p><p id="b">b</p>',
    ),
    'main.js': MAIN,
    'a.css': `@layer base; @import "./shared.css" layer(base) screen; #b { color: green }`,
    'b.css': `@import url(./shared.css) supports(color: red);`,
    'shared.css': `p { color: ${rgb(1)} }`,
  });
  const colors = () => ['#a', '#b'].map((id) => getComputedStyle(document.querySelector(id)).color);
  await tab.until(colors, [rgb(1), 'rgb(0, 128, 0)']);
  for (const number of [2, 3]) {
    await project.write('shared.css', `p { color: ${rgb(number)} }`);
    await tab.until(colors, [rgb(number), 'rgb(0, 128, 0)']);
  }
  await tab.until(() => document.querySelectorAll('link[rel=stylesheet]').length, 2);
  await wasKept(t, tab);
});

test('an @import that is added in a save is followed, one that is removed is not', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'index.html': page('<link rel="stylesheet" href="./a.css">', '<p>text</p>'),
    'main.js': MAIN,
    'a.css': `p { color: ${rgb(1)} }`,
    'b.css': `p { color: ${rgb(2)} }`,
  });
  await tab.until(colorOf, rgb(1), 'p');
  await project.write('a.css', `@import './b.css';`);
  await tab.until(colorOf, rgb(2), 'p');
  await project.write('b.css', `p { color: ${rgb(3)} }`);
  await tab.until(colorOf, rgb(3), 'p');
  await project.write('a.css', `p { color: ${rgb(4)} }`);
  await tab.until(colorOf, rgb(4), 'p');
  await project.write('b.css', `p { color: ${rgb(5)} }`);
  await project.write('a.css', `p { color: ${rgb(6)} }`);
  await tab.until(colorOf, rgb(6), 'p');
  t.deepEqual(
    server.events.filter(({ type }) => type === 'reloaded').map(({ report }) => report),
    [],
  );
  await wasKept(t, tab);
});

test('style sheets and images in closed shadow roots change in place', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(BOX, '<div id="host" class="box"></div>'),
    'main.js': `${MAIN}const root = document.querySelector('#host').attachShadow({ mode: 'closed' });
root.innerHTML = '<link rel="stylesheet" href="./closed.css"><p>text</p><img src="./one.svg">';
globalThis.color = () => getComputedStyle(root.querySelector('p')).color;`,
    'closed.css': `p { display: none; color: ${rgb(1)} }`,
    'one.svg': picture('red'),
  });
  const color = () => globalThis.color();
  await tab.until(color, rgb(1));
  await paints(tab, '#host', 'red');
  await project.write('closed.css', `p { display: none; color: ${rgb(2)} }`);
  await tab.until(color, rgb(2));
  await project.write('one.svg', picture('lime'));
  await paints(tab, '#host', 'lime');
  await wasKept(t, tab);
});

// -- CSS modules ------------------------------------------------------------------------------------------

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

test('a CSS module that is imported when it is needed, by query too, gets the new text', async (t) => {
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

// -- JSON modules -----------------------------------------------------------------------------------------

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

test('a JSON module that nobody accepts reloads the page and says why', async (t) => {
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

// -- images -----------------------------------------------------------------------------------------------

const MARKUP = {
  '<img src>': '<img id="it" src="./pictures/one.svg">',
  '<img srcset>':
    '<img id="it" srcset="/pictures/one.svg?small 1x, ./pictures/one.svg 2x" src="data:,">',
  '<picture>':
    '<picture><source srcset="pictures/one.svg" type="image/svg+xml"><img id="it" src="data:,"></picture>',
  'an SVG <image>':
    '<svg id="it" class="box" viewBox="0 0 20 20"><image href="pictures/one.svg" width="20" height="20"/></svg>',
  '<input type="image">': '<input id="it" class="box" type="image" alt="" src="pictures/one.svg">',
  'a style attribute': '<div id="it" class="box" style="background: url(pictures/one.svg)"></div>',
};
for (const [name, markup] of Object.entries(MARKUP)) {
  test(`an edited image shows in place: ${name}`, async (t) => {
    const { project, tab } = await startApp(t, {
      'index.html': page(BOX, markup),
      'main.js': MAIN,
      'pictures/one.svg': picture('red'),
    });
    await paints(tab, '#it', 'red');
    for (const color of ['lime', 'blue']) {
      await project.write('pictures/one.svg', picture(color));
      await paints(tab, '#it', color);
    }
    await wasKept(t, tab);
    await tab.page.reload();
    await paints(tab, '#it', 'blue');
  });
}

test('url() in a linked style sheet, in what it imports, and in <style> shows the edited image', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(
      `${BOX}<link rel="stylesheet" href="./css/main.css">
<style>@media all { #c { --picture: url(./pictures/one.svg); background-image: var(--picture) } }</style>`,
      '<div class="box" id="a"></div><div class="box" id="b"></div><div class="box" id="c"></div>',
    ),
    'main.js': MAIN,
    'css/main.css': `@import './parts/part.css'; @media all { #a { background: url(../pictures/one.svg) } }`,
    'css/parts/part.css': '#b { background-image: url("/pictures/one.svg#hash") }',
    'pictures/one.svg': picture('red'),
  });
  const all = async (color) => {
    for (const id of ['#a', '#b', '#c']) await paints(tab, id, color);
  };
  await all('red');
  for (const color of ['lime', 'blue']) {
    await project.write('pictures/one.svg', picture(color));
    await all(color);
  }
  // A style sheet that is swapped later names the image as it did before.
  await project.write(
    'css/main.css',
    `@import './parts/part.css'; #a { background: url(../pictures/one.svg); opacity: 0.999 }`,
  );
  await tab.until(() => getComputedStyle(document.querySelector('#a')).opacity, '0.999');
  await project.write('css/parts/part.css', '#b { background-image: url("/pictures/one.svg") }');
  await project.write('pictures/one.svg', picture('aqua'));
  for (const id of ['#b', '#c']) await paints(tab, id, 'aqua');
  await wasKept(t, tab);
});

test('url() in adopted style sheets, of the document and of shadow roots, shows the edited image', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(BOX, '<div class="box" id="a"></div><div id="host" class="box"></div>'),
    'main.js': `${MAIN}import sheet from './css/module.css' with { type: 'css' };
const constructed = new CSSStyleSheet();
constructed.replaceSync('#b { display: block; width: 20px; height: 20px; background: url(/pictures/one.svg) }');
document.adoptedStyleSheets = [sheet];
const root = document.querySelector('#host').attachShadow({ mode: 'open' });
root.innerHTML = '<div id="b"></div>';
root.adoptedStyleSheets = [constructed];
globalThis.sheet = sheet;`,
    'css/module.css': '#a { background: url(../pictures/one.svg) }',
    'pictures/one.svg': picture('red'),
  });
  const both = async (color) => {
    for (const id of ['#a', '#host']) await paints(tab, id, color);
  };
  await both('red');
  for (const color of ['lime', 'blue']) {
    await project.write('pictures/one.svg', picture(color));
    await both(color);
  }
  t.true(await tab.evaluate(() => document.adoptedStyleSheets[0] === globalThis.sheet));
  await wasKept(t, tab);
});

test('an image that code draws or fetches reloads the page and says why', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'index.html': page(BOX, '<img id="it" src="./one.svg">'),
    'main.js': `${MAIN}await fetch('./one.svg');`,
    'one.svg': picture('red'),
  });
  await paints(tab, '#it', 'red');
  await tab.until(() => globalThis.runs, 1);
  await project.write('one.svg', picture('lime'));
  const report = await onlyReload(t, tab, server);
  t.is(report.cause, 'resource');
  t.is(report.changed, '/one.svg');
  await paints(tab, '#it', 'lime');
});

test('an image that is drawn on a canvas reloads the page', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'index.html': page(BOX, '<canvas id="it" class="box" width="20" height="20"></canvas>'),
    'main.js': `${MAIN}const image = new Image();
image.src = './one.svg';
await image.decode();
document.querySelector('canvas').getContext('2d').drawImage(image, 0, 0);`,
    'one.svg': picture('red'),
  });
  await paints(tab, '#it', 'red');
  await project.write('one.svg', picture('lime'));
  await onlyReload(t, tab, server);
  await paints(tab, '#it', 'lime');
});

test('an image that no tab shows changes nothing, and only tabs that show it change', async (t) => {
  const { project, server, tab, open } = await startApp(t, {
    'index.html': page(BOX, '<img id="it" src="./one.svg">'),
    'other.html': page(BOX, '<img id="it" src="./two.svg">'),
    'main.js': `${MAIN}import.meta.hot.on('vite:afterUpdate', () => { globalThis.updates = (globalThis.updates ?? 0) + 1; });`,
    'one.svg': picture('red'),
    'two.svg': picture('red'),
    'three.svg': picture('red'),
  });
  const other = await open('/other.html');
  await project.write('three.svg', picture('lime'));
  await project.write('one.svg', picture('lime'));
  await paints(tab, '#it', 'lime');
  await project.write('two.svg', picture('blue'));
  await paints(other, '#it', 'blue');
  for (const one of [tab, other]) {
    await one.until(() => globalThis.updates, 1);
    await wasKept(t, one);
  }
  t.deepEqual(
    server.events.filter(({ type }) => type === 'updated').map(({ files }) => files),
    [[project.path('one.svg')], [project.path('two.svg')]],
  );
});

// -- workers ----------------------------------------------------------------------------------------------

const WORKERS = {
  'a classic worker': [
    `new Worker('./worker.js')`,
    (number) => `importScripts('./part.js'); postMessage(${number} + part);`,
    (number) => `self.part = ${number};`,
  ],
  'a module worker': [
    `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })`,
    (number) => `import { part } from './part.js'; postMessage(${number} + part);`,
    (number) => `export const part = ${number};`,
  ],
  'a module worker that imports when it needs to': [
    `new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'lazy' })`,
    (number) => `postMessage(${number} + (await import('./part.js')).part);`,
    (number) => `export const part = ${number};`,
  ],
};
for (const [name, [start, worker, part]] of Object.entries(WORKERS)) {
  test(`${name}: its script and what it imports reload the pages that use it, with the reason`, async (t) => {
    const { project, server, tab, open } = await startApp(t, {
      'main.js': `${MAIN}${start}.onmessage = ({ data }) => { globalThis.value = data; };`,
      'worker.js': worker(10),
      'part.js': part(1),
      'other.html': page('', '', '<script type="module" src="./other.js"></script>'),
      'other.js': MAIN,
    });
    const other = await open('/other.html');
    await tab.until(value, 11);
    await project.write('worker.js', worker(20));
    await tab.until(value, 21);
    const report = await onlyReload(t, tab, server);
    t.is(report.cause, 'resource');
    t.is(report.changed, '/worker.js');
    await project.write('part.js', part(2));
    await tab.until(value, 22);
    await tab.connected();
    t.is(tab.loads, 3);
    const last = server.events.filter(({ type }) => type === 'reloaded').at(-1).report;
    t.is(last.changed, '/part.js');
    t.is(last.cause, 'resource');
    await wasKept(t, other);
  });
}

// -- what left the page and comes back ---------------------------------------------------------------------

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

// -- pages ------------------------------------------------------------------------------------------------

test('editing an HTML page reloads only the tabs that show it', async (t) => {
  const of = (name, edit) => page('', `<h1>${name} ${edit}</h1>`);
  const { project, server, tab, open } = await startApp(t, {
    'index.html': of('home', 1),
    'docs/index.html': page(
      '',
      '<h1>docs 1</h1>',
      '<script type="module" src="../main.js"></script>',
    ),
    'main.js': MAIN,
  });
  const second = await open('/index.html');
  const docs = await open('/docs/');
  const heading = () => document.querySelector('h1')?.textContent;
  await project.write('index.html', of('home', 2));
  for (const one of [tab, second]) {
    await one.until(heading, 'home 2');
    await one.connected();
    t.is(one.loads, 2);
  }
  await wasKept(t, docs);
  await project.write(
    'docs/index.html',
    page('', '<h1>docs 2</h1>', '<script type="module" src="../main.js"></script>'),
  );
  await docs.until(heading, 'docs 2');
  await docs.connected();
  t.deepEqual(
    [tab, second, docs].map((one) => one.loads),
    [2, 2, 2],
  );
  t.deepEqual(
    server.events.filter(({ type }) => type === 'reloaded').map(({ report }) => report.changed),
    ['/index.html', '/index.html', '/docs/index.html'],
  );
});

test('inline module scripts are importers and accept dependencies, each its own, over F5 and below <base>', async (t) => {
  const inline = (name) => `<script type="module">
import { number } from './dep.js';
import * as other from './other.js';
globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.${name} = [number, other.number];
import.meta.hot.accept(['./dep.js', './other.js'], ([dep, other]) => {
  if (dep) globalThis.${name}[0] = dep.number;
  if (other) globalThis.${name}[1] = other.number;
});
</script>`;
  const { project, tab } = await startApp(t, {
    'index.html': page('<base href="/lib/">', '', `${inline('first')}\n${inline('second')}`),
    'lib/dep.js': 'export const number = 1;',
    'lib/other.js': 'export const number = 10;',
  });
  const both = () => [globalThis.first, globalThis.second];
  await tab.until(both, [
    [1, 10],
    [1, 10],
  ]);
  await project.write('lib/dep.js', 'export const number = 2;');
  await tab.until(both, [
    [2, 10],
    [2, 10],
  ]);
  await project.write('lib/other.js', 'export const number = 20;');
  await tab.until(both, [
    [2, 20],
    [2, 20],
  ]);
  t.is(tab.loads, 1);
  t.is(await tab.evaluate(() => globalThis.runs), 2);
  await tab.page.reload();
  await tab.connected();
  await tab.until(both, [
    [2, 20],
    [2, 20],
  ]);
  await project.write('lib/dep.js', 'export const number = 3;');
  await tab.until(both, [
    [3, 20],
    [3, 20],
  ]);
  t.is(tab.loads, 2);
  t.deepEqual(tab.errors, []);
});
