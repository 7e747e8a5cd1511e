import { mock } from 'node:test';
import test from 'ava';
import { createReload, takeLastReload } from '../../dist/browser/wire/reload.js';
import { Socket } from '../../dist/browser/wire/socket.js';
import { onWake } from '../../dist/browser/wire/wake.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

const report = { cause: 'deadEnd', changed: '/a.js', chain: ['/a.js'], message: 'm', remedy: 'r' };

test('the reason of a reload survives it once', (t) => {
  const kept = new Map();
  const storage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  const lines = [];
  const log = { ...silent, warn: (text) => lines.push(text) };
  let reloads = 0;
  const ports = { storage: () => storage, reload: () => reloads++ };
  createReload(ports, log)(report);
  t.is(reloads, 1);
  t.deepEqual(takeLastReload(ports, log), report);
  t.is(takeLastReload(ports, log), null);
  t.deepEqual(lines, ['reloading: m\nr', 'reloaded: m\nr']);
});

test('a browser that forbids storage still reloads', (t) => {
  let reloads = 0;
  const storage = () => {
    throw new Error('SecurityError');
  };
  const ports = { storage, reload: () => reloads++ };
  createReload(ports, silent)(report);
  t.is(reloads, 1);
  t.is(takeLastReload(ports, silent), null);
});

class FakeSocket extends EventTarget {
  url = 'ws://localhost/socket';
  OPEN = 1;
  readyState = 0;
  sent = [];
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  close() {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
  say(data) {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
}

/** Lets promises that are settled call their listeners. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await null;
};

async function openSocket(t) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const clock = mock.method(performance, 'now', () => Date.now());
  t.teardown(() => {
    clock.mock.restore();
    mock.timers.reset();
  });
  const sockets = [];
  const heard = [];
  const socket = new Socket({
    open: async () => sockets[sockets.push(new FakeSocket()) - 1],
    hello: () => ({ type: 'hello', count: sockets.length }),
    receive: (message) => {
      if (message.type === 'bad') throw new Error('no such message');
      heard.push(message);
    },
    connected: () => heard.push('connected'),
    disconnected: () => heard.push('disconnected'),
    unopened: (address) => heard.push(`unopened ${address}`),
    garbage: (start) => heard.push(`garbage ${start}`),
  });
  await settle();
  return { socket, sockets, heard };
}

test.serial('a socket says hello first, then what waited', async (t) => {
  const { socket, sockets, heard } = await openSocket(t);
  socket.send({ type: 'custom', event: 'early' });
  sockets[0].open();
  socket.send({ type: 'custom', event: 'late' });
  t.deepEqual(
    sockets[0].sent.map(({ type, event }) => event ?? type),
    ['hello', 'early', 'late'],
  );
  sockets[0].say('{"type":"x"}');
  sockets[0].say('{"type":');
  sockets[0].say('{"type":"bad"}');
  t.deepEqual(heard, ['connected', { type: 'x' }, 'garbage {"type":', 'garbage {"type":"bad"}']);
});

test.serial(
  'a lost connection is tried again, more and more slowly, or at once on demand',
  async (t) => {
    const { socket, sockets, heard } = await openSocket(t);
    sockets[0].open();
    sockets[0].close();
    t.deepEqual(heard, ['connected', 'disconnected']);
    for (const delay of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
      const before = sockets.length;
      mock.timers.tick(delay - 1);
      t.is(sockets.length, before);
      mock.timers.tick(1);
      t.is(sockets.length, before + 1);
      await settle();
      sockets.at(-1).close();
    }
    const before = sockets.length;
    socket.hurry();
    t.is(sockets.length, before + 1);
    socket.hurry();
    t.is(sockets.length, before + 1);
    await settle();
    sockets.at(-1).open();
    t.is(sockets.at(-1).sent[0].type, 'hello');
  },
);

for (const [how, wait, quiet, patience] of [
  ['is silent', () => {}, 4000, 5000],
  ['is doubted since the page was asleep', (socket) => socket.hurry(), 0, 2000],
]) {
  test.serial(`a connection that ${how} is asked, and lost without an answer`, async (t) => {
    const { socket, sockets, heard } = await openSocket(t);
    const pings = () => sockets[0].sent.filter(({ type }) => type === 'ping').length;
    sockets[0].open();
    mock.timers.tick(3999);
    t.is(pings(), 0);
    sockets[0].say('{"type":"x"}');
    wait(socket);
    mock.timers.tick(quiet);
    t.is(pings(), 1);
    mock.timers.tick(patience - 1);
    sockets[0].say('{"type":"pong"}');
    mock.timers.tick(3999);
    t.is(pings(), 1, 'it has answered');
    wait(socket);
    mock.timers.tick(1);
    t.is(pings(), 2);
    mock.timers.tick(patience);
    t.deepEqual(heard.at(-1), 'disconnected');
    sockets[0].say('{"type":"late"}');
    sockets[0].close();
    t.deepEqual(heard.at(-1), 'disconnected');
    mock.timers.tick(250);
    await settle();
    t.is(sockets.length, 2);
    sockets[1].open();
    t.is(sockets[1].sent[0].type, 'hello');
  });
}

test.serial('a socket that does not open is told from one that is lost', async (t) => {
  const { sockets, heard } = await openSocket(t);
  sockets[0].close();
  t.deepEqual(heard, ['unopened ws://localhost/socket']);
  mock.timers.tick(250);
  await settle();
  // Nobody answers.
  mock.timers.tick(5000);
  t.is(heard.length, 2);
  mock.timers.tick(500);
  await settle();
  sockets[2].open();
  sockets[2].close();
  t.deepEqual(heard.slice(2), ['connected', 'disconnected']);
});

test.serial('a page that was asleep notices it within a second', (t) => {
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  t.teardown(() => mock.timers.reset());
  let woken = 0;
  onWake(() => {
    woken += 1;
  });
  const seconds = (count) => {
    for (let second = 0; second < count; second += 1) mock.timers.tick(1000);
  };
  seconds(60);
  t.is(woken, 0);
  // The clock goes on, and nothing runs.
  mock.timers.setTime(Date.now() + 3_600_000);
  seconds(1);
  t.is(woken, 1);
  seconds(10);
  t.is(woken, 1);
});
