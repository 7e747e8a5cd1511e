/**
 * What pages on other machines get of hotgraph's own files is compressed.
 */

import http from 'node:http';
import { networkInterfaces } from 'node:os';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import test from 'ava';
import { alone, make, makeProject } from '../helpers/serving.js';

/** An address of this machine that is not a local one; `undefined` where there is none. */
function ownAddress() {
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}

/** The answer to a request that takes an encoding. */
function get(url, encoding) {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': encoding, 'sec-fetch-site': 'same-origin' };
    http
      .get(url, { headers }, async (response) => {
        const parts = await response.toArray();
        resolve({ headers: response.headers, bytes: Buffer.concat(parts) });
      })
      .on('error', reject);
  });
}

test('files are compressed over a network, and not on this machine', async (t) => {
  const address = ownAddress();
  const project = makeProject(t, { 'main.js': 'import.meta.hot.accept();' });
  const hmr = make(t, { root: project.folder });
  const server = http.createServer(alone(hmr));
  hmr.attach(server);
  await new Promise((resolve) => server.listen(0, '0.0.0.0', resolve));
  t.teardown(() => server.close());
  const { port } = server.address();
  const page = await get(`http://127.0.0.1:${port}/`, 'identity');
  const [client] = /\/__hotgraph\/\w+\/main\.js/.exec(page.bytes.toString());
  const near = await get(`http://127.0.0.1:${port}${client}`, 'br, gzip');
  t.is(near.headers['content-encoding'], undefined);
  if (address === undefined) return t.log('this machine has no address in a network');
  for (const [accepted, encoding, decode] of [
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip, br;q=0', 'gzip', gunzipSync],
    ['deflate', undefined, (bytes) => bytes],
  ]) {
    const { headers, bytes } = await get(`http://${address}:${port}${client}`, accepted);
    t.is(headers['content-encoding'], encoding);
    t.is(headers.vary, 'accept-encoding');
    t.true(decode(bytes).equals(near.bytes));
  }
});
