/**
 * New code links as a whole or not at all, and then runs in the order of the language. Tables of small graphs, in memory.
 */

import test from 'ava';
import { linkAndRun } from '../../helpers/links.js';

/** Graphs that link: what runs, in order, and what code notes. */
const LINKED = {
  'dependencies run before importers, each once': [
    {
      main: 'import a from one; import b from two',
      one: 'import c from leaf; export a',
      two: 'import c from leaf; export b',
      leaf: 'export c',
    },
    'leaf, one, two, main',
  ],
  'a cycle starts with the module that is imported last': [
    {
      main: 'import a from one',
      one: 'import b from two; export a',
      two: 'import a from one; export b',
    },
    'two, one, main',
  ],
  'a module may import itself': [
    { main: 'import x from main; export x; { note($hot_0.x) }' },
    'main, x of main',
  ],
  'a name comes through a module that passes it on': [
    {
      main: 'import y from between; { note($hot_0.y) }',
      between: 'export x as y from leaf',
      leaf: 'export x',
    },
    'leaf, between, main, x of leaf',
  ],
  'a name comes through stars of stars': [
    {
      main: 'import x from outer; { note($hot_0.x) }',
      outer: 'export * from inner',
      inner: 'export * from leaf',
      leaf: 'export x',
    },
    'leaf, inner, outer, main, x of leaf',
  ],
  'stars in a circle end': [
    {
      main: 'import x from one; { note($hot_0.x) }',
      one: 'export * from two',
      two: 'export * from one; export x',
    },
    'two, one, main, x of two',
  ],
  'one variable by two stars is no conflict': [
    {
      main: 'import x from both; { note($hot_0.x) }',
      both: 'export * from one; export * from two',
      one: 'export x from leaf',
      two: 'export * from leaf',
      leaf: 'export x',
    },
    'leaf, one, two, both, main, x of leaf',
  ],
  'an own export hides that of a star': [
    {
      main: 'import x from top; { note($hot_0.x) }',
      top: 'export * from leaf; export x',
      leaf: 'export x',
    },
    'leaf, top, main, x of top',
  ],
  'a conflict that nobody imports by name is none, and the namespace leaves it out': [
    {
      main: 'import * from both; { note(Object.keys($hot_x.ns(0))) }',
      both: 'export * from one; export * from two; export z',
      one: 'export x y',
      two: 'export x',
    },
    'one, two, both, main, y,z',
  ],
  'a namespace is exported under a name': [
    {
      main: 'import all from top; { note($hot_0.all.x) }',
      top: 'export * as all from leaf',
      leaf: 'export x',
    },
    'leaf, top, main, x of leaf',
  ],
  'what waits at its top level holds up its importers only': [
    {
      main: 'import * from slow; import * from quick',
      slow: '{ note("waits"); await null; note("goes on") }',
      quick: 'export x',
    },
    'slow, waits, quick, goes on, main',
  ],
  'siblings that wait go on in the order in which they began': [
    {
      main: 'import * from one; import * from two',
      one: '{ await null; note("one ends") }',
      two: '{ await null; note("two ends") }',
    },
    'one, two, one ends, two ends, main',
  ],
  'a cycle in which one waits': [
    {
      main: 'import * from one',
      one: 'import * from two',
      two: 'import * from one; { await null; note("two ends") }',
    },
    'two, two ends, one, main',
  ],
};

for (const [what, [lines, expected]] of Object.entries(LINKED)) {
  test(what, async (t) => {
    const { ran, error } = await linkAndRun(lines);
    t.is(error, undefined);
    t.is(ran.join(', '), expected);
  });
}

/** Graphs of which one import finds nothing: what is said. */
const BROKEN = {
  'a name that no module exports': [
    { main: 'import x from leaf', leaf: 'export y' },
    "'./leaf.js' does not provide an export named 'x'",
  ],
  'a name that is passed on and not there': [
    { main: 'import x from between', between: 'export x from leaf', leaf: 'export y' },
    "'./between.js' does not provide an export named 'x'",
  ],
  'a default by a star': [
    { main: 'import default from top', top: 'export * from leaf', leaf: 'export x' },
    "'./top.js' does not provide an export named 'default'",
  ],
  'different variables by two stars': [
    {
      main: 'import x from both',
      both: 'export * from one; export * from two',
      one: 'export x',
      two: 'export x',
    },
    "'./both.js' contains conflicting star exports for name 'x'",
  ],
  'exports that lead in a circle': [
    { main: 'import x from one', one: 'export x from two', two: 'export x from one' },
    "'./one.js' does not provide an export named 'x'",
  ],
  'an import of the last of many modules': [
    {
      main: 'import * from one; import * from two; import * from three',
      one: 'export a',
      two: 'export b',
      three: 'import * from four',
      four: 'import nothing from one',
    },
    "'./one.js' does not provide an export named 'nothing'",
  ],
};

for (const [what, [lines, expected]] of Object.entries(BROKEN)) {
  test(`nothing runs: ${what}`, async (t) => {
    const { ran, error } = await linkAndRun(lines);
    t.true(error?.message.includes(expected), String(error));
    t.deepEqual(ran, []);
  });
}

/** Graphs that link and throw: what has run by then, and what is thrown. */
const THROWING = {
  'code that throws: importers and later siblings do not run': [
    {
      main: 'import * from one; import * from two; import * from three',
      one: 'export a',
      two: '{ throw new Error("on purpose") }',
      three: 'export c',
    },
    'one, two',
    /^on purpose$/,
  ],
  'code that throws after it waited: siblings have run, importers do not': [
    {
      main: 'import * from one; import * from two',
      one: '{ await null; throw new Error("late") }',
      two: 'export b',
    },
    'one, two',
    /^late$/,
  ],
  'a variable of a cycle that is not there yet': [
    {
      main: 'import a from one',
      one: 'import b from two; export a',
      two: 'import a from one; { note($hot_0.a) } export b',
    },
    'two',
    /^Cannot access 'a' before initialization$/,
  ],
};

for (const [what, [lines, expected, message]] of Object.entries(THROWING)) {
  test(what, async (t) => {
    const { ran, error } = await linkAndRun(lines);
    t.regex(error?.message ?? '', message);
    t.is(ran.join(', '), expected);
  });
}
