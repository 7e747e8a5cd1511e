/**
 * The demo, as `npm start` serves it: its files are edited while the page is used.
 */

import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ava from 'ava';
import { closeBrowser, openTab } from '../helpers/browser.js';
import { install, repository, start } from '../helpers/command.js';
import { getFreePort } from '../helpers/port.js';
import { Project } from '../helpers/project.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const LIT = ['lit', 'lit-html', 'lit-element', '@lit'].map((name) => `node_modules/${name}`);

/** Starts the demo in a project of its own: its edits leave the repository alone. */
async function startDemo(t) {
  const project = new Project({ 'package.json': '{ "private": true, "type": "module" }' });
  t.teardown(() => project.dispose());
  // Files for pages have to be below the root; files for Node can be anywhere.
  for (const name of ['demo', ...LIT]) {
    cpSync(join(repository, name), project.path(name), { recursive: true });
  }
  install(project, ['@web/dev-server']);
  const port = await getFreePort();
  const program = start(t, ['demo/serve.js', '--port', String(port)], { cwd: project.folder });
  await program.said(`Open http://localhost:${port}/demo/`);

  /** Opens a page of the demo. */
  async function open(page) {
    const tab = await openTab(`http://localhost:${port}/demo/${page}`);
    t.teardown(() => tab.close());
    await tab.connected();
    return tab;
  }
  /** Replaces text in a file of the demo, which has to be there. */
  async function edit(file, from, to) {
    const text = readFileSync(project.path(`demo/${file}`), 'utf8');
    t.true(text.includes(from), `${file} has ${from}`);
    await project.write(`demo/${file}`, text.replace(from, to));
  }
  return { program, open, edit };
}

test('npm start -- --help lists the flags, and builds nothing', async (t) => {
  const program = start(t, [join(repository, 'scripts/start.js'), '--help']);
  t.deepEqual(await program.end(), { code: 0, signal: null });
  t.regex(program.output, /--port <number>/);
  t.notRegex(program.output, /▶/);
});

/** Whether the page's tour has ticked off a step. */
const isDone = (step) => document.getElementById(step).classList.contains('done');

test('edits of the board keep counter, list, inputs and page', async (t) => {
  const { program, open, edit } = await startDemo(t);
  const tab = await open('');
  const { page } = tab;
  const has = ([element, text]) =>
    document.querySelector(element).shadowRoot.textContent.includes(text);

  await page.click('wave-counter button.primary', { clickCount: 3 });
  await page.fill('find-list input[aria-label="Something else"]', 'Old boot');
  await page.click('find-list form button');
  await page.fill('find-list input[aria-label="Something else"]', 'half a na');
  await page.fill('field-note textarea', 'Wind from the west');
  const state = () => ({
    count: document.querySelector('wave-counter').shadowRoot.querySelector('output').textContent,
    items: document.querySelector('find-list').items.map((item) => item.name),
    draft: document.querySelector('find-list').shadowRoot.querySelector('form input').value,
    note: document.querySelector('textarea').value,
  });
  const before = await tab.evaluate(state);
  t.is(before.count, '3');
  t.true(before.items.includes('Old boot'));
  t.is(before.draft, 'half a na');

  // A template, twice.
  await edit('src/wave-counter.js', '>Wave</button>', '>Ripple</button>');
  await tab.until(has, true, ['wave-counter', 'Ripple']);
  await edit('src/wave-counter.js', '>Ripple</button>', '>Breaker</button>');
  await tab.until(has, true, ['wave-counter', 'Breaker']);
  await edit('src/find-list.js', 'seen</p>', 'found</p>');
  await tab.until(has, true, ['find-list', 'found']);
  await edit('src/greeting.js', "'Low Water'", "'High Water'");
  await tab.until(() => document.querySelector('h1').textContent, 'High Water');
  t.deepEqual(await tab.evaluate(state), before);

  // Styles: of the page, and of all elements.
  await edit('styles.css', 'body {', 'body { letter-spacing: 3px;');
  await tab.until(() => getComputedStyle(document.body).letterSpacing, '3px');
  await edit('src/base-styles.js', 'font-size: 3.4rem', 'font-size: 40px');
  await tab.until(() => {
    const output = document.querySelector('wave-counter').shadowRoot.querySelector('output');
    return getComputedStyle(output).fontSize;
  }, '40px');

  // Data: a module, and JSON.
  await edit('data/species.js', 'grazes the barnacles', 'grazes the mussels');
  await tab.until(has, true, ['find-list', 'grazes the mussels']);
  await edit('data/species.js', "'Common blenny'", "'Conger eel'");
  await tab.until(has, true, ['find-list', 'Conger eel']);
  await edit('data/tides.json', 'Saltwick Bay', 'Staithes');
  await tab.until(has, true, ['tide-clock', 'Staithes']);
  await tab.until(has, true, ['tide-clock', 'kept by 1 timer']);
  t.deepEqual(await tab.evaluate(state), before);

  // Logic.
  await edit('src/wave-counter.js', 'data.count += step', 'data.count += 10 * step');
  await edit('src/tide.js', 'return last.height +', 'return 100 + last.height +');
  await tab.until(() =>
    / 10\d\.\d m/.test(` ${document.querySelector('tide-clock').shadowRoot.textContent}`),
  );
  await page.click('wave-counter button.primary');
  await tab.until(
    () => document.querySelector('wave-counter').shadowRoot.querySelector('output').textContent,
    '13',
  );
  t.deepEqual(await tab.evaluate(state), { ...before, count: '13' });

  // Importers see a new export, though they do not run again.
  await edit('src/stride.js', 'stride = 1', 'stride = 2');
  await tab.until(isDone, true, 'stride');
  await page.click('wave-counter button.primary');
  await tab.until(
    () => document.querySelector('wave-counter').shadowRoot.querySelector('output').textContent,
    '33',
  );

  // A mistake is shown, and harms nothing.
  await edit('src/greeting.js', "'High Water'", "'High Water");
  await tab.until(isDone, true, 'mistake');
  await tab.until(() => document.querySelector('hotgraph-overlay') !== null);
  await edit('src/greeting.js', "'High Water", "'High Water'");
  await tab.until(() => document.querySelector('hotgraph-overlay') === null);
  t.deepEqual(await tab.evaluate(state), { ...before, count: '33' });

  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
  t.false(program.output.includes('page reload'), program.output);

  // Nobody accepts main.js.
  await edit('src/main.js', 'show();', "show();\ndocument.body.id = 'again';");
  await tab.until(() => document.body.id, 'again');
  await tab.connected();
  t.is(tab.loads, 2);
  await program.said('(/demo/src/main.js → /demo/index.html)');

  // The tour has noticed all of it, and says why the page reloaded.
  for (const step of ['headline', 'styles', 'stride', 'mistake', 'reload']) {
    t.true(await tab.evaluate(isDone, step), step);
  }
  t.regex(
    await tab.evaluate(() => document.querySelector('#reload output').textContent),
    /main\.js changed, and nothing up to .* accepts/,
  );
});

test("the almanac's inline script accepts, and the hour stays", async (t) => {
  const { open, edit } = await startDemo(t);
  const tab = await open('almanac.html');
  const caption = () => document.querySelector('figcaption').textContent.replace(/\s+/g, ' ');
  await tab.page.fill('#hour', '6.5');
  t.regex(await tab.evaluate(caption), /at 06:30 in Saltwick Bay/);

  for (const [from, to] of [
    ['</strong> at', '</strong> on'],
    ['</strong> on', '</strong> towards'],
  ]) {
    await edit('src/tide-curve.js', from, to);
    await tab.until(
      (word) => document.querySelector('figcaption').textContent.includes(word),
      true,
      to.slice(10),
    );
  }
  await edit('data/tides.json', 'Saltwick Bay', 'Staithes');
  await tab.until(() => document.querySelector('figcaption').textContent.includes('Staithes'));
  t.regex(await tab.evaluate(caption), /towards 06:30 in Staithes/);
  // The new code is the one that listens.
  await tab.page.fill('#hour', '7');
  t.regex(await tab.evaluate(caption), /towards 07:00 in Staithes/);
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});
