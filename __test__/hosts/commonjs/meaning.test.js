/**
 * CommonJS files mean in browsers what they mean in Node, made by each bundler.
 */

import { SourceMap } from 'node:module';
import test from 'ava';
import { closeBrowser } from '../../helpers/browser.js';
import { inPage, open, Packages, write } from '../../helpers/commonjs.js';

const TOOLS = ['esbuild', 'rolldown'];

test.after.always(closeBrowser);

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

  test(`${tool}: packages that require each other see the exports so far`, async (t) => {
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

  test(`${tool}: imports get the default export and names`, async (t) => {
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

  test(`${tool}: using a Node built-in in the browser throws an error that names it`, async (t) => {
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

  test(`${tool}: code that cannot be parsed is refused, with file, line and column`, async (t) => {
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
