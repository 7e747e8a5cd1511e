/**
 * Errors, events and style sheets of the server reach the page.
 */

import test from 'ava';
import { brokenChain, chain, open, openChain } from '../../helpers/chain.js';

test('style sheets are swapped without touching scripts', async (t) => {
  const page = await openChain(t);
  await page.update(['/a.css'], [['/a.css', { '/index.html': [] }]]);
  t.deepEqual(page.take(), ['swap /a.css']);
  t.deepEqual(page.sent, [{ type: 'applied', version: 101, ms: 0, boundaries: ['/a.css'] }]);
});

test('errors and events of the server reach listeners', async (t) => {
  const page = await openChain(t);
  const generation = page.generation('/main.js');
  const heard = [];
  const { events } = page.runtime;
  events.on('vite:error', ({ err }) => heard.push(err), generation);
  const listener = (data) => heard.push(data);
  events.on('my:event', listener, generation);
  const place = { file: '/disk/a.js', line: 2, column: 5, frame: '> 2 | let' };
  const diagnostic = { severity: 'error', message: 'bad', remedy: null, url: '/main.js', ...place };
  const foreign = { ...diagnostic, url: '/not-loaded.js' };
  page.runtime.receive({ type: 'error', diagnostics: [diagnostic, foreign] });
  page.runtime.receive({ type: 'custom', event: 'my:event', data: { x: 1 } });
  events.off('my:event', listener, generation);
  page.runtime.receive({ type: 'custom', event: 'my:event', data: { x: 2 } });
  t.deepEqual(heard, [
    {
      message: 'bad',
      stack: '',
      id: '/main.js',
      frame: '> 2 | let',
      loc: { file: '/disk/a.js', line: 2, column: 5 },
    },
    { x: 1 },
  ]);
  t.deepEqual(page.take(), ['error /disk/a.js:2:5 bad\n> 2 | let']);
});

const broken = (url, message) => ({
  severity: 'error',
  message,
  remedy: null,
  url,
  file: url,
  line: 1,
  column: 2,
  frame: null,
});

test('code that cannot be served is a problem of pages that have asked for it', async (t) => {
  const page = open(t, { modules: { '/main.js': () => ({}) } });
  await page.load('/main.js');
  const messages = () => (page.shown.at(-1) ?? []).map(({ message }) => message);
  const diagnostics = [broken('/main.js', 'here'), broken('/late.js', 'elsewhere')];
  page.runtime.receive({ type: 'error', diagnostics });
  page.runtime.receive({ type: 'error', diagnostics: [broken('/late.js', 'still')] });
  t.deepEqual(page.take(), ['error /main.js:1:2 here']);
  t.deepEqual(messages(), ['here']);

  page.runtime.fetched();
  t.deepEqual(page.take(), []);
  page.loaded.add('/late.js');
  page.runtime.fetched();
  page.runtime.fetched();
  t.deepEqual(page.take(), ['error /late.js:1:2 still']);
  t.deepEqual(messages(), ['here', 'still']);

  page.runtime.receive({ type: 'recovered', urls: ['/main.js'] });
  t.deepEqual(messages(), ['still']);
  await page.update(['/late.js'], []);
  t.deepEqual(messages(), []);
});

test('the failure of an update is a problem until the next update of the module', async (t) => {
  const page = await openChain(t);
  const shown = () =>
    page.shown.at(-1).map(({ title, message, chain }) => [title, message, chain.join(' ')]);
  await page.update(['/leaf.js'], brokenChain());
  const way = '/leaf.js /dep.js /main.js';
  const [[title, , chainShown], ...others] = shown();
  t.deepEqual([title, chainShown, others], ['The update was not applied', way, []]);

  const good = page.functions['/leaf.js'];
  page.functions['/leaf.js'] = () => {
    throw new Error('boom');
  };
  await page.update(['/leaf.js'], chain);
  t.deepEqual(shown(), [['The new code threw an error', 'boom', way]]);

  page.functions['/leaf.js'] = good;
  await page.update(['/leaf.js'], chain);
  t.deepEqual(shown(), []);
});
