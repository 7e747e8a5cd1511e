/**
 * `watch: true`: the host alone would reload every page for any change that it watches. hotgraph applies each change
 * that it suppresses a reload for, or reloads the pages that it concerns, with the reason.
 */

import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import ava from 'ava';
import { PAGE, startApp } from '../helpers/app.js';
import { closeBrowser, waitFor } from '../helpers/browser.js';

const test = ava.serial;

ava.after.always(closeBrowser);

const CONFIG = { watch: true };
const value = () => globalThis.value;
const tick = () => {
  globalThis.alive = true;
};

/** The only reload so far, after which the page shows what is new. */
async function reload(t, { tab, server }, read, expected) {
  await tab.until(read, expected);
  await tab.loaded(2);
  const { report } = await server.event(({ type }) => type === 'reloaded');
  await tab.connected();
  t.is(tab.loads, 2);
  return report;
}

/** What a plugin makes of a file. */
const made = (name, make) => {
  let rootDir;
  return {
    name: 'made',
    serverStart({ config, fileWatcher }) {
      rootDir = config.rootDir;
      this.watcher = fileWatcher;
    },
    read(file) {
      this.watcher.add(`${rootDir}/${file}`);
      return readFileSync(`${rootDir}/${file}`, 'utf8');
    },
    serve(context) {
      if (context.path === name) return make.call(this, context);
    },
  };
};

test('an edit of a watched file reaches the script that a plugin makes of it', async (t) => {
  const plugin = made('/page.md.js', function () {
    return { body: `export default ${JSON.stringify(this.read('page.md'))};`, type: 'js' };
  });
  const app = await startApp(
    t,
    { 'main.js': `import text from './page.md.js'; globalThis.value = text;`, 'page.md': 'one' },
    { config: CONFIG, before: [plugin] },
  );
  await app.tab.until(value, 'one');
  await app.project.write('page.md', 'two');
  const report = await reload(t, app, value, 'two');
  t.is(report.cause, 'input');
  t.is(report.changed, '/page.md');
  t.true(report.remedy.includes('dependsOn'), report.remedy);
});

test('an edit of a watched template reaches the page that a plugin makes of it', async (t) => {
  const plugin = made('/', function () {
    return { body: this.read('template.njk').replace('{{ body }}', PAGE), type: 'html' };
  });
  const app = await startApp(
    t,
    { 'main.js': 'globalThis.value = 1;', 'template.njk': '<!doctype html><h1>one</h1>{{ body }}' },
    { config: CONFIG, before: [plugin] },
  );
  const title = () => document.querySelector('h1').textContent;
  await app.tab.until(title, 'one');
  await app.project.write('template.njk', '<!doctype html><h1>two</h1>{{ body }}');
  t.is((await reload(t, app, title, 'two')).changed, '/template.njk');
});

test('an edit of a file that a transform reads reaches the page', async (t) => {
  const plugin = {
    ...made('', () => {}),
    transform(context) {
      if (context.path !== '/main.js') return;
      return { body: context.body.replace('TEXT', this.read('text.txt')), transformCache: false };
    },
  };
  const app = await startApp(
    t,
    { 'main.js': `globalThis.value = 'TEXT';`, 'text.txt': 'one' },
    { config: CONFIG, before: [plugin] },
  );
  await app.tab.until(value, 'one');
  await app.project.write('text.txt', 'two');
  t.is((await reload(t, app, value, 'two')).changed, '/text.txt');
});

for (const watch of [true, false]) {
  test(`dependsOn: a module is updated when its inputs change, watch: ${watch}`, async (t) => {
    const plugin = {
      ...made('', () => {}),
      transform(context) {
        if (context.path !== '/text.js') return;
        const text = readFileSync(`${app.project.folder}/text.txt`, 'utf8');
        return { body: context.body.replace('TEXT', text) };
      },
    };
    const app = { project: undefined };
    Object.assign(
      app,
      await startApp(
        t,
        {
          'main.js': 'globalThis.start = () => import("./text.js");',
          'text.js': `globalThis.value = 'TEXT'; import.meta.hot.accept();`,
          'text.txt': 'one',
        },
        { config: { watch }, before: [plugin] },
      ),
    );
    const { server, tab, project } = app;
    server.hmr.dependsOn('text.js', 'text.txt');
    await tab.evaluate(() => globalThis.start());
    await tab.until(value, 'one');
    await tab.evaluate(tick);
    await project.write('text.txt', 'two');
    await tab.until(value, 'two');
    await project.write('text.txt', 'two');
    // A slow writer, for which time is the subject: nothing is made of the file while it is empty.
    const file = await open(project.path('text.txt'), 'w');
    await pause(500);
    await file.write('three');
    await file.close();
    await tab.until(value, 'three');
    t.true(await tab.evaluate(() => globalThis.alive));
    t.is(server.events.filter(({ type }) => type === 'updated').length, 2);
  });
}

test("a plugin's report that a file gives other code is an update", async (t) => {
  let text = 'one';
  const plugin = {
    ...made('', () => {}),
    transform(context) {
      if (context.path === '/text.js') return { body: context.body.replace('TEXT', text) };
    },
  };
  const app = await startApp(
    t,
    {
      'main.js': `import './text.js';`,
      'text.js': `globalThis.value = 'TEXT'; import.meta.hot.accept();`,
    },
    { config: CONFIG, before: [plugin] },
  );
  const { tab, project, server } = app;
  await tab.until(value, 'one');
  await tab.evaluate(tick);
  text = 'two';
  server.server.fileWatcher.emit('change', project.path('text.js'));
  await tab.until(value, 'two');
  t.true(await tab.evaluate(() => globalThis.alive));
});

for (const [what, code] of Object.entries({
  'fetch()': `fetch('./card.html').then((response) => response.text())`,
  XMLHttpRequest: `new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('GET', './card.html');
    request.onload = () => resolve(request.responseText);
    request.send();
  })`,
})) {
  test(`an edit of HTML that ${what} fetches for a template reloads the page`, async (t) => {
    const app = await startApp(
      t,
      {
        'main.js': `const template = document.createElement('template');
${code}.then((html) => { template.innerHTML = html; globalThis.value = template.content.textContent; });`,
        'card.html': '<p>one</p>',
      },
      { config: CONFIG },
    );
    await app.tab.until(value, 'one');
    await app.project.write('card.html', '<p>two</p>');
    t.is((await reload(t, app, value, 'two')).changed, '/card.html');
  });
}

for (const [where, files] of Object.entries({
  'a <style> of the page': {
    'index.html': PAGE.replace('<head>', '<head><style>@import "./a.css";</style>'),
    'main.js': '',
  },
  'a <style> that code makes': {
    'main.js': `const style = document.createElement('style');
style.textContent = '@import url(./a.css);';
document.head.append(style);`,
  },
})) {
  test(`an edit of a style sheet that ${where} imports reaches the page`, async (t) => {
    const app = await startApp(
      t,
      { ...files, 'a.css': '@import "./b.css";', 'b.css': 'body { color: rgb(1, 1, 1) }' },
      { config: CONFIG },
    );
    const read = () => getComputedStyle(document.body).color;
    await app.tab.until(read, 'rgb(1, 1, 1)');
    await app.tab.evaluate(tick);
    await app.project.write('b.css', 'body { color: rgb(2, 2, 2) }');
    await app.tab.until(read, 'rgb(2, 2, 2)');
    await app.project.write('a.css', 'body { color: rgb(3, 3, 3) }');
    await app.tab.until(read, 'rgb(3, 3, 3)');
    t.true(await app.tab.evaluate(() => globalThis.alive));
    // The old rule goes when the new one has loaded.
    await app.tab.until(() => document.querySelector('style').sheet.cssRules.length, 1);
  });
}

test('an edit of a style sheet that a <style> in a shadow root imports reaches the page', async (t) => {
  const app = await startApp(
    t,
    {
      'main.js': `const root = document.body.attachShadow({ mode: 'open' });
root.innerHTML = '<style>@import "./a.css";</style><p>text</p>';`,
      'a.css': 'p { color: rgb(1, 1, 1) }',
    },
    { config: CONFIG },
  );
  const read = () => getComputedStyle(document.body.shadowRoot.querySelector('p')).color;
  await app.tab.until(read, 'rgb(1, 1, 1)');
  await app.tab.evaluate(tick);
  await app.project.write('a.css', 'p { color: rgb(2, 2, 2) }');
  await app.tab.until(read, 'rgb(2, 2, 2)');
  t.true(await app.tab.evaluate(() => globalThis.alive));
});

for (const path of ['/docs', '/docs/', '/docs/index.html']) {
  test(`a page at ${path} that is docs/index.html`, async (t) => {
    const page = (title) =>
      `<!doctype html><html><head></head><body><h1>${title}</h1></body></html>`;
    const app = await startApp(t, { 'docs/index.html': page('one') }, { config: CONFIG, path });
    const title = () => document.querySelector('h1')?.textContent;
    await app.tab.until(title, 'one');
    await app.project.write('docs/index.html', page('two'));
    t.is((await reload(t, app, title, 'two')).cause, 'page');
  });
}

const WORKERS = {
  'an AudioWorklet': {
    'main.js': `const context = new OfflineAudioContext(1, 128, 44100);
await context.audioWorklet.addModule('./a.js');
globalThis.value = 'loaded';`,
    'a.js': `import './dep.js';`,
    'dep.js': '1;',
  },
  'a PaintWorklet': {
    'main.js': `await CSS.paintWorklet.addModule('./a.js'); globalThis.value = 'loaded';`,
    'a.js': `import './dep.js';`,
    'dep.js': '1;',
  },
  'a worker that a worker starts': {
    'main.js': `const worker = new Worker('./outer.js', { type: 'module' });
worker.onmessage = ({ data }) => { globalThis.value = data; };`,
    'outer.js': `const worker = new Worker('./a.js', { type: 'module' });
worker.onmessage = ({ data }) => postMessage(data);`,
    'a.js': `import './dep.js'; postMessage('loaded');`,
    'dep.js': '1;',
  },
  'a computed import() of a worker': {
    'main.js': `const worker = new Worker('./a.js', { type: 'module' });
worker.onmessage = ({ data }) => { globalThis.value = data; };`,
    'a.js': `const name = 'dep'; import('./' + name + '.js').then(() => postMessage('loaded'));`,
    'dep.js': '1;',
  },
  'a fetch() of a worker': {
    'main.js': `const worker = new Worker('./a.js', { type: 'module' });
worker.onmessage = ({ data }) => { globalThis.value = data; };`,
    'a.js': `fetch('./dep.js').then((response) => response.text()).then(() => postMessage('loaded'));`,
    'dep.js': '1;',
  },
  'importScripts() of a worker': {
    'main.js': `const worker = new Worker('./a.js');
worker.onmessage = ({ data }) => { globalThis.value = data; };`,
    'a.js': `importScripts('./dep.js'); postMessage('loaded');`,
    'dep.js': '1;',
  },
  'importScripts() of a service worker': {
    'main.js': `await navigator.serviceWorker.register('./a.js');
await navigator.serviceWorker.ready;
globalThis.value = 'loaded';`,
    'a.js': `importScripts('./dep.js');`,
    'dep.js': '1;',
  },
};
for (const [what, files] of Object.entries(WORKERS)) {
  for (const file of ['a.js', 'dep.js']) {
    test(`${what}: ${file} changes`, async (t) => {
      const app = await startApp(t, files, { config: CONFIG });
      await app.tab.until(value, 'loaded');
      await app.project.write(file, `${files[file]}\n// changed`);
      const report = await reload(t, app, value, 'loaded');
      t.is(report.cause, 'resource');
      t.is(report.changed, `/${file}`);
    });
  }
}

for (const [what, frame] of Object.entries({
  srcdoc: (script) => `const frame = document.createElement('iframe');
frame.srcdoc = '<base href="${'/'}">' + ${JSON.stringify(script)};
document.body.append(frame);`,
  'about:blank': (script) => `const frame = document.createElement('iframe');
document.body.append(frame);
frame.contentDocument.open();
frame.contentDocument.write('<base href="/">' + ${JSON.stringify(script)});
frame.contentDocument.close();`,
  blob: (script) => `const page = '<base href="' + origin + '/">' + ${JSON.stringify(script)};
const src = URL.createObjectURL(new Blob([page], { type: 'text/html' }));
document.body.append(Object.assign(document.createElement('iframe'), { src }));`,
})) {
  const files = (script) => ({
    'main.js': `${frame(script)}
globalThis.read = () => document.querySelector('iframe').contentWindow.value;`,
    'frame.js': `globalThis.value = 1;\nimport.meta.hot?.accept();`,
    'plain.js': 'globalThis.value = 1;',
    'frame.css': 'body { color: rgb(1, 1, 1) }',
  });
  const read = () => globalThis.read();

  test(`a ${what} frame gets hot updates`, async (t) => {
    const { tab, project } = await startApp(
      t,
      files('<script type="module" src="/frame.js"></script>'),
      {
        config: CONFIG,
      },
    );
    await tab.until(read, 1);
    await tab.evaluate(tick);
    await project.write('frame.js', 'globalThis.value = 2;\nimport.meta.hot?.accept();');
    await tab.until(read, 2);
    await project.write('frame.js', 'globalThis.value = 3;\nimport.meta.hot?.accept();');
    await tab.until(read, 3);
    t.true(await tab.evaluate(() => globalThis.alive));
  });

  test(`a style sheet of a ${what} frame that has no client`, async (t) => {
    const link = '<link rel="stylesheet" href="/frame.css">';
    const app = await startApp(t, files(link), { config: CONFIG });
    const color = () => {
      const { document } = globalThis.frames[0];
      return document.body && getComputedStyle(document.body).color;
    };
    await app.tab.until(color, 'rgb(1, 1, 1)');
    await app.project.write('frame.css', 'body { color: rgb(2, 2, 2) }');
    t.is((await reload(t, app, color, 'rgb(2, 2, 2)')).changed, '/frame.css');
  });

  test(`a script of a ${what} frame that accepts nothing`, async (t) => {
    const app = await startApp(t, files('<script type="module" src="/plain.js"></script>'), {
      config: CONFIG,
    });
    await app.tab.until(read, 1);
    await app.project.write('plain.js', 'globalThis.value = 2;');
    t.is((await reload(t, app, read, 2)).changed, '/plain.js');
  });
}

// -- what is on its way while it is saved -----------------------------------------------------------

/** Holds up the answer to requests for a file whose content is known. */
function slow(path) {
  const answered = [];
  let open = () => {};
  const opened = new Promise((resolve) => {
    open = resolve;
  });
  const middleware = async (context, next) => {
    await next();
    if (context.path !== path || answered.length > 0) return;
    answered.push(path);
    await opened;
  };
  return { middleware, open, isAsked: () => answered.length > 0 };
}

const ON_THE_WAY = {
  'a fetch()': {
    code: `fetch('./x.txt').then((response) => response.text()).then((text) => { globalThis.value = text; });`,
    file: 'x.txt',
    before: 'one',
    after: 'two',
    read: value,
  },
  'a link': {
    code: `const link = document.createElement('link');
link.rel = 'stylesheet';
link.href = './x.css';
document.head.append(link);`,
    file: 'x.css',
    before: 'body { --value: one }',
    after: 'body { --value: two }',
    read: () => getComputedStyle(document.body).getPropertyValue('--value').trim(),
  },
  'a classic script': {
    code: `const script = document.createElement('script');
script.src = './x.js';
document.head.append(script);`,
    file: 'x.js',
    before: `globalThis.value = 'one';`,
    after: `globalThis.value = 'two';`,
    read: value,
  },
  'a CSS module': {
    code: `import('./x.css', { with: { type: 'css' } }).then(({ default: sheet }) => {
  document.adoptedStyleSheets = [sheet];
});`,
    file: 'x.css',
    before: 'body { --value: one }',
    after: 'body { --value: two }',
    read: () => getComputedStyle(document.body).getPropertyValue('--value').trim(),
  },
  'an image': {
    code: `const image = document.createElement('img');
image.src = './x.svg';
document.body.append(image);
globalThis.image = image;`,
    file: 'x.svg',
    before: '<svg xmlns="http://www.w3.org/2000/svg" width="11" height="1"/>',
    after: '<svg xmlns="http://www.w3.org/2000/svg" width="12" height="1"/>',
    read: () => ({ 11: 'one', 12: 'two' })[globalThis.image?.naturalWidth],
  },
};
for (const [what, { code, file, before, after, read }] of Object.entries(ON_THE_WAY)) {
  test(`${what} that is on its way while the file is saved`, async (t) => {
    const { middleware, open, isAsked } = slow(`/${file}`);
    const { tab, project, server } = await startApp(
      t,
      // Not before the page has loaded, which would wait for it.
      {
        'main.js': `addEventListener('load', () => setTimeout(() => { ${code} }));`,
        [file]: before,
      },
      { config: { ...CONFIG, middleware: [middleware] } },
    );
    await waitFor(isAsked, () => 'the file was not asked for');
    await project.write(file, after);
    await server.event(({ type }) => type === 'acknowledged');
    open();
    await tab.until(read, 'two');
    const reports = server.events.flatMap(({ report }) => report ?? []);
    for (const { changed } of reports) t.is(changed, `/${file}`);
    t.true(tab.loads <= 2);
  });
}
