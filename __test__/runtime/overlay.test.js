/**
 * What the overlay shows and when, without a browser and without waiting.
 */
import test from 'ava';
import { LASTING, Overlay } from '../../dist/browser/show/overlay.js';
import { Problems } from '../../dist/runtime/tell/problems.js';

/** A clock that goes when it is told to, and what an overlay shows: messages, or `null` for nothing. */
function openOverlay() {
  let now = 0;
  const timers = new Set();
  const state = { shown: null, changes: 0 };
  const overlay = new Overlay({
    after(milliseconds, run) {
      const timer = { at: now + milliseconds, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    show(problems) {
      state.shown = problems.map(({ message }) => message);
      state.changes += 1;
    },
    hide() {
      state.shown = null;
      state.changes += 1;
    },
  });
  return {
    overlay,
    state,
    pass(milliseconds) {
      now += milliseconds;
      for (const timer of [...timers]) {
        if (timer.at > now) continue;
        timers.delete(timer);
        timer.run();
      }
    },
  };
}

const problem = (id, message, more = {}) => ({
  id,
  title: 'title',
  message,
  place: null,
  frame: null,
  stack: null,
  chain: [],
  remedy: null,
  ...more,
});

test('a problem that lasts is shown, and hidden at once when it is gone', (t) => {
  const { overlay, state, pass } = openOverlay();
  overlay.update([problem('a', 'one')]);
  pass(LASTING - 1);
  t.is(state.shown, null);
  pass(1);
  t.deepEqual(state.shown, ['one']);
  overlay.update([]);
  t.is(state.shown, null);
});

test('a problem that does not last is never shown, however often it comes', (t) => {
  const { overlay, state, pass } = openOverlay();
  for (let time = 0; time < 5; time++) {
    overlay.update([problem('a', 'half a word')]);
    pass(LASTING - 1);
    overlay.update([]);
    pass(LASTING - 1);
  }
  t.is(state.changes, 0);
});

test('a file that stays broken is broken, whatever the message', (t) => {
  const { overlay, state, pass } = openOverlay();
  overlay.update([problem('a', 'first')]);
  pass(LASTING - 1);
  overlay.update([problem('a', 'second')]);
  pass(1);
  t.deepEqual(state.shown, ['second']);
  overlay.update([problem('a', 'third')]);
  t.deepEqual(state.shown, ['third']);
});

test('a second problem joins the first after a while, and the other stays when one is fixed', (t) => {
  const { overlay, state, pass } = openOverlay();
  overlay.update([problem('a', 'one')]);
  pass(LASTING);
  overlay.update([problem('a', 'one'), problem('b', 'two')]);
  t.deepEqual(state.shown, ['one']);
  pass(LASTING);
  t.deepEqual(state.shown, ['one', 'two']);
  overlay.update([problem('b', 'two')]);
  t.deepEqual(state.shown, ['two']);
});

test('a problem with the same text is not rendered again', (t) => {
  const { overlay, state, pass } = openOverlay();
  overlay.update([problem('a', 'one')]);
  pass(LASTING);
  overlay.update([problem('a', 'one')]);
  t.is(state.changes, 1);
});

test('a dismissed problem stays dismissed, until there is something new', (t) => {
  const { overlay, state, pass } = openOverlay();
  overlay.update([problem('a', 'one', { frame: '> 1 | x' })]);
  pass(LASTING);
  overlay.dismiss();
  t.is(state.shown, null);

  // The same mistake, a line further down.
  overlay.update([problem('a', 'one', { frame: '> 2 | x' })]);
  pass(LASTING);
  t.is(state.shown, null);

  overlay.update([problem('a', 'one'), problem('b', 'two')]);
  t.is(state.shown, null);
  pass(LASTING);
  t.deepEqual(state.shown, ['one', 'two']);
  overlay.dismiss();

  overlay.update([problem('a', 'another'), problem('b', 'two')]);
  t.deepEqual(state.shown, ['another', 'two']);
  overlay.dismiss();

  // Mended and broken again is new.
  overlay.update([problem('b', 'two')]);
  overlay.update([problem('a', 'another'), problem('b', 'two')]);
  pass(LASTING);
  t.deepEqual(state.shown, ['another', 'two']);
});

/** The problems of a page, as they are told. */
function openProblems() {
  let current = [];
  const problems = new Problems((now) => {
    current = now;
  });
  return {
    problems,
    titles: () => current.map(({ title, id }) => `${title}: ${id}`),
    all: () => current,
  };
}

const diagnostic = (url, more = {}) => ({
  severity: 'error',
  message: 'Expression expected',
  remedy: null,
  url,
  file: `/project${url}`,
  line: 2,
  column: 5,
  frame: '> 2 | let ;',
  ...more,
});

const renewal = (url, importers = []) => ({ url, version: 2, kind: 'script', importers });
const update = (...changed) => ({
  version: 2,
  changed,
  stale: [],
  departures: [],
  invalidated: null,
});
const application = {
  type: 'apply',
  boundaries: [{ module: '/main.js', accepted: '/mid.js', specifiers: ['./mid.js'] }],
  stale: [renewal('/leaf.js', ['/mid.js']), renewal('/mid.js')],
  styles: [],
  sheets: [],
  images: [],
};
const empty = { ...application, boundaries: [], stale: [] };
const REFUSED = 'The saved code cannot be served';
const NOT_APPLIED = 'The update was not applied';

test('code that cannot be served is a problem until it can, one for each module', (t) => {
  const { problems, titles, all } = openProblems();
  problems.refused(diagnostic('/a.js'));
  problems.refused(diagnostic('/b.js'));
  problems.refused(diagnostic('/a.js', { message: 'another' }));
  t.deepEqual(titles(), [`${REFUSED}: code of /a.js`, `${REFUSED}: code of /b.js`]);
  t.is(all()[0].message, 'another');
  t.deepEqual(all()[0].place, { file: '/project/a.js', line: 2, column: 5, isFile: true });
  problems.fixed(['/a.js', '/c.js']);
  t.deepEqual(titles(), [`${REFUSED}: code of /b.js`]);
  problems.reconnected();
  t.deepEqual(titles(), []);
});

test('a failed update names its way, and any later one settles it', (t) => {
  const { problems, titles, all } = openProblems();
  const failure = { stage: 'load', url: undefined, error: new Error('/gone.js: 404') };
  problems.updated(update('/leaf.js'), application, [failure]);
  t.deepEqual(titles(), [`${NOT_APPLIED}: code of /leaf.js`]);
  t.deepEqual(all()[0].chain, ['/leaf.js', '/mid.js', '/main.js']);
  t.is(all()[0].stack, null);
  problems.updated(update('/other.js'), undefined);
  t.deepEqual(titles(), []);
});

test('the place of a mistake takes the place of an update that did not load', (t) => {
  const { problems, titles } = openProblems();
  const failure = { stage: 'load', url: undefined, error: new Error('/leaf.js: Unexpected token') };
  problems.updated(update('/leaf.js'), application, [failure]);
  problems.refused(diagnostic('/leaf.js'));
  t.deepEqual(titles(), [`${REFUSED}: code of /leaf.js`]);
  problems.fixed(['/leaf.js']);
  t.deepEqual(titles(), [`${NOT_APPLIED}: code of /leaf.js`]);
});

test('code and callbacks that threw are settled by an update that they are part of', (t) => {
  const { problems, titles, all } = openProblems();
  const error = new Error('boom');
  error.stack = `Error: boom
    at dispose (http://localhost:8000/__hotgraph/123/main.js:1:1)
    at draw (http://localhost:8000/leaf.js?__hot=12:3:7)
    at http://localhost:8000/mid.js?a&__hot=12:1:1`;
  problems.updated(update('/leaf.js'), application, [
    { stage: 'evaluate', url: '/mid.js', error },
    { stage: 'callback', url: '/main.js', error: 'a text' },
    { stage: 'dispose', url: '/mid.js', error },
  ]);
  t.deepEqual(titles(), [
    'The new code threw an error: evaluate of /mid.js',
    'An accept callback threw an error: callback of /main.js',
  ]);
  const [evaluated, called] = all();
  t.deepEqual(evaluated.place, { file: '/leaf.js', line: 3, column: 7, isFile: false });
  t.is(evaluated.stack, 'at draw (/leaf.js:3:7)\nat /mid.js?a:1:1');
  t.is(called.message, 'a text');
  t.deepEqual(called.place, { file: '/main.js', line: null, column: null, isFile: false });
  t.deepEqual(called.chain, ['/leaf.js', '/mid.js', '/main.js']);

  problems.updated(update('/other.js'), empty);
  t.is(titles().length, 2);
  problems.updated(update('/leaf.js'), application);
  t.deepEqual(titles(), []);
});

test('stacks of Firefox are read', (t) => {
  const { problems, all } = openProblems();
  const error = new Error('boom');
  error.stack = 'draw@http://localhost:8000/a.js?__hot=12:3:7\n@http://localhost:8000/b.js:1:1\n';
  problems.updated(update('/mid.js'), application, [{ stage: 'evaluate', url: '/mid.js', error }]);
  t.deepEqual(all()[0].place, { file: '/a.js', line: 3, column: 7, isFile: false });
});

test('style sheets are settled by an update of style sheets', (t) => {
  const { problems, titles } = openProblems();
  const styles = [{ url: '/a.css', version: 2 }];
  const failure = { stage: 'style', url: undefined, error: new Error('404') };
  problems.updated(update('/a.css'), { ...empty, styles }, [failure]);
  problems.updated(update('/leaf.js'), application);
  t.deepEqual(titles(), ['A style sheet was not updated: style of /a.css']);
  problems.updated(update('/a.css'), { ...empty, styles });
  t.deepEqual(titles(), []);
});

test('modules that leave the page take their problems with them', (t) => {
  const { problems, titles } = openProblems();
  const failure = { stage: 'evaluate', url: '/mid.js', error: new Error('boom') };
  problems.updated(update('/mid.js'), application, [failure]);
  problems.refused(diagnostic('/leaf.js'));
  problems.removed(['/mid.js', '/leaf.js']);
  t.deepEqual(titles(), []);
});
