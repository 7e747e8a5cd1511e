/** Connect, with sirv for files of another folder: `node examples/connect-sirv/server.js` */

import http from 'node:http';
import path from 'node:path';
import connect from 'connect';
import { createHmr } from 'hotgraph';
import sirv from 'sirv';

const { PORT = '3000', ROOT = path.join(import.meta.dirname, '../app') } = process.env;
const hmr = createHmr({ root: ROOT });
const app = connect();

app.use(hmr.middleware);
app.use('/examples', sirv(path.join(import.meta.dirname, '..'), { dev: true }));

const server = http.createServer(app);
hmr.attach(server);
server.listen(Number(PORT), 'localhost', () => console.log(`Open http://localhost:${PORT}/`));
