/**
 * An inline module script is named as people know it: by its page and the line where it stands.
 */

import { stripVTControlCharacters } from 'node:util';
import ava from 'ava';
import { terminalLines } from 'hotgraph';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

/** A page whose two inline scripts begin in lines 4 and 6. */
const page = (one, other = '') => `<!doctype html>
<html><head>
</head><body>
<script type="module">${one}
</script>
  <script type="module">${other}</script>
</body></html>`;

const dep = (number) => `export const value = ${number};`;

const IMPORT = `import { value } from './dep.js'; globalThis.value = value;`;

/** All that the terminal says. */
const terminal = (server, project) =>
  server.events
    .flatMap((event) => terminalLines(event, project.folder))
    .map(({ text }) => stripVTControlCharacters(text))
    .join('\n');

/** Nothing that people read has the url of an inline script in it. */
function namesNone(t, { server, project, tab }) {
  const shown = tab.console.map(({ text }) => text).join('\n');
  t.notRegex(shown, /__inline/);
  t.notRegex(terminal(server, project), /__inline/);
}

test('a message names the inline script that accepts', async (t) => {
  const accept = `import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });`;
  const app = await startApp(t, {
    'index.html': page('', IMPORT + accept),
    'dep.js': dep(1),
  });
  await app.tab.until(() => globalThis.value, 1);
  await app.project.write('dep.js', dep(2));
  await app.tab.logged('updated /dep.js (accepted by /index.html:6) in ');
  await app.server.event(({ type }) => type === 'applied');
  t.regex(terminal(app.server, app.project), /updated dep\.js, accepted by \/index\.html:6, in /);
  namesNone(t, app);
});

test('a reload names the inline script on its way', async (t) => {
  const app = await startApp(t, { 'index.html': page(IMPORT), 'dep.js': dep(1) });
  await app.tab.until(() => globalThis.value, 1);
  await app.project.write('dep.js', dep(2));
  const way = '(/dep.js → /index.html:4 → /index.html).';
  await app.tab.logged(
    `reloaded: /dep.js changed, and nothing up to /index.html accepts the update ${way}`,
  );
  const { report } = await app.server.event(({ type }) => type === 'reloaded');
  t.true(report.message.endsWith(way), report.message);
  t.is(
    report.remedy,
    "Call import.meta.hot.accept('./dep.js', callback) in /index.html:4, or import.meta.hot.accept() in /dep.js.",
  );
  t.true(terminal(app.server, app.project).includes(way));
  namesNone(t, app);
});

test('an error in a callback names the inline script', async (t) => {
  const accept = `\nimport.meta.hot.accept('./dep.js', () => { throw new Error('on purpose'); });`;
  const app = await startApp(t, { 'index.html': page(IMPORT + accept), 'dep.js': dep(1) });
  await app.tab.until(() => globalThis.value, 1);
  await app.project.write('dep.js', dep(2));
  await app.tab.logged('an accept callback of /index.html:4 threw: on purpose');
  await app.server.event(({ type }) => type === 'failed');
  const shown = () => document.querySelector('hotgraph-overlay')?.shadowRoot?.textContent ?? '';
  t.notRegex(await app.tab.evaluate(shown), /__inline/);
  t.regex(terminal(app.server, app.project), /an accept callback of \/index\.html:4 threw/);
  namesNone(t, app);
});

for (const [what, before] of Object.entries({
  'in its first line': '',
  'further down': '\n\n  ',
})) {
  test(`a warning has its place in the page, ${what}`, async (t) => {
    const code = `${before}import './dep.js'; import.meta.hot.accept('./dpe.js', () => {});`;
    const html = page('', code);
    const app = await startApp(t, { 'index.html': html, 'dep.js': dep(1) });
    const event = await app.server.event(({ type }) => type === 'diagnostics');
    const [{ line, column, frame, message }] = event.diagnostics;
    const lines = html.slice(0, html.indexOf("'./dpe.js'")).split('\n');
    t.deepEqual([line, column], [lines.length, lines.at(-1).length + 1]);
    t.regex(frame, new RegExp(`^> ${line} \\|`, 'm'));
    t.regex(message, /names no import/);
    await app.tab.logged(`index.html:${line}:${column} accepts "./dpe.js"`);
    t.true(terminal(app.server, app.project).includes(`index.html:${line}:${column}: accepts`));
    namesNone(t, app);
  });

  test(`a syntax error has its place in the page, ${what}`, async (t) => {
    const code = `${before}let import;`;
    const html = page('', code);
    const app = await startApp(t, { 'index.html': html, 'dep.js': dep(1) });
    const event = await app.server.event(({ type }) => type === 'diagnostics');
    const [{ line }] = event.diagnostics;
    t.is(line, html.slice(0, html.indexOf('let import')).split('\n').length);
    t.regex(terminal(app.server, app.project), new RegExp(`error index\\.html:${line}:`));
    namesNone(t, app);
  });
}

for (const [what, before] of Object.entries({
  'in its first line': '',
  'further down': '\n\n  ',
})) {
  test(`an error of a hot inline script has its place in the page, ${what}`, async (t) => {
    const code = `${before}import.meta.hot.accept(); null.nothing;`;
    // Another one above it moves nothing.
    const html = page('import.meta.hot.accept(); // hot too', code);
    const { server } = await startApp(t, { 'index.html': html, 'dep.js': dep(1) });
    const event = await server.event(({ type }) => type === 'diagnostics');
    const [{ line, column }] = event.diagnostics;
    const lines = html.slice(0, html.indexOf('nothing')).split('\n');
    // What stands before it in its first line is not known.
    const expected = before === '' ? null : lines.at(-1).length + 1;
    t.deepEqual([line, column], [lines.length, expected]);
  });
}

test('an import of a missing export has its place in the page', async (t) => {
  const html = page('', `\n  import { nope } from './dep.js';`);
  const { server, project, tab } = await startApp(t, { 'index.html': html, 'dep.js': dep(1) });
  const event = await server.event(({ type }) => type === 'diagnostics');
  const [{ line, column, file, message }] = event.diagnostics;
  const lines = html.slice(0, html.indexOf('nope')).split('\n');
  t.deepEqual([line, column], [lines.length, lines.at(-1).length + 1]);
  t.is(file, project.path('index.html'));
  t.regex(message, /imports "nope" from "\.\/dep\.js"/);
  namesNone(t, { server, project, tab });
});
