/**
 * CommonJS packages from npm, in browsers.
 */

import { symlinkSync } from 'node:fs';
import test from 'ava';
import { commonJsRequest } from '../../../dist/node/http/commonjs.js';
import { closeBrowser } from '../../helpers/browser.js';
import { inPage, open, Packages, REPOSITORY, write } from '../../helpers/commonjs.js';

test.after.always(closeBrowser);

test('react and react-dom run as one, with hooks, and by any way of importing', async (t) => {
  const { tab, packages } = await open(t, REPOSITORY, {
    '/app.js': `
      import React, { useState, useEffect } from '/node_modules/react/index.js?__commonjs';
      import * as everything from '/node_modules/react/index.js?__commonjs';
      import { createRoot } from '/node_modules/react-dom/client.js?__commonjs';
      import ReactDOM, { flushSync } from '/node_modules/react-dom/index.js?__commonjs';
      import { jsx } from '/node_modules/react/jsx-runtime.js?__commonjs';
      import { unstable_now } from '/node_modules/scheduler/index.js?__commonjs';
      function Counter() {
        const [count, setCount] = useState(0);
        useEffect(() => { document.title = 'count ' + count; }, [count]);
        return jsx('button', { onClick: () => setCount(count + 1), children: 'clicked ' + count });
      }
      createRoot(document.querySelector('main')).render(React.createElement(Counter));
      globalThis.result = [
        React.useState === useState, everything.useState === useState, everything.default === React,
        ReactDOM.flushSync === flushSync, ReactDOM.version === React.version, typeof unstable_now(),
      ];`,
  });
  await tab.evaluate(() => import(/** @type {string} */ ('/app.js')));
  t.deepEqual(await tab.evaluate(() => globalThis.result), [
    true,
    true,
    true,
    true,
    true,
    'number',
  ]);
  await tab.until(() => document.title, 'count 0');
  await tab.page.click('button');
  await tab.until(() => document.querySelector('button').textContent, 'clicked 1');
  await tab.until(() => document.title, 'count 1');
  t.deepEqual(tab.errors, []);
  const [react, ...others] = packages.lines.filter((line) => line.startsWith('react:'));
  t.regex(react, /^react: CommonJS, made an ES module with esbuild in \d+ ms$/);
  t.deepEqual(others, []);
});

test('other packages from npm work as they do in Node', async (t) => {
  const { tab } = await open(t, REPOSITORY);
  const cases = [
    [
      'debug/src/browser.js',
      'it => [typeof it.default, typeof it.log, it.default("a").namespace]',
      ['function', 'function', 'a'],
    ],
    [
      'lodash/lodash.js?names=map,chunk',
      'it => [it.map([1], (one) => one + 1), it.chunk([1, 2], 1), it.default.VERSION.length > 0]',
      [[2], [[1], [2]], true],
    ],
    [
      'lodash/orderBy.js',
      'it => it.default([{ a: 1 }, { a: 2 }], ["a"], ["desc"])',
      [{ a: 2 }, { a: 1 }],
    ],
    [
      'lodash/merge.js',
      'it => it.default({ a: { b: 1 } }, { a: { c: 2 } })',
      { a: { b: 1, c: 2 } },
    ],
    ['classnames/index.js', 'it => it.default("a", { b: true, c: false })', 'a b'],
    ['clsx/dist/clsx.js', 'it => [it.clsx("a", ["b"]), it.default("c")]', ['a b', 'c']],
    [
      'prop-types/index.js?names=string',
      'it => [it.string === it.default.string, typeof it.default.func.isRequired]',
      [true, 'function'],
    ],
    // It says `__esModule`, requires three other packages, and one of those has another file for browsers.
    [
      '@babel/code-frame/lib/index.js',
      'it => [typeof it.default, it.codeFrameColumns("b", { start: { line: 1 } })]',
      ['function', '> 1 | b'],
    ],
  ];
  for (const [file, run, expected] of cases) {
    t.deepEqual(await inPage(tab, file, run), expected, file);
  }
  t.deepEqual(tab.errors, []);
});

test('esbuild: the files that a template can name are in the page', async (t) => {
  const project = write(t, {
    'p/index.js':
      'exports.load = (name) => require("./parts/" + name + ".js").name; require("./parts/a").name += "!";',
    'p/parts/a.js': 'exports.name = "a";',
    'p/parts/b.js': 'exports.name = "b";',
  });
  const { tab } = await open(t, project.folder);
  t.deepEqual(await inPage(tab, 'p/index.js', 'it => [it.load("a"), it.load("b")]'), ['a!', 'b']);
});

test('a linked package is one instance, by its real path', async (t) => {
  const project = write(t, { 'p/index.js': 'exports.linked = require("linked");' });
  await project.write('packages/linked/package.json', '{ "name": "linked", "main": "main.js" }');
  await project.write('packages/linked/main.js', 'exports.count = 1;');
  symlinkSync(project.path('packages/linked'), project.path('node_modules/linked'), 'junction');
  const packages = new Packages(project.folder);
  const { code } = await packages.definitionOf('node_modules/p/index.js');
  t.true(code.includes('import "/packages/linked/main.js?__commonjs=define"'));
  const { code: linked, inputs } = await packages.exportsOf('node_modules/linked/main.js');
  t.true(linked.includes('from "/packages/linked/main.js?__commonjs=define"'));
  t.true(inputs.includes(project.path('packages/linked/main.js')));
  await project.write('packages/linked/main.js', 'exports.other = 1;');
  t.deepEqual(await packages.namesOf('node_modules/linked/main.js'), ['other']);
});

test('the query of a url says which module is asked for', (t) => {
  const asked = (query) => commonJsRequest(new URLSearchParams(query));
  t.is(asked('a=1'), undefined);
  t.deepEqual(asked('__commonjs'), { part: 'exports', names: [] });
  t.deepEqual(asked('__commonjs=define'), { part: 'define', names: [] });
  // Names become code, so only names are let through.
  t.deepEqual(asked('__commonjs&names=a,b,a,default,c-d,e;alert(1),,$f,ä'), {
    part: 'exports',
    names: ['a', 'b', '$f', 'ä'],
  });
});
