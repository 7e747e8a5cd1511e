/**
 * `hotgraph/preact`: what edits of components keep, and what they do not, modelled on what Prefresh promises.
 */

import ava from 'ava';
import { preact } from 'hotgraph/preact';
import { closeBrowser } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';
import { event, startExample, startPreset } from '../helpers/preset.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const PACKAGES = ['preact', '@prefresh/core'];
const MAIN = `import { render } from 'preact';
import { App } from './App';
render(<App />, document.getElementById('root'));`;

const text = () => document.getElementById('root').textContent;
const click = (tab, selector = 'button') => tab.page.click(selector);

const startPreact = (t, files, options) =>
  startPreset(
    t,
    { 'main.jsx': MAIN, ...files },
    { plugins: [preact(options)], packages: PACKAGES },
  );

test('state of functions and classes stays; other hooks remount', async (t) => {
  const files = {
    'App.tsx': `import { Child, Old } from './parts';
export function App() { return <><Child /><Old /></>; }`,
    'parts.jsx': `import { Component } from 'preact';
import { useState } from 'preact/hooks';
export function Child() { const [n, set] = useState(0); return <button id="child" onClick={() => set(n + 1)}>child {n};</button>; }
export class Old extends Component { state = { n: 0 }; render() { return <button id="old" onClick={() => this.setState({ n: this.state.n + 1 })}>old {this.state.n};</button>; } }`,
  };
  const { project, tab } = await startPreact(t, files);
  await tab.until(text, 'child 0;old 0;');
  await click(tab, '#child');
  await click(tab, '#old');
  await tab.until(text, 'child 1;old 1;');
  await project.write(
    'parts.jsx',
    files['parts.jsx'].replace('>child', '>kid').replace('>old', '>aged'),
  );
  await tab.until(text, 'kid 1;aged 1;');
  await project.write('parts.jsx', files['parts.jsx'].replace('useState(0)', 'useState(4)'));
  await tab.until(text, 'child 4;old 1;');
  wasHot(t, tab);
});

test('constants next to components, and a render that throws', async (t) => {
  const files = {
    'App.jsx': `import { Child, LIMIT } from './Child';
export function App() { return <><Child /> of {LIMIT}</>; }`,
    'Child.jsx': `export const LIMIT = 9;
export function Child() { return <b>child</b>; }`,
  };
  const { project, tab, events } = await startPreact(t, files);
  await tab.until(text, 'child of 9');
  await project.write('Child.jsx', files['Child.jsx'].replace('9', '8'));
  await tab.until(text, 'child of 8');
  const { message } = await event(events, ({ type }) => type === 'invalidated');
  t.regex(message, /^the export "LIMIT" in line \d is no component, and it changed/);
  const isShown = () => document.querySelector('hotgraph-overlay') !== null;
  const child = files['Child.jsx'].replace('9', '8');
  await project.write('Child.jsx', child.replace('return', "throw new Error('in render'); return"));
  await tab.until(isShown);
  await project.write('Child.jsx', child.replace('>child', '>well'));
  await tab.until(text, 'well of 8');
  await tab.until(isShown, false);
  t.is(tab.loads, 1);
});

test('imports of React get preact/compat', async (t) => {
  const files = {
    'App.jsx': `import { useState, memo } from 'react';
export const App = memo(() => { const [n, set] = useState(0); return <button onClick={() => set(n + 1)}>compat {n}</button>; });`,
  };
  const { project, tab } = await startPreact(t, files);
  await tab.until(text, 'compat 0');
  await click(tab);
  await project.write('App.jsx', files['App.jsx'].replace('>compat', '>react'));
  await tab.until(text, 'react 1');
  wasHot(t, tab);
});

test('the example, by the command', async (t) => {
  const { project, tab } = await startExample(t, 'preact', PACKAGES);
  await tab.until(text, 'Hello, Preact0 clicks');
  await click(tab);
  await project.write(
    'src/Greeting.tsx',
    'export function Greeting({ name }: { name: string }) {\n  return <h1>Hi, {name}</h1>;\n}\n',
  );
  await tab.until(text, 'Hi, Preact1 clicks');
  wasHot(t, tab);
});

test('a missing package is an error that says what to install', async (t) => {
  const missing = startPreset(t, {}, { plugins: [preact()], packages: [] });
  await t.throwsAsync(missing, {
    message: /hotgraph\/preact needs @prefresh\/core, .*npm install -D @prefresh\/core$/,
  });
});
