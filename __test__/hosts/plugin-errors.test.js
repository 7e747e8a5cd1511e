/**
 * An error of another plugin of the dev server is shown with its file: in the page, as data, and once in the terminal.
 */

import { fromRollup } from '@web/dev-server-rollup';
import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

/** Whether a text is the one that cannot be transformed. */
const isBroken = (text) => String(text).includes('BROKEN');

/** A plugin of the dev server that fails so at `part.js`. */
const failing = (fail) => ({
  name: 'failing',
  transform: ({ path, body }) => (path === '/part.js' && isBroken(body) ? fail() : undefined),
});

/**
 * The same as a plugin of Rollup.
 *
 * @param {(this: { error(message: string): never }) => void} fail
 */
const failingInRollup = (fail) =>
  fromRollup(() => ({
    name: 'failing',
    transform(code, id) {
      if (id.endsWith('part.js') && isBroken(code)) fail.call(this);
    },
  }))();

const MESSAGE = 'there is no such thing';

/** Ways of a plugin to fail, and where that is shown. */
const WAYS = {
  throws: [
    failing(() => {
      throw new Error(MESSAGE);
    }),
    'part.js',
  ],
  rejects: [
    failing(async () => {
      throw new TypeError(MESSAGE);
    }),
    'part.js',
  ],
  'throws what is no error': [
    failing(() => {
      throw MESSAGE;
    }),
    'part.js',
  ],
  'throws with a place': [
    failing(() => {
      throw Object.assign(new Error(MESSAGE), { loc: { line: 2, column: 13 } });
    }),
    'part.js:2:14',
  ],
  'is one of Rollup and calls this.error': [
    failingInRollup(function fail() {
      this.error(MESSAGE);
    }),
    'part.js',
  ],
  'is one of Rollup and throws': [
    failingInRollup(() => {
      throw new Error(MESSAGE);
    }),
    'part.js',
  ],
};

/** What the page shows of its problems: places and messages. */
const shown = () => {
  const root = document.querySelector('hotgraph-overlay')?.shadowRoot;
  const text = (item, selector) => item.querySelector(selector)?.textContent;
  return root
    ? [...root.querySelectorAll('li')].map((item) => [
        text(item, '.place b'),
        text(item, '.message'),
      ])
    : [];
};

/** The diagnostics that the server reported, by place and message. */
const reported = (server, project) =>
  server.events
    .filter(({ type }) => type === 'diagnostics')
    .flatMap(({ diagnostics }) => diagnostics)
    .map(({ file, line, column, message }) => [
      [file.replace(`${project.folder}/`, ''), line, column].filter(Boolean).join(':'),
      message,
    ]);

const MAIN = `import { value } from './part.js';
globalThis.value = value;
import.meta.hot.accept('./part.js', (part) => { globalThis.value = part.value; });
`;

/** A module in which something is wrong, to the plugin. */
const BROKEN = '// a line above\nexport const BROKEN = 1, value = 3;\n';

/** The page shows one problem, at a place, and the server has reported the same. */
async function isShown(t, { project, server, tab }, place) {
  await tab.until(() => document.querySelector('hotgraph-overlay') !== null);
  const problems = await tab.evaluate(shown);
  const [[at, message], ...others] = problems;
  t.is(at, place);
  t.true(message.includes(MESSAGE), message);
  t.deepEqual(others, []);
  t.deepEqual(reported(server, project), problems);
}

test('a request that is refused, or that the page left, is no mistake of the file', async (t) => {
  let error = { status: 403 };
  const { project, server, tab } = await startApp(
    t,
    { 'main.js': MAIN, 'part.js': 'export const value = 1;\n' },
    {
      before: [
        {
          name: 'refusing',
          transform({ path, querystring }) {
            if (path === '/part.js' && querystring === 'odd') {
              throw Object.assign(new Error('of the request'), error);
            }
          },
        },
      ],
    },
  );
  await tab.until(() => globalThis.value, 1);
  await tab.evaluate(() => fetch('/part.js?odd').then(({ text }) => text));
  error = { code: 'ERR_STREAM_PREMATURE_CLOSE' };
  await tab.evaluate(() => fetch('/part.js?odd').catch(() => undefined));
  // What was to be told of before has been.
  await project.write('part.js', 'export const value = 2;\n');
  await tab.until(() => globalThis.value, 2);
  t.deepEqual(reported(server, project), []);
  t.deepEqual(await tab.evaluate(shown), []);
});

for (const [way, [plugin, place]] of Object.entries(WAYS)) {
  const options = { before: [plugin] };

  test(`a plugin that ${way} at an update is reported`, async (t) => {
    const files = { 'main.js': MAIN, 'part.js': 'export const value = 1;\n' };
    const app = await startApp(t, files, options);
    const { project, tab } = app;
    await tab.until(() => globalThis.value, 1);
    await project.write('part.js', BROKEN);
    await isShown(t, app, place);
    await project.write('part.js', 'export const value = 2;\n');
    await tab.until(() => globalThis.value, 2);
    await tab.until(() => document.querySelector('hotgraph-overlay'), null);
    t.is(tab.loads, 1);
  });

  test(`a plugin that ${way} at a page load is reported`, async (t) => {
    const app = await startApp(t, { 'main.js': MAIN, 'part.js': BROKEN }, options);
    const { project, tab } = app;
    await isShown(t, app, place);
    await project.write('part.js', 'export const value = 2;\n');
    await tab.until(() => globalThis.value, 2);
  });
}
