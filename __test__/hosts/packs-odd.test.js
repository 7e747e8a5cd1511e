/**
 * Odd pages: what happens in them, and what people are told of it, is the same with packs and without.
 */

import ava from 'ava';
import { closeBrowser, waitFor } from '../helpers/browser.js';
import { startServer } from '../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const PREPARE = `<script>
globalThis.logged = [];
globalThis.log = (...values) => logged.push(values.map(String).join(' ').replaceAll(origin, ''));
addEventListener('error', ({ message }) => log('uncaught', message));
addEventListener('unhandledrejection', ({ reason }) => log('rejected', reason));
addEventListener('load', async () => { await globalThis.pending; globalThis.finished = true; });
</script>`;

const page = (body) => `<!doctype html><html><head>${PREPARE}</head><body>${body}</body></html>`;
const MAIN = page('<script type="module" src="./main.js"></script>');

/** By name, the files of a page, and how many problems it has. */
const CASES = {
  'a module that does not parse': {
    problems: 1,
    'main.js': `import './a.js';\nlog('never');`,
    'a.js': `import './b.js';`,
    'b.js': `log('b');\n\nconst = 1;`,
  },
  'a module that is missing': {
    problems: 1,
    'main.js': `import './a.js';\nlog('never');`,
    'a.js': `import './side.js';\nimport './not-there.js';`,
    'side.js': `log('side');`,
  },
  'an export that is missing in the middle': {
    problems: 1,
    'main.js': `import './a.js';`,
    'a.js': `import './side.js';\nimport { none } from './b.js';`,
    'b.js': `export * from './c.js';`,
    'c.js': 'export const some = 1;',
    'side.js': `log('side');`,
  },
  'a module that throws after others ran': {
    problems: 1,
    'main.js': `import './a.js';\nimport './b.js';\nlog('never');`,
    'a.js': `log('a');\nexport {};`,
    'b.js': `import './c.js';\nlog('never');`,
    'c.js': `function fail() {\n  throw new TypeError('on purpose');\n}\nfail();`,
  },
  'a module that rejects': {
    problems: 1,
    'main.js': `import './a.js';\nimport './b.js';\nlog('never');`,
    'a.js': `log('a');\nawait null;\nlog('a again');`,
    'b.js': `log('b');\nawait null;\nthrow new Error('late');`,
  },
  'dynamic imports that fail, again and again': {
    problems: 1,
    'main.js': `import './a.js';
const attempt = (name) => import(name).then(() => log(name), (error) => log(name, error.name));
globalThis.pending = (async () => {
  for (const name of ['./throws.js', './throws.js', './broken.js', './broken.js', './fine.js']) await attempt(name);
})();`,
    'a.js': 'export {};',
    'throws.js': `import './a.js';\nthrow new RangeError('each time');`,
    'broken.js': `import './a.js';\nlet let = 1;`,
    'fine.js': `import './a.js';\nlog('fine');`,
  },
  'several scripts, in the page and outside': {
    'index.html':
      page(`<script type="module">import { add } from './sum.js'; log('one', add(1), import.meta.url);</script>
<script type="module" src="./main.js"></script>
<script type="module">
  import { add } from './sum.js';
  import './main.js';
  log('two', add(2));
</script>
<script type="module" src="./main.js?again#part"></script>`),
    'main.js': `import { add } from './sum.js';\nimport './a.js';\nlog('main', add(10), import.meta.url);`,
    'sum.js': `import './a.js';\nlet sum = 0;\nexport const add = (number) => (sum += number);\nlog('sum');`,
    'a.js': `log('a');`,
  },
  'preloads, and names with other characters': {
    'index.html':
      page(`<link rel="modulepreload" href="./a.js"><link rel="modulepreload" href="./main.js">
<script type="module" src="./main.js"></script>`),
    'main.js': `import { b } from './ünï code.js';\nimport './a.js';\nlog('main', b);\nglobalThis.pending = import('./lazy.js');`,
    'ünï code.js': `import './a.js';\nexport const b = 'b';\nlog(decodeURI(import.meta.url));`,
    'a.js': `log('a', import.meta.resolve('./b.js'));`,
    'lazy.js': `import './a.js';\nimport { b } from './ünï code.js';\nlog('lazy', b);`,
  },
  'a base, a worker and a frame': {
    'index.html': page(`<base href="./below/"><script type="module" src="./main.js"></script>`),
    'below/main.js': `import { name } from './a.js';
import './side.js';
log('main', name);
globalThis.pending = new Promise((resolve) => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }) => resolve(log('worker', data));
}).then(() => new Promise((resolve) => {
  const frame = document.createElement('iframe');
  frame.src = '../frame.html';
  frame.onload = () => resolve(log('frame', frame.contentWindow.logged));
  document.body.append(frame);
}));`,
    'below/a.js': `import './side.js';\nexport const name = 'a';`,
    'below/side.js': 'globalThis.log?.("side");',
    'below/worker.js': `import { name } from './a.js';\npostMessage(name);`,
    'frame.html': page('<script type="module" src="./below/framed.js"></script>'),
    'below/framed.js': `import { name } from './a.js';\nlog('framed', name);`,
  },
  'cycles, classes and what hoists': {
    'main.js': `import Derived, { make } from './derived.js';
import './later.js';
log(make().name, new Derived().kind, Derived.made);`,
    'derived.js': `import { Base } from './base.js';
export default class Derived extends Base { static made = make().name; get name() { return 'derived'; } }
export function make() { return { name: 'made' }; }`,
    'base.js': `import { make } from './derived.js';
export class Base { kind = make().name; }
log('base', make().name);
try { Derived; } catch (error) { log(error.name); }`,
    'later.js': `import Derived from './derived.js';\nlog('later', typeof Derived);`,
  },
  'what is no script among modules': {
    'main.js': `import data from './data.json' with { type: 'json' };
import sheet from './sheet.css' with { type: 'css' };
import './a.js';
log(data.list.length, sheet.cssRules.length);`,
    'a.js': `import data from './data.json' with { type: 'json' };\nlog('a', data.list.push(4));`,
    'data.json': '{ "list": [1, 2, 3] }',
    'sheet.css': 'body { color: red }',
  },
};

const isFirefox = process.env.HOTGRAPH_BROWSER === 'firefox';
/** Firefox has no CSS modules. */
const names = Object.keys(CASES).filter((name) => !(isFirefox && name.startsWith('what is no')));

/** What a page of each case does. */
async function watch(t, pack) {
  const files = {};
  for (const [at, name] of names.entries()) {
    const { problems: _, ...own } = { 'index.html': MAIN, ...CASES[name] };
    for (const [file, text] of Object.entries(own)) files[`case-${at}/${file}`] = text;
  }
  const { open, hmr, project } = await startServer(t, files, { hmr: { pack } });
  const seen = {};
  for (const [at, name] of names.entries()) {
    hmr.events.length = 0;
    const tab = await open(`/case-${at}/`);
    await tab.until(() => globalThis.finished, true);
    const found = () => hmr.events.flatMap((event) => event.diagnostics ?? []);
    const { problems = 0 } = CASES[name];
    await waitFor(
      () => new Set(found().map(({ message }) => message)).size >= problems,
      () => `${name}: ${JSON.stringify(hmr.events)}`,
    );
    const told = found().map(({ message, file, line, frame }) => {
      return `${file?.replace(project.folder, '')}:${line} ${message}\n${frame}`;
    });
    seen[name] = {
      logged: await tab.evaluate(() => globalThis.logged),
      errors: tab.errors.map((text) => text.replaceAll(/http:\/\/localhost:\d+/g, '')),
      told: [...new Set(told)].sort(),
      loads: tab.loads,
    };
    await tab.close();
  }
  return seen;
}

test('odd pages behave the same in packs', async (t) => {
  const unpacked = await watch(t, false);
  const packed = await watch(t, true);
  for (const name of names) t.deepEqual(packed[name], unpacked[name], name);
  t.deepEqual(unpacked['a module that throws after others ran'].logged, [
    'a',
    'uncaught Uncaught TypeError: on purpose',
  ]);
});

test('a page that is left and come back to goes on', async (t) => {
  const { project, open } = await startServer(
    t,
    {
      'index.html': page('<script type="module" src="./main.js"></script>'),
      'main.js': `import './a.js';\nimport { value } from './b.js';\nglobalThis.value = value;
import.meta.hot.accept('./b.js', (b) => { globalThis.value = b.value; });`,
      'a.js': '',
      'b.js': 'export const value = 1;',
      'other.html': page(''),
    },
    { hmr: { pack: true } },
  );
  const tab = await open();
  for (const next of [2, 3]) {
    await tab.page.goto(`${new URL(tab.page.url()).origin}/other.html`);
    await project.write('b.js', `export const value = ${next};`);
    await tab.page.goBack();
    await tab.until(() => globalThis.value, next);
    await tab.connected();
    await project.write('b.js', `export const value = ${next}0;`);
    await tab.until(() => globalThis.value, next * 10);
  }
  t.deepEqual(tab.errors, []);
});

test('a service worker between page and server changes nothing', async (t) => {
  const { open } = await startServer(
    t,
    {
      'index.html': page('<script type="module" src="./main.js"></script>'),
      'main.js': `import './a.js';\nimport { value } from './b.js';\nglobalThis.value = value;
globalThis.pending = navigator.serviceWorker.register('./service.js').then(() => navigator.serviceWorker.ready);`,
      'a.js': '',
      'b.js': 'export const value = 1;',
      'service.js': `addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));`,
    },
    { hmr: { pack: true } },
  );
  const tab = await open();
  await tab.until(() => globalThis.finished, true);
  await tab.page.reload();
  await tab.until(() => globalThis.finished && navigator.serviceWorker.controller !== null, true);
  await tab.connected();
  t.is(await tab.evaluate(() => globalThis.value), 1);
  t.deepEqual(tab.errors, []);
});
