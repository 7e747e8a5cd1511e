/** A page that the server renders from two files: `node examples/recipes/templates/server.js` */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { createHmr } from 'hotgraph';

const { PORT = '3000', ROOT = import.meta.dirname } = process.env;
const hmr = createHmr({ root: path.join(ROOT, 'app') });

const files = ['views/page.html', 'views/page.json'].map((name) => path.join(ROOT, name));

/** The page, rendered. */
function render() {
  const [template = '', data = ''] = files.map((file) => readFileSync(file, 'utf8'));
  return template.replace('{{ title }}', JSON.parse(data).title);
}

const server = http.createServer((request, response) => {
  if (request.url !== '/') {
    hmr.middleware(request, response, () => response.writeHead(404).end());
    return;
  }
  // An edit of one of these files reloads the page.
  const html = hmr.transformPage(render(), request, files);
  response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
});
hmr.attach(server);
server.listen(Number(PORT), 'localhost', () => console.log(`Open http://localhost:${PORT}/`));
