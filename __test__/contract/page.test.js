/**
 * HTML pages: where our markup goes, and what is a page.
 */
import ava from 'ava';
import { transformPage } from 'hotgraph';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { hasLoaded, wasHot } from '../helpers/expect.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const POLICY = '<meta http-equiv="Content-Security-Policy" content="default-src *">';
const MAP = '<script type="importmap">{}</script>';

/** A page with `@` in the place of our markup. */
function check(t, expected) {
  const source = expected.replace('@', '');
  const hooks = { head: '@', stamped: () => null, inlineModule: () => null };
  t.is(transformPage(source, '/index.html', '/', hooks).html, expected);
}

test('our markup is first in the head', (t) => {
  check(t, '<!doctype html><html><head>@<title>a</title></head></html>');
  check(t, '<!DOCTYPE html>\n<html lang="en">@<title>a</title>');
  check(t, '<html><head>@</head></html>');
  check(t, '@<p>a</p>');
});

test('our markup is never before the doctype', (t) => {
  check(t, '<!-- a > comment --><!doctype html>@<title>a</title>');
  check(t, '\n<!-- a --> <!-- b -->\n<!DOCTYPE html>@<p>a</p>');
  check(
    t,
    '<!doctype html PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">@<p>',
  );
});

test('our markup is after import maps and policies', (t) => {
  check(t, `<!doctype html><head><title>a</title>${MAP}@<script src="a.js"></script></head>`);
  check(t, `<!doctype html><head>${POLICY}@<script src="a.js"></script></head>`);
  check(t, `<!doctype html><head>${MAP}<title>a</title>${POLICY}@</head>`);
});

for (const [what, before] of [
  ['a comment before its doctype', '<!-- a comment -->\n<!doctype html>'],
  ['a doctype and no head', '<!doctype html>'],
]) {
  test(`a page with ${what} stays in standards mode`, async (t) => {
    const { project, tab } = await startApp(t, {
      'index.html': `${before}\n<script type="module" src="./main.js"></script><p>a</p>`,
      'main.js': 'globalThis.value = 1; import.meta.hot.accept();',
    });
    await tab.until(() => [document.compatMode, globalThis.value], ['CSS1Compat', 1]);
    await project.write('main.js', 'globalThis.value = 2; import.meta.hot.accept();');
    await tab.until(() => globalThis.value, 2);
    wasHot(t, tab);
  });
}

for (const policy of [
  "script-src 'nonce-abc'",
  "script-src 'nonce-abc' 'strict-dynamic'",
  "default-src 'self'; script-src 'nonce-abc' 'strict-dynamic' 'unsafe-inline' https:",
]) {
  for (const how of ['header', 'meta']) {
    test(`a page whose policy asks for a nonce is hot: ${policy} in a ${how}`, async (t) => {
      const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
      const header = async (context, next) => {
        await next();
        context.set('content-security-policy', policy);
      };
      const main = (number) => `globalThis.value = ${number}; import.meta.hot.accept();`;
      const { project, tab } = await startApp(
        t,
        {
          'index.html': `<!doctype html><html><head>${how === 'meta' ? meta : ''}</head><body>
<script type="module" nonce="abc" src="./main.js"></script></body></html>`,
          'main.js': main(1),
        },
        { config: { middleware: how === 'header' ? [header] : [] } },
      );
      await tab.until(() => globalThis.value, 1);
      await project.write('main.js', main(2));
      await tab.until(() => globalThis.value, 2);
      wasHot(t, tab);
    });
  }
}

test('HTML that code fetches stays as it is on disk, and is a page only where it is shown', async (t) => {
  const card = (number) => `<article>card ${number}</article>`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `const response = await fetch('./card.html');
const template = document.createElement('template');
template.innerHTML = await response.text();
globalThis.value = template.innerHTML;
import.meta.hot.accept();`,
    'card.html': card(1),
  });
  await tab.until(() => globalThis.value, card(1));
  const shown = await tab.page.context().newPage();
  await shown.goto(server.url('/card.html'));
  t.true((await shown.content()).includes('name="hotgraph"'));
  await shown.close();
  await project.write('card.html', card(2));
  await tab.until(() => globalThis.value, card(2));
  const { report } = await server.event(({ type }) => type === 'reloaded');
  t.is(report.changed, '/card.html');
  await hasLoaded(t, tab, 2);
});
