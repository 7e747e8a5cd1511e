import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { createHmr, type Hmr, type HmrOptions } from 'hotgraph';

const options: HmrOptions = {
  root: 'app',
  base: '/app',
  spa: true,
  watch: 'poll',
  logLevel: 'debug',
  cacheDir: false,
  onEvent: ({ type }) => console.log(type),
};
const hmr: Hmr = createHmr(options);
createHmr();

const server = http.createServer((request, response) => {
  hmr.middleware(request, response, (error) => {
    const html = hmr.transformPage('<p>', request, ['views/page.html']);
    response.end(error === undefined ? html : String(error));
  });
});
const secure = http2.createSecureServer({ allowHTTP1: true }, (request, response) =>
  hmr.middleware(request, response, () => response.end()),
);
hmr.attach(server);
hmr.attach(https.createServer());
hmr.attach(secure);
hmr.hot.on('my:event', ({ msg }, client) => client.send('my:response', { msg }));
hmr.dependsOn('app/a.js', 'app/a.txt');
hmr.close().then(() => server.close());

// @ts-expect-error: no such option
createHmr({ rootDir: 'app' });
// @ts-expect-error: no server
hmr.attach({});
