/**
 * Content security policies: what works under them, and what is said in the terminal where nothing can.
 */

import ava from 'ava';
import { startApp, VALUE_APP } from '../helpers/app.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';
import { terminal } from '../helpers/server.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const page = (head) =>
  `<!doctype html><html><head>${head}</head><body><script type="module" src="./main.js"></script></body></html>`;

/** A plugin that sends a policy with pages. */
function policyHeader(policy) {
  return {
    name: 'policy',
    transform(context) {
      if (context.response.is('html')) context.set('content-security-policy', policy);
    },
  };
}

for (const policy of [
  "connect-src 'none'",
  "default-src 'self'; connect-src https://api.example.com",
]) {
  for (const how of ['header', 'meta']) {
    test(`the terminal says what to allow: ${policy}, by ${how}`, async (t) => {
      const lines = [];
      const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
      const { tab } = await startApp(
        t,
        { ...VALUE_APP, 'index.html': page(how === 'meta' ? meta : '') },
        {
          hmr: { logLevel: 'warn' },
          connect: false,
          before: [terminal(lines), ...(how === 'header' ? [policyHeader(policy)] : [])],
        },
      );
      await waitFor(
        () => lines.length > 0,
        () => JSON.stringify(tab.console),
      );
      await tab.logged("allow 'self' in its connect-src");
      await tab.page.reload();
      await tab.logged("allow 'self' in its connect-src");
      await tab.until(value, 1);
      t.is(lines.length, 1, lines.join('\n'));
      t.regex(lines[0], /Content-Security-Policy.*allow 'self' in its connect-src/);
    });
  }
}

for (const [policy, isEvaluated] of [
  ["require-trusted-types-for 'script'", true],
  ["require-trusted-types-for 'script'; trusted-types hotgraph", true],
  ["require-trusted-types-for 'script'; trusted-types other", false],
  ["require-trusted-types-for 'script'; trusted-types 'none'", false],
  ["require-trusted-types-for 'script'; script-src 'self'; connect-src 'self'", false],
]) {
  test(`updates come through: ${policy}`, async (t) => {
    const lines = [];
    const { project, tab } = await startApp(
      t,
      { ...VALUE_APP, 'index.html': page('') },
      { hmr: { logLevel: 'warn' }, before: [terminal(lines), policyHeader(policy)] },
    );
    const requests = [];
    tab.page.on('request', (request) => requests.push(request.url()));
    await tab.until(value, 1);
    for (const number of [2, 3]) {
      await project.write('dep.js', `export const value = ${number};\n`);
      await tab.until(value, number);
    }
    t.is(
      requests.some((url) => url.includes('/bodies.js')),
      !isEvaluated,
    );
    t.is(tab.loads, 1);
    t.deepEqual(lines, []);
    t.deepEqual(tab.errors, []);
  });
}

test('a page of another site cannot cause this message', async (t) => {
  const lines = [];
  const { server } = await startApp(t, VALUE_APP, {
    hmr: { logLevel: 'warn' },
    before: [terminal(lines)],
  });
  const html = await (await fetch(server.url())).text();
  const [, folder] = /src="(\/__hotgraph\/[0-9a-f]+\/)main\.js"/.exec(html);
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'http://evil.example' };
  const body = await (await fetch(server.url(`${folder}policy.js`), { headers })).text();
  t.regex(body, /^throw new Error/);
  t.false(
    lines.some((line) => line.includes('connect-src')),
    lines.join('\n'),
  );
});
