/**
 * CommonJS packages in browsers: real ones from npm, and small ones that are written into a folder.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { SourceMap } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import test from 'ava';
import { CommonJs, commonJsRequest } from '../../dist/node/http/commonjs.js';
import { closeBrowser, openTab } from '../helpers/browser.js';
import { Project } from '../helpers/project.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
const TOOLS = ['esbuild', 'rolldown'];

const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json' };

test.after.always(closeBrowser);

/** Packages as a server has them: what is made of them, and what was said of it. */
class Packages {
  lines = [];

  constructor(root, options = {}) {
    this.root = root;
    this.commonJs = new CommonJs({
      root,
      cacheDir: false,
      urlOf: (file) => `/${relative(root, file)}`,
      say: (line) => this.lines.push(line),
      ...options,
    });
  }

  /** The module that has the exports of a file. */
  exportsOf(file, names = []) {
    return this.commonJs.bundle(join(this.root, file), { part: 'exports', names });
  }

  /** The module that defines a file. */
  definitionOf(file) {
    return this.commonJs.bundle(join(this.root, file), { part: 'define', names: [] });
  }

  /** The names that a file exports. */
  async namesOf(file) {
    const { code } = await this.exportsOf(file);
    return [...code.matchAll(/ as ([\w$]+) \};/g)].map(([, name]) => name);
  }

  /** The error that a file is refused with. */
  async errorOf(file) {
    return this.definitionOf(file).then(
      () => undefined,
      (error) => error,
    );
  }
}

/** Serves packages and `modules`, which are texts by path, and opens a page. */
async function open(t, root, modules = {}) {
  const packages = new Packages(root);
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://server.invalid');
    const asked = commonJsRequest(searchParams);
    const file = join(root, pathname);
    const type = TYPES[extname(file)] ?? 'text/html';
    try {
      const body = asked
        ? (await packages.commonJs.bundle(file, asked)).code
        : (modules[pathname] ??
          (pathname === '/' ? '<!doctype html><main></main>' : readFileSync(file)));
      response.writeHead(200, { 'content-type': asked ? TYPES['.js'] : type }).end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const tab = await openTab(`http://127.0.0.1:${server.address().port}/`);
  t.teardown(async () => {
    await tab.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return { packages, tab };
}

/** A project with packages, which are files by their path in `node_modules`. */
function write(t, files, tool = 'esbuild') {
  const inPackages = Object.entries(files).map(([name, text]) => [`node_modules/${name}`, text]);
  const project = new Project({ 'package.json': '{}', ...Object.fromEntries(inPackages) });
  mkdirSync(project.path('node_modules'), { recursive: true });
  symlinkSync(
    join(REPOSITORY, 'node_modules', tool),
    project.path(`node_modules/${tool}`),
    'junction',
  );
  t.teardown(() => project.dispose());
  return project;
}

/** Runs a function of the namespace of a file in a page. */
function inPage(tab, file, run = 'it => it.default') {
  const url = `/node_modules/${file}${file.includes('?') ? '&' : '?'}__commonjs`;
  return tab.page
    .evaluate(`import(${JSON.stringify(url)}).then(${run})`)
    .catch((error) => error.message.replace(/^page.evaluate: /, '').split('\n    at ')[0]);
}

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
  await tab.evaluate(() => import('/app.js'));
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

for (const tool of TOOLS) {
  test(`${tool}: files run once a page, whatever requires them`, async (t) => {
    const project = write(
      t,
      {
        'p/package.json': '{ "name": "p" }',
        'p/state.js': 'globalThis.runs = (globalThis.runs ?? 0) + 1; exports.list = [];',
        'p/a.js':
          'const { list } = require("./state"); module.exports = () => list.push("a") && list;',
        'p/b.js':
          'const { list } = require("./state.js"); module.exports = () => list.push("b") && list;',
        'q/index.js': 'module.exports = require("p/state").list; exports.q = 1;',
      },
      tool,
    );
    const { tab, packages } = await open(t, project.folder);
    t.is(await inPage(tab, 'p/a.js', 'it => it.default().join()'), 'a');
    t.is(await inPage(tab, 'p/b.js', 'it => it.default().join()'), 'a,b');
    t.is(await inPage(tab, 'q/index.js', 'it => it.default.join()'), 'a,b');
    t.is(await inPage(tab, 'p/state.js', 'it => it.list.length'), 2);
    t.is(await tab.evaluate(() => globalThis.runs), 1);
    t.regex(packages.lines.join('\n'), new RegExp(`^p: .* with ${tool} in \\d+ ms\\nq: [^\\n]+$`));
  });

  test(`${tool}: packages that require each other see what is there so far`, async (t) => {
    const project = write(
      t,
      {
        'p/index.js': 'exports.before = 1; exports.q = require("q"); exports.after = 2;',
        'q/index.js':
          'const p = require("p"); exports.seen = Object.keys(p).join(); exports.later = () => p.after;',
      },
      tool,
    );
    const { tab } = await open(t, project.folder);
    t.deepEqual(await inPage(tab, 'p/index.js', 'it => [it.q.seen, it.q.later()]'), ['before', 2]);
    t.is(await inPage(tab, 'q/index.js', 'it => it.seen'), 'before');
  });

  test(`${tool}: files run when they are required, not before`, async (t) => {
    const project = write(
      t,
      {
        'p/index.js': `
        exports.order = globalThis.order = ['p'];
        try { require('q'); } catch (error) { exports.caught = error.message; }
        exports.late = () => require('r').name;
        require('s');
        exports.optional = (() => { try { return require('absent'); } catch { return 'none'; } })();`,
        'q/index.js': 'globalThis.order.push("q"); throw new Error("q fails");',
        'r/index.js': 'globalThis.order.push("r"); exports.name = "r";',
        's/index.js': 'globalThis.order.push("s");',
      },
      tool,
    );
    const { tab } = await open(t, project.folder);
    t.deepEqual(
      await inPage(
        tab,
        'p/index.js',
        'it => [it.order.join(), it.caught, it.optional, it.late(), it.order.join()]',
      ),
      ['p,q,s', 'q fails', 'none', 'r', 'p,q,s,r'],
    );
  });

  test(`${tool}: code means what it means in Node`, async (t) => {
    const index = `
      var $ = typeof hotgraph$ === 'undefined';
      exports.self = this === exports && this === module.exports;
      exports.env = process.env.NODE_ENV;
      exports.other = typeof process.env.ANYTHING;
      exports.global = global === globalThis;
      exports.json = require('./data.json').list;
      exports.place = [__dirname, __filename];
      exports.folder = require('./lib').name;
      exports.browser = require('./node-only').where;
      exports.off = Object.keys(require('fs'));
      exports.condition = require('conditions').kind;
      exports.resolved = typeof require.resolve('./data.json');
      exports.main = require.main === module;
      exports.again = require('p') === module.exports;
      exports.type = typeof require;
      exports.esm = [require('esm').named, require('esm').default(), require('esm').__esModule];
      exports.dynamicOff = () => import('fs').then((it) => Object.keys(it.default).length);
      exports.dynamic = () => import('esm').then((it) => it.named + 1);
      exports.dynamicCommonJs = () => import('conditions').then((it) => it.kind);
      if (process.env.NODE_ENV === 'production') { require('./production'); }
      (function (root) { root.umd = 1; })(this);`;
    const project = write(
      t,
      {
        'p/package.json':
          '{ "name": "p", "browser": { "./node-only.js": "./browser.js", "fs": false } }',
        'p/index.js': index,
        'p/data.json': '{ "list": [1] }',
        'p/lib/index.js': 'exports.name = "lib";',
        'p/node-only.js': 'exports.where = "node";',
        'p/browser.js': 'exports.where = "browser";',
        'p/production.js': 'exports.a = (',
        'conditions/package.json': JSON.stringify({
          exports: {
            '.': {
              node: './node.js',
              browser: { development: { require: './right.js' } },
              default: './wrong.mjs',
            },
          },
        }),
        'conditions/right.js': 'exports.kind = "browser, development, require";',
        'conditions/wrong.mjs': 'export const kind = "import";',
        'esm/package.json': '{ "type": "module", "exports": "./index.js" }',
        'esm/index.js': 'export const named = 1; export default () => "default";',
      },
      tool,
    );
    const { tab } = await open(t, project.folder);
    const run =
      'async (it) => ({ ...it.default, dynamic: await it.dynamic(), dynamicOff: await it.dynamicOff(), dynamicCommonJs: await it.dynamicCommonJs() })';
    t.deepEqual(await inPage(tab, 'p/index.js', run), {
      self: true,
      env: 'development',
      other: 'undefined',
      global: true,
      json: [1],
      place: ['/node_modules/p', '/node_modules/p/index.js'],
      folder: 'lib',
      browser: 'browser',
      off: [],
      condition: 'browser, development, require',
      resolved: 'string',
      main: false,
      again: true,
      type: 'function',
      esm: [1, 'default', true],
      dynamic: 2,
      dynamicOff: 0,
      dynamicCommonJs: 'import',
      umd: 1,
    });
  });

  test(`${tool}: default exports and names`, async (t) => {
    const project = write(
      t,
      {
        'p/plain.js': 'module.exports = function p() {}; module.exports.a = 1;',
        'p/es.js':
          'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "d"; exports.a = 1;',
        'p/es-without-default.js':
          'Object.defineProperty(exports, "__esModule", { value: true }); exports.a = 1;',
        'p/star.js': `
        Object.defineProperty(exports, '__esModule', { value: true });
        var _es = require('./es');
        Object.keys(_es).forEach(function (key) {
          if (key === 'default' || key === '__esModule') return;
          if (key in exports && exports[key] === _es[key]) return;
          Object.defineProperty(exports, key, { enumerable: true, get: function () { return _es[key]; } });
        });
        exports.b = 2;`,
        'p/branch.js': `if (process.env.NODE_ENV !== 'production') { module.exports = require('./plain'); } else { module.exports = require('./es'); }`,
        'p/further.js': 'module.exports = require("q");',
        'q/index.js':
          'exports.fromQ = 1; exports["not-a-name"] = 2; exports["module.exports"] = 3; exports.delete = 4;',
        'p/hidden.js': 'const all = { a: 1 }; module.exports = all;',
        'p/nothing.js': 'module.exports = null;',
        'p/refuses.js':
          'Object.defineProperty(exports, "a", { enumerable: true, get: function () { throw new Error("no"); } }); exports.b = 1; exports.a;',
      },
      tool,
    );
    const { tab, packages } = await open(t, project.folder);
    const names = (file) => packages.namesOf(`node_modules/${file}`);
    t.deepEqual(await names('p/plain.js'), ['a']);
    t.deepEqual(await names('p/star.js'), ['__esModule', 'a', 'b']);
    t.true((await names('p/branch.js')).includes('a'));
    t.deepEqual(await names('p/further.js'), ['delete', 'fromQ']);
    t.is(await inPage(tab, 'p/plain.js', 'it => typeof it.default + it.a'), 'function1');
    t.is(await inPage(tab, 'p/es.js', 'it => it.default + it.a'), 'd1');
    t.deepEqual(await inPage(tab, 'p/es-without-default.js'), { a: 1 });
    t.deepEqual(await inPage(tab, 'p/star.js', 'it => [it.a, it.b]'), [1, 2]);
    t.is(await inPage(tab, 'p/branch.js', 'it => it.a'), 1);
    t.deepEqual(await inPage(tab, 'p/further.js', 'it => [it.fromQ, it.delete]'), [1, 4]);
    t.is(await inPage(tab, 'p/nothing.js'), null);
    t.is(await inPage(tab, 'p/hidden.js?names=a', 'it => it.a'), 1);
    t.is(
      await inPage(tab, 'p/hidden.js?names=a,b', 'it => it.a'),
      'SyntaxError: node_modules/p/hidden.js does not provide an export named "b". Import its default export to see what it has.',
    );
  });

  test(`${tool}: what browsers do not have is said when it is used`, async (t) => {
    const project = write(
      t,
      {
        'p/builtin.js': `
        const { promisify } = require('util');
        const fs = require('node:fs');
        class Reader extends require('stream').Readable {}
        const importDefault = (it) => (it && it.__esModule ? it : { default: it });
        const { default: http } = importDefault(require('http'));
        class Agent extends http.Agent {}
        exports.looks = typeof promisify + typeof Agent;
        exports.read = () => fs.promises.readFile('a');
        exports.make = () => new Reader();`,
        'p/made.js': 'exports.load = (name) => require(name);',
        'p/absent.js': 'require("@scope/absent/file");',
        'p/lost.js': 'require("./lost-file");',
        'p/style.js': 'require("./style.css");',
        'p/style.css': 'a {}',
      },
      tool,
    );
    const { tab } = await open(t, project.folder);
    t.is(await inPage(tab, 'p/builtin.js', 'it => it.looks'), 'functionfunction');
    const remedy = 'Use a build of p for browsers.';
    t.is(
      await inPage(tab, 'p/builtin.js', 'it => it.read()'),
      `Error: p uses promises.readFile of Node's module "fs", which browsers do not have. ${remedy}`,
    );
    t.regex(
      await inPage(tab, 'p/builtin.js', 'it => it.make()'),
      /^Error: p uses Readable of Node's module "stream"/,
    );
    t.is(
      await inPage(tab, 'p/made.js', 'it => it.load("./x")'),
      `Error: node_modules/p/made.js calls require("./x"). The name is made while the code runs, and only names that stand in the code are known. ${remedy}`,
    );
    t.is(
      await inPage(tab, 'p/absent.js'),
      'Error: node_modules/p/absent.js requires "@scope/absent/file", which is not installed. Install it: npm install @scope/absent',
    );
    t.is(
      await inPage(tab, 'p/lost.js'),
      'Error: node_modules/p/lost.js requires "./lost-file", and there is no such file. Install p again.',
    );
    t.is(
      await inPage(tab, 'p/style.js'),
      'Error: node_modules/p/style.js requires "./style.css", which is not JavaScript. Load that file from your own code.',
    );
  });

  test(`${tool}: what cannot be parsed is refused, with file, line and column`, async (t) => {
    const project = write(
      t,
      {
        'p/index.js': 'exports.a = 1;\nrequire("./broken");',
        'p/broken.js': 'exports.b = 1;\n  exports.c = ;',
        'p/sloppy.js': 'exports.a = 1;\n  with (exports) { a }\n',
        'p/data.js': 'require("./data.json");',
        'p/data.json': '{ "a": }',
        'p/module.mjs': 'export const a = 1;',
      },
      tool,
    );
    const packages = new Packages(project.folder);
    const broken = await packages.errorOf('node_modules/p/index.js');
    t.is(broken.name, 'CommonJsError');
    t.is(broken.file, project.path('node_modules/p/broken.js'));
    t.deepEqual([broken.line, broken.column], [2, 15]);
    t.regex(
      broken.message,
      /^node_modules\/p\/broken\.js:2:15: Unexpected .*\. Install another version of p/,
    );
    const sloppy = await packages.errorOf('node_modules/p/sloppy.js');
    t.is(sloppy.line, 2);
    t.regex(
      sloppy.message,
      /^node_modules\/p\/sloppy\.js:2:3: .*with.*\. Install another version of p/,
    );
    t.regex(
      (await packages.errorOf('node_modules/p/data.js')).message,
      /^node_modules\/p\/data\.json is not JSON: /,
    );
    t.regex(
      (await packages.errorOf('node_modules/p/absent.js')).message,
      /^node_modules\/p\/absent\.js is not a file/,
    );
    t.regex(
      (await packages.errorOf('node_modules/p/module.mjs')).message,
      /^node_modules\/p\/module\.mjs is an ES module/,
    );
    // It is put right.
    await project.write('node_modules/p/broken.js', 'exports.b = 1;');
    t.is(await packages.errorOf('node_modules/p/index.js'), undefined);
  });

  test(`${tool}: source maps lead to the files of the package`, async (t) => {
    const project = write(
      t,
      {
        'p/lib/index.js': '// A comment.\n\nexports.a = require("../other");\n',
        'p/other.js': '\n\n\n  throw new Error("here");\n',
      },
      tool,
    );
    const { code } = await new Packages(project.folder).definitionOf('node_modules/p/lib/index.js');
    const [, base64] =
      /\/\/# sourceMappingURL=data:application\/json;charset=utf-8;base64,(\S+)\n$/.exec(code);
    const map = new SourceMap(JSON.parse(Buffer.from(base64, 'base64')));
    const lines = code.split('\n');
    for (const [text, source, line] of [
      ['new Error("here")', '../other.js', 4],
      ['exports.a =', 'index.js', 3],
    ]) {
      const at = lines.findIndex((one) => one.includes(text));
      const { originalSource, originalLine } = map.findEntry(at, lines[at].indexOf(text));
      t.deepEqual([originalSource, originalLine + 1], [source, line], text);
    }
  });
}

test('esbuild: files that a template names are there', async (t) => {
  const project = write(t, {
    'p/index.js':
      'exports.load = (name) => require("./parts/" + name + ".js").name; require("./parts/a").name += "!";',
    'p/parts/a.js': 'exports.name = "a";',
    'p/parts/b.js': 'exports.name = "b";',
  });
  const { tab } = await open(t, project.folder);
  t.deepEqual(await inPage(tab, 'p/index.js', 'it => [it.load("a"), it.load("b")]'), ['a!', 'b']);
});

test("the project's bundler is used, and esbuild where there are both", async (t) => {
  const link = (project, name) =>
    symlinkSync(
      join(REPOSITORY, 'node_modules', name),
      project.path(`node_modules/${name}`),
      'junction',
    );
  const one = write(t, { 'p/index.js': '' }, 'rolldown');
  const both = write(t, { 'p/index.js': '' }, 'rolldown');
  link(both, 'esbuild');
  for (const [project, tool] of [
    [one, 'rolldown'],
    [both, 'esbuild'],
  ]) {
    const packages = new Packages(project.folder);
    await packages.exportsOf('node_modules/p/index.js');
    t.true(packages.lines[0].includes(` with ${tool} in `));
  }
});

test('without a bundler the error says which to install', async (t) => {
  const project = new Project({ 'package.json': '{}', 'node_modules/p/index.js': '' });
  t.teardown(() => project.dispose());
  const own = project.path('node_modules/hotgraph');
  for (const name of ['dist/node', 'package.json']) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    cpSync(join(REPOSITORY, name), join(own, name), { recursive: true });
  }
  for (const name of ['valibot', 'cjs-module-lexer', '@jridgewell']) {
    symlinkSync(
      join(REPOSITORY, 'node_modules', name),
      project.path(`node_modules/${name}`),
      'junction',
    );
  }
  const { CommonJs: Alone } = await import(pathToFileURL(join(own, 'dist/node/http/commonjs.js')));
  const commonJs = new Alone({
    root: project.folder,
    cacheDir: false,
    urlOf: (file) => file,
    say() {},
  });
  const file = project.path('node_modules/p/index.js');
  await t.throwsAsync(commonJs.bundle(file), {
    message:
      'node_modules/p/index.js is CommonJS, which browsers cannot run, and there is no bundler that makes an ES module of it. ' +
      'Install one and start again: npm install --save-dev esbuild',
  });
});

test('the urls in what was kept are asked for in the next run too', async (t) => {
  const project = write(t, {
    'p/package.json': '{ "name": "p", "main": "index.js" }',
    'p/index.js': 'module.exports = require("q");',
    'q/package.json': '{ "name": "q", "main": "index.js" }',
    'q/index.js': 'exports.one = 1;',
  });
  const run = async () => {
    const asked = new Set();
    const urlOf = (file) => {
      asked.add(relative(project.folder, file));
      return `/${relative(project.folder, file)}`;
    };
    const packages = new Packages(project.folder, { cacheDir: undefined, urlOf });
    await packages.definitionOf('node_modules/p/index.js');
    return { said: packages.lines.length, asked };
  };
  const [first, second] = [await run(), await run()];
  t.deepEqual([first.said, second.said], [1, 0]);
  t.true(first.asked.has('node_modules/q/index.js'));
  t.true(second.asked.has('node_modules/q/index.js'));
});

test('what was made is kept for the next run, until a file of it changes', async (t) => {
  const project = write(t, {
    'p/package.json': '{ "name": "p", "main": "index.js" }',
    'p/index.js': 'module.exports = require("./part");',
    'p/part.js': 'exports.one = 1;',
  });
  const file = 'node_modules/p/index.js';
  const run = async (options = { cacheDir: undefined }) => {
    const packages = new Packages(project.folder, options);
    const [exported, defined] = [await packages.exportsOf(file), await packages.definitionOf(file)];
    return { said: packages.lines.length, exported, defined, packages };
  };
  const first = await run();
  t.is(first.said, 1);
  t.deepEqual(first.defined.inputs.map((input) => relative(project.folder, input)).sort(), [
    'node_modules/p/index.js',
    'node_modules/p/package.json',
    'node_modules/p/part.js',
  ]);
  const folder = project.path('node_modules/.cache/hotgraph/commonjs');
  t.is(readdirSync(folder).length, 1);

  const second = await run();
  t.is(second.said, 0);
  t.deepEqual([second.exported, second.defined], [first.exported, first.defined]);

  // Another time of the same content is no change.
  utimesSync(project.path('node_modules/p/part.js'), new Date(0), new Date(0));
  t.is((await run()).said, 0);

  // A change is seen while the server runs, and by the next run.
  await project.write('node_modules/p/part.js', 'exports.two = 2;');
  t.deepEqual(await second.packages.namesOf(file), ['two']);
  t.true((await second.packages.definitionOf(file)).code.includes('exports.two'));
  t.is((await run()).said, 0);

  await project.write('node_modules/p/part.js', 'exports.three = 3;');
  const third = await run();
  t.is(third.said, 1);
  t.true(third.exported.code.includes('as three'));

  // What is broken on disk is made again.
  const [name] = readdirSync(folder);
  for (const text of ['', '{"inputs":1}', readFileSync(join(folder, name), 'utf8').slice(0, -9)]) {
    writeFileSync(join(folder, name), text);
    const { said, defined } = await run();
    t.is(said, 1);
    t.deepEqual(defined, third.defined);
  }
  t.is((await run()).said, 0);
  t.is((await run({ cacheDir: false })).said, 1);
  const elsewhere = project.path('elsewhere');
  t.is((await run({ cacheDir: elsewhere })).said, 1);
  t.is(readdirSync(join(elsewhere, 'commonjs')).length, 1);
});

test('what decides where a name leads makes it anew', async (t) => {
  const project = write(t, {
    'p/index.js':
      'exports.a = 1; try { require("q"); } catch {} try { require("./late"); } catch {}',
    'r/index.js': 'exports.r = require("s");',
    's/index.js': 'exports.s = 1;',
    't/index.js': 'exports.t = require("node:events");',
  });
  const packages = new Packages(project.folder);
  const code = async (file) => (await packages.definitionOf(file)).code;
  const p = 'node_modules/p/index.js';
  t.true((await code(p)).includes('missing:q'));
  await project.write('node_modules/q/package.json', '{ "name": "q" }');
  await project.write('node_modules/q/index.js', 'exports.q = 1;');
  t.true((await code(p)).includes('import "/node_modules/q/index.js?__commonjs=define"'));
  await project.write('node_modules/p/late.js', 'exports.late = 1;');
  t.true((await code(p)).includes('exports.late = 1'));

  // Browsers have what Node brings where a package of that name is installed.
  const builtin = 'node_modules/t/index.js';
  t.true((await code(builtin)).includes('require("builtin:events")'));
  await project.write('node_modules/events/index.js', 'exports.once = 1;');
  await project.write('node_modules/events/package.json', '{ "name": "events" }');
  t.true(
    (await code(builtin)).includes('import "/node_modules/events/index.js?__commonjs=define"'),
  );

  // A package becomes one of ES modules.
  t.true(
    (await code('node_modules/r/index.js')).includes(
      'import "/node_modules/s/index.js?__commonjs=define"',
    ),
  );
  await project.write('node_modules/s/index.js', 'export const s = 1;');
  t.true((await code('node_modules/r/index.js')).includes('from "/node_modules/s/index.js"'));
  await t.throwsAsync(packages.exportsOf('node_modules/s/index.js'), {
    message: /is an ES module/,
  });
});

test('a linked package is one, by its real place', async (t) => {
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

test('many at once make one, and servers of one project do no harm to each other', async (t) => {
  const project = write(t, {
    'p/index.js': 'exports.a = require("./b");',
    'p/b.js': 'exports.b = 1;',
  });
  const servers = Array.from(
    { length: 4 },
    () => new Packages(project.folder, { cacheDir: undefined }),
  );
  const all = await Promise.all(
    servers.flatMap((one) => [1, 2, 3].map(() => one.definitionOf('node_modules/p/index.js'))),
  );
  t.is(new Set(all.map(({ code }) => code)).size, 1);
  for (const { lines } of servers) t.true(lines.length <= 1);
  const folder = project.path('node_modules/.cache/hotgraph/commonjs');
  t.deepEqual(
    readdirSync(folder).map((name) => extname(name)),
    ['.json'],
  );
  t.true(existsSync(folder));
});

test('urls say which module is asked for', (t) => {
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
