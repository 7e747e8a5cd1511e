/**
 * The overlay in a page: what it says, when it comes and goes, and that it is not in the way.
 */

import ava from 'ava';
import { LASTING } from '../../dist/browser/show/overlay.js';
import { browserName } from '../../scripts/browser.js';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const main = `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot.on('vite:error', ({ err }) => (globalThis.events ??= []).push(err.message));
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
`;
const dep = (number) => `export const value = ${number};\n`;
const BROKEN = 'export const one = 1;\nexport const value = ;\n';
const BODY = '<body><input id="name"><script type="module" src="./main.js"></script></body>';
const APP = {
  'index.html': `<!doctype html><html><head></head>${BODY}</html>`,
  'main.js': main,
  'dep.js': dep(1),
};

/** The texts of each problem that the page shows, by what they are; `null` without an overlay. */
const problems = () => {
  const root = document.querySelector('hotgraph-overlay')?.shadowRoot;
  if (!root) return null;
  const names = { title: 'h3', place: '.place', message: '.message', frame: '.frame' };
  const more = { chain: '.chain', stack: '.stack' };
  return [...root.querySelectorAll('li')].map((item) =>
    Object.fromEntries(
      Object.entries({ ...names, ...more }).flatMap(([name, selector]) => {
        const text = item.querySelector(selector)?.textContent;
        return text === undefined ? [] : [[name, text]];
      }),
    ),
  );
};

/** The names of the files with problems, with line and column; `null` without an overlay. */
const places = () => {
  const root = document.querySelector('hotgraph-overlay')?.shadowRoot;
  return root ? [...root.querySelectorAll('.place b')].map((place) => place.textContent) : null;
};

/** Loads the page again with a clock that {@link outlast} can put forward. */
async function withClock(tab) {
  await tab.page.clock.install();
  await tab.page.reload();
  await tab.connected();
}

/** Puts the clock of the page forward: it shows what it has to show by then. */
const outlast = (tab) => tab.page.clock.runFor(LASTING + 50);

/** A style of an element of the overlay. */
const style = (tab, selector, name) =>
  tab.evaluate(
    ([selector, name]) => {
      const host = document.querySelector('hotgraph-overlay');
      const element = selector === ':host' ? host : host.shadowRoot.querySelector(selector);
      return getComputedStyle(element)[name];
    },
    [selector, name],
  );

test('a mistake is shown with its place and code, moves nothing, and goes when it is fixed', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(value, 1);
  const measure = () => {
    const { scrollWidth, scrollHeight, clientWidth } = document.documentElement;
    return [scrollWidth, scrollHeight, clientWidth, document.body.innerHTML];
  };
  const before = await tab.evaluate(measure);
  await project.write('dep.js', BROKEN);
  await tab.until(places, ['dep.js:2:22']);
  const [problem] = await tab.evaluate(problems);
  t.is(problem.title, 'The saved code cannot be served');
  t.is(problem.place, `${project.path('dep.js')}:2:22`);
  t.regex(problem.frame, /^> 2 \| export const value = ;\n {4}\| {22}\^$/m);
  t.truthy(problem.message);
  t.deepEqual(await tab.evaluate(measure), before);
  t.is(await tab.evaluate(value), 1);

  await project.write('dep.js', dep(2));
  await tab.until(places, null);
  await tab.until(value, 2);

  await project.write('dep.js', BROKEN);
  await tab.until(places, ['dep.js:2:22']);
  // Fixed to what the page has: there is no update.
  await project.write('dep.js', dep(2));
  await tab.until(places, null);
});

test('Escape and the button dismiss the overlay, until there is something new', async (t) => {
  const { project, tab } = await startApp(t, {
    ...APP,
    'other.js': '',
    'main.js': `import './other.js';\n${main}`,
  });
  await withClock(tab);
  await tab.until(value, 1);
  await project.write('dep.js', BROKEN);
  await tab.until(places, ['dep.js:2:22']);
  await tab.page.keyboard.press('Escape');
  await tab.until(places, null);

  // The same mistake, a line further down.
  await project.write('dep.js', `\n${BROKEN}`);
  await tab.logged('dep.js:3:22');
  await outlast(tab);
  t.is(await tab.evaluate(places), null);

  await project.write('other.js', '(');
  await tab.until(places, ['dep.js:3:22', 'other.js:1:2']);
  await tab.page.locator('hotgraph-overlay .dismiss').click();
  await tab.until(places, null);

  await project.write('other.js', '//');
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  await project.write('dep.js', BROKEN);
  await tab.until(places, ['dep.js:2:22']);
});

test('overlay: false keeps console and events', async (t) => {
  const { project, tab } = await startApp(t, APP, { hmr: { overlay: false } });
  await withClock(tab);
  await tab.until(value, 1);
  await project.write('dep.js', BROKEN);
  await tab.logged('dep.js:2:22');
  await tab.until(() => globalThis.events?.length > 0);
  await outlast(tab);
  t.is(await tab.evaluate(places), null);
});

test('a mistake that the next save fixes at once appears only in the console', async (t) => {
  const { project, tab } = await startApp(t, APP);
  // No time passes in the page: the machine may be slow. The client keeps the clock that is there when it is loaded.
  await tab.page.clock.install();
  await tab.page.reload();
  await tab.connected();
  await tab.until(value, 1);
  await tab.page.clock.pauseAt(Date.now() + 60_000);
  await tab.evaluate(() => {
    globalThis.overlays = 0;
    const observer = new MutationObserver((records) => {
      globalThis.overlays += records.flatMap(({ addedNodes }) => [...addedNodes]).length;
    });
    observer.observe(document.documentElement, { childList: true });
  });
  for (const number of [2, 3, 4]) {
    tab.console.length = 0;
    await project.write('dep.js', BROKEN);
    await tab.logged('dep.js:2:22');
    await tab.page.clock.runFor(LASTING - 1);
    await project.write('dep.js', dep(number));
    await tab.until(value, number);
    await tab.page.clock.runFor(LASTING - 1);
  }
  await tab.page.clock.runFor(10 * LASTING);
  t.is(await tab.evaluate(() => globalThis.overlays), 0);
  tab.console.length = 0;
  await project.write('dep.js', BROKEN);
  await tab.logged('dep.js:2:22');
  await tab.page.clock.runFor(LASTING);
  t.is(await tab.evaluate(() => globalThis.overlays), 1);
});

test('the overlay shows new code and callbacks that throw', async (t) => {
  const { project, tab } = await startApp(t, {
    ...APP,
    'main.js': `${main}import.meta.hot.accept('./dep.js', (dep) => { if (dep.value < 0) throw new Error('negative'); });\n`,
  });
  await tab.until(value, 1);
  await project.write(
    'dep.js',
    `${dep(2)}function fail() {\n  throw new Error('boom');\n}\nfail();\n`,
  );
  await tab.until(places, ['dep.js:3:9']);
  const [thrown] = await tab.evaluate(problems);
  t.is(thrown.title, 'The new code threw an error');
  t.is(thrown.message, 'boom');
  t.is(thrown.place, `${project.path('dep.js')}:3:9`);
  t.regex(thrown.frame, /^> 3 \| {3}throw new Error/m);
  t.is(thrown.chain, 'The way of the update: /dep.js → /main.js');
  t.regex(thrown.stack, /fail.*\(dep\.js:3:9/);
  t.notRegex(thrown.stack, /__hot/);

  await project.write('dep.js', dep(-1));
  await tab.until(value, -1);
  await tab.until(() => globalThis.events.at(-1), 'negative');
  await tab.until(() => document.querySelector('hotgraph-overlay') !== null);
  const [called, ...others] = await tab.evaluate(problems);
  t.deepEqual(others, []);
  t.is(called.title, 'An accept callback threw an error');
  await tab.until(places, ['main.js:5:72']);

  await project.write('dep.js', dep(3));
  await tab.until(value, 3);
  await tab.until(places, null);
});

test('an update that does not load names its chain', async (t) => {
  const { project, tab } = await startApp(t, {
    ...APP,
    'dep.js': `import { leaf } from './leaf.js';\nexport const value = leaf;\n`,
    'leaf.js': 'export const leaf = 1;\n',
  });
  await tab.until(value, 1);
  await project.write('leaf.js', 'export const other = 1;\n');
  await tab.until(places, ['dep.js:1:10']);
  const [problem] = await tab.evaluate(problems);
  t.is(problem.title, 'The update was not applied');
  t.regex(problem.message, /leaf/);
  t.is(problem.chain, 'The way of the update: /leaf.js → /dep.js → /main.js');
  await tab.logged('/leaf.js → /dep.js → /main.js');
  await project.write('leaf.js', 'export const leaf = 2;\n');
  await tab.until(value, 2);
  await tab.until(places, null);
});

test('each problem stays until it is fixed itself', async (t) => {
  const { project, tab } = await startApp(t, {
    ...APP,
    'other.js': 'globalThis.other = 1;\nimport.meta.hot.accept();\n',
    'main.js': `import './other.js';\n${main}`,
  });
  await tab.until(value, 1);
  await project.write('dep.js', BROKEN);
  await tab.until(places, ['dep.js:2:22']);
  await project.write('other.js', 'throw new Error();\nimport.meta.hot.accept();\n');
  await tab.until(places, ['dep.js:2:22', 'other.js:1:7']);
  await project.write('dep.js', dep(2));
  await tab.until(places, ['other.js:1:7']);
  await project.write('other.js', 'globalThis.other = 2;\nimport.meta.hot.accept();\n');
  await tab.until(places, null);
  await tab.until(value, 2);
  t.is(tab.loads, 1);
});

test('a page that loads while its code is broken shows it, also for code that it imports later', async (t) => {
  const { project, tab, open } = await startApp(t, {
    'main.js': `import './dep.js';\nimport './late.js';\n`,
    'dep.js': dep(1),
    'late.js': dep(1),
    'late.html':
      '<!doctype html><script type="module">globalThis.late = () => import("./late.js");</script>',
  });
  await project.write('dep.js', BROKEN);
  await tab.until(places, ['dep.js:2:22']);
  await project.write('late.js', BROKEN);
  await tab.until(places, ['dep.js:2:22', 'late.js:2:22']);
  await tab.page.reload();
  // In the order in which they arrived.
  const both = () => {
    const root = document.querySelector('hotgraph-overlay')?.shadowRoot;
    return [...(root?.querySelectorAll('.place b') ?? [])].map((one) => one.textContent).sort();
  };
  await tab.until(both, ['dep.js:2:22', 'late.js:2:22']);

  const late = await open('/late.html');
  await withClock(late);
  await outlast(late);
  t.is(await late.evaluate(places), null);
  await late.evaluate(() => globalThis.late().catch(() => {}));
  await late.until(places, ['late.js:2:22']);
  await late.logged('late.js:2:22');
  await project.write('late.js', dep(2));
  await late.until(places, null);
  await project.write('dep.js', dep(2));
  await tab.until(places, null);
});

test('the overlay shows code that was broken when the server started', async (t) => {
  const { project, tab } = await startApp(t, { ...APP, 'dep.js': BROKEN });
  await tab.until(places, ['dep.js:2:22']);
  t.is(await tab.evaluate(value), undefined);
  await project.write('dep.js', dep(2));
  await tab.until(value, 2);
  await tab.until(places, null);
});

test('the overlay does not take the focus, can be reached by keys, and gives the focus back', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(value, 1);
  const { page } = tab;
  await page.locator('#name').focus();
  await page.keyboard.type('a');
  await project.write('dep.js', BROKEN);
  await tab.until(places, ['dep.js:2:22']);
  await page.keyboard.type('b');
  t.is(await page.locator('#name').inputValue(), 'ab');

  const focused = () =>
    document.activeElement.shadowRoot?.activeElement?.localName ?? document.activeElement.id;
  await page.keyboard.press('Tab');
  t.is(await tab.evaluate(focused), 'button');
  t.is(await style(tab, 'button', 'outlineStyle'), 'solid');
  await page.keyboard.press('Tab');
  t.is(await tab.evaluate(focused), 'ul');
  for (const element of ['button copy', 'code place', 'pre frame']) {
    await page.keyboard.press('Tab');
    const name = () => {
      const { localName, className } = document.activeElement.shadowRoot.activeElement;
      return `${localName} ${className}`;
    };
    t.is(await tab.evaluate(name), element);
  }
  for (let back = 0; back < 4; back++) await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await tab.until(places, null);
  t.is(await tab.evaluate(focused), 'name');
});

test('all text has enough contrast in light and dark mode', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(value, 1);
  await project.write('dep.js', `\nexport const value = 'text' + 1 + ; // why\n`);
  await tab.until(places, ['dep.js:2:35']);
  const backs = [];
  // playwright-core cannot ask Firefox for the dark.
  const schemes = browserName === 'firefox' ? ['light'] : ['light', 'dark'];
  for (const colorScheme of schemes) {
    await tab.page.emulateMedia({ colorScheme });
    const colour = async (selector, name) =>
      (await style(tab, selector, name)).match(/\d+/g).slice(0, 3).map(Number);
    const back = await colour('section', 'backgroundColor');
    const pairs = [
      ...['h2', 'h2 span', '.dismiss', '.copy', 'kbd', 'h3', '.place', '.place b', '.message'].map(
        (one) => [one, back],
      ),
      ['.frame', await colour('.frame', 'backgroundColor')],
      ['.gutter', await colour('.frame', 'backgroundColor')],
      ['.pointer', await colour('.frame', 'backgroundColor')],
      ['.marked', await colour('.marked', 'backgroundColor')],
      ['.marked .gutter', await colour('.marked', 'backgroundColor')],
      ...(await Promise.all(
        ['keyword', 'string', 'number', 'comment'].map(async (kind) => [
          `.marked .${kind}`,
          await colour('.marked', 'backgroundColor'),
        ]),
      )),
    ];
    for (const [selector, behind] of pairs) {
      const contrast = contrastOf(await colour(selector, 'color'), behind);
      t.true(contrast >= 4.5, `${selector} in the ${colorScheme}: ${contrast}`);
    }
    backs.push(luminance(back));
  }
  const [light, dark = 0] = backs;
  t.true(light > 0.8 && dark < 0.05, String(backs));
});

/** As the Web Content Accessibility Guidelines compute it. */
function contrastOf(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test('neither a policy against styles nor the page’s own rules change the look of the overlay', async (t) => {
  const { project, tab } = await startApp(t, {
    ...APP,
    'index.html': `<!doctype html><html><head>
<meta http-equiv="Content-Security-Policy" content="style-src 'self'; require-trusted-types-for 'script'">
<link rel="stylesheet" href="./page.css"></head>${BODY}</html>`,
    'page.css':
      'body *, hotgraph-overlay { all: unset !important; display: none !important; color: red !important }',
  });
  await tab.until(value, 1);
  await project.write('dep.js', BROKEN);
  await tab.until(places, ['dep.js:2:22']);
  t.is(await style(tab, ':host', 'display'), 'block');
  t.is(await style(tab, ':host', 'position'), 'fixed');
  t.is(await style(tab, 'section', 'borderTopLeftRadius'), '10px');
  t.not(await style(tab, '.message', 'color'), 'rgb(255, 0, 0)');
  t.true(await tab.page.locator('hotgraph-overlay .dismiss').isVisible());
  t.false(tab.console.some(({ text }) => text.includes('Content Security Policy')));
});

test('code is shown as text, long lines scroll, and text can be selected', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(value, 1);
  await tab.page.setViewportSize({ width: 500, height: 600 });
  const code = `const html = '<img src=x onerror="globalThis.value = 666"><b>bold</b>', ${'x'.repeat(200)} = ;`;
  await project.write('dep.js', code);
  await tab.until(
    () => document.querySelector('hotgraph-overlay')?.shadowRoot.querySelector('.frame') != null,
  );
  const found = await tab.evaluate(() => {
    const { host } = document.querySelector('hotgraph-overlay').shadowRoot;
    const frame = host.shadowRoot.querySelector('.frame');
    return {
      elements: host.shadowRoot.querySelectorAll('img, .frame b').length,
      scrolls: frame.scrollWidth > frame.clientWidth,
      fits: host.getBoundingClientRect().width <= innerWidth,
      select: getComputedStyle(host.shadowRoot.querySelector('section')).userSelect,
    };
  });
  t.deepEqual(found, { elements: 0, scrolls: true, fits: true, select: 'text' });
  t.is(await tab.evaluate(value), 1);
});

test('a page that replaces its body, or its whole document, keeps the overlay', async (t) => {
  const { project, tab } = await startApp(t, APP);
  await tab.until(value, 1);
  await project.write('dep.js', BROKEN);
  await tab.until(places, ['dep.js:2:22']);
  await tab.evaluate(() => document.body.replaceWith(document.createElement('body')));
  t.deepEqual(await tab.evaluate(places), ['dep.js:2:22']);
  await tab.evaluate(() => document.documentElement.replaceWith(document.createElement('html')));
  await tab.until(places, ['dep.js:2:22']);
  await tab.evaluate(() => document.querySelector('hotgraph-overlay').remove());
  await tab.until(places, ['dep.js:2:22']);
  t.true(await tab.page.locator('hotgraph-overlay .dismiss').isVisible());
  await tab.page.keyboard.press('Escape');
  await tab.until(places, null);
});
