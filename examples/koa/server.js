/** Koa: `node examples/koa/server.js` */

import path from 'node:path';
import { createHmr } from 'hotgraph';
import Koa from 'koa';

const { PORT = '3000', ROOT = path.join(import.meta.dirname, '../app') } = process.env;
const hmr = createHmr({ root: ROOT });
const app = new Koa();

app.use(({ req, res }, next) => {
  return new Promise((resolve, reject) => {
    res.once('close', resolve);
    hmr.middleware(req, res, (error) => (error ? reject(error) : resolve(next())));
  });
});

app.use((context) => {
  if (context.path === '/api') context.body = { from: 'koa' };
});

const server = app.listen(Number(PORT), 'localhost', () => {
  console.log(`Open http://localhost:${PORT}/`);
});
hmr.attach(server);
