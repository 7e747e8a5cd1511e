/**
 * Images change in place where markup and style sheets show them, and reload the page where code does.
 */

import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { BOX, onlyReload, page, paints, picture, wasKept } from '../helpers/beyond-js.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: frames are watched and pictures taken, and tabs in the background have few.
const test = ava.serial;

ava.after.always(closeBrowser);

const MAIN = `globalThis.runs = (globalThis.runs ?? 0) + 1;
globalThis.testHot = import.meta.hot;
`;

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
