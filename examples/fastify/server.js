/** Fastify: `node examples/fastify/server.js` */

import path from 'node:path';
import middie from '@fastify/middie';
import fastify from 'fastify';
import { createHmr } from 'hotgraph';

const { PORT = '3000', ROOT = path.join(import.meta.dirname, '../app') } = process.env;
const hmr = createHmr({ root: ROOT });
const app = fastify();

await app.register(middie);
app.use(hmr.middleware);
app.addHook('onClose', () => hmr.close());
app.get('/api', async () => ({ from: 'fastify' }));

hmr.attach(app.server);
await app.listen({ port: Number(PORT), host: 'localhost' });
console.log(`Open http://localhost:${PORT}/`);
