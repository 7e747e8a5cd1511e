/**
 * Our own files, answered before the host sees the request.
 */
import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { answerFirst } from '../../dist/node/wds/own-files.js';

const OURS = '/base/__hotgraph/0123456789ab/main.js';

/** A server with one listener, and what it and we answer. */
function start(find) {
  const server = new EventEmitter();
  const answers = [];
  server.on('request', ({ url }) => answers.push(`host ${url}`));
  const leave = answerFirst(server, '/base', find);
  const ask = async (url, method = 'GET') => {
    const response = { writeHead: () => response, end: (body) => answers.push(body) };
    server.emit('request', { url, method, headers: {} }, response);
    await setImmediate();
    return answers.pop();
  };
  return { ask, leave };
}

const found = (url) => ({ body: `ours ${url}`, type: 'js', headers: {} });

test('requests for our files are answered, below the base path, and no others', async (t) => {
  const { ask, leave } = start(found);
  t.is(await ask(OURS), `ours ${OURS.slice('/base'.length)}`);
  t.is(await ask('/base/main.js'), 'host /base/main.js');
  t.is(await ask(OURS, 'POST'), `host ${OURS}`);
  leave();
  t.is(await ask(OURS), `host ${OURS}`);
});

test('the host answers requests that are not found, and those that fail', async (t) => {
  t.is(await start(() => null).ask(OURS), `host ${OURS}`);
  const { ask } = start(() => {
    throw new Error('an error of ours');
  });
  t.is(await ask(OURS), `host ${OURS}`);
});
