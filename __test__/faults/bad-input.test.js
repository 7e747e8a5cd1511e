/**
 * Bad input: each gets a clear diagnostic, costs the page nothing, and leaves a server that goes on.
 */

import { mkdir, rm, symlink, unlink } from 'node:fs/promises';
import ava from 'ava';
import { startApp } from '../helpers/app.js';
import { closeBrowser } from '../helpers/browser.js';
import { wasHot } from '../helpers/expect.js';
import { terminal } from '../helpers/server.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;
const main = `import { value } from './dep.js';
globalThis.value = value;
import.meta.hot.accept('./dep.js', (dep) => { globalThis.value = dep.value; });
`;
const dep = (number) => `export const value = ${number};\n`;
const APP = { 'main.js': main, 'dep.js': dep(1) };

/** The next good save reaches the same document, which lost nothing. */
async function goesOn(t, { project, tab }, file = 'dep.js') {
  await project.write(file, dep(99));
  await tab.until(value, 99);
  t.is(tab.loads, 1);
}

/** The diagnostic that the server reports for a file. */
async function problemOf(server, file, text = /./) {
  const matches = (found) => found.file?.endsWith(file) && text.test(found.message);
  const { diagnostics } = await server.event(
    (event) => event.type === 'diagnostics' && event.diagnostics.some(matches),
  );
  return diagnostics.find(matches);
}

test('a syntax error names file, line and column, shows the code, and changes nothing', async (t) => {
  const app = await startApp(t, APP);
  await app.tab.until(value, 1);
  await app.project.write('dep.js', 'export const one = 1;\nexport const value = ;\n');
  const problem = await problemOf(app.server, 'dep.js');
  t.is(problem.severity, 'error');
  t.is(problem.url, '/dep.js');
  t.is(problem.line, 2);
  t.is(problem.column, 22);
  t.regex(problem.frame, /> 2 \| export const value = ;\n\s+\|\s+\^/);
  await app.tab.logged('dep.js:2:22');
  t.is(await app.tab.evaluate(value), 1);
  await goesOn(t, app);
});

test('a syntax error in code that the host transforms names its place too', async (t) => {
  const broken = `import { noop } from 'a-package';\nexport const value = noop(;\n`;
  const good = (number) =>
    `import { noop } from 'a-package';\nexport const value = noop(${number});\n`;
  const app = await startApp(
    t,
    {
      'main.js': main,
      'dep.js': good(1),
      'node_modules/a-package/package.json':
        '{ "name": "a-package", "main": "index.js", "type": "module" }',
      'node_modules/a-package/index.js': 'export const noop = (value) => value;',
    },
    { config: { nodeResolve: true } },
  );
  await app.tab.until(value, 1);
  for (const number of [2, 3]) {
    await app.project.write('dep.js', broken);
    const problem = await problemOf(app.server, 'dep.js');
    t.is(problem.line, 2);
    t.regex(problem.frame, /> 2 \| export const value = noop\(;/);
    await app.tab.logged('dep.js:2:');
    t.is(await app.tab.evaluate(value), number - 1);
    await app.project.write('dep.js', good(number));
    await app.tab.until(value, number);
  }
  t.is(app.tab.loads, 1);
});

test('a page that loaded broken code recovers with the save that fixes it', async (t) => {
  const app = await startApp(t, APP);
  await app.tab.until(value, 1);
  await app.project.write('dep.js', 'export const value = ;');
  await problemOf(app.server, 'dep.js');
  await app.tab.page.reload();
  await app.tab.connected();
  t.is(await app.tab.evaluate(value), undefined);
  await app.project.write('dep.js', dep(1));
  await app.tab.until(value, 1);
});

test('a broken file that is restored to what pages have is no update', async (t) => {
  const app = await startApp(t, APP);
  await app.project.write('dep.js', 'export const value = ;');
  await problemOf(app.server, 'dep.js');
  await app.project.write('dep.js', dep(1));
  await app.server.event((event) => event.type === 'recovered');
  t.false(app.server.events.some((event) => event.type === 'updated'));
  await goesOn(t, app);
});

test('bytes that are not UTF-8 are reported with their place', async (t) => {
  const app = await startApp(t, APP);
  await app.tab.until(value, 1);
  const bytes = Buffer.concat([
    Buffer.from('// fine\nexport const value = "'),
    Buffer.from([0xff, 0xfe]),
  ]);
  await app.project.write('dep.js', bytes);
  const problem = await problemOf(app.server, 'dep.js');
  t.regex(problem.message, /UTF-8/);
  t.is(problem.line, 2);
  t.is(problem.column, 23);
  await goesOn(t, app);
});

test('a file of 50 MB reloads the page, since it is served as it is, and updates go on', async (t) => {
  const app = await startApp(t, APP);
  await app.tab.until(value, 1);
  await app.project.write('dep.js', `${dep(50)}//${'x'.repeat(50_000_000)}`);
  await app.tab.loaded(2);
  await app.tab.until(value, 50);
  const { report } = await app.server.event(({ type }) => type === 'reloaded');
  t.is(report.cause, 'notReplaceable');
  const problem = await problemOf(app.server, 'dep.js', /too large/);
  t.is(problem.severity, 'warning');
  await app.project.write('dep.js', dep(99));
  await app.tab.until(value, 99);
  t.is(app.tab.loads, 2);
});

test('a save with 100,000 nested brackets changes nothing', async (t) => {
  const app = await startApp(t, APP);
  await app.tab.until(value, 1);
  const nested = `export const value = ${'['.repeat(100_000)}${']'.repeat(100_000)};`;
  await app.project.write('dep.js', nested);
  // Whether or not our parser reads it, the browser's does not: the page keeps what it has.
  await app.server.event((event) => event.type === 'failed' || event.type === 'diagnostics');
  t.is(await app.tab.evaluate(value), 1);
  await goesOn(t, app);
});

test('a page loads with 100,000 nested brackets', async (t) => {
  const nested = `${'('.repeat(100_000)}1${')'.repeat(100_000)};`;
  const app = await startApp(t, { ...APP, 'index.html': pageWith('deep.js'), 'deep.js': nested });
  await app.tab.until(value, 1);
  await goesOn(t, app);
});

function pageWith(script) {
  return `<!doctype html><html><head></head><body><script type="module" src="./${script}"></script><script type="module" src="./main.js"></script></body></html>`;
}

test('modules that import each other, or themselves, are hot', async (t) => {
  const a = (number) =>
    `import * as self from './a.js'; import { b } from './b.js'; export const a = ${number}; export const sum = () => self.a + b();`;
  const { project, tab } = await startApp(t, {
    'main.js': `import { sum } from './a.js';
globalThis.value = sum();
import.meta.hot.accept('./a.js', (dep) => { globalThis.value = dep.sum(); });
`,
    'a.js': a(1),
    'b.js': `import { a } from './a.js'; export const b = () => a * 10;`,
  });
  await tab.until(value, 11);
  await project.write('a.js', a(2));
  await tab.until(value, 22);
  await project.write('b.js', `import { a } from './a.js'; export const b = () => a * 100;`);
  await tab.until(value, 202);
  t.is(tab.loads, 1);
});

// Each is an early error by the specification that is easily made while code is typed and moved.
const EARLY = {
  'a function that is pasted twice':
    'export function f() { return 1; }\nexport function f() { return 1; }',
  'a function that is declared twice': 'function f() {}\nfunction f() {}',
  'a function and a variable of the same name': 'var f = 1;\nfunction f() {}',
  'a function and a constant of the same name': 'const f = 1;\nfunction f() {}',
  'a class and a function of the same name': 'class f {}\nfunction f() {}',
  'a var inside a block and a let of the same name': 'let f;\n{ var f; }',
  'an import and a function of the same name': `import { f } from './other.js';\nfunction f() {}`,
  'an export of a function that was renamed': 'function renamed() {}\nexport { foo };',
  'an export that is there twice': 'const f = 1;\nexport { f };\nexport { f };',
  'a default export that is there twice': 'export default 1;\nexport default 2;',
  'an expression behind an export': 'export {} null;',
};
for (const [what, code] of Object.entries(EARLY)) {
  test(`${what} is refused: nothing is disposed of, nothing runs, and no update is announced`, async (t) => {
    const source = (number, more) => `(globalThis.log ??= []).push('run ${number}');
import.meta.hot.dispose(() => { globalThis.log.push('dispose ${number}'); });
import.meta.hot.accept();
${more}
`;
    const { project, server, tab } = await startApp(t, {
      'main.js': `import './dep.js';`,
      'dep.js': source(1, ''),
      'other.js': `(globalThis.log ??= []).push('other'); export const f = 1;`,
    });
    const log = () => globalThis.log;
    await tab.until(log, ['run 1']);
    await project.write('dep.js', source(2, code));
    const problem = await problemOf(server, 'dep.js');
    t.is(problem.severity, 'error');
    await tab.logged(`dep.js:${problem.line}:${problem.column}`);
    t.true(problem.line > 3);
    t.deepEqual(await tab.evaluate(log), ['run 1']);
    t.false(tab.console.some(({ text }) => text.includes('updated')));
    t.false(server.events.some(({ type }) => type === 'updated' || type === 'applied'));
    await project.write('dep.js', source(3, ''));
    await tab.until(log, ['run 1', 'dispose 1', 'run 3']);
    wasHot(t, tab);
  });
}

test('an import of a missing file disposes of nothing, and creating the file fixes it', async (t) => {
  const app = await startApp(t, {
    'main.js': `${main}globalThis.disposed = 0;`,
    'dep.js': `${dep(1)}import.meta.hot.dispose(() => { globalThis.disposed += 1; });`,
  });
  await app.tab.until(value, 1);
  await app.project.write('dep.js', `export { value } from './missing.js';`);
  const failed = await app.server.event((event) => event.type === 'failed');
  t.regex(failed.message, /missing\.js/);
  t.is(await app.tab.evaluate(value), 1);
  t.is(await app.tab.evaluate(() => globalThis.disposed), 0);
  await app.project.write('missing.js', dep(7));
  await app.tab.until(value, 7);
  t.is(await app.tab.evaluate(() => globalThis.disposed), 1);
  t.is(app.tab.loads, 1);
});

test('creating the folder and the file of a missing import fixes it', async (t) => {
  const app = await startApp(t, APP);
  await app.tab.until(value, 1);
  await app.project.write('dep.js', `export { value } from './new/deep/file.js';`);
  await app.server.event((event) => event.type === 'failed');
  await app.project.write('new/deep/file.js', dep(8));
  await app.tab.until(value, 8);
  t.is(app.tab.loads, 1);
});

test('an import of a name that is not exported is refused, and the next good save applies', async (t) => {
  const app = await startApp(t, { ...APP, 'other.js': 'export const other = 1;' });
  await app.tab.until(value, 1);
  await app.project.write(
    'dep.js',
    `import { nothing } from './other.js'; export const value = nothing;`,
  );
  const failed = await app.server.event((event) => event.type === 'failed');
  t.regex(failed.message, /nothing/);
  t.is(await app.tab.evaluate(value), 1);
  await goesOn(t, app);
});

test('code that throws is shown, and the next good save recovers', async (t) => {
  const app = await startApp(t, APP);
  await app.tab.until(value, 1);
  await app.project.write('dep.js', `throw new Error('on purpose');`);
  const failed = await app.server.event((event) => event.type === 'failed');
  t.regex(failed.message, /on purpose/);
  t.is(await app.tab.evaluate(value), 1);
  await goesOn(t, app);
});

test('code that throws leaves timers, listeners, exports and data of the old code in force', async (t) => {
  const dep = (number, rest = '') => `export let value = ${number};
import.meta.hot.data.runs = (import.meta.hot.data.runs ?? 0) + 1;
import.meta.hot.data.kept ??= 'from ${number}';
${rest}
setInterval(() => { globalThis.ticks[${number}] = (globalThis.ticks[${number}] ?? 0) + 1; }, 5);
import.meta.hot.on('test:ask', () => { globalThis.answer = [${number}, import.meta.hot.data.kept]; });
import.meta.hot.accept();
`;
  const { project, server, tab } = await startApp(t, {
    'main.js': `import { value } from './dep.js';
globalThis.ticks = {};
globalThis.read = () => value;`,
    'dep.js': dep(1),
  });
  const read = () => globalThis.read();
  const ask = async (expected) => {
    server.hmr.hot.send('test:ask', null);
    await tab.until(() => globalThis.answer, expected);
  };
  await tab.until(read, 1);
  for (const number of [2, 3]) {
    await project.write('dep.js', dep(number, `throw new Error('not ${number}');`));
    await tab.logged(`not ${number}`);
    t.is(await tab.evaluate(read), 1);
    await ask([1, 'from 1']);
    const ticks = await tab.evaluate(() => globalThis.ticks[1]);
    await tab.until((before) => globalThis.ticks[1] > before, true, ticks);
  }
  await project.write('dep.js', dep(4));
  await tab.until(read, 4);
  await ask([4, 'from 1']);
  wasHot(t, tab);
});

const STUCK = {
  'before it accepts': (number, wait) =>
    `${wait} export const value = ${number}; import.meta.hot.accept();`,
  'after it accepted': (number, wait) =>
    `import.meta.hot.accept(); ${wait} export const value = ${number};`,
};
for (const [when, code] of Object.entries(STUCK)) {
  test(`code that waits for ever at its top level ${when} changes nothing, and the next good save applies`, async (t) => {
    const { project, server, tab } = await startApp(t, {
      'main.js': `import { value } from './a.js'; globalThis.value = () => value;`,
      'a.js': code(1, ''),
    });
    const read = () => globalThis.value?.();
    await tab.until(read, 1);
    for (const number of [2, 4]) {
      const wait = `globalThis.waits = ${number}; await new Promise(() => {});`;
      await project.write('a.js', code(number, wait));
      await tab.until(() => globalThis.waits, number);
      t.is(await tab.evaluate(read), number - 1);
      await project.write('a.js', code(number + 1, ''));
      await tab.until(read, number + 1);
    }
    await server.event(({ type }) => type === 'applied');
    wasHot(t, tab);
  });
}

test('a file that becomes a folder, and a file again, is hot again', async (t) => {
  const app = await startApp(t, APP);
  await app.tab.until(value, 1);
  await unlink(app.project.path('dep.js'));
  await mkdir(app.project.path('dep.js'));
  const problem = await problemOf(app.server, 'dep.js');
  t.regex(problem.message, /folder|deleted/);
  t.is(await app.tab.evaluate(value), 1);
  await rm(app.project.path('dep.js'), { recursive: true });
  await goesOn(t, app);
});

test('a file that cannot be read is reported', async (t) => {
  const app = await startApp(t, APP);
  await app.tab.until(value, 1);
  // Permissions do not bind root, but not even root can read a link to itself.
  await unlink(app.project.path('dep.js'));
  await symlink('dep.js', app.project.path('dep.js'));
  const problem = await problemOf(app.server, 'dep.js', /cannot be read/);
  t.is(problem.severity, 'error');
  await unlink(app.project.path('dep.js'));
  await goesOn(t, app);
});

test('an error of the host’s own watcher does not end the process', async (t) => {
  const lines = [];
  const app = await startApp(t, APP, { hmr: { logLevel: 'info' }, before: [terminal(lines)] });
  await app.tab.until(value, 1);
  app.server.server.fileWatcher.emit('error', new Error('ELOOP: too many symbolic links'));
  await goesOn(t, app);
  t.is(lines.filter((line) => line.includes('own watcher: Error: ELOOP')).length, 1);
});

test('a deleted file is reported, and restoring it goes on', async (t) => {
  const app = await startApp(t, APP);
  await app.tab.until(value, 1);
  await app.project.remove('dep.js');
  const problem = await problemOf(app.server, 'dep.js');
  t.regex(problem.message, /deleted/);
  await goesOn(t, app);
});

test('JSON that cannot be parsed is reported', async (t) => {
  const { project, server, tab } = await startApp(t, {
    'main.js': `import data from './data.json' with { type: 'json' };
globalThis.value = data.value;
import.meta.hot.accept('./data.json', (dep) => { globalThis.value = dep.default.value; });
`,
    'data.json': '{ "value": 1 }',
  });
  await tab.until(value, 1);
  // A good save first: from then on the server knows that it is served as it is on disk.
  await project.write('data.json', '{ "value": 2 }');
  await tab.until(value, 2);
  await project.write('data.json', '{\n  "value": ,\n}');
  const problem = await problemOf(server, 'data.json');
  t.is(problem.line, 2);
  await project.write('data.json', '{ "value": 3 }');
  await tab.until(value, 3);
  t.is(tab.loads, 1);
});

test('requests that are not paths do no harm', async (t) => {
  const app = await startApp(t, APP);
  for (const path of [
    '/%',
    '/%ff',
    '/..%2f..%2fetc/passwd',
    '/a%00b',
    '//x',
    '/?__hot=',
    '/main.js?__hot=99999999999999999999',
    '/main.js?__hot=1&__hot=2',
    '/__hotgraph/',
    '/__hotgraph/../main.js',
  ]) {
    const response = await fetch(app.server.url(path));
    await response.text();
    t.true(response.status < 600, path);
  }
  await app.tab.until(value, 1);
  await goesOn(t, app);
});

test('specifiers may have hashes', async (t) => {
  const app = await startApp(t, {
    'main.js': main.replaceAll('./dep.js', './dep.js#part'),
    'dep.js': dep(1),
  });
  await app.tab.until(value, 1);
  await goesOn(t, app);
});

test('an accepted specifier that names no import is a warning with its place', async (t) => {
  const { server, tab } = await startApp(t, {
    'main.js': `import './dep.js';\nimport.meta.hot.accept('./dep.js', () => {});\nimport.meta.hot.accept('./typo.js', () => {});\n`,
    'dep.js': 'export {};',
  });
  const problem = await problemOf(server, 'main.js');
  t.is(problem.severity, 'warning');
  t.is(problem.line, 3);
  t.regex(problem.message, /\.\/typo\.js/);
  t.is(server.events.filter((event) => event.type === 'diagnostics').length, 1);
  await tab.logged('./typo.js');
});
