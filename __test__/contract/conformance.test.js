/**
 * The list of the contract's sentences is what it says: its tests and scenarios exist, and its page is up to date.
 */

import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { scenarios } from '../../conformance/scenarios.js';
import { sentences } from '../../conformance/sentences.js';
import { table } from '../../conformance/table.js';

/** All tests. */
const tests = new URL('..', import.meta.url);

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** The titles of a test file's tests; computed parts may be anything. */
function titlesOf(name) {
  const literal = /^ *test(?:\.\w+)*\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`)/gm;
  return [...readFileSync(new URL(name, tests), 'utf8').matchAll(literal)].map(
    ([, single, double, template]) => {
      const text = single ?? double ?? template;
      const parts = (template === undefined ? [text] : text.split(/\$\{[^}]*\}/)).map((part) =>
        part.replace(/\\(.)/g, '$1').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
      );
      return new RegExp(`^${parts.join('.+')}$`);
    },
  );
}

test('every test that a sentence names exists', (t) => {
  const files = readdirSync(tests, { recursive: true })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => name.replaceAll('\\', '/'));
  const titles = new Map(files.map((name) => [name.replace('.test.js', ''), titlesOf(name)]));
  for (const { text, tests } of sentences) {
    t.true(tests.length > 0, text);
    for (const named of tests) {
      const [file] = named.split(': ', 1);
      const title = named.slice(file.length + 2);
      t.true(titles.get(file)?.some((pattern) => pattern.test(title)) ?? false, named);
    }
  }
});

test('every scenario belongs to a sentence, and every one that a sentence names exists', (t) => {
  const named = new Set(sentences.flatMap((sentence) => sentence.scenarios));
  t.deepEqual([...named].sort(), Object.keys(scenarios).sort());
});

test('docs/conformance.md matches the results', (t) => {
  const results = JSON.parse(read('../../conformance/results.json'));
  t.is(read('../../docs/conformance.md'), table(results));
});
