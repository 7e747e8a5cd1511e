/**
 * `hotgraph/react`: what edits of components keep, and what they do not, modelled on what React's own plugins promise.
 */

import ava from 'ava';
import { react } from 'hotgraph/react';
import { closeBrowser } from '../helpers/browser.js';
import { hasLoaded, wasHot } from '../helpers/expect.js';
import { event, startExample, startPreset, startPresetInHost } from '../helpers/preset.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const PACKAGES = ['react', 'react-dom', 'react-refresh', 'scheduler'];
const MAIN = `import { createRoot } from 'react-dom/client';
import { App } from './App';
createRoot(document.getElementById('root')).render(<App />);`;

const text = () => document.getElementById('root').textContent;
const click = (tab, selector = 'button') => tab.page.click(selector);

const startReact = (t, files, options) =>
  startPreset(t, { 'main.jsx': MAIN, ...files }, { plugins: [react(options)], packages: PACKAGES });

test('state stays: functions, memo, forwardRef, higher-order components, contexts, lazy ones', async (t) => {
  const counter = (name, label) =>
    `function ${name}() { const [n, set] = useState(0); return <button id="${name}" onClick={() => set(n + 1)}>${label} {n};</button>; }`;
  const files = {
    'theme.js': `import { createContext } from 'react'; export const Theme = createContext('dark');`,
    'App.tsx': `import { lazy, Suspense, useContext, type ReactNode } from 'react';
import Plain, { Memo, Ref, Wrapped, Icons } from './parts';
import { Theme } from './theme';
const Lazy = lazy(() => import('./Lazy'));
const Themed = (): ReactNode => <i>{useContext(Theme)};</i>;
export function App() {
  return <Theme.Provider value="light"><Plain /><Memo /><Ref /><Wrapped /><Icons.One />
    <Suspense fallback="…"><Lazy /></Suspense><Themed /></Theme.Provider>;
}`,
    'parts.jsx': `import { forwardRef, memo, useState } from 'react';
const hoc = (Inner) => function Outer(props) { return <Inner {...props} />; };
export default ${counter('Plain', 'a')}
export const Memo = memo(${counter('Memo', 'a')});
export const Ref = forwardRef(${counter('Ref', 'a')});
${counter('Inner', 'a')}
export const Wrapped = hoc(Inner);
${counter('One', 'a')}
export const Icons = { One };`,
    'Lazy.jsx': `import { useState } from 'react';\nexport default ${counter('Lazy', 'a')}`,
  };
  const { project, tab } = await startReact(t, files);
  const all = ['Plain', 'Memo', 'Ref', 'Inner', 'One', 'Lazy'];
  await tab.until(text, `${'a 0;'.repeat(all.length)}light;`);
  for (const id of all) await click(tab, `#${id}`);
  await tab.until(text, `${'a 1;'.repeat(all.length)}light;`);
  for (const file of ['parts.jsx', 'Lazy.jsx']) {
    await project.write(file, files[file].replaceAll('>a {n}', '>b {n}'));
  }
  await tab.until(text, `${'b 1;'.repeat(all.length)}light;`);
  // In the parent, and once more in a child.
  await project.write('App.tsx', files['App.tsx'].replace('value="light"', 'value="red"'));
  await tab.until(text, `${'b 1;'.repeat(all.length)}red;`);
  await project.write('parts.jsx', files['parts.jsx'].replaceAll('>a {n}', '>c {n}'));
  await tab.until(text, `${'c 1;'.repeat(5)}b 1;red;`);
  wasHot(t, tab);
});

test('other hooks, class components and @refresh reset remount; custom hooks reach their components', async (t) => {
  const files = {
    'App.jsx': `import { Component, useState } from 'react';
import { useCount } from './useCount';
class Old extends Component { state = { n: 0 }; render() { return <button id="old" onClick={() => this.setState({ n: this.state.n + 1 })}>old {this.state.n};</button>; } }
function New() { const [n, set] = useState(0); return <button id="new" onClick={() => set(n + 1)}>new {n};</button>; }
function Custom() { const [n, set] = useCount(); return <button id="custom" onClick={() => set(n + 1)}>custom {n};</button>; }
export function App() { return <><Old /><New /><Custom /></>; }`,
    'useCount.js': `import { useState } from 'react'; export function useCount() { return useState(0); }`,
  };
  const { project, tab, events } = await startReact(t, files);
  const clickAll = async () => {
    for (const id of ['old', 'new', 'custom']) await click(tab, `#${id}`);
  };
  await tab.until(text, 'old 0;new 0;custom 0;');
  await clickAll();
  await tab.until(text, 'old 1;new 1;custom 1;');
  await project.write('App.jsx', files['App.jsx'].replace('>old', '>Old').replace('>new', '>New'));
  await tab.until(text, 'Old 0;New 1;custom 1;');
  await project.write(
    'App.jsx',
    files['App.jsx'].replace(
      'const [n, set] = useState(0); return <button id="new"',
      'const [n, set] = useState(5); useState(); return <button id="new"',
    ),
  );
  await tab.until(text, 'old 0;new 5;custom 1;');
  await project.write(
    'useCount.js',
    files['useCount.js'].replace('return useState(0)', 'useState(); return useState(7)'),
  );
  await tab.until(text, 'old 0;new 5;custom 7;');
  await clickAll();
  await project.write(
    'App.jsx',
    `// @refresh reset\n${files['App.jsx'].replace('>new', '>again')}`,
  );
  await tab.until(text, 'old 0;again 0;custom 7;');
  t.deepEqual(
    events.filter(({ type }) => type === 'reloaded'),
    [],
  );
  wasHot(t, tab);
});

test('a module that exports more than components stays hot while the rest is as it was, and says what is not', async (t) => {
  const files = {
    'App.jsx': `import { Child, LIMIT } from './Child';
export function App() { return <><Child /> of {LIMIT}</>; }`,
    'Child.jsx': `import { useState } from 'react';
export const LIMIT = 9;
export function Child() { const [n, set] = useState(0); return <button onClick={() => set(n + 1)}>child {n}</button>; }`,
  };
  const { project, tab, events } = await startReact(t, files);
  await tab.until(text, 'child 0 of 9');
  await click(tab);
  await project.write('Child.jsx', files['Child.jsx'].replace('>child', '>kid'));
  await tab.until(text, 'kid 1 of 9');
  // The importer has to run again: it is a boundary itself.
  await project.write('Child.jsx', files['Child.jsx'].replace('9', '8'));
  await tab.until(text, 'child 1 of 8');
  const { message } = await event(events, ({ type }) => type === 'invalidated');
  t.regex(message, /^the export "LIMIT" in line \d is no component, and it changed/);
  // A new export concerns no importer yet.
  await project.write('Child.jsx', `${files['Child.jsx']}\nexport const other = 1;`);
  await tab.until(text, 'child 1 of 9');
  wasHot(t, tab);
  // What exports nothing cannot be told of by its importers, which are none.
  await project.write('main.jsx', `${MAIN}\nfunction Unused() { return <b />; }`);
  await hasLoaded(t, tab, 2);
  const { report } = await event(events, ({ type }) => type === 'reloaded');
  t.is(report.changed, '/main.jsx');
});

test('broken code, and a render that throws, show the overlay; the next save goes on, with state where React can', async (t) => {
  const files = {
    'App.jsx': `import { useState } from 'react';
import { Child } from './Child';
export function App() { const [n, set] = useState(0); return <><button onClick={() => set(n + 1)}>{n}</button> <Child /></>; }`,
    'Child.jsx': `export function Child() {\n  return <b>fine</b>;\n}`,
  };
  const { project, tab, events } = await startReact(t, files);
  const isShown = () => document.querySelector('hotgraph-overlay') !== null;
  await tab.until(text, '0 fine');
  await click(tab);
  await project.write('Child.jsx', `export function Child() {\n  return <b>fine</i>;\n}`);
  await tab.until(isShown);
  const { diagnostics } = await event(events, ({ type }) => type === 'diagnostics');
  t.deepEqual([diagnostics[0].file, diagnostics[0].line], [project.path('Child.jsx'), 2]);
  t.true(diagnostics[0].frame.includes('<b>fine</i>'));
  await tab.until(text, '1 fine');
  await project.write('Child.jsx', files['Child.jsx'].replace('fine', 'better'));
  await tab.until(text, '1 better');
  await tab.until(isShown, false);
  await project.write('Child.jsx', `export function Child() {\n  throw new Error('in render');\n}`);
  await tab.until(isShown);
  await tab.until(text, '');
  await project.write('Child.jsx', files['Child.jsx'].replace('fine', 'well'));
  await tab.until(text, '0 well');
  await tab.until(isShown, false);
  t.is(tab.loads, 1);
});

test('the classic runtime, and one instance of each package', async (t) => {
  const files = {
    'main.jsx': `import React from 'react';\n${MAIN}`,
    'App.jsx': `import React from 'react';
export class App extends React.Component { render() { return <p>classic <Child /></p>; } }
function Child() { const [n, set] = React.useState(0); return <button onClick={() => set(n + 1)}>{n}</button>; }`,
  };
  const { project, tab } = await startReact(t, files, { jsxRuntime: 'classic' });
  await tab.until(text, 'classic 0');
  const jsxRuntimes = () =>
    performance.getEntriesByType('resource').filter(({ name }) => name.includes('jsx-runtime'));
  t.deepEqual(await tab.evaluate(jsxRuntimes), []);
  await project.write('App.jsx', files['App.jsx'].replace('classic', 'old'));
  await tab.until(text, 'old 0');
  wasHot(t, tab);
});

test('in @web/dev-server', async (t) => {
  const files = {
    'main.jsx': MAIN,
    'App.tsx': `import { plain } from './plain.js';
export function App() { return <>all {plain()} <Child /></>; }
function Child() { const [n, set] = plain.useState(0); return <button onClick={() => set(n + 1)}>{n as number}</button>; }`,
    'plain.js': `import { useState } from 'react'; export const plain = () => 'plain'; plain.useState = useState;`,
  };
  const options = { plugins: [react()], packages: PACKAGES };
  const { project, tab } = await startPresetInHost(t, files, options);
  await tab.until(text, 'all plain 0');
  await click(tab);
  await project.write('App.tsx', files['App.tsx'].replace('>all', '>still'));
  await tab.until(text, 'still plain 1');
  await project.write('App.tsx', files['App.tsx'].replace('<>', '<b>'));
  await tab.until(() => document.querySelector('hotgraph-overlay') !== null);
  await project.write('App.tsx', files['App.tsx'].replace('>all', '>well'));
  await tab.until(text, 'well plain 1');
  wasHot(t, tab);
});

test('the example, by the command', async (t) => {
  const { project, program, tab } = await startExample(t, 'react', PACKAGES);
  await tab.until(text, 'Hello, React0 clicks');
  await click(tab);
  await project.write(
    'src/Greeting.tsx',
    'export function Greeting({ name }: { name: string }) {\n  return <h1>Hi, {name}</h1>;\n}\n',
  );
  await tab.until(text, 'Hi, React1 clicks');
  await project.write('src/app.css', 'body { color: rgb(1, 2, 3) }');
  await tab.until(() => getComputedStyle(document.body).color, 'rgb(1, 2, 3)');
  await program.said('accepted by /src/Greeting.tsx');
  wasHot(t, tab);
});

test('missing packages and unknown options are errors that say what to do', async (t) => {
  const missing = startPreset(t, {}, { plugins: [react()], packages: [] });
  const { message } = await t.throwsAsync(missing);
  t.regex(
    message,
    /^\[hotgraph\] hotgraph\/react needs react-refresh, which is not installed in .*: npm install -D react-refresh$/,
  );
  t.throws(() => react({ jsxRutime: 'classic' }), {
    message: /react\(\) has no option "jsxRutime"\. Did you mean "jsxRuntime"\?/,
  });
  t.throws(() => react({ babel: {} }), { message: /Code is compiled by swc/ });
});
