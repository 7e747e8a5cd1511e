import test from 'ava';
import { Registrations } from '../../dist/runtime/model/registrations.js';
import { mergeUpdates } from '../../dist/runtime/update/merge.js';
import { plan } from '../../dist/runtime/update/plan.js';

const VERSION = 100;

/**
 * An update from lines such as `a <- b c(./a.js)`: `a` is stale and imported by `b` and by `c`, which
 * accepts it as `./a.js`. Words before the arrow say more of `a`: its kind or its acceptance. `b[x,y]` uses
 * its exports `x` and `y`.
 */
function update(lines, { changed, trail, message = null } = {}) {
  const stale = lines.map((line) => {
    const [left, right = ''] = line.split('<-').map((side) => side.trim());
    const [url, ...words] = left.split(' ');
    const kind = words.find((word) => ['style', 'page', 'asset'].includes(word)) ?? 'script';
    const acceptance =
      words.find((word) => /^(accepts|bubbles|exports|declines)$/.test(word)) ?? 'none';
    const importers = right.split(' ').filter(Boolean);
    return {
      url,
      version: VERSION,
      kind,
      acceptance,
      body: null,
      importers: importers.map((importer) => {
        const [, name, accepts, uses] = /^([^([]+)(?:\((.*)\))?(?:\[(.*)\])?$/.exec(importer);
        return { url: name, accepts: accepts ? [accepts] : [], uses: uses?.split(',') ?? [] };
      }),
    };
  });
  return {
    version: VERSION,
    changed: changed ?? [stale[0].url],
    stale,
    added: [],
    departures: [],
    invalidated: trail ? { message, trail } : null,
  };
}

/** A page at `/index.html` that loaded `loaded`; `hot` says what generations registered. */
function page({
  loaded,
  hot = {},
  styles = [],
  images = [],
  by = [],
  workers = [],
  url = '/index.html',
  versions = {},
  departed = [],
  foreign = [],
}) {
  const running = new Map(
    Object.entries(hot).map(([of, { version = 0, accepts = [], ...more }]) => {
      const registered = Object.assign(new Registrations(), more);
      registered.dependencies.push({ specifiers: accepts, callback: undefined });
      return [of, { version, registered }];
    }),
  );
  return {
    url,
    isLoaded: (of) => loaded.split(' ').includes(of),
    showsStyle: (of) => styles.includes(of),
    loadedBy: () => new Set(by),
    departed: new Set(departed),
    showsImage: (of) => images.includes(of),
    isElsewhere: (of) => workers.includes(of),
    runs: () => false,
    hasRun: () => false,
    version: (of) => running.get(of)?.version ?? versions[of],
    imports: (importer, of) => !foreign.includes(`${importer} ${of}`),
    resolve: (importer, specifier) =>
      specifier.startsWith('.') ? new URL(specifier, `http://page${importer}`).pathname : undefined,
    current: (of) => running.get(of),
  };
}

/** The plan in short: `reload cause: chain`, or `module(accepted)… | stale… | styles…`. */
function short(result) {
  if (result.type === 'reload')
    return `reload ${result.report.cause}: ${result.report.chain.join(' ')}`;
  if (result.type === 'giveUp') return `giveUp ${result.module}`;
  const leaving = result.leaving.join(' ');
  const left = leaving ? `, ${leaving} leave` : '';
  if (result.type === 'nothing') return `nothing${left}`;
  const { boundaries, stale, styles, sheets, images } = result;
  const parts = [
    boundaries.map(({ module, accepted }) => `${module}(${accepted})`),
    stale.map(({ url }) => url),
    [
      ...styles.map(({ url }) => `link ${url}`),
      ...sheets.map(({ url }) => `sheet ${url}`),
      ...images.map(({ url }) => `image ${url}`),
    ],
  ];
  return parts.map((part) => part.join(' ')).join(' | ') + left;
}

const self = { acceptsItself: true };

const cases = {
  'a chain ends at the module that accepts itself': [
    update(['/c.js <- /b.js', '/b.js <- /a.js', '/a.js accepts <- /index.html']),
    page({ loaded: '/a.js /b.js /c.js', hot: { '/a.js': self } }),
    '/a.js(/a.js) | /c.js /b.js /a.js | ',
  ],
  'a chain ends at the importer that accepts': [
    update(['/c.js <- /b.js', '/b.js <- /a.js(./b.js)']),
    page({ loaded: '/a.js /b.js /c.js', hot: { '/a.js': { accepts: ['./b.js'] } } }),
    '/a.js(/b.js) | /c.js /b.js | ',
  ],
  'a specifier that only the server resolves': [
    update(['/lib/x.js <- /a.js(x)']),
    page({ loaded: '/a.js /lib/x.js', hot: { '/a.js': { accepts: ['x'] } } }),
    '/a.js(/lib/x.js) | /lib/x.js | ',
  ],
  'a self-accepting module stops the update': [
    update(['/b.js accepts <- /a.js(./b.js)']),
    page({ loaded: '/a.js /b.js', hot: { '/b.js': self, '/a.js': { accepts: ['./b.js'] } } }),
    '/b.js(/b.js) | /b.js | ',
  ],
  'both sides of a diamond': [
    update(['/d.js <- /b.js /c.js', '/b.js <- /a.js', '/c.js <- /a.js', '/a.js accepts <-']),
    page({ loaded: '/a.js /b.js /c.js /d.js', hot: { '/a.js': self } }),
    '/a.js(/a.js) | /d.js /b.js /c.js /a.js | ',
  ],
  'one side of a diamond that accepts is not enough': [
    update([
      '/d.js <- /b.js /c.js',
      '/b.js accepts <- /a.js',
      '/c.js <- /a.js',
      '/a.js <- /index.html',
    ]),
    page({ loaded: '/a.js /b.js /c.js /d.js', hot: { '/b.js': self } }),
    'reload deadEnd: /d.js /c.js /a.js /index.html',
  ],
  'importers that the page has not loaded do not matter': [
    update([
      '/d.js <- /b.js /c.js',
      '/b.js accepts <-',
      '/c.js <- /other.html',
      '/other.html page <-',
    ]),
    page({ loaded: '/b.js /d.js', hot: { '/b.js': self } }),
    '/b.js(/b.js) | /d.js /b.js | ',
  ],
  'a module that the page has not loaded changes nothing': [
    update(['/d.js <- /a.js', '/a.js <- /index.html']),
    page({ loaded: '/a.js' }),
    'nothing',
  ],
  'what the page no longer imports leaves it where nobody accepts': [
    update(['/d.js <- /c.js /other.js', '/c.js declines <- /b.js', '/b.js <-']),
    page({
      loaded: '/b.js /c.js /d.js',
      hot: { '/c.js': { declined: true } },
      departed: ['/b.js', '/c.js', '/d.js'],
    }),
    'nothing, /d.js /c.js /b.js leave',
  ],
  'what the page no longer imports and somebody accepts is renewed': [
    update(['/d.js <- /c.js /b.js', '/c.js accepts <- /b.js', '/b.js <-']),
    page({
      loaded: '/b.js /c.js /d.js',
      hot: { '/c.js': self },
      departed: ['/b.js', '/c.js', '/d.js'],
    }),
    '/c.js(/c.js) | /d.js /c.js | , /b.js leave',
  ],
  'a cycle that the page no longer imports leaves, whatever accepts what in it': [
    update(['/d.js <- /c.js', '/c.js <- /b.js', '/b.js <- /c.js(./b.js)']),
    page({
      loaded: '/b.js /c.js /d.js',
      hot: { '/c.js': { accepts: ['./b.js'] } },
      departed: ['/b.js', '/c.js', '/d.js'],
    }),
    'nothing, /d.js /c.js /b.js leave',
  ],
  'what the page no longer imports is renewed for what imported that and stays: it may be imported again':
    [
      update(['/d.js <- /c.js(./d.js) /b.js', '/b.js <-']),
      page({
        loaded: '/b.js /c.js /d.js',
        hot: { '/c.js': { accepts: ['./d.js'] } },
        departed: ['/b.js', '/c.js', '/d.js'],
      }),
      '/c.js(/d.js) | /d.js | , /b.js leave',
    ],
  'a cycle that the page no longer imports is renewed for what stays of it': [
    update(['/d.js <- /c.js', '/c.js <- /b.js(./c.js) /a.js', '/a.js accepts <- /b.js']),
    page({
      loaded: '/a.js /b.js /c.js /d.js',
      hot: { '/a.js': self, '/b.js': { accepts: ['./c.js'] } },
      departed: ['/a.js', '/b.js', '/c.js', '/d.js'],
    }),
    '/b.js(/c.js) /a.js(/a.js) | /d.js /c.js /a.js | ',
  ],
  'what else imports it reloads the page': [
    update(['/d.js <- /c.js /b.js', '/c.js <-', '/b.js <- /index.html']),
    page({ loaded: '/b.js /c.js /d.js', departed: ['/c.js'] }),
    'reload deadEnd: /d.js /b.js /index.html',
  ],
  'a module that is evaluated anew imports by itself what it accepts': [
    update(['/dep.js <- /b.js(./dep.js)', '/c.js <- /b.js', '/b.js accepts <- /a.js'], {
      changed: ['/dep.js', '/c.js'],
    }),
    page({
      loaded: '/a.js /b.js /c.js /dep.js',
      hot: { '/b.js': { acceptsItself: true, accepts: ['./dep.js'] } },
    }),
    '/b.js(/b.js) | /dep.js /c.js /b.js | ',
  ],
  'JSON that the page no longer imports leaves it': [
    update(['/d.json asset <- /other.js', '/other.js <-']),
    page({ loaded: '/d.json', departed: ['/d.json'] }),
    'nothing, /d.json leave',
  ],
  'a cycle below a boundary': [
    update(['/b.js <- /c.js /a.js', '/c.js <- /b.js', '/a.js accepts <-']),
    page({ loaded: '/a.js /b.js /c.js', hot: { '/a.js': self } }),
    '/a.js(/a.js) | /b.js /c.js /a.js | ',
  ],
  'a cycle that nothing known imports': [
    update(['/b.js <- /c.js', '/c.js <- /b.js']),
    page({ loaded: '/b.js /c.js' }),
    'reload deadEnd: /b.js /c.js',
  ],
  'a dead end without importers': [
    update(['/a.js <-']),
    page({ loaded: '/a.js' }),
    'reload deadEnd: /a.js',
  ],
  'a dead end at a page that the server does not know': [
    update(['/b.js <- /a.js', '/a.js <-']),
    page({ loaded: '/a.js /b.js', url: null }),
    'reload deadEnd: /b.js /a.js',
  ],
  'bubbling reaches a boundary above': [
    update(['/c.js bubbles <- /b.js', '/b.js <- /a.js', '/a.js accepts <-']),
    page({
      loaded: '/a.js /b.js /c.js',
      hot: { '/c.js': { acceptsItself: true, bubbles: true }, '/a.js': self },
    }),
    '/c.js(/c.js) /a.js(/a.js) | /c.js /b.js /a.js | ',
  ],
  'bubbling needs no boundary above': [
    update(['/c.js bubbles <- /b.js', '/b.js <- /index.html']),
    page({ loaded: '/b.js /c.js', hot: { '/c.js': { acceptsItself: true, bubbles: true } } }),
    '/c.js(/c.js) | /c.js | ',
  ],
  'bubbling past one importer, another one is required': [
    update(['/c.js bubbles <- /b.js', '/d.js <- /b.js', '/b.js <- /index.html'], {
      changed: ['/c.js', '/d.js'],
    }),
    page({
      loaded: '/b.js /c.js /d.js',
      hot: { '/c.js': { acceptsItself: true, bubbles: true } },
    }),
    'reload deadEnd: /d.js /b.js /index.html',
  ],
  'accepted exports, and nobody uses others': [
    update(['/b.js exports <- /a.js[x,y] /c.js']),
    page({ loaded: '/a.js /b.js /c.js', hot: { '/b.js': { acceptedExports: ['x', 'y', 'z'] } } }),
    '/b.js(/b.js) | /b.js | ',
  ],
  'accepted exports, and an importer uses another': [
    update(['/b.js exports <- /a.js(./b.js)[x,y]']),
    page({
      loaded: '/a.js /b.js',
      hot: { '/b.js': { acceptedExports: ['x'] }, '/a.js': { accepts: ['./b.js'] } },
    }),
    '/a.js(/b.js) | /b.js | ',
  ],
  'accepted exports, and only other pages use another': [
    update(['/b.js exports <- /a.js[x] /other.js[y]', '/other.js <- /other.html']),
    page({ loaded: '/a.js /b.js', hot: { '/b.js': { acceptedExports: ['x'] } } }),
    '/b.js(/b.js) | /b.js | ',
  ],
  'accepted exports that were never registered': [
    update(['/b.js exports <- /a.js[x]']),
    page({ loaded: '/a.js /b.js', hot: { '/b.js': {} } }),
    'giveUp /b.js',
  ],
  'accepted exports that the server has not heard of': [
    update(['/b.js <- /a.js', '/a.js accepts <-']),
    page({ loaded: '/a.js /b.js', hot: { '/b.js': { acceptedExports: ['x'] }, '/a.js': self } }),
    '/a.js(/a.js) | /b.js /a.js | ',
  ],
  'a module that declines': [
    update(['/b.js declines <- /a.js', '/a.js accepts <-']),
    page({ loaded: '/a.js /b.js', hot: { '/b.js': { declined: true }, '/a.js': self } }),
    'reload declined: /b.js',
  ],
  'an update through a module that declines': [
    update(['/c.js <- /b.js', '/b.js declines <- /a.js', '/a.js accepts <-']),
    page({ loaded: '/a.js /b.js /c.js', hot: { '/b.js': { declined: true }, '/a.js': self } }),
    'reload declined: /c.js /b.js',
  ],
  'who wrote into data accepts, when the server says so': [
    update(['/a.js accepts <- /index.html']),
    page({ loaded: '/a.js', hot: { '/a.js': { touchedData: true } } }),
    '/a.js(/a.js) | /a.js | ',
  ],
  'who only looked at data does not accept': [
    update(['/a.js <- /index.html']),
    page({ loaded: '/a.js', hot: { '/a.js': { touchedData: true } } }),
    'reload deadEnd: /a.js /index.html',
  ],
  'a module that never ran': [
    update(['/a.js accepts <- /index.html']),
    page({ loaded: '/a.js' }),
    'reload notEvaluated: /a.js /index.html',
  ],
  'a module that never ran, below a boundary': [
    update(['/b.js accepts <- /a.js', '/a.js accepts <-']),
    page({ loaded: '/a.js /b.js', hot: { '/a.js': self } }),
    '/a.js(/a.js) | /b.js /a.js | ',
  ],
  'a module that ran and did not register gives up': [
    update(['/b.js accepts <- /a.js']),
    page({ loaded: '/a.js /b.js', hot: { '/b.js': {} } }),
    'giveUp /b.js',
  ],
  'invalidation goes on to the importers': [
    update(['/b.js accepts <- /a.js', '/a.js accepts <-'], { trail: ['/b.js'] }),
    page({
      loaded: '/a.js /b.js',
      hot: { '/b.js': { acceptsItself: true, version: VERSION }, '/a.js': self },
    }),
    '/a.js(/a.js) | /b.js /a.js | ',
  ],
  'invalidation in a cycle ends': [
    update(['/b.js accepts <- /a.js', '/a.js accepts <- /b.js /index.html'], {
      trail: ['/a.js', '/b.js'],
    }),
    page({ loaded: '/a.js /b.js', hot: { '/a.js': self, '/b.js': self } }),
    'reload invalidated: /b.js /a.js /index.html',
  ],
  'a module that gave up accepts no dependency either': [
    update(['/b.js accepts <- /a.js(./b.js)', '/a.js <- /index.html'], {
      trail: ['/a.js', '/b.js'],
    }),
    page({ loaded: '/a.js /b.js', hot: { '/a.js': { accepts: ['./b.js'] }, '/b.js': self } }),
    'reload invalidated: /b.js /a.js /index.html',
  ],
  'a module whose new code runs already': [
    update(['/a.js accepts <- /index.html']),
    page({ loaded: '/a.js', hot: { '/a.js': { acceptsItself: true, version: VERSION } } }),
    'nothing',
  ],
  'a plain module whose new code runs already': [
    update(['/a.js <- /index.html']),
    page({ loaded: '/a.js', versions: { '/a.js': VERSION } }),
    'nothing',
  ],
  'what only the code of other pages imports, by their import maps, goes on to no importer here': [
    update(['/c.js <- /b.js /a.js', '/b.js <- /index.html', '/a.js accepts <-']),
    page({ loaded: '/a.js /b.js /c.js', hot: { '/a.js': self }, foreign: ['/b.js /c.js'] }),
    '/a.js(/a.js) | /c.js /a.js | ',
  ],
  'a dependency whose updates an importer declines': [
    update(['/b.js <- /a.js', '/a.js accepts <-']),
    page({
      loaded: '/a.js /b.js',
      hot: { '/a.js': { acceptsItself: true, declinedDependencies: ['./b.js'] } },
    }),
    'reload declined: /b.js /a.js',
  ],
  'the page itself': [
    update(['/index.html page <-']),
    page({ loaded: '' }),
    'reload page: /index.html',
  ],
  'another page': [update(['/other.html page <-']), page({ loaded: '' }), 'nothing'],
  'an inline script accepts a dependency': [
    update(['/a.js <- /index.html?__inline=/index.html:1:9(./a.js)']),
    page({
      loaded: '/a.js',
      hot: { '/index.html?__inline=/index.html:1:9': { accepts: ['./a.js'] } },
    }),
    '/index.html?__inline=/index.html:1:9(/a.js) | /a.js | ',
  ],
  'an inline script cannot accept itself': [
    update([
      '/a.js <- /index.html?__inline=/index.html:1:9',
      '/index.html?__inline=/index.html:1:9 accepts <- /index.html',
    ]),
    page({ loaded: '/a.js', hot: { '/index.html?__inline=/index.html:1:9': self } }),
    'reload deadEnd: /a.js /index.html?__inline=/index.html:1:9 /index.html',
  ],
  'a style sheet that a link shows': [
    update(['/a.css style <- /index.html']),
    page({ loaded: '/a.css', styles: ['/a.css'] }),
    ' |  | link /a.css',
  ],
  'a style sheet that a script imports': [
    update(['/a.css style <- /a.js', '/a.js <- /index.html']),
    page({ loaded: '/a.css /a.js' }),
    ' |  | sheet /a.css',
  ],
  'a style sheet that a script imports in a way that the server does not see': [
    update(['/a.css style <-']),
    page({ loaded: '/a.css', by: ['script'] }),
    ' |  | sheet /a.css',
  ],
  'a style sheet that no link shows any more': [
    update(['/a.css style <- /index.html']),
    page({ loaded: '/a.css', by: ['link', 'css'] }),
    'nothing',
  ],
  'a style sheet that is fetched': [
    update(['/a.css style <- /index.html']),
    page({ loaded: '/a.css', by: ['link', 'fetch'] }),
    'reload deadEnd: /a.css /index.html',
  ],
  'style and script in one update': [
    update(['/a.css style <- /index.html', '/a.js accepts <- /index.html'], {
      changed: ['/a.css', '/a.js'],
    }),
    page({ loaded: '/a.css /a.js', styles: ['/a.css'], hot: { '/a.js': self } }),
    '/a.js(/a.js) | /a.js | link /a.css',
  ],
  'a fetched resource': [
    update(['/a.txt asset <-']),
    page({ loaded: '/a.txt' }),
    'reload resource: /a.txt',
  ],
  'an image that is shown': [
    update(['/a.png asset <- /index.html']),
    page({ loaded: '/a.png', images: ['/a.png'] }),
    ' |  | image /a.png',
  ],
  'an image that is used in other ways': [
    update(['/a.png asset <- /index.html']),
    page({ loaded: '/a.png' }),
    'reload resource: /a.png',
  ],
  'a JSON module passes on': [
    update(['/a.json asset <- /a.js', '/a.js accepts <- /index.html']),
    page({ loaded: '/a.json /a.js', hot: { '/a.js': self } }),
    '/a.js(/a.js) | /a.json /a.js | ',
  ],
  'what a worker of the page imports': [
    update(['/b.js <- /worker.js']),
    page({ loaded: '/worker.js', workers: ['/worker.js'] }),
    'reload resource: /b.js /worker.js',
  ],
  'a module that is renewed anyway does not hear of its dependencies': [
    update(['/a.js accepts <-', '/b.js <- /a.js(./b.js)'], { changed: ['/a.js', '/b.js'] }),
    page({ loaded: '/a.js /b.js', hot: { '/a.js': { acceptsItself: true, accepts: ['./b.js'] } } }),
    '/a.js(/a.js) | /a.js /b.js | ',
  ],
};

for (const [name, [message, shown, expected]] of Object.entries(cases)) {
  test(name, (t) => t.is(short(plan(message, shown)), expected));
}

test('a reload names the file, the way, the place and the remedy', (t) => {
  const message = update(['/src/dep.js <- /src/main.js', '/src/main.js <- /index.html']);
  const result = plan(message, page({ loaded: '/src/dep.js /src/main.js' }));
  t.deepEqual(result.report, {
    cause: 'deadEnd',
    changed: '/src/dep.js',
    chain: ['/src/dep.js', '/src/main.js', '/index.html'],
    message:
      '/src/dep.js changed, and nothing up to /index.html accepts the update ' +
      '(/src/dep.js → /src/main.js → /index.html).',
    remedy:
      "Call import.meta.hot.accept('./dep.js', callback) in /src/main.js, " +
      'or import.meta.hot.accept() in /src/dep.js.',
  });
});

test('a chain of thousands of importers is walked', (t) => {
  const count = 5000;
  const lines = Array.from({ length: count }, (_, at) => `/${at}.js <- /${at + 1}.js`);
  const loaded = Array.from({ length: count + 1 }, (_, at) => `/${at}.js`);
  const set = new Set(loaded);
  const shown = { ...page({ loaded: '' }), isLoaded: (url) => set.has(url) };
  const result = plan(update(lines), shown);
  t.is(result.report.chain.length, count + 1);
});

test('merged updates change both, at the newest versions', (t) => {
  const earlier = update(['/a.js <- /m.js', '/m.js <-']);
  const later = { ...update(['/b.js <- /m.js', '/m.js accepts <-']), version: VERSION + 1 };
  const merged = mergeUpdates(earlier, later);
  t.is(merged.version, VERSION + 1);
  t.deepEqual(merged.changed, ['/a.js', '/b.js']);
  t.deepEqual(
    merged.stale.map(({ url, acceptance }) => `${url} ${acceptance}`),
    ['/a.js none', '/m.js accepts', '/b.js none'],
  );
  t.is(mergeUpdates(undefined, later), later);
});
