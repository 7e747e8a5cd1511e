/**
 * Proxies and other names of the server: what is let in without configuration, and what by it.
 */

import { EventEmitter } from 'node:events';
import ava from 'ava';
import { HmrEndpoint } from 'hotgraph';
import { PAGE } from '../../helpers/app.js';
import { EVIL, FROM_EVIL, opens, readEnv, socketPath, startProxy } from '../../helpers/attack.js';
import { closeBrowser, openTab } from '../../helpers/browser.js';
import { startOurs } from '../../helpers/careless.js';
import { tlsOfHost } from '../../helpers/host.js';
import { Project } from '../../helpers/project.js';
import { serve } from '../../helpers/server.js';

// One after the other: some measure what the process does with a flood.
const test = ava.serial;

ava.after.always(closeBrowser);

const TLS = tlsOfHost();

for (const [name, tls] of [
  ['http', undefined],
  ['https', TLS],
]) {
  for (const keepsHost of [true, false]) {
    const what = keepsHost ? 'keeps Host' : 'rewrites Host';
    test(`behind a proxy for ${name} that ${what}, below a base path, without configuration`, async (t) => {
      const project = new Project({
        'index.html': PAGE,
        'main.js': `globalThis.value = 1;\nimport.meta.hot.accept();`,
      });
      t.teardown(() => project.dispose());
      const server = await serve(project.folder, { config: { basePath: '/base/' } });
      t.teardown(() => server.stop());
      const origin = `http://localhost:${server.port}`;
      const proxy = await startProxy(t, origin, { tls, keepsHost });
      const tab = await openTab(`${proxy}/base/`, { ignoreHTTPSErrors: true });
      t.teardown(() => tab.close());
      await tab.connected();
      await project.write('main.js', `globalThis.value = 2;\nimport.meta.hot.accept();`);
      await tab.until(() => globalThis.value, 2);
      t.is(tab.loads, 1);
      // Requests that are refused without a proxy are refused through it too.
      const env = { referer: `${proxy}/base/`, 'sec-fetch-site': 'same-origin' };
      const url = await socketPath(proxy, env, '/base/');
      t.true(await opens(proxy, url, { origin: proxy }));
      t.false(await opens(proxy, url, { origin: EVIL }));
      t.false(await opens(proxy, url, { origin: EVIL, 'x-forwarded-host': 'evil.example' }));
      t.false(await opens(proxy, url, { origin: 'null' }));
      const rebound = { ...env, host: 'evil.example', referer: `${EVIL}/` };
      t.is(await readEnv(proxy, rebound, '/base/'), null);
      t.is(
        await readEnv(proxy, { ...FROM_EVIL, 'x-forwarded-host': 'evil.example' }, '/base/'),
        null,
      );
    });
  }
}

test('allowedOrigins and allowedHosts admit exactly what they name', async (t) => {
  const origins = await startOurs(t, { hmr: { allowedOrigins: ['https://Dev.example.com/'] } });
  const hosts = await startOurs(t, { hmr: { allowedHosts: ['.Example.com'] } });
  const dev = 'https://dev.example.com';
  const host = 'dev.example.com';

  // A proxy that says nothing of where the page is, to a server that is told.
  const url = await socketPath(origins.origin);
  t.true(await opens(origins.origin, url, { origin: dev }));
  t.true(
    await opens(origins.origin, await socketPath(origins.origin, { host }), { host, origin: dev }),
  );
  t.false(await opens(origins.origin, url, { origin: 'http://dev.example.com' }), 'another scheme');
  t.false(await opens(origins.origin, url, { origin: `${dev}:8443` }), 'another port');
  t.false(await opens(origins.origin, url, { origin: `${dev}.evil.example` }));
  t.false(await opens(origins.origin, '/__hotgraph/socket', { origin: dev }), 'no token');
  t.truthy(await readEnv(origins.origin, { origin: dev, 'sec-fetch-site': 'cross-site' }));
  t.is(await readEnv(origins.origin, FROM_EVIL), null);

  const named = { host, origin: dev };
  t.true(await opens(hosts.origin, await socketPath(hosts.origin, { host }), named));
  t.false(
    await opens(hosts.origin, await socketPath(hosts.origin), named),
    'a token of another host',
  );
  t.is(await readEnv(hosts.origin, { host: 'notexample.com' }), null);

  for (const wrong of ['null', 'dev.example.com', '*', `${dev}/path`]) {
    const options = { server: new EventEmitter(), allowedOrigins: [wrong] };
    t.throws(() => new HmrEndpoint(options), { message: /has to be an origin/ }, wrong);
  }
});
