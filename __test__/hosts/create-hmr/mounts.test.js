/**
 * `createHmr()` below paths, more than once, behind proxies and compression.
 */

import ava from 'ava';
import compression from 'compression';
import connect from 'connect';
import express from 'express';
import Koa from 'koa';
import { VALUE_APP } from '../../helpers/app.js';
import { get, startProxy } from '../../helpers/attack.js';
import { closeBrowser } from '../../helpers/browser.js';
import { isHot } from '../../helpers/expect.js';
import { alone, hearWarnings, make, makeProject, startServer } from '../../helpers/serving.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

const value = () => globalThis.value;

const mounted = {
  'Express, which tells the base': [undefined, (hmr) => express().use('/app', hmr.middleware)],
  'Express, with the option base': ['/app', (hmr) => express().use('/app', hmr.middleware)],
  'Express, not mounted, with the option base': ['/app', (hmr) => express().use(hmr.middleware)],
  'Express, a router in a router': [
    undefined,
    (hmr) => express().use('/', express.Router().use('/app/', hmr.middleware)),
  ],
  'Connect, which tells the base': [undefined, (hmr) => connect().use('/app', hmr.middleware)],
  'node:http, with the option base': ['/app/', alone],
  'Koa, with the option base': ['/app', (hmr) => new Koa().use(asKoa(hmr)).callback()],
  'Koa, mounted': [
    undefined,
    (hmr) =>
      new Koa()
        .use((context, next) => {
          const [, rest] = /^\/app(\/.*|)$/.exec(context.path) ?? [];
          if (rest === undefined) return undefined;
          context.path = rest || '/';
          context.req.originalUrl = context.originalUrl;
          return next();
        })
        .use(asKoa(hmr))
        .callback(),
  ],
};

/** The middleware for Koa. */
function asKoa(hmr) {
  return ({ req, res }, next) =>
    new Promise((resolve, reject) => {
      res.once('close', resolve);
      hmr.middleware(req, res, (error) => (error ? reject(error) : resolve(next())));
    });
}

for (const [name, [base, app]] of Object.entries(mounted)) {
  test(`a page below a path is hot: ${name}`, async (t) => {
    const { project, origin, open } = await startServer(t, VALUE_APP, {
      hmr: base === undefined ? {} : { base },
      app,
    });
    // The path itself is no place for references that are relative to the folder.
    const tab = await open('/app');
    t.is(await tab.evaluate(() => location.pathname), '/app/');
    await isHot(t, { project, tab });
    t.is((await get(origin, '/main.js')).status, 404);
    t.is((await get(origin, '/apple/main.js')).status, 404);
    t.is((await get(origin, '/app/main.js')).status, 200);
  });
}

test('several instances in one app are hot, each at its own path', async (t) => {
  const other = makeProject(t, VALUE_APP);
  const second = make(t, { root: other.folder });
  const { project, server, open } = await startServer(t, VALUE_APP, {
    app: (first) => express().use('/a', first.middleware).use('/b', second.middleware),
  });
  second.attach(server);
  const [a, b] = [await open('/a/'), await open('/b/')];
  await isHot(t, { project, tab: a });
  t.is(await b.evaluate(value), 1);
  await isHot(t, { project: other, tab: b });
  t.is(await a.evaluate(value), 3);
});

test('several instances in one process are hot', async (t) => {
  const servers = [await startServer(t, VALUE_APP), await startServer(t, VALUE_APP)];
  const tabs = [await servers[0].open(), await servers[1].open()];
  await isHot(t, { project: servers[1].project, tab: tabs[1] });
  t.is(await tabs[0].evaluate(value), 1);
  await isHot(t, { project: servers[0].project, tab: tabs[0] });
});

test('two instances at the same path are a warning', async (t) => {
  const warnings = hearWarnings(t);
  const second = make(t, { root: import.meta.dirname, logLevel: 'warn' });
  const { origin } = await startServer(t, VALUE_APP, {
    app: (first) => express().use(first.middleware, second.middleware),
  });
  for (const path of ['/none.js', '/neither.js']) t.is((await get(origin, path)).status, 404);
  t.is(warnings.length, 1);
  t.regex(warnings[0], /another createHmr\(\) serves what is below "\/" too/);
});

test('one instance at two paths is a warning', async (t) => {
  const warnings = hearWarnings(t);
  const { origin } = await startServer(t, VALUE_APP, {
    hmr: { logLevel: 'warn' },
    app: (hmr) => express().use('/a', hmr.middleware).use('/b', hmr.middleware),
  });
  t.is((await get(origin, '/a/main.js')).status, 200);
  t.is((await get(origin, '/b/main.js')).status, 404);
  t.regex(warnings[0], /mounted at "\/b", and serves what is below "\/a"/);
});

for (const keepsHost of [true, false]) {
  test(`a page behind a reverse proxy that ${keepsHost ? 'keeps' : 'rewrites'} Host is hot`, async (t) => {
    const { project, origin, open } = await startServer(t, VALUE_APP);
    const tab = await open('/', await startProxy(t, origin, { keepsHost }));
    await isHot(t, { project, tab });
  });
}

for (const [order, app] of Object.entries({
  before: (hmr) => express().use(compression({ threshold: 0 }), hmr.middleware),
  after: (hmr) => express().use(hmr.middleware, compression({ threshold: 0 })),
})) {
  test(`a page with compression ${order} the middleware is hot`, async (t) => {
    const { project, origin, open } = await startServer(t, VALUE_APP, { app });
    const response = await fetch(`${origin}/main.js`);
    t.is(response.headers.get('content-encoding') !== null, order === 'before');
    t.true((await response.text()).includes('globalThis.value = '));
    await isHot(t, { project, tab: await open() });
  });
}
