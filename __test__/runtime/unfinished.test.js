/**
 * Calls that ended in an error at the load of the page, and the updates that have to start it anew.
 */

import test from 'ava';
import { troubleOf } from '../../dist/runtime/tell/trouble.js';
import { Unfinished } from '../../dist/runtime/update/unfinished.js';

const ORIGIN = 'http://localhost:8000';

/** An error with this stack, newest call first: modules, or functions and modules. */
function thrown(message, ...calls) {
  const error = new Error(message);
  const lines = calls.map((call) => {
    const [module, name = 'f'] = call.split(' ').toReversed();
    return `    at ${name.replace('-', ' ')} (${ORIGIN}${module}:1:2)`;
  });
  error.stack = [`Error: ${message}`, ...lines].join('\n');
  return error;
}

const IMPORTS = { '/main.js': ['/app.js'], '/app.js': ['/part.js', '/other.js'] };

/** The way that an update of these modules takes after an error. */
function wayOf(error, renewed) {
  const unfinished = new Unfinished('/index.html');
  unfinished.add(error, troubleOf(error, null, ORIGIN), undefined);
  return unfinished.concernedBy(renewed, (url) => IMPORTS[url] ?? []);
}

const CASES = {
  'an update of the module that threw': [
    thrown('no', '/part.js', '/main.js'),
    ['/part.js'],
    ['/part.js', '/main.js'],
  ],
  'an update of a module that imports it': [
    thrown('no', '/part.js', '/node_modules/lib/lib.js', '/main.js'),
    ['/app.js'],
    ['/app.js', '/main.js'],
  ],
  'an update of a module that took no part': [
    thrown('no', '/part.js', '/main.js'),
    ['/other.js'],
    undefined,
  ],
  'an update that runs the caller again': [
    thrown('no', '/part.js', '/main.js'),
    ['/part.js', '/main.js'],
    undefined,
  ],
  'an error of one module, which runs again': [thrown('no', '/part.js'), ['/part.js'], undefined],
  'a rejection that others only wait for': [
    thrown('no', '/part.js', 'async-load /app.js', 'async-start /main.js'),
    ['/part.js'],
    undefined,
  ],
  'a start that has waited before': [
    thrown('no', '/part.js', '/main.js', 'async-begin /index.js'),
    ['/part.js'],
    ['/part.js', '/main.js'],
  ],
  'a request without an answer': [
    thrown('Failed to fetch', '/part.js', '/main.js'),
    ['/part.js'],
    undefined,
  ],
};

for (const [name, [error, renewed, expected]] of Object.entries(CASES)) {
  test(`${name}: ${expected ? 'the page starts anew' : 'the update is hot'}`, (t) => {
    t.deepEqual(wayOf(error, renewed), expected);
  });
}

test('an error that comes again and again leaves room for others', (t) => {
  const unfinished = new Unfinished('/index.html');
  const add = (error) => unfinished.add(error, troubleOf(error, null, ORIGIN), undefined);
  for (let count = 0; count < 1000; count += 1) add(thrown('no', '/part.js', '/main.js'));
  add(thrown('no', '/late.js', '/main.js'));
  t.deepEqual(
    unfinished.concernedBy(['/late.js'], () => []),
    ['/late.js', '/main.js'],
  );
});
