/**
 * `hotgraph/solid`: which edits of a component keep its state, and which create it anew, modelled on what Solid's own plugin
 * promises.
 */

import ava from 'ava';
import { solid } from 'hotgraph/solid';
import { closeBrowser } from '../helpers/browser.js';
import { HOSTS, isShown, makeEdits, makeMistakes, text } from '../helpers/components.js';
import { wasHot } from '../helpers/expect.js';
import { startExample, startPreset } from '../helpers/preset.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const TOOLS = ['solid-refresh', 'babel-preset-solid', '@babel/core'];
const PACKAGES = ['solid-js', ...TOOLS];
const MAIN = `import { render } from 'solid-js/web';
import { App } from './App';
globalThis.starts = (globalThis.starts ?? 0) + 1;
render(() => <App />, document.getElementById('root'));`;

const FILES = {
  'main.jsx': MAIN,
  'App.tsx': `import { createSignal, lazy, Suspense, useContext } from 'solid-js';
import { Child } from './Child';
import { total, setTotal, Unit } from './total';
const Lazy = lazy(() => import('./Lazy'));
function Width() { return <i>{useContext(Unit)}</i>; }
export function App() {
  const [count, setCount] = createSignal<number>(0);
  return <>
    <button onClick={() => { setCount(count() + 1); setTotal(total() + 1); }}>count {count()} of {total()}</button>
    <Child title="kid" />
    <Unit.Provider value="em"><Width /></Unit.Provider>
    <Suspense><Lazy /></Suspense>
  </>;
}
`,
  'Child.jsx': `import { createSignal, For } from 'solid-js';
export const Child = (props) => {
  const [open, setOpen] = createSignal(false);
  return <b onClick={() => setOpen(!open())}>{props.title} {String(open())}<For each={[1, 2]}>{(n) => <u>{n}</u>}</For></b>;
};
`,
  'Lazy.jsx': `export default function Lazy() { return <s>lazy</s>; }\n`,
  'total.ts': `import { createContext, createSignal } from 'solid-js';
export const Unit = createContext<string>('px');
export const [total, setTotal] = createSignal<number>(0);
`,
};

/** Edits, one after the other: what must hold after each, and when it is taken back. */
const EDITS = [
  {
    name: 'the markup of a child keeps its state',
    edit: { 'Child.jsx': [['{props.title} ', 'my {props.title} ']] },
    shows: 'count 1 of 1\nmy kid true12\nem\nlazy',
    back: 'count 1 of 1\nkid true12\nem\nlazy',
  },
  {
    name: 'the code of a child creates that anew, alone',
    edit: { 'Child.jsx': [['createSignal(false)', "createSignal('new')"]] },
    shows: 'count 1 of 1\nkid new12\nem\nlazy',
    back: 'count 1 of 1\nkid false12\nem\nlazy',
  },
  {
    name: 'a lazy component',
    edit: { 'Lazy.jsx': [['>lazy', '>late']] },
    shows: 'count 1 of 1\nkid true12\nem\nlate',
    back: 'count 1 of 1\nkid true12\nem\nlazy',
  },
  {
    name: 'one component of two in a module: the other keeps its state',
    edit: { 'App.tsx': [['<i>{use', '<i>in {use']] },
    shows: 'count 1 of 1\nkid true12\nin em\nlazy',
    back: 'count 1 of 1\nkid true12\nem\nlazy',
  },
  {
    name: 'the code of the parent, with what it renders, and not what is in modules',
    edit: { 'App.tsx': [['createSignal<number>(0)', 'createSignal<number>(5)']] },
    shows: 'count 5 of 1\nkid false12\nem\nlazy',
    back: 'count 0 of 1\nkid false12\nem\nlazy',
  },
];

for (const [host, start] of Object.entries(HOSTS)) {
  test(`${host}: what each edit keeps`, async (t) => {
    const { project, tab } = await start(t, FILES, { plugins: [solid()], packages: PACKAGES });
    await tab.until(text, 'count 0 of 0\nkid false12\nem\nlazy');
    await tab.page.click('button');
    const act = async () => {
      if ((await tab.evaluate(text)).includes('false')) await tab.page.click('b');
      await tab.until(text, 'count 1 of 1\nkid true12\nem\nlazy');
    };
    await makeEdits(t, { project, tab }, { files: FILES, edits: EDITS, act });
    wasHot(t, tab);
    t.is(await tab.evaluate(() => globalThis.starts), 1);
  });
}

/** What stands in the place of `from`, and where that is said. */
const MISTAKES = [
  {
    name: 'an element that is not closed',
    file: 'Child.jsx',
    from: '</b>',
    to: '</i>',
    at: [4, 'closing'],
  },
  {
    name: 'a call that is not closed',
    file: 'Child.jsx',
    from: 'createSignal(false);',
    to: 'createSignal(false',
    at: [4, 'Unexpected'],
  },
  {
    name: 'a pattern',
    file: 'App.tsx',
    from: 'const [count,',
    to: 'const [count:,',
    at: [7, 'nexpected'],
  },
];

test('mistakes are shown in the source as written; a render that throws recovers', async (t) => {
  const options = { plugins: [solid()], packages: PACKAGES };
  const app = await startPreset(t, FILES, options);
  const { project, tab } = app;
  await tab.until(text, 'count 0 of 0\nkid false12\nem\nlazy');
  await tab.page.click('button');
  const shows = 'count 1 of 1\nkid false12\nem\nlazy';
  await makeMistakes(t, app, { files: FILES, mistakes: MISTAKES, shows });
  await project.write(
    'Child.jsx',
    FILES['Child.jsx'].replace('return <b', 'props.none.here; return <b'),
  );
  await tab.until(isShown);
  await project.write(
    'Child.jsx',
    FILES['Child.jsx'].replace('{props.title} ', 'well {props.title} '),
  );
  await tab.until(text, 'count 1 of 1\nwell kid false12\nem\nlazy');
  await tab.until(isShown, false);
  t.is(tab.loads, 1);
});

test('the example, by the command', async (t) => {
  const { project, program, tab } = await startExample(t, 'solid', PACKAGES);
  const shown = () => document.getElementById('app').textContent;
  await tab.until(shown, 'Hello, Solid0 clicks');
  await tab.page.click('button');
  await project.write(
    'src/Greeting.tsx',
    'export function Greeting(props: { name: string }) {\n  return <h1>Hi, {props.name}</h1>;\n}\n',
  );
  await tab.until(shown, 'Hi, Solid1 clicks');
  await program.said('/src/Greeting.tsx');
  wasHot(t, tab);
});

test('missing packages and unknown options are errors that say what to do', async (t) => {
  const missing = startPreset(t, {}, { plugins: [solid()], packages: ['solid-js'] });
  await t.throwsAsync(missing, {
    message:
      /hotgraph\/solid needs solid-refresh and babel-preset-solid and @babel\/core, which are not installed .*: npm install -D solid-refresh babel-preset-solid @babel\/core$/,
  });
  t.throws(() => solid({ ssr: true }), { message: /Pages are rendered in the browser/ });
});
