/**
 * `npx hotgraph --proxy`: which urls of a backend are files, and what edits of them do.
 */

import { readFileSync } from 'node:fs';
import ava from 'ava';
import { get } from '../../helpers/attack.js';
import { closeBrowser } from '../../helpers/browser.js';
import { color, greet, heading, open, startFor, startRails } from '../../helpers/proxy.js';

// One after the other: many tabs at once only make each other slow.
const test = ava.serial;

ava.after.always(closeBrowser);

test('modules of an import map with digests are hot, and so are styles', async (t) => {
  const { project, origin, program } = await startRails(t);
  const tab = await open(t, `${origin}/`);
  await tab.until(heading, 'Hello, stranger');
  await tab.page.click('button');
  for (const word of ['Welcome', 'Good morning']) {
    await project.write('app/javascript/controllers/hello.js', greet(word));
    await tab.until(heading, `${word}, stranger`);
  }
  await project.write('app/assets/application.css', 'body { color: rgb(1, 2, 3) }');
  await tab.until(color, 'rgb(1, 2, 3)');
  t.is(await tab.evaluate(() => document.querySelector('button').textContent), 'Clicked 1 times');
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
  await program.said('updated javascript/controllers/hello.js');

  // The next page has other digests, and is as hot.
  await tab.page.reload();
  await tab.connected();
  await tab.until(heading, 'Good morning, stranger');
  await project.write('app/javascript/controllers/hello.js', greet('Good night'));
  await tab.until(heading, 'Good night, stranger');
  t.is(tab.loads, 2);
});

test('a save with a syntax error keeps the page, and the next good one applies', async (t) => {
  const { project, origin, program } = await startRails(t);
  const tab = await open(t, `${origin}/`);
  await project.write('app/javascript/controllers/hello.js', 'export const greet = ;');
  await program.said('hello.js:1');
  t.is(await tab.evaluate(heading), 'Hello, stranger');
  await project.write('app/javascript/controllers/hello.js', greet('Back'));
  await tab.until(heading, 'Back, stranger');
  t.is(tab.loads, 1);
});

test('a template that changes reloads the pages, with the reason', async (t) => {
  const { project, origin, program } = await startRails(t);
  const tab = await open(t, `${origin}/`);
  const template = readFileSync(project.path('app/views/index.html'), 'utf8');
  await project.write('app/views/index.html', template.replace('a template', 'a new template'));
  await tab.until(() => document.querySelector('p').textContent, 'Rendered by a new template.');
  await tab.connected();
  t.is(tab.loads, 2);
  await program.said('page reload: /views/index.html changed');
  // A new one, in a new folder, is one too.
  project.writeNow('app/views/shared/footer.html', '<footer></footer>');
  await tab.loaded(3);
  await program.said('/views/shared/footer.html changed');
});

test('maps name files by their urls, with digests and without', async (t) => {
  const { project, origin } = await startRails(t, ['--map', '/assets/=app/javascript']);
  const tab = await open(t, `${origin}/`);
  await project.write('app/javascript/controllers/hello.js', greet('Mapped'));
  await tab.until(heading, 'Mapped, stranger');
  t.is(tab.loads, 1);
  // Whatever the backend has at that url.
  const { body, headers } = await get(origin, '/assets/controllers/hello.js');
  t.true(body.includes('Mapped'));
  t.is(headers['cache-control'], 'no-cache');
});

test('maps name several folders, and the backend has all other urls', async (t) => {
  const answer = (request, response) => {
    if (request.url === '/') {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<script type="module" src="/js/main.js"></script>');
    } else {
      response.writeHead(200, { 'content-type': 'text/javascript' });
      response.end("export const from = 'the backend';");
    }
  };
  const main = (dep) => `import { value } from '/lib/dep.js';
import { from } from '/js/backend.js';
globalThis.value = [value, from];
import.meta.hot.accept('/lib/dep.js', (dep) => { globalThis.value = [dep.value, from]; });
${dep}`;
  const { project, origin } = await startFor(
    t,
    answer,
    { 'one/main.js': main(''), 'two/dep.js': 'export const value = 1;', 'two/.env': 'SECRET' },
    ['--map', '/js/=one', '--map', '/lib=two'],
  );
  const tab = await open(t, `${origin}/`);
  const value = () => globalThis.value;
  await tab.until(value, [1, 'the backend']);
  await project.write('two/dep.js', 'export const value = 2;');
  await tab.until(value, [2, 'the backend']);
  t.is(tab.loads, 1);
  t.false((await get(origin, '/lib/.env')).body.includes('SECRET'));
  t.false((await get(origin, '/lib/..%2fone/main.js')).body.includes('globalThis'));
});

test('new imports of a save are found among the files and at the backend', async (t) => {
  const backend = new Map([
    ['/', ['text/html', '<script type="module" src="/a/main.js"></script>']],
  ]);
  let project;
  const answer = ({ url }, response) => {
    const known = backend.get(url);
    const read = () => {
      try {
        return ['text/javascript', readFileSync(project.path(`app${url.slice(2)}`))];
      } catch {
        return undefined;
      }
    };
    const found = known ?? read();
    if (!found) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': found[0] }).end(found[1]);
  };
  backend.set('/gem.js', ['text/javascript', "export const gem = 'gem';"]);
  const main = 'globalThis.value = 1; import.meta.hot.accept();';
  const started = await startFor(t, answer, { 'app/main.js': main });
  project = started.project;
  const tab = await open(t, `${started.origin}/`);
  const value = () => globalThis.value;
  await tab.until(value, 1);
  project.writeNow('app/more/new.js', 'export const fresh = 2;');
  await project.write(
    'app/main.js',
    `import { fresh } from './more/new.js'; import { gem } from '/gem.js';
globalThis.value = [fresh, gem]; import.meta.hot.accept();`,
  );
  await tab.until(value, [2, 'gem']);
  await project.write('app/more/new.js', 'export const fresh = 3;');
  await tab.until(value, [3, 'gem']);
  t.is(tab.loads, 1);
  t.deepEqual(tab.errors, []);
});

test('creating a missing module at a mapped url repairs the page', async (t) => {
  const answer = ({ url }, response) => {
    if (url !== '/') return response.writeHead(404, { 'content-type': 'text/plain' }).end('no');
    response.writeHead(200, { 'content-type': 'text/html' });
    return response.end('<script type="module" src="/js/main.js"></script>');
  };
  const files = { 'app/main.js': "import { value } from './dep.js'; globalThis.value = value;" };
  const { project, origin, program } = await startFor(t, answer, files, ['--map', '/js/=app']);
  const tab = await open(t, `${origin}/`);
  await program.said('imports "./dep.js", which could not be loaded');
  await project.write('app/dep.js', 'export const value = 1;');
  await tab.until(() => globalThis.value, 1);
  t.deepEqual(tab.errors, []);
});

test('a file that the backend transforms stays the backend’s', async (t) => {
  let asked = 0;
  const answer = (request, response) => {
    if (request.url !== '/app.js') return response.writeHead(404).end();
    asked += 1;
    response.writeHead(200, { 'content-type': 'text/javascript', etag: '"made"' });
    return response.end('made of app.js');
  };
  const { origin } = await startFor(t, answer, { 'app/app.js': 'the source' });
  const { body, headers } = await get(origin, '/app.js');
  t.is(body, 'made of app.js');
  t.is(headers.etag, '"made"');
  t.true(asked > 0);
});
