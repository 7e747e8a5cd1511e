/** Hono on Node: `node examples/hono/server.js` */

import path from 'node:path';
import { serve } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { createHmr } from 'hotgraph';

const { PORT = '3000', ROOT = path.join(import.meta.dirname, '../app') } = process.env;
const hmr = createHmr({ root: ROOT });
/** @type {Hono<{ Bindings: import('@hono/node-server').HttpBindings }>} */
const app = new Hono();

app.use(({ env: { incoming, outgoing } }, next) => {
  return new Promise((resolve, reject) => {
    outgoing.once('close', () => resolve(RESPONSE_ALREADY_SENT));
    hmr.middleware(incoming, outgoing, (error) => (error ? reject(error) : resolve(next())));
  });
});

app.get('/api', (context) => context.json({ from: 'hono' }));

const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: 'localhost' }, () => {
  console.log(`Open http://localhost:${PORT}/`);
});
hmr.attach(server);
