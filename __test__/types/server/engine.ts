import { createServer } from 'node:http';
import {
  type ClientMessage,
  destinationOf,
  HmrEndpoint,
  HmrEngine,
  type HostEvent,
  type PageStatus,
  type ServerMessage,
  type SnapshotOptions,
  transformPage,
} from 'hotgraph';

const server = createServer((request, response) => {
  const destination = destinationOf(request.headers);
  const served = engine.serveScript('/a.js', 'export {}', '/root/a.js', Date.now());
  const own = endpoint.find('/a.js', request.headers, engine);
  response.end(own?.body ?? (destination === 'module' ? served?.code : undefined));
});

const endpoint = new HmrEndpoint({
  server,
  onConnect: (client) => engine.connect(client),
  onMessage: (client, text) => engine.receive(client, text),
  onDisconnect: (client) => engine.disconnect(client),
  waiting: () => engine.waitingFrames,
});

const snapshot: SnapshotOptions = { file: '/cache/8000.snapshot', settings: process.version };
const options = { root: '/root', clientUrl: endpoint.clientUrl, snapshot };
const engine = new HmrEngine(options, (client, text) => {
  if (client > 0) {
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === 'update') message.stale.map(({ url, acceptance }) => [url, acceptance]);
    endpoint.send(text, client);
    return;
  }
  const event = JSON.parse(text) as HostEvent;
  if (event.type === 'failed') console.error(event.message);
  if (event.type === 'pull') engine.pulled(event.question);
});

const { html, base, loads, importMap } = transformPage('<p>', '/index.html', '/', {
  head: endpoint.head('/index.html', engine.version, engine.session),
  stamped: (from, reference) => engine.stamped(from, reference),
  inlineModule: (url, code) => engine.serveScript(url, code)?.code ?? null,
});
if (importMap) engine.importMap('/index.html', importMap.imports, importMap.scopes);
engine.servePage('/index.html', base, loads, null, null, html);
engine.serveResource('/a.css', 'style');
engine.link('/a.js', { lit: '/lit.js' });
engine.fileChanged('/root/a.js');

const hello: ClientMessage = {
  type: 'hello',
  session: engine.session,
  since: engine.version,
  page: null,
  reloaded: null,
  again: false,
};
engine.receive(1, JSON.stringify(hello));
const behind: PageStatus[] = engine.pages().filter(({ isBehind }) => isBehind);
console.log(behind.map(({ client, url, version }) => `${client} ${url ?? '-'} ${version}`));
engine.close();

// @ts-expect-error: no such kind
engine.serveResource('/a.css', 'sheet');
// @ts-expect-error: without an options object
new HmrEngine();
// @ts-expect-error: no such message
const odd: ClientMessage = { type: 'goodbye' };
