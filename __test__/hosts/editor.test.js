/**
 * Places in the overlay open the editor, for pages of the server and for files that it serves; and what is shown can be
 * copied.
 */

import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { open, socketPath } from '../helpers/attack.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';

// One after the other: there is one environment.
const test = ava.serial;

const log = join(tmpdir(), `hotgraph-editor-${process.pid}.log`);
const editor = join(tmpdir(), `hotgraph-editor-${process.pid}.mjs`);

test.before(() => {
  const code = `#!${process.execPath}
import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)) + '\\n');
`;
  writeFileSync(editor, code);
  chmodSync(editor, 0o755);
  process.env.LAUNCH_EDITOR = editor;
});

/** Milliseconds by which the clock is put forward: people do not open two places in half a second. */
let later = 0;
const now = performance.now.bind(performance);
performance.now = () => now() + later;

test.beforeEach(() => {
  rmSync(log, { force: true });
  later += 1000;
});

ava.after.always(async () => {
  rmSync(log, { force: true });
  rmSync(editor, { force: true });
  await closeBrowser();
});

/** What the editor was called with. */
const calls = () => {
  const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
  // After the last line there may be the beginning of another.
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
};

const opened = () =>
  waitFor(
    () => calls().length > 0,
    () => 'no editor was opened',
  );

const shows = () => document.querySelector('hotgraph-overlay') !== null;

test('a click opens the place in the editor', async (t) => {
  const { project, tab } = await startApp(t, { 'main.js': '\n  throw new Error("boom");\n' });
  await tab.until(shows);
  const place = tab.page.locator('hotgraph-overlay .place');
  await place.click();
  await opened();
  t.deepEqual(calls(), [[project.path('main.js'), '2', '9']]);
});

test('a key opens the place too, and a file name that looks like shell commands is safe', async (t) => {
  const name = `a;touch pwned '"$(touch pwned)&.js`;
  const { project, tab } = await startApp(t, {
    'main.js': `import ${JSON.stringify(`./${encodeURIComponent(name)}`)};\n`,
    [name]: '\nconst a = ;\n',
  });
  await tab.until(shows);
  await tab.page.locator('hotgraph-overlay .place').focus();
  await tab.page.keyboard.press('Enter');
  await opened();
  t.deepEqual(calls(), [[project.path(name), '2', '11']]);
  t.false(existsSync('pwned') || existsSync(project.path('pwned')));
});

test('selecting the place opens nothing, and a click after that does', async (t) => {
  const { project, tab } = await startApp(t, { 'main.js': 'const a = ;\n' });
  await tab.until(shows);
  const box = await tab.page.locator('hotgraph-overlay .place').boundingBox();
  await tab.page.mouse.move(box.x + 2, box.y + box.height / 2);
  await tab.page.mouse.down();
  await tab.page.mouse.move(box.x + box.width - 2, box.y + box.height / 2, { steps: 5 });
  await tab.page.mouse.up();
  await tab.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await tab.page.keyboard.press('ControlOrMeta+C');
  t.regex(await tab.evaluate(() => navigator.clipboard.readText()), /hotgraph-test-.*main\.js:1:1/);
  later += 1000;
  await tab.evaluate(() => getSelection().removeAllRanges());
  await tab.page.locator('hotgraph-overlay .place').click();
  await opened();
  t.deepEqual(calls(), [[project.path('main.js'), '1', '11']]);
});

test('a page opens only served files, and only with a token', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': 'export {};\n',
    'secret.js': 'export {};\n',
  });
  const origin = server.url('').replace(/\/$/, '');
  const { socket } = await open(origin, await socketPath(origin, {}));
  const send = (message) => socket.send(JSON.stringify(message));
  send({ type: 'hello', session: '', since: 0, page: null, reloaded: null });
  for (const file of [
    '/etc/passwd',
    project.path('secret.js'),
    '',
    `${project.path('main.js')}:1`,
    '/main.js',
    'main.js',
    '\0',
  ]) {
    send({ type: 'open', file, line: 1, column: 1 });
  }
  send({ type: 'open', file: 5, line: 1, column: 1 });
  send({ type: 'open', file: project.path('main.js'), line: -1, column: 1 });
  send({ type: 'open', file: project.path('main.js'), line: 3, column: null });
  await server.event(({ type }) => type === 'open');
  const asked = server.events.filter(({ type }) => type === 'open');
  t.deepEqual(
    asked.map(({ file, line, column }) => [file, line, column]),
    [[project.path('main.js'), 3, null]],
  );
  await opened();
  // One at a time.
  for (let again = 0; again < 20; again++) {
    send({ type: 'open', file: project.path('main.js'), line: 4, column: 1 });
  }
  await waitFor(
    () => server.events.filter(({ type }) => type === 'open').length === 21,
    () => 'not all were heard',
  );
  t.deepEqual(calls(), [[project.path('main.js'), '3', '1']]);
  socket.terminate();
  for (const headers of [{ origin: 'http://evil.example' }, { origin: 'null' }]) {
    t.is((await open(origin, await socketPath(origin, {}), headers)).status, 403);
  }
  t.is((await open(origin, '/__hotgraph/socket?token=x')).status, 403);
  t.is(tab.loads, 1);
});

test('a problem is copied, with a clipboard and without', async (t) => {
  const { project, tab } = await startApp(t, { 'main.js': 'export const a = ;\n' });
  await tab.until(shows);
  await tab.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const copied = async () => {
    await tab.page.locator('hotgraph-overlay .copy').click();
    await tab.until(
      () =>
        document.querySelector('hotgraph-overlay').shadowRoot.querySelector('.copy').textContent,
      'Copied',
    );
    return tab.evaluate(() => navigator.clipboard.readText());
  };
  const text = await copied();
  t.true(text.includes(`${project.path('main.js')}:1:18\n`), text);
  t.regex(text, /^> 1 \| export const a = ;$/m);
  await tab.evaluate(() => navigator.clipboard.writeText(''));
  await tab.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('not here'));
  });
  await tab.until(
    () => document.querySelector('hotgraph-overlay').shadowRoot.querySelector('.copy').textContent,
    'Copy',
  );
  t.is(await copied(), text);
});
