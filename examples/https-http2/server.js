/**
 * HTTP/2, and HTTP/1.1 for the socket, over TLS: `node examples/https-http2/server.js`, with a certificate in the working
 * directory:
 *
 *     openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout key.pem -out cert.pem
 */

import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import path from 'node:path';
import { createHmr } from 'hotgraph';

const { PORT = '3000', ROOT = path.join(import.meta.dirname, '../app') } = process.env;
const { KEY = 'key.pem', CERT = 'cert.pem' } = process.env;
const hmr = createHmr({ root: ROOT });

const tls = { key: readFileSync(KEY), cert: readFileSync(CERT), allowHTTP1: true };
const server = http2.createSecureServer(tls, (request, response) => {
  hmr.middleware(request, response, (error) => {
    response.statusCode = error ? 500 : 404;
    response.end(error ? String(error) : 'Not found');
  });
});
hmr.attach(server);
server.listen(Number(PORT), 'localhost', () => console.log(`Open https://localhost:${PORT}/`));
