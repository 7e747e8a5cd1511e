/**
 * The examples: createHmr() in the frameworks of Node, each in a process of its own, as people start them.
 */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import ava from 'ava';
import { closeBrowser, openTab } from '../helpers/browser.js';
import { repository, start } from '../helpers/command.js';
import { wasHot } from '../helpers/expect.js';
import { certificateOfHost } from '../helpers/host.js';
import { getFreePort } from '../helpers/port.js';
import { Project } from '../helpers/project.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const heading = () => document.querySelector('h1').textContent;
const clicks = () => document.querySelector('button').textContent;
const color = () => getComputedStyle(document.body).color;
const greet = (text) => `export const greeting = '${text}';\n`;

/** Starts an example on a copy of the app, and opens a page of it. */
async function startExample(t, name, path = '/') {
  const project = new Project({});
  t.teardown(() => project.dispose());
  cpSync(join(repository, 'examples/app'), project.folder, { recursive: true });
  const port = await getFreePort();
  const { key, cert } = certificateOfHost();
  const program = start(t, [join(repository, 'examples', name, 'server.js')], {
    cwd: project.folder,
    env: { PORT: String(port), ROOT: project.folder, KEY: key, CERT: cert },
  });
  await program.said('Open http');
  const [origin] = /https?:\S+(?=\/)/.exec(program.output);
  const tab = await openTab(origin + path, { ignoreHTTPSErrors: true });
  t.teardown(() => tab.close());
  await tab.connected();
  return { project, program, origin, tab };
}

/** A module and a style sheet are hot, and the module is once more after it was broken. */
async function isHot(t, { project, program, tab }) {
  await tab.until(heading, 'Hello');
  await tab.page.click('button');
  await project.write('greeting.js', greet('Hi'));
  await tab.until(heading, 'Hi');
  await project.write('style.css', 'body { color: rgb(1, 2, 3) }');
  await tab.until(color, 'rgb(1, 2, 3)');
  await project.write('greeting.js', 'export const greeting = ;');
  await program.said('greeting.js:1');
  t.is(await tab.evaluate(heading), 'Hi');
  await project.write('greeting.js', greet('Hey'));
  await tab.until(heading, 'Hey');
  t.is(await tab.evaluate(clicks), '1 clicks');
  wasHot(t, tab);
}

for (const name of ['express', 'fastify', 'koa', 'hono', 'connect-sirv', 'http', 'https-http2']) {
  test(name, async (t) => {
    await isHot(t, await startExample(t, name));
  });
}

test('express: a page that the app writes is hot', async (t) => {
  await isHot(t, await startExample(t, 'express', '/made'));
});

for (const [name, path, answer] of [
  ['fastify', '/api', '{"from":"fastify"}'],
  ['koa', '/api', '{"from":"koa"}'],
  ['hono', '/api', '{"from":"hono"}'],
  ['connect-sirv', '/examples/app/greeting.js', greet('Hello')],
]) {
  test(`${name}: the app answers all other requests`, async (t) => {
    const { origin } = await startExample(t, name);
    t.is(await (await fetch(origin + path)).text(), answer);
    t.is((await fetch(`${origin}/none`)).status, 404);
    for (const method of ['HEAD', 'GET']) {
      const { status, headers } = await fetch(`${origin}/greeting.js`, { method });
      t.is(status, 200);
      t.is(headers.get('content-type'), 'text/javascript; charset=utf-8');
    }
  });
}

test('https-http2: pages come by HTTP/2', async (t) => {
  const { tab } = await startExample(t, 'https-http2');
  const protocols = () =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => name.endsWith('.js'))
      .map(({ nextHopProtocol }) => nextHopProtocol);
  t.deepEqual([...new Set(await tab.evaluate(protocols))], ['h2']);
});
