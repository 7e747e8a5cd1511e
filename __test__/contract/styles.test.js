/**
 * Style sheets: swapped in place, in links, in what they import, in CSS modules and in shadow roots.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';
import { getFreePort } from '../helpers/port.js';

// One after the other: frames are watched, and tabs in the background have few.
const test = ava.serial;

ava.after.always(closeBrowser);

const color = () => getComputedStyle(document.querySelector('p')).color;
const links = () =>
  [...document.querySelectorAll('link[rel~="stylesheet"]')].map((link) => {
    const { pathname, searchParams } = new URL(link.href);
    searchParams.delete('__hot');
    return `${pathname}?${searchParams}`;
  });

const rgb = (number) => `rgb(${number}, 0, 0)`;
const sheet = (number) => `p { color: ${rgb(number)} }`;
const page = (head) => `<!doctype html>
<html><head>${head}</head>
<body><p>text</p><input><script type="module" src="./main.js"></script></body></html>`;
const LINK = '<link rel="stylesheet" href="./main.css">';
const MAIN = `globalThis.runs = (globalThis.runs ?? 0) + 1;`;

/** The tab was never reloaded and its only script ran once. */
async function wasKept(t, tab) {
  t.is(tab.loads, 1);
  t.is(await tab.evaluate(() => globalThis.runs), 1);
  t.deepEqual(tab.errors, []);
}

/** Keeps, for each frame from now on, what `look` (the text of an expression) gives. */
async function watchFrames(tab, look) {
  await tab.evaluate((expression) => {
    const see = new Function(`return ${expression}`);
    const frame = () => {
      globalThis.seen.add(see());
      requestAnimationFrame(frame);
    };
    globalThis.seen = new Set();
    return new Promise((resolve) =>
      requestAnimationFrame(() => {
        frame();
        resolve();
      }),
    );
  }, look);
}

const seenInFrames = (tab) => tab.evaluate(() => [...globalThis.seen]);

// -- links --------------------------------------------------------------------------------------------

test('an edit of a linked style sheet keeps state, and one link element is left', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'index.html': page(LINK),
    'main.js': MAIN,
    'main.css': sheet(1),
  });
  await tab.until(color, rgb(1));
  await tab.page.fill('input', 'typed');
  for (const number of [2, 3, 4]) {
    await project.write('main.css', sheet(number));
    await tab.until(color, rgb(number));
    await tab.until(links, ['/main.css?']);
  }
  t.is(await tab.page.inputValue('input'), 'typed');
  const { boundaries } = await server.event((event) => event.type === 'applied');
  t.deepEqual(boundaries, ['/main.css']);
  await wasKept(t, tab);
  await tab.page.reload();
  t.is(await tab.evaluate(color), rgb(4));
});

test('an edit of a style sheet keeps queries and attributes of the link', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(
      '<link id="theme" data-own="1" rel="stylesheet" media="screen" title="" href="./main.css?theme=dark&amp;x=%20y">',
    ),
    'main.js': MAIN,
    'main.css': sheet(1),
  });
  await tab.until(color, rgb(1));
  for (const number of [2, 3]) {
    await project.write('main.css', sheet(number));
    await tab.until(color, rgb(number));
    await tab.until(links, ['/main.css?theme=dark&x=+y']);
    t.deepEqual(
      await tab.evaluate(() => {
        const { id, dataset, media } = document.querySelector('link');
        return [id, dataset.own, media];
      }),
      ['theme', '1', 'screen'],
    );
  }
  await wasKept(t, tab);
});

test('no frame is without style, and none has both the old and the new', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(LINK),
    'main.js': MAIN,
    'main.css': `${sheet(1)} p { margin-left: 1px; }`,
  });
  await tab.until(color, rgb(1));
  await watchFrames(
    tab,
    `(({ color, marginLeft, marginRight }) => [color, marginLeft, marginRight].join())(getComputedStyle(document.querySelector('p')))`,
  );
  const expected = [`${rgb(1)},1px,0px`];
  for (let number = 2; number < 12; number += 1) {
    const side = number % 2 === 0 ? 'right' : 'left';
    await project.write('main.css', `${sheet(number)} p { margin-${side}: ${number}px; }`);
    await tab.until(color, rgb(number));
    expected.push(
      side === 'right' ? `${rgb(number)},0px,${number}px` : `${rgb(number)},${number}px,0px`,
    );
  }
  const seen = await seenInFrames(tab);
  t.deepEqual(
    seen.filter((one) => !expected.includes(one)),
    [],
  );
  t.true(seen.length > 1);
  await wasKept(t, tab);
});

test('a link that code holds shows the new text and can be switched', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(LINK),
    'main.js': `${MAIN} globalThis.link = document.querySelector('link');`,
    'main.css': sheet(1),
  });
  await tab.until(color, rgb(1));
  const count = () => document.querySelectorAll('link').length;
  const own = () => [globalThis.link.isConnected, globalThis.link.sheet?.cssRules[0].style.color];
  for (const number of [2, 3]) {
    await project.write('main.css', sheet(number));
    await tab.until(own, [true, rgb(number)]);
    await tab.until(count, 1);
    t.is(await tab.evaluate(color), rgb(number));
  }
  for (const [off, on] of [
    ['globalThis.link.disabled = true', 'globalThis.link.disabled = false'],
    ['globalThis.link.sheet.disabled = true', 'globalThis.link.sheet.disabled = false'],
    ['globalThis.link.media = "print"', 'globalThis.link.media = ""'],
  ]) {
    await tab.evaluate(off);
    await tab.until(color, rgb(0));
    await project.write('main.css', sheet(4));
    await project.write('main.css', sheet(5));
    await tab.until(count, 1);
    t.is(await tab.evaluate(color), rgb(0), off);
    await tab.evaluate(on);
    await tab.until(color, rgb(5));
    await tab.until(count, 1);
  }
  await wasKept(t, tab);
});

test('a choice of code during a swap counts', async (t) => {
  const held = [];
  const hold = async (context, next) => {
    if (context.path === '/main.css' && context.url.includes('__hot')) {
      await new Promise((resolve) => held.push(resolve));
    }
    await next();
  };
  const { project, tab } = await startApp(
    t,
    {
      'index.html': page(LINK),
      'main.js': `${MAIN} globalThis.link = document.querySelector('link');`,
      'main.css': sheet(1),
    },
    { config: { middleware: [hold] } },
  );
  await tab.until(color, rgb(1));
  await project.write('main.css', sheet(2));
  await waitFor(
    () => held.length > 0,
    () => 'no style sheet was asked for',
  );
  await tab.evaluate(() => {
    globalThis.link.media = 'print';
  });
  const release = setInterval(() => held.pop()?.(), 10);
  t.teardown(() => clearInterval(release));
  await tab.until(() => document.querySelectorAll('link').length, 1);
  await tab.until(() => globalThis.link.sheet?.cssRules[0].style.color, rgb(2));
  t.is(await tab.evaluate(color), rgb(0));
  t.is(await tab.evaluate(() => globalThis.link.media), 'print');
  await wasKept(t, tab);
});

test('several quick saves leave one link with the last text', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(LINK),
    'main.js': MAIN,
    'main.css': sheet(1),
  });
  await tab.until(color, rgb(1));
  for (const round of [10, 20, 30]) {
    for (let number = round; number < round + 10; number += 1) {
      await project.write('main.css', sheet(number));
    }
    await tab.until(color, rgb(round + 9));
    await tab.until(links, ['/main.css?']);
  }
  t.is(await tab.evaluate(() => document.styleSheets.length), 1);
  await wasKept(t, tab);
});

test('an edit of a style sheet keeps the order of the cascade', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(
      `<link rel="stylesheet" href="./first.css"><link rel="stylesheet" href="./second.css"><style>p { margin-top: 7px }</style>`,
    ),
    'main.js': MAIN,
    'first.css': sheet(1),
    'second.css': `${sheet(2)} p { margin-top: 1px; }`,
  });
  await tab.until(color, rgb(2));
  await project.write('first.css', `${sheet(3)} p { margin-left: 3px; }`);
  await tab.until(() => getComputedStyle(document.querySelector('p')).marginLeft, '3px');
  t.is(await tab.evaluate(color), rgb(2));
  await project.write('second.css', `${sheet(4)} p { margin-top: 2px; }`);
  await tab.until(color, rgb(4));
  t.is(await tab.evaluate(() => getComputedStyle(document.querySelector('p')).marginTop), '7px');
  await tab.until(links, ['/first.css?', '/second.css?']);
  await wasKept(t, tab);
});

test('an edit shows though what the sheet imports from elsewhere is missing', async (t) => {
  const missing = `@import "http://localhost:${await getFreePort()}/font.css";`;
  const { project, tab } = await startApp(t, {
    'index.html': page('<link rel="stylesheet" href="./a.css">'),
    'main.js': MAIN,
    'a.css': missing + sheet(1),
  });
  await tab.until(color, rgb(1));
  for (const number of [2, 3]) {
    await project.write('a.css', missing + sheet(number));
    await tab.until(color, rgb(number));
  }
  await tab.until(links, ['/a.css?']);
  await wasKept(t, tab);
});

test('nested @import: an edit at every depth shows', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page('<link rel="stylesheet" href="./a.css?x=1">'),
    'main.js': MAIN,
    'a.css': '@import "./lib/b.css"; p { margin-left: 1px }',
    'lib/b.css': '@import url(c.css) screen; p { margin-right: 1px }',
    'lib/c.css': sheet(1),
  });
  const margins = () => {
    const { marginLeft, marginRight } = getComputedStyle(document.querySelector('p'));
    return [marginLeft, marginRight];
  };
  await tab.until(color, rgb(1));
  for (const number of [2, 3]) {
    await project.write('lib/c.css', sheet(number));
    await tab.until(color, rgb(number));
    await project.write('lib/b.css', `@import url(c.css) screen; p { margin-right: ${number}px }`);
    await tab.until(margins, [`${number - 1}px`, `${number}px`]);
    t.is(await tab.evaluate(color), rgb(number));
    await project.write('a.css', `@import "./lib/b.css"; p { margin-left: ${number}px }`);
    await tab.until(margins, [`${number}px`, `${number}px`]);
    t.is(await tab.evaluate(color), rgb(number));
  }
  await tab.until(links, ['/a.css?x=1']);
  await wasKept(t, tab);
  await tab.page.reload();
  t.is(await tab.evaluate(color), rgb(3));
});

test('a style sheet that is added later is swapped too', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(''),
    'main.js': `${MAIN}
const link = document.createElement('link');
link.rel = 'stylesheet';
link.href = '/late.css';
document.head.append(link);`,
    'late.css': sheet(1),
  });
  await tab.until(color, rgb(1));
  for (const number of [2, 3]) {
    await project.write('late.css', sheet(number));
    await tab.until(color, rgb(number));
  }
  await tab.until(links, ['/late.css?']);
  await wasKept(t, tab);
});

test('a disabled style sheet stays disabled and has the last text when it is enabled', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'index.html': page(`${LINK}<link rel="stylesheet" href="./off.css">`),
    'main.js': MAIN,
    'main.css': sheet(1),
    'off.css': sheet(5),
  });
  await tab.until(color, rgb(5));
  await tab.evaluate(() => {
    document.querySelectorAll('link')[1].disabled = true;
  });
  await tab.until(color, rgb(1));
  await project.write('off.css', sheet(6));
  await server.event((event) => event.type === 'applied');
  t.is(await tab.evaluate(color), rgb(1));
  await tab.evaluate(() => {
    document.querySelectorAll('link')[1].disabled = false;
  });
  await tab.until(color, rgb(6));
  await wasKept(t, tab);
});

test('a deleted style sheet leaves the old style, and comes back', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'index.html': page(LINK),
    'main.js': MAIN,
    'main.css': sheet(1),
  });
  await tab.until(color, rgb(1));
  await project.remove('main.css');
  await server.event((event) => event.type === 'diagnostics');
  t.is(await tab.evaluate(color), rgb(1));
  await project.write('main.css', sheet(2));
  await tab.until(color, rgb(2));
  await tab.until(links, ['/main.css?']);
  await wasKept(t, tab);
});

test('an edit of a style sheet reaches only the tabs that show it', async (t) => {
  const { project, tab, open } = await startApp(t, {
    'index.html': page(LINK),
    'other.html': page('<link rel="stylesheet" href="./other.css">'),
    'main.js': `${MAIN}
import.meta.hot.on('vite:afterUpdate', () => { globalThis.updates = (globalThis.updates ?? 0) + 1; });`,
    'main.css': sheet(1),
    'other.css': sheet(1),
  });
  const other = await open('/other.html');
  await project.write('main.css', sheet(2));
  await tab.until(color, rgb(2));
  await project.write('other.css', sheet(3));
  await other.until(color, rgb(3));
  for (const one of [tab, other]) {
    await one.until(() => globalThis.updates, 1);
    await wasKept(t, one);
  }
});

test('a page that opens later shows the same text as the first', async (t) => {
  const { project, tab, open } = await startApp(t, {
    'index.html': page(LINK),
    'main.js': MAIN,
    'main.css': sheet(1),
  });
  await project.write('main.css', sheet(2));
  await tab.until(color, rgb(2));
  const other = await open();
  t.is(await other.evaluate(color), rgb(2));
  await project.write('main.css', sheet(3));
  for (const one of [tab, other]) {
    await one.until(color, rgb(3));
    await wasKept(t, one);
  }
});

// -- shadow roots --------------------------------------------------------------------------------------

test('style sheets in open shadow roots, nested ones too, change in place', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(''),
    'main.js': `${MAIN}
customElements.define('x-inner', class extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).innerHTML = '<link rel="stylesheet" href="/inner.css?part=1"><p>inner</p>';
  }
});
customElements.define('x-outer', class extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).innerHTML = '<link rel="stylesheet" href="/outer.css"><p>outer</p><x-inner></x-inner>';
  }
});
document.body.append(document.createElement('x-outer'));
globalThis.outer = document.querySelector('x-outer').shadowRoot;
globalThis.inner = globalThis.outer.querySelector('x-inner').shadowRoot;
`,
    'outer.css': sheet(1),
    'inner.css': sheet(1),
  });
  const colors = () =>
    [globalThis.outer, globalThis.inner].map(
      (root) => getComputedStyle(root.querySelector('p')).color,
    );
  const counts = () =>
    [globalThis.outer, globalThis.inner].map((root) => root.querySelectorAll('link').length);
  await tab.until(colors, [rgb(1), rgb(1)]);
  await project.write('inner.css', sheet(2));
  await tab.until(colors, [rgb(1), rgb(2)]);
  await project.write('outer.css', sheet(3));
  await tab.until(colors, [rgb(3), rgb(2)]);
  await tab.until(counts, [1, 1]);
  await wasKept(t, tab);
});

// -- CSS modules ----------------------------------------------------------------------------------------

const ADOPT = `${MAIN}
import sheet from './module.css' with { type: 'css' };
document.adoptedStyleSheets = [sheet];
globalThis.sheet = sheet;
const host = document.createElement('div');
host.attachShadow({ mode: 'open' }).innerHTML = '<p>shadow</p>';
host.shadowRoot.adoptedStyleSheets = [sheet];
document.body.append(host);
globalThis.shadow = host.shadowRoot;
`;
const adopted = () => [
  getComputedStyle(document.querySelector('p')).color,
  getComputedStyle(globalThis.shadow.querySelector('p')).color,
  globalThis.sheet === document.adoptedStyleSheets[0],
  document.adoptedStyleSheets.length,
];

test('an edit of a CSS module gives the same CSSStyleSheet the new text, and runs no script', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(''),
    'main.js': ADOPT,
    'module.css': sheet(1),
  });
  await tab.until(adopted, [rgb(1), rgb(1), true, 1]);
  for (const number of [2, 3, 4]) {
    await project.write('module.css', sheet(number));
    await tab.until(adopted, [rgb(number), rgb(number), true, 1]);
  }
  await wasKept(t, tab);
});

test('a CSS module has the last text after a reload, and later importers get the same object', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(''),
    'main.js': `${ADOPT}
globalThis.load = async () => (await import('./later.js')).sheet === globalThis.sheet;`,
    'later.js': `import sheet from './module.css' with { type: 'css' }; export { sheet };`,
    'module.css': sheet(1),
  });
  await tab.until(adopted, [rgb(1), rgb(1), true, 1]);
  await project.write('module.css', sheet(2));
  await tab.until(adopted, [rgb(2), rgb(2), true, 1]);
  t.true(await tab.evaluate(() => globalThis.load()));
  await wasKept(t, tab);
  await tab.page.reload();
  t.deepEqual(await tab.evaluate(adopted), [rgb(2), rgb(2), true, 1]);
  await tab.connected();
  await project.write('module.css', sheet(3));
  await tab.until(adopted, [rgb(3), rgb(3), true, 1]);
  t.is(tab.loads, 2);
});

test('an edit of a CSS module leaves no frame without style', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page(''),
    'main.js': ADOPT,
    'module.css': sheet(1),
  });
  await tab.until(adopted, [rgb(1), rgb(1), true, 1]);
  await watchFrames(tab, `getComputedStyle(document.querySelector('p')).color`);
  for (let number = 2; number < 8; number += 1) {
    await project.write('module.css', sheet(number));
    await tab.until(color, rgb(number));
  }
  const seen = await seenInFrames(tab);
  t.false(seen.includes('rgb(0, 0, 0)'), `${seen}`);
  t.true(seen.length > 1);
});

test('a style sheet that is linked and imported as a CSS module changes in both places', async (t) => {
  const { project, tab } = await startApp(t, {
    'index.html': page('<link rel="stylesheet" href="./module.css">'),
    'main.js': ADOPT.replace('document.adoptedStyleSheets = [sheet];', ''),
    'module.css': sheet(1),
  });
  const both = () => [
    getComputedStyle(document.querySelector('p')).color,
    getComputedStyle(globalThis.shadow.querySelector('p')).color,
  ];
  await tab.until(both, [rgb(1), rgb(1)]);
  for (const number of [2, 3]) {
    await project.write('module.css', sheet(number));
    await tab.until(both, [rgb(number), rgb(number)]);
  }
  await wasKept(t, tab);
});
