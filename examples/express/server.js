/** Express: `node examples/express/server.js` */

import path from 'node:path';
import express from 'express';
import { createHmr } from 'hotgraph';

const { PORT = '3000', ROOT = path.join(import.meta.dirname, '../app') } = process.env;
const hmr = createHmr({ root: ROOT });
const app = express();

app.use(hmr.middleware);

// A page that the app writes itself.
const page = `<!doctype html><title>hotgraph</title><h1>…</h1><button></button>
<link rel="stylesheet" href="/style.css"><script type="module" src="/main.js"></script>`;
app.get('/made', (request, response) => {
  response.send(hmr.transformPage(page, request));
});

const server = app.listen(Number(PORT), 'localhost', () => {
  console.log(`Open http://localhost:${PORT}/`);
});
hmr.attach(server);
