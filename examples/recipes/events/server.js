/** Events between a server and its pages: `node examples/recipes/events/server.js` */
import http from 'node:http';
import { createHmr } from 'hotgraph';

const { PORT = '3000', ROOT = import.meta.dirname } = process.env;
const hmr = createHmr({ root: ROOT });

/** @type {string[]} */
const notes = [];

hmr.hot.on('notes:add', ({ text }, client) => {
  notes.push(text);
  client.send('notes:saved', { count: notes.length }); // to the page that sent it
  hmr.hot.send('notes:all', { notes }); // to all pages
});

const server = http.createServer((request, response) => {
  hmr.middleware(request, response, () => response.writeHead(404).end());
});
hmr.attach(server);
server.listen(Number(PORT), 'localhost', () => console.log(`Open http://localhost:${PORT}/`));
