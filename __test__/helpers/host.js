/**
 * The host that tests run on: @web/dev-server 0.4, or the version that is installed under the name in the
 * environment variable `TEST_HOST`.
 */

import { createRequire } from 'node:module';

const name = process.env.TEST_HOST ?? '@web/dev-server';
const require = createRequire(import.meta.url);

/** @type {typeof import('@web/dev-server')} */
export const { startDevServer } = require(name);

/** @type {typeof import('@web/dev-server-core')} */
export const { DevServer } = createRequire(require.resolve(name))('@web/dev-server-core');
