/**
 * What exports stand for (ResolveExport), and in which order modules that wait are evaluated.
 */
import test from 'ava';
import { Code, Generation, TRANSITIONS } from '../../dist/runtime/model/generation.js';
import { Module } from '../../dist/runtime/model/module.js';
import { begins, ended } from '../../dist/runtime/model/portal.js';
import { NativeSource, Search } from '../../dist/runtime/model/source.js';
import { View } from '../../dist/runtime/model/view.js';
import { makeContext } from '../../dist/runtime/modules/context.js';
import { evaluate } from '../../dist/runtime/modules/evaluate.js';

/** A generation whose own exports have their names as values. `from` are its sources, in the order of imports. */
function generation(
  url,
  { locals = [], indirect = [], stars = [], run, isAsync = false },
  from = [],
) {
  const definition = {
    url,
    version: 0,
    imports: from.map(() => ({
      specifier: '',
      url: null,
      kind: 'script',
      names: [],
      plain: false,
    })),
    locals,
    indirect: indirect.map(([exported, index, name]) => ({ exported, import: index, name })),
    stars,
    hot: false,
    reports: false,
    isAsync,
  };
  const body =
    run ??
    function* (_, context) {
      context.link((name) => `${name} of ${url}`);
      yield;
    };
  const made = new Generation(new Module(url), new Code(definition, body), {}, from);
  made.context = makeContext(made, async () => undefined);
  made.become('linked');
  return made;
}

const resolved = (view, name) => {
  const found = view.resolve(name, new Search());
  return found === null || found === 'ambiguous' ? found : found.read();
};

const a = generation('/a.js', { locals: ['x', 'default'] }).view;
const other = generation('/other.js', { locals: ['x', 'y'] }).view;
const renamed = generation('/renamed.js', { indirect: [['z', 0, 'x']] }, [a]).view;
const star = generation('/star.js', { stars: [0] }, [a]).view;
const native = new NativeSource({ n: 1, x: 'x of /a.js' });

for (const [what, view, name, expected] of [
  ['its own variable', a, 'x', 'x of /a.js'],
  ['one that is not there', a, 'nothing', null],
  ['another module’s', renamed, 'z', 'x of /a.js'],
  ['another module’s by a star', star, 'x', 'x of /a.js'],
  ['no default by a star', star, 'default', null],
  [
    'the same variable by two stars',
    generation('/s.js', { stars: [0, 1] }, [a, star]).view,
    'x',
    'x of /a.js',
  ],
  [
    'different variables by two stars',
    generation('/s.js', { stars: [0, 1] }, [a, other]).view,
    'x',
    'ambiguous',
  ],
  [
    'one of two stars',
    generation('/s.js', { stars: [0, 1] }, [a, other]).view,
    'y',
    'y of /other.js',
  ],
  [
    'an own variable before stars',
    generation('/s.js', { locals: ['x'], stars: [0, 1] }, [a, other]).view,
    'x',
    'x of /s.js',
  ],
  ['the browser’s', generation('/s.js', { stars: [0] }, [native]).view, 'n', 1],
  [
    'the browser’s and a record’s, which are the same value',
    generation('/s.js', { stars: [0, 1] }, [native, a]).view,
    'x',
    'x of /a.js',
  ],
]) {
  test(`an export stands for ${what}`, (t) => t.is(resolved(view, name), expected));
}

test('an export stands for a namespace', (t) => {
  const { view } = generation('/s.js', { indirect: [['ns', 0, null]] }, [a]);
  t.is(resolved(view, 'ns'), a.namespace());
});

test('circles of exports end', (t) => {
  const sources = [];
  const one = generation('/one.js', { stars: [0], indirect: [['loop', 0, 'loop']] }, sources);
  const two = generation(
    '/two.js',
    { locals: ['x'], stars: [0], indirect: [['loop', 0, 'loop']] },
    [one.view],
  );
  sources.push(two.view);
  t.is(resolved(one.view, 'x'), 'x of /two.js');
  t.is(resolved(one.view, 'loop'), null);
  t.deepEqual(Object.keys(one.view.namespace()), ['x']);
});

test('a namespace has no names that are ambiguous', (t) => {
  const { view } = generation('/s.js', { stars: [0, 1] }, [a, other]);
  t.deepEqual(Object.keys(view.namespace()), ['y']);
});

test('a module that has not run reads as in the browser, and portals define their modules', (t) => {
  const view = new View();
  const $hot_e1 = () => ({ exported: (index) => `own ${index}` });
  view.native = Object.defineProperty({ made: $hot_e1, value: undefined }, 'late', {
    enumerable: true,
    get: () => {
      throw new ReferenceError("Cannot access '$hot_e7_2f' before initialization");
    },
  });
  t.is(view.read('made'), 'own 1');
  t.is(view.read('value'), undefined);
  t.is(view.read('nothing'), undefined);
  t.throws(() => view.read('late'), {
    instanceOf: ReferenceError,
    message: "Cannot access 'late' before initialization",
  });
  // Once its module runs, its record has the value.
  let isRunning = false;
  const module = {
    locals: ['early', 'late'],
    exported: (index) => `running ${index}`,
    isRunning: () => isRunning,
  };
  begins(module);
  t.throws(() => view.read('late'), { instanceOf: ReferenceError });
  isRunning = true;
  t.is(view.read('late'), 'running 1');
  // Which one is meant, the browser does not say.
  const twin = { ...module };
  begins(twin);
  t.throws(() => view.read('late'), { instanceOf: ReferenceError });
  for (const one of [module, twin]) ended(one);
});

test('importers cannot assign what they read', (t) => {
  const reader = a.reader(['x']);
  t.is(reader.x, 'x of /a.js');
  t.is(reader.nothing, undefined);
  for (const name of ['x', 'nothing']) {
    t.throws(() => Object.assign(reader, { [name]: 1 }), { instanceOf: TypeError });
  }
});

for (const [from, allowed] of Object.entries(TRANSITIONS)) {
  for (const to of Object.keys(TRANSITIONS)) {
    const isAllowed = allowed.includes(to);
    test(`a generation that is ${from} ${isAllowed ? 'can' : 'cannot'} become ${to}`, (t) => {
      const ways = {
        defined: [],
        linked: ['linked'],
        evaluating: ['linked', 'evaluating'],
        evaluated: ['linked', 'evaluating', 'evaluated'],
        failed: ['linked', 'failed'],
        retired: ['retired'],
      };
      const definition = { locals: [], indirect: [], stars: [], imports: [] };
      const made = new Generation(new Module('/a.js'), new Code(definition, () => {}), {}, []);
      for (const state of ways[from]) made.become(state);
      if (isAllowed) t.notThrows(() => made.become(to));
      else t.throws(() => made.become(to), { message: `/a.js cannot become ${to}: it is ${from}` });
    });
  }
}

/** Modules that note when they start and end, by lines such as `a <- b c`; `a*` waits once at its top level. */
function graphOf(lines, log) {
  const made = new Map();
  const parsed = lines.map((line) => {
    const [left, right = ''] = line.split('<-').map((side) => side.trim());
    return {
      name: left.replace('*', ''),
      isAsync: left.includes('*'),
      imports: right.split(' ').filter(Boolean),
    };
  });
  const sources = new Map(parsed.map(({ name }) => [name, []]));
  for (const { name, isAsync } of parsed) {
    const run = isAsync
      ? async (_, context) => {
          const wait = context.link(() => undefined);
          if (wait) await wait;
          log.push(`${name} starts`);
          await null;
          if (name.includes('!')) throw new Error(name);
          log.push(name);
        }
      : function* (_, context) {
          context.link(() => undefined);
          yield;
          if (name.includes('!')) throw new Error(name);
          log.push(name);
        };
    made.set(name, generation(`/${name}`, { run, isAsync }, sources.get(name)));
  }
  for (const { name, imports } of parsed) {
    sources.get(name).push(...imports.map((one) => made.get(one).view));
  }
  return made;
}

for (const [what, lines, expected] of [
  ['without waiting', ['a <- b c', 'b <- d', 'c <- d', 'd <-'], 'd b c a'],
  ['in a circle', ['a <- b', 'b <- c', 'c <- a'], 'c b a'],
  ['where one waits', ['a <- b c', 'b* <-', 'c <-'], 'b starts, c, b, a'],
  [
    'where siblings wait',
    ['a <- b c', 'b* <- d', 'c* <- d', 'd <-'],
    'd, b starts, c starts, b, c, a',
  ],
  [
    'where what waits imports what waits',
    ['a <- b', 'b* <- c', 'c* <-'],
    'c starts, c, b starts, b, a',
  ],
  ['where a circle waits', ['a <- b', 'b <- c', 'c* <- b d', 'd <-'], 'd, c starts, c, b, a'],
  // fulfillment order of the specification: those that became ready run in the order in which they began to wait.
  [
    'where one thing holds up several',
    ['a <- b c d', 'b <- w', 'c <- w', 'd <- b', 'w* <-'],
    'w starts, w, b, c, d, a',
  ],
]) {
  test(`evaluation ${what}`, async (t) => {
    const log = [];
    const made = graphOf(lines, log);
    const pending = evaluate(made.get('a'));
    t.is(pending === undefined, !lines.some((line) => line.includes('*')));
    await pending;
    t.deepEqual(log, expected.split(expected.includes(',') ? ', ' : ' '));
    for (const [, { state }] of made) t.is(state, 'evaluated');
    const { length } = log;
    t.is(evaluate(made.get('a')), undefined);
    t.is(log.length, length);
  });
}

test('a module that throws fails its importers, now and for good', async (t) => {
  const log = [];
  const made = graphOf(['a <- b', 'b <- c! d', 'c! <-', 'd <-'], log);
  const first = t.throws(() => evaluate(made.get('a')));
  t.is(
    t.throws(() => evaluate(made.get('b'))),
    first,
  );
  t.deepEqual(log, []);
  t.is(made.get('d').state, 'linked', 'what had no turn can still run');
  const waiting = graphOf(['a <- b', 'b <- c!', 'c!* <-'], log);
  const rejected = await t.throwsAsync(evaluate(waiting.get('a')));
  t.is(
    t.throws(() => evaluate(waiting.get('b'))),
    rejected,
  );
  t.deepEqual(log, ['c! starts']);
});
