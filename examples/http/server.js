/** node:http, without any framework: `node examples/http/server.js` */

import http from 'node:http';
import path from 'node:path';
import { createHmr } from 'hotgraph';

const { PORT = '3000', ROOT = path.join(import.meta.dirname, '../app') } = process.env;
const hmr = createHmr({ root: ROOT });

const server = http.createServer((request, response) => {
  hmr.middleware(request, response, (error) => {
    response.writeHead(error ? 500 : 404).end(error ? String(error) : 'Not found');
  });
});
hmr.attach(server);
server.listen(Number(PORT), 'localhost', () => console.log(`Open http://localhost:${PORT}/`));
