/**
 * The host that tests run on: @web/dev-server 0.4, or the version that is installed under the name in the
 * environment variable `TEST_HOST`.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const name = process.env.TEST_HOST ?? '@web/dev-server';
const require = createRequire(import.meta.url);

/** @type {typeof import('@web/dev-server')} */
export const { startDevServer } = require(name);

/** @type {typeof import('@web/dev-server-core')} */
export const { DevServer } = createRequire(require.resolve(name))('@web/dev-server-core');

/** The files of the certificate that the host has for HTTP/2. */
export function certificateOfHost() {
  const host = createRequire(require.resolve(name));
  const folder = join(host.resolve('@web/dev-server-core'), '../..');
  const file = (kind) => join(folder, `.self-signed-dev-server-ssl.${kind}`);
  return { key: file('key'), cert: file('cert') };
}

/** That certificate. */
export function tlsOfHost() {
  const { key, cert } = certificateOfHost();
  return { key: readFileSync(key), cert: readFileSync(cert) };
}
