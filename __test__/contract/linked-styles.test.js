/**
 * Style sheets in links, in what they import and in shadow roots are swapped in place, without a flash.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import {
  BOX,
  page,
  paints,
  picture,
  seenInFrames,
  wasKept,
  watchFrames,
} from '../helpers/beyond-js.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: frames are watched and pictures taken, and tabs in the background have few.
const test = ava.serial;

ava.after.always(closeBrowser);

const MAIN = `globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.testHot = import.meta.hot;
`;

const rgb = (number) => `rgb(${number}, 0, 0)`;
const colorOf = (selector) => getComputedStyle(document.querySelector(selector)).color;

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

test('a style sheet that two links import changes in both, within their media and layers', async (t) => {
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
