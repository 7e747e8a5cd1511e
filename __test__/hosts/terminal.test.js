/**
 * What the terminal says of events.
 */
import { stripVTControlCharacters } from 'node:util';
import test from 'ava';
import { terminalLines } from 'hotgraph';

const NOW = new Date(2026, 0, 1, 9, 5, 7);
const said = (event) =>
  terminalLines(event, '/project', NOW).map(({ level, text }) => [
    level,
    stripVTControlCharacters(text),
  ]);

const applied = { type: 'applied', client: 1, version: 1, ms: 3.14, boundaries: ['/main.js'] };
const report = (message, remedy = null) => ({ cause: 'deadEnd', chain: [], message, remedy });

for (const [event, level, text] of [
  [
    { ...applied, files: ['/project/src/a.js'] },
    'info',
    'updated src/a.js, accepted by /main.js, in 3.1 ms',
  ],
  [
    {
      ...applied,
      files: ['/project/a.js', '/project/b.js'],
      boundaries: ['/c.js', '/d.js', '/e.js'],
    },
    'info',
    'updated a.js and 1 more, accepted by /c.js and 2 more, in 3.1 ms',
  ],
  [
    { ...applied, files: [] },
    'info',
    'updated modules without a file, accepted by /main.js, in 3.1 ms',
  ],
  [
    { type: 'failed', message: 'not applied: /a.js: x', diagnostics: [] },
    'error',
    'not applied: /a.js: x',
  ],
  [
    { type: 'reloaded', report: report('/a.js changed (/a.js → /main.js).', 'Call accept().') },
    'warn',
    'page reload: /a.js changed (/a.js → /main.js).\n  to keep the page: Call accept().',
  ],
  [{ type: 'recovered', urls: ['/a.js'] }, 'info', '/a.js can be served again'],
  [{ type: 'watcher', message: 'files are polled' }, 'warn', 'files are polled'],
  [
    { type: 'fault', message: 'one event was skipped: x' },
    'error',
    'an error of hotgraph itself, please report it: one event was skipped: x',
  ],
]) {
  test(`the terminal says: ${text.split('\n', 1)[0]}`, (t) => {
    t.deepEqual(said(event), [[level, `09:05:07 [hotgraph] ${text}`]]);
  });
}

test('a text from a page is one line of bounded length, and commands nothing', (t) => {
  const command = '\x1b[2J\x07\u202egnp.exe\u2066';
  const message = `one\n  two ${command} ${'x'.repeat(5000)}`;
  const [[, text]] = said({ type: 'failed', message, diagnostics: [] });
  t.is(text.split('\n').length, 1);
  t.true(text.includes('one ⏎ two '), text);
  t.true(text.length < 1100);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  t.notRegex(text, /[\x00-\x1f\u202a-\u202e\u2066-\u2069]/);
});

test('every text of a page, in any event, is a line of bounded length that commands nothing', (t) => {
  const evil = `a\r\n b\u2028c\n\x1b]0;d\x07\x9b2J\u200f\u202e${'x'.repeat(100_000)}`;
  const of = { client: 1, version: 1 };
  for (const [event, lines] of [
    [{ ...of, type: 'applied', ms: 1, boundaries: [evil, evil], files: [] }, 1],
    [{ ...of, type: 'failed', message: evil, diagnostics: [] }, 1],
    [{ ...of, type: 'reloaded', page: evil, report: report(evil, evil) }, 2],
    [{ ...of, type: 'invalidated', url: evil, message: evil }, 1],
    [{ ...of, type: 'badFrame', message: evil }, 1],
    [{ ...of, type: 'acknowledged' }, 0],
    [{ ...of, type: 'custom', event: evil, data: evil }, 0],
  ]) {
    const shown = said(event);
    const text = shown.map(([, line]) => line).join('\n');
    t.is(text === '' ? 0 : text.split('\n').length, lines, event.type);
    t.true(text.length < 2500, `${event.type}: ${text.length}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    t.notRegex(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u200f\u2028-\u202e]/, event.type);
  }
});

test('an error from a page that the server locates is bounded too', (t) => {
  const text = `one\n  two \x1b[2J ${'x'.repeat(5000)}`;
  const place = { file: null, line: 3, column: 5, frame: '> 3 | let a;' };
  const diagnostic = { severity: 'error', message: text, url: text, remedy: text, ...place };
  for (const event of [
    { type: 'diagnostics', diagnostics: [diagnostic] },
    { type: 'failed', message: text, diagnostics: [diagnostic] },
  ]) {
    const [[level, shown]] = said(event);
    t.is(level, 'error');
    const lines = shown.split('\n');
    const [frame] = lines.splice(-2, 1);
    t.is(frame, '> 3 | let a;');
    t.is(lines.length, event.type === 'failed' ? 3 : 2);
    t.true(lines.every((line) => line.length < 2200));
    t.false(shown.includes('\x1b'));
  }
});

test('an update that failed names its places', (t) => {
  const diagnostic = {
    severity: 'error',
    message: 'boom',
    file: '/project/src/a.ts',
    url: '/src/a.ts',
    line: 8,
    column: null,
    frame: '> 8 | throw new Error()',
    remedy: null,
  };
  const unknown = { ...diagnostic, line: null, frame: null };
  const message = 'the new code of /src/a.ts threw: boom';
  const [[, text]] = said({ type: 'failed', message, diagnostics: [diagnostic, unknown] });
  t.is(text, `09:05:07 [hotgraph] ${message}\n  at src/a.ts:8\n> 8 | throw new Error()`);
});

test('an error names place, code and remedy, relative to the root', (t) => {
  const diagnostic = {
    severity: 'error',
    message: 'Expression expected',
    file: '/project/src/a.js',
    url: '/src/a.js',
    line: 4,
    column: 7,
    frame: '> 4 | let a = ;',
    remedy: 'fix it',
  };
  const [[level, text]] = said({ type: 'diagnostics', diagnostics: [diagnostic] });
  t.is(level, 'error');
  t.is(
    text,
    '09:05:07 [hotgraph] error src/a.js:4:7: Expression expected\n> 4 | let a = ;\n  fix it',
  );
});

test('events that only code needs are not printed', (t) => {
  t.deepEqual(said({ type: 'custom', client: 1, event: 'e', data: 1 }), []);
  t.deepEqual(said({ type: 'pull', question: 1, preview: [], serve: [] }), []);
  t.deepEqual(said({ ...applied, files: [], boundaries: [] }), []);
});
